"""What an address may mean, as plain JSON values: what API, list and command all say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gis.addresses import Candidate, Found, grids_of
from gis.atlas import Atlas
from gis.division import Grid
from gis.geometry import DECIMALS


def found_json(
    found: Found, atlas: Atlas, language: str, *, sheet: Callable[[Grid], Any] | None = None
) -> dict[str, Any]:
    """Return what an address may mean, best first.

    Each candidate says what it is, why it may be meant, and the ``codes`` of its grids, level 1
    first; with ``sheet``, which writes the sheet of a grid, it has those as ``grids`` in their
    place. A text with several addresses has them as ``parts``.
    """
    parts = {"parts": [f.address.raw for f in found.several]} if found.several else {}
    return {
        "address": found.address.text,
        "clear": found.clear,
        "tied": found.tied,
        **parts,
        "candidates": [
            {**_candidate_json(c, language), **_grids_json(c, atlas, sheet)} for c in found
        ],
    }


def _candidate_json(candidate: Candidate, language: str) -> dict[str, Any]:
    point = candidate.point
    return {
        "key": candidate.key,
        "match": str(candidate.match),
        "name": candidate.name,
        "address": candidate.address,
        "score": candidate.score,
        "reasons": [
            {"code": r.code, "text": r.text.in_language(language)} for r in candidate.reasons
        ],
        "point": [round(v, DECIMALS) for v in point] if point else None,
        "buildings": len(candidate.members),
    }


def _grids_json(
    candidate: Candidate, atlas: Atlas, sheet: Callable[[Grid], Any] | None
) -> dict[str, Any]:
    grids = grids_of(candidate, atlas)
    if sheet is not None:
        return {"grids": [sheet(g) for g in grids]}
    return {"codes": [g.code for g in grids]}

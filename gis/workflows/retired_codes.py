"""Codes no longer in use: which grids have their ground today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gis.division import Division
from gis.ids import GridId
from gis.store.plans import Descent


def retired_codes(lineage: Iterable[Descent], division: Division) -> Mapping[str, tuple[str, ...]]:
    """Return every code that a division no longer has, and the codes that have its ground.

    Parameters
    ----------
    lineage
        Which grid took over from which, the largest share first; what later divisions did does
        not count.
    division
        Whose codes are in use.
    """
    past = [d for d in lineage if d.version <= division.version]
    heirs: dict[str, list[str]] = {}
    for descent in past:
        if descent.old != descent.new:
            heirs.setdefault(descent.old, []).append(descent.new)
    found: dict[str, dict[str, None]] = {}
    for descent in past:
        if descent.old_code not in division.by_code:
            codes = found.setdefault(descent.old_code, {})
            codes.update(dict.fromkeys(_codes_now(descent.new, heirs, division)))
    return {old: tuple(codes) for old, codes in found.items() if codes}


def _codes_now(grid: str, heirs: Mapping[str, list[str]], division: Division) -> list[str]:
    """Return the codes of a grid, or of those that took over from it, however often."""
    waiting, seen, codes = [grid], {grid}, []
    while waiting:
        one = waiting.pop(0)
        if (now := division.by_id.get(GridId(one))) is not None:
            codes.append(now.code)
            continue
        following = [heir for heir in heirs.get(one, ()) if heir not in seen]
        seen.update(following)
        waiting += following
    return codes

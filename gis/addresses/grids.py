"""From a candidate to its grids: as far down as they are sure."""

from __future__ import annotations

from gis.addresses.entries import Candidate, EntryKind
from gis.atlas import Atlas
from gis.division import Grid
from gis.ids import PlaceId


def grids_of(candidate: Candidate, atlas: Atlas) -> tuple[Grid, ...]:
    """Return the grids a candidate lies in, level 1 first, as far down as all of it agrees.

    A building has all three levels; a road that runs through two communities has none; a
    compound stops at level 2. A person has the grids they are responsible for; () when the
    candidate lies in no grid.
    """
    if candidate.match is EntryKind.PERSON:
        found = (atlas.division.by_code.get(code) for code in candidate.grid_codes)
        return tuple(g for g in found if g is not None)
    chains = [chain for chain in _chains(candidate, atlas) if chain]
    if not chains:
        return ()
    agreed = []
    for level in zip(*chains, strict=False):
        if len({g.id for g in level}) > 1:
            break
        agreed.append(level[0])
    return tuple(agreed)


def _chains(candidate: Candidate, atlas: Atlas) -> list[tuple[Grid, ...]]:
    division = atlas.division
    if candidate.grid_codes:
        grids = [division.by_code.get(code) for code in candidate.grid_codes]
        return [division.chain(g.id) for g in grids if g is not None]
    ids = [atlas.grid_of.get(PlaceId(key)) for key in candidate.members or (candidate.key,)]
    return [division.chain(i) for i in ids if i is not None]

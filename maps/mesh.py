"""The mesh of a division: rings of every grid, the level each shared arc bounds, the colours."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from gis.division import Division, Grid
from gis.ids import GridId, Level
from maps.palette import colouring
from maps.topology import Arcs


def grid_rings(division: Division, arcs: Arcs) -> dict[GridId, Any]:
    """Return the rings of every grid; those above level 3 go round the grids in them."""
    ground = division.level(Level.BUILDING_CLUSTER)
    members: dict[GridId, list[int]] = {g.id: [] for g in division}
    rings: dict[GridId, Any] = {}
    for number, grid in enumerate(ground):
        rings[grid.id] = arcs.rings[number]
        for above in division.chain(grid.id)[:-1]:
            members[above.id].append(number)
    return {g.id: rings.get(g.id) or arcs.outline(members[g.id]) for g in division}


def grid_above(division: Division, grid: Grid, level: int) -> GridId | None:
    """Return the grid of a level that a grid lies in (or is); None above it."""
    return next((g.id for g in division.chain(grid.id) if g.level == level), None)


def arc_levels(division: Division, ground: tuple[Grid, ...], arcs: Arcs) -> list[int]:
    """Return for each arc the highest level it bounds; 0 is the edge of the whole."""
    chains = [[grid_above(division, g, level) for level in (1, 2)] for g in ground]
    levels = []
    for owners in arcs.owners:
        sides = [chains[i] for i in owners]
        if len(sides) < 2:
            levels.append(0)
        elif sides[0][0] != sides[1][0]:
            levels.append(1)
        else:
            levels.append(2 if sides[0][1] != sides[1][1] else 3)
    return levels


def neighbour_colours(division: Division, arcs: Arcs, level: int) -> dict[GridId, int]:
    """Return a colour number for each grid of a level, different from its neighbours'."""
    ground = division.level(Level.BUILDING_CLUSTER)
    home = [grid_above(division, g, level) for g in ground]
    beside: dict[GridId, set[GridId]] = {g.id: set() for g in division.level(level)}
    for owners in arcs.owners:
        for a, b in pairwise(owners):
            one, other = home[a], home[b]
            if one is not None and other is not None and one != other:
                beside[one].add(other)
                beside[other].add(one)
    return colouring({g: sorted(near) for g, near in beside.items()})

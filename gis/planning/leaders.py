"""Who leads which grid after a plan, and what each of them has to look after.

A grid that stays keeps its duties. One that is new takes over the leader of the grid it has most
of its ground from, unless somebody is assigned: duties pass on to successors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gis.division import Division
from gis.ids import GridId, Level, PersonId
from gis.planning.state import PlanState
from gis.roster import GridRole, Roster

Leaders = Mapping[GridId, tuple[PersonId, ...]]


@dataclass(frozen=True, slots=True)
class LeaderLoad:
    """What the grids that a person leads hold; ``level`` is the highest of them."""

    households: int = 0
    buildings: int = 0
    shops: int = 0
    units: int = 0
    grids: int = 0
    level: int | None = None


def leaders_before(
    division: Division, roster: Roster, day: date
) -> dict[GridId, tuple[PersonId, ...]]:
    """Return who leads each grid of a division on a day; grids without a leader are left out."""
    found = {}
    for grid in division:
        held = roster.duties_on(grid.id, day)
        people = tuple(r.person.id for r in held if r.duty.role is GridRole.GRID_LEADER)
        if people:
            found[grid.id] = people
    return found


def leaders_after(
    state: PlanState, before: Leaders, predecessor: Callable[[GridId], GridId | None]
) -> dict[GridId, tuple[PersonId, ...]]:
    """Return who leads each grid of a plan.

    ``predecessor`` names the grid of the base that a new grid has most from.
    """
    found = {g: before[g] for g in state.grids if g in before}
    ends: dict[GridId, list[PersonId]] = {}
    begins: dict[GridId, list[PersonId]] = {}
    for duty in state.duties.values():
        if duty.role is GridRole.GRID_LEADER:
            (begins if duty.held else ends).setdefault(duty.grid, []).append(duty.person)
    for grid, attributes in state.grids.items():
        if attributes.code is None and grid not in found and grid not in begins:
            old = predecessor(grid)
            if old is not None and old in before:
                found[grid] = before[old]
    for grid in {*ends, *begins} & state.grids.keys():
        left = [p for p in found.get(grid, ()) if p not in ends.get(grid, ())]
        found[grid] = tuple(dict.fromkeys([*begins.get(grid, ()), *left]))
    return {g: people for g, people in found.items() if people}


def loads_of(
    leaders: Leaders,
    level_of: Callable[[GridId], Level],
    parent_of: Callable[[GridId], GridId | None],
    holds: Callable[[GridId], tuple[int, int, int, int]],
) -> dict[PersonId, LeaderLoad]:
    """Return what each leader has to look after.

    A grid that lies in another one of the same person counts once. ``holds`` returns
    (households, buildings, shops, units) of a grid.
    """
    lists: dict[PersonId, list[GridId]] = {}
    for grid, people in leaders.items():
        for person in people:
            lists.setdefault(person, []).append(grid)
    return {p: _load(own, level_of, parent_of, holds) for p, own in lists.items()}


def _load(
    own: Iterable[GridId],
    level_of: Callable[[GridId], Level],
    parent_of: Callable[[GridId], GridId | None],
    holds: Callable[[GridId], tuple[int, int, int, int]],
) -> LeaderLoad:
    own = list(own)
    led = set(own)
    outer = [g for g in own if not _inside(g, led, parent_of)] if len(own) > 1 else own
    sums = [holds(g) for g in outer]
    households, buildings, shops, units = (sum(s[i] for s in sums) for i in range(4))
    level = min(int(level_of(g)) for g in own)
    return LeaderLoad(households, buildings, shops, units, len(own), level)


def _inside(grid: GridId, led: set[GridId], parent_of: Callable[[GridId], GridId | None]) -> bool:
    above = parent_of(grid)
    while above is not None:
        if above in led:
            return True
        above = parent_of(above)
    return False

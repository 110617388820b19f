"""The state of a plan, and the changes that lead from one to the next and back.

A :class:`State` is a handful of registers: which grid each cell belongs to, what each grid is
called, which grids are locked, which findings are waived, which duties change hands. A
:class:`Change` names entries of registers with what they were and what they become: applied
backwards it undoes itself. States are values: a change makes a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

from gis.division import CODE_SCHEME, Division, Grid, GridKind, Member
from gis.errors import Conflict
from gis.ids import GridId, Level, PersonId
from gis.planning.cell_map import Cell, CellMap
from gis.planning.lattice import Edge, Node
from gis.roster import GridRole


@dataclass(frozen=True, slots=True)
class GridAttributes:
    """A grid of a plan without its ground: what it is called and what it lies in.

    ``code`` is the one it carries already; None: it gets one when the plan is published.
    ``parts`` is in how many pieces it may lie, None: in one, or as many as it had.
    """

    id: GridId
    level: Level
    parent: GridId | None
    name: str
    kind: GridKind
    code: str | None = None
    code_scheme: str = CODE_SCHEME
    grid_class: str | None = None
    grid_grade: str | None = None
    members: tuple[Member, ...] = ()
    parts: int | None = None


def attributes_of(grid: Grid) -> GridAttributes:
    """Return a grid as a plan begins with it."""
    return GridAttributes(
        grid.id,
        grid.level,
        grid.parent,
        grid.name,
        grid.kind,
        grid.code,
        grid.code_scheme,
        grid.grid_class,
        grid.grid_grade,
        grid.members,
    )


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why a soft finding is let stand, who said so, and when (ISO 8601, UTC)."""

    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A duty that begins (``held``) or ends when the plan takes effect, or on a day of its own."""

    person: PersonId
    grid: GridId
    role: GridRole
    held: bool
    since: date | None = None


DutyKey = tuple[PersonId, GridId, GridRole]


@dataclass(frozen=True)
class PlanChange:
    """What entries of the registers were and become; None: there is none.

    ``cut_cells`` and ``put_in`` are what a cut makes of cells and of the nodes on their edges.
    """

    cells: Mapping[int, tuple[GridId | None, GridId | None]] = field(default_factory=dict)
    grids: Mapping[GridId, tuple[GridAttributes | None, GridAttributes | None]] = field(
        default_factory=dict
    )
    locks: Mapping[GridId, tuple[bool | None, bool | None]] = field(default_factory=dict)
    waivers: Mapping[str, tuple[Waiver | None, Waiver | None]] = field(default_factory=dict)
    duties: Mapping[DutyKey, tuple[Assignment | None, Assignment | None]] = field(
        default_factory=dict
    )
    cut_cells: Mapping[int, tuple[Cell | None, Cell | None]] = field(default_factory=dict)
    put_in: Mapping[Node, tuple[Edge | None, Edge | None]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not any(getattr(self, f.name) for f in fields(self))

    @property
    def inverse(self) -> PlanChange:
        """The change that takes this one back."""
        inverse = {
            f.name: {k: (after, before) for k, (before, after) in getattr(self, f.name).items()}
            for f in fields(self)
        }
        return PlanChange(**inverse)


@dataclass(frozen=True)
class PlanState:
    """A plan as it stands after some steps.

    ``owner`` is the level-3 grid of every cell that has one.
    """

    cell_map: CellMap
    owner: Mapping[int, GridId]
    grids: Mapping[GridId, GridAttributes]
    cells_of: Mapping[GridId, frozenset[int]]
    locked: Mapping[GridId, bool] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    duties: Mapping[DutyKey, Assignment] = field(default_factory=dict)

    @cached_property
    def _children(self) -> dict[GridId | None, tuple[GridId, ...]]:
        lists: dict[GridId | None, list[GridId]] = {}
        for attributes in self.grids.values():
            lists.setdefault(attributes.parent, []).append(attributes.id)
        return {parent: tuple(sorted(ids)) for parent, ids in lists.items()}

    def children(self, grid: GridId | None) -> tuple[GridId, ...]:
        """Return the grids one level down; of None, the level-1 grids."""
        return self._children.get(grid, ())

    def cells(self, grid: GridId) -> frozenset[int]:
        """Return the cells of a grid of any level."""
        if self.grids[grid].level is Level.BUILDING_CLUSTER:
            return self.cells_of.get(grid, frozenset())
        return frozenset().union(*(self.cells(c) for c in self.children(grid)))

    def chain(self, grid: GridId) -> tuple[GridAttributes, ...]:
        """Return the grid and those above it, level 1 first, as far as they are there."""
        found: list[GridAttributes] = []
        at: GridId | None = grid
        while at is not None and at in self.grids and len(found) < len(Level):
            found.append(self.grids[at])
            at = self.grids[at].parent
        return tuple(reversed(found))

    def of_level(self, level: Level) -> list[GridAttributes]:
        """Return the grids of one level."""
        return [s for s in self.grids.values() if s.level is level]


def begin(cell_map: CellMap, division: Division) -> PlanState:
    """Return the state of a plan without any steps."""
    owner = {c.id: c.grid for c in cell_map.cells.values() if c.grid is not None}
    return PlanState(
        cell_map,
        owner,
        {g.id: attributes_of(g) for g in division},
        _cells_of(owner, cell_map.cells),
    )


def _cells_of(owner: Mapping[int, GridId], cells: Iterable[int]) -> dict[GridId, frozenset[int]]:
    lists: dict[GridId, list[int]] = {}
    for cell in cells:
        if (grid := owner.get(cell)) is not None:
            lists.setdefault(grid, []).append(cell)
    return {grid: frozenset(own) for grid, own in lists.items()}


def apply_change(state: PlanState, change: PlanChange) -> PlanState:
    """Return the state after a change.

    Raises
    ------
    Conflict
        When the state is not the one that the change was made from.
    """
    cell_map = state.cell_map
    if change.cut_cells or change.put_in:
        cells = _register(cell_map.cells, change.cut_cells)
        cell_map = replace(cell_map, cells=cells, put_in=_register(cell_map.put_in, change.put_in))
    return replace(
        state,
        cell_map=cell_map,
        owner=_register(state.owner, change.cells),
        cells_of=_moved(state, change),
        grids=_register(state.grids, change.grids),
        locked=_register(state.locked, change.locks),
        waivers=_register(state.waivers, change.waivers),
        duties=_register(state.duties, change.duties),
    )


def _register(entries: Any, changes: Mapping[Any, tuple[Any, Any]]) -> Any:
    if not changes:
        return entries
    fresh = dict(entries)
    for key, (before, after) in changes.items():
        if fresh.get(key) != before:
            raise Conflict(
                f"this step does not fit the plan as it stands ({str(key)[:60]})",
                f"该步骤与方案现状不符（{str(key)[:60]}）",
            )
        if after is None:
            fresh.pop(key, None)
        else:
            fresh[key] = after
    return fresh


def _moved(state: PlanState, change: PlanChange) -> Mapping[GridId, frozenset[int]]:
    if not change.cells:
        return state.cells_of
    taken: dict[GridId, set[int]] = {}
    for cell, (before, after) in change.cells.items():
        for grid in (before, after):
            if grid is not None and grid not in taken:
                taken[grid] = set(state.cells_of.get(grid, ()))
        if before is not None:
            taken[before].discard(cell)
        if after is not None:
            taken[after].add(cell)
    fresh = dict(state.cells_of)
    for grid, cells in taken.items():
        if cells:
            fresh[grid] = frozenset(cells)
        else:
            fresh.pop(grid, None)
    return fresh


def combined(changes: Iterable[PlanChange]) -> PlanChange:
    """Return changes made one after the other as one; what they leave as it was is left out.

    It costs what they touch, where :func:`difference` looks at all of both states.
    """
    registers: dict[str, dict[Any, tuple[Any, Any]]] = {f.name: {} for f in fields(PlanChange)}
    for change in changes:
        for name, register in registers.items():
            for key, (before, after) in getattr(change, name).items():
                register[key] = (register[key][0] if key in register else before, after)
    return PlanChange(
        **{
            name: {k: (a, b) for k, (a, b) in register.items() if a != b}
            for name, register in registers.items()
        }
    )


def difference(before: PlanState, after: PlanState) -> PlanChange:
    """Return the change that leads from one state to another."""
    same = before.cell_map is after.cell_map
    return PlanChange(
        cells=_changed(before.owner, after.owner),
        grids=_changed(before.grids, after.grids),
        locks=_changed(before.locked, after.locked),
        waivers=_changed(before.waivers, after.waivers),
        duties=_changed(before.duties, after.duties),
        cut_cells={} if same else _changed(before.cell_map.cells, after.cell_map.cells),
        put_in={} if same else _changed(before.cell_map.put_in, after.cell_map.put_in),
    )


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    if before is after:
        return {}
    keys = {**before, **after}
    return {k: (before.get(k), after.get(k)) for k in keys if before.get(k) != after.get(k)}

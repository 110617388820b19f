"""A plan rebased on a newer division: what both changed is a conflict, the rest goes over.

Both sides are compared grid by grid: level-3 grids by anything about them, the grids above by what
they are called and lie in, since their ground is that of the grids below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import shapely

from gis.atlas import Atlas
from gis.division import Division, Grid
from gis.findings import Text
from gis.geometry import same_shape
from gis.ids import GridId, Level
from gis.planning.cell_map import Cell, CellMap, cell_map_of
from gis.planning.evaluation import PlanBase, PlanView, view_of
from gis.planning.lattice import SCALE
from gis.planning.state import GridAttributes, PlanState, attributes_of

_FIELDS = ("parent", "name", "kind", "grid_class", "grid_grade", "members")


@dataclass(frozen=True)
class GridConflict:
    """A grid that both sides changed, and what each of them did to it."""

    grid: GridId
    mine: Text
    theirs: Text


@dataclass(frozen=True)
class Conflicts:
    """What stands between a plan and a newer division; nothing, when ``conflicts`` is empty."""

    conflicts: tuple[GridConflict, ...]
    cells: tuple[int, ...]


def conflicts_of(view: PlanView, newest: Division) -> Conflicts:
    """Return what a plan and the divisions published meanwhile have both changed."""
    theirs = _changed_between(view.base.atlas.division, newest)
    mine = _changed_by(view)
    both = sorted(set(theirs) & set(mine))
    cells: set[int] = set()
    for grid in both:
        cells |= view.grids[grid].cells if grid in view.grids else frozenset()
        cells |= view.base.cells.get(grid, frozenset()) & view.state.cell_map.cells.keys()
    conflicts = tuple(GridConflict(g, mine[g], theirs[g]) for g in both)
    moved = {
        c
        for c in cells
        if view.state.cell_map.cells[c].grid in both or view.state.owner.get(c) in both
    }
    return Conflicts(conflicts, tuple(sorted(moved)))


def _changed_between(old: Division, new: Division) -> dict[GridId, Text]:
    found = {}
    for grid in old:
        after = new.by_id.get(grid.id)
        if after is None:
            found[grid.id] = Text("retired", "已撤销")
        elif text := _difference(grid, after):
            found[grid.id] = text
    return found


def _difference(old: Grid, new: Grid) -> Text | None:
    before, after = attributes_of(old), attributes_of(new)
    fields = [n for n in _FIELDS if getattr(before, n) != getattr(after, n)]
    if old.level is Level.BUILDING_CLUSTER and not same_shape(old.boundary, new.boundary):
        return Text("its boundary moved", "界线已变动")
    return _of_fields(fields)


_NAMES = {
    "parent": Text("parent", "上级"),
    "name": Text("name", "名称"),
    "kind": Text("kind", "类型"),
    "grid_class": Text("class", "类别"),
    "grid_grade": Text("grade", "等级"),
    "members": Text("members", "成员"),
}


def _of_fields(fields: list[str]) -> Text | None:
    if not fields:
        return None
    en = ", ".join(_NAMES[f].en for f in fields)
    zh = "、".join(_NAMES[f].zh for f in fields)
    return Text(f"changed: {en}", f"变更：{zh}")


def _changed_by(view: PlanView) -> dict[GridId, Text]:
    before = view.base.state
    found: dict[GridId, Text] = {g: Text("retired", "撤销") for g in view.retired}
    for grid, grid_view in view.grids.items():
        old = before.grids.get(grid)
        if old is None:
            continue
        if grid_view.attributes.level is Level.BUILDING_CLUSTER and view.reshaped(grid):
            found[grid] = Text("its boundary moves", "调整界线")
            continue
        fields = [n for n in _FIELDS if getattr(old, n) != getattr(grid_view.attributes, n)]
        if text := _of_fields(fields):
            found[grid] = text
    return found


# --- rebasing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebased:
    """A plan on a newer base: the base, and the state that the plan leads to there."""

    base: PlanBase
    view: PlanView


def rebased(
    view: PlanView, newest: Atlas, base_of: PlanBase, keep: Mapping[GridId, bool], *, mine: bool
) -> Rebased:
    """Return a plan as it stands on a newer division.

    Parameters
    ----------
    view
        The plan on its own base.
    newest
        The newer division with the places of the plan.
    base_of
        A base whose book of codes and rules the new one takes.
    keep
        Of single grids that both changed: True keeps the plan's, False the newer division's.
    mine
        What holds for all others.
    """
    cell_map = cell_map_of(newest, _kept(view, newest.division))
    base = PlanBase(newest, cell_map, base_of.book, base_of.rules)
    contested = {c.grid for c in conflicts_of(view, newest.division).conflicts}
    lost = frozenset(g for g in contested if not keep.get(g, mine))
    state = _settled(_state(view, base, lost), base)
    return Rebased(base, view_of(base, state))


def _kept(view: PlanView, newest: Division) -> dict[GridId, list[Cell]]:
    """Return the cells of each grid whose ground is the same in the newer division."""
    cells: dict[GridId, list[Cell]] = {}
    for cell in view.state.cell_map.cells.values():
        if cell.grid is not None:
            cells.setdefault(cell.grid, []).append(cell)
    old = view.base.atlas.division.by_id
    return {
        g: own
        for g, own in cells.items()
        if g in newest.by_id and same_shape(newest.by_id[g].boundary, old[g].boundary)
    }


def _state(view: PlanView, base: PlanBase, lost: frozenset[GridId]) -> PlanState:
    grids = _grids(view, base, lost)
    owner = dict(base.state.owner)
    before = _Places(view.state.cell_map)
    for cell in base.cell_map.cells.values():
        old = before.cell_at(cell)
        if old is None or cell.grid is None:
            continue
        wanted = view.state.owner.get(old)
        was = view.state.cell_map.cells[old].grid
        if wanted is None or wanted == was or {wanted, was, cell.grid} & lost:
            continue
        if wanted in grids:
            owner[cell.id] = wanted
    lists: dict[GridId, set[int]] = {}
    for number, grid in owner.items():
        lists.setdefault(grid, set()).add(number)
    return replace(
        base.state,
        owner=owner,
        grids=grids,
        cells_of={g: frozenset(own) for g, own in lists.items()},
        locked={g: True for g in view.state.locked if g in grids},
        waivers=view.state.waivers,
        duties={k: d for k, d in view.state.duties.items() if d.grid in grids},
    )


def _grids(view: PlanView, base: PlanBase, lost: frozenset[GridId]) -> dict[GridId, GridAttributes]:
    before = view.base.state.grids
    found = dict(base.state.grids)
    for grid, attributes in view.state.grids.items():
        old = before.get(grid)
        if grid in lost:
            continue
        if old is None:
            found[grid] = attributes
        elif grid in found:
            fields = {
                n: getattr(attributes, n)
                for n in (*_FIELDS, "parts")
                if getattr(attributes, n) != getattr(old, n)
            }
            found[grid] = replace(found[grid], **fields)
        elif attributes != old or view.reshaped(grid):
            # They retired a grid that this plan goes on with, and this plan's is kept.
            found[grid] = replace(attributes, code=None)
    return found


def _settled(state: PlanState, base: PlanBase) -> PlanState:
    """Take out grids that are left with nothing, and give a parent to those that lost theirs."""
    grids = dict(state.grids)
    for grid, attributes in state.grids.items():
        parent = attributes.parent
        if parent is not None and parent not in grids:
            heir = _heir(grid, state, base)
            grids[grid] = replace(attributes, parent=heir or parent)
    for level in reversed(Level):
        for grid, attributes in list(grids.items()):
            if attributes.level is not level or grid not in grids:
                continue
            if level is Level.BUILDING_CLUSTER:
                empty = grid not in state.cells_of
            else:
                empty = not any(s.parent == grid for s in grids.values())
            if empty:
                del grids[grid]
    return replace(
        state,
        grids=grids,
        locked={g: True for g in state.locked if g in grids},
        duties={k: d for k, d in state.duties.items() if d.grid in grids},
    )


def _heir(grid: GridId, state: PlanState, base: PlanBase) -> GridId | None:
    """Return the parent that most of a grid's cells have in the newer division."""
    votes: dict[GridId, int] = {}
    for cell in state.cells_of.get(grid, ()):
        own = base.cell_map.cells[cell].grid
        above = base.state.grids[own].parent if own is not None else None
        if above is not None:
            votes[above] = votes.get(above, 0) + 1
    return max(votes, key=lambda g: (votes[g], g)) if votes else None


class _Places:
    """Finds the cell of one ground where a cell of another lies."""

    def __init__(self, cell_map: CellMap) -> None:
        self.cell_map = cell_map
        self.same = {c.face: c.id for c in cell_map.cells.values()}

    def cell_at(self, cell: Cell) -> int | None:
        found = self.same.get(cell.face)
        if found is not None:
            return found
        x, y = cell.point
        hits = self.cell_map.touching(shapely.Point(x / SCALE, y / SCALE))
        return hits[0] if hits else None

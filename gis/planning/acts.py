"""Operations carried out: from one state of a plan to the next, and a sentence about it.

Nothing here looks at a clock or draws lots: ids of new grids, the day and the author come in a
:class:`Context`. A step is refused as a whole, with the field that is wrong or the grid that is
locked; a state is never half changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import shapely

from gis.directory import Directory
from gis.division import KINDS_OF_LEVEL, GridKind, Member
from gis.errors import Conflict, InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level, PersonId
from gis.planning.cutting import cut_cell
from gis.planning.draft import (
    Assignment,
    Change,
    DutyKey,
    Sketch,
    State,
    Waiver,
    apply,
    difference,
)
from gis.planning.operations import (
    Arrange,
    Assign,
    Batch,
    Create,
    CutCell,
    ExpectParts,
    Line,
    Lock,
    Merge,
    MoveBoundary,
    Operation,
    Paint,
    Rename,
    Retire,
    SetClass,
    SetGrade,
    SetKind,
    SetParent,
    Split,
    Unassign,
    Unlock,
    Unwaive,
    Waive,
)
from gis.planning.sides import left_of
from gis.roster import ROLES, Role, Roster, role_title

_DEFAULT_KIND = {
    Level.COMMUNITY: GridKind.COMMUNITY,
    Level.COMPOUND: GridKind.COMPOUND,
    Level.BUILDING_CLUSTER: GridKind.BUILDING_CLUSTER,
}


@dataclass(frozen=True)
class Context:
    """What an operation may need besides the state.

    ``new_id`` gives the id of a new grid, one that no grid ever had. ``waivable`` returns the
    sentence of each finding that may be waived. ``author`` and ``now`` (ISO 8601, UTC) stand
    on a waiver.
    """

    directory: Directory
    roster: Roster
    day: date
    new_id: Callable[[Level], GridId]
    waivable: Callable[[State], Mapping[str, Text]]
    author: str = ""
    now: str = ""


@dataclass(frozen=True)
class Done:
    """A state after an operation, the change that led there, and what it says in the list."""

    state: State
    change: Change
    text: Text


def carry_out(operation: Operation, state: State, context: Context) -> Done:
    """Return what an operation makes of a state.

    Raises
    ------
    InvalidInput
        A member names a grid, cell, person or finding that is not there, or one that the
        operation cannot be done to.
    Conflict
        It would change a locked grid, or change nothing.
    """
    work = _Work(state, context)
    text = work.do(operation)
    change = difference(state, work.state)
    if change.is_empty:
        raise Conflict(
            f"nothing changes: {text.en}; it is so already",
            f"没有任何变化：{text.zh}，现状已是如此",
        )
    return Done(work.state, change, text)


class _Work:
    """A state being changed: every act replaces ``state`` by the next."""

    def __init__(self, state: State, context: Context) -> None:
        self.state = state
        self.context = context

    def do(self, operation: Operation) -> Text:
        act: Callable[[Any], Text] = _ACTS[type(operation)].__get__(self)
        return act(operation)

    # --- what is named ---

    def grid(self, name: str, field: str) -> Sketch:
        """Return the grid with an id or code."""
        found = self.state.grids.get(GridId(name))
        if found is None:
            found = next((s for s in self.state.grids.values() if s.code == name), None)
        if found is None:
            raise InvalidInput(
                field,
                f"{field}: this plan has no grid {name[:40]!r}",
                f"{field}：本方案中没有网格 {name[:40]!r}",
            )
        return found

    def of_level(self, name: str, field: str, level: Level) -> Sketch:
        found = self.grid(name, field)
        if found.level is not level:
            raise InvalidInput(
                field,
                f"{field}: {found.name} is of level {int(found.level)}, must be of {int(level)}",
                f"{field}：{found.name} 是第 {int(found.level)} 级网格，应为第 {int(level)} 级",
            )
        return found

    def cells(self, numbers: Iterable[int]) -> list[int]:
        named = list(dict.fromkeys(numbers))
        for number in named:
            if number not in self.state.ground.cells:
                raise InvalidInput(
                    "cells",
                    f"cells: this plan has no cell {number}; fetch the drawing anew",
                    f"cells：本方案中没有单元 {number}；请重新读取图形",
                )
        return named

    def person(self, name: str, field: str = "person") -> PersonId:
        if PersonId(name) not in self.context.roster.by_id:
            raise InvalidInput(
                field,
                f"{field}: nobody in the roster has the id {name[:40]!r}",
                f"{field}：名册中没有 id 为 {name[:40]!r} 的人员",
            )
        return PersonId(name)

    def name_of(self, grid: GridId | None) -> str:
        sketch = self.state.grids.get(grid) if grid else None
        return sketch.name if sketch else "—"

    # --- what is changed ---

    def check_open(self, *grids: GridId | None) -> None:
        """Refuse to change a grid that is locked, or lies in one that is."""
        for grid in grids:
            for sketch in self.state.chain(grid) if grid else ():
                if sketch.id in self.state.locked:
                    raise Conflict(
                        f"grid {sketch.name} is locked: unlock it first",
                        f"网格“{sketch.name}”已锁定：请先解锁",
                    )

    def move(self, cells: Collection[int], to: GridId, *, drop: bool = True) -> list[int]:
        """Give cells to a level-3 grid; grids left without any are retired, unless told not to."""
        owner = self.state.owner
        moving = [c for c in cells if owner.get(c) != to]
        sources = list(dict.fromkeys(owner[c] for c in moving if c in owner))
        self.check_open(to, *sources)
        change = Change(cells={c: (owner.get(c), to) for c in moving})
        self.state = apply(self.state, change)
        for source in sources:
            if drop and source not in self.state.cells_of and source != to:
                self.drop(source)
        return moving

    def drop(self, grid: GridId) -> None:
        """Take a grid out that has nothing in it; a compound that held nothing else goes too."""
        sketch = self.state.grids[grid]
        self.put(grid, None)
        parent = sketch.parent
        if parent is None or parent not in self.state.grids or self.state.children(parent):
            return
        if self.state.grids[parent].level is Level.COMPOUND:
            self.drop(parent)

    def put(self, grid: GridId, sketch: Sketch | None) -> None:
        before = self.state.grids.get(grid)
        locks = {}
        if sketch is None and grid in self.state.locked:
            locks[grid] = (True, None)
        self.state = apply(self.state, Change(grids={grid: (before, sketch)}, locks=locks))

    def edit(self, grid: GridId, **fields: Any) -> None:
        self.check_open(grid)
        self.put(grid, replace(self.state.grids[grid], **fields))

    def adopt(self, grid: GridId, parent: GridId) -> None:
        """Give a grid another parent; the one it leaves goes when it is left with none."""
        sketch = self.state.grids[grid]
        old = sketch.parent
        self.check_open(grid, parent)
        self.put(grid, replace(sketch, parent=parent))
        if (
            old is not None
            and old in self.state.grids
            and self.state.grids[old].level is Level.COMPOUND
            and not self.state.children(old)
        ):
            self.check_open(old)
            self.drop(old)

    def new(self, sketch: Sketch) -> GridId:
        self.put(sketch.id, sketch)
        return sketch.id

    # --- paint ---

    def paint(self, op: Paint) -> Text:
        into = self.grid(op.into, "into")
        _exactly_one(op, "cells", "grids", "line", "box")
        if op.grids:
            return self._paint_grids(op, into)
        if into.level is not Level.BUILDING_CLUSTER:
            raise InvalidInput(
                "into",
                "into: cells go into a level-3 grid; to give whole level-3 grids to a "
                "compound name them as grids",
                "into：单元只能划入三级网格；要把整个三级网格划入小区，请用 grids 指明",
            )
        cells = self.cells(op.cells) or self._touched(op, into)
        return self._moved(cells, into)

    def _touched(self, op: Paint, into: Sketch) -> list[int]:
        shape = shapely.linestrings(op.line) if op.line else shapely.box(*op.box)
        cells = self.state.ground.touching(shape)
        if op.only_from is not None:
            source = self.grid(op.only_from, "only_from")
            allowed = self.state.cells(source.id)
            cells = [c for c in cells if c in allowed]
        return [c for c in cells if self.state.owner.get(c) != into.id]

    def _moved(self, cells: list[int], into: Sketch) -> Text:
        from_ = list(dict.fromkeys(self.name_of(self.state.owner.get(c)) for c in cells))
        moved = self.move(cells, into.id)
        named = "、".join(f for f in from_ if f != into.name)[:60] or "—"
        return Text(
            f"{len(moved)} cells of {named} go to {into.name}",
            f"{named} 的 {len(moved)} 个单元划入 {into.name}",
        )

    def _paint_grids(self, op: Paint, into: Sketch) -> Text:
        if into.level is Level.BUILDING_CLUSTER:
            given = [self.of_level(g, "grids", Level.BUILDING_CLUSTER) for g in op.grids]
            cells = [c for g in given for c in sorted(self.state.cells(g.id)) if g.id != into.id]
            names = "、".join(g.name for g in given)[:60]
            self.move(cells, into.id)
            return Text(f"{names} go into {into.name}", f"{names} 并入 {into.name}")
        below = Level(into.level + 1)
        given = [self.of_level(g, "grids", below) for g in op.grids]
        for grid in given:
            self.adopt(grid.id, into.id)
        names = "、".join(g.name for g in given)[:60]
        return Text(f"{names} go to {into.name}", f"{names} 划归 {into.name}")

    def move_boundary(self, op: MoveBoundary) -> Text:
        source = self.of_level(op.from_, "from", Level.BUILDING_CLUSTER)
        target = self.of_level(op.to, "to", Level.BUILDING_CLUSTER)
        _exactly_one(op, "cells", "line")
        named = self.cells(op.cells) or self.state.ground.touching(shapely.linestrings(op.line))
        cells = [c for c in named if self.state.owner.get(c) == source.id]
        self.move(cells, target.id)
        return Text(
            f"the boundary moves: {len(cells)} cells from {source.name} to {target.name}",
            f"界线移动：{source.name} 的 {len(cells)} 个单元划入 {target.name}",
        )

    # --- split, cut ---

    def split(self, op: Split) -> Text:
        grid = self.grid(op.grid, "grid")
        _exactly_one(op, "line", "cells")
        if grid.level is Level.COMMUNITY:
            raise InvalidInput(
                "grid",
                "grid: a community is divided by giving its compounds another parent",
                "grid：社区的调整请改变其小区的上级",
            )
        self.check_open(grid.id)
        if op.to_kind is not None:
            _check_kind(grid.level, op.to_kind, "of_kind")
        if grid.level is Level.BUILDING_CLUSTER:
            return self._split_cluster(op, grid)
        return self._split_compound(op, grid)

    def _split_cluster(self, op: Split, grid: Sketch) -> Text:
        cells = self.state.cells(grid.id)
        if op.cells:
            away = [c for c in self.cells(op.cells) if c in cells]
        else:
            if op.cut:
                self._cut_all(cells, op.line, through=op.through)
                cells = self.state.cells(grid.id)
            away = self._smaller_side(cells, op.line)
        self._check_parts(away, cells, grid)
        new = self._sibling(grid, op.name, op.to_kind)
        self.move(away, new)
        return _split_text(grid, self.name_of(new))

    def _smaller_side(self, cells: Collection[int], line: Line) -> list[int]:
        numbers = sorted(cells)
        points = np.array([self.state.ground.cells[c].lon_lat for c in numbers])
        left = left_of(points, line).tolist()
        sides = [[c for c, at in zip(numbers, left, strict=True) if at is s] for s in (True, False)]
        return min(sides, key=self._weight)

    def _weight(self, cells: Collection[int]) -> tuple[float, ...]:
        own = [self.state.ground.cells[c] for c in cells]
        return (
            sum(c.households for c in own),
            sum(len(c.buildings) for c in own),
            sum(len(c.shops) for c in own),
            sum(c.area_m2 for c in own),
        )

    def _check_parts(self, away: Collection[Any], cells: Collection[Any], grid: Sketch) -> None:
        if away and len(away) < len(cells):
            return
        raise InvalidInput(
            "line",
            f"{grid.name} is not split: all its cells lie on one side; draw the line between "
            "buildings, name the cells, or cut a cell",
            f"{grid.name} 没有被拆分：所有单元都在同一侧；请把线画在楼栋之间、直接指定单元，"
            "或先切分单元",
        )

    def _sibling(self, grid: Sketch, name: str | None, kind: GridKind | None) -> GridId:
        return self.new(
            Sketch(
                self.context.new_id(grid.level),
                grid.level,
                grid.parent,
                name or self._next_name(grid),
                kind or grid.kind,
                grid_class=grid.grid_class,
                grid_grade=grid.grid_grade,
            )
        )

    def _next_name(self, grid: Sketch) -> str:
        """Return a name like those beside it: 金陵二村第7网格 after 金陵二村第6网格."""
        head, _, tail = grid.name.rpartition("第")
        known = {s.name for s in self.state.grids.values()}
        if head and tail.endswith("网格") and tail[:-2].isdigit():
            numbers = range(1, len(known) + 2)
            return next(n for i in numbers if (n := f"{head}第{i}网格") not in known)
        return next(n for i in range(2, len(known) + 3) if (n := f"{grid.name}({i})") not in known)

    def _split_compound(self, op: Split, grid: Sketch) -> Text:
        children = self.state.children(grid.id)
        if op.cells:
            chosen = set(self.cells(op.cells))
            away = [c for c in children if self.state.cells(c) <= chosen]
        else:
            if op.straddling == "split":
                self._split_straddling(grid, op.line)
                children = self.state.children(grid.id)
            away = self._children_beyond(children, op.line)
        self._check_parts(away, children, grid)
        new = self._sibling(replace(grid, members=()), op.name, op.to_kind)
        for child in away:
            self.adopt(child, new)
        return _split_text(grid, self.name_of(new))

    def _children_beyond(self, children: Collection[GridId], line: Line) -> list[GridId]:
        sides: dict[bool, list[GridId]] = {True: [], False: []}
        for child in children:
            cells = sorted(self.state.cells(child))
            points = np.array([self.state.ground.cells[c].lon_lat for c in cells])
            left = left_of(points, line).tolist()
            groups = [
                [c for c, at in zip(cells, left, strict=True) if at is s] for s in (True, False)
            ]
            sides[self._weight(groups[0]) >= self._weight(groups[1])].append(child)
        return min(
            sides.values(),
            key=lambda own: self._weight([c for g in own for c in self.state.cells(g)]),
        )

    def _split_straddling(self, grid: Sketch, line: Line) -> None:
        for child in self.state.children(grid.id):
            cells = self.state.cells(child)
            away = self._smaller_side(cells, line)
            if away:
                self.move(away, self._sibling(self.state.grids[child], None, None))

    def cut_cell(self, op: CutCell) -> Text:
        self.cells([op.cell])
        owner = self.state.owner.get(op.cell)
        self.check_open(owner)
        self._cut(op.cell, op.line, through=op.through)
        name = self.name_of(owner)
        return Text(f"a cell of {name} is cut", f"切分 {name} 的一个单元")

    def _cut_all(self, cells: Collection[int], line: Line, *, through: bool) -> None:
        crossed = [c for c in self.state.ground.touching(shapely.linestrings(line)) if c in cells]
        for cell in crossed:
            try:
                self._cut(cell, line, through=through)
            except InvalidInput:
                if len(crossed) == 1:
                    raise

    def _cut(self, number: int, line: Line, *, through: bool) -> None:
        ground = self.state.ground
        cut = cut_cell(ground, number, line, self.context.directory, through=through)
        owner = self.state.owner.get(number)
        cells = {number: (owner, None)} if owner else {}
        pieces = {c.id: (None, owner) for c in cut.pieces} if owner else {}
        self.state = apply(
            self.state,
            Change(
                cells={**cells, **pieces},
                ground={
                    number: (ground.cells[number], None),
                    **{c.id: (None, c) for c in cut.pieces},
                    **{n: (ground.cells[n], c) for n, c in cut.beside.items()},
                },
                put_in={
                    n: (ground.put_in.get(n), e)
                    for n, e in cut.put_in.items()
                    if ground.put_in.get(n) != e
                },
            ),
        )

    # --- merge, create, retire ---

    def merge(self, op: Merge) -> Text:
        given = [self.grid(g, "grids") for g in dict.fromkeys(op.grids)]
        into = self.grid(op.into, "into") if op.into else given[0]
        others = [g for g in given if g.id != into.id]
        if not others or any(g.level is not into.level for g in given):
            raise InvalidInput(
                "grids",
                "grids: name two or more grids of one level",
                "grids：请指明两个或更多同级网格",
            )
        self.check_open(*(g.id for g in (*given, into)))
        names = "、".join(g.name for g in others)[:80]
        fields: dict[str, Any] = {}
        if op.name:
            fields["name"] = op.name
        if into.level is Level.COMPOUND:
            fields |= _merged(into, others, op)
        elif op.grade:
            _check_grade(into, op.grade)
        if into.level is Level.BUILDING_CLUSTER:
            self.move([c for g in others for c in sorted(self.state.cells(g.id))], into.id)
        else:
            self._take_children(others, into)
        if fields:
            self.put(into.id, replace(self.state.grids[into.id], **fields))
        return Text(f"{names} merge into {into.name}", f"{names} 合并到 {into.name}")

    def _take_children(self, others: Iterable[Sketch], into: Sketch) -> None:
        for other in others:
            for child in self.state.children(other.id):
                self.put(child, replace(self.state.grids[child], parent=into.id))
            self.put(other.id, None)

    def create(self, op: Create) -> Text:
        level = Level(op.level)
        _exactly_one(op, "cells", "grids")
        kind = op.to_kind or _DEFAULT_KIND[level]
        _check_kind(level, kind, "of_kind")
        if (op.parent is None) is not (level is Level.COMMUNITY):
            raise InvalidInput(
                "parent",
                "parent: name the grid one level up (a community has none)",
                "parent：请指明上一级网格（社区没有上级）",
            )
        parent = None
        if op.parent is not None and level.above is not None:
            parent = self.of_level(op.parent, "parent", level.above).id
            self.check_open(parent)
        if bool(op.cells) is not (level is Level.BUILDING_CLUSTER):
            raise InvalidInput(
                "cells",
                "cells make a level-3 grid, grids of the level below one of level 2 or 1",
                "三级网格由 cells 组成，一、二级网格由下一级 grids 组成",
            )
        given = [self.of_level(g, "grids", Level(level + 1)) for g in op.grids]
        cells = self.cells(op.cells)
        new = self.new(Sketch(self.context.new_id(level), level, parent, op.name, kind))
        if cells:
            self.move(cells, new)
        for grid in given:
            self.adopt(grid.id, new)
        return Text(f"new grid {op.name}", f"新建网格 {op.name}")

    def retire(self, op: Retire) -> Text:
        grid, into = self.grid(op.grid, "grid"), self.grid(op.into, "into")
        if grid.id == into.id or grid.level is not into.level:
            raise InvalidInput(
                "into",
                "into: another grid of the same level takes what the retired one has",
                "into：应为接收其全部范围的另一个同级网格",
            )
        self.check_open(grid.id, into.id)
        if grid.level is Level.BUILDING_CLUSTER:
            self.move(sorted(self.state.cells(grid.id)), into.id)
        else:
            self._take_children([grid], into)
        return Text(
            f"{grid.name} is retired into {into.name}", f"撤销 {grid.name}，并入 {into.name}"
        )

    # --- what a grid is called ---

    def rename(self, op: Rename) -> Text:
        grid = self.grid(op.grid, "grid")
        self.edit(grid.id, name=op.name)
        return Text(f"{grid.name} is renamed {op.name}", f"{grid.name} 更名为 {op.name}")

    def set_class(self, op: SetClass) -> Text:
        grid = self.of_level(op.grid, "grid", Level.COMMUNITY)
        self.edit(grid.id, grid_class=op.class_)
        return Text(
            f"{grid.name} is of class {op.class_ or '—'}",
            f"{grid.name} 定为{op.class_ or '无'}类",
        )

    def set_grade(self, op: SetGrade) -> Text:
        grid = self.of_level(op.grid, "grid", Level.COMPOUND)
        self.edit(grid.id, grid_grade=op.grade)
        return Text(
            f"{grid.name} is of grade {op.grade or '—'}", f"{grid.name} 定为 {op.grade or '无'} 级"
        )

    def set_kind(self, op: SetKind) -> Text:
        grid = self.grid(op.grid, "grid")
        kind = _check_kind(grid.level, op.to, "to")
        self.edit(grid.id, kind=kind)
        return Text(f"{grid.name} becomes {kind}", f"{grid.name} 的类型改为 {_KINDS_ZH[kind]}")

    def set_parent(self, op: SetParent) -> Text:
        grid = self.grid(op.grid, "grid")
        above = grid.level.above
        if above is None:
            raise InvalidInput("grid", "grid: a community has no parent", "grid：社区没有上级网格")
        parent = self.of_level(op.parent, "parent", above)
        self.adopt(grid.id, parent.id)
        return Text(f"{grid.name} goes to {parent.name}", f"{grid.name} 划归 {parent.name}")

    def expect_parts(self, op: ExpectParts) -> Text:
        grid = self.grid(op.grid, "grid")
        if not 1 <= op.n <= 1000:
            raise InvalidInput("n", "n must be from 1 to 1000", "n 应为 1 到 1000", ("1..1000",))
        self.edit(grid.id, parts=op.n)
        return Text(f"{grid.name} may lie in {op.n} parts", f"{grid.name} 可由 {op.n} 块组成")

    def lock(self, op: Lock) -> Text:
        return self._lock(op.grids, on=True)

    def unlock(self, op: Unlock) -> Text:
        return self._lock(op.grids, on=False)

    def _lock(self, names: Iterable[str], *, on: bool) -> Text:
        given = [self.grid(g, "grids") for g in names]
        locks: dict[GridId, tuple[bool | None, bool | None]] = {
            g.id: (self.state.locked.get(g.id), on or None) for g in given
        }
        self.state = apply(self.state, Change(locks=locks))
        shown = "、".join(g.name for g in given)[:80]
        if on:
            return Text(f"{shown} locked", f"锁定 {shown}")
        return Text(f"{shown} unlocked", f"解锁 {shown}")

    # --- people ---

    def assign(self, op: Assign) -> Text:
        person, grid = self.person(op.person), self.grid(op.grid, "grid")
        if int(grid.level) not in ROLES[op.role].levels:
            raise InvalidInput(
                "role",
                f"role: {op.role} is not held on level {int(grid.level)}",
                f"role：第 {int(grid.level)} 级网格没有“{ROLES[op.role].title.zh}”",
                tuple(r for r, rule in ROLES.items() if int(grid.level) in rule.levels),
            )
        for other in self._replaced(op, grid):
            if other != person:
                self._set_duty(other, grid.id, op.role, held=False, since=op.since)
        self._set_duty(person, grid.id, op.role, held=True, since=op.since)
        name = self.context.roster.by_id[person].name
        title = role_title(op.role, grid.level)
        return Text(
            f"{name} becomes {title.en} of {grid.name}", f"{name} 任 {grid.name} {title.zh}"
        )

    def _replaced(self, op: Assign, grid: Sketch) -> list[PersonId]:
        held = [
            r.person.id
            for r in self.context.roster.duties_on(grid.id, self.context.day)
            if r.duty.role is op.role
        ]
        held += [
            a.person
            for a in self.state.duties.values()
            if a.held and a.grid == grid.id and a.role is op.role
        ]
        if op.role is Role.GRID_LEADER or op.instead_of == "all":
            return list(dict.fromkeys(held))
        return [self.person(op.instead_of, "instead_of")] if op.instead_of else []

    def unassign(self, op: Unassign) -> Text:
        person, grid = self.person(op.person), self.grid(op.grid, "grid")
        self._set_duty(person, grid.id, op.role, held=False, since=None)
        name = self.context.roster.by_id[person].name
        title = role_title(op.role, grid.level)
        return Text(
            f"{name} is no longer {title.en} of {grid.name}",
            f"{name} 不再任 {grid.name} {title.zh}",
        )

    def _set_duty(
        self, person: PersonId, grid: GridId, role: Role, *, held: bool, since: date | None
    ) -> None:
        key: DutyKey = (person, grid, role)
        holds = any(
            r.person.id == person and r.duty.role is role
            for r in self.context.roster.duties_on(grid, self.context.day)
        )
        after = None if holds is held else Assignment(person, grid, role, held, since)
        change = Change(duties={key: (self.state.duties.get(key), after)})
        self.state = apply(self.state, change)

    # --- waivers ---

    def waive(self, op: Waive) -> Text:
        sentence = self.context.waivable(self.state).get(op.finding)
        if sentence is None:
            raise InvalidInput(
                "finding",
                f"finding: there is no soft finding {op.finding[:60]!r} to waive",
                f"finding：没有可豁免的问题 {op.finding[:60]!r}",
            )
        waiver = Waiver(op.reason, self.context.author, self.context.now)
        before = self.state.waivers.get(op.finding)
        self.state = apply(self.state, Change(waivers={op.finding: (before, waiver)}))
        return Text(f"waived: {sentence.en[:120]}", f"豁免：{sentence.zh[:80]}")

    def unwaive(self, op: Unwaive) -> Text:
        before = self.state.waivers.get(op.finding)
        if before is None:
            raise InvalidInput(
                "finding",
                f"finding: {op.finding[:60]!r} is not waived",
                f"finding：{op.finding[:60]!r} 没有被豁免",
            )
        self.state = apply(self.state, Change(waivers={op.finding: (before, None)}))
        return Text("a waiver is taken back", "撤回一项豁免")

    def arrange(self, op: Arrange) -> Text:
        if not op.moves and not op.new:
            raise InvalidInput("moves", "give moves or new", "请给出 moves 或 new")
        lists = [m.cells for m in op.moves] + [n.cells for n in op.new]
        named = [c for cells in lists for c in self.cells(cells)]
        if len(named) != len(set(named)):
            raise InvalidInput("cells", "a cell is named twice", "有单元重复出现")
        sources = {self.state.owner[c] for c in named if c in self.state.owner}
        targets = [self.of_level(m.into, "into", Level.BUILDING_CLUSTER).id for m in op.moves]
        for new in op.new:
            parent = self.of_level(new.parent, "parent", Level.COMPOUND).id
            self.check_open(parent)
            kind = new.to_kind or GridKind.BUILDING_CLUSTER
            _check_kind(Level.BUILDING_CLUSTER, kind, "of_kind")
            identity = self.context.new_id(Level.BUILDING_CLUSTER)
            targets.append(
                self.new(Sketch(identity, Level.BUILDING_CLUSTER, parent, new.name, kind))
            )
        for target, cells in zip(targets, lists, strict=True):
            self.move(cells, target, drop=False)
        for source in sorted(sources):
            if source in self.state.grids and source not in self.state.cells_of:
                self.drop(source)
        return Text(
            f"{len(named)} cells rearranged, {len(op.new)} new grids",
            f"重新安排 {len(named)} 个单元，新建 {len(op.new)} 个网格",
        )

    def batch(self, op: Batch) -> Text:
        first = Text("", "")
        for number, operation in enumerate(op.operations):
            text = self.do(operation)
            first = first if number else text
        if op.text:
            return Text(op.text, op.text)
        more = len(op.operations) - 1
        return Text(f"{first.en} (+{more})", f"{first.zh}（等 {more + 1} 步）") if more else first


_ACTS: Mapping[type[Any], Any] = {
    Paint: _Work.paint,
    MoveBoundary: _Work.move_boundary,
    Split: _Work.split,
    CutCell: _Work.cut_cell,
    Merge: _Work.merge,
    Create: _Work.create,
    Retire: _Work.retire,
    Rename: _Work.rename,
    SetClass: _Work.set_class,
    SetGrade: _Work.set_grade,
    SetKind: _Work.set_kind,
    SetParent: _Work.set_parent,
    Assign: _Work.assign,
    Unassign: _Work.unassign,
    Lock: _Work.lock,
    Unlock: _Work.unlock,
    Waive: _Work.waive,
    Unwaive: _Work.unwaive,
    ExpectParts: _Work.expect_parts,
    Arrange: _Work.arrange,
    Batch: _Work.batch,
}
_KINDS_ZH = {
    GridKind.COMMUNITY: "社区",
    GridKind.COMPOUND: "小区",
    GridKind.MERGED_COMPOUND: "合并小区",
    GridKind.BUILDING_CLUSTER: "楼栋群",
    GridKind.SHOPFRONT_ROW: "门面房",
    GridKind.DEDICATED: "专属网格",
    GridKind.RESIDUAL: "其他用地",
}


def _exactly_one(op: Any, *members: str) -> None:
    given = [m for m in members if getattr(op, m)]
    if len(given) != 1:
        listed = ", ".join(members)
        raise InvalidInput(
            given[1] if given else members[0],
            f"give exactly one of {listed}",
            f"{listed} 应恰好给出其一",
            members,
        )


def _check_kind(level: Level, kind: str, field: str) -> GridKind:
    allowed = KINDS_OF_LEVEL[level]
    if kind in allowed:
        return GridKind(kind)
    listed = ", ".join(allowed)
    raise InvalidInput(
        field,
        f"{field} = {kind[:40]!r}: a grid of level {int(level)} is one of {listed}",
        f"{field} = {kind[:40]!r}：第 {int(level)} 级网格应为以下之一：{listed}",
        tuple(allowed),
    )


def _check_grade(into: Sketch, grade: str) -> None:
    raise InvalidInput(
        "grade",
        f"grade = {grade}: only compounds have a grade, {into.name} is none",
        f"grade = {grade}：只有小区有等级，{into.name} 不是小区",
    )


def _merged(into: Sketch, others: Iterable[Sketch], op: Merge) -> dict[str, Any]:
    """Return what a merged compound is called: its members joined."""
    members = [m for g in (into, *others) for m in g.members or (Member(g.name),)]
    fields: dict[str, Any] = {"kind": GridKind.MERGED_COMPOUND, "members": tuple(members)}
    if not op.name:
        fields["name"] = "·".join(dict.fromkeys(g.name for g in (into, *others)))[:100]
    if op.grade:
        fields["grid_grade"] = op.grade
    return fields


def _split_text(grid: Sketch, new: str) -> Text:
    return Text(f"{grid.name} is split: {new} is new", f"拆分 {grid.name}，新建 {new}")

"""A grid split in two, and a cell cut."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import shapely

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level
from gis.planning import cutting
from gis.planning.cutting import left_of
from gis.planning.handlers.editor import PlanEditor, check_kind, exactly_one
from gis.planning.operations import CutCell, Line, Split
from gis.planning.state import GridAttributes, PlanChange


def split(editor: PlanEditor, op: Split) -> Text:
    """Divide a cluster by its cells, a compound by its clusters; the lighter side is new."""
    grid = editor.grid(op.grid, "grid")
    exactly_one(op, "line", "cells")
    if grid.level is Level.COMMUNITY:
        raise InvalidInput(
            "grid",
            "grid: a community is divided by giving its compounds another parent",
            "grid：社区的调整请改变其小区的上级",
        )
    editor.check_open(grid.id)
    if op.to_kind is not None:
        check_kind(grid.level, op.to_kind, "of_kind")
    if grid.level is Level.BUILDING_CLUSTER:
        return _split_cluster(editor, op, grid)
    return _split_compound(editor, op, grid)


def _split_cluster(editor: PlanEditor, op: Split, grid: GridAttributes) -> Text:
    cells = editor.state.cells(grid.id)
    if op.cells:
        away = [c for c in editor.cells(op.cells) if c in cells]
    else:
        if op.cut:
            _cut_all(editor, cells, op.line, through=op.through)
            cells = editor.state.cells(grid.id)
        away = _smaller_side(editor, cells, op.line)
    _check_parts(away, cells, grid)
    new = _sibling(editor, grid, op.name, op.to_kind)
    editor.move(away, new)
    return _split_text(grid, editor.name_of(new))


def _smaller_side(editor: PlanEditor, cells: Collection[int], line: Line) -> list[int]:
    numbers = sorted(cells)
    points = np.array([editor.state.cell_map.cells[c].lon_lat for c in numbers])
    left = left_of(points, line).tolist()
    sides = [[c for c, at in zip(numbers, left, strict=True) if at is s] for s in (True, False)]
    return min(sides, key=partial(_weight, editor))


def _weight(editor: PlanEditor, cells: Collection[int]) -> tuple[float, ...]:
    own = [editor.state.cell_map.cells[c] for c in cells]
    return (
        sum(c.households for c in own),
        sum(len(c.buildings) for c in own),
        sum(len(c.shops) for c in own),
        sum(c.area_m2 for c in own),
    )


def _check_parts(away: Collection[Any], cells: Collection[Any], grid: GridAttributes) -> None:
    if away and len(away) < len(cells):
        return
    raise InvalidInput(
        "line",
        f"{grid.name} is not split: all its cells lie on one side; draw the line between "
        "buildings, name the cells, or cut a cell",
        f"{grid.name} 没有被拆分：所有单元都在同一侧；请把线画在楼栋之间、直接指定单元，"
        "或先切分单元",
    )


def _sibling(
    editor: PlanEditor, grid: GridAttributes, name: str | None, kind: GridKind | None
) -> GridId:
    return editor.new(
        GridAttributes(
            editor.context.new_id(grid.level),
            grid.level,
            grid.parent,
            name or _next_name(editor, grid),
            kind or grid.kind,
            grid_class=grid.grid_class,
            grid_grade=grid.grid_grade,
        )
    )


def _next_name(editor: PlanEditor, grid: GridAttributes) -> str:
    """Return a name like those beside it: 金陵二村第7网格 after 金陵二村第6网格."""
    head, _, tail = grid.name.rpartition("第")
    known = {s.name for s in editor.state.grids.values()}
    if head and tail.endswith("网格") and tail[:-2].isdigit():
        numbers = range(1, len(known) + 2)
        return next(n for i in numbers if (n := f"{head}第{i}网格") not in known)
    return next(n for i in range(2, len(known) + 3) if (n := f"{grid.name}({i})") not in known)


def _split_compound(editor: PlanEditor, op: Split, grid: GridAttributes) -> Text:
    children = editor.state.children(grid.id)
    if op.cells:
        chosen = set(editor.cells(op.cells))
        away = [c for c in children if editor.state.cells(c) <= chosen]
    else:
        if op.straddling == "split":
            _split_straddling(editor, grid, op.line)
            children = editor.state.children(grid.id)
        away = _children_beyond(editor, children, op.line)
    _check_parts(away, children, grid)
    new = _sibling(editor, replace(grid, members=()), op.name, op.to_kind)
    for child in away:
        editor.adopt(child, new)
    return _split_text(grid, editor.name_of(new))


def _children_beyond(editor: PlanEditor, children: Collection[GridId], line: Line) -> list[GridId]:
    sides: dict[bool, list[GridId]] = {True: [], False: []}
    for child in children:
        cells = sorted(editor.state.cells(child))
        points = np.array([editor.state.cell_map.cells[c].lon_lat for c in cells])
        left = left_of(points, line).tolist()
        groups = [[c for c, at in zip(cells, left, strict=True) if at is s] for s in (True, False)]
        sides[_weight(editor, groups[0]) >= _weight(editor, groups[1])].append(child)
    return min(
        sides.values(),
        key=lambda own: _weight(editor, [c for g in own for c in editor.state.cells(g)]),
    )


def _split_straddling(editor: PlanEditor, grid: GridAttributes, line: Line) -> None:
    for child in editor.state.children(grid.id):
        cells = editor.state.cells(child)
        away = _smaller_side(editor, cells, line)
        if away:
            editor.move(away, _sibling(editor, editor.state.grids[child], None, None))


def _cut_all(editor: PlanEditor, cells: Collection[int], line: Line, *, through: bool) -> None:
    crossed = [c for c in editor.state.cell_map.touching(shapely.linestrings(line)) if c in cells]
    for cell in crossed:
        try:
            _cut(editor, cell, line, through=through)
        except InvalidInput:
            if len(crossed) == 1:
                raise


def cut_cell(editor: PlanEditor, op: CutCell) -> Text:
    """Cut a cell along a line, clear of walls unless told to go through."""
    editor.cells([op.cell])
    owner = editor.state.owner.get(op.cell)
    editor.check_open(owner)
    _cut(editor, op.cell, op.line, through=op.through)
    name = editor.name_of(owner)
    return Text(f"a cell of {name} is cut", f"切分 {name} 的一个单元")


def _cut(editor: PlanEditor, number: int, line: Line, *, through: bool) -> None:
    cell_map = editor.state.cell_map
    cut = cutting.cut_cell(cell_map, number, line, editor.context.directory, through=through)
    owner = editor.state.owner.get(number)
    cells = {number: (owner, None)} if owner else {}
    pieces = {c.id: (None, owner) for c in cut.pieces} if owner else {}
    editor.apply(
        PlanChange(
            cells={**cells, **pieces},
            cut_cells={
                number: (cell_map.cells[number], None),
                **{c.id: (None, c) for c in cut.pieces},
                **{n: (cell_map.cells[n], c) for n, c in cut.beside.items()},
            },
            put_in={
                n: (cell_map.put_in.get(n), e)
                for n, e in cut.put_in.items()
                if cell_map.put_in.get(n) != e
            },
        ),
    )


def _split_text(grid: GridAttributes, new: str) -> Text:
    return Text(f"{grid.name} is split: {new} is new", f"拆分 {grid.name}，新建 {new}")

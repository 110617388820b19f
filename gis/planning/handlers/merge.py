"""Grids made of others: merged, created, retired, and rearranged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gis.division import GridKind, Member
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import Level
from gis.planning.handlers.editor import PlanEditor, check_kind, exactly_one
from gis.planning.operations import Create, Merge, ReassignCells, Retire
from gis.planning.state import GridAttributes

_DEFAULT_KIND = {
    Level.COMMUNITY: GridKind.COMMUNITY,
    Level.COMPOUND: GridKind.COMPOUND,
    Level.BUILDING_CLUSTER: GridKind.BUILDING_CLUSTER,
}


def merge(editor: PlanEditor, op: Merge) -> Text:
    """Join grids of one level into one of them."""
    given = [editor.grid(g, "grids") for g in dict.fromkeys(op.grids)]
    into = editor.grid(op.into, "into") if op.into else given[0]
    others = [g for g in given if g.id != into.id]
    if not others or any(g.level is not into.level for g in given):
        raise InvalidInput(
            "grids",
            "grids: name two or more grids of one level",
            "grids：请指明两个或更多同级网格",
        )
    editor.check_open(*(g.id for g in (*given, into)))
    names = "、".join(g.name for g in others)[:80]
    fields: dict[str, Any] = {}
    if op.name:
        fields["name"] = op.name
    if into.level is Level.COMPOUND:
        fields |= _merged(into, others, op)
    elif op.grade:
        _check_grade(into, op.grade)
    if into.level is Level.BUILDING_CLUSTER:
        editor.move([c for g in others for c in sorted(editor.state.cells(g.id))], into.id)
    else:
        _take_children(editor, others, into)
    if fields:
        editor.put(into.id, replace(editor.state.grids[into.id], **fields))
    return Text(f"{names} merge into {into.name}", f"{names} 合并到 {into.name}")


def _take_children(
    editor: PlanEditor, others: Iterable[GridAttributes], into: GridAttributes
) -> None:
    for other in others:
        for child in editor.state.children(other.id):
            editor.put(child, replace(editor.state.grids[child], parent=into.id))
        editor.put(other.id, None)


def create(editor: PlanEditor, op: Create) -> Text:
    """Make a grid of cells, or of grids of the level below."""
    level = Level(op.level)
    exactly_one(op, "cells", "grids")
    kind = op.to_kind or _DEFAULT_KIND[level]
    check_kind(level, kind, "of_kind")
    if (op.parent is None) is not (level is Level.COMMUNITY):
        raise InvalidInput(
            "parent",
            "parent: name the grid one level up (a community has none)",
            "parent：请指明上一级网格（社区没有上级）",
        )
    parent = None
    if op.parent is not None and level.above is not None:
        parent = editor.of_level(op.parent, "parent", level.above).id
        editor.check_open(parent)
    if bool(op.cells) is not (level is Level.BUILDING_CLUSTER):
        raise InvalidInput(
            "cells",
            "cells make a level-3 grid, grids of the level below one of level 2 or 1",
            "三级网格由 cells 组成，一、二级网格由下一级 grids 组成",
        )
    given = [editor.of_level(g, "grids", Level(level + 1)) for g in op.grids]
    cells = editor.cells(op.cells)
    new = editor.new(GridAttributes(editor.context.new_id(level), level, parent, op.name, kind))
    if cells:
        editor.move(cells, new)
    for grid in given:
        editor.adopt(grid.id, new)
    return Text(f"new grid {op.name}", f"新建网格 {op.name}")


def retire(editor: PlanEditor, op: Retire) -> Text:
    """Give all that a grid has to another one of its level."""
    grid, into = editor.grid(op.grid, "grid"), editor.grid(op.into, "into")
    if grid.id == into.id or grid.level is not into.level:
        raise InvalidInput(
            "into",
            "into: another grid of the same level takes what the retired one has",
            "into：应为接收其全部范围的另一个同级网格",
        )
    editor.check_open(grid.id, into.id)
    if grid.level is Level.BUILDING_CLUSTER:
        editor.move(sorted(editor.state.cells(grid.id)), into.id)
    else:
        _take_children(editor, [grid], into)
    return Text(f"{grid.name} is retired into {into.name}", f"撤销 {grid.name}，并入 {into.name}")


def arrange(editor: PlanEditor, op: ReassignCells) -> Text:
    """Give many cells to grids old and new at once, as a proposal does."""
    if not op.moves and not op.new:
        raise InvalidInput("moves", "give moves or new", "请给出 moves 或 new")
    lists = [m.cells for m in op.moves] + [n.cells for n in op.new]
    named = [c for cells in lists for c in editor.cells(cells)]
    if len(named) != len(set(named)):
        raise InvalidInput("cells", "a cell is named twice", "有单元重复出现")
    sources = {editor.state.owner[c] for c in named if c in editor.state.owner}
    targets = [editor.of_level(m.into, "into", Level.BUILDING_CLUSTER).id for m in op.moves]
    for new in op.new:
        parent = editor.of_level(new.parent, "parent", Level.COMPOUND).id
        editor.check_open(parent)
        kind = new.to_kind or GridKind.BUILDING_CLUSTER
        check_kind(Level.BUILDING_CLUSTER, kind, "of_kind")
        identity = editor.context.new_id(Level.BUILDING_CLUSTER)
        targets.append(
            editor.new(GridAttributes(identity, Level.BUILDING_CLUSTER, parent, new.name, kind))
        )
    for target, cells in zip(targets, lists, strict=True):
        editor.move(cells, target, drop=False)
    for source in sorted(sources):
        if source in editor.state.grids and source not in editor.state.cells_of:
            editor.drop(source)
    return Text(
        f"{len(named)} cells rearranged, {len(op.new)} new grids",
        f"重新安排 {len(named)} 个单元，新建 {len(op.new)} 个网格",
    )


def _check_grade(into: GridAttributes, grade: str) -> None:
    raise InvalidInput(
        "grade",
        f"grade = {grade}: only compounds have a grade, {into.name} is none",
        f"grade = {grade}：只有小区有等级，{into.name} 不是小区",
    )


def _merged(into: GridAttributes, others: Iterable[GridAttributes], op: Merge) -> dict[str, Any]:
    """Return what a merged compound is called: its members joined."""
    members = [m for g in (into, *others) for m in g.members or (Member(g.name),)]
    fields: dict[str, Any] = {"kind": GridKind.MERGED_COMPOUND, "members": tuple(members)}
    if not op.name:
        fields["name"] = "·".join(dict.fromkeys(g.name for g in (into, *others)))[:100]
    if op.grade:
        fields["grid_grade"] = op.grade
    return fields

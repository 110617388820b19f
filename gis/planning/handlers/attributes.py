"""What a grid is called, where it belongs, and whether it may be touched."""

from __future__ import annotations

from collections.abc import Iterable

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level
from gis.planning.handlers.editor import PlanEditor, check_kind
from gis.planning.operations import (
    ExpectParts,
    Lock,
    Rename,
    SetClass,
    SetGrade,
    SetKind,
    SetParent,
    Unlock,
)
from gis.planning.state import PlanChange

_KINDS_ZH = {
    GridKind.COMMUNITY: "社区",
    GridKind.COMPOUND: "小区",
    GridKind.MERGED_COMPOUND: "合并小区",
    GridKind.BUILDING_CLUSTER: "楼栋群",
    GridKind.SHOPFRONT_ROW: "门面房",
    GridKind.DEDICATED: "专属网格",
    GridKind.RESIDUAL: "其他用地",
}


def rename(editor: PlanEditor, op: Rename) -> Text:
    """Give a grid another name."""
    grid = editor.grid(op.grid, "grid")
    editor.edit(grid.id, name=op.name)
    return Text(f"{grid.name} is renamed {op.name}", f"{grid.name} 更名为 {op.name}")


def set_class(editor: PlanEditor, op: SetClass) -> Text:
    """Set the class of a community."""
    grid = editor.of_level(op.grid, "grid", Level.COMMUNITY)
    editor.edit(grid.id, grid_class=op.class_)
    return Text(
        f"{grid.name} is of class {op.class_ or '—'}",
        f"{grid.name} 定为{op.class_ or '无'}类",
    )


def set_grade(editor: PlanEditor, op: SetGrade) -> Text:
    """Set the grade of a compound."""
    grid = editor.of_level(op.grid, "grid", Level.COMPOUND)
    editor.edit(grid.id, grid_grade=op.grade)
    return Text(
        f"{grid.name} is of grade {op.grade or '—'}", f"{grid.name} 定为 {op.grade or '无'} 级"
    )


def set_kind(editor: PlanEditor, op: SetKind) -> Text:
    """Set the kind of a grid to one that its level allows."""
    grid = editor.grid(op.grid, "grid")
    kind = check_kind(grid.level, op.to, "to")
    editor.edit(grid.id, kind=kind)
    return Text(f"{grid.name} becomes {kind}", f"{grid.name} 的类型改为 {_KINDS_ZH[kind]}")


def set_parent(editor: PlanEditor, op: SetParent) -> Text:
    """Give a grid another parent."""
    grid = editor.grid(op.grid, "grid")
    above = grid.level.above
    if above is None:
        raise InvalidInput("grid", "grid: a community has no parent", "grid：社区没有上级网格")
    parent = editor.of_level(op.parent, "parent", above)
    editor.adopt(grid.id, parent.id)
    return Text(f"{grid.name} goes to {parent.name}", f"{grid.name} 划归 {parent.name}")


def expect_parts(editor: PlanEditor, op: ExpectParts) -> Text:
    """State in how many parts a grid may lie."""
    grid = editor.grid(op.grid, "grid")
    if not 1 <= op.n <= 1000:
        raise InvalidInput("n", "n must be from 1 to 1000", "n 应为 1 到 1000", ("1..1000",))
    editor.edit(grid.id, parts=op.n)
    return Text(f"{grid.name} may lie in {op.n} parts", f"{grid.name} 可由 {op.n} 块组成")


def lock(editor: PlanEditor, op: Lock) -> Text:
    """Lock grids against every change of them and of what lies in them."""
    return _lock(editor, op.grids, on=True)


def unlock(editor: PlanEditor, op: Unlock) -> Text:
    """Unlock grids."""
    return _lock(editor, op.grids, on=False)


def _lock(editor: PlanEditor, names: Iterable[str], *, on: bool) -> Text:
    given = [editor.grid(g, "grids") for g in names]
    locks: dict[GridId, tuple[bool | None, bool | None]] = {
        g.id: (editor.state.locked.get(g.id), on or None) for g in given
    }
    editor.apply(PlanChange(locks=locks))
    shown = "、".join(g.name for g in given)[:80]
    if on:
        return Text(f"{shown} locked", f"锁定 {shown}")
    return Text(f"{shown} unlocked", f"解锁 {shown}")

"""Ground given from grid to grid: painting, and moving a boundary."""

from __future__ import annotations

import shapely

from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import Level
from gis.planning.handlers.editor import PlanEditor, exactly_one
from gis.planning.operations import MoveBoundary, Paint
from gis.planning.state import GridAttributes


def paint(editor: PlanEditor, op: Paint) -> Text:
    """Give cells, or whole grids of the level below, to a grid."""
    into = editor.grid(op.into, "into")
    exactly_one(op, "cells", "grids", "line", "box")
    if op.grids:
        return _paint_grids(editor, op, into)
    if into.level is not Level.BUILDING_CLUSTER:
        raise InvalidInput(
            "into",
            "into: cells go into a level-3 grid; to give whole level-3 grids to a "
            "compound name them as grids",
            "into：单元只能划入三级网格；要把整个三级网格划入小区，请用 grids 指明",
        )
    cells = editor.cells(op.cells) or _touched(editor, op, into)
    return _moved(editor, cells, into)


def _touched(editor: PlanEditor, op: Paint, into: GridAttributes) -> list[int]:
    shape = shapely.linestrings(op.line) if op.line else shapely.box(*op.box)
    cells = editor.state.cell_map.touching(shape)
    if op.only_from is not None:
        source = editor.grid(op.only_from, "only_from")
        allowed = editor.state.cells(source.id)
        cells = [c for c in cells if c in allowed]
    return [c for c in cells if editor.state.owner.get(c) != into.id]


def _moved(editor: PlanEditor, cells: list[int], into: GridAttributes) -> Text:
    from_ = list(dict.fromkeys(editor.name_of(editor.state.owner.get(c)) for c in cells))
    moved = editor.move(cells, into.id)
    named = "、".join(f for f in from_ if f != into.name)[:60] or "—"
    return Text(
        f"{len(moved)} cells of {named} go to {into.name}",
        f"{named} 的 {len(moved)} 个单元划入 {into.name}",
    )


def _paint_grids(editor: PlanEditor, op: Paint, into: GridAttributes) -> Text:
    if into.level is Level.BUILDING_CLUSTER:
        given = [editor.of_level(g, "grids", Level.BUILDING_CLUSTER) for g in op.grids]
        cells = [c for g in given for c in sorted(editor.state.cells(g.id)) if g.id != into.id]
        names = "、".join(g.name for g in given)[:60]
        editor.move(cells, into.id)
        return Text(f"{names} go into {into.name}", f"{names} 并入 {into.name}")
    below = Level(into.level + 1)
    given = [editor.of_level(g, "grids", below) for g in op.grids]
    for grid in given:
        editor.adopt(grid.id, into.id)
    names = "、".join(g.name for g in given)[:60]
    return Text(f"{names} go to {into.name}", f"{names} 划归 {into.name}")


def move_boundary(editor: PlanEditor, op: MoveBoundary) -> Text:
    """Give the cells that a dragged boundary passed over to the grid on its other side."""
    source = editor.of_level(op.from_, "from", Level.BUILDING_CLUSTER)
    target = editor.of_level(op.to, "to", Level.BUILDING_CLUSTER)
    exactly_one(op, "cells", "line")
    named = editor.cells(op.cells) or editor.state.cell_map.touching(shapely.linestrings(op.line))
    cells = [c for c in named if editor.state.owner.get(c) == source.id]
    editor.move(cells, target.id)
    return Text(
        f"the boundary moves: {len(cells)} cells from {source.name} to {target.name}",
        f"界线移动：{source.name} 的 {len(cells)} 个单元划入 {target.name}",
    )

"""Ground given from grid to grid: painting, and moving a boundary."""

from __future__ import annotations

import shapely

from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import Level
from gis.planning.handlers.editor import Work, exactly_one
from gis.planning.operations import MoveBoundary, Paint
from gis.planning.state import Sketch


def paint(work: Work, op: Paint) -> Text:
    """Give cells, or whole grids of the level below, to a grid."""
    into = work.grid(op.into, "into")
    exactly_one(op, "cells", "grids", "line", "box")
    if op.grids:
        return _paint_grids(work, op, into)
    if into.level is not Level.BUILDING_CLUSTER:
        raise InvalidInput(
            "into",
            "into: cells go into a level-3 grid; to give whole level-3 grids to a "
            "compound name them as grids",
            "into：单元只能划入三级网格；要把整个三级网格划入小区，请用 grids 指明",
        )
    cells = work.cells(op.cells) or _touched(work, op, into)
    return _moved(work, cells, into)


def _touched(work: Work, op: Paint, into: Sketch) -> list[int]:
    shape = shapely.linestrings(op.line) if op.line else shapely.box(*op.box)
    cells = work.state.ground.touching(shape)
    if op.only_from is not None:
        source = work.grid(op.only_from, "only_from")
        allowed = work.state.cells(source.id)
        cells = [c for c in cells if c in allowed]
    return [c for c in cells if work.state.owner.get(c) != into.id]


def _moved(work: Work, cells: list[int], into: Sketch) -> Text:
    from_ = list(dict.fromkeys(work.name_of(work.state.owner.get(c)) for c in cells))
    moved = work.move(cells, into.id)
    named = "、".join(f for f in from_ if f != into.name)[:60] or "—"
    return Text(
        f"{len(moved)} cells of {named} go to {into.name}",
        f"{named} 的 {len(moved)} 个单元划入 {into.name}",
    )


def _paint_grids(work: Work, op: Paint, into: Sketch) -> Text:
    if into.level is Level.BUILDING_CLUSTER:
        given = [work.of_level(g, "grids", Level.BUILDING_CLUSTER) for g in op.grids]
        cells = [c for g in given for c in sorted(work.state.cells(g.id)) if g.id != into.id]
        names = "、".join(g.name for g in given)[:60]
        work.move(cells, into.id)
        return Text(f"{names} go into {into.name}", f"{names} 并入 {into.name}")
    below = Level(into.level + 1)
    given = [work.of_level(g, "grids", below) for g in op.grids]
    for grid in given:
        work.adopt(grid.id, into.id)
    names = "、".join(g.name for g in given)[:60]
    return Text(f"{names} go to {into.name}", f"{names} 划归 {into.name}")


def move_boundary(work: Work, op: MoveBoundary) -> Text:
    """Give the cells that a dragged boundary passed over to the grid on its other side."""
    source = work.of_level(op.from_, "from", Level.BUILDING_CLUSTER)
    target = work.of_level(op.to, "to", Level.BUILDING_CLUSTER)
    exactly_one(op, "cells", "line")
    named = work.cells(op.cells) or work.state.ground.touching(shapely.linestrings(op.line))
    cells = [c for c in named if work.state.owner.get(c) == source.id]
    work.move(cells, target.id)
    return Text(
        f"the boundary moves: {len(cells)} cells from {source.name} to {target.name}",
        f"界线移动：{source.name} 的 {len(cells)} 个单元划入 {target.name}",
    )

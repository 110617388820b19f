"""Cutting a cell along a line: a named act, the only one that draws a line of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.directory import Directory
from gis.errors import Conflict, InvalidInput
from gis.geometry import area_m2, metres_of_degree
from gis.ids import PlaceId
from gis.planning.cell_map import Cell, CellMap, shares
from gis.planning.cells import cut_face, nodes_put_in, with_nodes
from gis.planning.lattice import SCALE, Edge, Face, Node, faces_from, geometry_of, outline
from gis.planning.operations import Line

_SMALLEST_M2 = 1.0


@dataclass(frozen=True)
class Cut:
    """What a cut makes: the pieces, neighbours with new nodes, and those nodes."""

    pieces: tuple[Cell, ...]
    beside: Mapping[int, Cell]
    put_in: Mapping[Node, Edge]


def cut_cell(
    cell_map: CellMap, number: int, line: Line, directory: Directory, *, through: bool
) -> Cut:
    """Return what becomes of a cell that is cut along a line; the ground stays as it is.

    Raises
    ------
    InvalidInput
        The line does not cross the cell from edge to edge.
    Conflict
        A building stands in the way and ``through`` is not set.
    """
    cell = cell_map.cells[number]
    faces = cut_face(cell.face, shapely.linestrings(line))
    shapes = np.array([geometry_of((f,)) for f in faces], dtype=object)
    areas = area_m2(shapes)
    if len(faces) < 2 or areas.min() < _SMALLEST_M2:
        raise InvalidInput(
            "line",
            f"the line does not cut cell {number} into parts of {_SMALLEST_M2:g} m² or more: "
            "draw it from outside the cell to outside on the other side",
            f"该线没有把单元 {number} 切成两块（每块至少 {_SMALLEST_M2:g} 平方米）："
            "请从单元一侧之外画到另一侧之外",
        )
    if not through:
        _check_walls(cell, shapely.linestrings(line), directory)
    pieces = _pieces(cell_map, cell, faces, shapes.tolist(), directory)
    put_in, between = _new_nodes(cell_map, cell, [p.face for p in pieces])
    beside: dict[int, Cell] = {}
    for (start, end), nodes in between.items():
        other = cell_map.at_edge.get((end, start))
        if other is None or other == number:
            continue
        neighbour = beside.get(other, cell_map.cells[other])
        face = with_nodes(neighbour.face, {(end, start): nodes[::-1]})
        beside[other] = replace(neighbour, face=face)
    return Cut(pieces, beside, put_in)


def _check_walls(cell: Cell, line: BaseGeometry, directory: Directory) -> None:
    for identity in cell.buildings:
        place = directory.by_id[identity]
        if place.geometry.geom_type != "Point" and line.crosses(place.geometry):
            shown = (place.address or place.name)[:60]
            raise Conflict(
                f"the line goes through the building {shown!r}: draw it around, or say through: "
                "true to cut there all the same",
                f"该线穿过楼栋“{shown}”：请绕开，或以 through: true 明确要求从楼中切开",
            )


def _pieces(
    cell_map: CellMap,
    cell: Cell,
    faces: Sequence[Face],
    shapes: Sequence[BaseGeometry],
    directory: Directory,
) -> tuple[Cell, ...]:
    held = {
        name: _by_piece(getattr(cell, name), shapes, directory)
        for name in ("buildings", "shops", "units")
    }
    areas = area_m2(np.array(shapes, dtype=object)).tolist()
    weights = [sum(directory.by_id[b].households or 0 for b in own) for own in held["buildings"]]
    households = shares(cell.households, weights, areas)
    people = shares(cell.population, households, areas)
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))
    spots = np.rint(points * SCALE).astype(np.int64).tolist()
    first = max(cell_map.cells) + 1
    return tuple(
        Cell(
            first + i,
            cell.grid,
            faces_from(outline([face]))[0],
            (spots[i][0], spots[i][1]),
            areas[i],
            held["buildings"][i],
            held["shops"][i],
            held["units"][i],
            households[i],
            people[i],
        )
        for i, face in enumerate(faces)
    )


def _by_piece(
    places: Sequence[PlaceId], shapes: Sequence[BaseGeometry], directory: Directory
) -> list[tuple[PlaceId, ...]]:
    lists: list[list[PlaceId]] = [[] for _ in shapes]
    for identity in places:
        point = shapely.point_on_surface(directory.by_id[identity].geometry)
        away = [float(s.distance(point)) for s in shapes]
        lists[away.index(min(away))].append(identity)
    return [tuple(own) for own in lists]


def _new_nodes(
    cell_map: CellMap, cell: Cell, pieces: Sequence[Face]
) -> tuple[dict[Node, Edge], dict[Edge, list[Node]]]:
    corners = {n for ring in cell.face for n in ring}
    between = dict(nodes_put_in(pieces, [cell.face], corners))
    put_in = {n: _ends(cell_map, edge) for edge, nodes in between.items() for n in nodes}
    return put_in, between


def _ends(cell_map: CellMap, edge: Edge) -> Edge:
    """Return the ends of the original edge that an edge is a part of."""
    for node, other in (edge, edge[::-1]):
        pair = cell_map.put_in.get(node)
        if pair is not None and (other in pair or cell_map.put_in.get(other) == pair):
            return pair
    return min(edge), max(edge)


# --- sides of a line ------------------------------------------------------------------------------


def left_of(points: NDArray[np.float64], line: Line) -> NDArray[np.bool_]:
    """Tell for each point whether it lies to the left of a line, looking along it.

    The line's first and last pieces go on without end. The nearest piece decides; at a bend,
    where two are equally near, the side is the same for both of them.

    Parameters
    ----------
    points
        Float array (n, 2), degrees.
    line
        Two or more positions in degrees.
    """
    east, north = metres_of_degree(line[0][1])
    squeeze = np.array([east / north, 1.0])
    xy, path = points * squeeze, np.array(line) * squeeze
    start, step = path[:-1], np.diff(path, axis=0)
    length = np.hypot(*step.T)
    to = xy[:, None, :] - start
    along = (to * step).sum(axis=2) / length**2
    low, high = np.zeros(len(step)), np.ones(len(step))
    low[0], high[-1] = -np.inf, np.inf
    along = np.clip(along, low, high)
    away = np.hypot(*np.moveaxis(to - along[..., None] * step, 2, 0))
    across = (step[:, 0] * to[..., 1] - step[:, 1] * to[..., 0]) / length
    # Of pieces equally near (a bend) the one the point lies most beside tells the side.
    best = np.lexsort((-np.abs(across), np.round(away, 12)))[:, 0]
    left: NDArray[np.bool_] = across[np.arange(len(xy)), best] > 0
    return left

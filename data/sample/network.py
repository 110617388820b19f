"""One planar network of edges: every boundary is drawn once, so neighbours share it exactly.

The blocks' outlines are noded together, taken apart into arcs between junctions, thinned, given as
many vertices as the smallest polygon needs, rounded to seven decimals of a degree and put together
again. What comes out tiles the subdistrict without gap or overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.polygon import orient

from data.sample.frame import geometry_to_degrees, geometry_to_metres

LEAST_VERTICES, AIM_VERTICES = 30, 33
SIMPLIFY_M = 1.1
EVEN_M = 34.0


@dataclass(frozen=True)
class Arc:
    """A run of boundary between two junctions, and the blocks on its sides (one on the rim).

    `main`: a community ends here; such an arc is spared further vertices.
    """

    line: shapely.LineString
    blocks: tuple[int, ...]
    main: bool


def tile(shapes: Sequence[shapely.Polygon], communities: Sequence[str]) -> list[shapely.Polygon]:
    """The shapes (board metres) as WGS84 polygons that share their edges exactly, in order.

    `communities` names each shape's community.

    Raises ValueError when rounding or thinning broke the network.
    """
    arcs = _arcs(shapes, communities)
    lines = [geometry_to_degrees(line) for line in _with_vertices(arcs, len(shapes))]
    faces = shapely.get_parts(shapely.polygonize(lines))
    if len(faces) != len(shapes) or not shapely.coverage_is_valid(faces):
        raise ValueError(f"{len(faces)} faces from {len(shapes)} blocks, or edges that cross")
    return _in_order(list(faces), shapes)


def _arcs(shapes: Sequence[shapely.Polygon], communities: Sequence[str]) -> list[Arc]:
    rings = [shape.exterior for shape in shapes]
    network = shapely.line_merge(shapely.union_all(rings, grid_size=0.01))
    tree = shapely.STRtree(shapes)
    arcs = []
    for line in shapely.get_parts(network):
        sides = _sides(line, tree)
        main = len(sides) == 1 or len({communities[i] for i in sides}) > 1
        arcs.append(Arc(line, sides, main))
    return arcs


def _sides(line: shapely.LineString, tree: shapely.STRtree) -> tuple[int, ...]:
    """The blocks whose ground lies half a metre to the left or right of the arc's middle."""
    middle = line.length / 2
    a, b = (np.array(line.interpolate(middle + d).coords[0]) for d in (-0.3, 0.3))
    along = (b - a) / np.hypot(*(b - a))
    spots = [(a + b) / 2 + 0.5 * side * np.array([-along[1], along[0]]) for side in (1, -1)]
    found = [int(i) for xy in spots for i in tree.query(shapely.Point(xy), predicate="within")]
    return tuple(sorted(set(found)))


def _with_vertices(arcs: Sequence[Arc], blocks: int) -> list[shapely.LineString]:
    """Thinned arcs with vertices added until every block has enough."""
    corners = [shapely.get_coordinates(arc.line.simplify(SIMPLIFY_M)) for arc in arcs]
    added = [
        max(0, int(arc.line.length / EVEN_M) + 1 - len(xy))
        for arc, xy in zip(arcs, corners, strict=True)
    ]
    for block in range(blocks):
        mine = [i for i, arc in enumerate(arcs) if block in arc.blocks]
        while sum(len(corners[i]) - 1 + added[i] for i in mine) < AIM_VERTICES:
            added[_sparsest(mine, arcs, corners, added)] += 1
    return [
        _filled(arc.line, xy, extra) for arc, xy, extra in zip(arcs, corners, added, strict=True)
    ]


def _sparsest(
    mine: Sequence[int], arcs: Sequence[Arc], corners: Sequence[np.ndarray], added: Sequence[int]
) -> int:
    gaps = [
        round(
            arcs[i].line.length
            / (len(corners[i]) - 1 + added[i])
            * (0.45 if arcs[i].main else 1.0),
            3,
        )
        for i in mine
    ]
    return mine[int(np.argmax(gaps))]


def _filled(line: shapely.LineString, corners: np.ndarray, extra: int) -> shapely.LineString:
    """The corners and `extra` further points of the line, each in the then longest gap."""
    places = sorted(round(float(line.project(shapely.Point(xy))), 3) for xy in corners[1:-1])
    places = [0.0, *places, round(float(line.length), 3)]
    for _ in range(extra):
        gaps = np.round(np.diff(places), 3)
        at = int(np.argmax(gaps))
        places.insert(at + 1, round((places[at] + places[at + 1]) / 2, 3))
    inner = [line.interpolate(place).coords[0] for place in places[1:-1]]
    return shapely.LineString([line.coords[0], *inner, line.coords[-1]])


def _in_order(
    faces: list[shapely.Polygon], shapes: Sequence[shapely.Polygon]
) -> list[shapely.Polygon]:
    """Each shape's face: the one that covers most of it."""
    flat = [geometry_to_metres(face) for face in faces]
    tree = shapely.STRtree(flat)
    ordered = []
    for shape in shapes:
        near = [int(i) for i in tree.query(shape)]
        shares = [round(shapely.intersection(flat[i], shape).area, 3) for i in near]
        ordered.append(orient(faces[near[int(np.argmax(shares))]]))
    return ordered


def union(polygons: Sequence[shapely.Polygon]) -> shapely.Polygon:
    """The exact union of polygons that share their edges: all vertices kept, counter-clockwise."""
    whole = shapely.coverage_union_all(list(polygons))
    if whole.geom_type != "Polygon" or len(whole.interiors):
        raise ValueError("the parts are not one piece without holes")
    return orient(whole)

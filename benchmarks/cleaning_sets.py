"""Precinct-like sets for the measures of cleaning: crooked, overlapping, with slivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from gis.cleaning import Piece
from gis.geometry import MetricFrame

AT = (104.07, 30.67)
SPACING_M = 320.0


def precincts(count: int, vertex_m: float, seed: int = 1) -> Any:
    """Return polygons in metres that tile a square, each line wandering, with a vertex often."""
    rng = np.random.default_rng(seed)
    side = SPACING_M * np.sqrt(count)
    frame = shapely.box(0, 0, side, side)
    points = shapely.MultiPoint(rng.uniform(0, side, (count, 2)))
    cells = shapely.voronoi_polygons(points, extend_to=frame)
    tiles = shapely.intersection(shapely.get_parts(cells), frame)
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(tiles))))
    bent = [_bent(line, rng, vertex_m, frame) for line in lines.tolist()]
    made = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(
        shapely.union_all(bent)))))  # fmt: skip
    return made[shapely.area(made) > 1000]


def _bent(line: Any, rng: Any, vertex_m: float, frame: Any) -> Any:
    steps = max(int(line.length // vertex_m), 1)
    along = np.linspace(0, 1, steps + 1)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, along, normalized=True))
    if not shapely.covers(frame.boundary, line):
        xy[1:-1] += rng.uniform(-0.2, 0.2, (max(len(xy) - 2, 0), 2)) * vertex_m
    return shapely.LineString(xy)


def trembling(shapes: Any, rng: Any) -> Any:
    """Every polygon drawn by itself, every vertex up to 15 cm off."""
    return np.array([_moved(s, rng, 0.15) for s in shapes], dtype=object)


def overlapping(shapes: Any, _rng: Any) -> Any:
    """A tenth of the polygons reach 30 cm into their neighbours, a tenth keep 30 cm off."""
    grown = shapes.copy()
    for i in range(0, len(shapes), 5):
        by = 0.3 if i % 10 else -0.3
        grown[i] = max(
            shapely.get_parts(shapely.buffer(shapes[i], by, join_style="mitre", mitre_limit=2.0)),
            key=lambda p: p.area,
        )
    return grown


def with_slivers(shapes: Any, _rng: Any) -> Any:
    """Every polygon simplified by itself: long slivers on every line."""
    plain = shapely.simplify(shapes, 0.3)
    return np.where(shapely.is_valid(plain), plain, shapes)


def _moved(shape: Any, rng: Any, by_m: float) -> Any:
    def shaken(xy: Any) -> Any:
        moved = xy + rng.uniform(-by_m, by_m, xy.shape)
        moved[-1] = moved[0]
        return moved

    found = shapely.Polygon(shaken(shapely.get_coordinates(shape.exterior)))
    return found if found.is_valid else shape


BREAKS: dict[str, Callable[[Any, Any], Any]] = {
    "trembling": trembling,
    "overlaps": overlapping,
    "slivers": with_slivers,
}


def pieces_of(shapes: Any) -> list[Piece]:
    """Return polygons in metres as grids: level 3, compounds of eight, one community."""
    frame = MetricFrame(AT[0])
    origin = np.array(frame.project(*AT))
    degrees = shapely.transform(
        frame.to_degrees(shapely.transform(shapes, lambda xy: xy + origin)),
        lambda xy: np.round(xy, 7),
    )
    ok = shapely.is_valid(degrees)
    degrees = np.where(ok, degrees, shapely.set_precision(degrees, 1e-7))
    community = "510104020001"
    centres = shapely.get_coordinates(shapely.centroid(degrees))
    order = np.lexsort((centres[:, 1], np.floor(centres[:, 0] / 0.01)))
    pieces = []
    for n, rows in enumerate(np.array_split(order, max(len(order) // 8, 1)), start=1):
        code = f"{community}{n:03d}"
        whole = _areas(shapely.union_all(degrees[rows]))
        pieces.append(Piece(code, 2, community, f"示例{n}", whole))
        for k, row in enumerate(rows, start=1):
            pieces.append(Piece(f"{code}{k:03d}", 3, code, f"示例{n}-{k}", degrees[row]))
    whole = _areas(shapely.union_all(degrees))
    return [Piece(community, 1, None, "示例社区", whole), *pieces]


def _areas(shape: Any) -> Any:
    rounded = shapely.set_precision(shape, 1e-7)
    parts = [p for p in shapely.get_parts(rounded) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)

"""Irregular grids as a real town has them, broken in every way known, and an oracle of its own.

``town`` makes three levels out of any polygons that tile some ground: those of a file, or crooked
ones grown from a seed. ``BREAKS`` are the ways offices break them. ``faults_of`` measures what came
out of cleaning with nothing of ``gis.cleaning``: its own projection, its own distances.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from tests import ascii_maps

WEST, SOUTH = 118.74, 32.10
ROUNDING_M = 0.02
"""What the seventh decimal of a degree may add."""
_METRES = Transformer.from_crs(
    4326, f"+proj=aeqd +lat_0={SOUTH + 0.014} +lon_0={WEST + 0.015}", always_xy=True
)


def metres(shape: Any) -> Any:
    """Return a shape in degrees in metres around the town, by another projection than ours."""
    return shapely.transform(shape, lambda xy: np.column_stack(_METRES.transform(*xy.T)))


def crooked(seed: int, cells: int = 36) -> list[Any]:
    """Return polygons in metres that tile a square of 2 km, every side a crooked line."""
    rng = np.random.default_rng(seed)
    frame = shapely.box(0, 0, 2000, 2000)
    points = shapely.MultiPoint(rng.uniform(0, 2000, (cells, 2)))
    tiles = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points)), frame)
    lines = shapely.node(shapely.union_all(shapely.boundary(tiles)))
    bent = [_bent(line, rng, frame) for line in shapely.get_parts(shapely.line_merge(lines))]
    made = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(
        shapely.union_all(bent)))))  # fmt: skip
    return [p for p in made.tolist() if p.area > 100]


def _bent(line: Any, rng: Any, frame: Any) -> Any:
    """Return a line with a vertex every 60 m or so, off it by up to 4 m; its ends stay."""
    steps = max(int(line.length // 60), 1)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, 1, steps + 1),
        normalized=True))  # fmt: skip
    if frame.boundary.distance(line) > 1 or not frame.boundary.contains(line):
        xy[1:-1] += rng.uniform(-4, 4, (max(len(xy) - 2, 0), 2))
    return shapely.LineString(xy)


def town(polygons: list[Any], groups: int = 9) -> dict[str, Any]:
    """Return boundaries of three levels: the polygons fitted on the town's ground, and grouped."""
    shapes = _fitted(polygons)
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.lexsort((centres[:, 1], centres[:, 0]))
    features: list[dict[str, Any]] = []
    columns = np.array_split(order, 2)
    for a, column in enumerate(columns, start=1):
        community = f"320106012{a:03d}"
        features.append(_feature(community, shapes[column]))
        by_row = column[np.argsort(centres[column, 1], kind="stable")]
        for b, row in enumerate(np.array_split(by_row, max(groups // 2, 1)), start=1):
            compound = f"{community}{b:03d}"
            features.append(_feature(compound, shapes[row]))
            for c, i in enumerate(row, start=1):
                features.append(_feature(f"{compound}{c:03d}", shapes[[i]]))
    return ascii_maps.collection(features)


def _fitted(polygons: list[Any]) -> Any:
    shapes = np.array(polygons, dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    size = max(east - west, north - south)
    shapes = shapely.transform(
        shapes, lambda xy: (xy - [west, south]) / size * [0.030, 0.028] + [WEST, SOUTH]
    )
    if not shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_clean(shapes)
    parts = [p for s in shapes for p in shapely.get_parts(s) if p.area > 1e-9]
    rounded = shapely.transform(np.array(parts, dtype=object), lambda xy: np.round(xy, 7))
    if not shapely.coverage_is_valid(rounded):
        rounded = shapely.transform(shapely.coverage_clean(rounded), lambda xy: np.round(xy, 7))
    return rounded


def _feature(code: str, shapes: Any) -> dict[str, Any]:
    shape = shapely.coverage_union_all(shapes)
    return ascii_maps.grid(code, json.loads(shapely.to_geojson(shape)))


# --- ways to break it ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """A town that was broken; ``wants`` is ``clean``, ``refused`` or ``either``."""

    boundaries: dict[str, Any]
    wants: str


def _rings(fc: dict[str, Any], rng: Any, most: int = 10**9) -> list[list[Any]]:
    """Return rings of level-3 grids, that can be changed in place, in a random order."""
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    rings = []
    for i in rng.permutation(len(found))[:most]:
        parts = found[i]["geometry"]["coordinates"]
        parts = [parts] if found[i]["geometry"]["type"] == "Polygon" else parts
        rings += [ring for part in parts for ring in part]
    return rings


def _by(xy: Any, metres_: Any) -> Any:
    """Return positions moved by metres east and north."""
    return np.round(np.array(xy) + np.asarray(metres_) / [94_400, 110_900], 7)


def _put(ring: list[Any], xy: Any) -> None:
    xy = np.array(xy)
    xy[-1] = xy[0]
    ring[:] = xy.tolist()


def trembled(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Every grid drawn anew by a hand that trembles by a fifth of the tolerance."""
    for ring in _rings(fc, rng):
        _put(ring, _by(ring, rng.uniform(-m / 5, m / 5, (len(ring), 2))))
    return "clean"


def simplified(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Every grid simplified by itself: other vertices left on either side of each line."""
    for ring in _rings(fc, rng):
        line = shapely.transform(
            shapely.LineString(ring), lambda xy: xy * [94_400, 110_900]
        ).simplify(m / 3)
        xy = shapely.get_coordinates(line) / [94_400, 110_900]
        if len(xy) >= 4:
            _put(ring, np.round(xy, 7))
    return "either"


def rounded(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Every grid with a random shift of its own of a quarter of the tolerance."""
    for ring in _rings(fc, rng):
        _put(ring, _by(ring, rng.uniform(-m / 4, m / 4, 2)))
    return "clean"


def shifted(fc: dict[str, Any], rng: Any, m: float) -> str:
    """One grid shifted by six times the tolerance."""
    for ring in _rings(fc, rng, 1):
        _put(ring, _by(ring, [6 * m, 0]))
    return "refused"


def one_sided(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Vertices that only one side of a line has, a third of the tolerance off."""
    for ring in _rings(fc, rng, 6):
        xy = np.array(ring)
        mid = _by((xy[:-1] + xy[1:]) / 2, rng.uniform(-m / 3, m / 3, (len(xy) - 1, 2)))
        both = np.empty((2 * len(mid) + 1, 2))
        both[0:-1:2], both[1::2], both[-1] = xy[:-1], mid, xy[-1]
        _put(ring, both)
    return "clean"


def dropped(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A grid that is missing."""
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    fc["features"].remove(found[rng.integers(len(found))])
    return "refused"


def bow_tie(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A ring with two vertices swapped."""
    (ring, *_) = _rings(fc, rng, 1)
    at = int(rng.integers(1, len(ring) - 2))
    ring[at], ring[at + 1] = ring[at + 1], ring[at]
    return "either"


def small_loop(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A loop smaller than the tolerance in a ring."""
    (ring, *_) = _rings(fc, rng, 1)
    at = int(rng.integers(1, len(ring) - 1))
    loop = _by([ring[at]] * 3, np.array([[0.3, 0.3], [-0.3, 0.3], [0.3, -0.1]]) * m)
    ring[at + 1 : at + 1] = loop.tolist()
    return "either"


def spike(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A spike of no width, 30 times the tolerance long."""
    (ring, *_) = _rings(fc, rng, 1)
    at = int(rng.integers(1, len(ring) - 1))
    ring[at + 1 : at + 1] = [_by(ring[at], rng.uniform(-20 * m, 20 * m, 2)).tolist(), ring[at]]
    return "refused"


def doubled_vertices(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Every vertex twice."""
    for ring in _rings(fc, rng):
        ring[:] = [p for position in ring for p in (position, list(position))]
    return "clean"


def unclosed(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Rings without their last position."""
    for ring in _rings(fc, rng, 8):
        ring.pop()
    return "clean"


def nearly_closed(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Rings whose last position is not quite the first."""
    for ring in _rings(fc, rng, 8):
        ring[-1] = _by(ring[-1], rng.uniform(-m / 4, m / 4, 2)).tolist()
    return "either"


def touching_itself(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A hole drawn as part of the outer ring, through a vertex of it."""
    (ring, *_) = _rings(fc, rng, 1)
    shape = shapely.Polygon(ring)
    inside = np.array(shape.representative_point().coords[0])
    hole = _by([inside] * 3, np.array([[3, 0], [0, 3], [-3, 0]]) * m)
    at = int(rng.integers(1, len(ring) - 1))
    ring[at + 1 : at + 1] = [*hole.tolist(), hole[0].tolist(), ring[at]]
    return "refused"


def pinhole(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A hole of a quarter of the tolerance in the middle of a grid."""
    return _hole(fc, rng, m / 4, "clean")


def wide_hole(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A hole of ten times the tolerance in the middle of a grid."""
    return _hole(fc, rng, 10 * m, "refused")


def _hole(fc: dict[str, Any], rng: Any, size: float, wants: str) -> str:
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    feature = found[rng.integers(len(found))]
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    inside = np.array(shape.representative_point().coords[0])
    hole = _by([inside] * 4, np.array([[0, 0], [1, 0], [1, 1], [0, 0]]) * size)
    feature["geometry"] = json.loads(
        shapely.to_geojson(shapely.Polygon(shape.exterior, [*shape.interiors, hole]))
    )
    return wants


def same_ground_twice(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A grid a second time, under another code."""
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    again = copy.deepcopy(found[rng.integers(len(found))])
    again["properties"] |= {"code": again["properties"]["code"][:-3] + "990", "id": "g-twice"}
    fc["features"].append(again)
    return "refused"


def one_in_another(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A grid drawn in the middle of another, which has no hole for it."""
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    feature = found[rng.integers(len(found))]
    point = shapely.from_geojson(json.dumps(feature["geometry"])).representative_point()
    square = shapely.box(*_by([[point.x, point.y]] * 2, [[-9 * m, -9 * m], [9 * m, 9 * m]]).ravel())
    code = feature["properties"]["code"][:-3] + "991"
    fc["features"].append(ascii_maps.grid(code, json.loads(shapely.to_geojson(square))))
    return "refused"


def swapped_axes(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Latitude first, all over."""
    for feature in fc["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        turned = shapely.transform(shape, lambda xy: xy[:, ::-1])
        feature["geometry"] = json.loads(shapely.to_geojson(turned))
    return "refused"


def a_line_among_them(fc: dict[str, Any], rng: Any, m: float) -> str:
    """A grid that is a line, one without a geometry, one that is empty."""
    found = [f for f in fc["features"] if f["properties"]["level"] == 3]
    picked = rng.permutation(len(found))[:3]
    line = shapely.from_geojson(json.dumps(found[picked[0]]["geometry"])).boundary
    found[picked[0]]["geometry"] = json.loads(shapely.to_geojson(line))
    found[picked[1]]["geometry"] = None
    found[picked[2]]["geometry"] = {"type": "Polygon", "coordinates": []}
    return "refused"


def with_heights(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Positions with a height and a measure."""
    for ring in _rings(fc, rng):
        ring[:] = [[*position[:2], 12.5, 3.0] for position in ring]
    return "clean"


def turned_round(fc: dict[str, Any], rng: Any, m: float) -> str:
    """Rings clockwise, or beginning elsewhere."""
    for ring in _rings(fc, rng):
        at = int(rng.integers(1, len(ring) - 1))
        ring[:] = [*ring[at:-1], *ring[: at + 1]][:: -1 if rng.integers(2) else 1]
    return "clean"


def long_wedge(fc: dict[str, Any], rng: Any, m: float) -> str:
    """One vertex of one grid drawn far into its neighbour."""
    (ring, *_) = _rings(fc, rng, 1)
    at = int(rng.integers(1, len(ring) - 1))
    ring[at] = _by(ring[at], rng.choice([-1, 1], 2) * 8 * m).tolist()
    return "refused"


BREAKS: tuple[Callable[[dict[str, Any], Any, float], str], ...] = (
    trembled, simplified, rounded, shifted, one_sided, dropped, bow_tie, small_loop, spike,
    doubled_vertices, unclosed, nearly_closed, touching_itself, pinhole, wide_hole,
    same_ground_twice, one_in_another, swapped_axes, a_line_among_them, with_heights, turned_round,
    long_wedge,
)  # fmt: skip


def break_it(whole: dict[str, Any], how: Callable[..., str], seed: int, m: float) -> Broken:
    """Return a copy of a town, broken one way."""
    fc = copy.deepcopy(whole)
    return Broken(fc, how(fc, np.random.default_rng(seed), m))


# --- the oracle ----------------------------------------------------------------------------------


def lines_of(geometry: dict[str, Any]) -> Any:
    """Return the rings of a GeoJSON area as lines, even where they are no rings."""
    parts = geometry["coordinates"]
    parts = [parts] if geometry["type"] == "Polygon" else parts
    rings = [np.array([p[:2] for p in ring], dtype=float) for part in parts for ring in part]
    closed = [np.vstack([r, r[:1]]) if (r[0] != r[-1]).any() else r for r in rings]
    return shapely.multilinestrings([shapely.linestrings(r) for r in closed])


def faults_of(fc: dict[str, Any], shapes: dict[str, Any], tolerance_m: float) -> list[str]:
    """Return what is wrong with cleaned shapes by code, against the features as they were drawn.

    Each vertex, drawn or cleaned, must lie within the tolerance of the other's line, but for drawn
    holes that are gone and have no room for a circle that wide; level 3 must tile the ground
    exactly, and every parent be the exact union of its children.
    """
    wrong: list[str] = []
    for feature in fc["features"]:
        code = feature["properties"]["code"]
        before = metres(lines_of(feature["geometry"]))
        after = metres(shapely.boundary(shapes[code]))
        left = shapely.multilinestrings(
            [
                r
                for r in shapely.get_parts(before)
                if not _is_filled(r, metres(shapes[code]), tolerance_m)
            ]
        )
        far = max(_farthest(left, after), _farthest(after, before))
        if far > tolerance_m + ROUNDING_M:
            wrong.append(f"{code}: a vertex moved by {far:.3f} m")
    ground = {c: s for c, s in shapes.items() if len(c) == 18}
    if not shapely.coverage_is_valid(np.array(list(ground.values()), dtype=object)):
        wrong.append("level 3 is no coverage")
    for code, shape in shapes.items():
        children = [s for c, s in shapes.items() if len(c) == len(code) + 3 and c[:-3] == code]
        if children and not shapely.union_all(children).equals(shape):
            wrong.append(f"{code}: not the union of its children")
        if not shape.is_valid or shape.is_empty:
            wrong.append(f"{code}: no valid area")
    return wrong


def _is_filled(ring: Any, after: Any, tolerance_m: float) -> bool:
    hole = shapely.Polygon(ring)
    return bool(
        hole.is_valid
        and shapely.buffer(hole, -tolerance_m / 2).is_empty
        and after.is_valid
        and shapely.covers(shapely.buffer(after, ROUNDING_M), hole)
        and not shapely.covers(shapely.buffer(hole, ROUNDING_M), after)
    )


def _farthest(one: Any, other: Any) -> float:
    shapely.prepare(other)
    points = shapely.points(shapely.get_coordinates(one))
    return float(shapely.distance(points, other).max())

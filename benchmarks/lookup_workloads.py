"""The polygons that ``lookup.py`` looks points up in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "boundaries.geojson"
COUNTIES = ROOT / "var" / "us-atlas" / "counties-10m.json"
TILES = 10
CONTIGUOUS_STATES = (-124.5, 25.0, -67.0, 49.0)

Polygons = NDArray[np.object_]


def sample() -> Polygons:
    """Return the level-3 grids of the sample."""
    features = json.loads(SAMPLE.read_text(encoding="utf-8"))["features"]
    grids = [f["geometry"] for f in features if f["properties"]["level"] == 3]
    return np.array([shapely.from_geojson(json.dumps(g)) for g in grids])


def hundredfold(polygons: Polygons) -> Polygons:
    """Return the polygons moved to 10 x 10 places side by side."""
    left, bottom, right, top = shapely.total_bounds(polygons)
    steps = [(i * (right - left), j * (top - bottom)) for i in range(TILES) for j in range(TILES)]
    moved = [shapely.transform(polygons, lambda c, step=step: c + step) for step in steps]
    return np.concatenate(moved)


def counties(path: Path = COUNTIES) -> Polygons:
    """Return the counties of the USA from the TopoJSON of npm's us-atlas.

    Some twenty are not valid at this scale, and one is empty; they stay as they are.
    """
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, offset = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + offset for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> NDArray[np.float64]:
        lines = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    def county(geometry: dict[str, Any]) -> shapely.MultiPolygon:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [[r for r in map(ring, part) if len(r) > 3] for part in parts]
        return shapely.MultiPolygon([shapely.Polygon(r[0], r[1:]) for r in rings if r])

    return np.array([county(g) for g in topology["objects"]["counties"]["geometries"]])


def by_hand(polygons: Polygons) -> Polygons:
    """Return polygons as offices draw them, each by itself: some thirty vertices for one.

    No border matches its neighbour's; nearly each overlaps it by slivers and leaves gaps.
    """
    kept = [p for p in shapely.make_valid(polygons) if p.area and p.bounds[2] - p.bounds[0] < 90]
    return np.array([_by_hand(p, phase) for phase, p in enumerate(kept)])


def _by_hand(polygon: Any, phase: int) -> Any:
    areas = [p for p in shapely.get_parts(shapely.get_parts(polygon)) if p.area]
    drawn = shapely.segmentize(shapely.multipolygons(areas), 0.00375)

    def moved(c: NDArray[np.float64]) -> NDArray[np.float64]:
        # The same vertex of a ring always goes to the same place.
        noise = np.sin(c * 7919.77 + c[:, ::-1] * 1543.3 + phase) * 43758.5453
        moved: NDArray[np.float64] = np.round(c + (noise - np.trunc(noise)) * 1e-4, 7)
        return moved

    return shapely.transform(drawn, moved)


def on_edges(polygons: Polygons, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return vertices, midpoints and points on edges, one in two a double further right or up."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    places, ring = shapely.get_coordinates(rings, return_index=True)
    start = generator.choice(np.flatnonzero(ring[1:] == ring[:-1]), count)
    share = generator.choice([0.0, 0.5, 0.3], (count, 1))
    points = places[start] + (places[start + 1] - places[start]) * share
    moved = np.nextafter(points, np.inf)
    points[::4, 0], points[1::4, 1] = moved[::4, 0], moved[1::4, 1]
    return points

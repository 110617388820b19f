"""Context lines: the Yangtze beyond the bank and the named roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.frame import geometry_to_degrees
from data.sample.skeleton import Skeleton

BEYOND_M = 130.0
# The shore beyond the subdistrict: metres along it and out of its line. Long enough that the
# river runs off any screen.
REACH = ((9000, 300), (4000, -250), (1600, -60), (900, 30), (350, -12))
LANDWARD = {
    "燕江路": (1, 1),
    "幕府西路": (0, 1),
    "建宁路": (1, 1),
    "中央北路": (1, 0),
    "宝塔桥西街": (1, 0),
    "宝塔桥东街": (1, 0),
    "金燕路": (1, 0),
    "上元门": (0, 1),
    "江边路": (1, 0),
    "方家营": (0, 0),
    "永济大道": (0, 0),
}

ENDS_IN = {"方家营": "燕江路", "幕府西路": "燕江路", "宝塔桥西街": "幕府西路", "上元门": "金燕路"}


@dataclass(frozen=True)
class Line:
    """A context feature; `shape` in WGS84."""

    id: str
    kind: str
    name: str
    shape: shapely.Geometry


def context(skeleton: Skeleton, whole: shapely.Polygon) -> list[Line]:
    """The river, its bank being the outline of `whole` (WGS84), and the roads."""
    river = shapely.difference(geometry_to_degrees(_water(skeleton)), whole)
    river = max(shapely.get_parts(river), key=lambda part: round(part.area * 1e9, 3))
    lines = [Line("c-river", "river", "长江", shapely.orient_polygons(river))]
    for number, (name, road) in enumerate(sorted(skeleton.roads.items()), start=1):
        drawn = _extended(_inside(name, road, skeleton), LANDWARD[name])
        lines.append(
            Line(f"c-{number:02d}", "road", name, geometry_to_degrees(drawn.simplify(0.6)))
        )
    return lines


def _water(skeleton: Skeleton) -> shapely.Polygon:
    """From a little inside the bank to 1.9 km out, and 9 km beyond both ends."""
    xy = shapely.get_coordinates(skeleton.bank)
    if xy[0, 0] > xy[-1, 0]:
        xy = xy[::-1]
    along = (xy[-1] - xy[0]) / np.hypot(*(xy[-1] - xy[0]))
    out = np.array([-along[1], along[0]])
    before = [xy[0] - along * d + out * w for d, w in REACH]
    after = [xy[-1] + along * d + out * w for d, w in reversed(REACH)]
    shore = np.vstack([before, xy, after])
    far = [shore[-1] + out * 1900, shore[len(shore) // 2] + out * 2050, shore[0] + out * 1850]
    polygon = shapely.Polygon(np.round(np.vstack([shore, far]), 2)).buffer(0)
    return polygon.union(skeleton.bank.buffer(25.0, cap_style="flat"))


def _inside(name: str, road: shapely.LineString, skeleton: Skeleton) -> shapely.LineString:
    """The road as far as it runs in or along the subdistrict, from its southern or western end."""
    near = shapely.intersection(road, skeleton.outline.buffer(2.0))
    line = max(shapely.get_parts(shapely.line_merge(near)), key=lambda p: round(p.length, 2))
    if name in ENDS_IN:
        line = _trimmed(line, name, skeleton)
    first, last = line.coords[0], line.coords[-1]
    return line if last[0] + last[1] > first[0] + first[1] else shapely.reverse(line)


def _trimmed(line: shapely.LineString, name: str, skeleton: Skeleton) -> shapely.LineString:
    """Without the stub that crosses the street the road ends in."""
    other = ENDS_IN[name]
    parts = shapely.get_parts(shapely.difference(line, skeleton.roads[other].buffer(0.05)))
    return max(parts, key=lambda part: round(part.length, 2))


def _extended(line: shapely.LineString, ends: tuple[int, int]) -> shapely.LineString:
    """Carried straight on beyond the subdistrict at the ends that are marked 1."""
    xy = shapely.get_coordinates(line)
    if ends[0]:
        xy = np.vstack([xy[0] + _unit(xy[0] - xy[min(8, len(xy) - 1)]) * BEYOND_M, xy])
    if ends[1]:
        xy = np.vstack([xy, xy[-1] + _unit(xy[-1] - xy[max(-9, -len(xy))]) * BEYOND_M])
    return shapely.LineString(xy)


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.hypot(*vector))

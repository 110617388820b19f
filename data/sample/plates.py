"""Door plates: numbers that grow along a road, odd on its left side, even on its right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from data.sample.skeleton import Skeleton

METRES_A_NUMBER = 17.0
FIXED: dict[str, tuple[str, int]] = {
    "钢铁数码港大厦": ("燕江路", 201),
    "人民商场": ("幕府西路", 118),
    "南堡公园": ("宝塔桥东街", 7),
    "西街小区": ("宝塔桥西街", 18),
}


@dataclass(frozen=True)
class Holder:
    """Something that wants a door plate: a key, its ground or spot in metres, its road if given."""

    key: str
    shape: shapely.Geometry
    road: str | None = None


@dataclass(frozen=True)
class Plate:
    """A road and a number."""

    road: str
    number: int

    def __str__(self) -> str:
        return f"{self.road}{self.number}号"


@dataclass(frozen=True)
class _Place:
    key: str
    along_m: float
    odd: bool


def give_plates(holders: Sequence[Holder], skeleton: Skeleton) -> dict[str, Plate]:
    """A plate of its own for every holder, on its nearest road."""
    roads = {name: _forward(line) for name, line in skeleton.roads.items()}
    places: dict[tuple[str, bool], list[_Place]] = {}
    for holder in holders:
        road = _road_of(holder, roads)
        place = _place(holder, roads[road])
        places.setdefault((road, place.odd), []).append(place)
    scale = _scales(places)
    plates: dict[str, Plate] = {}
    for (road, _), group in sorted(places.items()):
        plates |= _numbered(
            road, sorted(group, key=lambda p: (p.along_m, p.key)), scale.get(road, METRES_A_NUMBER)
        )
    return plates


def _road_of(holder: Holder, roads: Mapping[str, shapely.LineString]) -> str:
    if holder.key in FIXED:
        return FIXED[holder.key][0]
    if holder.road:
        return holder.road
    return min(roads, key=lambda name: (round(roads[name].distance(holder.shape), 1), name))


def _forward(line: shapely.LineString) -> shapely.LineString:
    """Roads are numbered from their southern or western end."""
    first, last = line.coords[0], line.coords[-1]
    return line if last[0] + last[1] > first[0] + first[1] else shapely.reverse(line)


def _place(holder: Holder, road: shapely.LineString) -> _Place:
    spot = holder.shape.centroid
    along = round(float(road.project(spot)), 1)
    a = road.interpolate(max(0.0, along - 5)).coords[0]
    b = road.interpolate(min(road.length, along + 5)).coords[0]
    cross = (b[0] - a[0]) * (spot.y - a[1]) - (b[1] - a[1]) * (spot.x - a[0])
    odd = round(cross, 1) > 0
    if holder.key in FIXED:
        odd = FIXED[holder.key][1] % 2 == 1
    return _Place(holder.key, along, odd)


def _scales(places: Mapping[tuple[str, bool], Sequence[_Place]]) -> dict[str, float]:
    """Metres for a step of two numbers, so that the known plates fall where they stand."""
    scales = {}
    for (road, _), group in sorted(places.items()):
        for place in group:
            if place.key in FIXED:
                scales[road] = round(place.along_m / (FIXED[place.key][1] / 2), 3)
    return scales


def _numbered(road: str, group: Sequence[_Place], metres: float) -> dict[str, Plate]:
    """Numbers two apart or more in order, a known plate keeping its own."""
    numbers: list[int] = []
    last = -1 if group[0].odd else 0
    for place in group:
        free = 2 * int(place.along_m / metres) + (1 if place.odd else 2)
        last = FIXED[place.key][1] if place.key in FIXED else max(last + 2, free)
        numbers.append(last)
    for i in range(len(numbers) - 2, -1, -1):
        if group[i].key not in FIXED:
            numbers[i] = min(numbers[i], numbers[i + 1] - 2)
    if numbers[0] < 1:
        raise ValueError(f"{road}: too many plates before a known one")
    return {place.key: Plate(road, number) for place, number in zip(group, numbers, strict=True)}

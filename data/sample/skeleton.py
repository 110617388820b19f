"""The subdistrict's outline and main roads, drawn by hand, and the twelve communities between them.

Drawn, not surveyed: only the roads' names, the metro stations they pass near and the total area
(7.48 km2) are taken from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.frame import random_for
from data.sample.streets import street

AREA_M2 = 7_480_000.0

BANK = [
    (-60, 960),
    (20, 1062),
    (215, 1325),
    (480, 1630),
    (790, 1890),
    (1105, 2105),
    (1430, 2320),
    (1760, 2560),
    (2085, 2825),
    (2370, 3060),
    (2560, 3205),
    (2680, 3290),
]

OUTLINE_LAND = [
    (2575, 3300),
    (2690, 3262),
    (2830, 3225),
    (2960, 3090),
    (3040, 2890),
    (3150, 2690),
    (3208, 2430),
    (3165, 2160),
    (3225, 1890),
    (3270, 1600),
    (3278, 1290),
    (3228, 960),
    (3248, 600),
    (3205, 330),
    (3168, 100),
    (2790, 38),
    (2380, 98),
    (1960, 50),
    (1540, 42),
    (1120, 108),
    (760, 56),
    (430, 104),
    (170, 66),
    (84, 104),
    (26, 360),
    (46, 690),
    (24, 960),
    (8, 1180),
]

ROADS: dict[str, list[tuple[float, float]]] = {
    "燕江路": [
        (-60, 315),
        (20, 345),
        (170, 402),
        (440, 560),
        (760, 782),
        (1090, 1064),
        (1420, 1352),
        (1720, 1590),
        (2050, 1830),
        (2350, 2092),
        (2660, 2330),
        (2960, 2490),
        (3330, 2620),
    ],
    "幕府西路": [
        (560, 730),
        (720, 718),
        (900, 742),
        (1180, 738),
        (1560, 792),
        (1980, 832),
        (2380, 826),
        (2850, 893),
        (3330, 912),
    ],
    "宝塔桥西街": [
        (1012, 800),
        (990, 640),
        (1012, 420),
        (962, 230),
        (958, -30),
    ],
    "宝塔桥东街": [
        (1570, -30),
        (1575, 20),
        (1590, 240),
        (1642, 500),
        (1650, 800),
        (1702, 1120),
        (1692, 1420),
        (1655, 1560),
        (1520, 1790),
        (1405, 1990),
        (1230, 2260),
        (1150, 2400),
    ],
    "金燕路": [
        (2296, -30),
        (2300, 80),
        (2318, 330),
        (2288, 580),
        (2330, 835),
        (2372, 1150),
        (2345, 1500),
        (2392, 1800),
        (2372, 2085),
        (2260, 2340),
        (2090, 2590),
        (1975, 2760),
        (1860, 2960),
    ],
    "方家营": [
        (975, 830),
        (945, 930),
        (870, 1090),
        (780, 1250),
        (640, 1450),
        (500, 1670),
        (390, 1870),
    ],
    "上元门": [
        (2290, 1540),
        (2345, 1548),
        (2580, 1602),
        (2830, 1585),
        (3060, 1652),
        (3340, 1640),
    ],
}

COMMUNITY_SPOTS: dict[str, tuple[float, float]] = {
    "燕江路": (1000, 1450),
    "方家营": (450, 1000),
    "幕府西路": (2800, 500),
    "金陵新四村": (2000, 1250),
    "宝塔桥东街": (1300, 420),
    "金陵新六村": (2800, 1250),
    "象山": (2800, 2000),
    "金陵二村": (1450, 1000),
    "燕江园": (1800, 2050),
    "水关桥": (500, 350),
    "恒盛嘉园": (1950, 450),
    "依山郡": (2650, 2700),
}


@dataclass(frozen=True)
class Skeleton:
    """Outline and streets in board metres; `communities` by short name, in the order of codes."""

    outline: shapely.Polygon
    bank: shapely.LineString
    roads: dict[str, shapely.LineString]
    communities: dict[str, shapely.Polygon]


def draw_skeleton() -> Skeleton:
    """The skeleton whose outline measures 7.48 km2: the bank is moved until it does."""
    shift_m = _solve_shift()
    bank, land = _bank(shift_m), _land()
    outline = _outline(bank, land)
    inner = {
        name: street(np.array(points), 4.5, random_for("road", name))
        for name, points in ROADS.items()
    }
    faces = _faces(outline, list(inner.values()))
    communities = {name: _face_at(faces, spot) for name, spot in COMMUNITY_SPOTS.items()}
    if len(faces) != len(communities):
        raise ValueError(f"the roads cut {len(faces)} faces, not {len(communities)}")
    shore = shapely.intersection(outline.exterior, bank.buffer(0.5))
    rim = shapely.line_merge(shapely.difference(outline.exterior, bank.buffer(0.5)))
    roads = inner | _rim_roads(shapely.line_merge(shore), rim)
    return Skeleton(outline, _longest(shapely.line_merge(shore)), roads, communities)


def _solve_shift() -> float:
    low, high = -300.0, 300.0
    land = _land()
    for _ in range(40):
        middle = round((low + high) / 2, 6)
        too_small = _outline(_bank(middle), land).area < AREA_M2
        low, high = (middle, high) if too_small else (low, middle)
    return round((low + high) / 2, 3)


def _bank(shift_m: float) -> shapely.LineString:
    """The bank, swollen towards the river by so many metres at its middle."""
    points = np.array(BANK, dtype=float)
    swell = np.sin(np.linspace(0, np.pi, len(points)))[:, None]
    return street(points + shift_m * swell * [-0.62, 0.78], 7.0, random_for("bank"))


def _land() -> shapely.LineString:
    return street(np.array(OUTLINE_LAND, dtype=float), 5.0, random_for("land"))


def _outline(bank: shapely.LineString, land: shapely.LineString) -> shapely.Polygon:
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([bank, land], grid_size=1e-3)]))
    return max(faces, key=lambda face: round(face.area, 3))


def _faces(outline: shapely.Polygon, roads: list[shapely.LineString]) -> list[shapely.Polygon]:
    lines = shapely.union_all([outline.exterior, *roads], grid_size=1e-3)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    return [face for face in faces if outline.contains(face.representative_point())]


def _face_at(faces: list[shapely.Polygon], spot: tuple[float, float]) -> shapely.Polygon:
    return next(face for face in faces if face.contains(shapely.Point(spot)))


def _rim_roads(shore: shapely.Geometry, rim: shapely.Geometry) -> dict[str, shapely.LineString]:
    """The named roads that run along the outline: two on the bank, one south, one east."""
    bank, land = _longest(shore), _longest(rim)
    clip = shapely.clip_by_rect
    return {
        "江边路": _longest(clip(bank, -500, 0, 1180, 9000)),
        "永济大道": _longest(clip(bank, 1180, 0, 9000, 9000)),
        "建宁路": _longest(clip(land, 60, -50, 3200, 130)),
        "中央北路": _longest(clip(land, 3100, 130, 9000, 1640)),
    }


def _longest(lines: shapely.Geometry) -> shapely.LineString:
    parts = [shapely.line_merge(part) for part in shapely.get_parts(lines)]
    return max(parts, key=lambda part: round(part.length, 3))

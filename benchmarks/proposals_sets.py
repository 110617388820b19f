"""Invented towns and census-like blocks to measure proposals on; nothing real is in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint, box
from shapely.affinity import rotate

Shapes = NDArray[Any]


def old_town(n: int, seed: int = 0) -> Shapes:
    """Crooked houses, close together, some touching."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n)))
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)[:n] * 22.0
    found = []
    for x, y in at + rng.normal(0, 2.5, (n, 2)):
        w, h = rng.uniform(4, 8), rng.uniform(3, 7)
        found.append(rotate(box(x - w, y - h, x + w, y + h), rng.uniform(-20, 20)))
    return np.array(found)


def slabs(n: int, seed: int = 0) -> Shapes:
    """Slabs in rows, eight a row."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        x, y = i % 8 * 70 + rng.normal(0, 3), i // 8 * 32 + rng.normal(0, 1.5)
        found.append(box(x, y, x + rng.choice([36, 48, 60]), y + 12))
    return np.array(found)


def terraces(n: int, seed: int = 0) -> Shapes:
    """Houses that share their walls, four to thirteen a row."""
    rng = np.random.default_rng(seed)
    found: list[Any] = []
    row = 0
    while len(found) < n:
        for i in range(int(rng.integers(4, 14))):
            found.append(box(i * 7, row * 24, i * 7 + 7, row * 24 + 10 + rng.integers(0, 3)))
        row += 1
    return np.array(found[:n])


def villages(n: int, seed: int = 0) -> Shapes:
    """Scattered hamlets of one to forty houses, most of them out of each other's reach."""
    rng = np.random.default_rng(seed)
    found: list[Any] = []
    while len(found) < n:
        centre = rng.uniform(0, 4000, 2)
        number = int(rng.integers(1, 40))
        for x, y in centre + rng.normal(0, 12 * np.sqrt(number), (number, 2)):
            w, h = rng.uniform(3, 7, 2)
            house = rotate(box(x - w, y - h, x + w, y + h), rng.uniform(0, 180))
            if all(house.distance(other) > 0.5 for other in found[-80:]):
                found.append(house)
    return np.array(found[:n])


def mixed(n: int, seed: int = 0) -> Shapes:
    """Old town and slabs with sheds, slivers, courtyards and duplicates among them."""
    rng = np.random.default_rng(seed)
    town = list(old_town(n * 8 // 10, seed))
    for i in range(n - len(town)):
        base = town[int(rng.integers(0, len(town)))]
        x, y = base.centroid.x, base.centroid.y
        kind = i % 4
        if kind == 0:
            town.append(box(x + 9, y + 9, x + 10.2, y + 10))
        elif kind == 1:
            town.append(box(x + 10.5, y - 6, x + 10.6, y + 6))
        elif kind == 2:
            town.append(base)
        else:
            far = -60 - 30 * i
            outer, inner = box(far, y, far + 26, y + 26), box(far + 6, y + 6, far + 20, y + 20)
            town.append(outer.difference(inner))
    return np.array(town)


def census(
    n: int, ratio: float, seed: int = 0, empty: float = 0.25, minimum: float = 300
) -> tuple[Shapes, NDArray[np.float64]]:
    """Voronoi blocks, dense in some places, cut by two rivers: polygons and households.

    ``ratio`` is the mean of the households over the minimum; they are lognormal with a heavy
    tail, and ``empty`` of the blocks have none.
    """
    rng = np.random.default_rng(seed)
    side = float(np.sqrt(n)) * 100
    towns = rng.uniform(0, side, (max(3, n // 60), 2))
    points = towns[rng.integers(0, len(towns), n)]
    points = points + rng.normal(0, side / 12, (n, 2)) * rng.uniform(0.2, 1, (n, 1))
    points = points[((points > 0) & (points < side)).all(axis=1)]
    points = np.vstack([points, rng.uniform(0, side, (n - len(points), 2))])
    frame = box(0, 0, side, side)
    cells = shapely.voronoi_polygons(MultiPoint(points), extend_to=frame)
    shapes = np.array([cell.intersection(frame) for cell in cells.geoms])
    households = rng.lognormal(0, 1.1, len(shapes))
    households[rng.random(len(shapes)) < empty] = 0
    households = np.round(households / households.mean() * ratio * minimum)
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).T
    dry = np.abs(y - side * (0.5 + 0.15 * np.sin(x / side * 6))) > side * 0.01
    dry &= np.abs(x - side * 0.3) > side * 0.005
    return shapes[dry], households[dry]


def courtyards(n: int, seed: int = 0) -> Shapes:
    """Blocks of two to four wings around a yard, some with a house in it."""
    rng = np.random.default_rng(seed)
    found: list[Any] = []
    side = int(np.ceil(np.sqrt(n / 3)))
    for i in range(side * side):
        x, y = i % side * 118.0, i // side * 118.0
        wings = [
            box(x, y, x + 90, y + 12),
            box(x, y + 78, x + 90, y + 90),
            box(x, y + 14, x + 12, y + 76),
            box(x + 78, y + 14, x + 90, y + 76),
            box(x + 30, y + 30, x + 60, y + 60),
        ]
        found.extend(wings[: int(rng.integers(2, 6))])
    return np.array(found[:n])


def blocks(
    n: int, seed: int = 0, mean: float = 24, empty: float = 0.15, large: float = 0.0
) -> tuple[Shapes, NDArray[np.float64]]:
    """Voronoi blocks with a river through them: polygons and households.

    ``empty`` of them have no household, ``large`` have 250 to 1,500 by themselves.
    """
    rng = np.random.default_rng(seed)
    side = float(np.sqrt(n)) * 100
    frame = box(0, 0, side, side)
    points = rng.uniform(0, side, (n, 2))
    for _ in range(2):
        cells = shapely.voronoi_polygons(MultiPoint(points), extend_to=frame)
        shapes = np.array([cell.intersection(frame) for cell in cells.geoms])
        points = shapely.get_coordinates(shapely.centroid(shapes))
    households = np.round(rng.lognormal(np.log(mean) - 0.5, 1.0, len(shapes)))
    households[rng.random(len(shapes)) < empty] = 0
    big = rng.random(len(shapes)) < large
    households[big] = rng.integers(250, 1500, int(big.sum()))
    x, y = points.T
    dry = np.abs(y - side * (0.5 + 0.15 * np.sin(x / side * 6))) > side * 0.015
    return shapes[dry], households[dry]

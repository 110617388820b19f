"""Cutting a block of ground in two along something that looks like a street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.ops import split

from data.sample.frame import tidy
from data.sample.streets import STEP_M, smooth_noise

CORNER_M = 24.0


@dataclass(frozen=True)
class Cut:
    """Two pieces and how natural the cut is (0 … about 1.5; higher is better)."""

    left: shapely.Polygon
    right: shapely.Polygon
    score: float


@dataclass(frozen=True)
class Style:
    """How a cut runs: sideways wandering, bow and jogs, in metres."""

    wander_m: float
    bow_m: float
    jog_m: float = 0.0


def bearing(polygon: shapely.Polygon) -> float:
    """The direction of the longer side of the least rectangle around a block, degrees 0 … 180."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))
    sides = np.diff(corners, axis=0)[:2]
    side = sides[int(np.argmax(np.round(np.hypot(sides[:, 0], sides[:, 1]), 3)))]
    return round(float(np.degrees(np.arctan2(side[1], side[0]))) % 180.0, 3)


def cut(
    polygon: shapely.Polygon,
    fraction: float,
    *,
    across_deg: float,
    style: Style,
    rng: np.random.Generator,
) -> Cut | None:
    """Cut so that about `fraction` of the area lies to the left of a line running `across_deg`.

    None when the line would leave more than two pieces.
    """
    centre = polygon.centroid
    flat = affinity.rotate(polygon, -across_deg, origin=centre)
    low, _, high, _ = flat.bounds
    level = _level(flat, fraction)
    line = _line(low - 40, high + 40, level, style, rng)
    line = tidy(affinity.rotate(line, across_deg, origin=centre))
    return sever(polygon, line)


def sever(polygon: shapely.Polygon, line: shapely.LineString) -> Cut | None:
    """Cut along a given line; the left piece is the one on the line's left."""
    pieces = [piece for piece in split(polygon, line).geoms if piece.area > 1.0]
    if len(pieces) != 2:
        return None
    inside = shapely.intersection(line, polygon)
    if inside.geom_type != "LineString":
        return None
    left, right = pieces if _is_left(pieces[0], line) else pieces[::-1]
    return Cut(left, right, _score(polygon, (left, right), inside))


def _is_left(piece: shapely.Polygon, line: shapely.LineString) -> bool:
    xy = shapely.get_coordinates(line)
    spot = piece.representative_point()
    ring = np.vstack([xy, xy[-1:] + _turned(xy[-1] - xy[0]), xy[:1] + _turned(xy[-1] - xy[0])])
    return bool(shapely.Polygon(ring).buffer(0).contains(spot))


def _turned(vector: np.ndarray) -> np.ndarray:
    return np.array([-vector[1], vector[0]]) * 3.0


def _level(flat: shapely.Polygon, fraction: float) -> float:
    """The height above which `fraction` of the area lies."""
    left, low, right, high = flat.bounds
    top, whole = high, flat.area
    for _ in range(18):
        middle = (low + high) / 2
        part = shapely.clip_by_rect(flat, left - 1, middle, right + 1, top + 1).area / whole
        low, high = (middle, high) if round(part, 6) > fraction else (low, middle)
    return round(float(low + high) / 2, 3)


def _line(
    start: float, end: float, level: float, style: Style, rng: np.random.Generator
) -> shapely.LineString:
    count = max(8, int((end - start) / STEP_M))
    x = np.linspace(start, end, count)
    unit = np.linspace(-1.0, 1.0, count)
    bow = rng.uniform(-1, 1) * style.bow_m * (1 - unit**2)
    tilt = rng.normal(0, 0.05) * (x - (start + end) / 2)
    y = level + bow - bow.mean() + tilt + smooth_noise(end - start, count, rng) * style.wander_m
    y += rng.uniform(-0.35, 0.35, count)
    jog_x, jog_m = rng.uniform(0.38, 0.62), rng.choice([-1, 1]) * rng.uniform(0.5, 1) * style.jog_m
    if rng.random() < 0.45 and style.jog_m:
        place = int(jog_x * count)
        y = y + np.where(np.arange(count) < place, jog_m / 2, -jog_m / 2)
        x = np.insert(x, place, x[place - 1] + 0.4)
        y = np.insert(y, place, y[place])
    return shapely.LineString(np.round(np.column_stack([x, y]), 3))


def compactness(polygon: shapely.Polygon) -> float:
    """The Polsby-Popper figure, 4 pi area / perimeter squared: a square has 0.785."""
    return round(float(4 * np.pi * polygon.area / polygon.length**2), 6)


def _score(
    polygon: shapely.Polygon, pieces: tuple[shapely.Polygon, ...], inside: shapely.LineString
) -> float:
    worst = min(compactness(piece) for piece in pieces)
    ends = shapely.get_coordinates(inside)[[0, -1]]
    corners = _corners(polygon)
    near = min(float(np.min(np.hypot(*(corners - end).T))) for end in ends) if len(corners) else 99
    crowded = 0.35 * max(0.0, 1 - near / CORNER_M)
    return round(worst - crowded, 6)


def _corners(polygon: shapely.Polygon) -> np.ndarray:
    """The vertices of a ring where it turns by more than about 35 degrees."""
    xy = shapely.get_coordinates(polygon.simplify(3.0).exterior)[:-1]
    before, after = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turn = np.abs(np.arctan2(cross, (before * after).sum(axis=1)))
    return np.asarray(xy[turn > 0.6])

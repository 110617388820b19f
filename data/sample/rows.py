"""Shopfront rows: a notch of ground taken from a compound along its street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from data.sample.cuts import compactness, sever
from data.sample.frame import tidy


@dataclass(frozen=True)
class Row:
    """The notch, what is left of the compound, and the line along the middle of the notch."""

    ground: shapely.Polygon
    rest: shapely.Polygon
    spine: shapely.LineString


@dataclass(frozen=True)
class Size:
    """The range of a notch's length along the street and of its depth, metres."""

    length_m: tuple[float, float] = (82.0, 168.0)
    depth_m: tuple[float, float] = (25.0, 31.0)


ROW = Size()


def take_row(
    block: shapely.Polygon, front: shapely.Polygon, rng: np.random.Generator, size: Size = ROW
) -> Row:
    """The best of several notches along the street whose buffer is `front`.

    Raises ValueError when the block's frontage gives room for none.
    """
    side = _frontage(block, front)
    best: tuple[float, Row] | None = None
    for _ in range(24):
        row = _notch(block, side, size, rng)
        if row is None:
            continue
        score = compactness(row.rest) + row.ground.length / 12_000
        if best is None or round(score, 6) > best[0]:
            best = round(score, 6), row
    if best is None:
        raise ValueError(f"no notch fits a frontage of {side.length:.0f} m")
    return best[1]


def _frontage(block: shapely.Polygon, front: shapely.Polygon) -> shapely.LineString:
    """The longest run of the outline on the street, with the block on its left."""
    ring = shapely.orient_polygons(block).exterior
    parts = shapely.get_parts(shapely.line_merge(shapely.intersection(ring, front), directed=True))
    return max(parts, key=lambda part: round(part.length, 3))


def _notch(
    block: shapely.Polygon, side: shapely.LineString, size: Size, rng: np.random.Generator
) -> Row | None:
    length = min(float(rng.uniform(*size.length_m)), side.length - 24)
    depth = float(rng.uniform(*size.depth_m))
    if length < 70:
        return None
    start = float(rng.uniform(12, side.length - length - 12))
    base = substring(side, start, start + length)
    inner = tidy(base.simplify(1.5).offset_curve(depth))
    if inner.geom_type != "LineString" or inner.is_empty:
        return None
    path = _closed_behind(base, inner)
    made = sever(block, tidy(path))
    if made is None:
        return None
    ground, rest = sorted((made.left, made.right), key=lambda piece: round(piece.area, 3))
    if ground.area > 1.35 * length * depth or ground.area < 0.75 * length * depth:
        return None
    spine = tidy(base.simplify(1.0).offset_curve(depth * 0.5))
    return Row(ground, rest, spine)


def _closed_behind(base: shapely.LineString, inner: shapely.LineString) -> shapely.LineString:
    """From behind the street in, along the back of the row and out again."""
    street, back = shapely.get_coordinates(base), shapely.get_coordinates(inner)
    first = street[0] + (street[0] - back[0]) * 0.3
    last = street[-1] + (street[-1] - back[-1]) * 0.3
    return shapely.LineString(np.vstack([first, back, last]))

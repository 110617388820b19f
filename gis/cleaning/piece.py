"""A grid as somebody drew it, and measures of it in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import polygon_parts

_ELONGATED = 400
"""Square of the outline to area: a strip 100 times as long as wide."""


@dataclass(frozen=True)
class Piece:
    """A grid that may be wrong; ``parent`` is a code, ``shape`` in WGS84 degrees."""

    code: str
    level: int
    parent: str | None
    name: str
    shape: BaseGeometry


def is_thin(part: Any, width_m: float) -> bool:
    """Tell whether an area in metres is nowhere wider than ``width_m``.

    >>> is_thin(shapely.box(0, 0, 100, 0.4), 0.5), is_thin(shapely.box(0, 0, 100, 2), 0.5)
    (True, False)
    """
    west, south, east, north = shapely.bounds(part)
    # No circle of this width has room, by its area or by the box around: no need to look closer.
    if part.area < math.pi * width_m**2 / 4 or min(east - west, north - south) < width_m:
        return True
    return bool(shapely.is_empty(shapely.buffer(part, -width_m / 2)))


def is_mendable(parts: Any, tolerance_m: float) -> Any:
    """Tell of areas in metres whether cleaning may give them away: slivers and specks.

    A sliver is nowhere wider than the tolerance. A speck is not much longer than wide, and no
    place in it is further than the tolerance from its edge.

    Returns
    -------
    Bool array of as many.
    """
    parts = np.asarray(parts, dtype=object)
    if not len(parts):
        return np.empty(0, dtype=bool)
    west, south, east, north = shapely.bounds(parts).reshape(-1, 4).T
    small = np.hypot(east - west, north - south) <= 4 * tolerance_m
    wide_m = np.where(small, 2 * tolerance_m, tolerance_m)
    narrow = shapely.area(parts) < math.pi * wide_m**2 / 4
    narrow |= np.minimum(east - west, north - south) < wide_m
    left = np.flatnonzero(~narrow)
    narrow[left] = shapely.is_empty(shapely.buffer(parts[left], -wide_m[left] / 2))
    return narrow


def width_m(part: Any) -> float:
    """Return how wide an area in metres is at its widest: twice its largest circle's radius."""
    if part.is_empty or part.area == 0:
        return 0.0
    # To the centimetre where it is narrow, else to a hundredth of its width, roughly.
    near_m = max(0.01, 0.01 * 2 * part.area / part.length)
    if part.length**2 < _ELONGATED * part.area:
        circle = shapely.maximum_inscribed_circle(part, tolerance=near_m)
        return 2 * float(circle.length)
    # Looking for the circle takes seconds in a long sliver; shrinking it does not.
    west, south, east, north = shapely.bounds(part)
    low, high = 0.0, min(east - west, north - south, 2 * math.sqrt(part.area / math.pi))
    while high - low > near_m:
        middle = (low + high) / 2
        if shapely.is_empty(shapely.buffer(part, -middle / 2, quad_segs=2)):
            high = middle
        else:
            low = middle
    return float(high)


def of_parts(parts: list[Any]) -> Any:
    """Return one polygon for one part, else a multipolygon."""
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def areas(geometry: Any) -> Any:
    """Return the areas in a geometry as one; lines and points are left out."""
    return of_parts(polygon_parts(geometry)) if polygon_parts(geometry) else shapely.Polygon()


def sound(shape: Any) -> Any:
    """Return an area as it is where it is valid, else what it encloses."""
    return shape if shape.is_valid else areas(shapely.make_valid(shape))

"""A grid as somebody drew it, and measures of it in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import polygon_parts


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


def width_m(part: Any) -> float:
    """Return how wide an area in metres is at its widest: twice its largest circle's radius."""
    if part.is_empty or part.area == 0:
        return 0.0
    return 2 * float(shapely.maximum_inscribed_circle(part, tolerance=0.01).length)


def of_parts(parts: list[Any]) -> Any:
    """Return one polygon for one part, else a multipolygon."""
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def areas(geometry: Any) -> Any:
    """Return the areas in a geometry as one; lines and points are left out."""
    return of_parts(polygon_parts(geometry)) if polygon_parts(geometry) else shapely.Polygon()

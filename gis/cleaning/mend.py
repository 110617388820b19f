"""Rings that cross or touch themselves: mended where it is plain what was meant."""

from __future__ import annotations

from typing import Any

import shapely

from gis.cleaning.piece import areas, is_thin, of_parts
from gis.geometry import polygon_parts


def mend(shape: Any, tolerance_m: float) -> tuple[Any, Any | None]:
    """Return a valid shape in metres, and where it is not plain what was meant.

    Loops and slivers no wider than the tolerance are dropped; no vertex moves.

    Parameters
    ----------
    shape
        Polygon or multipolygon in metres, valid or not.
    tolerance_m
        Metres.

    Returns
    -------
    The shape, and a place in doubt (a geometry) or None. A ring that crosses itself so that two
    pieces of ground come out is in doubt: which of them was meant, nobody but its maker knows.

    Examples
    --------
    >>> eight = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    >>> mend(eight, 0.5)[1].wkt
    'POINT (5 5)'
    """
    if shape.is_valid:
        return shape, None
    wanted = len(shapely.get_parts(shape))
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [p for p in polygon_parts(mended) if not is_thin(p, tolerance_m)]
    if not parts:
        return areas(mended), shape.centroid
    either = shapely.make_valid(shape, method="linework")
    unsure = [
        p
        for p in polygon_parts(shapely.symmetric_difference(areas(either), areas(mended)))
        if not is_thin(p, tolerance_m)
    ]
    if unsure:
        return of_parts(parts), unsure[0].centroid
    if len(parts) > wanted:
        return of_parts(parts), _crossing(shape, parts)
    return of_parts(parts), None


def _crossing(shape: Any, parts: list[Any]) -> Any:
    """Return where a ring crosses itself."""
    import re

    found = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(shape))
    if found:
        return shapely.Point(float(found[1]), float(found[2]))
    return parts[-1].centroid

"""Do boundaries lie where they should? What a wrong datum, zone or order of axes looks like.

Nothing is guessed and nothing is moved: a warning says what it looks like, and how to say it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gis.datum import from_wgs84, to_wgs84
from gis.division import Division
from gis.findings import Finding, Text, warning
from gis.geometry import DECIMALS, apart_m

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north of all of it, degrees."""
_FAR_M = 20_000.0
_NEAR_M = 30.0
_SHARE = 0.8


def check_whereabouts(division: Division, stored: Division | None) -> list[Finding]:
    """Return at most one warning: outside China, far from what is stored, or off by a datum.

    Parameters
    ----------
    division
        What was read, in WGS84 degrees.
    stored
        What is in force, if anything is.
    """
    shapes = np.array([g.boundary for g in division.grids], dtype=object)
    if not len(shapes):
        return []
    here = shapely.get_coordinates(shapely.centroid(shapes)).mean(axis=0)
    lon, lat = here.tolist()
    if not (CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]):
        return [_outside_china(lon, lat)]
    if stored is None or not stored.grids:
        return []
    there = shapely.get_coordinates(
        shapely.centroid(np.array([g.boundary for g in stored.grids], dtype=object))
    ).mean(axis=0)
    far_m = apart_m(here, there)
    if far_m > _FAR_M:
        return [_far(lon, lat, far_m)]
    return _off_by_a_datum(division, stored)


def _place(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _outside_china(lon: float, lat: float) -> Finding:
    text = Text(
        f"they lie at {lon:.2f}, {lat:.2f}, outside China: are easting and northing swapped, or is "
        "the system another one than was said?",
        f"边界位于东经 {lon:.2f}、北纬 {lat:.2f}，不在中国境内：是否横纵坐标颠倒，或坐标系有误？",
    )
    return warning("outside_china", text, place=_place(lon, lat))


def _far(lon: float, lat: float, far_m: float) -> Finding:
    text = Text(
        f"they lie {far_m / 1000:,.0f} km from the boundaries that are stored: is it another zone "
        "(central meridian), or another place's file?",
        f"边界距库中现有边界 {far_m / 1000:,.0f} 公里：是否投影带（中央子午线）有误，"
        "或文件属于别处？",
    )
    return warning("far_from_stored", text, place=_place(lon, lat), size=far_m, unit="m")


def _off_by_a_datum(division: Division, stored: Division) -> list[Finding]:
    """Return a warning when the grids moved all together just as far as a datum is off."""
    pairs = [
        (grid.boundary, stored.by_code[grid.code].boundary)
        for grid in division.grids
        if grid.code in stored.by_code
    ]
    if not pairs:
        return []
    new, old = (shapely.get_coordinates(shapely.centroid(list(side))) for side in zip(*pairs))  # noqa: B905
    moved = apart_m(new, old)
    if np.median(moved) < 10 * _NEAR_M:
        return []
    for datum, name in (("gcj02", "GCJ-02"), ("bd09", "BD-09")):
        # Filed as degrees of WGS84 while they are of the datum, or the other way round.
        for turn in (from_wgs84, to_wgs84):
            like = np.column_stack(turn(old[:, 0], old[:, 1], datum))
            if (apart_m(new, like) < _NEAR_M).mean() >= _SHARE:
                return [_doubt(name, new[0], float(np.median(moved)))]
    return []


def _doubt(name: str, at: Any, moved_m: float) -> Finding:
    text = Text(
        f"all grids lie {moved_m:,.0f} m from those stored, just as far as {name} is off: is the "
        "datum that was said, or that the file states, the right one?",
        f"全部网格与库中现有网格相差约 {moved_m:,.0f} 米，与 {name} 的偏移一致："
        "所指定（或文件注明）的坐标系是否正确？",
    )
    lon, lat = at.tolist()
    return warning("datum_doubt", text, place=_place(lon, lat), size=moved_m, unit="m")

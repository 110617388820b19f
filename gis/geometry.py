"""What a boundary is, whether it is valid, and how large things are, in metres.

Boundaries are shapely Polygons or MultiPolygons in WGS84 degrees, longitude first, rounded to
:data:`DECIMALS` places (about a centimetre). Metric work is done in EPSG:4549
(CGCS2000 / 3-degree Gauss-Kruger, central meridian 120 E) with easting first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidBoundary, InvalidInput

DECIMALS = 7
METRIC_CRS = 4549
MAX_VERTICES = 200_000
LonLat = tuple[float, float]


# --- numbers from outside ------------------------------------------------------------------


def check_lon_lat(lon: float, lat: float) -> None:
    """Refuse a pair that is no place on Earth.

    Raises
    ------
    InvalidInput
        Naming ``lon`` or ``lat``: not finite, or out of ±180 / ±90 degrees.
    """
    for field, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
        if not math.isfinite(value) or abs(value) > limit:
            raise InvalidInput(
                field,
                f"{field} = {value}: must be a number of degrees from -{limit} to {limit}",
                f"{field} = {value}：应为 -{limit} 到 {limit} 之间的度数",
                (f"-{limit}..{limit}",),
            )


# --- GeoJSON geometries ----------------------------------------------------------------------


def read_geometry(obj: object, kinds: Sequence[str]) -> BaseGeometry:
    """Return the shapely geometry of a GeoJSON geometry object, checked and rounded.

    Parameters
    ----------
    obj
        A decoded GeoJSON geometry.
    kinds
        The GeoJSON types accepted, such as ``("Polygon", "MultiPolygon")``.

    Raises
    ------
    InvalidBoundary
        Wrong type, a number that is missing, not finite or out of range, a ring that is
        not closed or has under four positions, a ring that crosses itself.
    """
    if not isinstance(obj, dict) or obj.get("type") not in kinds:
        given = obj.get("type") if isinstance(obj, dict) else None
        raise InvalidBoundary(
            f"geometry is {str(given)[:40]!r}: must be {' or '.join(kinds)}",
            f"几何类型为 {str(given)[:40]!r}：应为 {' 或 '.join(kinds)}",
        )
    build = _BUILDERS[str(obj["type"])]
    geometry = build(obj.get("coordinates"))
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        raise InvalidBoundary(
            f"more than {MAX_VERTICES} vertices: simplify it first",
            f"顶点超过 {MAX_VERTICES} 个：请先简化",
        )
    _check_valid(geometry)
    return geometry


def _check_valid(geometry: BaseGeometry) -> None:
    if geometry.is_empty:
        raise InvalidBoundary("the geometry is empty", "几何为空")
    if geometry.is_valid:
        return
    reason = shapely.is_valid_reason(geometry)
    found = re.search(r"\[(\S+) (\S+)\]", reason)
    place = (float(found[1]), float(found[2])) if found else _first_position(geometry)
    what = reason.split("[")[0].strip()
    raise InvalidBoundary(
        f"invalid ring: {what}; redraw it so that no ring crosses or touches itself",
        f"边界环无效：{_REASONS_ZH.get(what, what)}；请重画，使边界不自交、不自接",
        place,
    )


_REASONS_ZH = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自接触",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环嵌套",
    "Interior is disconnected": "内部不连通",
    "Nested shells": "多个部分互相包含",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "顶点过少",
}


def _first_position(geometry: BaseGeometry) -> LonLat | None:
    xy = shapely.get_coordinates(geometry)
    return (float(xy[0, 0]), float(xy[0, 1])) if len(xy) else None


def _positions(obj: object, least: int) -> NDArray[np.float64]:
    """Return checked positions, float array (n, 2) rounded to DECIMALS."""
    if not isinstance(obj, list) or len(obj) < least:
        raise InvalidBoundary(
            f"a list of {least} or more positions is missing",
            f"缺少坐标：至少需要 {least} 个点",
        )
    out: list[LonLat] = []
    for position in obj:
        out.append(_position(position, out[-1] if out else None))
    return np.round(np.array(out, dtype=float), DECIMALS)


def _position(obj: object, before: LonLat | None) -> LonLat:
    if (
        not isinstance(obj, list)
        or len(obj) < 2
        or any(isinstance(v, bool) or not isinstance(v, int | float) for v in obj[:2])
    ):
        raise InvalidBoundary(
            f"{str(obj)[:60]} is not a position [lon, lat]",
            f"{str(obj)[:60]} 不是坐标 [经度, 纬度]",
            before,
        )
    try:
        lon, lat = float(obj[0]), float(obj[1])
        check_lon_lat(lon, lat)
    except OverflowError:
        raise InvalidBoundary("a coordinate is too large", "坐标数值过大", before) from None
    except InvalidInput as problem:
        where = before
        if where is None and math.isfinite(lon) and math.isfinite(lat):
            where = (lon, lat)
        # Only one of the two orders can be a place in China.
        turned = 90 < lat <= 180 and abs(lon) <= 90
        raise InvalidBoundary(
            f"coordinate out of range: {problem.text.en}"
            + ("; latitude stands first: write longitude first" if turned else ""),
            f"坐标超出范围：{problem.text.zh}"
            + ("；纬度写在前面：应先经度后纬度" if turned else ""),
            where,
        ) from None
    return lon, lat


def _ring(obj: object) -> NDArray[np.float64]:
    xy = _positions(obj, 4)
    if (xy[0] != xy[-1]).any():
        raise InvalidBoundary(
            "invalid ring: it is not closed; repeat its first position at the end",
            "边界环无效：没有闭合；请在末尾重复第一个点",
            (float(xy[-1, 0]), float(xy[-1, 1])),
        )
    if len(np.unique(xy, axis=0)) < 3:
        raise InvalidBoundary(
            "invalid ring: it encloses no ground",
            "边界环无效：没有围出面积",
            (float(xy[0, 0]), float(xy[0, 1])),
        )
    return xy


def _polygon(obj: object) -> BaseGeometry:
    if not isinstance(obj, list) or not obj:
        raise InvalidBoundary("a polygon without rings", "多边形没有边界环")
    shell, *holes = [_ring(ring) for ring in obj]
    return shapely.Polygon(shell, holes)


def _many(build: Any) -> Any:
    def parts(obj: object) -> list[BaseGeometry]:
        if not isinstance(obj, list) or not obj:
            raise InvalidBoundary("a geometry without parts", "几何没有任何部分")
        return [build(part) for part in obj]

    return parts


def _line(obj: object) -> BaseGeometry:
    return shapely.linestrings(_positions(obj, 2))


_BUILDERS: dict[str, Any] = {
    "Point": lambda obj: shapely.points(_positions([obj], 1)[0]),
    "LineString": _line,
    "MultiLineString": lambda obj: shapely.multilinestrings(_many(_line)(obj)),
    "Polygon": _polygon,
    "MultiPolygon": lambda obj: shapely.multipolygons(_many(_polygon)(obj)),
}


def geometry_as_geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """Return the GeoJSON geometry of a shapely geometry; coordinates with DECIMALS places."""
    return {"type": geometry.geom_type, "coordinates": _coordinates_of(geometry)}


def _coordinates_of(geometry: BaseGeometry) -> list[Any]:
    match geometry.geom_type:
        case "Point":
            return _rounded(geometry)[0]  # type: ignore[no-any-return]
        case "LineString" | "LinearRing":
            return _rounded(geometry)
        case "Polygon":
            return [_rounded(ring) for ring in (geometry.exterior, *geometry.interiors)]
        case _:
            return [_coordinates_of(part) for part in geometry.geoms]


def _rounded(geometry: BaseGeometry) -> list[Any]:
    return np.round(shapely.get_coordinates(geometry), DECIMALS).tolist()  # type: ignore[no-any-return]


# --- metres ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _transformer(backward: bool) -> Any:
    from pyproj import Transformer

    ends = (METRIC_CRS, 4490) if backward else (4490, METRIC_CRS)
    return Transformer.from_crs(*ends, always_xy=True)


def project(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Return (easting, northing) in EPSG:4549, metres; floats or arrays of one shape."""
    return _transformer(False).transform(lon, lat)  # type: ignore[no-any-return]


def to_metres(geometries: Any) -> Any:
    """Return geometries in EPSG:4549, easting first, metres; one or an array, None stays None."""
    return shapely.transform(geometries, _project_pairs)


def to_degrees(geometries: Any) -> Any:
    """Return geometries of EPSG:4549 in WGS84 degrees; one or an array."""
    return shapely.transform(geometries, lambda xy: _pairs(_transformer(True), xy))


def _project_pairs(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return _pairs(_transformer(False), xy)


def _pairs(transformer: Any, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def area_m2(geometry: BaseGeometry) -> float:
    """Return the area of a WGS84 geometry in square metres (0.034 % over the geodesic)."""
    return float(shapely.area(to_metres(geometry)))


def length_m(geometry: BaseGeometry) -> float:
    """Return the length of a WGS84 geometry in metres."""
    return float(shapely.length(to_metres(geometry)))


# --- parts of a geometry -------------------------------------------------------------------------


def polygon_parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the polygons in a geometry of any type; lines, points and empty parts are left out."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [p for p in parts.tolist() if p.geom_type == "Polygon" and not p.is_empty]


def point_inside(geometry: BaseGeometry) -> LonLat:
    """Return a point that lies in the geometry: (lon, lat), degrees."""
    point = shapely.point_on_surface(geometry)
    return round(float(point.x), DECIMALS), round(float(point.y), DECIMALS)


def union(geometries: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return the union of the members of a coverage (shared edges match); empty for none."""
    return shapely.coverage_union_all(np.array(list(geometries), dtype=object))

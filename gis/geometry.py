"""What a boundary is, whether it is valid, and how large things are, in metres.

Boundaries are shapely Polygons or MultiPolygons in WGS84 degrees, longitude first, rounded to
:data:`DECIMALS` places (about a centimetre). Lengths, nearness and drawing are done in a
:class:`MetricFrame`, a plane around the data at hand; areas are those on the ellipsoid.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidBoundary, InvalidInput

DECIMALS = 7
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
    geometry = on_lattice(build(obj.get("coordinates")))
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
    """Return checked positions, float array (n, 2), as they are given."""
    if not isinstance(obj, list) or len(obj) < least:
        raise InvalidBoundary(
            f"a list of {least} or more positions is missing",
            f"缺少坐标：至少需要 {least} 个点",
        )
    out: list[LonLat] = []
    for position in obj:
        out.append(_position(position, out[-1] if out else None))
    return np.array(out, dtype=float)


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
    rounded = np.round(xy, DECIMALS)
    if (rounded[0] == rounded[-1]).all():
        xy[-1] = xy[0]
    else:
        raise InvalidBoundary(
            "invalid ring: it is not closed; repeat its first position at the end",
            "边界环无效：没有闭合；请在末尾重复第一个点",
            (float(xy[-1, 0]), float(xy[-1, 1])),
        )
    if len(np.unique(rounded, axis=0)) < 3:
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


_DEGREES = "EPSG:4490"
_EQUAL_AREA = "+proj=cea +ellps=GRS80 +type=crs"
_SIDE_DEG = 80.0
"""How far from its meridian a place can be told in a frame; what is farther is drawn nearer."""


@dataclass(frozen=True, slots=True)
class MetricFrame:
    """A plane of metres around some data: x to the east, y to the north.

    A transverse Mercator of CGCS2000 on the meridian through the middle of the data, with scale 1
    there. Lengths are too long by ``d² / 2 R²`` at a distance ``d`` from the meridian: 0.003 % at
    50 km, 0.05 % at 200 km, anywhere in China. What is compared must be in one frame.

    Parameters
    ----------
    meridian
        Degrees east of Greenwich.
    """

    meridian: float

    @classmethod
    def of(cls, geometries: Any) -> MetricFrame:
        """Return the frame around geometries in WGS84 degrees; one, or an array or list."""
        if not isinstance(geometries, BaseGeometry | np.ndarray):
            geometries = np.array(list(geometries), dtype=object)
        if np.size(geometries) == 0:
            return cls.around(math.nan, math.nan)
        west, _, east, _ = shapely.total_bounds(geometries).tolist()
        return cls.around(west, east)

    @classmethod
    def around(cls, west: float, east: float) -> MetricFrame:
        """Return the frame in the middle of two longitudes; of NaN, that of nothing."""
        middle = (west + east) / 2
        # A hundredth of a degree is enough, and a small edit keeps the plane as it was.
        return cls(round(middle, 2) if math.isfinite(middle) else 105.0)

    def project(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Return (x, y) in metres of WGS84 degrees; floats or arrays of one shape."""
        forward = _transformer(self.meridian, False)
        if isinstance(lon, float):
            if abs(lon - self.meridian) <= _SIDE_DEG:
                return forward.transform(lon, lat)  # type: ignore[no-any-return]
            return forward.transform(float(self._beside(lon)), lat)  # type: ignore[no-any-return]
        return forward.transform(self._beside(lon), lat)  # type: ignore[no-any-return]

    def _beside(self, lon: Any) -> Any:
        """Return longitudes no farther from the meridian than the plane reaches."""
        away = np.subtract(lon, self.meridian)
        away = away - 360.0 * np.round(away / 360.0)
        return np.where(
            np.abs(away) <= _SIDE_DEG,
            lon,
            self.meridian + np.clip(away, -_SIDE_DEG, _SIDE_DEG),
        )

    def to_metres(self, geometries: Any) -> Any:
        """Return geometries of WGS84 degrees in metres; one or an array, None stays None."""
        return shapely.transform(geometries, self._project_pairs)

    def to_degrees(self, geometries: Any) -> Any:
        """Return geometries in metres in WGS84 degrees, not rounded; one or an array."""
        back = _transformer(self.meridian, True)
        return shapely.transform(
            geometries, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1]))
        )

    def _project_pairs(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self.project(xy[:, 0], xy[:, 1]))


@lru_cache(maxsize=64)
def _transformer(meridian: float, backward: bool) -> Any:
    from pyproj import Transformer

    plane = f"+proj=tmerc +lat_0=0 +lon_0={meridian!r} +k=1 +ellps=GRS80 +units=m +type=crs"
    ends = (plane, _DEGREES) if backward else (_DEGREES, plane)
    return Transformer.from_crs(*ends, always_xy=True)


@lru_cache(maxsize=1)
def _equal_area() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(_DEGREES, _EQUAL_AREA, always_xy=True)


@lru_cache(maxsize=1)
def _ellipsoid() -> Any:
    from pyproj import Geod

    return Geod(ellps="GRS80")


def area_m2(geometries: Any) -> Any:
    """Return areas on the ellipsoid in square metres, of WGS84 geometries.

    Parameters
    ----------
    geometries
        One geometry, or an array of them.

    Returns
    -------
    A float, or a float array of the same shape. Each area is that of its own geometry alone: by an
    equal-area cylinder, so the same whatever it is measured together with.
    """
    found = shapely.area(shapely.transform(geometries, _equal_area_pairs))
    return float(found) if np.ndim(found) == 0 else found


def _equal_area_pairs(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(_equal_area().transform(xy[:, 0], xy[:, 1]))


def length_m(geometry: BaseGeometry) -> float:
    """Return the length of a WGS84 geometry in metres."""
    return float(shapely.length(MetricFrame.of(geometry).to_metres(geometry)))


def apart_m(one: Any, other: Any) -> Any:
    """Return how far positions are apart on the ellipsoid, metres.

    Parameters
    ----------
    one, other
        Float arrays (…, 2) of WGS84 degrees that broadcast to one shape.

    Returns
    -------
    Float array of the leading shape; a float for two positions.
    """
    a, b = np.broadcast_arrays(np.asarray(one, dtype=float), np.asarray(other, dtype=float))
    _, _, metres = _ellipsoid().inv(a[..., 0], a[..., 1], b[..., 0], b[..., 1])
    return float(metres) if np.ndim(metres) == 0 else metres


def metres_of_degree(lat: float) -> tuple[float, float]:
    """Return how many metres a degree to the east and one to the north are at a latitude.

    For what is small and near that latitude: steps along walls, the roundness of a grid.
    """
    f = math.radians(lat)
    east = 111412.84 * math.cos(f) - 93.5 * math.cos(3 * f) + 0.118 * math.cos(5 * f)
    north = 111132.954 - 559.822 * math.cos(2 * f) + 1.175 * math.cos(4 * f)
    return east, north


# --- the lattice of the seventh decimal -----------------------------------------------------------


def on_lattice(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry in degrees rounded to DECIMALS; valid areas stay valid.

    Where rounding lets a ring touch or cross itself, what is narrower than the rounding is left
    out of it. What has no ground at that precision comes back rounded, and not valid.
    """
    rounded: BaseGeometry = shapely.transform(geometry, _round)
    if rounded.is_valid or not geometry.is_valid:
        return rounded
    parts = polygon_parts(shapely.set_precision(geometry, 10.0**-DECIMALS))
    if not parts:
        return rounded
    whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    fixed: BaseGeometry = shapely.transform(whole, _round)
    return fixed


def _round(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(xy, DECIMALS)


# --- parts of a geometry -------------------------------------------------------------------------


def polygon_parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the polygons in a geometry of any type; lines, points and empty parts are left out."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [p for p in parts.tolist() if p.geom_type == "Polygon" and not p.is_empty]


def same_shape(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Tell whether two geometries have the same vertices, however they are written down.

    Ring direction, the vertex a ring starts from, the order of parts and holes, a part of a
    multipolygon of one, vertices that stand twice and heights make no difference: every GIS
    writes those in its own way.
    """
    if shapely.equals_exact(one, other, 0.0):
        return True
    if shapely.bounds(one).tolist() != shapely.bounds(other).tolist():
        return False
    return bool(shapely.equals_exact(normal_shape(one), normal_shape(other), 0.0))


def normal_shape(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry written down in the one way that all with the same vertices share."""
    plain = shapely.remove_repeated_points(shapely.force_2d(geometry))
    parts = shapely.get_parts(plain)
    return shapely.normalize(parts[0] if len(parts) == 1 else plain)


def point_inside(geometry: BaseGeometry) -> LonLat:
    """Return a point that lies in the geometry: (lon, lat), degrees."""
    point = shapely.point_on_surface(geometry)
    return round(float(point.x), DECIMALS), round(float(point.y), DECIMALS)


def union(geometries: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return the union of the members of a coverage (shared edges match); empty for none."""
    return shapely.coverage_union_all(np.array(list(geometries), dtype=object))

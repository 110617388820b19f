"""What a proposal accepts, and what it says about the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import InvalidInput

AREAL = ("Polygon", "MultiPolygon")


def areas(shapes: Sequence[Any] | NDArray[Any], field: str) -> NDArray[Any]:
    """Return polygons and multipolygons as an object array, valid and in two dimensions.

    Rings that cross themselves are mended (``make_valid``); lines and points that come of it are
    dropped.

    Raises
    ------
    InvalidInput
        Naming the field and the first item that is no polygon, is empty, has a coordinate that is
        not a number, or encloses no ground at all.
    """
    found = np.empty(len(shapes), dtype=object)
    for i, shape in enumerate(shapes):
        if not isinstance(shape, shapely.Geometry) or shape.geom_type not in AREAL:
            _refuse(field, i, *_no_area(shape))
        found[i] = shape
    if not len(found):
        return found
    found = shapely.force_2d(found)
    for at in np.flatnonzero(shapely.is_empty(found))[:1]:
        _refuse(field, int(at), "is empty", "是空的")
    xy, owner = shapely.get_coordinates(found, return_index=True)
    for at in owner[~np.isfinite(xy).all(axis=1)][:1]:
        _refuse(field, int(at), "has a coordinate that is not a number", "有不是数字的坐标")
    for at in np.flatnonzero(~shapely.is_valid(found)):
        found[at] = _mended(found[at], field, int(at))
    return np.asarray(found, dtype=object)


def _no_area(shape: Any) -> tuple[str, str]:
    kind = getattr(shape, "geom_type", type(shape).__name__)
    if kind in ("Point", "MultiPoint"):
        return (
            f"is a {kind}, not a polygon (shapely.buffer(points, 5) makes polygons of metres)",
            f"是 {kind}，不是多边形（可用 shapely.buffer(points, 5) 以米为单位生成多边形）",
        )
    return f"is a {kind}, not a polygon", f"是 {kind}，不是多边形"


def _mended(shape: Any, field: str, i: int) -> Any:
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    parts = [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]
    if not parts:
        _refuse(field, i, "encloses no ground", "没有围出面积")
    return shapely.union_all(parts)


def _refuse(field: str, i: int, en: str, zh: str) -> None:
    raise InvalidInput(
        f"{field}[{i}]",
        f"{field}[{i}] {en}: mend or leave it out",
        f"{field}[{i}] {zh}：请改正或去掉",
    )


def in_metres(shapes: NDArray[Any], field: str) -> None:
    """Refuse buildings whose coordinates are degrees.

    They are taken for degrees when all lie within ±180, ±90 and half of them cover less than a
    square centimetre of what the numbers would be in metres: no building is so small.
    """
    if not len(shapes):
        return
    west, south, east, north = shapely.total_bounds(shapes)
    small = float(np.median(shapely.area(shapes))) < 1e-4
    if small and max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        raise InvalidInput(
            field,
            f"{field} are in degrees: give metres, such as "
            f"gis.geometry.MetricFrame.of({field}).to_metres({field})",
            f"{field} 是经纬度：请先换算为米（gis.geometry.MetricFrame）",
            ("metres",),
        )


def size_range(low: int, high: int) -> None:
    """Refuse a size rule that no cluster can keep."""
    for field, value in (("low", low), ("high", high)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise InvalidInput(
                field,
                f"{field} = {value}: must be a whole number from 1",
                f"{field} = {value}：应为不小于 1 的整数",
            )
    if low > high:
        raise InvalidInput(
            "low",
            f"low = {low} is over high = {high}: no cluster can have that size",
            f"下限 {low} 大于上限 {high}：没有楼栋群能满足",
        )


def numbers(values: Any, length: int, field: str) -> NDArray[np.float64]:
    """Return finite numbers that are not negative, one for each of ``length`` items.

    Raises
    ------
    InvalidInput
        Naming the field, and the first item that is missing, no number or negative.
    """
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InvalidInput(field, f"{field} must be numbers", f"{field} 应为数字") from None
    same_length(found, length, field)
    for i in np.flatnonzero(~np.isfinite(found) | (found < 0))[:1]:
        raise InvalidInput(
            f"{field}[{i}]",
            f"{field}[{i}] = {found[i]}: must be a number from 0",
            f"{field}[{i}] = {found[i]}：应为不小于 0 的数",
        )
    return found


def same_length(values: Any, length: int, field: str) -> None:
    """Refuse a list that has not one entry for each item."""
    if np.ndim(values) != 1 or len(values) != length:
        given = len(values) if np.ndim(values) else 1
        raise InvalidInput(
            field,
            f"{field} has {given} entries for {length} shapes: give one for each",
            f"{field} 有 {given} 项，而图形有 {length} 个：应一一对应",
        )


def seconds(limit_s: float | None) -> None:
    """Refuse a time limit that is not positive."""
    if limit_s is not None and not limit_s > 0:
        raise InvalidInput(
            "limit_s", f"limit_s = {limit_s}: must be over 0", f"limit_s = {limit_s}：应大于 0"
        )


def not_negative(value: float, field: str) -> None:
    """Refuse a number that is negative or none."""
    if not np.isfinite(value) or value < 0:
        raise InvalidInput(
            field,
            f"{field} = {value}: must be a number from 0",
            f"{field} = {value}：应为不小于 0 的数",
        )

"""The four datums of Chinese maps: WGS84, CGCS2000, GCJ-02 and BD-09, exact both ways.

CGCS2000 (EPSG:4490) equals WGS84 (EPSG:4326) at the accuracy of this field. GCJ-02 (Gaode,
Tencent, every phone map in China) shifts WGS84 by some 500 m; BD-09 (Baidu) shifts GCJ-02 again.
The forward formulas are the ones in common use (Krasovsky ellipsoid); the way back is a
fixed-point iteration to less than 1e-8 m. All arithmetic is vectorised.

A datum is never guessed: it is a required, recorded property of every input.
"""

from __future__ import annotations

import math
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import numpy as np

from gis.errors import InvalidInput

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_RADIANS = math.pi / 180.0
_NORTH_PER_M = 180.0 / math.pi / (_SEMI_MAJOR_M * (1.0 - _ECCENTRICITY2))
_EAST_PER_M = 180.0 / math.pi / _SEMI_MAJOR_M
_BAIDU_ANGLE = math.pi * 3000.0 / 180.0
# The box outside which maps apply no GCJ-02 offset.
_CHINA_LON = (72.004, 137.8347)
_CHINA_LAT = (0.8293, 55.8271)
_ITERATIONS = 6
_SETTLED = 3e-12
"""Degrees: after a step as short as this less than a nanometre is left of the way back."""
# One formula, two arithmetics: Python's own is 20 times faster on a single point.
_SCALAR = SimpleNamespace(sin=math.sin, cos=math.cos, sqrt=math.sqrt, atan2=math.atan2, abs=abs)
_ARRAY = SimpleNamespace(sin=np.sin, cos=np.cos, sqrt=np.sqrt, atan2=np.arctan2, abs=np.abs)


class Datum(StrEnum):
    """What a pair of coordinates is measured in."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


DATUMS = tuple(d.value for d in Datum)


def parse_datum(value: object, field: str = "datum") -> Datum:
    """Return the datum a caller named.

    Raises
    ------
    InvalidInput
        When it is missing or not one of the four; nothing is guessed.
    """
    if isinstance(value, str) and value in DATUMS:
        return Datum(value)
    given = "is missing" if value in (None, "") else f"{str(value)[:40]!r} is not known"
    given_zh = "缺失" if value in (None, "") else f"{str(value)[:40]!r} 无法识别"
    known = ", ".join(DATUMS)
    raise InvalidInput(
        field,
        f"{field} {given}: say which one the coordinates are in ({known})",
        f"{field}（坐标系）{given_zh}：请注明坐标所用的坐标系（{known}）",
        DATUMS,
    )


def to_wgs84(lon: Any, lat: Any, datum: Datum | str) -> tuple[Any, Any]:
    """Return WGS84 longitude and latitude of coordinates given in ``datum``.

    Parameters
    ----------
    lon, lat
        Degrees; floats or arrays of one shape. What is no place on Earth, NaN among it, stays as
        it is.
    datum
        One of :class:`Datum`.

    Returns
    -------
    Two floats for floats, else two arrays of the input's shape, degrees.

    Examples
    --------
    >>> lon, lat = to_wgs84(118.7551, 32.1078, "gcj02")
    >>> round(lon, 4), round(lat, 4)
    (118.7499, 32.1098)
    """
    datum = parse_datum(datum)
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lon, lat
    if datum is Datum.BD09:
        lon, lat = _moved(_on_earth(lon, lat), _gcj02_of_bd09, lon, lat)
    # Whether the offset was applied is judged by the shifted point: nothing else is known.
    return _moved(in_offset_area(lon, lat), _wgs84_of_gcj02, lon, lat)


def from_wgs84(lon: Any, lat: Any, datum: Datum | str) -> tuple[Any, Any]:
    """Return coordinates in ``datum`` of WGS84 longitude and latitude (see :func:`to_wgs84`)."""
    datum = parse_datum(datum)
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lon, lat
    lon, lat = _moved(in_offset_area(lon, lat), _gcj02_of_wgs84, lon, lat)
    if datum is Datum.BD09:
        lon, lat = _moved(_on_earth(lon, lat), _bd09_of_gcj02, lon, lat)
    return lon, lat


def in_offset_area(lon: Any, lat: Any) -> Any:
    """Tell where maps apply the GCJ-02 offset: a box around China, bool or bool array."""
    return (
        (lon >= _CHINA_LON[0]) & (lon <= _CHINA_LON[1])
        & (lat >= _CHINA_LAT[0]) & (lat <= _CHINA_LAT[1])
    )  # fmt: skip


def _on_earth(lon: Any, lat: Any) -> Any:
    """Tell which points are on Earth; BD-09 shifts some of them a little beyond its edges."""
    return (abs(lon) <= 181.0) & (abs(lat) <= 91.0)


def _moved(where: Any, shift: Any, lon: Any, lat: Any) -> tuple[Any, Any]:
    """Return what ``shift`` makes of the points where it applies; the others stay as they are.

    The formulas are not worked out for those: they overflow far from Earth.
    """
    if isinstance(where, bool | np.bool_):
        if not where:
            return lon, lat
        one_point = isinstance(lon, float | int) and isinstance(lat, float | int)
        moved: tuple[Any, Any] = shift(lon, lat, _SCALAR if one_point else _ARRAY)
        return moved
    x, y = shift(np.where(where, lon, 105.0), np.where(where, lat, 35.0), _ARRAY)
    return np.where(where, x, lon), np.where(where, y, lat)


def _wgs84_of_gcj02(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    return _inverse(_gcj02_of_wgs84, lon, lat, m)


def _gcj02_of_bd09(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    return _inverse(_bd09_of_gcj02, lon, lat, m)


def _inverse(forward: Any, lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """Solve ``forward(x, y) = (lon, lat)`` by fixed-point iteration.

    The shift changes by less than a thousandth of a move, so each round gains three digits.
    """
    x, y = lon, lat
    for _ in range(_ITERATIONS):
        fx, fy = forward(x, y, m)
        dx, dy = lon - fx, lat - fy
        x, y = x + dx, y + dy
        if m is _SCALAR and abs(dx) + abs(dy) < _SETTLED:
            break
    return x, y


def _gcj02_of_wgs84(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    x, y, sin = lon - 105.0, lat - 35.0, m.sin
    root = m.sqrt(m.abs(x))
    pi_x, pi_y = math.pi * x, math.pi * y
    waves = 20.0 * sin(6.0 * pi_x) + 20.0 * sin(2.0 * pi_x)
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        + (waves
           + 20.0 * sin(pi_y) + 40.0 * sin(pi_y / 3.0)
           + 160.0 * sin(pi_y / 12.0) + 320.0 * sin(pi_y / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east_m = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        + (waves
           + 20.0 * sin(pi_x) + 40.0 * sin(pi_x / 3.0)
           + 150.0 * sin(pi_x / 12.0) + 300.0 * sin(pi_x / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    phi = lat * _RADIANS
    sine = sin(phi)
    w2 = 1.0 - _ECCENTRICITY2 * sine * sine
    w = m.sqrt(w2)
    d_lat = north_m * w2 * w * _NORTH_PER_M
    d_lon = east_m * w * _EAST_PER_M / m.cos(phi)
    return lon + d_lon, lat + d_lat


def _bd09_of_gcj02(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    radius = m.sqrt(lon * lon + lat * lat) + 2e-5 * m.sin(lat * _BAIDU_ANGLE)
    angle = m.atan2(lat, lon) + 3e-6 * m.cos(lon * _BAIDU_ANGLE)
    return radius * m.cos(angle) + 0.0065, radius * m.sin(angle) + 0.006

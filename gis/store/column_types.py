"""How values stand in a column: nothing goes in that would not come out again the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Dialect, Integer, LargeBinary, Text, func
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from gis.errors import InvalidBoundary, InvalidInput
from gis.geometry import check_lon_lat

SRID = 4326
LARGEST_COUNT = 2**31 - 1


class Shape(TypeDecorator[Any]):
    """A geometry in WGS84 degrees: WKB on SQLite, ``geometry(…, 4326)`` on PostGIS.

    Takes a shapely geometry of one of ``kinds`` and answers with its little-endian WKB, the
    same bytes on both engines, so that a whole column can be decoded at once. What is not a
    valid geometry on Earth is refused before the database sees it: both engines would
    swallow it silently.
    """

    impl = LargeBinary
    cache_ok = True
    # GeoAlchemy2 asks the decorator, not what it decorates; the migrations make the index.
    spatial_index = False

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Return the engine's own type; GeoAlchemy2 also asks without a dialect."""
        if dialect is None or dialect.name != "postgresql":
            return LargeBinary()
        from geoalchemy2 import Geometry

        return Geometry("GEOMETRY", srid=SRID, spatial_index=False)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return the check of a geometry, which gives the bytes to send."""
        srid = SRID if dialect.name == "postgresql" else None
        return lambda geometry: (
            geometry if type(geometry) is Checked else wkb_of(geometry, self.kinds, srid)
        )

    def bind_expression(self, bindparam: BindParameter[Any]) -> ColumnElement[Any]:
        """Send the bytes as they are: PostGIS casts bytea to geometry."""
        return bindparam

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Ask PostGIS for plain WKB, which carries no SRID."""
        if isinstance(self.impl_instance, LargeBinary):
            return column
        return func.ST_AsBinary(column, "NDR", type_=self)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Answer with the bytes as they come."""
        return None


class Checked(bytes):
    """The WKB of a geometry that :func:`wkbs_of` found fit to be stored."""

    __slots__ = ()


def wkbs_of(
    geometries: Sequence[object], kinds: tuple[str, ...], srid: int | None = None
) -> list[Checked]:
    """Return the WKB of many geometries, checked all at once as :func:`wkb_of` checks one.

    Raises
    ------
    InvalidBoundary
        For the first that is not fit.
    """
    found = np.empty(len(geometries), dtype=object)
    found[:] = geometries
    if not _are_fit(found, kinds):
        return [Checked(wkb_of(geometry, kinds, srid)) for geometry in geometries]
    if srid is not None:
        found = shapely.set_srid(found, srid)
    written = shapely.to_wkb(found, byte_order=1, include_srid=srid is not None)
    return [Checked(wkb) for wkb in written]


def _are_fit(found: Any, kinds: tuple[str, ...]) -> bool:
    if not shapely.is_geometry(found).all() or any(g.geom_type not in kinds for g in found):
        return False
    if (shapely.is_empty(found) | shapely.has_z(found) | shapely.has_m(found)).any():
        return False
    on_earth = (np.abs(shapely.get_coordinates(found)) <= (180, 90)).all()
    return bool(on_earth and shapely.is_valid(found).all())


def wkb_of(geometry: object, kinds: tuple[str, ...], srid: int | None = None) -> bytes:
    """Return the little-endian WKB (EWKB with ``srid``) of a geometry fit to be stored.

    Raises
    ------
    InvalidBoundary
        Not a geometry of one of ``kinds``, empty, not two-dimensional, a coordinate that is
        not finite or not on Earth, or a ring that crosses itself.
    """
    if not isinstance(geometry, BaseGeometry) or geometry.geom_type not in kinds:
        given = getattr(geometry, "geom_type", type(geometry).__name__)
        raise InvalidBoundary(
            f"a {given} cannot be stored here: must be {' or '.join(kinds)}",
            f"此处不能存入 {given}：应为 {' 或 '.join(kinds)}",
        )
    _check_coordinates(geometry)
    if not geometry.is_valid:
        reason = shapely.is_valid_reason(geometry)
        raise InvalidBoundary(
            f"invalid ring: {reason}; redraw it so that no ring crosses or touches itself",
            f"边界环无效（{reason}）；请重画，使边界不自交、不自接",
        )
    if srid is not None:
        geometry = shapely.set_srid(geometry, srid)
    wkb: bytes = shapely.to_wkb(geometry, byte_order=1, include_srid=srid is not None)
    return wkb


def _check_coordinates(geometry: BaseGeometry) -> None:
    if geometry.is_empty:
        raise InvalidBoundary("the geometry is empty", "几何为空")
    if shapely.has_z(geometry) or shapely.has_m(geometry):
        raise InvalidBoundary(
            "the geometry has heights: leave out all but longitude and latitude",
            "几何带有高程：只保留经度和纬度",
        )
    xy = shapely.get_coordinates(geometry)
    if (np.abs(xy) <= (180, 90)).all():
        return
    lon, lat = xy[~(np.abs(xy) <= (180, 90)).all(axis=1)][0].tolist()
    try:
        check_lon_lat(lon, lat)
    except InvalidInput as problem:
        raise InvalidBoundary(
            f"coordinate out of range: {problem.text.en}", f"坐标超出范围：{problem.text.zh}"
        ) from None


class Words(TypeDecorator[str]):
    """Text that every engine and every JSON reader can carry: no NUL, no half characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse what UTF-8 or PostgreSQL has no place for; an enum becomes its value."""
        return None if value is None else checked_words(str(value))


def checked_words(text: str) -> str:
    """Return a text as it is.

    Raises
    ------
    InvalidInput
        When it holds a NUL character or half of a surrogate pair.
    """
    if "\x00" in text or not _is_unicode(text):
        shown = text[:40].encode("ascii", "backslashreplace").decode()
        raise InvalidInput(
            "text",
            f"'{shown}' holds a character that cannot be stored: type it again",
            f"“{shown}”含有无法保存的字符：请重新输入",
        )
    return text


def _is_unicode(text: str) -> bool:
    """Tell whether a text has no half of a surrogate pair: all others have a UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Count(TypeDecorator[int]):
    """A whole number; what is not one is refused, not rounded."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Refuse fractions and what is out of 32 bits."""
        if value is None or (type(value) is int and abs(value) <= LARGEST_COUNT):
            return value
        raise InvalidInput(
            "number",
            f"{str(value)[:40]} cannot be stored: must be a whole number up to {LARGEST_COUNT}",
            f"无法保存 {str(value)[:40]}：应为不超过 {LARGEST_COUNT} 的整数",
        )

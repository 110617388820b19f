"""What the coordinates of a file are measured in: one of the four datums, or a projected system.

A system is accepted when it rests on WGS84 or CGCS2000 (which are the same at this accuracy):
EPSG:4326, 4490, 4547, 4548, 4549, 4528, 32650 and the like. Beijing 1954 and Xi'an 1980 are
refused: the way from them to CGCS2000 is not public, so it cannot be right here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gis.datum import DATUMS, Datum
from gis.errors import InvalidInput

ACCEPTED = (*DATUMS, "EPSG:4490", "EPSG:4326", "EPSG:4549", "EPSG:…")
_DATUM_OF_EPSG = {4326: Datum.WGS84, 4490: Datum.CGCS2000, 4979: Datum.WGS84, 4480: Datum.CGCS2000}
_GOOD = re.compile(
    r"wgs_?19?84|worldgeodeticsystem_?1984|china_?2000|cgcs_?2000|"
    r"china_?geodetic_?coordinate_?system_?2000"
)
_PLAIN = re.compile(r"[\s\-]+")


@dataclass(frozen=True)
class Reference:
    """What coordinates are measured in.

    ``datum`` is that of the degrees; a projected system has the datum it rests on and ``wkt``
    says how it is projected.
    """

    datum: Datum
    name: str
    wkt: str | None = None

    @property
    def is_projected(self) -> bool:
        """Tell whether the coordinates are metres."""
        return self.wkt is not None


def parse_reference(text: str, field: str = "datum") -> Reference:
    """Return the reference that somebody names: ``wgs84``, ``gcj02``, ``EPSG:4549`` …

    Raises
    ------
    InvalidInput
        When it is not known, or rests on a datum that cannot be transformed exactly.

    Examples
    --------
    >>> parse_reference("EPSG:4490").datum
    <Datum.CGCS2000: 'cgcs2000'>
    >>> parse_reference("4549").is_projected
    True
    """
    word = _PLAIN.sub("", text).casefold()
    if word.replace("_", "") in DATUMS:
        datum = Datum(word.replace("_", ""))
        return Reference(datum, datum.value)
    number = re.fullmatch(r"(?:epsg:+)?(\d{4,6})", word)
    if number is None:
        raise _unknown(text, field)
    return _of_epsg(int(number[1]), field)


def _of_epsg(code: int, field: str) -> Reference:
    if code in _DATUM_OF_EPSG:
        return Reference(_DATUM_OF_EPSG[code], f"EPSG:{code}")
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_epsg(code)
    except CRSError:
        raise _unknown(f"EPSG:{code}", field) from None
    return _of_crs(crs, f"EPSG:{code}", field)


def reference_of_wkt(text: str, field: str = "file") -> Reference:
    """Return the reference that a file states, as WKT or as ``EPSG:…``.

    Raises
    ------
    InvalidInput
        As :func:`parse_reference`.
    """
    if re.fullmatch(r"EPSG:\d{4,6}", text):
        return parse_reference(text, field)
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_wkt(text[:20_000])
    except CRSError:
        raise _unknown(text[:60], field) from None
    return _of_crs(crs, crs.name, field)


def _of_crs(crs: Any, name: str, field: str) -> Reference:
    if not (crs.is_projected or crs.is_geographic) or crs.is_compound or crs.is_bound:
        raise _unknown(name, field)
    base = crs.geodetic_crs
    datum = base.datum.name if base is not None and base.datum is not None else ""
    word = _PLAIN.sub("", datum).casefold()
    if not _GOOD.search(word):
        raise InvalidInput(
            field,
            f"{field}: {name} rests on {datum or 'no known datum'}, from which there is no public "
            "exact way to CGCS2000: have it transformed to CGCS2000 (EPSG:4490) first",
            f"{field}：{name} 基于 {datum or '未知基准'}，没有公开的精确转换参数："
            "请先由测绘部门转换为 CGCS2000（EPSG:4490）",
            ACCEPTED,
        )
    rests_on = Datum.CGCS2000 if "2000" in word else Datum.WGS84
    return Reference(rests_on, name, crs.to_wkt() if crs.is_projected else None)


def _unknown(text: str, field: str) -> InvalidInput:
    known = ", ".join(ACCEPTED)
    return InvalidInput(
        field,
        f"{field} {text[:60]!r} is not known: say which one the coordinates are in ({known})",
        f"{field}（坐标系）{text[:60]!r} 无法识别：请注明坐标所用的坐标系（{known}）",
        ACCEPTED,
    )


def settle(stated: Reference | None, told: Reference | None, source: str) -> Reference:
    """Return what to read a file in, from what it states and what the person says.

    The person's word wins over a file that states degrees (GCJ-02 has no code of its own and is
    often filed as WGS84); metres are never read as degrees, or as metres of another system.

    Raises
    ------
    InvalidInput
        Neither says anything, or they cannot both be true.
    """
    if stated is None and told is None:
        raise InvalidInput(
            "datum",
            f"{source}: datum is missing: the file does not say which system its coordinates are "
            f"in; ask its maker and say it ({', '.join(ACCEPTED)}): it is never guessed",
            f"{source}：坐标系缺失：文件没有说明坐标系；请向制作者确认后注明"
            f"（{'、'.join(ACCEPTED)}），本系统从不猜测",
            ACCEPTED,
        )
    if told is None:
        assert stated is not None
        return stated
    if stated is not None and (stated.is_projected or told.is_projected):
        same = stated.is_projected and told.is_projected and _same(stated.wkt, told.wkt)
        if not same and not (stated.is_projected and told.datum == stated.datum and not told.wkt):
            raise InvalidInput(
                "datum",
                f"{source}: datum: the file states {stated.name}, which cannot be {told.name}: "
                "leave the datum out, or mend the file's .prj",
                f"{source}：坐标系：文件注明为 {stated.name}，与 {told.name} 不符："
                "请不要另行指定，或改正文件的 .prj",
                ACCEPTED,
            )
        return stated
    return told


@lru_cache(maxsize=16)
def _same(one: str | None, other: str | None) -> bool:
    from pyproj import CRS

    if one is None or other is None:
        return False
    a, b = CRS.from_wkt(one), CRS.from_wkt(other)
    return bool(a.equals(b, ignore_axis_order=True)) or (
        a.coordinate_operation is not None
        and b.coordinate_operation is not None
        and [(p.name, p.value) for p in a.coordinate_operation.params]
        == [(p.name, p.value) for p in b.coordinate_operation.params]
    )


@lru_cache(maxsize=8)
def to_degrees(wkt: str) -> Any:
    """Return the transformer from a projected system (easting first) to degrees."""
    from pyproj import CRS, Transformer

    crs = CRS.from_wkt(wkt)
    return Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)

"""Which columns of somebody else's table hold the point, its datum and the address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gis.datum import DATUMS, Datum, parse_datum
from gis.errors import InvalidInput

# What offices call them, as _folded() spells it; the first that is there is taken.
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "经度坐标", "坐标经度", "x", "x坐标"),
    "lat": ("lat", "latitude", "纬度", "纬度坐标", "坐标纬度", "y", "y坐标"),
    "address": (
        "address", "addr", "地址", "详细地址", "住址", "家庭住址", "居住地址", "现住址", "联系地址",
        "房屋地址", "经营地址", "地点",
    ),
    "datum": ("datum", "crs", "坐标系", "坐标系统", "坐标系类型"),
}  # fmt: skip
_ZH = {"lon": "经度", "lat": "纬度", "address": "地址", "datum": "坐标系"}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The columns that the caller names; None: it is found, by the names in use.

    ``datum`` is that of every row; a table may say it row by row in ``datum_column`` instead.
    """

    lon_column: str | None = None
    lat_column: str | None = None
    address_column: str | None = None
    datum_column: str | None = None
    datum: Datum | None = None

    @property
    def names_columns(self) -> bool:
        """Tell whether the caller says which columns to look up."""
        return any((self.lon_column, self.lat_column, self.address_column))


@dataclass(frozen=True, slots=True)
class Columns:
    """The positions of the columns that are looked up; None where there is none.

    ``datum_of_all`` is the datum of the rows whose ``datum`` cell is empty or absent.
    """

    lon: int | None
    lat: int | None
    address: int | None
    datum: int | None
    datum_of_all: Datum | None


def _folded(name: str) -> str:
    """Return a column name without case, spaces, punctuation and what stands in brackets."""
    return re.sub(r"[\s_\-·.:：]+|[(（\[【][^)）\]】]*[)）\]】]", "", name).casefold()


def find_columns(header: Sequence[str], choice: ColumnChoice) -> Columns:
    """Return where the point, datum and address of a row stand.

    Columns that the caller names are used alone. Otherwise a table with both is looked up by
    point, and by address where a row has no point.

    Raises
    ------
    InvalidInput
        A column that is not there or cannot be told, or points without a datum; names the
        parameter that mends it.

    Examples
    --------
    >>> columns = find_columns(["序号", "经度", "纬度"], ColumnChoice(datum=Datum.GCJ02))
    >>> columns.lon, columns.lat, columns.address
    (1, 2, None)
    """
    columns = _positions(header, choice)
    if columns.lon is not None and columns.datum is None and choice.datum is None:
        parse_datum(None)
    return columns


def names_columns(header: Sequence[str], choice: ColumnChoice) -> bool:
    """Tell whether a row names the columns that are looked up.

    >>> [names_columns(row, ColumnChoice()) for row in (["商铺登记表"], ["店名", "地址"])]
    [False, True]
    """
    try:
        _positions(header, choice)
    except InvalidInput:
        return False
    return True


def _positions(header: Sequence[str], choice: ColumnChoice) -> Columns:
    given = {
        "lon": choice.lon_column,
        "lat": choice.lat_column,
        "address": choice.address_column,
        "datum": choice.datum_column,
    }
    at: dict[str, int | None] = {
        role: _named(header, role, name) for role, name in given.items() if name
    }
    if not choice.names_columns:
        for role in ("lon", "lat", "address"):
            at[role] = _known(header, role)
    if "datum" not in at:
        at["datum"] = _known(header, "datum")
    lon, lat, address = (at.get(role) for role in ("lon", "lat", "address"))
    if (lon is None) != (lat is None):
        if address is None:
            raise _missing("lon" if lon is None else "lat", header)
        lon = lat = None
    if lon is None and address is None:
        raise _missing("lon" if _known(header, "lat") is not None else "address", header)
    return Columns(lon, lat, address, at["datum"] if lon is not None else None, choice.datum)


def _named(header: Sequence[str], role: str, name: str) -> int:
    if name in header:
        return header.index(name)
    listed = "、".join(h[:40] for h in header[:30])
    raise InvalidInput(
        f"{role}_column",
        f"{role}_column: the table has no column {name[:40]!r} (it has: {listed})",
        f"{_ZH[role]}列：表格中没有列 {name[:40]!r}（现有：{listed}）",
        [h[:80] for h in header],
    )


def _known(header: Sequence[str], role: str) -> int | None:
    folded = [_folded(name) for name in header]
    for name in _KNOWN[role]:
        if name in folded:
            return folded.index(name)
    return None


def _missing(role: str, header: Sequence[str]) -> InvalidInput:
    listed = "、".join(h[:40] for h in header[:30])
    known = ", ".join(_KNOWN[role][:6])
    return InvalidInput(
        f"{role}_column",
        f"{role}_column: no column of the table is called like {known}: say which it is (the "
        f"table has: {listed})",
        f"{_ZH[role]}列：表格中没有名为 {known} 之类的{_ZH[role]}列：请指明（现有：{listed}）",
        [h[:80] for h in header],
    )


@lru_cache(maxsize=256)
def read_datum(cell: str) -> Datum:
    """Return the datum a cell names, however its letters and dashes are written.

    Raises
    ------
    InvalidInput
        When it names none of the four.

    >>> read_datum("GCJ-02")
    <Datum.GCJ02: 'gcj02'>
    """
    word = re.sub(r"[\s_\-]", "", cell).casefold()
    return parse_datum(word if word in DATUMS else cell)

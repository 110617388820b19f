"""From the numbers of a list or table to WGS84 points, row by row, never dropping one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gis.datum import Datum, to_wgs84
from gis.errors import InvalidInput
from gis.findings import Text
from gis.geometry import check_lon_lat
from gis.tables.values import Faults

_DIGITS = frozenset("0123456789.+-")
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


def read_degrees(cells: Sequence[object], field: str, faults: Faults) -> NDArray[np.float64]:
    """Return the numbers of a column.

    Parameters
    ----------
    cells
        Numbers, or texts that are written plainly: no ``nan``, no ``1_8``, no full-width digits.
    field
        What the column is called in a fault.
    faults
        Gets an entry for every row that is no number, unless it has one already.

    Returns
    -------
    Float array (n,), NaN where there is a fault.
    """
    try:
        # Only digits, points and signs: float() takes these as we do, and is fast.
        if _DIGITS.issuperset("".join(cells)) and max(map(len, cells), default=0) <= 40:  # type: ignore[arg-type]
            return np.array([float(cell) for cell in cells], np.float64)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        pass
    return np.array([_degree(c, field, i, faults) for i, c in enumerate(cells)], np.float64)


def _degree(cell: object, field: str, row: int, faults: Faults) -> float:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return float(cell)
    shown = shorten(cell)
    fault = Text(f"{field} is missing", f"缺少 {field}")
    if shown:
        fault = Text(f"{field} {shown!r} is not a number", f"{field} {shown!r} 不是数字")
    faults.setdefault(row, fault)
    return math.nan


def shorten(value: object) -> str:
    """Return the beginning of a value from outside, fit for a sentence; "" for None."""
    text = "" if value is None else value[:40] if isinstance(value, str) else repr(value)[:40]
    return text.encode("utf-8", "replace").decode().strip()


def check_degrees(xy: NDArray[np.float64], faults: Faults, names: tuple[str, str]) -> None:
    """Make NaN of the rows that are no place on Earth, with a fault each.

    Parameters
    ----------
    xy
        Float array (n, 2), longitude and latitude in any datum; changed in place.
    faults
        Gets an entry for every such row that has none.
    names
        What longitude and latitude are called in a fault.
    """
    good = (np.abs(xy) <= (180.0, 90.0)).all(axis=1)
    for row in np.flatnonzero(~good).tolist():
        if row not in faults:
            lon, lat = xy[row].tolist()
            faults[row] = _out_of_range(lon, lat, names)
    xy[~good] = np.nan


def _out_of_range(lon: float, lat: float, names: tuple[str, str]) -> Text:
    try:
        check_lon_lat(lon, lat)
    except InvalidInput as problem:
        name = names[problem.field == "lat"]
        swapped = abs(lat) <= 180 and abs(lon) <= 90
        hint = (
            Text("; are lon and lat exchanged?", "；经纬度是否颠倒？") if swapped else Text("", "")
        )
        en, zh = (s.removeprefix(problem.field) for s in problem.text)
        return Text(f"{name}{en}{hint.en}", f"{name}{zh}{hint.zh}")
    raise AssertionError("the row is in range")


def to_wgs84_rows(xy: NDArray[np.float64], datums: Sequence[Datum | None]) -> None:
    """Convert rows to WGS84 in place, each from its own datum; None leaves a row as it is."""
    for datum in {d for d in datums if d is not None}:
        rows = np.array([d is datum for d in datums])
        xy[rows, 0], xy[rows, 1] = to_wgs84(xy[rows, 0], xy[rows, 1], datum)

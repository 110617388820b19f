"""Days as offices write them, and as spreadsheets keep them: a count of days."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_EIGHT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTH = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
_FIRST, _LAST = 14_611, 73_415
"""Counts from 1940 to 2100; what is outside is no day of an office."""
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


def day_of(cell: str | float, *, since_1904: bool = False) -> str | None:
    """Return a day as 2026-10-01, None where a cell does not name one.

    Parameters
    ----------
    cell
        A text, or a number as a spreadsheet keeps a day without the format of one.
    since_1904
        The workbook counts from 1904, as those of old Macs do.

    >>> day_of("2026年1月5日"), day_of("2026.10.8"), day_of(46082), day_of("20261008")
    ('2026-01-05', '2026-10-08', '2026-03-01', '2026-10-08')
    >>> day_of("2023.7"), day_of("soon")
    (None, None)
    """
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if whole := _DAY.fullmatch(text):
        return f"{whole[1]}-{int(whole[2]):02d}-{int(whole[3]):02d}"
    if eight := _EIGHT.fullmatch(text.removesuffix(".0")):
        return f"{eight[1]}{eight[2]}-{eight[3]}-{eight[4]}"
    if not _SERIAL.fullmatch(text):
        return None
    count = int(float(text))
    if since_1904:
        count += (_EPOCH_1904 - _EPOCH).days
    return (_EPOCH + timedelta(days=count)).isoformat() if _FIRST <= count <= _LAST else None


def names_month(cell: str | float) -> bool:
    """Tell whether a cell names a month without its day: 2023.7, 2024年3月."""
    return _MONTH.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip()) is not None

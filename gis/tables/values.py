"""What stands in the cells of a table, whatever the kind of file."""

from __future__ import annotations

from datetime import date

from gis.findings import Text

Cell = str | int | float | bool | None
Point = tuple[float, float]
"""Longitude and latitude, WGS84."""
Faults = dict[int, Text]
"""What is wrong with a row, by its position."""
MAX_CELL = 32_767
"""Characters in a cell: what a spreadsheet program holds."""


def cell_of(value: object) -> Cell:
    """Return a value of ours as a cell: yes and no, dates as 2026-10-01, others as text.

    >>> from datetime import date
    >>> [cell_of(v) for v in (True, date(2026, 10, 1), 3, None, "5幢")]
    ['yes', '2026-10-01', 3, None, '5幢']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | float):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)

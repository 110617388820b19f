"""The row of a table that names its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gis.errors import InvalidInput, TooLarge
from gis.tables.values import Cell

MAX_COLUMNS = 200
HEADER_AMONG = 30
"""Among so many rows the header is looked for: titles may stand above it."""

NamesColumns = Callable[[Sequence[str]], bool]
"""Tells whether a row names the columns that are looked for."""


def names_of(cells: Sequence[Cell]) -> list[str]:
    """Return the names of the columns; empty ones at the end are left out."""
    names = ["" if c is None else str(c).strip() for c in cells]
    while names and not names[-1]:
        names.pop()
    return names


def check_header(header: Sequence[str], field: str = "file") -> None:
    """Refuse a first row that names no columns, too many, or one of them twice.

    Raises
    ------
    InvalidInput
        Naming the column.
    """
    if not any(name.strip() for name in header):
        raise InvalidInput(
            field,
            f"{field}: the table is empty: its first row must name the columns",
            f"{field}：表格为空：第一行应为列名",
        )
    if len(header) > MAX_COLUMNS:
        raise too_many_columns(1, len(header), field)
    seen: dict[str, int] = {}
    for number, name in enumerate(header, start=1):
        if name.strip() and name in seen:
            raise InvalidInput(
                field,
                f"{field}: column name {name[:40]!r} stands twice, in columns {seen[name]} and "
                f"{number}: rename one",
                f"{field}：列名 {name[:40]!r} 重复（第 {seen[name]} 列和第 {number} 列）：请改名",
            )
        seen[name] = number


def too_many_columns(row: int, count: int, field: str = "file") -> TooLarge:
    """Return the error of a row with more cells than a table may have."""
    return TooLarge(
        field,
        f"{field}: row {row} has {count:,} columns, at most {MAX_COLUMNS} are read: leave the "
        "others out",
        f"{field}：第 {row} 行有 {count:,} 列，最多 {MAX_COLUMNS} 列：请删去多余的列",
    )

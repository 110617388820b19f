"""All rows of a database into another one, on whichever engine."""

from __future__ import annotations

from typing import Any

import shapely
from sqlalchemy import Connection, Integer, MetaData, Table, func, insert, select, text

from gis.store.column_types import Shape

_ROWS_AT_ONCE = 2_000


def copy_rows(source: Connection, target: Connection, metadata: MetaData) -> dict[str, int]:
    """Write every row of every table into tables that are empty; return how many, by table.

    Both connections are in a transaction; the target's tables are of the same revision.
    """
    return {t.name: _copy(source, target, t) for t in metadata.sorted_tables}


def _copy(source: Connection, target: Connection, table: Table) -> int:
    shapes = [c.name for c in table.c if isinstance(c.type, Shape)]
    found = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
    count = 0
    for some in found.mappings().partitions(_ROWS_AT_ONCE):
        rows = [dict(row) for row in some]
        for name in shapes:
            decoded = shapely.from_wkb([row[name] for row in rows])
            for row, geometry in zip(rows, decoded, strict=True):
                row[name] = geometry
        target.execute(insert(table), rows)
        count += len(rows)
    _count_on(target, table)
    return count


def _count_on(target: Connection, table: Table) -> None:
    """Let a number that PostgreSQL gives by itself go on after the largest that was copied."""
    column: Any = table.autoincrement_column
    if target.dialect.name != "postgresql" or column is None:
        return
    if not isinstance(column.type, Integer):
        return
    sequence = target.scalar(
        text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name}
    )
    largest = target.scalar(select(func.max(column)))
    if sequence is not None and largest is not None:
        target.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": largest})


def row_counts(connection: Connection, metadata: MetaData) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        t.name: int(connection.scalar(select(func.count()).select_from(t)) or 0)
        for t in metadata.sorted_tables
    }

"""Between frozen values and the rows of a table whose columns are named as their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import shapely
from sqlalchemy import JSON, Column, Connection, SmallInteger, Table, insert, select
from sqlalchemy.exc import StatementError

from gis.errors import InvalidBoundary
from gis.store.column_types import SRID, Shape, wkb_of, wkbs_of

T = TypeVar("T")
Convert = Callable[[Any], Any]


def write(connection: Connection, table: Table, values: Sequence[Any], version: int) -> None:
    """Insert frozen values as rows of a version.

    Raises
    ------
    InvalidBoundary
        Naming the row whose geometry is not fit to be stored.
    """
    if not values:
        return
    names = [f.name for f in fields(values[0])]
    convert = {c.name: _as_stored(c) for c in table.c}
    key = _version_column(table)
    rows = [{key: version, **{n: convert[n](getattr(value, n)) for n in names}} for value in values]
    try:
        connection.execute(insert(table), _with_wkb(table, rows, connection.dialect.name))
    except InvalidBoundary:
        raise _named(table, rows) from None
    except StatementError as problem:
        if isinstance(problem.orig, InvalidBoundary):
            raise _named(table, rows) from None
        raise


def _with_wkb(table: Table, rows: list[dict[str, Any]], engine: str) -> list[dict[str, Any]]:
    """Return rows with every geometry as its WKB, each column checked and written at once."""
    srid = SRID if engine == "postgresql" else None
    written = {
        c.name: wkbs_of([row[c.name] for row in rows], c.type.kinds, srid)
        for c in table.c
        if isinstance(c.type, Shape)
    }
    if not written:
        return rows
    return [
        {**row, **{name: column[number] for name, column in written.items()}}
        for number, row in enumerate(rows)
    ]


def _as_stored(column: Column[Any]) -> Convert:
    if isinstance(column.type, JSON):
        return _as_json
    if isinstance(column.type, SmallInteger):
        return int
    return lambda value: value


def _as_json(values: tuple[Any, ...]) -> list[Any]:
    return [
        v if isinstance(v, str) else {f.name: getattr(v, f.name) for f in fields(v)} for v in values
    ]


def _named(table: Table, rows: list[dict[str, Any]]) -> InvalidBoundary:
    """Return the error of the first geometry that is not fit, with the id of its row."""
    shapes = [(c.name, c.type.kinds) for c in table.c if isinstance(c.type, Shape)]
    for row in rows:
        for name, kinds in shapes:
            try:
                wkb_of(row[name], kinds)
            except InvalidBoundary as problem:
                code = row.get("code") or row["id"]
                return InvalidBoundary(
                    f"{table.name} {code}: {problem.text.en}",
                    f"{table.name} {code}：{problem.text.zh}",
                    problem.place,
                )
    raise AssertionError("a geometry was refused, and now none is")


def read(
    connection: Connection, table: Table, version: int, kind: type[T], /, **convert: Convert
) -> tuple[T, ...]:
    """Return the values of a version; ``convert`` says how a column becomes its field.

    Geometry columns are decoded all at once.
    """
    columns = [table.c[f.name] for f in fields(kind)]  # type: ignore[arg-type]
    found = connection.execute(
        select(*columns).where(table.c[_version_column(table)] == version)
    ).all()
    if not found:
        return ()
    decoded = []
    for column, cells in zip(columns, zip(*found, strict=True), strict=True):
        if isinstance(column.type, Shape):
            decoded.append(shapely.from_wkb(np.array(cells, dtype=object)).tolist())
        elif turn := convert.get(column.name):
            decoded.append([turn(cell) for cell in cells])
        else:
            decoded.append(cells)
    return tuple(kind(*row) for row in zip(*decoded, strict=True))


def _version_column(table: Table) -> str:
    return next(c.name for c in table.primary_key.columns if c.foreign_keys)

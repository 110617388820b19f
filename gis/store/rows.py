"""Between frozen values and the rows of a table whose columns are named as their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import numpy as np
import shapely
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    SmallInteger,
    Table,
    insert,
    select,
)
from sqlalchemy.exc import StatementError

from gis.errors import InvalidBoundary, WanggeError
from gis.store.branches import Ancestry, version_column
from gis.store.column_types import SRID, Shape, wkb_of, wkbs_of

T = TypeVar("T")
Convert = Callable[[Any], Any]
_ROWS_AT_ONCE = 5_000


def write(
    connection: Connection, table: Table, values: Sequence[Any], stamp: Mapping[str, Any]
) -> None:
    """Insert frozen values as rows, each with the columns of ``stamp`` beside its fields.

    A column is made ready at once, by its own type, as an insert of SQLAlchemy would do it cell
    by cell.

    Raises
    ------
    InvalidBoundary
        Naming the row whose geometry is not fit to be stored.
    """
    if not values:
        return
    dialect = connection.dialect
    names = [*stamp, *(f.name for f in fields(values[0]))]
    insertion = insert(table).compile(dialect=dialect, column_keys=names)
    order: Sequence[str] = insertion.positiontup or names
    for start in range(0, len(values), _ROWS_AT_ONCE):
        some = values[start : start + _ROWS_AT_ONCE]
        columns = [
            [stamp[name]] * len(some) if name in stamp else _bound(table, name, some, dialect)
            for name in order
        ]
        cells = zip(*columns, strict=True)
        if insertion.positional:
            connection.exec_driver_sql(insertion.string, list(cells))
        else:
            rows = [dict(zip(order, row, strict=True)) for row in cells]
            connection.exec_driver_sql(insertion.string, rows)


def _bound(table: Table, name: str, values: Sequence[Any], dialect: Dialect) -> list[Any]:
    """Return the values of a field as the driver takes them."""
    column = table.c[name]
    found = [getattr(value, name) for value in values]
    try:
        if isinstance(column.type, Shape):
            srid = SRID if dialect.name == "postgresql" else None
            return list(wkbs_of(found, column.type.kinds, srid))
        turn = _as_stored(column)
        process = column.type.dialect_impl(dialect).bind_processor(dialect)
        return _each(found, (lambda v: process(turn(v))) if process else turn)
    except InvalidBoundary:
        raise _named(table, values) from None
    except WanggeError:
        raise
    except Exception as problem:
        raise StatementError(f"{table.name}.{name}: {problem}", None, None, problem) from problem


def _each(values: Sequence[Any], turn: Convert) -> list[Any]:
    """Return what becomes of each value; of equal texts, of none and of empty lists once."""
    known: dict[Any, Any] = {}
    turned = []
    for value in values:
        if type(value) is str or value is None or value == ():
            if value not in known:
                known[value] = turn(value)
            turned.append(known[value])
        else:
            turned.append(turn(value))
    return turned


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


def _named(table: Table, values: Sequence[Any]) -> InvalidBoundary:
    """Return the error of the first geometry that is not fit, with the id of its row."""
    shapes = [(c.name, c.type.kinds) for c in table.c if isinstance(c.type, Shape)]
    for value in values:
        for name, kinds in shapes:
            try:
                wkb_of(getattr(value, name), kinds)
            except InvalidBoundary as problem:
                code = getattr(value, "code", None) or value.id
                return InvalidBoundary(
                    f"{table.name} {code}: {problem.text.en}",
                    f"{table.name} {code}：{problem.text.zh}",
                    problem.place,
                )
    raise AssertionError("a geometry was refused, and now none is")


def read(
    connection: Connection, table: Table, ancestry: Ancestry, kind: type[T], /, **convert: Convert
) -> tuple[T, ...]:
    """Return the values of a version; ``convert`` says how a column becomes its field.

    Geometry columns are decoded all at once.
    """
    found = connection.execute(ancestry.select(table, *_columns(table, kind))).all()
    return _decoded(table, kind, found, convert)


def read_where(
    connection: Connection,
    table: Table,
    wanted: ColumnElement[bool],
    kind: type[T],
    /,
    **convert: Convert,
) -> tuple[T, ...]:
    """Return the values of the rows wanted (see :func:`read`)."""
    found = connection.execute(select(*_columns(table, kind)).where(wanted)).all()
    return _decoded(table, kind, found, convert)


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """A row as it stands: the version it came with, its branch, its id, whether it ends there.

    ``value`` is None where the row is damaged so that it has none.
    """

    version: int
    branch: int
    id: str
    gone: bool
    value: T | None


def read_stored(
    connection: Connection,
    table: Table,
    wanted: ColumnElement[bool],
    kind: type[T],
    /,
    **convert: Convert,
) -> list[Stored[T]]:
    """Return the rows wanted as they stand, by version, also those that say that one is gone."""
    version = version_column(table)
    place = (version, table.c.branch, table.c.id, table.c.gone)
    found = connection.execute(
        select(*place, *_columns(table, kind)).where(wanted).order_by(version)
    ).all()
    values: Sequence[T | None]
    cells = [row[len(place) :] for row in found]
    try:
        values = _decoded(table, kind, cells, convert)
    except Exception:
        values = [_decoded_alone(table, kind, row, convert) for row in cells]
    return [
        Stored(row[0], row[1], row[2], row[3], value)
        for row, value in zip(found, values, strict=True)
    ]


def _columns(table: Table, kind: type) -> list[Column[Any]]:
    return [table.c[f.name] for f in fields(kind)]


def _decoded_alone(
    table: Table, kind: type[T], row: Sequence[Any], convert: Mapping[str, Convert]
) -> T | None:
    try:
        return _decoded(table, kind, [row], convert)[0]
    except Exception:
        return None


def _decoded(
    table: Table, kind: type[T], found: Sequence[Sequence[Any]], convert: Mapping[str, Convert]
) -> tuple[T, ...]:
    if not found:
        return ()
    decoded = []
    for column, cells in zip(_columns(table, kind), zip(*found, strict=True), strict=True):
        if isinstance(column.type, Shape):
            decoded.append(shapely.from_wkb(np.array(cells, dtype=object)).tolist())
        elif turn := convert.get(column.name):
            decoded.append([turn(cell) for cell in cells])
        else:
            decoded.append(cells)
    return tuple(kind(*row) for row in zip(*decoded, strict=True))

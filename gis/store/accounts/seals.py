"""Rows of the accounts carry a seal: a flipped bit is told, whatever it would have said.

The seal of a row is the SHA-256 of what stands in it. It finds what a disk or memory got wrong;
whoever may write to the database can make it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    insert,
    select,
    update,
)

from gis.errors import StoreDamaged

Row = Mapping[str, Any] | RowMapping
_SEAL = "seal"


def seal_of(table: Table, row: Row) -> str:
    """Return the seal of a row; a number that the database gave by itself is not in it."""
    given = table.autoincrement_column
    values = [row[c.name] for c in table.c if c.name != _SEAL and c is not given]
    text = json.dumps([table.name, values], ensure_ascii=True, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def insert_sealed(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Add a row with its seal."""
    connection.execute(insert(table).values(**row, seal=seal_of(table, row)))


def update_sealed(
    connection: Connection, table: Table, where: ColumnElement[bool], values: Mapping[str, Any]
) -> None:
    """Change rows, and seal them anew; one that was damaged before is refused.

    Raises
    ------
    StoreDamaged
        A row that is to be changed is not what was written.
    """
    for found in connection.execute(select(table).where(where)).mappings().all():
        check_seal(table, found)
        after = {**found, **values}
        connection.execute(
            update(table).where(_same(table, found)).values(**values, seal=seal_of(table, after))
        )


def seal_all(connection: Connection, table: Table) -> None:
    """Seal every row as it stands."""
    for found in connection.execute(select(table)).mappings().all():
        seal = seal_of(table, found)
        connection.execute(update(table).where(_same(table, found)).values(seal=seal))


def _same(table: Table, row: Row) -> ColumnElement[bool]:
    return and_(*(c == row[c.name] for c in table.primary_key))


def is_sealed(table: Table, row: Row) -> bool:
    """Tell whether a row is what was written."""
    return bool(row[_SEAL] == seal_of(table, row))


def check_seal(table: Table, row: Row) -> None:
    """Refuse a row that is not what was written.

    Raises
    ------
    StoreDamaged
        Naming the table.
    """
    if not is_sealed(table, row):
        raise damaged_rows(table.name)


def damaged_rows(what: str) -> StoreDamaged:
    """Return the error for rows of the accounts that are not what was written."""
    return StoreDamaged(
        f"the accounts are damaged ({what}): restore a backup with wangge restore",
        f"账号库已损坏（{what}）：请用 wangge restore 恢复备份",
    )

"""Divisions as rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from gis.division import Division, Grid, GridKind, Member
from gis.ids import Level
from gis.store import rows, tables

HEAD_FIELDS = ("title", "data_date", "note", "synthetic", "source_datum")


def save(connection: Connection, value: Division, version: int) -> None:
    """Write the grids of a division, whose head stands already."""
    rows.write(connection, tables.grid, value.grids, version)


def load(connection: Connection, version: int) -> Division:
    """Return a division as it stands, unchecked, without its dates."""
    head = connection.execute(
        select(*(tables.division.c[name] for name in HEAD_FIELDS)).where(
            tables.division.c.version == version
        )
    ).one()
    grids = rows.read(
        connection, tables.grid, version, Grid, level=Level, kind=GridKind, members=_members
    )
    return Division(grids, **head._mapping, version=version)


def _members(stored: list[dict[str, Any]]) -> tuple[Member, ...]:
    return tuple(Member(**member) for member in stored)

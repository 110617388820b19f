"""Rosters of people and duties as rows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster
from gis.store import rows, tables


def save(connection: Connection, value: Roster, version: int) -> None:
    """Write the people, duties and organisations of a roster, whose head stands already."""
    rows.write(connection, tables.person, value.people, version)
    rows.write(connection, tables.duty, value.duties, version)
    rows.write(connection, tables.organisation, value.organisations, version)


def load(connection: Connection, version: int) -> Roster:
    """Return a roster as it stands, unchecked, without its date."""
    synthetic = connection.scalar(
        select(tables.roster.c.synthetic).where(tables.roster.c.version == version)
    )
    return Roster(
        people=rows.read(connection, tables.person, version, Person),
        duties=rows.read(connection, tables.duty, version, Duty, role=GridRole),
        organisations=rows.read(
            connection, tables.organisation, version, Organisation, kind=OrganisationKind
        ),
        synthetic=bool(synthetic),
        version=version,
    )

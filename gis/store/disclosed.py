"""What the office discloses now, over all versions stored: what hides a place hides its past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, func, select, tuple_

from gis.atlas import Disclosures, disclosures_of
from gis.directory import Place, PlaceKind
from gis.ids import PersonId
from gis.roster import Person
from gis.store import rows, tables
from gis.store.engine import Database
from gis.store.in_force import Holding
from gis.store.versions import ROSTER, heads, in_force


def read_disclosures(database: Database, today: date, holding: Holding) -> Disclosures:
    """Return what is disclosed today.

    Parameters
    ----------
    holding
        What is in force today. Where the newest roster is damaged, an older one serves, and
        what the newest says of consent and of duties that ended still counts.
    """
    with database.reading() as connection:
        hidden = _hidden(connection)
        found = disclosures_of(holding.directory, holding.roster, today, hidden)
        serving = in_force(heads(connection, ROSTER), today)
        newest = serving[0].version if serving else holding.roster.version
        if newest == holding.roster.version:
            return found
        return _narrowed(connection, found, newest, today)


def _hidden(connection: Connection) -> tuple[Place, ...]:
    """Return the places that are not disclosed in the last version that knows them."""
    c = tables.place.c
    ids = select(c.id).where(c.disclosed.is_(False)).distinct()
    last = select(c.id, func.max(c.directory_version)).where(c.id.in_(ids)).group_by(c.id)
    wanted = tuple_(c.id, c.directory_version).in_(last) & c.disclosed.is_(False)
    return rows.read_where(
        connection,
        tables.place,
        wanted,
        Place,
        kind=PlaceKind,
        aliases=tuple,
        former_names=tuple,
    )


def _narrowed(connection: Connection, found: Disclosures, version: int, today: date) -> Disclosures:
    """Take away what a roster that is damaged no longer consents to, or no longer holds."""
    p, d = tables.person.c, tables.duty.c
    consents = {
        i: bool(yes)
        for i, yes in connection.execute(select(p.id, p.consent).where(p.roster_version == version))
    }
    held = {
        (person, grid, role)
        for person, grid, role, since, until in connection.execute(
            select(d.person, d.grid, d.role, d.since, d.until).where(d.roster_version == version)
        )
        if since <= today and (until is None or today < until)
    }
    return replace(
        found,
        people=_people(found.people, consents),
        held=frozenset(h for h in found.held if (h[0], h[1], str(h[2])) in held),
    )


def _people(
    people: Mapping[PersonId, Person], consents: Mapping[str, bool]
) -> dict[PersonId, Person]:
    return {
        i: replace(person, consent=person.consent and consents[i])
        for i, person in people.items()
        if i in consents
    }

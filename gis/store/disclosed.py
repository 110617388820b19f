"""What the office discloses now, over all versions stored: what hides a place hides its past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, tuple_

from gis.atlas import Disclosures, disclosures_of
from gis.directory import Place
from gis.ids import PersonId
from gis.roster import Person
from gis.store import rows, tables
from gis.store.branches import Ancestry
from gis.store.engine import Database
from gis.store.in_force import Holding
from gis.store.parts import DIRECTORY, ROSTER
from gis.store.versions import head_of, serving

_AT_ONCE = 400


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
        in_force = serving(connection, ROSTER, today)
        if not in_force or in_force[0].version == holding.roster.version:
            return found
        return _narrowed(connection, found, in_force[0].ancestry, today)


@dataclass(frozen=True)
class _Seen:
    """The last row of a place on a branch, and the last version there that knows the place."""

    version: int
    row: Any


def _hidden(connection: Connection) -> tuple[Place, ...]:
    """Return the places that are not disclosed in the last version that knows them."""
    c = tables.place.c
    ids = select(c.id).where(c.disclosed.is_(False), ~c.gone)
    rows = connection.execute(
        select(c.id, c.directory_version.label("version"), c.branch, c.gone, c.disclosed).where(
            c.id.in_(ids)
        )
    ).all()
    if not rows:
        return ()
    last: dict[str, _Seen] = {}
    for ancestry in _branches(connection):
        for place, seen in _last_seen(connection, ancestry, rows):
            if place not in last or last[place].version < seen.version:
                last[place] = seen
    wanted = [(i, seen.row.version) for i, seen in last.items() if not seen.row.disclosed]
    places: list[Place] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = tuple_(c.id, c.directory_version).in_(wanted[start : start + _AT_ONCE])
        places += _places(connection, some)
    return tuple(places)


def _branches(connection: Connection) -> Iterator[Ancestry]:
    """Yield every branch of the directories up to its end, whatever became of its heads."""
    c = tables.directory.c
    ends = connection.execute(select(c.branch, func.max(c.version)).group_by(c.branch)).all()
    for branch, end in ends:
        if head := head_of(connection, DIRECTORY, end):
            yield Ancestry(((branch, end), *Ancestry.parse(head.forked_from).terms))


def _last_seen(
    connection: Connection, ancestry: Ancestry, rows: Sequence[Any]
) -> Iterator[tuple[str, _Seen]]:
    """Yield the places that were ever there on a branch, with when they were seen last."""
    (_, end), *_ = ancestry.terms
    present = ancestry.last_rows(r for r in rows if not r.gone)
    for place, row in ancestry.last_rows(rows).items():
        if not row.gone:
            yield place, _Seen(end, row)
        elif place in present:
            yield place, _Seen(_version_before(connection, ancestry, row.version), present[place])


def _version_before(connection: Connection, ancestry: Ancestry, version: int) -> int:
    """Return the version of a branch before another one."""
    c = tables.directory.c
    held = or_(*((c.branch == b) & (c.version <= until) for b, until in ancestry.terms))
    asked = select(func.max(c.version)).where(held, c.version < version)
    return int(connection.scalar(asked) or 0)


def _places(connection: Connection, wanted: ColumnElement[bool]) -> tuple[Place, ...]:
    """Return the places of some rows."""
    places = DIRECTORY.rows[0]
    return rows.read_where(connection, places.table, wanted, Place, **places.convert)


def _narrowed(
    connection: Connection, found: Disclosures, ancestry: Ancestry, today: date
) -> Disclosures:
    """Take away what a roster that is damaged no longer consents to, or no longer holds."""
    p, d = tables.person.c, tables.duty.c
    consents = {
        i: bool(yes)
        for i, yes in connection.execute(ancestry.select(tables.person, p.id, p.consent))
    }
    held = {
        (person, grid, role)
        for person, grid, role, since, until in connection.execute(
            ancestry.select(tables.duty, d.person, d.grid, d.role, d.since, d.until)
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

"""What a store says of itself: what is in force on a day, and which versions there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from gis.directory import Directory
from gis.division import Division
from gis.errors import NotFound, StoreDamaged
from gis.findings import Finding, Text, error
from gis.roster import Roster
from gis.store import tables
from gis.store.engine import Database
from gis.store.parts import DIRECTORY, DIVISION, ROSTER, P, VersionedPart
from gis.store.version_cache import VersionCache
from gis.store.versions import (
    VersionHead,
    damaged_text,
    heads,
    newest_version,
    oldest,
    read_version,
    serving,
)

_Candidates = tuple[VersionHead, ...]


@dataclass(frozen=True)
class Versions:
    """The newest version stored of each part, 0 for none."""

    division: int
    directory: int
    roster: int


@dataclass(frozen=True)
class Identity:
    """Whose store it is: the subdistrict's name and code, and whether all of it is invented."""

    name: str
    code: str
    synthetic: bool


@dataclass(frozen=True)
class Holding:
    """What is in force on a day, and what was found damaged on the way to it.

    ``versions`` are the newest stored, which need not be those in force.
    """

    division: Division
    directory: Directory
    roster: Roster
    faults: tuple[Finding, ...]
    versions: Versions


@dataclass(frozen=True)
class DivisionHead:
    """A line of the history: in force on the days effective_from <= day < effective_until.

    ``published_at`` is ISO 8601 in UTC.
    """

    version: int
    effective_from: date
    effective_until: date | None
    title: str
    data_date: str
    sha256: str
    published_at: str


def read_versions(connection: Connection) -> Versions:
    """Return the newest versions, in one query."""
    newest = select(*(newest_version(part.table) for part in (DIVISION, DIRECTORY, ROSTER)))
    division, directory, roster = connection.execute(newest).one()
    return Versions(division, directory, roster)


def read_identity(connection: Connection) -> Identity | None:
    """Return whose store it is, None before anything was published."""
    c = tables.identity.c
    found = connection.execute(select(c.name, c.code, c.synthetic)).one_or_none()
    return Identity(*found) if found else None


def read_holding(database: Database, day: date, cache: VersionCache | None = None) -> Holding:
    """Return what is in force on a day; ``cache`` may hold its parts already.

    Versions are chosen in one transaction and read in others: once there, they do not change.
    """
    with database.reading() as connection:
        versions = read_versions(connection)
        divisions = serving(connection, DIVISION, day)
        directories = serving(connection, DIRECTORY, day)
        rosters = serving(connection, ROSTER, day)
        if not divisions:
            raise _none_so_old(database, oldest(connection, DIVISION), day)
        directories = directories or oldest(connection, DIRECTORY)
        rosters = rosters or oldest(connection, ROSTER)
    reading = _Reading(database, cache, day)
    return Holding(
        reading.first_good(DIVISION, divisions),
        reading.first_good(DIRECTORY, directories) if directories else Directory(),
        reading.first_good(ROSTER, rosters) if rosters else Roster(),
        tuple(reading.faults),
        versions,
    )


def _none_so_old(database: Database, divisions: Sequence[VersionHead], day: date) -> NotFound:
    if not divisions:
        return NotFound(
            f"{database.place.shown} holds no division yet: run wangge load PATH",
            f"{database.place.shown} 中尚无网格划分：请运行 wangge load PATH",
        )
    first = divisions[0].effective_from
    return NotFound(
        f"no division was in force on {day}: the first is of {first}, ask for that day or later",
        f"{day} 尚无有效的网格划分：最早的自 {first} 起生效，请查询该日或之后",
    )


@dataclass(frozen=True)
class _Reading:
    """Versions as they are read for a day, and what was found damaged on the way."""

    database: Database
    cache: VersionCache | None
    day: date
    faults: list[Finding] = field(default_factory=list)

    def first_good(self, part: VersionedPart[P], candidates: _Candidates) -> P:
        """Return the first that is what was published; add a fault for those before it."""
        refused: list[VersionHead] = []
        while candidates:
            for head in candidates:
                try:
                    value = read_part(self.database, part, head, self.cache)
                except StoreDamaged:
                    refused.append(head)
                    continue
                self.faults.extend(_fault(self.database, part, bad, head) for bad in refused)
                return value
            candidates = self._more(part, refused)
        raise StoreDamaged(*damaged_text(self.database, part, refused[0]))

    def _more(self, part: VersionedPart[P], refused: Sequence[VersionHead]) -> _Candidates:
        """Return the candidates after those that were refused."""
        last = refused[-1]
        with self.database.reading() as connection:
            if last.effective_from <= self.day:
                return serving(connection, part, self.day, before=last.version)
            return oldest(connection, part, after=last.version)


def _fault(
    database: Database, part: VersionedPart[Any], bad: VersionHead, served: VersionHead
) -> Finding:
    why = damaged_text(database, part, bad)
    text = Text(
        f"{why.en}; {part.name.en} {served.version} is served instead",
        f"{why.zh}；现以第 {served.version} 版代替",
    )
    return error(f"damaged_{part.name.en}", text)


def read_change_days(connection: Connection) -> tuple[date, ...]:
    """Return the days from which on another version of any part is in force, oldest first."""
    parts: tuple[VersionedPart[Any], ...] = (DIVISION, DIRECTORY, ROSTER)
    return tuple(sorted({h.effective_from for part in parts for h in heads(connection, part)}))


def read_part(
    database: Database, part: VersionedPart[P], head: VersionHead, cache: VersionCache | None = None
) -> P:
    """Return a version in a transaction of its own, unless ``cache`` holds it.

    Raises
    ------
    StoreDamaged
        When it is not what was published.
    """

    def read() -> P:
        with database.reading() as connection:
            return read_version(connection, database, part, head)

    return cache.read(part, head, read) if cache is not None else read()


def read_division_heads(connection: Connection) -> tuple[DivisionHead, ...]:
    """Return the history of the divisions, oldest first."""
    c = tables.division.c
    words = {
        version: row
        for version, *row in connection.execute(
            select(c.version, c.title, c.data_date, c.sha256, c.published_at)
        )
    }
    return tuple(
        DivisionHead(h.version, h.effective_from, h.effective_until, *words[h.version])
        for h in heads(connection, DIVISION)
    )

"""The versions of a part: which there are, which is in force, and whether one is whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, func, select, type_coerce

from gis.division import Division
from gis.errors import StoreBusy, StoreDamaged, StoreUnreachable
from gis.findings import Text
from gis.store.branches import Ancestry
from gis.store.driver_errors import meaning_of
from gis.store.engine import Database
from gis.store.parts import P, VersionedPart, dated

_CANDIDATES = 20


@dataclass(frozen=True)
class VersionHead:
    """A version, the half-open days it is in force on, and what its content must hash to.

    ``intact`` is False when the head itself is not what was written; its date is then that of
    the version before it, the earliest it can have been. ``root`` is that of the digests of its
    rows, "" for none.
    """

    version: int
    effective_from: date
    effective_until: date | None
    sha256: str
    intact: bool
    branch: int = 1
    forked_from: str = ""
    root: str = ""

    @property
    def ancestry(self) -> Ancestry:
        """The branches that it is made of."""
        return Ancestry(((self.branch, self.version), *Ancestry.parse(self.forked_from).terms))


# --- reading heads -----------------------------------------------------------------------------


def heads(connection: Connection, part: VersionedPart[Any]) -> tuple[VersionHead, ...]:
    """Return the heads of all versions of a part, oldest first."""
    return _succession(connection, part)


def head_of(connection: Connection, part: VersionedPart[Any], version: int) -> VersionHead | None:
    """Return the head of a version, None where there is no such version."""
    found = _succession(connection, part, part.table.c.version == version)
    return found[0] if found else None


def newest_head(connection: Connection, part: VersionedPart[Any]) -> VersionHead | None:
    """Return the head of the newest version, None where there is none."""
    return head_of(connection, part, read_newest(connection, part))


def serving(
    connection: Connection, part: VersionedPart[Any], day: date, *, before: int | None = None
) -> tuple[VersionHead, ...]:
    """Return heads that may serve on a day, the one in force first, then some of those before it.

    ``before``: only versions before this one, to go on where all that were returned are damaged.
    """
    c = part.table.c
    last = before - 1 if before is not None else _last_begun(connection, part, day)
    while last > 0:
        wanted = (c.version <= last, c.version > last - _CANDIDATES)
        found = _succession(connection, part, *wanted)
        begun = tuple(h for h in reversed(found) if h.effective_from <= day)
        if begun:
            return begun
        last -= _CANDIDATES
    return ()


def oldest(
    connection: Connection, part: VersionedPart[Any], *, after: int = 0
) -> tuple[VersionHead, ...]:
    """Return some heads after a version, the oldest first."""
    c = part.table.c
    return _succession(connection, part, c.version > after, c.version <= after + _CANDIDATES)


def scheduled(connection: Connection, part: VersionedPart[Any], today: date) -> list[date]:
    """Return the days after today on which versions begin, in their order."""
    later = _stored(connection, part, part.table.c.effective_from > today)
    return sorted({found.day for found in later if found.intact and found.day is not None})


def newest_version(table: Table) -> Any:
    """Return the SQL of the newest version in a table of heads, 0 for none."""
    return select(func.coalesce(func.max(table.c.version), 0)).scalar_subquery()


def read_newest(connection: Connection, part: VersionedPart[Any]) -> int:
    """Return the newest version of a part, 0 for none."""
    return int(connection.scalar(select(newest_version(part.table))) or 0)


def _last_begun(connection: Connection, part: VersionedPart[Any], day: date) -> int:
    """Return the last version that may have begun by a day: those that are damaged follow it."""
    c = part.table.c
    last = int(connection.scalar(select(func.max(c.version)).where(c.effective_from <= day)) or 0)
    while above := _stored(connection, part, c.version > last, c.version <= last + _CANDIDATES):
        for found in above:
            if found.intact:
                return last
            last = found.version
    return last


@dataclass(frozen=True, slots=True)
class _Stored:
    """A head as it stands; ``day`` is None where it is no date."""

    version: int
    day: date | None
    sha256: str
    branch: int
    forked_from: str
    root: str
    intact: bool


def _stored(
    connection: Connection, part: VersionedPart[Any], *wanted: ColumnElement[bool]
) -> list[_Stored]:
    c = part.table.c
    day = type_coerce(c.effective_from, String)
    columns = (c.version, day, c.sha256, c.branch, c.forked_from, c.root, c.seal)
    asked = select(*columns).where(*wanted).order_by(c.version)
    return [_looked_at(part, *row) for row in connection.execute(asked)]


def _looked_at(
    part: VersionedPart[Any],
    version: int,
    day: object,
    sha256: str,
    branch: int,
    forked_from: str,
    root: str,
    seal: str,
) -> _Stored:
    effective_from = _as_date(day)
    intact = effective_from is not None and seal == seal_of(
        part, VersionHead(version, effective_from, None, sha256, True, branch, forked_from, root)
    )
    return _Stored(version, effective_from, sha256, branch, forked_from, root, intact)


def _succession(
    connection: Connection, part: VersionedPart[Any], *wanted: ColumnElement[bool]
) -> tuple[VersionHead, ...]:
    """Return the heads of versions that follow each other, with their days, oldest first."""
    found = _stored(connection, part, *wanted)
    if not found:
        return ()
    day = date.min if found[0].intact else _day_before(connection, part, found[0].version)
    days: list[date] = []
    for one in found:
        day = one.day if one.intact and one.day is not None else day
        days.append(day)
    until: list[date | None] = [*days[1:], _day_after(connection, part, found[-1].version, day)]
    return tuple(
        VersionHead(
            one.version, begun, ended, one.sha256, one.intact, one.branch, one.forked_from, one.root
        )
        for one, begun, ended in zip(found, days, until, strict=True)
    )


def _day_before(connection: Connection, part: VersionedPart[Any], version: int) -> date:
    """Return the date of the last version before one whose head is intact."""
    c = part.table.c
    while version > 1:
        some = _stored(connection, part, c.version < version, c.version >= version - _CANDIDATES)
        for found in reversed(some):
            if found.intact and found.day is not None:
                return found.day
        version -= _CANDIDATES
    return date.min


def _day_after(
    connection: Connection, part: VersionedPart[Any], version: int, day: date
) -> date | None:
    """Return the date of the next version, which is ``day`` where its head is damaged."""
    c = part.table.c
    next_one = select(func.min(c.version)).where(c.version > version).scalar_subquery()
    for found in _stored(connection, part, c.version == next_one):
        return found.day if found.intact else day
    return None


def _as_date(stored: object) -> date | None:
    """Return a date as the driver gives it (SQLite as text), None when it is none."""
    if isinstance(stored, date):
        return stored
    try:
        return date.fromisoformat(str(stored))
    except ValueError:
        return None


def seal_of(part: VersionedPart[Any], head: VersionHead) -> str:
    """Return the digest of what a head says.

    A release that kept whole copies knew no branches and no root: without them it is as it was.
    """
    words = f"{part.name.en} {head.version} {head.effective_from.isoformat()} {head.sha256}"
    if head.root or head.forked_from or head.branch != 1:
        words += f" {head.branch} {head.forked_from or '-'} {head.root or '-'}"
    return hashlib.sha256(words.encode()).hexdigest()


def utc_now() -> str:
    """Return the time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- reading versions --------------------------------------------------------------------------


def read_version(
    connection: Connection, database: Database, part: VersionedPart[P], head: VersionHead
) -> P:
    """Return a version, once it is certain that it is what was published.

    Raises
    ------
    StoreDamaged
        When it is not.
    """
    value = _try_to_read(connection, database, part, head) if head.intact else None
    if value is None or value.sha256 != head.sha256:
        raise StoreDamaged(*damaged_text(database, part, head))
    return in_force_on(value, head)


def in_force_on(value: P, head: VersionHead) -> P:
    """Return a value with the version and the days of a head."""
    days: dict[str, Any] = {"version": head.version, "effective_from": head.effective_from}
    if isinstance(value, Division):
        days["effective_until"] = head.effective_until
    return dated(value, **days)


def _try_to_read(
    connection: Connection, database: Database, part: VersionedPart[P], head: VersionHead
) -> P | None:
    """Return a version whose content can be hashed, None when it cannot even be read."""
    try:
        value = part.load(connection, head.version, head.ancestry)
        _ = value.sha256
    except Exception as problem:
        meaning = meaning_of(problem, database.place)
        if isinstance(meaning, StoreBusy | StoreUnreachable):
            raise meaning from problem
        return None
    return value


def damaged_text(database: Database, part: VersionedPart[Any], head: VersionHead) -> Text:
    """Return the sentence that says a version is not what was published."""
    return Text(
        f"{part.name.en} {head.version} in {database.place.shown} is damaged: its SHA-256 is "
        "not that of what was published; restore a backup, or load the set again",
        f"{database.place.shown} 中第 {head.version} 版{part.name.zh}已损坏："
        "其 SHA-256 与发布时不符；请恢复备份，或重新载入该数据",
    )

"""The versions of a part: which there are, which is in force, and whether it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, String, Table, func, insert, select, type_coerce

from gis.directory import Directory
from gis.division import Division
from gis.errors import StoreBusy, StoreDamaged, StoreUnreachable
from gis.findings import Text
from gis.roster import Roster
from gis.store import directories, divisions, rosters, tables
from gis.store.driver_errors import meaning_of
from gis.store.engine import Database

P = TypeVar("P", Division, Directory, Roster)


@dataclass(frozen=True)
class VersionedPart(Generic[P]):
    """One of the three things that are versioned, each in its own rhythm."""

    name: Text
    table: Table
    save: Callable[[Connection, P, int], None]
    load: Callable[[Connection, int], P]
    head_fields: tuple[str, ...] = ("synthetic",)


DIVISION = VersionedPart(
    Text("division", "网格划分"),
    tables.division,
    divisions.save,
    divisions.load,
    divisions.HEAD_FIELDS,
)
DIRECTORY = VersionedPart(
    Text("directory", "地点名录"), tables.directory, directories.save, directories.load
)
ROSTER = VersionedPart(Text("roster", "人员名册"), tables.roster, rosters.save, rosters.load)


@dataclass(frozen=True)
class VersionHead:
    """A version, the half-open days it is in force on, and what its content must hash to.

    ``intact`` is False when the head itself is not what was written; its date is then that of
    the version before it, the earliest it can have been.
    """

    version: int
    effective_from: date
    effective_until: date | None
    sha256: str
    intact: bool


def heads(connection: Connection, part: VersionedPart[Any]) -> tuple[VersionHead, ...]:
    """Return the heads of all versions of a part, oldest first."""
    c = part.table.c
    stored = connection.execute(
        select(c.version, type_coerce(c.effective_from, String), c.sha256, c.seal).order_by(
            c.version
        )
    )
    found: list[VersionHead] = []
    for version, day, sha256, seal in stored:
        effective_from = _as_date(day)
        intact = effective_from is not None and seal == _seal(part, version, effective_from, sha256)
        if not intact or effective_from is None:
            effective_from = found[-1].effective_from if found else date.min
        found.append(VersionHead(version, effective_from, None, sha256, intact))
    ended = [replace(a, effective_until=b.effective_from) for a, b in pairwise(found)]
    return (*ended, *found[-1:])


def _as_date(stored: object) -> date | None:
    """Return a date as the driver gives it (SQLite as text), None when it is none."""
    if isinstance(stored, date):
        return stored
    try:
        return date.fromisoformat(str(stored))
    except ValueError:
        return None


def _seal(part: VersionedPart[Any], version: int, effective_from: date, sha256: str) -> str:
    words = f"{part.name.en} {version} {effective_from.isoformat()} {sha256}"
    return hashlib.sha256(words.encode()).hexdigest()


def in_force(found: Sequence[VersionHead], day: date) -> tuple[VersionHead, ...]:
    """Return the heads that may serve on a day, the one in force first, then earlier ones."""
    return tuple(reversed([h for h in found if h.effective_from <= day]))


def newest_version(table: Table) -> Any:
    """Return the SQL of the newest version in a table of heads, 0 for none."""
    return select(func.coalesce(func.max(table.c.version), 0)).scalar_subquery()


def write_version(
    connection: Connection, part: VersionedPart[P], value: P, version: int, effective_from: date
) -> None:
    """Write a value as a version: its head, then its rows."""
    head = {name: getattr(value, name) for name in part.head_fields}
    connection.execute(
        insert(part.table).values(
            version=version,
            effective_from=effective_from,
            sha256=value.sha256,
            seal=_seal(part, version, effective_from, value.sha256),
            published_at=utc_now(),
            **head,
        )
    )
    part.save(connection, value, version)


def utc_now() -> str:
    """Return the time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_version(
    connection: Connection, database: Database, part: VersionedPart[P], head: VersionHead
) -> P:
    """Return a version, once it is certain that it is what was published.

    Raises
    ------
    StoreDamaged
        When it is not.
    """
    value = _try_to_read(connection, database, part, head.version) if head.intact else None
    if value is None or value.sha256 != head.sha256:
        raise StoreDamaged(*damaged_text(database, part, head))
    day = head.effective_from
    if isinstance(value, Division):
        return replace(value, effective_from=day, effective_until=head.effective_until)
    return replace(value, effective_from=day)


def _try_to_read(
    connection: Connection, database: Database, part: VersionedPart[P], version: int
) -> P | None:
    """Return a version whose content can be hashed, None when it cannot even be read."""
    try:
        value = part.load(connection, version)
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

"""Small edits: the next version of the roster or directory, in one transaction with its record.

What is edited is what is in force today. A version that is scheduled for a later day gets the
same edit, so that it is not lost on that day; where it does not apply there (its subject is
gone by then), the scheduled version stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from gis.audit import Author
from gis.directory import Directory
from gis.division import Division
from gis.editing import Edited
from gis.errors import Conflict, NotFound
from gis.findings import Finding, Text, note
from gis.roster import Roster
from gis.store import audit
from gis.store.engine import Database
from gis.store.in_force import Versions, read_identity, read_versions
from gis.store.parts import DIVISION, VersionedPart
from gis.store.version_cache import VersionCache
from gis.store.versions import (
    VersionHead,
    oldest,
    read_newest,
    read_version,
    scheduled,
    serving,
)
from gis.store.writing import Base, write_version

P = TypeVar("P", Roster, Directory)
Stored = TypeVar("Stored", Division, Roster, Directory)


@dataclass(frozen=True)
class EditBase(Generic[P]):
    """What an edit starts from: the part, and the division in force on the same day.

    ``identity`` is "" for what is in force today; for a scheduled version it is the id that
    the edit of today's gave to what it added or changed.
    """

    value: P
    division: Division
    day: date
    identity: str = ""


@dataclass(frozen=True)
class Revised(Generic[P]):
    """What an edit of what is in force led to, and the versions stored after it."""

    edited: Edited[P]
    versions: Versions
    stored: bool


def revise(
    database: Database,
    part: VersionedPart[P],
    edit: Callable[[EditBase[P]], Edited[P]],
    *,
    today: date,
    author: Author,
    reason: str,
    cache: VersionCache | None = None,
) -> Revised[P]:
    """Store what ``edit`` makes of the version in force, with an entry for each change.

    Nothing is stored when it changes nothing. ``edit`` runs while nobody else can write.

    Raises
    ------
    Conflict
        Nothing has been loaded yet, or the edit does not fit a scheduled version.
    StoreDamaged
        The version in force is not what was published.
    """
    with database.writing() as connection:
        reading = _Reading(connection, database, cache)
        later: list[date] = scheduled(connection, part, today)
        days = [today, *later]
        stored: list[Base[P] | None] = [_base(reading, part, day) for day in days]
        bases: list[EditBase[P]] = [
            EditBase(base.value if base else _empty(reading, part), _division(reading, day), day)
            for base, day in zip(stored, days, strict=True)
        ]
        first: Edited[P] = edit(bases[0])
        if not first.changes:
            return Revised(first, read_versions(connection), stored=False)
        values: list[P]
        remarks: list[Finding]
        values, remarks = _applied(edit, bases, first)
        version: int = read_newest(connection, part)
        for number, day in enumerate(days):
            version += 1
            if cache is not None and (base := stored[number]) is not None:
                cache.hash(part, values[number], base.value)
            written = write_version(
                connection, database, part, values[number], version, day, stored[number]
            )
        _put_on_record(connection, part, first, author, reason, version)
        edited = Edited(first.value, first.changes, first.id, (*first.findings, *remarks))
        revised = Revised(edited, read_versions(connection), stored=True)
    if cache is not None and len(bases) == 1:
        cache.keep(part, *written)
        cache.keep_lines(part, written[1])
    return revised


@dataclass(frozen=True)
class _Reading:
    """How versions are read inside of a transaction: from the cache where they are in it."""

    connection: Connection
    database: Database
    cache: VersionCache | None

    def version(self, part: VersionedPart[Stored], head: VersionHead) -> Stored:
        """Return a version."""

        def read() -> Stored:
            return read_version(self.connection, self.database, part, head)

        return self.cache.read(part, head, read) if self.cache is not None else read()


def _base(reading: _Reading, part: VersionedPart[P], day: date) -> Base[P] | None:
    """Return what is in force on a day, the oldest where none is so old, None where none is."""
    found = serving(reading.connection, part, day) or oldest(reading.connection, part)
    return Base(found[0], reading.version(part, found[0])) if found else None


def _empty(reading: _Reading, part: VersionedPart[P]) -> P:
    identity = read_identity(reading.connection)
    if identity is None:
        raise Conflict(
            f"{reading.database.place.shown} holds nothing yet: load the boundaries first",
            f"{reading.database.place.shown} 中尚无数据：请先载入边界",
        )
    made: P = part.kind(synthetic=identity.synthetic)
    return made


def _division(reading: _Reading, day: date) -> Division:
    found = serving(reading.connection, DIVISION, day)
    if not found:
        raise Conflict(
            f"no division is in force on {day}: load the boundaries first",
            f"{day} 没有有效的网格划分：请先载入边界",
        )
    return reading.version(DIVISION, found[0])


def _applied(
    edit: Callable[[EditBase[P]], Edited[P]], bases: Sequence[EditBase[P]], first: Edited[P]
) -> tuple[list[P], list[Finding]]:
    """Return the part after the edit on each day, and a remark where it does not apply."""
    values, remarks = [first.value], []
    for base in bases[1:]:
        try:
            again = edit(EditBase(base.value, base.division, base.day, first.id))
        except NotFound:
            values.append(base.value)
            text = Text(
                f"the version scheduled for {base.day} stays as it is: it lacks what was edited",
                f"计划于 {base.day} 生效的版本保持不变：其中没有所编辑的内容",
            )
            remarks.append(note("scheduled_version_kept", text))
            continue
        except Conflict as problem:
            raise Conflict(
                f"it does not fit the version scheduled for {base.day}: {problem.text.en}",
                f"与计划于 {base.day} 生效的版本不符：{problem.text.zh}",
            ) from problem
        values.append(again.value)
    return values, remarks


def _put_on_record(
    connection: Connection,
    part: VersionedPart[Any],
    edited: Edited[Any],
    author: Author,
    reason: str,
    version: int,
) -> None:
    for change in edited.changes:
        audit.append(
            connection,
            author,
            change.action,
            change.subject,
            reason=reason,
            before=change.before,
            after=change.after,
            version=f"{part.name.en} {version}",
        )

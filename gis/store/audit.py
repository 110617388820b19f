"""The audit log: entries added in the transaction of what they tell of, read and verified.

Appending is safe because every writing transaction of a store is the only one
(:meth:`gis.store.engine.Database.writing`). Triggers refuse to change or delete a link.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from gis.audit import (
    GENESIS,
    NOTHING,
    VALUES,
    AuditEntry,
    Author,
    ChainHead,
    Sealed,
    canonical,
    digest_of,
)
from gis.errors import InvalidInput, NotFound
from gis.store import tables
from gis.store.engine import HEAD_MARK, head_file

ERASE = "audit.erase"
_AT_ONCE = 5_000
_LINK = tuple(f.name for f in fields(Sealed))


# --- writing -----------------------------------------------------------------------------------


def append(
    connection: Connection,
    author: Author,
    action: str,
    subject: str,
    *,
    reason: str = "",
    before: Any = None,
    after: Any = None,
    version: str = "",
) -> int:
    """Add an entry to the log, inside the writing transaction of the change; return its number.

    ``action`` and ``subject`` are kinds and identities and stay for good; names, reasons and
    values belong in the other arguments, which can be erased.
    """
    head = head_of(connection)
    values = {
        "who": canonical(author.name),
        "reason": canonical(reason) if reason else None,
        "before": None if before is None else canonical(before),
        "after": None if after is None else canonical(after),
    }
    salts = {name: secrets.token_hex(16) for name, value in values.items() if value is not None}
    digests = {
        name: digest_of(salts[name], value) if value is not None else NOTHING
        for name, value in values.items()
    }
    link = Sealed(
        number=head.count + 1,
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        role=author.role,
        door=author.channel,
        action=action,
        subject=subject,
        version=version,
        **{f"{name}_digest": digest for name, digest in digests.items()},
        previous=head.sha256,
    )
    stored = dict(zip(_LINK, astuple(link), strict=True))
    connection.execute(insert(tables.audit_entry).values(**stored, sha256=link.sha256))
    connection.execute(
        insert(tables.audit_value),
        [
            {"entry": link.number, "field": name, "salt": salt, "value": values[name]}
            for name, salt in salts.items()
        ],
    )
    _move_head(connection, head, ChainHead(link.number, link.sha256))
    return link.number


def head_of(connection: Connection) -> ChainHead:
    """Return how long the log is and the hash of its last entry, as its head says."""
    c = tables.audit_head.c
    found = connection.execute(select(c.count, c.sha256)).one_or_none()
    return ChainHead(*found) if found else ChainHead(0, GENESIS)


def _move_head(connection: Connection, old: ChainHead, new: ChainHead) -> None:
    head = tables.audit_head
    if old.count:
        connection.execute(update(head).values(count=new.count, sha256=new.sha256))
    else:
        connection.execute(insert(head).values(only=1, count=new.count, sha256=new.sha256))
    connection.info[HEAD_MARK] = new


def erase(
    connection: Connection, author: Author, number: int, names: Sequence[str], *, reason: str
) -> tuple[str, ...]:
    """Erase values of an entry with their salts; each erasure is an entry of its own.

    Raises
    ------
    NotFound
        There is no such entry.
    InvalidInput
        A name that is not one of :data:`gis.audit.VALUES`.
    """
    for name in names:
        if name not in VALUES:
            raise InvalidInput(
                "field",
                f"{name!r} cannot be erased: name one of {', '.join(VALUES)}",
                f"不能删除 {name!r}：应为 {'、'.join(VALUES)} 之一",
                VALUES,
            )
    c = tables.audit_value.c
    if number > head_of(connection).count or number < 1:
        raise NotFound(f"the audit log has no entry {number}", f"审计记录中没有第 {number} 条")
    there = set(connection.scalars(select(c.field).where(c.entry == number)))
    erased = tuple(name for name in VALUES if name in names and name in there)
    for name in erased:
        append(connection, author, ERASE, f"audit:{number}/{name}", reason=reason)
        connection.execute(delete(tables.audit_value).where(c.entry == number, c.field == name))
    return erased


# --- reading -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class AuditQuery:
    """Which entries: all that is given must hold.

    ``action`` and ``subject`` also match what begins with them and a dot or colon
    (``person`` finds ``person.edit``); ``since`` and ``until`` are ISO 8601 in UTC, the second
    not included; ``text`` stands in a value or a reason.
    """

    who: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    limit: int | None = 50
    offset: int = 0


@dataclass(frozen=True)
class AuditLog:
    """Entries, the newest first, and how many were found in all."""

    entries: tuple[AuditEntry, ...]
    total: int


def read(connection: Connection, asked: AuditQuery) -> AuditLog:
    """Return the entries asked for."""
    c = tables.audit_entry.c
    where = list(_conditions(asked))
    total = connection.scalar(select(func.count()).select_from(tables.audit_entry).where(*where))
    found = connection.execute(
        select(*(c[name] for name in _LINK), c.sha256)
        .where(*where)
        .order_by(c.number.desc())
        .limit(asked.limit)
        .offset(asked.offset)
    ).all()
    values = _values_of(connection, [row.number for row in found])
    return AuditLog(
        tuple(_entry(row, values.get(row.number, {})) for row in found), int(total or 0)
    )


def _conditions(asked: AuditQuery) -> Iterable[ColumnElement[bool]]:
    c = tables.audit_entry.c
    if asked.who:
        yield _has_value("who", tables.audit_value.c.value == canonical(asked.who))
    if asked.text:
        inside = json.dumps(asked.text, ensure_ascii=False)[1:-1]
        yield _has_value(None, tables.audit_value.c.value.contains(inside, autoescape=True))
    if asked.action:
        yield (c.action == asked.action) | c.action.startswith(asked.action + ".", autoescape=True)
    if asked.subject:
        yield (c.subject == asked.subject) | c.subject.startswith(
            asked.subject + ":", autoescape=True
        )
    if asked.since:
        yield c.at >= asked.since
    if asked.until:
        yield c.at < asked.until


def _has_value(field: str | None, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    value = tables.audit_value.c
    asked = [value.entry == tables.audit_entry.c.number, condition]
    return exists().where(*asked, *([value.field == field] if field else []))


def _values_of(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    c = tables.audit_value.c
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(numbers), 500):
        some = list(numbers[start : start + 500])
        rows = connection.execute(select(c.entry, c.field, c.value).where(c.entry.in_(some)))
        for entry, field, value in rows:
            found.setdefault(entry, {})[field] = value
    return found


def _entry(row: Sequence[Any], values: dict[str, str]) -> AuditEntry:
    *link, sha256 = row
    sealed = Sealed(*link)
    given = {name: _value(values[name]) if name in values else None for name in VALUES}
    erased = tuple(
        name
        for name in VALUES
        if name not in values and getattr(sealed, f"{name}_digest") != NOTHING
    )
    return AuditEntry(sealed, sha256, **given, erased=erased)


def _value(stored: str) -> Any:
    try:
        return json.loads(stored)
    except ValueError:
        return stored


# --- verifying ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """The first thing that is wrong: the entry it is about, and why."""

    number: int
    en: str
    zh: str


@dataclass(frozen=True)
class Verified:
    """What the log turned out to be: its head as found, and what is broken, None for nothing."""

    head: ChainHead
    broken: Broken | None
    erased: int


def witnessed(path: Path | None) -> list[ChainHead]:
    """Return the head that was noted beside a SQLite file, [] where none can be read."""
    if path is None:
        return []
    try:
        head = ChainHead.parse(head_file(path).read_text("ascii", errors="replace"))
    except OSError:
        return []
    return [head] if head else []


def verify(connection: Connection, witnesses: Sequence[ChainHead] = ()) -> Verified:
    """Check every link, every value, and that the log is as long as it was known to be.

    Reads some entries at a time, however long the log.
    """
    c = tables.audit_entry.c
    allowed = frozenset(connection.scalars(select(c.subject).where(c.action == ERASE)))
    last, erased = ChainHead(0, GENESIS), 0
    for row, values in _rows_with_values(connection):
        sealed = Sealed(*row[:-1])
        broken = _broken_link(sealed, row[-1], last) or _broken_value(sealed, values, allowed)
        if broken:
            return Verified(last, broken, erased)
        erased += sum(f"audit:{sealed.number}/{name}" in allowed for name in VALUES)
        last = ChainHead(sealed.number, row[-1])
        broken = _contradicted(last, witnesses)
        if broken:
            return Verified(last, broken, erased)
    return Verified(last, _broken_end(connection, last, witnesses), erased)


_Values = dict[str, tuple[str, str]]


def _rows_with_values(connection: Connection) -> Iterator[tuple[Sequence[Any], _Values]]:
    """Yield each entry in order, its hash last, with its values by name: salt and text."""
    c, v = tables.audit_entry.c, tables.audit_value.c
    columns = (*(c[name] for name in _LINK), c.sha256)
    after: int | None = None
    while True:
        asked = select(*columns).order_by(c.number).limit(_AT_ONCE)
        rows = connection.execute(asked if after is None else asked.where(c.number > after)).all()
        if not rows:
            return
        first, after = int(rows[0][0]), int(rows[-1][0])
        values: dict[int, _Values] = {}
        for entry, field, salt, text in connection.execute(
            select(v.entry, v.field, v.salt, v.value).where(v.entry.between(first, after))
        ):
            values.setdefault(entry, {})[field] = (salt, text)
        for row in rows:
            yield row, values.get(row[0], {})


def _broken_link(sealed: Sealed, sha256: str, last: ChainHead) -> Broken | None:
    number = last.count + 1
    if sealed.number != number:
        return Broken(
            number,
            f"entry {number} is missing: after {last.count} comes {sealed.number}",
            f"缺少第 {number} 条：第 {last.count} 条之后是第 {sealed.number} 条",
        )
    if sealed.previous != last.sha256:
        return Broken(
            number,
            f"entry {number} does not follow the entry before it, which was changed or replaced",
            f"第 {number} 条与前一条不衔接：前一条被改动或替换",
        )
    if sealed.sha256 != sha256:
        return Broken(
            number,
            f"entry {number} was changed: its hash is not that of what it says",
            f"第 {number} 条被改动：其哈希与内容不符",
        )
    return None


def _broken_value(sealed: Sealed, values: _Values, allowed: frozenset[str]) -> Broken | None:
    number = sealed.number
    for name in VALUES:
        digest = getattr(sealed, f"{name}_digest")
        found = values.pop(name, None)
        if found is None:
            if digest != NOTHING and f"audit:{number}/{name}" not in allowed:
                return Broken(
                    number,
                    f"entry {number} lacks its value {name!r}, which nobody is on record as "
                    "having erased",
                    f"第 {number} 条缺少“{name}”的内容，且没有删除它的记录",
                )
        elif digest_of(*found) != digest:
            return Broken(
                number,
                f"entry {number}: its value {name!r} was changed",
                f"第 {number} 条：“{name}”的内容被改动",
            )
    if values:
        name = min(values)
        return Broken(
            number,
            f"entry {number} has a value {name!r} that was never written with it",
            f"第 {number} 条有一项未曾写入的内容“{name}”",
        )
    return None


def _contradicted(last: ChainHead, witnesses: Sequence[ChainHead]) -> Broken | None:
    for noted in witnesses:
        if noted.count == last.count and noted.sha256 != last.sha256:
            return Broken(
                last.count,
                f"entry {last.count} is not the one whose hash was noted ({noted.sha256[:12]}…): "
                "the log was written anew up to there",
                f"第 {last.count} 条与留存的哈希（{noted.sha256[:12]}…）不符：此前的记录被重写",
            )
    return None


def _broken_end(
    connection: Connection,
    last: ChainHead,
    witnesses: Sequence[ChainHead],
) -> Broken | None:
    known = max([head_of(connection), *witnesses], key=lambda head: head.count)
    if known.count > last.count:
        missing = known.count - last.count
        return Broken(
            last.count + 1,
            f"entry {last.count + 1} is missing: the log ends at {last.count} and had "
            f"{known.count}, {missing} were taken from its end",
            f"缺少第 {last.count + 1} 条：记录止于第 {last.count} 条，曾有 {known.count} 条，"
            f"末尾被删去 {missing} 条",
        )
    if head_of(connection) != last:
        return Broken(
            last.count,
            f"entry {last.count} is not the last one that the log's head knows of",
            f"第 {last.count} 条与记录的末端标记不符",
        )
    value, entry = tables.audit_value.c.entry, tables.audit_entry.c.number
    number = connection.scalar(select(func.min(value)).where(~exists().where(entry == value)))
    if number is not None:
        return Broken(
            number,
            f"there are values of an entry {number} that does not exist",
            f"有第 {number} 条的内容，但没有这一条",
        )
    return None

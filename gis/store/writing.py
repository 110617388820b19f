"""Writing a version: the rows that differ from the version it is based on, and its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic

from sqlalchemy import Connection, func, insert, select

from gis.division import Grid
from gis.errors import InvalidInput
from gis.store import rows
from gis.store.branches import LONGEST, Ancestry, version_column
from gis.store.digest_tree import DigestTree
from gis.store.driver_errors import stands_twice
from gis.store.engine import Database
from gis.store.parts import P, RowTable, VersionedPart, with_digest
from gis.store.versions import VersionHead, in_force_on, seal_of, utc_now

_OLD_ROWS_FOR_EACH = 8
_OLD_ROWS = 4_000


@dataclass(frozen=True)
class Base(Generic[P]):
    """The version that another one is made from: its head, and what it holds."""

    head: VersionHead
    value: P


@dataclass(frozen=True)
class _Changes:
    """What differs in one table: the rows that are new or other now, and those that are gone."""

    rows: RowTable
    written: list[tuple[Any, bytes]]
    gone: list[Any]


def write_version(
    connection: Connection,
    database: Database,
    part: VersionedPart[P],
    value: P,
    version: int,
    effective_from: date,
    base: Base[P] | None,
) -> tuple[VersionHead, P]:
    """Write a version; return its head, and the value as the database gives it back.

    Without a ``base``, and where too many old rows would have to be passed over to read it, all
    of its rows are written.

    Raises
    ------
    InvalidInput
        A value that cannot be stored, or not as it was.
    Conflict
        An id or a code stands in it twice.
    """
    _refuse_twins(database, part, value)
    base = base if base is not None and _is_worth_it(connection, part, base) else None
    branch, forked_from = _branch(connection, part, version, base)
    head = VersionHead(
        version,
        effective_from,
        None,
        value.sha256,
        True,
        branch,
        forked_from,
        DigestTree(value.digest.rows).root(),
    )
    changes = list(_changes(part, value, base.value if base else None))
    _insert_head(connection, part, head, value)
    for some in changes:
        _insert_rows(connection, some, head)
    back = _read_back(connection, part, value, head, changes, base)
    if back is None:
        raise InvalidInput(
            part.name.en,
            f"the {part.name.en} holds a value of the wrong type, so that {database.place.shown} "
            "does not give it back as it was; nothing was stored",
            f"{part.name.zh}含有类型错误的值，{database.place.shown} 无法原样保存；未存入任何内容",
        )
    return head, back


def _refuse_twins(database: Database, part: VersionedPart[P], value: P) -> None:
    for table in part.rows:
        content: Sequence[Any] = getattr(value, table.name)
        names = [[row.id for row in content]]
        if table.kind is Grid:
            names.append([row.code for row in content])
        for some in names:
            if len(set(some)) < len(some):
                twice = next(name for i, name in enumerate(some) if name in some[:i])
                raise stands_twice(database.place, f"{table.table.name} {str(twice)[:40]!r}")


# --- where it goes -----------------------------------------------------------------------------


def _branch(
    connection: Connection, part: VersionedPart[P], version: int, base: Base[P] | None
) -> tuple[int, str]:
    """Return the branch of a version, and what that branch came from."""
    if base is None:
        return version, ""
    c = part.table.c
    newest = connection.scalar(select(func.max(c.version)).where(c.branch == base.head.branch))
    if newest == base.head.version:
        return base.head.branch, base.head.forked_from
    return version, str(base.head.ancestry)


def _is_worth_it(connection: Connection, part: VersionedPart[P], base: Base[P]) -> bool:
    """Tell whether a version is to share rows: not if it makes a long way for who reads it."""
    ancestry = base.head.ancestry
    if len(ancestry.terms) > LONGEST:
        return False
    written = sum(_count(connection, table, ancestry) for table in part.rows)
    return written <= _OLD_ROWS + _OLD_ROWS_FOR_EACH * len(base.value.digest.rows)


def _count(connection: Connection, table: RowTable, ancestry: Ancestry) -> int:
    asked = select(func.count()).select_from(table.table).where(ancestry.rows_of(table.table))
    return int(connection.scalar(asked) or 0)


# --- what it changes ---------------------------------------------------------------------------


def _changes(part: VersionedPart[P], value: P, base: P | None) -> Iterator[_Changes]:
    if base is None:
        for table, found in part.digests_of(value):
            yield _Changes(table, found, [])
        return
    pairs = zip(part.digests_of(value), part.digests_of(base), strict=True)
    for (table, found), (_, before) in pairs:
        known = {row.id: digest for row, digest in before}
        ids = {row.id for row, _ in found}
        yield _Changes(
            table,
            [(row, digest) for row, digest in found if known.get(row.id) != digest],
            [row for row, _ in before if row.id not in ids],
        )


def _insert_head(
    connection: Connection, part: VersionedPart[P], head: VersionHead, value: P
) -> None:
    connection.execute(
        insert(part.table).values(
            version=head.version,
            effective_from=head.effective_from,
            sha256=head.sha256,
            seal=seal_of(part, head),
            published_at=utc_now(),
            branch=head.branch,
            forked_from=head.forked_from,
            root=head.root,
            **{name: getattr(value, name) for name in part.head_fields},
        )
    )


def _insert_rows(connection: Connection, changes: _Changes, head: VersionHead) -> None:
    table = changes.rows.table
    stamp = {version_column(table).name: head.version, "branch": head.branch}
    written = [row for row, _ in changes.written]
    rows.write(connection, table, written, {**stamp, "gone": False})
    rows.write(connection, table, [_ended(row) for row in changes.gone], {**stamp, "gone": True})


def _ended(row: Any) -> Any:
    """Return what stands where a row is gone: of a grid not its code, which another may carry."""
    return replace(row, code=f"gone:{row.id}") if isinstance(row, Grid) else row


# --- reading it back ---------------------------------------------------------------------------


def _read_back(
    connection: Connection,
    part: VersionedPart[P],
    value: P,
    head: VersionHead,
    changes: Sequence[_Changes],
    base: Base[P] | None,
) -> P | None:
    """Return a version just written, None where what was written does not come back as it was.

    Its other rows are those of the base, which were found good when that was read.
    """
    content: dict[str, Any] = {}
    partial: dict[str, Any] = {}
    for some in changes:
        stored = some.rows.stored(connection, head.version)
        ended: set[str] = {row.id for row in stored if row.gone}
        written: dict[str, Any] = {row.id: row.value for row in stored if not row.gone}
        if ended != {row.id for row in some.gone} or None in written.values():
            return None
        kept: Sequence[Any] = getattr(base.value, some.rows.name) if base else ()
        content[some.rows.name] = (
            *(row for row in kept if row.id not in ended and row.id not in written),
            *written.values(),
        )
        partial[some.rows.name] = tuple(written.values())
    fields = part.head(connection, head.version)
    meant = [value.digest.rows[0], *(digest for some in changes for _, digest in some.written)]
    if sorted(part.kind(**partial, **fields).digest.rows) != sorted(meant):
        return None
    return in_force_on(with_digest(part.kind(**content, **fields), value), head)

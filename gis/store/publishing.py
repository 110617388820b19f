"""Publishing: new versions of what changed, in one transaction, never over the old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from gis.audit import SYSTEM, AuditChange, Author
from gis.directory import Directory
from gis.division import Division
from gis.errors import Conflict, InvalidInput, StoreDamaged
from gis.ids import GridId
from gis.roster import Roster
from gis.store import audit, tables
from gis.store.engine import Database
from gis.store.in_force import Identity, Versions, read_identity, read_versions
from gis.store.versions import (
    DIRECTORY,
    DIVISION,
    ROSTER,
    P,
    VersionedPart,
    VersionHead,
    heads,
    read_version,
    utc_now,
    write_version,
)

_CODES_AT_ONCE = 500
_CODES_NAMED = 5


@dataclass(frozen=True)
class Published:
    """The newest versions after publishing, and which of the parts were stored anew."""

    versions: Versions
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Publication:
    """What is to be published, as of which day; a part that is None stays as it is."""

    identity: Identity
    division: Division | None
    directory: Directory | None
    roster: Roster | None
    effective_from: date
    today: date
    author: Author = SYSTEM
    reason: str = ""
    changes: tuple[AuditChange, ...] = ()


def publish(
    database: Database, publication: Publication, check: Callable[[Versions], None] | None
) -> Published:
    """Store what is new in a publication, in one transaction; all of it or nothing.

    Raises
    ------
    Conflict
        A date before today or before one already stored, the sample among an office's data
        or the reverse, a code that another grid carried. Whatever ``check`` raises.
    InvalidInput
        A value that cannot be stored.
    """
    with database.writing() as connection:
        return publish_within(connection, database, publication, check)


def publish_within(
    connection: Connection,
    database: Database,
    publication: Publication,
    check: Callable[[Versions], None] | None = None,
) -> Published:
    """Store what is new in a publication, inside a writing transaction (see :func:`publish`)."""
    _check_hashable(publication)
    found = read_versions(connection)
    if check is not None:
        check(found)
    _settle_identity(connection, database, publication)
    # A store without a division may begin on any day.
    earliest = publication.today if found.division else date.min
    changed = tuple(
        part.name.en
        for part, value in _parts(publication)
        if value is not None and _store(connection, database, part, value, publication, earliest)
    )
    versions = read_versions(connection)
    _put_on_record(connection, publication, changed, found, versions)
    return Published(versions, changed)


def _put_on_record(
    connection: Connection,
    publication: Publication,
    changed: tuple[str, ...],
    before: Versions,
    after: Versions,
) -> None:
    """Write an entry for each change, or for each part where nobody says what changed in it."""
    if not changed:
        return
    made = ", ".join(f"{part} {getattr(after, part)}" for part in changed)
    changes = publication.changes or tuple(
        AuditChange(
            f"{part}.publish",
            f"{part}:{getattr(after, part)}",
            {"version": getattr(before, part)} if getattr(before, part) else None,
            {
                "version": getattr(after, part),
                "effective_from": publication.effective_from,
                "sha256": getattr(publication, part).sha256,
            },
        )
        for part in changed
    )
    for change in changes:
        audit.append(
            connection,
            publication.author,
            change.action,
            change.subject,
            reason=publication.reason,
            before=change.before,
            after=change.after,
            version=made,
        )


def _parts(publication: Publication) -> Iterable[tuple[VersionedPart[Any], Any]]:
    yield DIVISION, publication.division
    yield DIRECTORY, publication.directory
    yield ROSTER, publication.roster


def _check_hashable(publication: Publication) -> None:
    for part, value in _parts(publication):
        try:
            _ = value is None or value.sha256
        except UnicodeEncodeError as problem:
            raise InvalidInput(
                part.name.en,
                f"the {part.name.en} holds text that is not Unicode "
                f"({problem.object[problem.start :][:1]!a}): type it again",
                f"{part.name.zh}含有非法字符（{problem.object[problem.start :][:1]!a}）："
                "请重新输入",
            ) from None


# --- whose store it is -------------------------------------------------------------------------


def _settle_identity(connection: Connection, database: Database, publication: Publication) -> None:
    given = publication.identity
    stored = read_identity(connection)
    synthetic = (stored or given).synthetic
    if given.synthetic != synthetic:
        raise _mixed(database, synthetic)
    for _, value in _parts(publication):
        if value is not None and value.synthetic != synthetic:
            raise _mixed(database, synthetic)
    if stored is None:
        connection.execute(
            insert(tables.identity).values(
                only=1,
                name=given.name,
                code=given.code,
                synthetic=given.synthetic,
                recorded_at=utc_now(),
            )
        )


def begin(database: Database, identity: Identity, author: Author) -> None:
    """Say whose store it is, before anything is published into it.

    Raises
    ------
    Conflict
        When it is somebody's already.
    """
    with database.writing() as connection:
        stored = read_identity(connection)
        if stored is not None:
            raise Conflict(
                f"{database.place.shown} is the store of {stored.name} already: set "
                "WANGGE_DATABASE_URL to a new one, such as sqlite:///var/office.db",
                f"{database.place.shown} 已属于{stored.name}：请将 WANGGE_DATABASE_URL 设为新库，"
                "例如 sqlite:///var/office.db",
            )
        connection.execute(
            insert(tables.identity).values(
                only=1,
                name=identity.name,
                code=identity.code,
                synthetic=identity.synthetic,
                recorded_at=utc_now(),
            )
        )
        audit.append(
            connection,
            author,
            "store.begin",
            f"store:{identity.code}",
            after={"name": identity.name, "code": identity.code},
        )


def _mixed(database: Database, synthetic: bool) -> Conflict:
    if synthetic:
        return Conflict(
            f"{database.place.shown} holds the synthetic sample, and this set is not marked "
            "synthetic: the two never share a store; set WANGGE_DATABASE_URL to another one",
            f"{database.place.shown} 中是合成示例数据，而这份数据未标为合成："
            "两者不得同库；请将 WANGGE_DATABASE_URL 设为另一个库",
        )
    return Conflict(
        f"{database.place.shown} holds an office's own data, and this set is marked synthetic: "
        "the two never share a store; set WANGGE_DATABASE_URL to another one",
        f"{database.place.shown} 中是街道自己的数据，而这份数据标为合成："
        "两者不得同库；请将 WANGGE_DATABASE_URL 设为另一个库",
    )


# --- one part ----------------------------------------------------------------------------------


def _store(
    connection: Connection,
    database: Database,
    part: VersionedPart[P],
    value: P,
    publication: Publication,
    earliest: date,
) -> bool:
    """Store a part as its next version, unless it is the newest already; tell which."""
    found = heads(connection, part)
    if found and _is_stored(connection, database, part, value, found[-1]):
        return False
    _check_date(part, found, publication, earliest)
    if isinstance(value, Division):
        _check_codes(connection, database, value)
    version = found[-1].version + 1 if found else 1
    write_checked(connection, database, part, value, version, publication.effective_from)
    return True


def write_checked(
    connection: Connection,
    database: Database,
    part: VersionedPart[P],
    value: P,
    version: int,
    effective_from: date,
) -> tuple[VersionHead, P]:
    """Write a version; return its head, and the value as the database gives it back.

    Raises
    ------
    InvalidInput
        A value that cannot be stored, or not as it was.
    """
    head = VersionHead(version, effective_from, None, value.sha256, intact=True)
    write_version(connection, part, value, version, effective_from)
    return head, _check_written(connection, database, part, head)


def _is_stored(
    connection: Connection,
    database: Database,
    part: VersionedPart[P],
    value: P,
    newest: VersionHead,
) -> bool:
    """Tell whether the newest version is this value, and whole: a damaged one is stored anew."""
    if newest.sha256 != value.sha256:
        return False
    try:
        read_version(connection, database, part, newest)
    except StoreDamaged:
        return False
    return True


def _check_written(
    connection: Connection, database: Database, part: VersionedPart[P], head: VersionHead
) -> P:
    """Return a version just written; refuse a value that does not come back as it was."""
    try:
        return read_version(connection, database, part, head)
    except StoreDamaged as problem:
        raise InvalidInput(
            part.name.en,
            f"the {part.name.en} holds a value of the wrong type, so that {database.place.shown} "
            "does not give it back as it was; nothing was stored",
            f"{part.name.zh}含有类型错误的值，{database.place.shown} 无法原样保存；未存入任何内容",
        ) from problem


def _check_date(
    part: VersionedPart[Any],
    found: tuple[VersionHead, ...],
    publication: Publication,
    earliest: date,
) -> None:
    day = publication.effective_from
    if day < earliest:
        raise Conflict(
            f"a {part.name.en} cannot begin on {day}, before today ({earliest}): "
            "choose today or later",
            f"{part.name.zh}不能自 {day} 起生效，该日早于今天（{earliest}）：请选择今天或之后",
        )
    latest = found[-1].effective_from if found else date.min
    if day < latest:
        raise Conflict(
            f"a {part.name.en} cannot begin on {day}: version {found[-1].version} is stored as "
            f"of {latest}; choose that day or later",
            f"{part.name.zh}不能自 {day} 起生效：第 {found[-1].version} 版自 {latest} 起生效，"
            "请选择该日或之后",
        )


# --- codes -------------------------------------------------------------------------------------


def _check_codes(connection: Connection, database: Database, division: Division) -> None:
    """Refuse a code that another grid carries or carried: it is never issued again."""
    ids = {grid.code: grid.id for grid in division}
    taken = _carried_by_others(connection, ids)
    if not taken:
        return
    sound = _sound_versions(connection, database, {version for _, version in taken})
    codes = sorted({code for code, version in taken if version in sound})
    if codes:
        named = ", ".join(codes[:_CODES_NAMED])
        more = f" (+{len(codes) - _CODES_NAMED})" if len(codes) > _CODES_NAMED else ""
        raise Conflict(
            f"code {named}{more}: carried by another grid before, and a retired code is never "
            "issued again; give these grids new codes",
            f"编号 {named}{more}：曾属于其他网格，已废止的编号不得重复使用；请启用新编号",
        )


def _carried_by_others(connection: Connection, ids: dict[str, GridId]) -> list[tuple[str, int]]:
    c = tables.grid.c
    codes = list(ids)
    taken: list[tuple[str, int]] = []
    for start in range(0, len(codes), _CODES_AT_ONCE):
        some = codes[start : start + _CODES_AT_ONCE]
        rows = connection.execute(select(c.code, c.id, c.division_version).where(c.code.in_(some)))
        taken += [(code, version) for code, grid, version in rows if ids[code] != grid]
    return taken


def _sound_versions(connection: Connection, database: Database, versions: set[int]) -> set[int]:
    """Return those of some versions that are what was published: the others prove nothing."""
    sound = set()
    for head in heads(connection, DIVISION):
        if head.version in versions:
            try:
                read_version(connection, database, DIVISION, head)
            except StoreDamaged:
                continue
            sound.add(head.version)
    return sound

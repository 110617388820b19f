"""Publishing: new versions of what changed, in one transaction, never over the old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

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
from gis.store.parts import DIRECTORY, DIVISION, ROSTER, P, VersionedPart
from gis.store.versions import VersionHead, heads, newest_head, read_version, utc_now
from gis.store.writing import Base, write_version

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
    """Store a part as its next version, unless it is the newest already; tell which.

    Where the newest is damaged nothing is shared with it.
    """
    newest = newest_head(connection, part)
    base = _base(connection, database, part, newest) if newest else None
    if base is not None and base.head.sha256 == value.sha256:
        return False
    _check_date(part, newest, publication, earliest)
    if isinstance(value, Division):
        _check_codes(connection, database, value)
    version = newest.version + 1 if newest else 1
    day = publication.effective_from
    write_version(connection, database, part, value, version, day, base)
    return True


def _base(
    connection: Connection, database: Database, part: VersionedPart[P], newest: VersionHead
) -> Base[P] | None:
    try:
        return Base(newest, read_version(connection, database, part, newest))
    except StoreDamaged:
        return None


def _check_date(
    part: VersionedPart[Any], newest: VersionHead | None, publication: Publication, earliest: date
) -> None:
    day = publication.effective_from
    if day < earliest:
        raise Conflict(
            f"a {part.name.en} cannot begin on {day}, before today ({earliest}): "
            "choose today or later",
            f"{part.name.zh}不能自 {day} 起生效，该日早于今天（{earliest}）：请选择今天或之后",
        )
    if newest is not None and day < newest.effective_from:
        latest = newest.effective_from
        raise Conflict(
            f"a {part.name.en} cannot begin on {day}: version {newest.version} is stored as "
            f"of {latest}; choose that day or later",
            f"{part.name.zh}不能自 {day} 起生效：第 {newest.version} 版自 {latest} 起生效，"
            "请选择该日或之后",
        )


# --- codes -------------------------------------------------------------------------------------


def _check_codes(connection: Connection, database: Database, division: Division) -> None:
    """Refuse a code that another grid carries or carried: it is never issued again."""
    taken = _carried_by_others(connection, {grid.code: grid.id for grid in division})
    if not taken:
        return
    sound = _SoundDivisions(connection, database)
    codes = sorted({row.code for row in taken if sound.one_has(row)})
    if codes:
        named = ", ".join(codes[:_CODES_NAMED])
        more = f" (+{len(codes) - _CODES_NAMED})" if len(codes) > _CODES_NAMED else ""
        raise Conflict(
            f"code {named}{more}: carried by another grid before, and a retired code is never "
            "issued again; give these grids new codes",
            f"编号 {named}{more}：曾属于其他网格，已废止的编号不得重复使用；请启用新编号",
        )


class _Carrier(NamedTuple):
    """A grid that carries a code from a version on."""

    code: str
    grid: GridId
    version: int


def _carried_by_others(connection: Connection, ids: dict[str, GridId]) -> list[_Carrier]:
    c = tables.grid.c
    codes = list(ids)
    taken: list[_Carrier] = []
    for start in range(0, len(codes), _CODES_AT_ONCE):
        some = c.code.in_(codes[start : start + _CODES_AT_ONCE])
        rows = connection.execute(select(c.code, c.id, c.division_version).where(some, ~c.gone))
        taken += [_Carrier(*row) for row in rows if ids[row.code] != row.id]
    return taken


class _SoundDivisions:
    """The divisions that are what was published: the others prove nothing."""

    def __init__(self, connection: Connection, database: Database) -> None:
        self._connection, self._database = connection, database
        self._heads = heads(connection, DIVISION)
        self._read: dict[int, Division | None] = {}

    def one_has(self, row: _Carrier) -> bool:
        """Tell whether a grid carries a code in one of them."""
        for head in self._heads:
            division = self._division(head) if head.version >= row.version else None
            grid = division.by_id.get(row.grid) if division else None
            if grid is not None and grid.code == row.code:
                return True
        return False

    def _division(self, head: VersionHead) -> Division | None:
        if head.version not in self._read:
            base = _base(self._connection, self._database, DIVISION, head)
            self._read[head.version] = base.value if base else None
        return self._read[head.version]

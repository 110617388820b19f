"""The store: everything published, version by version, and what is in force on a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url

from gis.atlas import Disclosures
from gis.audit import SYSTEM, AuditChange, Author, ChainHead
from gis.directory import Directory
from gis.division import Division
from gis.editing import Edited
from gis.errors import NotFound
from gis.roster import Roster
from gis.store import audit, backup, in_force, locks, migrate, publishing, restoring
from gis.store.disclosed import read_disclosures
from gis.store.edits import EditBase, Revised, revise
from gis.store.engine import Database, open_database
from gis.store.in_force import DivisionHead, Holding, Identity, Versions
from gis.store.parts import DIRECTORY, DIVISION, ROSTER, P, VersionedPart
from gis.store.plans import Plans
from gis.store.publishing import Publication, Published
from gis.store.version_cache import VersionCache
from gis.store.versions import VersionHead, head_of


class Store:
    """A database of divisions, directories and rosters; :func:`open_store` makes one.

    May be used by several threads and processes at a time. Every method raises
    :class:`~gis.errors.StoreError` when the database fails, and has then changed nothing.
    """

    def __init__(self, url: str, database: Database, cache: VersionCache | None = None) -> None:
        self.url = url
        self.path: Path | None = database.path
        self._database = database
        self._cache = cache

    def __repr__(self) -> str:
        return f"Store({make_url(self.url).render_as_string(hide_password=True)!r})"

    @property
    def shown_as(self) -> tuple[str, ...]:
        """What messages call its files or its server, the longest first: not for everybody."""
        if self.path is None:
            return (self._database.place.shown,)
        beside = self.path.with_name("accounts.sqlite")
        return tuple(str(p) for p in (self.path, beside, self.path.parent))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a single SQLite file."""
        return self.path is not None

    def caching(self, most: int) -> Store:
        """Return the same store, which keeps the ``most`` versions used last in memory.

        Everybody who asks it gets the same values, read and checked once.
        """
        return Store(self.url, self._database, VersionCache(most))

    # --- the database as such ---

    def migrate(self) -> bool:
        """Make the tables, or bring them to the newest revision; tell whether that was needed.

        All in one transaction. A SQLite file that holds data is copied first.
        """
        return migrate.upgrade(self._database)

    def serve_lock(self) -> AbstractContextManager[None]:
        """Return the context in which this process serves the store.

        A SQLite file has one server, and is looked through for damage before it is served.

        Raises
        ------
        StoreBusy
            When another process serves the same file.
        StoreDamaged
            When the file is not a whole database.
        """
        if self.path is None:
            return nullcontext()
        return locks.only_server(self.path, self._database.place)

    def close(self) -> None:
        """Let go of all connections."""
        self._database.engine.dispose()

    # --- what it holds ---

    def is_empty(self) -> bool:
        """Tell whether no division was ever published."""
        return self.versions().division == 0

    def identity(self) -> Identity | None:
        """Return whose store it is, None before anything was published."""
        with self._database.reading() as connection:
            return in_force.read_identity(connection)

    def versions(self) -> Versions:
        """Return the newest version stored of each part, by one cheap query."""
        with self._database.reading() as connection:
            return in_force.read_versions(connection)

    def holding(self, day: date) -> Holding:
        """Return what is in force on a day.

        The division with the latest date not after that day, of equal dates the newest; the
        directory and the roster likewise, the oldest when none is so old, empty ones when
        there are none. One whose content is not what was published is refused: the newest
        good one before it serves, and a fault says so.

        Raises
        ------
        NotFound
            When no division is that old; says from which day on there is one.
        StoreDamaged
            When none that could serve is whole.
        """
        return in_force.read_holding(self._database, day, self._cache)

    def change_days(self) -> tuple[date, ...]:
        """Return the days from which on something else is in force, oldest first."""
        with self._database.reading() as connection:
            return in_force.read_change_days(connection)

    def disclosures(self, today: date, holding: Holding) -> Disclosures:
        """Return what the office discloses today; ``holding`` is what is in force today."""
        return read_disclosures(self._database, today, holding)

    def divisions(self) -> tuple[DivisionHead, ...]:
        """Return the history of the divisions, oldest first."""
        with self._database.reading() as connection:
            return in_force.read_division_heads(connection)

    def division(self, version: int) -> Division:
        """Return one version of the division.

        Raises
        ------
        NotFound
            There is no such version.
        StoreDamaged
            It is not what was published.
        """
        return self._version(DIVISION, version)

    def directory(self, version: int) -> Directory:
        """Return one version of the places (see :meth:`division`)."""
        return self._version(DIRECTORY, version)

    def roster(self, version: int) -> Roster:
        """Return one version of the people (see :meth:`division`)."""
        return self._version(ROSTER, version)

    def sha256(self, part: VersionedPart[P], version: int) -> str:
        """Return what a version was hashed to when it was published, by one cheap query.

        Raises
        ------
        NotFound
            There is no such version.
        """
        with self._database.reading() as connection:
            return self._head(connection, part, version).sha256

    def _version(self, part: VersionedPart[P], version: int) -> P:
        with self._database.reading() as connection:
            head = self._head(connection, part, version)
        return in_force.read_part(self._database, part, head, self._cache)

    @staticmethod
    def _head(connection: Connection, part: VersionedPart[P], version: int) -> VersionHead:
        found = head_of(connection, part, version)
        if found is None:
            raise NotFound(
                f"there is no {part.name.en} {version}", f"没有第 {version} 版{part.name.zh}"
            )
        return found

    # --- what changes it ---

    def begin(self, identity: Identity, *, author: Author = SYSTEM) -> None:
        """Say whose store it is, before anything is published into it.

        Raises
        ------
        Conflict
            When it is somebody's already.
        """
        publishing.begin(self._database, identity, author)

    def publish(
        self,
        *,
        identity: Identity,
        division: Division | None = None,
        directory: Directory | None = None,
        roster: Roster | None = None,
        effective_from: date,
        today: date,
        check: Callable[[Versions], None] | None = None,
        author: Author = SYSTEM,
        reason: str = "",
        changes: Sequence[AuditChange] = (),
    ) -> Published:
        """Store what is new of the parts given, in one transaction; all of it or nothing.

        The audit log gets an entry of each of ``changes`` by ``author`` for ``reason``; where
        none are given, of each part that was stored anew.

        A part whose content is the newest stored makes no version. The first publication
        says whose store it is; no later one may turn a sample into an office's data or the
        reverse. ``check`` is called inside the transaction with the versions found there.

        Raises
        ------
        Conflict
            ``effective_from`` before today (unless there is no division yet) or before the
            latest stored of that part; synthetic among not synthetic; a code that another
            grid carried in any earlier division; whatever ``check`` raises.
        InvalidInput
            A value that cannot be stored, such as an invalid boundary.
        """
        publication = Publication(
            identity,
            division,
            directory,
            roster,
            effective_from,
            today,
            author,
            reason,
            tuple(changes),
        )
        return publishing.publish(self._database, publication, check)

    def revise_roster(
        self,
        edit: Callable[[EditBase[Roster]], Edited[Roster]],
        *,
        today: date,
        author: Author,
        reason: str = "",
    ) -> Revised[Roster]:
        """Store what ``edit`` makes of the roster in force, and of those scheduled after it.

        One transaction with an entry for each change; whatever ``edit`` raises changes nothing.
        """
        return self._revise(ROSTER, edit, today=today, author=author, reason=reason)

    def revise_directory(
        self,
        edit: Callable[[EditBase[Directory]], Edited[Directory]],
        *,
        today: date,
        author: Author,
        reason: str = "",
    ) -> Revised[Directory]:
        """Store what ``edit`` makes of the directory in force, as :meth:`revise_roster` does."""
        return self._revise(DIRECTORY, edit, today=today, author=author, reason=reason)

    def _revise(self, part: VersionedPart[P], edit: Any, **said: Any) -> Revised[Any]:
        return revise(self._database, part, edit, cache=self._cache, **said)

    # --- plans ---

    @property
    def plans(self) -> Plans:
        """The re-divisions that are being planned, and those that were published."""
        return Plans(self._database)

    # --- the audit log ---

    def put_on_record(self, author: Author, change: AuditChange, *, reason: str = "") -> int:
        """Write an entry for a change that was made elsewhere; return its number."""
        with self._database.writing() as connection:
            return audit.append(
                connection,
                author,
                change.action,
                change.subject,
                reason=reason,
                before=change.before,
                after=change.after,
            )

    def audit_log(self, asked: audit.AuditQuery | None = None) -> audit.AuditLog:
        """Return the entries asked for, the newest first, and how many there are in all."""
        with self._database.reading() as connection:
            return audit.read(connection, asked or audit.AuditQuery())

    def verify_audit(self, noted: Sequence[ChainHead] = ()) -> audit.Verified:
        """Check every link and value of the audit log, and heads that were noted elsewhere.

        The head kept beside a SQLite file is checked as well.
        """
        witnesses = [*audit.witnessed(self.path), *noted]
        with self._database.reading() as connection:
            return audit.verify(connection, witnesses)

    def erase_from_audit(
        self, author: Author, number: int, fields: Sequence[str], *, reason: str
    ) -> tuple[str, ...]:
        """Erase personal values of an entry for good; return which of them were there.

        Raises
        ------
        NotFound
            There is no such entry.
        """
        with self._database.writing() as connection:
            return audit.erase(connection, author, number, fields, reason=reason)

    # --- copies of all of it ---

    def back_up(self, out: Path, *, author: Author, overwrite: bool = False) -> backup.Made:
        """Write a backup of the store and its accounts while it is served; check it; record it.

        Raises
        ------
        InvalidInput
            ``out`` is there already, or cannot be written.
        StoreDamaged
            What was written does not restore to what is stored.
        """
        made = backup.make(self.url, out, overwrite=overwrite)
        told = {"file": made.path.name, "bytes": made.bytes, "audit_head": made.manifest.audit_head}
        self.put_on_record(author, AuditChange("store.backup", "store:whole", None, told))
        return made

    def restore(
        self, file: Path, *, author: Author, replace: bool = False, accounts: bool = True
    ) -> restoring.Restored:
        """Put what a backup holds in the place of this store (see :mod:`gis.store.restoring`).

        Raises
        ------
        InvalidInput
            The file is no whole backup.
        StoreBusy
            A server uses the store.
        Conflict
            The store is not empty, and ``replace`` was not said.
        """
        self.close()
        return restoring.restore(self.url, file, author=author, replace=replace, accounts=accounts)


def open_store(url: str) -> Store:
    """Return the store at ``sqlite:///PATH`` or ``postgresql+psycopg://USER:PASSWORD@HOST/NAME``.

    Nothing is opened yet; :meth:`Store.migrate` makes what is missing.

    Raises
    ------
    SettingsError
        When the URL is neither.
    """
    return Store(url, open_database(url))

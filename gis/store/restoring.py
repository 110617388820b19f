"""Restoring a backup: the old store or the restored one, never something between.

Everything is prepared and checked beside the store first. A SQLite file is then put in the place
of the old one in one step, and the old one is kept; on PostGIS all of it is one transaction,
and the old schema is kept under another name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gis.audit import Author, ChainHead
from gis.errors import Conflict, StoreBusy, StoreDamaged, StoreError, WanggeError
from gis.findings import Text
from gis.store import audit
from gis.store.backup import Manifest, read_manifest, sync, unpack
from gis.store.backup_databases import STORE, Kept, all_kept, faults_in
from gis.store.copy_rows import copy_rows, row_counts
from gis.store.driver_errors import NotSetUp, StoreLocation, unreachable
from gis.store.engine import Database, connect_sqlite, head_file, make_folder
from gis.store.in_force import read_identity
from gis.store.locks import held
from gis.store.migrate import set_up_postgis

if TYPE_CHECKING:
    from gis.store.accounts.revocations import Present, Withdrawn

_GONE_S = 5.0


@dataclass(frozen=True)
class Restored:
    """What was restored, where the former store is kept, and what was wrong in the backup.

    ``withdrawn`` says what did not come back with the accounts.
    """

    manifest: Manifest
    aside: tuple[str, ...]
    faults: tuple[Text, ...]
    withdrawn: tuple[Text, ...] = ()


@dataclass(frozen=True)
class _Order:
    """What is asked: from which backup, by whom, over what is there or not."""

    url: str
    file: Path
    manifest: Manifest
    author: Author
    replace: bool
    accounts: bool


def restore(
    url: str, file: Path, *, author: Author, replace: bool = False, accounts: bool = True
) -> Restored:
    """Put what a backup holds in the place of the store at a URL; its audit log says so.

    Parameters
    ----------
    replace
        Whether a store that holds something may be replaced; it is kept aside.
    accounts
        Whether the accounts are restored too; else those that are there stay.

    Raises
    ------
    InvalidInput
        The file is no whole backup.
    StoreBusy
        A server uses the store.
    Conflict
        The store is not empty, and ``replace`` was not said.
    """
    order = _Order(url, file, read_manifest(file), author, replace, accounts)
    store = next(k for k in all_kept() if k.name == STORE).open(url)
    try:
        if store.path is not None:
            return _into_file(store, store.path, order)
        return _into_postgis(url, store, order)
    finally:
        store.engine.dispose()


@dataclass(frozen=True)
class _Prepared:
    """The databases of a backup in a folder, ready; what is wrong, what did not come back."""

    found: list[Kept]
    faults: list[Text]
    withdrawn: Withdrawn
    unread: tuple[Text, ...]


def _prepare(order: _Order, folder: Path) -> _Prepared:
    """Unpack a backup into a folder, migrate it, and look through it."""
    from gis.store.accounts.revocations import Withdrawn, withdraw

    found = [
        kept
        for kept in unpack(order.file, order.manifest, folder)
        if kept.name == STORE or order.accounts
    ]
    faults: list[Text] = []
    withdrawn = Withdrawn()
    unread: tuple[Text, ...] = ()
    for kept in found:
        database = kept.open_file(folder / kept.name)
        try:
            kept.upgrade(database)
            if kept.name == STORE:
                with database.reading() as connection:
                    faults = faults_in(connection, database)
            else:
                present, unread = _present(kept, order.url)
                with database.writing() as connection:
                    withdrawn = withdraw(connection, present)
        finally:
            database.engine.dispose()
    return _Prepared(found, faults, withdrawn, unread)


def _present(kept: Kept, url: str) -> tuple[Present | None, tuple[Text, ...]]:
    """Return the accounts that are to be replaced; a remark where they cannot be read."""
    from gis.store.accounts.revocations import read_present

    database = kept.open(url)
    try:
        if database.path is not None and not database.path.exists():
            return None, ()
        with database.reading() as connection:
            return read_present(connection), ()
    except NotSetUp:
        return None, ()
    except (StoreError, SQLAlchemyError):
        text = Text(
            "the accounts that are replaced cannot be read: what was revoked or disabled since "
            "the backup has come back; look at wangge user list",
            "无法读取被替换的账号库：备份之后撤销的密钥、停用的账号会恢复，"
            "请用 wangge user list 核对",
        )
        return None, (text,)
    finally:
        database.engine.dispose()


def _not_empty(place: StoreLocation) -> Conflict:
    return Conflict(
        f"{place.shown} is not empty: say --replace to put the backup in its place (the present "
        "one is kept aside), or set WANGGE_DATABASE_URL to another one",
        f"{place.shown} 不是空库：加 --replace 以备份替换（现有的库会另存），"
        "或将 WANGGE_DATABASE_URL 设为另一个库",
    )


def _put_on_record(
    connection: Connection, order: _Order, former: ChainHead | None, withdrawn: Withdrawn
) -> None:
    audit.append(
        connection,
        order.author,
        "store.restore",
        "store:whole",
        after={
            "backup": order.file.name,
            "made_at": order.manifest.made_at,
            "audit_head": order.manifest.audit_head,
            "replaced_audit_head": str(former) if former else None,
            **withdrawn.on_record(),
        },
    )


def _holds_something(database: Database) -> bool:
    """Tell whether a store was ever published to; one that cannot be read holds something."""
    try:
        with database.reading() as connection:
            return read_identity(connection) is not None or audit.head_of(connection).count > 0
    except StoreDamaged:
        return True
    except StoreError:
        return False


def _former_head(database: Database) -> ChainHead | None:
    try:
        with database.reading() as connection:
            head = audit.head_of(connection)
    except WanggeError:
        return None
    return head if head.count else None


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


# --- a SQLite file -----------------------------------------------------------------------------


def _into_file(store: Database, path: Path, order: _Order) -> Restored:
    make_folder(path, store.place)
    with held(path, store.place):
        there = path.exists() and path.stat().st_size > 0
        if there and not order.replace and (_holds_something(store) or not _is_ours(store)):
            raise _not_empty(store.place)
        former = _former_head(store) if there else None
        try:
            folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.restoring.", dir=path.parent))
        except OSError as problem:
            raise unreachable(store.place, problem.strerror or str(problem)) from None
        try:
            return _put_in_place(path, order, folder, former)
        except OSError as problem:
            raise unreachable(store.place, problem.strerror or str(problem)) from problem
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(store: Database) -> bool:
    try:
        with store.reading() as connection:
            read_identity(connection)
    except StoreError:
        return False
    return True


def _put_in_place(path: Path, order: _Order, folder: Path, former: ChainHead | None) -> Restored:
    ready = _prepare(order, folder)
    fresh = folder / STORE
    database = next(k for k in ready.found if k.name == STORE).open_file(fresh)
    with database.writing() as connection:
        _put_on_record(connection, order, former, ready.withdrawn)
        head = audit.head_of(connection)
    database.engine.dispose()
    stamp, aside = _stamp(), []
    for kept in ready.found:
        old = kept.beside(path)
        if old.exists() and old.stat().st_size > 0:
            aside.append(str(_set_aside(old, stamp)))
        if kept.name == STORE:
            # A witness of the former log must not speak against the restored one.
            head_file(path).unlink(missing_ok=True)
        sync(folder / kept.name)
        (folder / kept.name).replace(old)
        sync(old.parent)
    head_file(path).write_text(f"{head}\n", "ascii")
    head_file(path).chmod(0o600)
    return _restored(order, aside, ready)


def _restored(order: _Order, aside: list[str], ready: _Prepared) -> Restored:
    told = (*ready.withdrawn.told(), *ready.unread)
    return Restored(order.manifest, tuple(aside), tuple(ready.faults), told)


def _set_aside(path: Path, stamp: str) -> Path:
    """Give a SQLite file a second name, and see to it that no journal of it is left behind.

    A journal that stayed would be rolled back into the file that comes in its place.
    """
    aside = path.with_name(f"{path.name}.replaced.{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.replaced.{stamp}.{number}")
    _settle(path)
    try:
        os.link(path, aside)
    except OSError:
        shutil.copy2(path, aside)
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists():
        journal.replace(aside.with_name(f"{aside.name}-journal"))
    return aside


def _settle(path: Path) -> None:
    """Let SQLite roll back what a killed process left half written; a damaged file stays so."""
    with contextlib.suppress(sqlite3.Error):
        connection = connect_sqlite(path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()


# --- PostGIS -----------------------------------------------------------------------------------


def _into_postgis(url: str, store: Database, order: _Order) -> Restored:
    _require_nobody(store)
    if not order.replace and _holds_something(store):
        raise _not_empty(store.place)
    former = _former_head(store)
    stamp, aside = _stamp().lower(), []
    with tempfile.TemporaryDirectory(prefix="wangge-restore-") as name:
        folder = Path(name)
        ready = _prepare(order, folder)
        for kept in ready.found:
            target = store if kept.name == STORE else kept.open(url)
            after: Callable[[Connection], None] | None = None
            if kept.name == STORE:

                def after(connection: Connection) -> None:
                    _put_on_record(connection, order, former, ready.withdrawn)

            try:
                aside += _into_schema(kept, folder / kept.name, target, stamp, after)
            finally:
                target.engine.dispose()
    return _restored(order, aside, ready)


def _into_schema(
    kept: Kept,
    file: Path,
    target: Database,
    stamp: str,
    after: Callable[[Connection], None] | None,
) -> list[str]:
    """Make a schema anew out of a file, in one transaction; return the former one's new name."""
    source = kept.open_file(file)
    try:
        with target.writing() as connection, source.reading() as rows:
            aside = _rename_schema(connection, kept.schema, stamp)
            set_up_postgis(connection, target)
            kept.set_up(connection, target)
            copied = copy_rows(rows, connection, kept.metadata)
            if row_counts(connection, kept.metadata) != copied:
                raise StoreDamaged(
                    f"{target.place.shown} did not take all rows; nothing was changed",
                    f"{target.place.shown} 未接收全部数据；未作任何更改",
                )
            if kept.name == STORE:
                _require_sound(rows, source, connection, target)
            if after is not None:
                after(connection)
    finally:
        source.engine.dispose()
    return aside


def _require_sound(
    rows: Connection, source: Database, connection: Connection, target: Database
) -> None:
    """Refuse a copy with faults that the backup does not have."""
    if len(faults_in(connection, target)) > len(faults_in(rows, source)):
        raise StoreDamaged(
            f"{target.place.shown} does not give back what was restored; nothing was changed",
            f"{target.place.shown} 无法原样读出所恢复的内容；未作任何更改",
        )


def _rename_schema(connection: Connection, schema: str, stamp: str) -> list[str]:
    taken = set(connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars())
    if schema not in taken:
        return []
    aside, number = f"{schema}_replaced_{stamp}", 1
    while aside in taken:
        number += 1
        aside = f"{schema}_replaced_{stamp}_{number}"
    connection.exec_driver_sql(f'ALTER SCHEMA "{schema}" RENAME TO "{aside}"')
    return [f"schema {aside}"]


def _require_nobody(store: Database) -> None:
    """Refuse while another wangge is connected; one that has just gone is waited for."""
    until = time.monotonic() + _GONE_S
    while _others(store):
        if time.monotonic() > until:
            raise StoreBusy(
                f"another wangge is connected to {store.place.shown}: stop the servers first",
                f"另有 wangge 正在连接 {store.place.shown}：请先停止服务",
            )
        time.sleep(0.05)


def _others(store: Database) -> int:
    with store.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangge' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        ).scalar()
    return int(found or 0)

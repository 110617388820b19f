"""From a URL to a database one can read and write, by the rules of its engine.

SQLite: the standard library's driver, a rollback journal (never WAL), every commit synced,
transactions begun by us: plain ``BEGIN`` to read, ``BEGIN IMMEDIATE`` to write. Each use opens
and closes its own connection, so that a file put in place of the old one is seen.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from gis.audit import ChainHead
from gis.errors import SettingsError, StoreUnreachable
from gis.store.driver_errors import StoreLocation, damaged, translate_driver_errors, unreachable

BUSY_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 5
SYNCHRONOUS = "EXTRA"
"""FULL does not sync the folder after the journal is gone: after a power cut it may come back and
undo what was acknowledged."""
SCHEMA = "wangge"
_WRITERS_LOCK = 0x77616E67
_to_json = json.JSONEncoder(ensure_ascii=False).encode


def _from_json(text: str | bytes) -> Any:
    # Most lists of a place are empty.
    return [] if text == "[]" else json.loads(text)


@dataclass(frozen=True)
class Database:
    """An engine, the file it works on (None for PostGIS), and how messages name it."""

    engine: Engine
    place: StoreLocation
    path: Path | None
    schema: str = SCHEMA

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the database, however long it reads."""
        self._require_file()
        with translate_driver_errors(self.place), self.engine.connect() as connection:
            connection.exec_driver_sql(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                if self.path is None
                else "BEGIN"
            )
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the only writing connection there is; commit at the end unless it failed."""
        self._require_file()
        with translate_driver_errors(self.place), self.engine.connect() as connection:
            if self.path is None:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S}s'")
                connection.exec_driver_sql(
                    f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK}, hashtext('{self.schema}'))"
                )
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
            note_head(self.path, connection)

    def _require_file(self) -> None:
        if self.path is None:
            return
        check_file(self.path, self.place)
        if not self.path.exists():
            raise StoreUnreachable(
                f"there is no database at {self.place.shown}: "
                "run wangge serve or wangge load, which make it",
                f"{self.place.shown} 处没有数据库：请运行 wangge serve 或 wangge load 建库",
            )


def open_database(url: str, schema: str = SCHEMA) -> Database:
    """Return the database of a URL; nothing is opened or made yet.

    ``schema`` is where the tables stand on PostGIS.

    Raises
    ------
    SettingsError
        Not ``sqlite:///PATH`` and not ``postgresql+psycopg://…``.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(os.path.realpath(str(parsed.database)))
        return Database(_sqlite_engine(path), StoreLocation(str(path), True), path)
    shown = f"{parsed.host or parsed.query.get('host', 'localhost')}"
    shown += f":{parsed.port}" if parsed.port else ""
    place = StoreLocation(f"{shown}/{parsed.database or ''}", False)
    return Database(_postgis_engine(parsed, schema), place, None, schema)


def _parse(url: str) -> URL:
    refusal = SettingsError(
        "WANGGE_DATABASE_URL must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        "WANGGE_DATABASE_URL 应为 sqlite:///路径 或 postgresql+psycopg://用户:密码@主机/库名",
    )
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise refusal from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    names_a_file = parsed.database and not parsed.database.startswith((":", "file:"))
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite") or not names_a_file:
        raise refusal
    if parsed.host or parsed.query or "\0" in str(parsed.database):
        raise refusal
    return parsed


# --- SQLite ------------------------------------------------------------------------------------


def _sqlite_engine(path: Path) -> Engine:
    return create_engine(
        "sqlite://",
        creator=partial(connect_sqlite, path),
        poolclass=NullPool,
        json_serializer=_to_json,
        json_deserializer=_from_json,
    )


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """Open an existing file by the rules of this store."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
    )
    # A flipped bit in a text must be found by its hash, not stop the reading of all others.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def check_file(path: Path, place: StoreLocation) -> None:
    """Refuse a path that is there and is not a plain file.

    Raises
    ------
    StoreUnreachable
        A folder, a device, or a folder on the way that may not be entered.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as problem:
        raise unreachable(place, problem.strerror or str(problem)) from None
    if not stat.S_ISREG(mode):
        what = "it is a folder" if stat.S_ISDIR(mode) else "it is not a file"
        raise unreachable(place, what)


def make_folder(path: Path, place: StoreLocation) -> None:
    """Make the folder of a file where it is missing.

    Raises
    ------
    StoreUnreachable
        When it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise unreachable(place, f"{path.parent}: {problem.strerror}") from None


def make_file(path: Path, place: StoreLocation) -> None:
    """Make an empty file that its owner alone may read, or keep others out of one that is there.

    A file that exists is never opened here: to close it would drop SQLite's locks on it.

    Raises
    ------
    StoreUnreachable
        When it cannot be made.
    """
    check_file(path, place)
    make_folder(path, place)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        _keep_private(path)
    except OSError as problem:
        raise unreachable(place, problem.strerror or str(problem)) from None


def _keep_private(path: Path) -> None:
    found = path.stat()
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o600)


HEAD_MARK = "audit head"


def head_file(path: Path) -> Path:
    """Return the file beside a SQLite file that says how far its audit log came."""
    return path.with_name(f"{path.name}.audit-head")


def note_head(path: Path | None, connection: Connection) -> None:
    """Note beside a SQLite file how far its audit log came, once that is committed.

    A witness, not a part of the store: where it cannot be written, or a process dies before,
    it is behind, never ahead.
    """
    head = connection.info.pop(HEAD_MARK, None)
    if path is None or not isinstance(head, ChainHead):
        return
    mark = head_file(path)
    partial = mark.with_name(f"{mark.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(f"{head}\n")
        partial.replace(mark)
    except OSError:
        return


def check_whole(path: Path, place: StoreLocation) -> None:
    """Look through a SQLite file, where there is one, for damage to its structure.

    Raises
    ------
    StoreDamaged
        Saying what is wrong first.
    """
    check_file(path, place)
    if not path.exists() or path.stat().st_size == 0:
        return
    with translate_driver_errors(place):
        connection = connect_sqlite(path)
        try:
            first = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    if first != "ok":
        raise damaged(place, " ".join(first.split()))


# --- PostGIS -----------------------------------------------------------------------------------


def _postgis_engine(url: URL, schema: str) -> Engine:
    # Its listeners on tables come in pairs: imported in the middle of one they fail.
    import geoalchemy2  # noqa: F401

    engine = create_engine(
        url,
        pool_size=2,
        max_overflow=4,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=True,
        json_serializer=_to_json,
        json_deserializer=_from_json,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "wangge"},
    )
    event.listen(engine, "connect", partial(_prefer_our_schema, schema))
    return engine


_SEARCH_PATH = """
SELECT set_config('search_path', concat_ws(', ',
    %s::text,
    nullif(current_setting('search_path'), ''),
    (SELECT quote_ident(nspname) FROM pg_extension
     JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'postgis')), false)
"""


def _prefer_our_schema(schema: str, connection: Any, _record: object) -> None:
    """Look for tables in our schema first, and for PostGIS wherever the office has it."""
    connection.execute(_SEARCH_PATH, (schema,))
    connection.commit()

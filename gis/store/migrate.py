"""Bringing a database to the newest revision of its tables, all of the way or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, String, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from gis.errors import StoreError, StoreUnreachable
from gis.store.driver_errors import NotSetUp, StoreLocation, translate_driver_errors
from gis.store.engine import SCHEMA, Database, connect_sqlite, make_file
from gis.store.soundness import root_old_versions

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = max(script.name[1:5] for script in (SCRIPTS / "versions").glob("r[0-9]*.py"))
"""The newest revision: they are numbered, and stand in files rNNNN_what.py."""
VERSION_TABLE = "wangge_revision"
_ROWS_SINCE = "0006"
"""Before, every version was a whole copy, and had no root."""


def upgrade(
    database: Database,
    scripts: Path = SCRIPTS,
    head: str = HEAD,
    *,
    version_table: str = VERSION_TABLE,
) -> bool:
    """Bring a database to revision ``head`` in one transaction; tell whether that was needed.

    ``version_table`` is where the revision stands. A SQLite file that holds data is copied first,
    while nobody else can write to it.

    Raises
    ------
    StoreUnreachable
        It cannot be opened or written, PostGIS is missing, or the tables are not ours.
    StoreError
        A newer wangge wrote it.
    """
    if database.path is not None:
        make_file(database.path, database.place)
    if _is_at(head, database, version_table):
        return False
    with database.writing() as connection:
        found = _revision(connection, database, version_table)
        if found == head:
            return False
        if database.path is not None and found is not None:
            copy_before_migration(database.path, found, database.place)
        if database.path is None:
            set_up_postgis(connection, database)
        run(connection, scripts, head, database, version_table)
        if version_table == VERSION_TABLE and found is not None and found < _ROWS_SINCE:
            root_old_versions(connection)
    if database.path is not None and found is not None:
        _give_back(database.path)
    return True


def set_up(connection: Connection, database: Database) -> None:
    """Make the newest tables of the store in a transaction of the caller's, where none are."""
    run(connection, SCRIPTS, HEAD, database, VERSION_TABLE)


def _stored_revision(version_table: str) -> Select[str]:
    return select(column("version_num", String)).select_from(table(version_table))


def _is_at(head: str, database: Database, version_table: str) -> bool:
    try:
        with database.reading() as connection:
            return connection.scalar(_stored_revision(version_table)) == head
    except NotSetUp:
        return False


def _revision(connection: Connection, database: Database, version_table: str) -> str | None:
    """Return the revision that stands in a database, None for one without tables of ours."""
    tables = inspect(connection).get_table_names(schema=None if database.path else database.schema)
    if version_table in tables:
        return connection.scalar(_stored_revision(version_table))
    if tables and database.path is not None:
        raise StoreUnreachable(
            f"{database.place.shown} belongs to another program (it has a table {tables[0]!r}): "
            "set WANGGE_DATABASE_URL to another file",
            f"{database.place.shown} 属于其他程序（含有表 {tables[0]!r}）："
            "请将 WANGGE_DATABASE_URL 设为其他文件",
        )
    return None


def run(
    connection: Connection, scripts: Path, head: str, database: Database, version_table: str
) -> None:
    """Run the scripts that lead from what stands in ``version_table`` to ``head``."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    directory = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs(head, revision)

    try:
        with EnvironmentContext(config, directory, fn=steps) as environment:
            environment.configure(connection=connection, version_table=version_table)
            environment.run_migrations()
    except CommandError as problem:
        raise StoreError(
            f"{database.place.shown} was written by a newer wangge ({problem}): "
            "install that version",
            f"{database.place.shown} 由更新版本的 wangge 写入（{problem}）：请安装该版本",
        ) from None


# --- SQLite ------------------------------------------------------------------------------------


def _give_back(path: Path) -> None:
    """Make a file smaller of which a migration left most empty, if there is room to do it."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(connect_sqlite(path)) as connection:
        pages, empty = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count")
        )
        if 2 * empty > pages:
            connection.execute("VACUUM")


def copy_before_migration(path: Path, revision: str, place: StoreLocation) -> Path:
    """Copy a SQLite file that nobody can write to meanwhile; return the copy, which is whole.

    The copy stands beside it, named for the revision and the time.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.before-migration.{revision}.{stamp}")
    for interrupted in path.parent.glob(f"{escape(path.name)}.before-migration.*.partial*"):
        interrupted.unlink(missing_ok=True)
    copy_sqlite(path, copy, place)
    return copy


def copy_sqlite(path: Path, copy: Path, place: StoreLocation) -> None:
    """Write a consistent copy of a SQLite file by SQLite's own backup, whole or not at all."""
    partial = copy.with_name(f"{copy.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    make_file(partial, place)
    try:
        with translate_driver_errors(place):
            _back_up(path, partial)
        partial.replace(copy)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _back_up(path: Path, copy: Path) -> None:
    source = connect_sqlite(path)
    try:
        target = sqlite3.connect(copy, isolation_level=None)
        try:
            source.backup(target)
        finally:
            target.close()
    finally:
        source.close()


# --- PostGIS -----------------------------------------------------------------------------------


def set_up_postgis(connection: Connection, database: Database) -> None:
    schema = database.schema
    if not connection.exec_driver_sql(
        f"SELECT 1 FROM pg_namespace WHERE nspname = '{schema}'"  # noqa: S608
    ).scalar():
        _as_owner(connection, f"CREATE SCHEMA {schema}", database)
    if schema == SCHEMA:
        _as_owner(connection, "CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public", database)


def _as_owner(connection: Connection, statement: str, database: Database) -> None:
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlstate", "") == "42501":
            raise _refused(statement, database) from problem
        if getattr(problem.orig, "sqlstate", "") in ("0A000", "58P01"):
            raise StoreUnreachable(
                f"PostGIS is not installed on the server of {database.place.shown}: install it "
                "there (Debian: postgresql-15-postgis-3)",
                f"{database.place.shown} 所在服务器未安装 PostGIS："
                "请先安装（Debian：postgresql-15-postgis-3）",
            ) from problem
        raise


def _refused(statement: str, database: Database) -> StoreUnreachable:
    return StoreUnreachable(
        f"the database user may not set up {database.place.shown}: let its administrator run "
        f'"{statement};" there and grant this user the use of it',
        f"数据库用户无权在 {database.place.shown} 建库：请管理员在库中执行"
        f"“{statement};”并授权该用户",
    )

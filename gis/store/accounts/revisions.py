"""The revisions of the accounts' tables, and where they stand."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from gis.store import migrate
from gis.store.engine import Database

HEAD = "a0002"
SCHEMA = "accounts"
SCRIPTS = Path(__file__).with_name("migrations")
VERSION_TABLE = "wangge_accounts_revision"
FILE_NAME = "accounts.sqlite"


def upgrade(database: Database) -> bool:
    """Bring the accounts to the newest revision; tell whether that was needed."""
    return migrate.upgrade(database, SCRIPTS, HEAD, version_table=VERSION_TABLE)


def set_up(connection: Connection, database: Database) -> None:
    """Make the newest tables in a transaction of the caller's, where none are."""
    migrate.run(connection, SCRIPTS, HEAD, database, VERSION_TABLE)

"""The databases that a backup holds: what is published with its record, and the accounts."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, make_url

from gis.findings import Text
from gis.store import audit, migrate, tables
from gis.store.engine import Database, open_database
from gis.store.parts import PARTS
from gis.store.soundness import damaged_versions
from gis.store.versions import damaged_text

STORE = "wangge.db"


@dataclass(frozen=True)
class Kept:
    """One database of a backup, and how its tables are made.

    ``name`` is what it is called in a backup; ``schema`` where it stands on PostGIS.
    """

    name: str
    metadata: MetaData
    upgrade: Callable[[Database], bool]
    set_up: Callable[[Connection, Database], None]
    schema: str

    def beside(self, path: Path) -> Path:
        """Return its file, given that of the store."""
        return path if self.name == STORE else path.with_name(self.name)

    def open(self, url: str) -> Database:
        """Return it, given the URL of the store."""
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return open_database(url, self.schema)
        path = self.beside(Path(os.path.realpath(str(parsed.database))))
        return self.open_file(path)

    def open_file(self, path: Path) -> Database:
        """Return it on a SQLite file."""
        url = make_url("sqlite://").set(database=os.fspath(path))
        return open_database(url.render_as_string())


def all_kept() -> tuple[Kept, ...]:
    """Return the databases of a store, the store itself last."""
    from gis.store.accounts import revisions
    from gis.store.accounts import tables as accounts_tables

    store = Kept(STORE, tables.metadata, migrate.upgrade, migrate.set_up, "wangge")
    accounts = Kept(
        revisions.FILE_NAME,
        accounts_tables.metadata,
        revisions.upgrade,
        revisions.set_up,
        revisions.SCHEMA,
    )
    return (accounts, store)


def faults_in(connection: Connection, database: Database) -> list[Text]:
    """Return what is wrong in the store of a connection: versions, and the audit log."""
    found: list[Text] = []
    for part in PARTS:
        damaged = damaged_versions(connection, database, part)
        found += [damaged_text(database, part, head) for head in damaged]
    broken = audit.verify(connection).broken
    if broken is not None:
        found.append(Text(f"audit log: {broken.en}", f"审计记录：{broken.zh}"))
    return found

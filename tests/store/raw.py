"""Changing what is stored behind the store's back, as failing disks and hands do."""

from __future__ import annotations

from gis.store import Store
from gis.store.engine import open_database


def run_sql(store: Store, *statements: str) -> None:
    """Run statements on the database of a store."""
    database = open_database(store.url)
    try:
        with database.writing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        database.engine.dispose()

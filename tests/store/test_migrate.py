"""Migration goes all of the way or not at all, and leaves a copy of what was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from gis.store import Store, open_store, tables
from gis.store.engine import Database, open_database
from gis.store.migrate import HEAD, SCRIPTS, VERSION_TABLE, upgrade
from tests.store.later_release import LATER, later_scripts
from tests.store.sets import TODAY, division, whole_set


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database that has seen nothing yet, on each engine."""
    made = open_database(url)
    yield made
    made.engine.dispose()


@pytest.fixture
def older(database: Database, url: str) -> Database:
    """A database of this release that holds two versions."""
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(**whole_set(1))
        store.publish(**whole_set(2))
    return database


def _columns(database: Database, table: str) -> set[str]:
    with database.reading() as connection:
        return {c["name"] for c in inspect(connection).get_columns(table)}


def test_a_new_store_is_set_up_once(url: str) -> None:
    with closing(open_store(url)) as store:
        assert store.migrate()
        assert not store.migrate()
        assert store.is_empty()


def test_a_new_store_needs_no_copy(url: str, tmp_path: Path) -> None:
    with closing(open_store(url)) as store:
        store.migrate()
    assert not list(tmp_path.glob("**/*before-migration*"))


def test_migration_keeps_what_was_published(older: Database, url: str, tmp_path: Path) -> None:
    assert upgrade(older, later_scripts(tmp_path), LATER)
    assert "remark" in _columns(older, "grid")
    with closing(open_store(url)) as store:
        assert store.holding(TODAY).division.sha256 == division(2).sha256
        assert store.division(1).sha256 == division(1).sha256


def test_before_migration_a_file_is_copied(older: Database, tmp_path: Path) -> None:
    upgrade(older, later_scripts(tmp_path), LATER)
    copies = list(tmp_path.glob(f"var/wangge.db.before-migration.{HEAD}.*"))
    if older.path is None:
        assert copies == []
        return
    (copy,) = copies
    with closing(open_store(f"sqlite:///{copy}")) as store:
        assert not store.migrate()
        assert store.holding(TODAY).division.sha256 == division(2).sha256


def test_a_copy_that_was_interrupted_is_cleared_away(older: Database, tmp_path: Path) -> None:
    if older.path is not None:
        older.path.with_name(f"wangge.db.before-migration.{HEAD}.x.1.partial").touch()
    upgrade(older, later_scripts(tmp_path), LATER)
    assert not list(tmp_path.glob("**/*.partial*"))


def test_a_migration_that_fails_changes_nothing(older: Database, url: str, tmp_path: Path) -> None:
    scripts = later_scripts(tmp_path)
    with (scripts / "versions" / "r9999_later.py").open("a") as script:
        script.write("    raise RuntimeError('power cut')\n")
    with pytest.raises(RuntimeError):
        upgrade(older, scripts, LATER)
    assert "remark" not in _columns(older, "grid")
    with closing(open_store(url)) as store:
        assert not store.migrate()
        assert store.holding(TODAY).division.sha256 == division(2).sha256


def test_of_several_that_migrate_at_once_one_does(url: str) -> None:
    def migrate(_number: int) -> bool:
        with closing(open_store(url)) as store:
            return store.migrate()

    migrate_first = open_store(url)
    migrate_first.close()
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(migrate, range(4))) == [False, False, False, True]


def test_the_scripts_lead_to_the_revision_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_scripts_make_the_tables_the_code_uses(store: Store) -> None:
    database = open_database(store.url)

    def is_ours(thing: object, name: str | None, kind: str, *_others: object) -> bool:
        spatial = kind == "index" and thing.dialect_options["postgresql"]["using"] == "gist"
        return name != "spatial_ref_sys" and not (spatial and store.is_sqlite)

    with database.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "include_object": is_ours,
            },
        )
        differences = compare_metadata(context, tables.metadata)
    database.engine.dispose()
    assert differences == []


@pytest.mark.postgis
def test_postgis_has_a_spatial_index_and_the_reference_system_of_every_geometry(
    cluster, tables_in_postgis: str
) -> None:
    database = open_database(cluster.url(tables_in_postgis))
    with database.reading() as connection:
        columns = connection.exec_driver_sql(
            "SELECT f_table_name, f_geometry_column, srid FROM geometry_columns "
            "WHERE f_table_schema = 'wangge' ORDER BY 1"
        ).all()
        indexed = connection.exec_driver_sql(
            "SELECT tablename FROM pg_indexes WHERE schemaname = 'wangge' "
            "AND indexdef LIKE '%%USING gist%%' ORDER BY 1"
        ).scalars()
        assert list(indexed) == ["context_feature", "grid", "place"]
    database.engine.dispose()
    assert [tuple(c) for c in columns] == [
        ("context_feature", "geometry", 4326),
        ("grid", "boundary", 4326),
        ("place", "geometry", 4326),
    ]


@pytest.mark.postgis
def test_an_offices_own_tables_of_the_same_name_are_not_touched(cluster, template: str) -> None:
    name = cluster.new_database(template)
    cluster.run("CREATE TABLE public.grid (mine text); INSERT INTO grid VALUES ('mine')", name)
    with closing(open_store(cluster.url(name))) as store:
        assert store.migrate()
        store.publish(**whole_set())
    cluster.run("DO $$ BEGIN ASSERT (SELECT mine FROM public.grid) = 'mine'; END $$", name)
    cluster.drop(name)


def test_a_store_that_is_up_to_date_is_opened_without_alembic(file_store: Store) -> None:
    program = f"""
import sys
from gis.store import open_store
store = open_store({file_store.url!r})
store.migrate(), store.versions(), store.divisions(), store.identity()
heavy = {{"alembic", "geopandas", "pandas", "fastapi", "geoalchemy2", "psycopg", "folium"}}
print(sorted(heavy & sys.modules.keys()))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr

"""A database that cannot be used is one clear sentence that names it, never a password."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gis.errors import SettingsError, StoreBusy, StoreDamaged, StoreError, StoreUnreachable
from gis.store import Store, engine, open_store
from gis.store.migrate import HEAD
from tests.store.raw import run_sql
from tests.store.sets import TODAY, whole_set
from tests.store.throwaway_postgis import Cluster


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/name",
        "postgresql+psycopg2://host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "sqlite+pysqlcipher:///a.db",
        "wangge.db",
        "",
    ],
)
def test_a_url_of_another_kind_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(SettingsError, match=r"WANGGE_DATABASE_URL must be sqlite:///PATH"):
        open_store(url)


def test_a_password_is_never_shown() -> None:
    store = open_store("postgresql+psycopg://office:geheim@127.0.0.1:1/grids")
    assert "geheim" not in repr(store)
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:1/grids") as refusal:
        store.migrate()
    assert "geheim" not in refusal.value.text.en + refusal.value.text.zh
    store.close()


def test_a_host_that_does_not_exist_is_named() -> None:
    with (
        closing(open_store("postgresql://office@nowhere.invalid/grids")) as store,
        pytest.raises(StoreUnreachable, match=r"nowhere\.invalid/grids"),
    ):
        store.versions()


@pytest.mark.postgis
def test_a_database_that_does_not_exist_is_named(cluster: Cluster) -> None:
    with (
        closing(open_store(cluster.url("nosuch"))) as store,
        pytest.raises(StoreUnreachable, match="nosuch"),
    ):
        store.migrate()


@pytest.mark.postgis
def test_a_user_without_rights_is_told_what_the_administrator_must_do(cluster: Cluster) -> None:
    name = cluster.new_database()
    cluster.run("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
    with (
        closing(open_store(cluster.url(name, user="guest"))) as store,
        pytest.raises(StoreUnreachable, match=r"administrator.*CREATE SCHEMA wangge"),
    ):
        store.migrate()
    cluster.run("CREATE SCHEMA wangge AUTHORIZATION guest", name)
    with (
        closing(open_store(cluster.url(name, user="guest"))) as store,
        pytest.raises(StoreUnreachable, match=r"administrator.*CREATE EXTENSION"),
    ):
        store.migrate()
    cluster.run("CREATE EXTENSION postgis", name)
    with closing(open_store(cluster.url(name, user="guest"))) as store:
        assert store.migrate()
        store.publish(**whole_set())
    cluster.drop(name)


def test_a_missing_file_is_not_made_by_looking(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/none.db")) as store:
        for look in (store.versions, store.is_empty, store.identity, store.divisions):
            with pytest.raises(StoreUnreachable, match=r"no database at .*none\.db.*wangge load"):
                look()
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_says_how_to_make_them(url: str, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "wangge.db").touch()
    with (
        closing(open_store(url)) as store,
        pytest.raises(StoreUnreachable, match=r"not been set up.*wangge serve"),
    ):
        store.holding(TODAY)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\x00" + bytes(4000)])
def test_a_file_of_garbage_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.db"
    path.write_bytes(content)
    with closing(open_store(f"sqlite:///{path}")) as store:
        for use in (store.migrate, store.versions, store.serve_lock().__enter__):
            with pytest.raises(StoreDamaged, match=r"garbage\.db is damaged"):
                use()
    assert path.read_bytes() == content


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}")) as store:
        for use in (store.migrate, store.versions, store.serve_lock().__enter__):
            with pytest.raises(StoreUnreachable, match="it is a folder"):
                use()


def test_a_pipe_is_no_database_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        closing(open_store(f"sqlite:///{tmp_path}/pipe")) as store,
        pytest.raises(StoreUnreachable, match="not a file"),
    ):
        store.migrate()


def test_a_folder_in_the_way_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with (
        closing(open_store(f"sqlite:///{tmp_path}/var/wangge.db")) as store,
        pytest.raises(StoreUnreachable, match=r"var"),
    ):
        store.migrate()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.gpkg"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE gpkg_contents (id)")
    with (
        closing(open_store(f"sqlite:///{path}")) as store,
        pytest.raises(StoreUnreachable, match=r"another program.*gpkg_contents"),
    ):
        store.migrate()


def test_a_database_of_a_newer_wangge_is_left_alone(store: Store) -> None:
    run_sql(store, "UPDATE wangge_revision SET version_num = '7777'")
    try:
        with pytest.raises(StoreError, match=r"newer wangge.*install"):
            store.migrate()
    finally:
        run_sql(store, f"UPDATE wangge_revision SET version_num = '{HEAD}'")


# --- files that may not be written -----------------------------------------------------------


@contextmanager
def _unprivileged() -> Iterator[None]:
    """Be somebody whom permissions hold back."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter and only its owner may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_folder_that_may_not_be_written_is_named(file_store: Store, open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with closing(open_store(f"sqlite:///{open_folder}/wangge.db")) as store, _unprivileged():
        for use in (store.migrate, store.serve_lock().__enter__):
            with pytest.raises(StoreUnreachable, match=rf"{open_folder}.*Permission denied"):
                use()


def test_a_file_that_may_not_be_written_can_be_read(open_folder: Path) -> None:
    path = open_folder / "wangge.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.migrate()
        store.publish(**whole_set(1))
        path.chmod(0o444)
        open_folder.chmod(0o555)
        with _unprivileged():
            assert not store.migrate()
            assert store.holding(TODAY).division.version == 1
            with pytest.raises(StoreUnreachable, match=r"wangge\.db.*readonly"):
                store.publish(**whole_set(2))


def test_what_is_made_is_for_its_owner_only(url: str, tmp_path: Path) -> None:
    with closing(open_store(url)) as store:
        store.migrate()
        with store.serve_lock():
            pass
    for path in (tmp_path / "var").glob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_restored_file_is_closed_to_others_again(file_store: Store) -> None:
    assert file_store.path is not None
    file_store.path.chmod(0o644)
    file_store.migrate()
    assert stat.S_IMODE(file_store.path.stat().st_mode) == 0o600


# --- somebody else has it ----------------------------------------------------------------------


def test_a_file_has_one_server(file_store: Store) -> None:
    with file_store.serve_lock():
        other = open_store(file_store.url)
        with (
            pytest.raises(StoreBusy, match=rf"process {os.getpid()}.*wangge\.db.*stop that one"),
            other.serve_lock(),
        ):
            pass
    with other.serve_lock():
        pass


def test_commands_write_while_a_server_runs(file_store: Store) -> None:
    with file_store.serve_lock(), closing(open_store(file_store.url)) as command:
        command.publish(**whole_set())
    assert not file_store.is_empty()


@pytest.mark.postgis
def test_postgis_has_several_servers(cluster: Cluster, tables_in_postgis: str) -> None:
    store = open_store(cluster.url(tables_in_postgis))
    with store.serve_lock(), store.serve_lock():
        pass
    store.close()


def test_a_writer_that_waits_too_long_is_told_to_try_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.2)
    holder = engine.open_database(store.url)
    with holder.writing():
        with pytest.raises(StoreBusy, match="try again"):
            store.publish(**whole_set())
        assert store.is_empty()
    holder.engine.dispose()

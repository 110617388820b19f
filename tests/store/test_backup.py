"""A backup restores to what was stored, on either engine; a restore is whole or not at all."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gis.accounts import Scope
from gis.audit import Author
from gis.errors import Conflict, InvalidInput, NotSignedIn, StoreBusy
from gis.store import Store, open_store
from gis.store.accounts import open_accounts
from gis.store.engine import connect_sqlite, open_database
from gis.store.migrate import SCRIPTS, upgrade
from tests.store.raw import run_sql
from tests.store.sets import TODAY, division, whole_set

SECRET_WORDS = "correct-horse-battery"  # noqa: S105
WANG = Author("王示例", "admin", "command")


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A place to restore to, of each engine, in which nothing has been set up."""
    if request.param == "sqlite":
        with closing(open_store(f"sqlite:///{tmp_path}/other/wangge.db")) as made:
            yield made
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.new_database(request.getfixturevalue("template"))
    with closing(open_store(cluster.url(name))) as made:
        yield made
    cluster.drop(name)


def filled(store: Store) -> Store:
    for number in (1, 2):
        store.publish(**whole_set(number), author=WANG, reason=f"第{number}稿")
    store.erase_from_audit(WANG, 1, ["after"], reason="请求")
    return store


def test_a_backup_restores_to_the_same_on_either_engine(
    store: Store, empty: Store, tmp_path: Path
) -> None:
    made = filled(store).back_up(tmp_path / "a.backup", author=WANG)
    assert made.faults == ()
    assert made.path.stat().st_mode & 0o077 == 0
    restored = empty.restore(made.path, author=WANG)
    assert restored.faults == ()
    assert empty.versions() == store.versions()
    for version in (1, 2):
        assert empty.division(version).grids == division(version).grids
    before, after = store.audit_log().entries, empty.audit_log().entries
    assert [e.sealed.action for e in (before[0], after[0])] == ["store.backup", "store.restore"]
    assert after[1:] == before[1:]
    assert empty.verify_audit().broken is None
    assert not empty.migrate()
    empty.publish(**whole_set(3))
    assert empty.verify_audit().broken is None


def test_the_accounts_go_with_it_and_their_sessions_do_not(
    store: Store, empty: Store, tmp_path: Path
) -> None:
    with closing(open_accounts(store)) as accounts:
        accounts.migrate()
        accounts.add(WANG, name="李样例", role="planner", password=SECRET_WORDS)
        token, *_ = accounts.sign_in("李样例", SECRET_WORDS, address="127.0.0.1", agent="test")
    made = filled(store).back_up(tmp_path / "a.backup", author=WANG)
    assert sorted(made.manifest.members) == ["accounts.sqlite", "wangge.db"]
    empty.restore(made.path, author=WANG)
    with closing(open_accounts(empty)) as accounts:
        assert not accounts.migrate()
        assert accounts.find("李样例").role == "planner"
        assert accounts.session(token) is None
        assert accounts.sign_in("李样例", SECRET_WORDS, address="127.0.0.1", agent="test")


def test_what_was_taken_from_accounts_since_stays_taken(store: Store, tmp_path: Path) -> None:
    with closing(open_accounts(store)) as accounts:
        accounts.migrate()
        for name in ("甲示例", "乙示例", "丙示例"):
            accounts.add(WANG, name=name, role="admin", password=SECRET_WORDS)
        first, other = (accounts.find(n) for n in ("甲示例", "乙示例"))
        holders = ("甲示例", "丙示例")
        keys = [accounts.make_key(WANG, n, label="示例", scopes=[Scope.READ]) for n in holders]
        token, _ = accounts.issue_token("乙示例", SECRET_WORDS, address="127.0.0.1")
    backup = filled(store).back_up(tmp_path / "a.backup", author=WANG).path
    with closing(open_accounts(store)) as accounts:
        accounts.revoke_key(WANG, first.id, keys[0][1].id)
        accounts.change(WANG, "乙示例", disabled=True)
        accounts.change(WANG, "丙示例", role="staff", scope_grids=["g1"])
        accounts.reset_password(WANG, "甲示例", SECRET_WORDS + "-2")
        accounts.add(WANG, name="丁示例", role="staff", password=SECRET_WORDS)
    restored = store.restore(backup, author=WANG, replace=True)
    told = " ".join(t.zh for t in restored.withdrawn)
    assert all(name in told for name in ("甲示例", "乙示例", "丙示例", "丁示例", "1 个"))
    entry = store.audit_log().entries[0]
    assert entry.after["stay_disabled"] == ["乙示例"]
    assert (entry.after["stay_revoked_keys"], entry.after["accounts_gone"]) == (1, ["丁示例"])
    with closing(open_accounts(store)) as accounts:
        assert accounts.key_owner(keys[0][0]) is None
        assert accounts.key_owner(keys[1][0]) is not None
        assert accounts.token_owner(token) is None
        assert accounts.find("乙示例").disabled
        assert accounts.find("乙示例").epoch > other.epoch
        third = accounts.find("丙示例")
        assert (third.role, third.scope_grids) == ("staff", {"g1"})
        with pytest.raises(NotSignedIn):
            accounts.sign_in("甲示例", SECRET_WORDS, address="127.0.0.1", agent="test")
        assert {a.name for a in accounts.list()} == {"甲示例", "乙示例", "丙示例"}


def test_an_accounts_file_that_cannot_be_read_is_told(file_store: Store, tmp_path: Path) -> None:
    with closing(open_accounts(file_store)) as accounts:
        accounts.migrate()
        accounts.add(WANG, name="甲示例", role="staff", password=SECRET_WORDS)
    backup = filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path
    file_store.path.with_name("accounts.sqlite").write_bytes(b"nothing of the kind" * 99)
    restored = file_store.restore(backup, author=WANG, replace=True)
    told = " ".join(t.en for t in restored.withdrawn)
    assert "cannot be read" in told
    assert "no administrator is left" in told


def test_two_restores_within_a_second_are_both_kept_aside(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis.store.restoring._stamp", lambda: "20261127T120000Z")
    backup = filled(store).back_up(tmp_path / "a.backup", author=WANG).path
    asides = [a for _ in range(3) for a in store.restore(backup, author=WANG, replace=True).aside]
    assert len(set(asides)) == 3


def test_the_triggers_hold_in_what_was_restored(
    file_store: Store, empty: Store, tmp_path: Path
) -> None:
    empty.restore(filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path, author=WANG)
    with pytest.raises(Exception, match="only ever added to"):
        run_sql(empty, "UPDATE audit_entry SET subject = 'x'")


def test_a_store_that_holds_something_is_not_replaced_unasked(store: Store, tmp_path: Path) -> None:
    backup = filled(store).back_up(tmp_path / "a.backup", author=WANG).path
    store.publish(**whole_set(9))
    with pytest.raises(Conflict, match="--replace"):
        store.restore(backup, author=WANG)
    assert store.versions().division == 3
    restored = store.restore(backup, author=WANG, replace=True)
    assert store.versions().division == 2
    assert [a for a in restored.aside if "wangge" in a]
    entry = store.audit_log().entries[0]
    assert entry.after["replaced_audit_head"].startswith("11:")
    assert store.verify_audit().broken is None


def test_what_was_replaced_is_kept(file_store: Store, tmp_path: Path) -> None:
    backup = filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path
    file_store.publish(**whole_set(9))
    (aside,) = file_store.restore(backup, author=WANG, replace=True).aside
    with closing(open_store(f"sqlite:///{aside}")) as former:
        assert former.holding(TODAY).division.sha256 == division(9).sha256
        assert former.verify_audit().broken is None


def test_a_file_that_is_served_is_not_replaced(file_store: Store, tmp_path: Path) -> None:
    backup = filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path
    with file_store.serve_lock(), pytest.raises(StoreBusy):
        file_store.restore(backup, author=WANG, replace=True)


@pytest.mark.postgis
def test_a_database_that_is_served_is_not_replaced(cluster, template: str, tmp_path: Path) -> None:
    url = cluster.url(cluster.new_database(template))
    with closing(open_store(url)) as store, closing(open_store(url)) as server:
        store.migrate()
        backup = filled(store).back_up(tmp_path / "a.backup", author=WANG).path
        server.versions()
        with pytest.raises(StoreBusy, match="stop the servers"):
            store.restore(backup, author=WANG, replace=True)


def test_a_backup_made_while_others_publish_is_one_moment(store: Store, tmp_path: Path) -> None:
    filled(store)

    def publish() -> None:
        with closing(open_store(store.url)) as mine:
            for number in range(10, 15):
                mine.publish(**whole_set(number))

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(publish)
        made = [store.back_up(tmp_path / f"{n}.backup", author=WANG) for n in range(2)]
        working.result()
    for backup in made:
        versions = backup.manifest.versions
        assert versions["division"] == versions["directory"] == versions["roster"]
        assert backup.faults == ()
    assert store.verify_audit().broken is None


def test_a_backup_does_not_write_over_a_file_unasked(file_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "a.backup"
    out.write_text("mine")
    with pytest.raises(InvalidInput, match="there already"):
        filled(file_store).back_up(out, author=WANG)
    assert out.read_text() == "mine"
    file_store.back_up(out, author=WANG, overwrite=True)
    assert zipfile.is_zipfile(out)
    assert sorted(p.name for p in tmp_path.iterdir() if ".backup" in p.name) == ["a.backup"]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"PK\x03\x04",
        lambda c: c[: len(c) // 2],
        _flipped,
        lambda c: b"x" + c[1:],
    ],
    ids=["empty", "begun", "cut", "flipped", "headless"],
)
def test_a_spoilt_backup_is_refused_and_nothing_changes(
    file_store: Store, tmp_path: Path, spoil
) -> None:
    backup = filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path
    backup.write_bytes(spoil(backup.read_bytes()))
    count = file_store.audit_log().total
    with pytest.raises(InvalidInput, match="not a whole backup"):
        file_store.restore(backup, author=WANG, replace=True)
    assert file_store.audit_log().total == count
    assert not list(tmp_path.glob("*replaced*"))
    assert not list(tmp_path.glob(".*restoring*"))


def test_a_damaged_version_is_told_and_the_backup_made_all_the_same(
    file_store: Store, empty: Store, tmp_path: Path
) -> None:
    filled(file_store)
    run_sql(file_store, "UPDATE person SET name = 'x' WHERE roster_version = 1 AND id = 'p1'")
    made = file_store.back_up(tmp_path / "a.backup", author=WANG)
    assert ["roster 1" in fault.en for fault in made.faults] == [True]
    assert len(empty.restore(made.path, author=WANG).faults) == 1
    assert empty.holding(TODAY).roster.version == 2


def test_a_journal_that_a_killed_process_left_does_not_get_into_the_restored_file(
    file_store: Store, tmp_path: Path
) -> None:
    backup = filled(file_store).back_up(tmp_path / "a.backup", author=WANG).path
    assert file_store.path is not None
    there = tmp_path / "killed" / "wangge.db"
    there.parent.mkdir()
    writer = connect_sqlite(file_store.path)
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE grid SET name = name || hex(randomblob(3000))")
    for suffix in ("", "-journal"):
        shutil.copy(f"{file_store.path}{suffix}", f"{there}{suffix}")
    writer.execute("ROLLBACK")
    writer.close()
    assert there.with_name("wangge.db-journal").stat().st_size > 0
    with closing(open_store(f"sqlite:///{there}")) as store:
        store.restore(backup, author=WANG, replace=True)
        assert not there.with_name("wangge.db-journal").exists()
        assert store.holding(TODAY).division.sha256 == division(2).sha256
        assert store.holding(TODAY).faults == ()


def test_a_store_of_the_first_release_gets_an_audit_log(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/first.db"
    database = open_database(url)
    upgrade(database, SCRIPTS, "0001")
    database.engine.dispose()
    with closing(open_store(url)) as store:
        assert store.migrate()
        assert filled(store).verify_audit().broken is None

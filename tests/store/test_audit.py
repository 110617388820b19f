"""What was written is on record, and what is on record cannot be changed unnoticed."""

from __future__ import annotations

import pytest

from gis.audit import AuditChange, Author, ChainHead
from gis.errors import Conflict, StoreError
from gis.store import Store, audit
from gis.store.audit import AuditQuery
from gis.store.engine import head_file
from tests.store.raw import run_sql
from tests.store.sets import TODAY, roster, whole_set

WANG = Author("王示例", "admin", "page")
PHONE = AuditChange("person.edit", "person:p1", {"office_phone": "1"}, {"office_phone": "2"})
GUARDS_OFF = {
    "sqlite": (
        "DROP TRIGGER audit_entry_no_update",
        "DROP TRIGGER audit_entry_no_delete",
        "DROP TRIGGER audit_value_no_update",
        "DROP TRIGGER audit_value_no_delete",
        "DROP TRIGGER audit_head_no_retreat",
        "DROP TRIGGER audit_head_no_delete",
    ),
    "postgis": ("SET LOCAL session_replication_role = replica",),
}


def tamper(store: Store, *statements: str) -> None:
    """Change the log as somebody does who owns the database."""
    off = GUARDS_OFF["sqlite" if store.is_sqlite else "postgis"]
    run_sql(store, *off, *statements)


def three_entries(store: Store) -> None:
    for number in (1, 2, 3):
        store.put_on_record(WANG, PHONE, reason=f"更正 {number}")


def test_a_publication_is_on_record_with_it(store: Store) -> None:
    store.publish(**whole_set(), author=WANG, reason="首次载入")
    log = store.audit_log()
    assert [e.sealed.subject for e in log.entries] == ["roster:1", "directory:1", "division:1"]
    assert {(e.who, e.reason, e.sealed.door) for e in log.entries} == {
        ("王示例", "首次载入", "page")
    }
    assert log.entries[0].after["sha256"] == roster().sha256
    assert store.verify_audit().broken is None


def test_what_changes_nothing_leaves_no_entry(store: Store) -> None:
    store.publish(**whole_set())
    store.publish(**whole_set())
    assert store.audit_log().total == 3


def test_a_publication_that_is_refused_leaves_no_entry(store: Store) -> None:
    store.publish(**whole_set())
    with pytest.raises(Conflict):
        store.publish(**{**whole_set(2), "effective_from": TODAY.replace(year=2020)})
    assert store.audit_log().total == 3
    assert store.verify_audit().broken is None


def test_named_changes_stand_for_the_publication(store: Store) -> None:
    store.publish(**whole_set())
    store.publish(**{**whole_set(), "roster": roster(2)}, author=WANG, changes=[PHONE])
    newest = store.audit_log(AuditQuery(limit=1)).entries[0]
    assert (newest.sealed.action, newest.sealed.version) == ("person.edit", "roster 2")
    assert newest.before == {"office_phone": "1"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET subject = 'x' WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 3",
        "UPDATE audit_value SET value = '\"x\"' WHERE entry = 2",
        "DELETE FROM audit_value WHERE entry = 2",
        "UPDATE audit_head SET count = 1",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    three_entries(store)
    with pytest.raises(StoreError, match="only ever added to"):
        run_sql(store, statement)
    assert store.verify_audit().broken is None


def test_sqlite_refuses_to_replace_an_entry(file_store: Store) -> None:
    three_entries(file_store)
    with pytest.raises(StoreError, match="only ever added to"):
        run_sql(
            file_store,
            "INSERT OR REPLACE INTO audit_entry SELECT number, 'x', role, door, action, subject, "
            "version, who_digest, reason_digest, before_digest, after_digest, previous, sha256 "
            "FROM audit_entry WHERE number = 2",
        )


@pytest.mark.parametrize(
    ("statements", "first_broken"),
    [
        (["UPDATE audit_entry SET subject = 'person:p9' WHERE number = 2"], 2),
        (["UPDATE audit_entry SET role = 'staff' WHERE number = 1"], 1),
        (["UPDATE audit_entry SET sha256 = previous WHERE number = 3"], 3),
        (["UPDATE audit_value SET value = '\"x\"' WHERE entry = 2 AND field = 'who'"], 2),
        (["UPDATE audit_value SET salt = 'x' WHERE entry = 3 AND field = 'after'"], 3),
        (["DELETE FROM audit_value WHERE entry = 2 AND field = 'reason'"], 2),
        (
            ["DELETE FROM audit_value WHERE entry = 2", "DELETE FROM audit_entry WHERE number = 2"],
            2,
        ),
        (
            ["DELETE FROM audit_value WHERE entry = 3", "DELETE FROM audit_entry WHERE number = 3"],
            3,
        ),
        (["DELETE FROM audit_value", "DELETE FROM audit_entry"], 1),
    ],
)
def test_verify_names_the_first_broken_entry(
    store: Store, statements: list[str], first_broken: int
) -> None:
    three_entries(store)
    tamper(store, *statements)
    broken = store.verify_audit().broken
    assert broken is not None
    assert broken.number == first_broken


def test_a_long_log_is_verified_piece_by_piece(
    file_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_entries(file_store)
    three_entries(file_store)
    monkeypatch.setattr(audit, "_AT_ONCE", 2)
    assert file_store.verify_audit().head.count == 6
    tamper(file_store, "UPDATE audit_value SET salt = 'x' WHERE entry = 5 AND field = 'who'")
    broken = file_store.verify_audit().broken
    assert broken is not None
    assert broken.number == 5


def test_a_tail_cut_off_with_its_head_is_seen_by_the_mark_beside_the_file(
    file_store: Store,
) -> None:
    three_entries(file_store)
    tamper(
        file_store,
        "DELETE FROM audit_value WHERE entry > 1",
        "DELETE FROM audit_entry WHERE number > 1",
        "UPDATE audit_head SET count = 1, sha256 = (SELECT sha256 FROM audit_entry)",
    )
    broken = file_store.verify_audit().broken
    assert broken is not None
    assert broken.number == 2
    assert file_store.path is not None
    head_file(file_store.path).unlink()
    assert file_store.verify_audit().broken is None  # what it cannot see, and the guide says so


def test_a_head_that_was_noted_elsewhere_is_a_witness(store: Store) -> None:
    three_entries(store)
    head = store.verify_audit().head
    assert ChainHead.parse(str(head)) == head
    assert store.verify_audit([head]).broken is None
    longer, other = ChainHead(9, head.sha256), ChainHead(2, head.sha256)
    assert [b.number for h in (longer, other) if (b := store.verify_audit([h]).broken)] == [4, 2]


def test_an_erased_value_is_gone_and_the_chain_holds(store: Store) -> None:
    three_entries(store)
    assert store.erase_from_audit(WANG, 2, ["before", "after"], reason="本人请求") == (
        "before",
        "after",
    )
    log = store.audit_log()
    erased = next(e for e in log.entries if e.number == 2)
    assert (erased.before, erased.after, erased.erased) == (None, None, ("before", "after"))
    assert erased.reason == "更正 2"
    assert [e.sealed.subject for e in log.entries[:2]] == ["audit:2/after", "audit:2/before"]
    verified = store.verify_audit()
    assert (verified.broken, verified.erased) == (None, 2)


def test_the_log_is_asked_by_who_what_when_and_subject(store: Store) -> None:
    three_entries(store)
    store.put_on_record(Author("李样例", "staff", "api"), AuditChange("place.add", "place:s9"))
    newest = store.audit_log(AuditQuery(limit=1)).entries[0]

    def numbers(**asked: str) -> list[int]:
        return [e.number for e in store.audit_log(AuditQuery(**asked)).entries]

    assert numbers(who="李样例") == [4]
    assert numbers(action="person") == [3, 2, 1]
    assert numbers(subject="person:p1") == [3, 2, 1]
    assert numbers(subject="place") == [4]
    assert numbers(since=newest.sealed.at) == [4]
    assert numbers(text="更正 2") == [2]
    assert numbers(text="%") == []

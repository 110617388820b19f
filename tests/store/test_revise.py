"""A small edit is the next version, with its entry, and is not lost on a later day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from gis.audit import Author
from gis.editing import Edited, people, places
from gis.errors import Conflict
from gis.roster import Roster
from gis.store import Store, open_store
from gis.store.edits import EditBase
from tests.store.sets import TODAY, roster, whole_set

WANG = Author("王示例", "staff", "page")
LATER = TODAY + timedelta(days=30)


def phone(number: str, identity: str = "p1"):
    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return people.edit_person(base.value, identity, {"office_phone": number})

    return edit


def phone_on(store: Store, day) -> str:
    return store.holding(day).roster.by_id["p1"].office_phone


def test_an_edit_is_the_next_version_with_its_entry(store: Store) -> None:
    store.publish(**whole_set())
    revised = store.revise_roster(phone("025-1"), today=TODAY, author=WANG, reason="换号")
    assert (revised.stored, revised.versions.roster) == (True, 2)
    assert phone_on(store, TODAY) == "025-1"
    entry = store.audit_log().entries[0]
    assert (entry.sealed.version, entry.who, entry.reason) == ("roster 2", "王示例", "换号")
    assert entry.after == {"office_phone": "025-1"}
    assert store.verify_audit().broken is None


def test_an_edit_that_changes_nothing_stores_nothing(store: Store) -> None:
    store.publish(**whole_set())
    revised = store.revise_roster(phone("025-0000-0000"), today=TODAY, author=WANG)
    assert (revised.stored, store.versions().roster, store.audit_log().total) == (False, 1, 3)


def test_an_edit_that_is_refused_changes_nothing(store: Store) -> None:
    store.publish(**whole_set())
    with pytest.raises(Conflict):
        store.revise_directory(
            lambda base: places.remove_place(base.value, "b1"), today=TODAY, author=WANG
        )
    assert (store.versions().directory, store.audit_log().total) == (1, 3)


def test_an_edit_is_made_to_what_is_scheduled_as_well(store: Store) -> None:
    store.publish(**whole_set())
    scheduled = {**whole_set(), "roster": roster(7), "effective_from": LATER}
    store.publish(**{**scheduled, "division": None, "directory": None})
    revised = store.revise_roster(
        lambda base: people.edit_person(base.value, "p1", {"mobile": "1"}), today=TODAY, author=WANG
    )
    assert revised.versions.roster == 4
    today, later = store.holding(TODAY).roster, store.holding(LATER).roster
    assert (today.by_id["p1"].mobile, today.by_id["p1"].office_phone) == ("1", "025-0000-0000")
    assert (later.by_id["p1"].mobile, later.by_id["p1"].office_phone) == ("1", "025-0000-0007")


def test_somebody_new_has_one_id_in_every_version(store: Store) -> None:
    store.publish(**whole_set())
    scheduled = {**whole_set(), "roster": roster(7), "effective_from": LATER}
    store.publish(**{**scheduled, "division": None, "directory": None})
    revised = store.revise_roster(
        lambda base: people.add_person(base.value, {"name": "张虚构"}, identity=base.identity),
        today=TODAY,
        author=WANG,
    )
    for day in (TODAY, LATER):
        assert revised.edited.id in store.holding(day).roster.by_id


def test_what_is_not_in_the_scheduled_version_leaves_it_as_it_is(store: Store) -> None:
    store.publish(**whole_set())
    empty = Roster(synthetic=True)
    scheduled = {**whole_set(), "roster": empty, "effective_from": LATER}
    store.publish(**{**scheduled, "division": None, "directory": None})
    revised = store.revise_roster(phone("025-1"), today=TODAY, author=WANG)
    assert [f.rule for f in revised.edited.findings] == ["scheduled_version_kept"]
    assert store.holding(LATER).roster.sha256 == empty.sha256
    assert phone_on(store, TODAY) == "025-1"


def test_an_empty_store_has_nothing_to_edit(store: Store) -> None:
    with pytest.raises(Conflict, match="load the boundaries first"):
        store.revise_roster(phone("025-1"), today=TODAY, author=WANG)


def test_edits_at_once_are_all_kept_and_all_on_record(store: Store) -> None:
    store.publish(**whole_set())

    def edit(number: int) -> None:
        with closing(open_store(store.url)) as mine:
            for n in range(4):
                name = f"示例{number}-{n}"
                mine.revise_roster(
                    lambda base, name=name: people.add_person(base.value, {"name": name}),
                    today=TODAY,
                    author=WANG,
                )

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(edit, range(3)))
    assert len(store.holding(TODAY).roster.people) == 2 + 12
    assert store.audit_log().total == 3 + 12
    assert store.verify_audit().broken is None

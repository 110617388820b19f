"""Who serves, edits and plans takes the same versions from one place, read and checked once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gis.audit import SYSTEM
from gis.editing import people
from gis.errors import StoreDamaged
from gis.store import Store
from gis.workflows.atlases import Atlases
from tests.store.raw import run_sql
from tests.store.sets import TODAY, whole_set

LATER = TODAY + timedelta(days=30)


@pytest.fixture
def kept(store: Store) -> Store:
    store.publish(**whole_set())
    return store.caching(12)


def phone(number: str):
    return lambda base: people.edit_person(base.value, "p1", {"office_phone": number})


def test_a_version_that_is_asked_for_again_is_the_same_value(kept: Store) -> None:
    first = kept.holding(TODAY)
    assert kept.holding(TODAY).division is first.division
    assert kept.division(1) is first.division
    assert kept.directory(1) is first.directory
    assert kept.roster(1) is first.roster


def test_many_who_want_a_version_at_once_get_one(kept: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept.division(1), range(40)))
    assert {id(d) for d in found} == {id(found[0])}


def test_no_more_versions_than_said_are_in_memory(store: Store) -> None:
    store.publish(**whole_set())
    kept = store.caching(1)
    division = kept.division(1)
    kept.roster(1)
    assert kept.division(1) is not division
    assert kept.division(1) == division


def test_a_damaged_version_is_refused_however_often_it_is_asked_for(kept: Store) -> None:
    run_sql(kept, "UPDATE grid SET name = 'x' WHERE division_version = 1")
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            kept.division(1)


def test_a_division_that_ends_later_is_not_taken_for_the_one_without_end(kept: Store) -> None:
    assert kept.division(1).effective_until is None
    kept.publish(**(whole_set(2) | {"effective_from": LATER}))
    assert kept.division(1).effective_until == LATER


def test_the_roster_after_an_edit_is_what_is_stored(kept: Store, store: Store) -> None:
    kept.revise_roster(phone("025-1"), today=TODAY, author=SYSTEM)
    found = kept.holding(TODAY).roster
    assert found == store.holding(TODAY).roster
    assert found.by_id["p1"].office_phone == "025-1"


def test_the_atlas_of_a_day_is_made_once_until_something_is_stored(kept: Store) -> None:
    atlases = Atlases(kept)
    before = atlases.on(TODAY).atlas
    assert atlases.on(TODAY).atlas is before
    assert atlases.on(LATER).atlas.division is before.division
    kept.publish(**whole_set(2))
    after = atlases.on(TODAY)
    assert (after.atlas.division.version, after.versions) == (2, kept.versions())


def test_the_atlas_after_an_edit_is_the_one_in_force(kept: Store, store: Store) -> None:
    atlases = Atlases(kept)
    before = atlases.on(TODAY).atlas
    revised = kept.revise_roster(phone("025-1"), today=TODAY, author=SYSTEM)
    after = atlases.after(revised, TODAY)
    assert atlases.on(TODAY).atlas is after
    assert after.division is before.division
    assert after.roster == store.holding(TODAY).roster


def test_an_edit_by_somebody_else_meanwhile_is_in_the_atlas_too(kept: Store, store: Store) -> None:
    atlases = Atlases(kept)
    atlases.on(TODAY)
    store.revise_roster(phone("025-1"), today=TODAY, author=SYSTEM)
    revised = kept.revise_roster(phone("025-2"), today=TODAY, author=SYSTEM)
    after = atlases.after(revised, TODAY)
    assert after.version["roster"] == 3
    assert after.roster == store.holding(TODAY).roster

"""What is published comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from gis.directory import Directory
from gis.errors import InvalidInput
from gis.roster import Roster
from gis.store import Store, Versions, open_store
from tests.store.sets import OURS, TODAY, directory, division, grids, roster, whole_set


def test_every_field_of_every_part_comes_back(store: Store) -> None:
    store.publish(**whole_set(7))
    held = store.holding(TODAY)
    assert held.division == replace(division(7), version=1, effective_from=TODAY)
    assert held.directory == replace(directory(7), version=1, effective_from=TODAY)
    assert held.roster == replace(roster(7), version=1, effective_from=TODAY)
    assert held.faults == ()
    assert held.versions == Versions(1, 1, 1)
    assert store.identity() == OURS


def test_a_boundary_comes_back_byte_for_byte(store: Store) -> None:
    odd = shapely.Polygon([(118.1234567, 32.7654321), (118.2, 32.1 + 1e-13), (118.3, 32.9)])
    given = division(grids=(replace(grids()[0], boundary=odd),))
    store.publish(identity=OURS, division=given, effective_from=TODAY, today=TODAY)
    (back,) = store.holding(TODAY).division.grids
    assert back.boundary.wkb == odd.wkb


def test_a_store_without_places_and_people_holds_empty_ones(store: Store) -> None:
    store.publish(identity=OURS, division=division(), effective_from=TODAY, today=TODAY)
    held = store.holding(TODAY)
    assert (held.directory, held.roster) == (Directory(), Roster())
    assert held.versions == Versions(1, 0, 0)


def test_an_empty_directory_is_one_that_was_published(store: Store) -> None:
    given = {**whole_set(), "directory": Directory(synthetic=True)}
    store.publish(**given)
    held = store.holding(TODAY).directory
    assert (held.version, held.places) == (1, ())


def test_another_process_finds_what_was_published(store: Store) -> None:
    store.publish(**whole_set())
    again = open_store(store.url)
    assert not again.migrate()
    assert again.holding(TODAY).division.sha256 == division().sha256
    again.close()


def test_the_history_lists_what_was_published(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**whole_set(2))
    first, second = store.divisions()
    assert (first.version, first.title, first.data_date) == (1, "第1稿", "2026-10")
    assert (second.version, second.sha256) == (2, division(2).sha256)
    assert second.published_at.endswith("Z")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_database_can_keep_is_refused(store: Store, text: str) -> None:
    with pytest.raises(InvalidInput):
        store.publish(**{**whole_set(), "division": division(title=text)})
    assert store.is_empty()


@pytest.mark.parametrize("number", [2**40, 1.5, True])
def test_a_count_that_would_not_come_back_is_refused(store: Store, number: object) -> None:
    given = division(grids=(replace(grids()[0], households=number),))
    with pytest.raises(InvalidInput):
        store.publish(**{**whole_set(), "division": given})
    assert store.is_empty()


def test_a_value_of_the_wrong_type_is_not_stored_as_another(store: Store) -> None:
    given = division(grids=(replace(grids()[0], name=12),))
    with pytest.raises(InvalidInput, match="wrong type"):
        store.publish(**{**whole_set(), "division": given})
    assert store.is_empty()

"""One division is in force on any day: from its date until the next one's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gis.errors import NotFound
from gis.store import Store, Versions
from tests.store.sets import OURS, TODAY, directory, division, whole_set

DAY = timedelta(days=1)
MARCH = date(2027, 3, 1)


@pytest.fixture
def scheduled(store: Store) -> Store:
    """A division since today and another from the 1st of March."""
    store.publish(**whole_set(1))
    store.publish(**{**whole_set(2), "effective_from": MARCH})
    return store


@pytest.mark.parametrize(
    ("day", "version"),
    [(TODAY, 1), (MARCH - DAY, 1), (MARCH, 2), (date.max, 2)],
)
def test_a_division_is_in_force_until_the_day_of_the_next(
    scheduled: Store, day: date, version: int
) -> None:
    held = scheduled.holding(day)
    assert held.division.version == version
    assert held.directory.version == version
    assert held.roster.version == version
    assert held.versions == Versions(2, 2, 2)


def test_its_days_are_half_open(scheduled: Store) -> None:
    assert scheduled.holding(TODAY).division.effective_until == MARCH
    assert scheduled.holding(MARCH).division.effective_until is None
    assert [(d.effective_from, d.effective_until) for d in scheduled.divisions()] == [
        (TODAY, MARCH),
        (MARCH, None),
    ]


def test_of_two_on_one_day_the_newer_is_in_force(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**whole_set(2))
    assert store.holding(TODAY).division.version == 2
    assert store.division(1).effective_until == TODAY


def test_before_the_first_division_there_is_none_and_the_answer_says_since_when(
    scheduled: Store,
) -> None:
    with pytest.raises(NotFound, match=str(TODAY)):
        scheduled.holding(TODAY - DAY)


def test_an_empty_store_says_how_to_fill_it(store: Store) -> None:
    assert store.is_empty()
    assert store.versions() == Versions(0, 0, 0)
    assert store.divisions() == ()
    with pytest.raises(NotFound, match="wangge load"):
        store.holding(TODAY)


def test_on_a_day_before_any_directory_the_oldest_serves(store: Store) -> None:
    store.publish(identity=OURS, division=division(), effective_from=date(2020, 1, 1), today=TODAY)
    for number, day in ((1, TODAY), (2, MARCH)):
        store.publish(identity=OURS, directory=directory(number), effective_from=day, today=TODAY)
    assert store.holding(date(2020, 1, 1)).directory.version == 1


def test_a_version_that_never_was_is_not_found(scheduled: Store) -> None:
    with pytest.raises(NotFound):
        scheduled.division(3)

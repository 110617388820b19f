"""Publishing makes the next version, or changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import shapely

from gis.division import Division
from gis.errors import Conflict, InvalidBoundary
from gis.ids import GridId
from gis.store import Published, Store, Versions
from tests.store.sets import OFFICE, OURS, TODAY, division, grids, roster, square, whole_set

TOMORROW = TODAY + timedelta(days=1)


def test_the_same_content_makes_no_version(store: Store) -> None:
    store.publish(**whole_set())
    again = store.publish(**whole_set())
    assert again == Published(Versions(1, 1, 1), ())


def test_the_same_content_with_an_earlier_date_is_no_conflict(store: Store) -> None:
    store.publish(**whole_set())
    again = store.publish(**{**whole_set(), "effective_from": date(2020, 1, 1)})
    assert again.changed == ()


def test_a_phone_number_changes_without_touching_the_division(store: Store) -> None:
    store.publish(**whole_set())
    changed = store.publish(**{**whole_set(), "roster": roster(5)})
    assert changed == Published(Versions(1, 1, 2), ("roster",))


def test_a_part_that_is_not_given_stays(store: Store) -> None:
    store.publish(**whole_set())
    store.publish(identity=OURS, division=division(2), effective_from=TODAY, today=TODAY)
    assert store.versions() == Versions(2, 1, 1)
    assert store.holding(TODAY).roster.sha256 == roster().sha256


def test_content_that_returns_is_a_new_version(store: Store) -> None:
    for number in (1, 2, 1):
        store.publish(**whole_set(number))
    assert [d.version for d in store.divisions()] == [1, 2, 3]
    assert store.division(3).sha256 == store.division(1).sha256


def test_the_old_version_is_kept_as_it_was(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**whole_set(2))
    assert store.division(1).grids == division(1).grids


def test_the_first_division_may_begin_on_any_day(store: Store) -> None:
    store.publish(**{**whole_set(), "effective_from": date(2015, 3, 1)})
    assert store.holding(date(2015, 3, 1)).division.version == 1


def test_a_later_division_cannot_begin_before_today(store: Store) -> None:
    store.publish(**{**whole_set(1), "effective_from": date(2015, 3, 1)})
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(Conflict, match="before today"):
        store.publish(**{**whole_set(2), "effective_from": yesterday})
    assert store.versions() == Versions(1, 1, 1)


def test_a_division_cannot_begin_before_one_already_scheduled(store: Store) -> None:
    store.publish(**{**whole_set(1), "effective_from": TOMORROW})
    with pytest.raises(Conflict, match="choose that day or later"):
        store.publish(**whole_set(2))


def test_the_sample_does_not_go_into_an_offices_store(store: Store) -> None:
    office = division(1, synthetic=False)
    store.publish(identity=OFFICE, division=office, effective_from=TODAY, today=TODAY)
    with pytest.raises(Conflict, match="WANGGE_DATABASE_URL"):
        store.publish(**whole_set())


def test_an_offices_data_does_not_go_into_the_samples_store(store: Store) -> None:
    store.publish(**whole_set())
    office = division(1, synthetic=False)
    with pytest.raises(Conflict, match="synthetic sample"):
        store.publish(identity=OFFICE, division=office, effective_from=TODAY, today=TODAY)


def test_a_part_must_be_of_the_same_sort_as_the_store(store: Store) -> None:
    mixed = {**whole_set(), "roster": roster(synthetic=False)}
    with pytest.raises(Conflict):
        store.publish(**mixed)
    assert store.identity() is None


def test_an_office_can_begin_with_its_name_alone(store: Store) -> None:
    begun = store.publish(identity=OFFICE, effective_from=TODAY, today=TODAY)
    assert begun == Published(Versions(0, 0, 0), ())
    assert store.identity() == OFFICE
    assert store.is_empty()


def test_the_first_publication_says_whose_store_it_is(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**{**whole_set(2), "identity": replace(OURS, name="别处")})
    assert store.identity() == OURS


def _renumbered(code: str, grid_id: str, number: int) -> Division:
    community, compound, first, second = grids(number)
    changed = replace(second, code=code, id=GridId(grid_id))
    return division(number, grids=(community, compound, first, changed))


def test_a_retired_code_is_never_issued_again(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**{**whole_set(2), "division": _renumbered("320106012001001003", "g1-1-2", 2)})
    reissued = _renumbered("320106012001001002", "another", 3)
    with pytest.raises(Conflict, match=r"320106012001001002.*never"):
        store.publish(**{**whole_set(3), "division": reissued})
    assert store.versions().division == 2


def test_a_grid_may_take_its_own_code_back(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**{**whole_set(2), "division": _renumbered("320106012001001003", "g1-1-2", 2)})
    store.publish(**whole_set(3))
    assert store.versions().division == 3


def test_a_code_that_stands_twice_is_refused(store: Store) -> None:
    community, *_ = grids()
    twice = division(grids=(community, replace(community, id=GridId("g2"))))
    with pytest.raises(Conflict, match="twice"):
        store.publish(**{**whole_set(), "division": twice})
    assert store.is_empty()


def test_what_was_found_inside_the_transaction_can_stop_it(store: Store) -> None:
    store.publish(**whole_set(1))
    seen: list[Versions] = []

    def only_over_none(versions: Versions) -> None:
        seen.append(versions)
        raise Conflict("somebody was faster", "已有人先行发布")

    with pytest.raises(Conflict, match="faster"):
        store.publish(**whole_set(2), check=only_over_none)
    assert seen == [Versions(1, 1, 1)]
    assert store.versions() == Versions(1, 1, 1)


def _with_longitude(lon: float) -> shapely.Polygon:
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(118, 32), (lon, 33), (119, 32)])


BAD_BOUNDARIES = {
    "bow-tie": shapely.Polygon([(118, 32), (119, 33), (119, 32), (118, 33)]),
    "empty": shapely.Polygon(),
    "nan": _with_longitude(float("nan")),
    "infinite": _with_longitude(float("inf")),
    "out of range": shapely.Polygon([(179, 32), (181, 33), (179, 33)]),
    "with heights": shapely.Polygon([(118, 32, 1), (119, 33, 1), (119, 32, 1)]),
    "a point": shapely.Point(118, 32),
    "nothing": None,
}


@pytest.mark.parametrize("fault", BAD_BOUNDARIES)
def test_a_bad_boundary_never_reaches_the_database(store: Store, fault: str) -> None:
    community, *others = grids()
    given = division(grids=(replace(community, boundary=BAD_BOUNDARIES[fault]), *others))
    with pytest.raises(InvalidBoundary, match="grid 320106012001: "):
        store.publish(**{**whole_set(), "division": given})
    assert store.is_empty()
    assert store.identity() is None


def test_a_set_that_fails_at_its_last_part_leaves_nothing_of_the_first(store: Store) -> None:
    given = roster()
    late = replace(given, people=(*given.people, replace(given.people[0], name="\x00", id="p9")))
    with pytest.raises(Exception, match="cannot be stored"):
        store.publish(**{**whole_set(), "roster": late})
    assert store.versions() == Versions(0, 0, 0)


def test_a_boundary_with_a_hole_is_no_fault(store: Store) -> None:
    hole = shapely.difference(square(0, width=5), square(2))
    given = division(grids=(replace(grids()[0], boundary=hole),))
    store.publish(**{**whole_set(), "division": given})
    assert store.holding(TODAY).division.grids[0].boundary == hole

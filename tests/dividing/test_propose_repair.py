"""Broken clusters are mended with few hand-overs; loads are evened out with few moves."""

import numpy as np
import pytest
from shapely import box

from gis.errors import Cancelled, InvalidInput
from gis.planning.propose import balance, clusters, repair
from gis.planning.propose.tessellation import neighbours
from tests.dividing import synthetic_towns

ROW = [box(20 * i, 0, 20 * i + 12, 10) for i in range(9)]


def test_after_demolitions_at_most_two_buildings_per_broken_cluster_change_hands():
    town = synthetic_towns.old_town(64, seed=2)
    before = clusters(town, limit_s=10).labels
    stand = np.setdiff1d(np.arange(64), [11, 30, 52])
    found = repair(town[stand], before[stand])
    pairs = neighbours(town[stand]).tolist()
    assert found.broken
    assert len(found.moved) <= 2 * len(found.broken)
    assert (found.labels >= 0).all()
    for group in synthetic_towns.groups(found.labels):
        assert 3 <= len(group) <= 5
        assert synthetic_towns.hang_together(group, pairs)
    untouched = np.setdiff1d(np.arange(len(stand)), found.moved)
    assert (found.labels[untouched] == before[stand][untouched]).all()


def test_one_building_from_a_larger_neighbour_is_fewer_than_two_given_away():
    found = repair(ROW[:6], [0, 0, 0, 0, 1, 1])
    assert (found.labels.tolist(), found.moved, found.broken) == ([0, 0, 0, 1, 1, 1], (3,), (1,))


def test_a_cluster_too_large_gives_one_away():
    found = repair(ROW, [0] * 6 + [1] * 3)
    assert found.labels.tolist() == [0] * 5 + [1] * 4


def test_a_much_too_large_cluster_becomes_several():
    found = repair(ROW, [7] * 9)
    assert sorted(len(g) for g in synthetic_towns.groups(found.labels)) in ([3, 3, 3], [4, 5])
    assert 7 in found.labels


def test_new_buildings_join_or_become_a_cluster_of_their_own():
    assert repair(ROW[:4], [0, 0, 0, -1]).labels.tolist() == [0, 0, 0, 0]
    assert repair(ROW[:4], [0, 0, 0, -1]).moved == ()
    found = repair(ROW[:8], [0, 0, 0, 0, 0, -1, -1, -1])
    assert found.labels.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    assert found.moved == ()


def test_a_cluster_in_two_pieces_is_broken():
    found = repair(ROW[:6], [0, 0, 1, 0, 1, 1])
    assert found.broken == (0, 1)
    assert [len(g) for g in synthetic_towns.groups(found.labels)] == [3, 3]


def test_what_cannot_be_mended_is_left_out_by_name():
    found = repair([*ROW[:3], box(900, 0, 910, 10)], [0, 0, 0, 1])
    assert found.labels.tolist() == [0, 0, 0, -1]
    assert [one.buildings for one in found.left_out] == [(3,)]


def test_a_town_in_order_is_left_as_it_is():
    found = repair(ROW, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert found.moved == found.broken == ()


@pytest.mark.parametrize(
    ("labels", "field"), [([0, 0], "labels"), ([0.5] * 9, "labels"), (["a"] * 9, "labels")]
)
def test_labels_that_do_not_fit_are_refused(labels, field):
    with pytest.raises(InvalidInput) as refused:
        repair(ROW, labels)
    assert refused.value.field == field


def test_a_cancelled_repair_keeps_the_rule():
    def stop(done, total, best):
        raise Cancelled

    with pytest.raises(Cancelled) as stopped:
        repair(ROW[:6], [0, 0, 0, 0, 1, 1], progress=stop)
    assert {len(g) for g in synthetic_towns.groups(stopped.value.best.labels)} <= {3, 4, 5}


CHAIN = [(i, i + 1) for i in range(7)]


def test_loads_are_evened_out_and_groups_stay_connected():
    found = balance([50, 50, 50, 50, 50, 50, 10, 10], [0] * 6 + [1] * 2, CHAIN, tolerance=0.2)
    assert found.spread_before > 0.8
    assert found.spread_after <= 0.2
    assert all(
        synthetic_towns.hang_together(g, CHAIN) for g in synthetic_towns.groups(found.labels)
    )
    assert set(found.moved) == {3, 4, 5}


def test_a_locked_unit_and_the_size_rule_hold_a_boundary():
    loads, labels = [50, 50, 50, 50, 50, 50, 10, 10], [0] * 6 + [1] * 2
    locked = [False] * 5 + [True] + [False] * 2
    assert balance(loads, labels, CHAIN, locked=locked).moved == ()
    kept = balance(loads, labels, CHAIN, tolerance=0, counts=[1] * 8, low=3, high=3)
    assert [len(g) for g in synthetic_towns.groups(kept.labels)][1] <= 3


def test_no_more_units_move_than_allowed():
    found = balance([50] * 6 + [10] * 2, [0] * 6 + [1] * 2, CHAIN, tolerance=0, most_moves=1)
    assert len(found.moved) == 1


def test_two_units_change_places_where_one_alone_would_not_help():
    pairs = [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3), (0, 3)]
    found = balance([60, 60, 20, 20], [0, 0, 1, 1], pairs, tolerance=0.01)
    assert found.after.tolist() == [80.0, 80.0]
    assert len(found.moved) == 2


def test_nothing_to_balance_is_left_alone():
    assert balance([], [], np.empty((0, 2), dtype=int)).groups == ()
    assert balance([0, 0], [0, 1], [(0, 1)]).moved == ()
    with pytest.raises(InvalidInput):
        balance([1, -1], [0, 1], [(0, 1)])

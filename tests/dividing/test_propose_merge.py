"""Regions under the minimum are merged: most valid groups, contiguous, within their community."""

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box

from gis.errors import Cancelled, InvalidInput
from gis.planning.propose import merge_under
from gis.planning.propose.borders import shared_edges
from tests.dividing import synthetic_towns

STRIP = [box(i, 0, i + 1, 1) for i in range(6)]


def pairs_of(shapes):
    return shared_edges(np.array(shapes, dtype=object))[0].tolist()


@pytest.mark.parametrize("preserve", [False, True])
def test_small_maps_have_as_many_valid_groups_as_trying_everything_finds(preserve):
    for seed in range(9):
        shapes, households = synthetic_towns.blocks(5, 2, seed, most=(200, 320, 700)[seed % 3])
        pairs = pairs_of(shapes)
        found = merge_under(shapes, households, 300, preserve=preserve)
        assert found.valid == synthetic_towns.most_groups(households.tolist(), pairs, 300)
        assert found.valid <= found.reachable <= found.bound
        assert all(
            synthetic_towns.hang_together(g, pairs) for g in synthetic_towns.groups(found.labels)
        )
        assert (found.labels >= 0).all()


def test_a_ward_of_blocks_comes_near_the_bound_and_every_group_is_contiguous():
    shapes, households = synthetic_towns.blocks(20, 15, seed=4, most=70)
    found = merge_under(shapes, households, 300)
    sums = np.bincount(found.labels, weights=households)
    assert found.bound == households.sum() // 300
    assert found.valid >= 0.97 * found.bound
    assert (sums >= 300).all()
    assert all(
        synthetic_towns.hang_together(g, pairs_of(shapes))
        for g in synthetic_towns.groups(found.labels)
    )


def test_one_community_does_not_use_up_the_time_of_the_others():
    shapes, households = synthetic_towns.blocks(28, 8, seed=3, most=120)
    community = np.arange(224) % 28 // 7
    found = merge_under(shapes, households, 300, community, limit_s=1e-3)
    for one in range(4):
        mine = community == one
        valid = np.bincount(found.labels[mine], weights=households[mine]) >= 300
        assert valid.sum() >= 0.9 * (households[mine].sum() // 300)
    assert all(
        synthetic_towns.hang_together(g, pairs_of(shapes))
        for g in synthetic_towns.groups(found.labels)
    )


def test_heavy_regions_have_a_bound_that_counts_regions_too():
    row = [box(i, 0, i + 1, 1) for i in range(36)]
    found = merge_under(row, [200] * 36, 300)
    assert (found.valid, found.reachable, found.bound) == (18, 18, 24)
    assert found.proven


def test_no_group_crosses_a_community():
    found = merge_under(
        STRIP, [200, 50, 60, 90, 200, 200], 300, ["甲", "甲", "甲", "乙", "乙", "乙"]
    )
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_small_region_that_is_trapped_stays_under_the_minimum_by_name():
    found = merge_under(STRIP[:3], [400, 92, 500], 300, ["a", "b", "c"])
    assert found.labels.tolist() == [0, 1, 2]
    assert found.under == (1,)
    assert found.valid == found.reachable == 2


@pytest.mark.parametrize(
    ("households", "labels"),
    [
        ([310, 92, 350, 400, 320, 330], [0, 0, 1, 2, 3, 4]),
        ([310, 92, 100, 400, 320, 330], [0, 1, 1, 2, 3, 4]),
        ([310, 160, 150, 400, 320, 330], [0, 1, 1, 2, 3, 4]),
    ],
)
def test_large_regions_are_left_alone_unless_a_neighbour_has_no_other_partner(households, labels):
    wider = [*STRIP[:2], box(2, 0, 3, 3), *STRIP[3:]]
    found = merge_under(wider, households, 300, preserve=True)
    assert found.labels.tolist() == labels


def test_without_preserve_a_small_region_joins_a_large_one_before_it_stays_small():
    found = merge_under(STRIP[:3], [400, 92, 100], 300)
    assert found.labels.tolist() == [0, 0, 0]
    assert merge_under(STRIP[:3], [400, 92, 100], 300, preserve=True).labels.tolist() == [0, 1, 1]


def test_groups_become_compact_where_it_costs_nothing():
    square = [box(x, y, x + 1, y + 1) for y in range(4) for x in range(4)]
    found = merge_under(square, [75] * 16, 300)
    assert found.valid == 4
    pairs, length = shared_edges(np.array(square, dtype=object))
    cut = length[found.labels[pairs[:, 0]] != found.labels[pairs[:, 1]]].sum()
    assert cut <= 12


def test_a_corner_is_no_border_and_an_edge_without_common_vertices_is():
    assert pairs_of([box(0, 0, 1, 1), box(1, 1, 2, 2)]) == []
    assert pairs_of([box(0, 0, 1, 3), box(1, 1, 2, 2)]) == [[0, 1]]
    assert pairs_of([MultiPolygon([box(0, 0, 1, 1), box(5, 0, 6, 1)]), box(6, 0, 7, 1)]) == [[0, 1]]


def test_a_region_in_a_hole_and_regions_without_households_take_part():
    ring = Polygon(box(0, 0, 9, 9).exterior.coords, [box(3, 3, 6, 6).exterior.coords])
    found = merge_under([ring, box(3, 3, 6, 6), box(9, 0, 10, 9)], [290, 0, 20], 300)
    assert found.labels.tolist() == [0, 0, 0]
    assert found.bound == found.valid == 1


@pytest.mark.parametrize("preserve", [False, True])
def test_where_nothing_is_small_nothing_is_merged(preserve):
    assert merge_under(STRIP, [300] * 6, 300, preserve=preserve).labels.tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert merge_under([], [], 300, preserve=preserve).bound == 0
    nobody = merge_under(STRIP, [0] * 6, 300, preserve=preserve)
    assert (nobody.valid, nobody.bound) == (0, 0)


def test_islands_are_counted_each_by_itself():
    far = [box(100 + i, 0, 101 + i, 1) for i in range(2)]
    found = merge_under([*STRIP[:2], *far], [200, 250, 299, 250], 300)
    assert found.bound == found.valid == 2


def test_the_same_map_is_merged_the_same_way_again():
    shapes, households = synthetic_towns.blocks(9, 8, seed=1, most=120)
    again = [merge_under(shapes, households, 300).labels.tolist() for _ in range(2)]
    assert again[0] == again[1]


def test_whoever_cancels_has_the_best_so_far():
    def stop(done, total, best):
        raise Cancelled

    with pytest.raises(Cancelled) as stopped:
        merge_under(STRIP, [200] * 6, 300, progress=stop)
    assert len(stopped.value.best.labels) == 6


@pytest.mark.parametrize(
    ("households", "options", "field"),
    [
        ([1, 2, 3], {}, "households"),
        ([1, 2, 3, 4, 5, -6], {}, "households[5]"),
        ([1, 2, 3, 4, 5, np.nan], {}, "households[5]"),
        ([1, 2, 3, 4, 5, "x"], {}, "households"),
        ([1] * 6, {"minimum": 0}, "minimum"),
        ([1] * 6, {"within": ["a"]}, "within"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_by_name(households, options, field):
    with pytest.raises(InvalidInput) as refused:
        merge_under(STRIP, households, **options)
    assert refused.value.field == field

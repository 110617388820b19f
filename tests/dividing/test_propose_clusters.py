"""Buildings are divided into clusters of three to five: contiguous, cheap, and proven so."""

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from gis.errors import Cancelled, InvalidInput
from gis.planning.propose import clusters
from gis.planning.propose.set_cover import lowered, over_price
from gis.planning.propose.sets import Pool, connected_sets, graph
from gis.planning.propose.tessellation import neighbours, shared_boundary
from tests.dividing import synthetic_towns


def xy_of(shapes):
    return shapely.get_coordinates(shapely.centroid(shapes))


def keeps_the_rule(found, pairs, low=3, high=5):
    pairs = pairs.tolist()
    return all(
        low <= len(g) <= high and synthetic_towns.hang_together(g, pairs)
        for g in synthetic_towns.groups(found.labels)
    )


def random_net(seed, n):
    """Points and a sparse random net, stars and tails included."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 100, (n, 2))
    pairs = [(i, int(rng.integers(0, max(1, i // 2)))) for i in range(1, n) if rng.random() < 0.9]
    pairs += [
        tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(int(rng.integers(0, n)))
    ]
    return xy, np.array(pairs, dtype=np.int64).reshape(-1, 2)


@pytest.mark.parametrize(("low", "high"), [(3, 5), (2, 3), (4, 4), (1, 2)])
def test_small_nets_are_divided_as_well_as_trying_everything_does(low, high):
    for seed in range(8):
        xy, pairs = random_net(seed, 9)
        dots = [Point(p).buffer(0.5) for p in xy]
        found = clusters(dots, low, high, pairs=pairs)
        out, metres = synthetic_towns.best_clusters(xy_of(dots), pairs.tolist(), low, high)
        assert int((found.labels < 0).sum()) == out
        assert found.cost_m == pytest.approx(metres, abs=1e-6)
        assert found.bound_m <= metres + 1e-6
        assert keeps_the_rule(found, pairs, low, high)


@pytest.mark.parametrize(
    "town", [synthetic_towns.slabs(24), synthetic_towns.old_town(40), synthetic_towns.terraces(45)]
)
def test_the_optimum_of_a_compound_is_proven(town):
    found = clusters(town)
    assert found.proven
    assert found.gap == 0
    assert (found.labels >= 0).all()
    assert keeps_the_rule(found, neighbours(town))


def test_a_bound_of_a_larger_town_is_under_every_division_and_near_the_one_found():
    town = synthetic_towns.old_town(75)
    found = clusters(town, limit_s=None)
    assert found.bound_m <= found.cost_m <= 1.017 * found.bound_m
    assert keeps_the_rule(found, neighbours(town))


def test_prices_are_lowered_until_no_set_is_dearer_than_it_costs():
    xy = np.random.default_rng(3).uniform(0, 90, (14, 2))
    net = graph(xy, np.array([(i, j) for i in range(14) for j in range(i)]))
    pool = connected_sets(net, 3, 4)
    prices = lowered(pool, np.full(14, 200.0), 1e9)
    assert over_price(pool, prices).min() > -1e-9
    narrow = Pool(pool.members, pool.cost_m, 20.0)
    assert lowered(narrow, np.full(14, 200.0), 1e9).max() <= 20.0 / 4


def test_a_star_takes_one_cluster_and_names_the_rest():
    dots = [Point(0, 0).buffer(1)] + [Point(10 + i, 10 * i).buffer(1) for i in range(7)]
    found = clusters(dots, pairs=[(0, i) for i in range(1, 8)])
    (rest,) = found.left_out
    assert len(rest.buildings) == 3
    assert 0 not in rest.buildings
    assert "7" not in rest.text.zh.split("栋")[0]
    assert "3 of 8" in rest.text.en


def test_buildings_on_an_island_are_left_out_by_name():
    town = [*synthetic_towns.slabs(6), box(5000, 0, 5010, 10), box(5030, 0, 5040, 10)]
    found = clusters(town)
    assert found.labels[6:].tolist() == [-1, -1]
    assert [one.buildings for one in found.left_out] == [(6, 7)]
    assert (found.labels[:6] >= 0).all()


def test_cells_beyond_fifty_metres_do_not_meet():
    near, far = [[box(0, 0, 10, 10), box(10 + gap, 0, 20 + gap, 10)] for gap in (90, 110)]
    assert neighbours(near).tolist() == [[0, 1]]
    assert neighbours(far).tolist() == []
    (length,) = shared_boundary(np.array(near, dtype=object))[1]
    assert length == pytest.approx(10 + 2 * np.sqrt(50**2 - 45**2), rel=0.02)


def test_a_building_between_two_others_parts_their_cells():
    row = [box(0, 0, 10, 40), box(14, -30, 24, 70), box(28, 0, 38, 40)]
    assert neighbours(row).tolist() == [[0, 1], [1, 2]]


def test_shared_walls_courtyards_duplicates_and_slivers_have_neighbours():
    ring = Polygon(box(0, 0, 60, 60).exterior.coords, [box(15, 15, 45, 45).exterior.coords])
    inner = box(26, 26, 34, 34)
    shed = box(61, 0, 61.3, 0.3)
    sliver = box(62, 10, 62.05, 40)
    twin = box(80, 0, 90, 10)
    two = MultiPolygon([box(95, 0, 99, 10), box(101, 0, 105, 10)])
    pairs = {tuple(p) for p in neighbours([ring, inner, shed, sliver, twin, twin, two]).tolist()}
    assert {(0, 1), (0, 2), (0, 3), (4, 5), (4, 6), (5, 6)} <= pairs
    found = clusters([ring, inner, shed, sliver, twin, twin, two])
    assert (found.labels >= 0).all()


def test_the_same_town_is_divided_the_same_way_again():
    town = synthetic_towns.old_town(35, seed=5)
    assert clusters(town).labels.tolist() == clusters(town).labels.tolist()


def test_nothing_is_divided_into_nothing():
    found = clusters([])
    assert (found.labels.tolist(), found.cost_m, found.bound_m) == ([], 0.0, 0.0)


def test_larger_clusters_have_a_bound_too():
    found = clusters(synthetic_towns.old_town(40), 5, 10, limit_s=1)
    sizes = {len(g) for g in synthetic_towns.groups(found.labels)}
    assert sizes <= set(range(5, 11))
    assert 0 < found.bound_m <= found.cost_m


def test_whoever_cancels_has_the_best_so_far():
    def stop(done, total, best):
        assert 0 <= done <= total
        if best.cost_m:
            raise Cancelled

    with pytest.raises(Cancelled) as stopped:
        clusters(synthetic_towns.old_town(40), progress=stop)
    best = stopped.value.best
    assert keeps_the_rule(best, neighbours(synthetic_towns.old_town(40)))
    assert best.bound_m <= best.cost_m


def test_a_moment_is_enough_for_an_answer_that_keeps_the_rule():
    town = synthetic_towns.old_town(90)
    found = clusters(town, limit_s=1e-6)
    assert keeps_the_rule(found, neighbours(town))
    assert found.bound_m <= found.cost_m


ROW = [box(20 * i, 0, 20 * i + 12, 10) for i in range(4)]
NOWHERE = shapely.transform(
    box(0, 0, 2, 1), lambda xy: np.where((xy == (0, 1)).all(axis=1, keepdims=True), np.nan, xy)
)


@pytest.mark.parametrize(
    ("shapes", "options", "field", "sentence"),
    [
        ([*ROW, Point(0, 0)], {}, "footprints[4]", "not a polygon"),
        ([*ROW, None], {}, "footprints[4]", "not a polygon"),
        ([*ROW, Polygon()], {}, "footprints[4]", "is empty"),
        ([*ROW, NOWHERE], {}, "footprints[4]", "not a number"),
        ([*ROW, Polygon([(0, 0), (1, 1), (0, 0)])], {}, "footprints[4]", "no ground"),
        (
            [box(118.75 + i / 1e4, 32.1, 118.75005 + i / 1e4, 32.10005) for i in range(4)],
            {},
            "footprints",
            "degrees",
        ),
        (ROW, {"low": 4, "high": 3}, "low", "over high"),
        (ROW, {"low": 0}, "low", "from 1"),
        (ROW, {"high": 4.5}, "high", "whole number"),
        (ROW, {"limit_s": -1}, "limit_s", "over 0"),
        (ROW, {"pairs": [(0, 9)]}, "pairs", "from 0 to 3"),
    ],
)
def test_what_cannot_be_divided_is_refused_by_name(shapes, options, field, sentence):
    with pytest.raises(InvalidInput) as refused:
        clusters(shapes, **options)
    assert refused.value.field == field
    assert sentence in refused.value.text.en
    assert refused.value.text.zh


def test_a_ring_that_crosses_itself_is_mended():
    bow = Polygon([(90, 0), (100, 10), (100, 0), (90, 10)])
    assert (clusters([*ROW, bow]).labels >= 0).all()

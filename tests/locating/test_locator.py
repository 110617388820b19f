"""A point's three levels, how near the border is, and who is on the other side."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.division import Division
from gis.errors import InvalidInput
from gis.geometry import MetricFrame
from gis.intake import read_set
from gis.lookup.locator import Locator
from tests import ascii_maps
from tests.ascii_maps import SIDE, SOUTH, WEST


@pytest.fixture(scope="module")
def locator():
    return Locator(ascii_maps.atlas().division)


def at(x, y=0.5):
    return round(WEST + x * SIDE, 7), round(SOUTH + y * SIDE, 7)


def codes(location):
    return [g.code for g in location.grids]


def test_a_point_has_three_levels(locator):
    found = locator.locate(*at(2.5))
    assert codes(found) == ["320106012001", "320106012001002", "320106012001002001"]
    assert found.distance_to_boundary_m == pytest.approx(47.2, abs=0.1)
    assert found.near == ()


def test_a_point_on_a_shared_edge_is_of_the_lowest_code_and_names_the_other(locator):
    found = locator.locate(*at(4))
    assert codes(found)[-1] == "320106012001002002"
    assert found.distance_to_boundary_m == 0.0
    assert [(n.grid.code, n.distance_m) for n in found.near] == [("320106012002001001", 0.0)]


def test_a_point_a_millimetre_from_the_edge_is_not_on_it(locator):
    lon, lat = at(4)
    found = locator.locate(lon - 1e-8, lat)
    assert 0 < found.distance_to_boundary_m < 0.002


def test_a_point_on_the_outer_edge_is_inside(locator):
    found = locator.locate(*at(2.5, 0))
    assert codes(found)[-1] == "320106012001002001"
    assert found.distance_to_boundary_m == 0.0


def test_grids_within_the_tolerance_are_near(locator):
    lon, lat = at(4.1)
    assert locator.locate(lon, lat, tolerance_m=9).near == ()
    (near,) = locator.locate(lon, lat, tolerance_m=10).near
    assert (near.grid.code, near.distance_m) == ("320106012001002002", pytest.approx(9.4, abs=0.1))


def test_outside_the_nearest_grid_is_named(locator):
    found = locator.locate(*at(-1))
    assert found.grids == ()
    assert found.distance_to_boundary_m is None
    assert found.nearest.grid.code == "320106012001001001"
    assert found.nearest.distance_m == pytest.approx(94.3, abs=0.2)


def test_many_points_are_answered_as_one_by_one(locator):
    rng = np.random.default_rng(3)
    xy = np.round(rng.uniform(-1, 9, (300, 2)) * [SIDE, SIDE / 5] + [WEST, SOUTH], 7)
    xy[:20, 0] = [at(i % 9)[0] for i in range(20)]
    assert locator.locate_each(xy) == [locator.locate(x, y) for x, y in xy.tolist()]


@pytest.mark.parametrize(("lon", "field"), [(math.nan, "lon"), (math.inf, "lon"), (500, "lon")])
def test_what_is_no_place_is_refused(locator, lon, field):
    with pytest.raises(InvalidInput) as refused:
        locator.locate(lon, 32.0)
    assert refused.value.field == field


SAMPLE = Path(__file__).parents[2] / "data" / "boundaries.geojson"


@pytest.fixture(scope="module")
def of_sample():
    return Locator(read_set([SAMPLE], today=date(2026, 11, 1)).division)


def spots(division, count):
    """Points all over, far outside, on vertices, on edges and beside them."""
    generator = np.random.default_rng(5)
    boundaries = np.array([g.boundary for g in division.level(3)])
    west, south, east, north = shapely.total_bounds(boundaries)
    width, height = east - west, north - south
    over = generator.uniform(
        (west - width, south - height), (east + width, north + height), (count, 2)
    )
    inside = generator.uniform((west, south), (east, north), (count, 2))
    places = shapely.get_coordinates(boundaries)
    vertices = generator.choice(places, count)
    start = generator.integers(0, len(places) - 1, count)
    middles = (places[start] + places[start + 1]) / 2
    beside = np.nextafter(middles, generator.choice([-np.inf, np.inf], (count, 2)))
    return np.concatenate([over, inside, vertices, middles, beside])


def test_a_point_alone_has_the_answer_it_has_among_many(of_sample):
    points = spots(of_sample.division, 300)
    for (lon, lat), among in zip(points.tolist(), of_sample.locate_each(points), strict=True):
        alone = of_sample.locate(lon, lat)
        assert alone.grids == among.grids
        assert alone.distance_to_boundary_m == pytest.approx(among.distance_to_boundary_m)
        assert [n.grid for n in alone.near] == [n.grid for n in among.near]
        assert [n.distance_m for n in alone.near] == pytest.approx(
            [n.distance_m for n in among.near], abs=0.011
        )
        assert (alone.nearest and alone.nearest.grid) == (among.nearest and among.nearest.grid)


@pytest.mark.parametrize("tolerance_m", [0.0, 40.0, 900.0])
def test_any_tolerance_names_the_same_grids_as_their_distance(of_sample, tolerance_m):
    lon, lat = 118.7512, 32.1101
    frame = MetricFrame(118.7)
    grounds = frame.to_metres(np.array([g.boundary for g in of_sample.grids]))
    metres = shapely.distance(grounds, shapely.Point(frame.project(lon, lat)))
    found = of_sample.locate(lon, lat, tolerance_m=tolerance_m)
    expected = {g.code for g, d in zip(of_sample.grids, metres, strict=True) if d <= tolerance_m}
    assert {n.grid.code for n in found.near} == expected - {found.grids[-1].code}


def test_without_grids_nothing_is_near():
    assert Locator(Division(())).locate(118.75, 32.11).nearest is None

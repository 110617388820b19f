"""A point's three levels, how near the border is, and who is on the other side."""

import math

import numpy as np
import pytest

from gis.errors import InvalidInput
from gis.lookup.locator import Locator
from tests import drawn
from tests.drawn import SIDE, SOUTH, WEST


@pytest.fixture(scope="module")
def locator():
    return Locator(drawn.atlas().division)


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

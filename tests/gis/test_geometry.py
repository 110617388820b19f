"""What is refused as a boundary, and how large things are."""

import math

import pytest
import shapely

from gis.errors import InvalidBoundary, InvalidInput
from gis.geometry import (
    area_m2,
    check_lon_lat,
    geometry_as_geojson,
    read_geometry,
    to_degrees,
    to_metres,
)
from tests.ascii_maps import square

POLYGONS = ("Polygon", "MultiPolygon")
BOW_TIE = [[118.0, 32.0], [118.1, 32.1], [118.1, 32.0], [118.0, 32.1], [118.0, 32.0]]
OPEN = [[118.0, 32.0], [118.1, 32.0], [118.1, 32.1], [118.0, 32.1]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (None, "must be Polygon"),
        ({"type": "LineString", "coordinates": OPEN}, "must be Polygon"),
        ({"type": "Polygon", "coordinates": "x"}, "without rings"),
        (polygon(BOW_TIE), "invalid ring: Self-intersection"),
        (polygon(OPEN), "not closed"),
        (polygon([*OPEN[:2], OPEN[0]]), "4 or more"),
        (polygon([OPEN[0]] * 4), "encloses no ground"),
        (polygon([*OPEN, [118.0, math.nan]]), "lat = nan"),
        (polygon([*OPEN, [500, 32.0]]), "lon = 500"),
        (polygon([*OPEN, [True, 32.0]]), "not a position"),
        (polygon([*OPEN, ["118", "32"]]), "not a position"),
        (polygon([*OPEN, [10**400, 32]]), "too large"),
        ({"type": "MultiPolygon", "coordinates": []}, "without parts"),
    ],
)
def test_a_bad_boundary_is_refused_with_its_reason(geometry, says):
    with pytest.raises(InvalidBoundary, match=says):
        read_geometry(geometry, POLYGONS)


def test_a_self_crossing_ring_is_pointed_at():
    with pytest.raises(InvalidBoundary) as refused:
        read_geometry(polygon(BOW_TIE), POLYGONS)
    assert refused.value.place == pytest.approx((118.05, 32.05))


def test_coordinates_are_rounded_to_seven_decimals_and_come_out_as_they_went_in():
    ring = [[118.00000004, 32.0], [118.1, 32.0], [118.1, 32.1], [118.00000004, 32.0]]
    read = read_geometry(polygon(ring), POLYGONS)
    assert geometry_as_geojson(read)["coordinates"][0][0] == [118.0, 32.0]
    assert geometry_as_geojson(read_geometry(square(0), POLYGONS)) == square(0)


def test_a_square_kilometre_is_one():
    side = shapely.box(600_000, 3_550_000, 601_000, 3_551_000)
    assert area_m2(to_degrees(side)) == pytest.approx(1e6, rel=1e-9)
    assert to_metres(to_degrees(side)).bounds == pytest.approx(side.bounds, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [(math.nan, 32, "lon"), (math.inf, 32, "lon"), (500, 32, "lon"), (118, 90.1, "lat")],
)
def test_no_place_on_earth(lon, lat, field):
    with pytest.raises(InvalidInput) as refused:
        check_lon_lat(lon, lat)
    assert refused.value.field == field

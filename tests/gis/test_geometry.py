"""What is refused as a boundary, and how large things are."""

import math

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gis.errors import InvalidBoundary, InvalidInput
from gis.geometry import (
    MetricFrame,
    apart_m,
    area_m2,
    check_lon_lat,
    geometry_as_geojson,
    length_m,
    metres_of_degree,
    read_geometry,
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


PLACES = {
    "喀什": (75.99, 39.47), "三亚": (109.51, 18.25), "曾母暗沙": (112.28, 3.97),
    "乌鲁木齐": (87.62, 43.83), "拉萨": (91.11, 29.65), "成都": (104.07, 30.67),
    "南京": (118.75, 32.11), "漠河": (122.54, 52.97), "抚远": (134.29, 48.36),
}  # fmt: skip
ON_EARTH = Geod(ellps="GRS80")


@pytest.fixture(params=PLACES, ids=list(PLACES))
def somewhere(request):
    return PLACES[request.param]


def stretch(lon, lat, wide_deg=0.03):
    """Crooked ground some kilometres wide."""
    turns = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    far = wide_deg * (1 + 0.3 * np.cos(5 * turns))
    return shapely.Polygon(np.column_stack([lon + far * np.cos(turns), lat + far * np.sin(turns)]))


def test_ground_is_as_large_as_on_the_ellipsoid_anywhere(somewhere):
    ground = stretch(*somewhere)
    truth = abs(ON_EARTH.geometry_area_perimeter(ground)[0])
    assert area_m2(ground) == pytest.approx(truth, rel=1e-5)
    drawn = MetricFrame.of(ground).to_metres(ground)
    assert shapely.area(drawn) == pytest.approx(truth, rel=1e-4)
    assert length_m(ground.exterior) == pytest.approx(
        abs(ON_EARTH.geometry_length(ground.exterior)), rel=1e-5
    )


def test_an_area_is_the_same_alone_and_among_others(somewhere):
    grounds = np.array([stretch(*somewhere), stretch(100.0, 30.0)], dtype=object)
    assert area_m2(grounds).tolist() == [area_m2(g) for g in grounds]


def test_a_plane_200_km_to_either_side_is_true_to_a_twentieth_of_a_per_cent(somewhere):
    lon, lat = somewhere
    side = 200_000 / (111_320 * math.cos(math.radians(lat)))
    here = shapely.LineString([(lon - side, lat), (lon - side, lat + 0.01)])
    frame = MetricFrame.of([here, shapely.Point(lon + side, lat)])
    assert frame.to_metres(here).length == pytest.approx(
        ON_EARTH.geometry_length(here), rel=0.000_55
    )


def test_degrees_come_back_from_a_plane(somewhere):
    ground = stretch(*somewhere)
    frame = MetricFrame.of(ground)
    back = shapely.get_coordinates(frame.to_degrees(frame.to_metres(ground)))
    assert back == pytest.approx(shapely.get_coordinates(ground), abs=1e-10)


@pytest.mark.parametrize("lat", [3.0, 18.0, 32.0, 53.0])
def test_a_degree_has_as_many_metres_as_on_the_ellipsoid(lat):
    east, north = metres_of_degree(lat)
    assert apart_m((100, lat), (100.001, lat)) == pytest.approx(east / 1000, rel=1e-5)
    assert apart_m((100, lat - 5e-4), (100, lat + 5e-4)) == pytest.approx(north / 1000, rel=1e-5)


def test_what_is_on_the_other_side_of_the_earth_is_far_not_nowhere():
    frame = MetricFrame(105.0)
    lon = np.array([-75.0, 15.0, -179.0, 195.0])
    x, y = frame.project(lon, np.zeros(4))
    assert np.isfinite([x, y]).all()
    assert frame.project(-75.0, 0.0) == pytest.approx((x[0], y[0]))
    assert np.abs(x).min() > 5_000_000


def test_a_frame_of_nothing_is_a_frame():
    assert MetricFrame.of([]).to_metres(shapely.Point(105, 30)).x == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [(math.nan, 32, "lon"), (math.inf, 32, "lon"), (500, 32, "lon"), (118, 90.1, "lat")],
)
def test_no_place_on_earth(lon, lat, field):
    with pytest.raises(InvalidInput) as refused:
        check_lon_lat(lon, lat)
    assert refused.value.field == field

"""The four datums, against an independent implementation and against themselves."""

import numpy as np
import prcoords
import pytest

from gis.datum import DATUMS, from_wgs84, parse_datum, to_wgs84
from gis.errors import InvalidInput
from gis.geometry import apart_m

METRES_PER_DEGREE = 111_320.0


def china(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.uniform(74, 134, count), rng.uniform(18, 53, count)


@pytest.mark.parametrize("datum", DATUMS)
def test_there_and_back_is_the_same_place_to_a_hundred_millionth_of_a_metre(datum):
    lon, lat = china(20_000)
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    apart_m = np.hypot(back[0] - lon, back[1] - lat) * METRES_PER_DEGREE
    assert apart_m.max() < 1e-8


@pytest.mark.parametrize(
    ("datum", "forward"), [("gcj02", prcoords.wgs_gcj), ("bd09", prcoords.wgs_bd)]
)
def test_forward_agrees_with_an_independent_implementation(datum, forward):
    lon, lat = china(500)
    ours = from_wgs84(lon, lat, datum)
    theirs = [forward(prcoords.Coords(float(y), float(x))) for x, y in zip(lon, lat, strict=True)]
    np.testing.assert_allclose(ours[0], [t.lon for t in theirs], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours[1], [t.lat for t in theirs], rtol=0, atol=1e-12)


def test_a_point_and_an_array_give_the_same():
    lon, lat = china(50)
    for datum in DATUMS:
        many = to_wgs84(lon, lat, datum)
        for i in range(50):
            one = to_wgs84(float(lon[i]), float(lat[i]), datum)
            assert one == pytest.approx((many[0][i], many[1][i]), abs=1e-13)


def test_at_baotaqiao_gcj02_is_543_m_and_bd09_1187_m_off():
    here = (118.75, 32.11)
    for datum, metres in (("gcj02", 543), ("bd09", 1187)):
        assert apart_m(here, from_wgs84(*here, datum)) == pytest.approx(metres, abs=15)


def test_cgcs2000_is_wgs84():
    assert to_wgs84(118.75, 32.11, "cgcs2000") == (118.75, 32.11)


def test_outside_china_gcj02_has_no_offset():
    assert to_wgs84(2.35, 48.85, "gcj02") == (2.35, 48.85)


def test_nan_stays_nan_and_the_others_are_not_disturbed():
    lon, lat = to_wgs84(np.array([np.nan, 118.75]), np.array([32.11, 32.11]), "gcj02")
    assert np.isnan(lon[0])
    assert np.isfinite(lon[1])


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("turn", [to_wgs84, from_wgs84])
@pytest.mark.parametrize("far", [1e308, -1e308, 1e155, 2.0**63, float("inf"), -1e9, 400.0])
def test_what_is_no_place_on_earth_stays_as_it_is_without_a_warning(far, turn, datum):
    assert turn(far, 32.11, datum) == (far, 32.11)
    assert turn(118.75, far, datum) == (118.75, far)
    lon, lat = turn(np.array([far, 118.75, 118.75]), np.array([32.11, far, 32.11]), datum)
    assert (lon[0], lat[1]) == (far, far)
    assert (lon[2], lat[2]) == pytest.approx(turn(118.75, 32.11, datum), abs=1e-13)


@pytest.mark.parametrize("datum", DATUMS)
def test_the_corners_of_the_earth_come_back_too(datum):
    lon, lat = np.array([-180.0, 180.0, 0.0, 180.0]), np.array([-90.0, 90.0, 0.0, 0.0])
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", [None, "", "WGS84", "gcj-02", 4326])
def test_a_datum_is_never_guessed(name):
    with pytest.raises(InvalidInput) as refused:
        parse_datum(name)
    assert refused.value.field == "datum"
    assert refused.value.accepted == DATUMS

"""Metres are metres from Kashgar to Fuyuan and from Sanya to Mohe, whatever datum a file is in."""

import json

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gis.atlas import Atlas
from gis.cleaning import find_faults
from gis.datum import DATUMS, from_wgs84
from gis.directory import Directory
from gis.errors import RefusedSet
from gis.geometry import area_m2
from gis.intake import ReadOptions, read_set
from gis.planning.cell_map import cell_map_of
from gis.roster import Roster
from maps.posters.projected import ProjectedAtlas
from tests import ascii_maps
from tests.ascii_maps import TODAY

PLACES = {
    "喀什": (75.99, 39.47), "乌鲁木齐": (87.62, 43.83), "拉萨": (91.11, 29.65),
    "成都": (104.07, 30.67), "三亚": (109.51, 18.25), "三沙": (112.34, 16.83),
    "南京": (118.75, 32.11), "漠河": (122.54, 52.97), "抚远": (134.29, 48.36),
}  # fmt: skip
ON_EARTH = Geod(ellps="GRS80")
DEPTH = 0.00021  # degrees from the western edge of the first square


def town(at, datum="wgs84"):
    """The strip of squares at another place, filed in a datum."""
    fc = {**ascii_maps.boundaries(), "datum": datum}
    move = np.subtract(at, (ascii_maps.WEST, ascii_maps.SOUTH))
    for feature in fc["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        there = np.column_stack(from_wgs84(*(np.array(ring) + move).T, datum))
        feature["geometry"]["coordinates"] = [np.round(there, 7).tolist()]
    return fc


def atlas_of(fc, folder, **how):
    (folder / "b.geojson").write_text(json.dumps(fc), "utf-8")
    read = read_set([folder / "b.geojson"], today=TODAY, how=ReadOptions(**how)).require_sound()
    return Atlas(read.division, Directory(), Roster(), TODAY)


def ground_m2(grid):
    return abs(ON_EARTH.geometry_area_perimeter(grid.boundary)[0])


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("place", PLACES)
def test_a_point_is_as_far_from_a_boundary_as_on_the_ground(place, datum, tmp_path):
    lon, lat = PLACES[place]
    atlas = atlas_of(town((lon, lat), datum), tmp_path)
    spot = lon + DEPTH, lat + ascii_maps.SIDE / 2
    *_, truth = ON_EARTH.inv(*spot, lon, spot[1])
    found = atlas.spot(*spot).location
    assert found.distance_to_boundary_m == pytest.approx(truth, rel=5e-4, abs=0.01)
    (among,) = atlas.locator.locate_each(np.array([spot]))
    assert among.distance_to_boundary_m == pytest.approx(truth, rel=5e-4, abs=0.01)
    away = lon - 3 * ascii_maps.SIDE, spot[1]
    *_, truth = ON_EARTH.inv(*away, lon, away[1])
    assert atlas.spot(*away).location.nearest.distance_m == pytest.approx(truth, rel=5e-4, abs=0.06)


@pytest.mark.parametrize("place", PLACES)
def test_cells_and_posters_are_as_large_as_the_ground(place, tmp_path):
    atlas = atlas_of(town(PLACES[place]), tmp_path)
    truth = sum(ground_m2(g) for g in atlas.division.level(3))
    cells = cell_map_of(atlas).cells.values()
    assert sum(c.area_m2 for c in cells) == pytest.approx(truth, rel=1e-3)
    drawn = ProjectedAtlas(atlas)
    assert drawn.area_km2 * 1e6 == pytest.approx(truth, rel=1e-3)
    west, south, east, north = drawn.bounds
    *_, across = ON_EARTH.inv(*PLACES[place], PLACES[place][0] + 8 * ascii_maps.SIDE,
                              PLACES[place][1])  # fmt: skip
    assert east - west == pytest.approx(across, rel=5e-4)
    *_, up = ON_EARTH.inv(*PLACES[place], PLACES[place][0], PLACES[place][1] + ascii_maps.SIDE)
    assert north - south == pytest.approx(up, rel=5e-4, abs=0.02)


@pytest.mark.parametrize("place", PLACES)
def test_a_tolerance_is_in_metres_of_the_ground(place, tmp_path):
    """A sliver a metre wide is cleaned within 1.05 m and refused at 0.95 m, everywhere."""
    lon, lat = PLACES[place]
    fc = town((lon, lat))
    metre = 1 / ON_EARTH.inv(lon, lat, lon + 1, lat)[2]
    (ring,) = ascii_maps.feature(fc, "320106012001001001")["geometry"]["coordinates"]
    east = max(x for x, _ in ring)
    for corner in ring:
        if corner[0] == east:
            corner[0] = round(east - metre, 7)
    (fault,) = [f for f in find_faults(read_pieces(fc, tmp_path)) if f.kind == "gap"]
    assert fault.width_m == pytest.approx(1, abs=0.02)
    assert fault.area_m2 == pytest.approx(area_m2(fault.shape), rel=1e-3)
    atlas = atlas_of(fc, tmp_path, tolerance_m=1.05)
    assert shapely.coverage_is_valid(np.array([g.boundary for g in atlas.division.level(3)]))
    with pytest.raises(RefusedSet):
        atlas_of(fc, tmp_path, tolerance_m=0.95)


def read_pieces(fc, folder):
    (folder / "b.geojson").write_text(json.dumps(fc), "utf-8")
    return read_set([folder / "b.geojson"], today=TODAY).pieces

"""A boundary that a GIS only wrote down in its own way is unchanged; the one real edit shows."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from gis.directory import ContextFeature, ContextKind, Directory, PlaceKind
from gis.division import Division
from gis.exchange.crs import parse_reference
from gis.exchange.geojson import write_directory
from gis.geometry import normal_shape, same_shape
from gis.intake import ReadOptions, read_set
from gis.intake.preview import preview
from gis.planning.diff import comparison_between
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake import office_files

EDITED = "320106012001001001"


def reversed_rings(shape):
    return shapely.reverse(shape)


def other_start(shape):
    def turned(ring):
        xy = shapely.get_coordinates(ring)[:-1]
        return np.roll(xy, 2, axis=0)

    return shapely.Polygon(turned(shape.exterior), [turned(r) for r in shape.interiors])


def multi_of_one(shape):
    return shapely.MultiPolygon([shape])


def with_heights(shape):
    return shapely.force_3d(shape, 12.5)


def corner_twice(shape):
    xy = shapely.get_coordinates(shape)
    return shapely.Polygon(np.insert(xy, 1, xy[1], axis=0))


WRITERS = [reversed_rings, other_start, multi_of_one, with_heights, corner_twice]


def written_by(fc, write):
    """The boundaries as another program writes them, without the ids it does not know."""
    for feature in fc["features"]:
        shape = write(shapely.from_geojson(json.dumps(feature["geometry"])))
        feature["geometry"] = json.loads(shapely.to_geojson(shape))
        del feature["properties"]["id"]
    return fc


def edited(fc):
    """One corner of one grid, of its compound and of its community goes a metre out."""
    for feature in fc["features"]:
        if EDITED.startswith(feature["properties"]["code"]):
            (ring,) = feature["geometry"]["coordinates"]
            corner = [ascii_maps.WEST, ascii_maps.SOUTH]
            ring[:] = [[ascii_maps.WEST - 1e-5, y] if [x, y] == corner else [x, y] for x, y in ring]
    return fc


def changed(read, base):
    (grids,) = preview(read, base).changes
    return {d.label.split()[0] for d in grids.changed}, grids.same


@pytest.fixture(scope="module")
def base():
    return ascii_maps.atlas()


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_only_written_down_otherwise_is_unchanged(write, base, tmp_path):
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(written_by(ascii_maps.boundaries(), write)), "utf-8")
    read = read_set([path], today=TODAY, base=base).require_sound()
    assert changed(read, base) == (set(), 14)
    assert read.division.sha256 == base.division.sha256


@pytest.mark.parametrize("write", WRITERS)
def test_only_the_real_edit_shows(write, base, tmp_path):
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(written_by(edited(ascii_maps.boundaries()), write)), "utf-8")
    read = read_set([path], today=TODAY, base=base).require_sound()
    assert changed(read, base) == ({EDITED, EDITED[:-3], EDITED[:-6]}, 11)


@pytest.mark.parametrize("epsg", [4490, 4547, 4528, 32650])
def test_a_shapefile_in_any_system_comes_back_unchanged(epsg, base, tmp_path):
    crs = CRS.from_epsg(epsg)
    there = Transformer.from_crs(4490, crs, always_xy=True)
    path = office_files.shapefile(
        tmp_path / "b.zip",
        office_files.grids(),
        lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])),
        prj=crs.to_wkt("WKT1_ESRI"),
    )
    read = read_set([path], today=TODAY, base=base)
    boundaries = [f for d in preview(read, base).changes[0].changed for f in d.fields]
    assert [f for f in boundaries if f[0] == "boundary"] == []


def test_a_shapefile_in_gcj02_comes_back_unchanged(base, tmp_path):
    path = office_files.shapefile(
        tmp_path / "b.zip", office_files.grids(), office_files.to_gcj02, prj=None
    )
    read = read_set([path], today=TODAY, base=base, how=ReadOptions(parse_reference("gcj02")))
    for grid in read.division:
        assert grid.boundary.equals_exact(base.division.by_code[grid.code].boundary), grid.code


def test_the_order_of_parts_and_holes_makes_no_difference():
    one = shapely.box(0, 0, 10, 10).difference(shapely.MultiPoint([(2, 2), (7, 7)]).buffer(1))
    far = shapely.box(20, 0, 30, 10)
    turned = shapely.Polygon(one.exterior, list(one.interiors)[::-1])
    assert same_shape(shapely.MultiPolygon([one, far]), shapely.MultiPolygon([far, turned]))
    assert not same_shape(one, shapely.Polygon(one.exterior))
    moved = shapely.transform(far, lambda xy: np.where(xy == 30, 30.0000001, xy))
    assert not same_shape(far, moved)
    assert normal_shape(shapely.MultiPolygon([far])).geom_type == "Polygon"


def test_two_versions_differ_in_the_real_edit_alone(base):
    def turned(grid):
        move = 1e-5 if grid.code == EDITED else 0.0
        corner = [ascii_maps.WEST, ascii_maps.SOUTH]
        shape = shapely.transform(
            grid.boundary, lambda xy: np.where((xy == corner).all(axis=1)[:, None], xy - move, xy)
        )
        return replace(grid, boundary=shapely.reverse(other_start(shape)))

    after = replace(base, division=Division(tuple(turned(g) for g in base.division)))
    differing = comparison_between(base, after).reshaped
    assert {after.division.by_id[g].code for g in differing} == {EDITED}


def test_footprints_and_roads_that_are_the_same_keep_what_is_stored(base, tmp_path):
    house = shapely.box(118.7502, 32.1102, 118.7504, 32.1104)
    road = shapely.LineString([(118.75, 32.1105), (118.754, 32.1105)])
    stored = Directory(
        (ascii_maps.place("b1", PlaceKind.BUILDING, 0, 0, geometry=house),),
        (ContextFeature("r1", ContextKind.ROAD, "示例路", road),),
        synthetic=True,
    )
    again = Directory(
        tuple(replace(p, geometry=shapely.reverse(p.geometry)) for p in stored.places),
        tuple(replace(c, geometry=shapely.reverse(c.geometry)) for c in stored.context),
        synthetic=True,
    )
    for name, content in zip(
        ("places", "context"), write_directory(again, base.division), strict=True
    ):
        (tmp_path / f"{name}.geojson").write_bytes(content)
    read = read_set(
        [tmp_path / "places.geojson", tmp_path / "context.geojson"],
        today=TODAY,
        base=replace(base, directory=stored),
    )
    assert read.directory.places[0].geometry.equals_exact(house)
    assert read.directory.context[0].geometry.equals_exact(road)

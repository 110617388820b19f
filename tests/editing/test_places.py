"""Places are kept current: renamed, moved, corrected, removed; a former name is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from gis.atlas import Atlas
from gis.datum import Datum, from_wgs84
from gis.directory import PlaceKind
from gis.editing import places, workload
from gis.editing.places import ReadPoint
from gis.errors import Conflict, InvalidInput, NotFound
from tests.ascii_maps import atlas as drawn_atlas
from tests.ascii_maps import place
from tests.store.sets import directory

HERE = ReadPoint(118.7512, 32.1105, Datum.WGS84)


def test_another_name_keeps_the_former_one() -> None:
    after = places.edit_place(directory(), "b1", {"name": "新1幢"}).value.by_id["b1"]
    assert (after.name, after.former_names) == ("新1幢", ("下关1幢", "1幢 0"))


def test_a_slip_of_the_pen_is_no_former_name() -> None:
    after = places.edit_place(directory(), "b1", {"name": "1幢"}, keep_name=False)
    assert after.value.by_id["b1"].former_names == ("下关1幢",)


def test_a_name_that_comes_back_is_no_former_name() -> None:
    once = places.edit_place(directory(), "b1", {"name": "新1幢"}).value
    back = places.edit_place(once, "b1", {"name": "1幢 0"}).value.by_id["b1"]
    assert back.former_names == ("下关1幢", "新1幢")


def test_a_point_is_moved_in_the_datum_of_the_map_it_was_read_off() -> None:
    lon, lat = from_wgs84(118.7512, 32.1105, Datum.GCJ02)
    moved = places.edit_place(directory(), "s1", {}, spot=ReadPoint(lon, lat, Datum.GCJ02))
    assert shapely.get_coordinates(moved.value.by_id["s1"].geometry).tolist() == [
        [118.7512, 32.1105]
    ]


def test_a_footprint_that_is_moved_keeps_its_form() -> None:
    before = directory().by_id["b1"].geometry
    after = places.edit_place(directory(), "b1", {}, spot=HERE).value.by_id["b1"].geometry
    assert after.area == pytest.approx(before.area, rel=1e-3)
    assert after.covers(shapely.Point(118.7512, 32.1105))


def test_a_building_with_a_shop_in_it_is_not_torn_down_unasked() -> None:
    with pytest.raises(Conflict, match=r"1 place\(s\) are in"):
        places.remove_place(directory(), "b1")
    gone = places.remove_place(directory(), "b1", with_contents=True)
    assert set(gone.value.by_id) == {"u1"}
    assert [c.subject for c in gone.changes] == ["place:b1", "place:s1"]


def test_a_new_shop_stands_in_its_building_or_at_a_point() -> None:
    inside = places.add_place(
        directory(), PlaceKind.BUSINESS, {"name": "面馆", "building": "b1"}, None
    )
    assert directory().by_id["b1"].geometry.covers(inside.value.by_id[inside.id].geometry)
    there = places.add_place(directory(), PlaceKind.BUSINESS, {"name": "面馆"}, HERE)
    assert shapely.get_coordinates(there.value.by_id[there.id].geometry).tolist() == [
        [118.7512, 32.1105]
    ]
    with pytest.raises(InvalidInput, match="say where it is"):
        places.add_place(directory(), PlaceKind.BUSINESS, {"name": "面馆"}, None)


@pytest.mark.parametrize(
    ("identity", "given", "field"),
    [
        ("s1", {"households": 5}, "households"),
        ("b1", {"households": -1}, "households"),
        ("b1", {"households": 1.5}, "households"),
        ("b1", {"households": True}, "households"),
        ("b1", {"households": 10**9}, "households"),
        ("b1", {"building": "b1"}, "building"),
        ("s1", {"building": "u1"}, "building"),
        ("s1", {"building": "none"}, "building"),
        ("b1", {"status": "gone"}, "status"),
        ("b1", {"aliases": "x"}, "aliases"),
        ("b1", {"aliases": ["x"] * 51}, "aliases"),
        ("b1", {"kind": "business"}, "kind"),
        ("b1", {"disclosed": None}, "disclosed"),
        ("b1", {}, "body"),
    ],
)
def test_what_is_not_acceptable_names_its_field(identity: str, given: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        places.edit_place(directory(), identity, given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "spot", [ReadPoint(float("nan"), 32, Datum.WGS84), ReadPoint(200, 32, Datum.BD09)]
)
def test_a_spot_that_is_nowhere_is_refused(spot: ReadPoint) -> None:
    with pytest.raises(InvalidInput):
        places.edit_place(directory(), "s1", {}, spot=spot)


def test_nothing_is_no_place() -> None:
    with pytest.raises(NotFound):
        places.remove_place(directory(), "b9")


def test_a_corrected_count_is_held_against_the_grids_and_changes_none() -> None:
    building = place("b1", PlaceKind.BUILDING, 0.5, 0.5, households=350)
    atlas = drawn_atlas(replace(directory(), places=(building,), context=()))
    grid = atlas.grid_of[building.id]
    assert [f.grid_code for f in workload.count_against_buildings(atlas, grid)] == [
        "320106012001001",
        "320106012001",
    ]
    edited = places.edit_place(atlas.directory, "b1", {"households": 340}).value
    after = Atlas(atlas.division, edited, atlas.roster, atlas.as_of)
    found = workload.count_against_buildings(after, grid)
    assert (found[0].grid_code, found[0].size) == ("320106012001001001", -10)
    assert after.division.by_id[grid].households == 350

"""Each planted fault of a set of boundaries is found, with its code, place and size."""

import math
from copy import deepcopy

import pytest

from gis.findings import errors_among
from gis.intake import read_set
from tests import ascii_maps

CLUSTER = "320106012001001002"
COMPOUND = "320106012001002"
COMMUNITY = "320106012002"
CELL_M2 = 94.3 * 110.9


@pytest.fixture
def check(tmp_path):
    def run(collection, name="boundaries.geojson"):
        path = tmp_path / name
        path.write_bytes(ascii_maps.as_bytes(collection))
        return read_set([path], today=ascii_maps.TODAY)

    return run


@pytest.fixture
def strip():
    return deepcopy(ascii_maps.boundaries())


def without(strip, code):
    strip["features"] = [f for f in strip["features"] if f["properties"]["code"] != code]
    return strip


def only_error(intake):
    (found,) = errors_among(intake.findings)
    assert intake.division is None
    return found


def test_the_strip_has_no_error(check, strip):
    intake = check(strip)
    assert not intake.findings
    assert [len(intake.division.level(n)) for n in (1, 2, 3)] == [2, 4, 8]


def test_an_invalid_ring_is_found_and_hides_no_other_fault(check, strip):
    ring = ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0]
    ring[0], ring[1] = ring[1], ring[0]
    ring[-1] = ring[0]
    found = only_error(check(strip))
    assert (found.rule, found.grid_code) == ("invalid_ring", CLUSTER)
    assert found.place == pytest.approx((118.7515, 32.1105), abs=1e-3)


def test_a_missing_grid_is_a_gap_that_names_the_code_nobody_carries(check, strip):
    found = only_error(check(without(strip, "320106012001001001")))
    assert (found.rule, found.grid_code) == ("gap", "320106012001001")
    assert found.size == pytest.approx(CELL_M2, rel=0.01)
    assert found.place == pytest.approx((118.7505, 32.1105), abs=5e-4)
    assert "320106012001001001" in found.text.en


def test_a_missing_compound_is_a_gap_and_orphans_its_clusters(check, strip):
    rules = [(f.rule, f.grid_code) for f in errors_among(check(without(strip, COMPOUND)).findings)]
    assert ("gap", "320106012001") in rules
    assert ("wrong_parent", f"{COMPOUND}001") in rules


def test_a_missing_community_orphans_its_compounds(check, strip):
    rules = [(f.rule, f.grid_code) for f in errors_among(check(without(strip, COMMUNITY)).findings)]
    assert ("wrong_parent", f"{COMMUNITY}001") in rules


def test_a_community_without_any_grid_in_it_is_a_gap(check, strip):
    strip["features"] = [
        f for f in strip["features"] if not f["properties"]["code"].startswith(f"{COMMUNITY}0")
    ]
    found = only_error(check(strip))
    assert (found.rule, found.grid_code) == ("gap", COMMUNITY)


def test_a_sliver_of_a_centimetre_is_a_gap(check, strip):
    ring = ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0]
    for i in (0, 3, 4):
        ring[i][0] = round(ring[i][0] + 1e-7, 7)
    rules = {f.rule for f in errors_among(check(strip).findings)}
    assert "gap" in rules


def test_an_overlap_names_both_grids(check, strip):
    ring = ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0]
    for i in (0, 3, 4):
        ring[i][0] = round(ring[i][0] - 0.0002, 7)
    overlap = next(f for f in errors_among(check(strip).findings) if f.rule == "overlap")
    assert overlap.grid_code == "320106012001001001"
    assert CLUSTER in overlap.text.en
    assert overlap.size == pytest.approx(CELL_M2 / 5, rel=0.01)
    assert 118.7508 < overlap.place[0] < 118.751


def test_a_child_outside_its_parent_is_found(check, strip):
    ring = ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0]
    for i in (2, 3):
        ring[i][1] = round(ring[i][1] + 0.0003, 7)
    found = next(f for f in errors_among(check(strip).findings) if f.rule == "outside_parent")
    assert found.grid_code == CLUSTER
    assert found.size == pytest.approx(CELL_M2 * 0.3, rel=0.01)


def test_a_lone_extra_vertex_on_a_shared_edge_is_found(check, strip):
    ring = ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0]
    ring.insert(2, [ring[1][0], round(ring[1][1] + 0.0004, 7)])
    rules = {(f.rule, f.unit) for f in errors_among(check(strip).findings)}
    assert ("unmatched_edge", "m") in rules


def test_a_hole_in_the_middle_of_the_whole_is_found(check):
    features = []
    for number, (x, y) in enumerate(
        [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)]
    ):
        code = f"320106012{number + 1:03d}"
        for tail in ("", "001", "001001"):
            features.append(ascii_maps.grid(code + tail, ascii_maps.square(x, y)))
    (found,) = errors_among(check(ascii_maps.collection(features)).findings)
    assert found.rule == "gap"
    assert found.place == pytest.approx((118.7515, 32.1115), abs=5e-4)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"code": None}, "missing_code"),
        ({"level": 2}, "wrong_level"),
        ({"level": None}, "wrong_level"),
        ({"kind": "community"}, "wrong_level"),
        ({"parent": "320106012002001"}, "wrong_parent"),
        ({"parent": None}, "invalid_field"),
        ({"households": -1}, "invalid_field"),
        ({"households": 1.5}, "invalid_field"),
        ({"households": True}, "invalid_field"),
        ({"name": ""}, "invalid_field"),
        ({"name": "x" * 501}, "invalid_field"),
        ({"name": "a\x00b"}, "invalid_field"),
        ({"grid_class": "丁"}, "invalid_field"),
        ({"members": [{"name": 3}]}, "invalid_field"),
    ],
)
def test_a_wrong_property_is_found_in_the_grid_that_has_it(check, strip, change, rule):
    ascii_maps.feature(strip, CLUSTER)["properties"].update(change)
    found = errors_among(check(strip).findings)
    first = next(f for f in found if f.rule == rule)
    if rule == "missing_code":
        assert first.place == pytest.approx((118.7515, 32.1105))
    else:
        assert first.grid_code == CLUSTER


def test_a_code_that_stands_twice_is_found(check, strip):
    ascii_maps.feature(strip, CLUSTER)["properties"]["code"] = "320106012001001001"
    found = next(f for f in errors_among(check(strip).findings) if f.rule == "duplicate_code")
    assert found.grid_code == "320106012001001001"
    assert found.place is not None


def test_a_missing_datum_is_found(check, strip):
    del strip["datum"]
    assert only_error(check(strip)).rule == "missing_datum"


@pytest.mark.parametrize("value", [math.nan, math.inf, 500.0, -91.0])
def test_a_coordinate_that_is_no_place_is_found_where_it_stands(check, strip, value):
    ascii_maps.feature(strip, CLUSTER)["geometry"]["coordinates"][0][1][1] = value
    found = only_error(check(strip))
    assert (found.rule, found.grid_code) == ("coordinate_out_of_range", CLUSTER)
    assert found.place == pytest.approx((118.751, 32.11), abs=2e-3)


def test_size_rules_are_warnings_and_load_all_the_same(check, strip):
    ascii_maps.feature(strip, COMPOUND)["properties"]["households"] = 212
    merged = ascii_maps.feature(strip, "320106012001001")["properties"]
    merged.update(kind="merged_compound", households=150)
    intake = check(strip)
    assert intake.division is not None
    assert [(str(f.severity), f.rule, f.grid_code, f.size) for f in intake.findings] == [
        ("note", "merged_under_minimum", "320106012001001", 150),
        ("warning", "under_minimum", COMPOUND, 212),
    ]


def test_counts_out_of_range_are_warnings_when_places_are_given(check, strip):
    ascii_maps.feature(strip, "320106012001001001")["properties"]["kind"] = "residual"
    ascii_maps.feature(strip, CLUSTER)["properties"]["kind"] = "shopfront_row"
    for code in ("001002001", "001002002", "002001001", "002001002", "002002001"):
        ascii_maps.feature(strip, f"320106012{code}")["properties"]["kind"] = "dedicated"
    for n in range(2):
        strip["features"].append(point("building", f"b{n}", 7.2 + n / 10))
    for n in range(11):
        strip["features"].append(point("business", f"s{n}", 1.2 + n / 20))
    found = {(f.rule, f.grid_code, f.size) for f in check(strip).findings}
    assert found == {
        ("buildings_out_of_range", "320106012002002002", 2),
        ("shopfronts_out_of_range", CLUSTER, 11),
    }


def point(kind, identity, x):
    at = [
        round(ascii_maps.WEST + x * ascii_maps.SIDE, 7),
        round(ascii_maps.SOUTH + 0.5 * ascii_maps.SIDE, 7),
    ]
    return {
        "type": "Feature",
        "properties": {"id": identity, "kind": kind, "name": identity},
        "geometry": {"type": "Point", "coordinates": at},
    }

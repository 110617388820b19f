"""The shipped sample keeps every promise that data/README.md makes about it."""

from __future__ import annotations

import csv
import json
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
COLLECTIONS = ("boundaries.geojson", "places.geojson", "context.geojson", "changed-since.geojson")
TABLES = ("people.csv", "duties.csv", "organisations.csv")
COMMUNITIES = [
    "燕江路",
    "方家营",
    "幕府西路",
    "金陵新四村",
    "宝塔桥东街",
    "金陵新六村",
    "象山",
    "金陵二村",
    "燕江园",
    "水关桥",
    "恒盛嘉园",
    "依山郡",
]
ROLES = {
    "leading_group_member": {0, 1},
    "grid_office_staff": {0},
    "grid_leader": {1, 2, 3},
    "service_commissioner": {1, 2},
    "social_worker": {1, 2},
    "post_holder": {1, 2},
    "volunteer": {1, 2, 3},
    "residents_representative": {1, 2},
}
LEVEL_BY_LENGTH = {0: 0, 12: 1, 15: 2, 18: 3}
GRID_PROPERTIES = [
    "id",
    "code",
    "code_scheme",
    "level",
    "parent",
    "name",
    "kind",
    "grid_class",
    "grid_grade",
    "households",
    "resident_population",
]
PLACE_PROPERTIES = [
    "id",
    "kind",
    "name",
    "address",
    "aliases",
    "former_names",
    "category",
    "households",
    "units",
    "floors",
    "compound",
    "building",
    "status",
    "disclosed",
]
TO_METRES = pyproj.Transformer.from_crs(4326, 4549, always_xy=True)

Feature = dict[str, Any]


@cache
def collection(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grids(name: str, level: int | None = None) -> list[Feature]:
    return [
        f
        for f in collection(name)["features"]
        if "level" in f["properties"] and level in (None, f["properties"]["level"])
    ]


def places(name: str, kind: str | None = None) -> list[Feature]:
    return [
        f
        for f in collection(name)["features"]
        if "disclosed" in f["properties"] and kind in (None, f["properties"]["kind"])
    ]


def in_metres(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(
        geometry, lambda xy: np.column_stack(TO_METRES.transform(xy[:, 0], xy[:, 1]))
    )


@cache
def shapes(name: str) -> dict[str, shapely.Polygon]:
    return {f["properties"]["code"]: shape(f["geometry"]) for f in grids(name)}


@cache
def grid_of_place(name: str) -> dict[str, str]:
    """Each place's level-3 grid: the one that contains it whole."""
    codes = [f["properties"]["code"] for f in grids(name, 3)]
    tree = shapely.STRtree([shapes(name)[code] for code in codes])
    spots = [shape(f["geometry"]) for f in places(name)]
    pairs = tree.query(spots, predicate="within").T
    found = {places(name)[i]["properties"]["id"]: codes[j] for i, j in pairs.tolist()}
    assert len(found) == len(pairs) == len(spots)
    return found


def inside(name: str, category: str, kind: str = "building") -> dict[str, list[Feature]]:
    """Places of a category (or any, "") by the code of their level-3 grid."""
    groups: dict[str, list[Feature]] = defaultdict(list)
    for feature in places(name, kind):
        properties = feature["properties"]
        if (
            category in ("", properties["category"])
            and properties["status"] != "under_construction"
        ):
            groups[grid_of_place(name)[properties["id"]]].append(feature)
    return groups


def by_kind(name: str, kind: str) -> list[dict[str, Any]]:
    return [f["properties"] for f in grids(name) if f["properties"]["kind"] == kind]


both = pytest.mark.parametrize("name", ["boundaries.geojson", "changed-since.geojson"])
both_places = pytest.mark.parametrize("name", ["places.geojson", "changed-since.geojson"])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_file_says_it_is_synthetic_and_in_wgs84(name: str) -> None:
    top = collection(name)
    assert top["type"] == "FeatureCollection"
    assert top["datum"] == "wgs84"
    assert top["synthetic"] is True
    assert "示意图，不作为权属和划界依据" in top["note"]
    assert date.fromisoformat(top["data_date"])
    assert top["title"]


def test_the_dates_are_those_of_the_sample_and_some_years_on() -> None:
    assert collection("boundaries.geojson")["data_date"] == "2026-10-01"
    later = collection("changed-since.geojson")
    assert later["data_date"] == "2031-10-01"
    assert "若干年后" in later["title"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_coordinates_have_seven_decimals_and_files_one_feature_to_a_line(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{8}", text)
    assert text.endswith("]}\n")
    assert text.count("\n") == len(collection(name)["features"]) + 2


@pytest.mark.parametrize("name", COLLECTIONS)
def test_ids_are_unique(name: str) -> None:
    ids = [f["properties"]["id"] for f in collection(name)["features"]]
    assert len(ids) == len(set(ids))


@both
def test_there_are_12_68_and_247_grids(name: str) -> None:
    assert Counter(f["properties"]["level"] for f in grids(name)) == {1: 12, 2: 68, 3: 247}


def test_level_3_is_205_clusters_30_rows_and_12_others() -> None:
    kinds = Counter(f["properties"]["kind"] for f in grids("boundaries.geojson", 3))
    assert kinds["building_cluster"] == 205
    assert kinds["shopfront_row"] == 30
    assert kinds["dedicated"] + kinds["residual"] == 12
    assert min(kinds.values()) >= 5


@both
def test_grids_have_the_documented_properties_in_order(name: str) -> None:
    for feature in grids(name):
        extra = ["members"] if feature["properties"]["level"] == 2 else []
        assert list(feature["properties"]) == GRID_PROPERTIES + extra


@both
def test_codes_are_unique_nested_consecutive_and_sorted(name: str) -> None:
    codes = [f["properties"]["code"] for f in grids(name)]
    assert len(codes) == len(set(codes))
    assert codes == sorted(codes, key=lambda code: (len(code), code))
    children: dict[str, list[int]] = defaultdict(list)
    for feature in grids(name):
        code, parent = feature["properties"]["code"], feature["properties"]["parent"]
        assert LEVEL_BY_LENGTH[len(code)] == feature["properties"]["level"]
        assert parent == (None if len(code) == 12 else code[:-3])
        children[code[:-3]].append(int(code[-3:]))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in children.values())


@both
def test_the_twelve_communities_carry_their_statistical_codes(name: str) -> None:
    expected = {f"320106012{i:03d}": f"{word}社区" for i, word in enumerate(COMMUNITIES, start=1)}
    ones = [f["properties"] for f in grids(name, 1)]
    assert {p["code"]: p["name"] for p in ones} == expected
    assert {p["code_scheme"] for p in ones} == {"nbs-2023"}


def test_ids_and_codes_stay_the_same_some_years_on() -> None:
    before, after = (
        {f["properties"]["id"]: f["properties"]["code"] for f in grids(name)}
        for name in ("boundaries.geojson", "changed-since.geojson")
    )
    assert before == after


@both
@pytest.mark.parametrize("level", [2, 3])
def test_names_are_unique_within_levels_2_and_3(name: str, level: int) -> None:
    names = [f["properties"]["name"] for f in grids(name, level)]
    assert len(names) == len(set(names))


@both
@pytest.mark.parametrize("level", [1, 2, 3])
def test_each_level_is_a_valid_coverage_of_one_piece_polygons(name: str, level: int) -> None:
    polygons = [shape(f["geometry"]) for f in grids(name, level)]
    assert all(p.geom_type == "Polygon" and p.is_valid and not p.interiors for p in polygons)
    assert all(p.exterior.is_ccw and p.exterior.is_closed for p in polygons)
    assert shapely.coverage_is_valid(polygons)


@both
def test_parents_are_the_exact_unions_of_their_children(name: str) -> None:
    for level in (1, 2):
        for feature in grids(name, level):
            code = feature["properties"]["code"]
            children = [
                shapes(name)[f["properties"]["code"]]
                for f in grids(name, level + 1)
                if f["properties"]["parent"] == code
            ]
            whole = shapely.union_all(children)
            assert whole.equals(shapes(name)[code]), code
            corners = {tuple(xy) for xy in shapely.get_coordinates(shapes(name)[code])}
            assert corners == {tuple(xy) for xy in shapely.get_coordinates(whole)}, code


def test_every_polygon_has_30_to_200_vertices() -> None:
    counts = {code: len(p.exterior.coords) - 1 for code, p in shapes("boundaries.geojson").items()}
    assert {code: n for code, n in counts.items() if not 30 <= n <= 200} == {}


def test_edges_are_irregular_like_streets() -> None:
    """On most polygons hardly an edge has the direction of the one before, or of the compass."""
    for code, polygon in shapes("boundaries.geojson").items():
        edges = np.diff(shapely.get_coordinates(in_metres(polygon).exterior), axis=0)
        degrees = np.degrees(np.arctan2(edges[:, 1], edges[:, 0])) % 90
        on_compass = (np.minimum(degrees, 90 - degrees) < 0.05).mean()
        assert on_compass < 0.2, code


def test_the_area_is_7_48_square_kilometres() -> None:
    area = sum(in_metres(shape(f["geometry"])).area for f in grids("boundaries.geojson", 3))
    assert area == pytest.approx(7_480_000, rel=0.003)


def test_the_subdistrict_lies_where_it_should() -> None:
    whole = shapely.union_all([shape(f["geometry"]) for f in grids("boundaries.geojson", 1)])
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert shapely.box(118.735, 32.098, 118.770, 32.128).contains(whole)
    assert whole.contains(shapely.Point(118.7500, 32.1100))


@pytest.mark.parametrize(
    ("community", "lon", "lat"), [("方家营", 118.7423, 32.1065), ("幕府西路", 118.7652, 32.1063)]
)
def test_communities_lie_by_their_metro_stations(community: str, lon: float, lat: float) -> None:
    code = f"320106012{COMMUNITIES.index(community) + 1:03d}"
    station = in_metres(shapely.Point(lon, lat))
    assert in_metres(shapes("boundaries.geojson")[code]).distance(station) < 60


@both
def test_households_and_residents_add_up(name: str) -> None:
    for level in (1, 2):
        for feature in grids(name, level):
            children = [
                f["properties"]
                for f in grids(name, level + 1)
                if f["properties"]["parent"] == feature["properties"]["code"]
            ]
            for count in ("households", "resident_population"):
                total = sum(child[count] for child in children)
                assert feature["properties"][count] == total


def test_there_are_about_40_000_households_and_110_000_residents() -> None:
    ones = [f["properties"] for f in grids("boundaries.geojson", 1)]
    assert 39_000 <= sum(p["households"] for p in ones) <= 41_500
    assert 108_000 <= sum(p["resident_population"] for p in ones) <= 112_000


@both
def test_residual_ground_and_shopfront_rows_have_no_households(name: str) -> None:
    for kind in ("residual", "shopfront_row", "dedicated"):
        assert all(p["households"] == p["resident_population"] == 0 for p in by_kind(name, kind))


def test_every_unmerged_compound_has_300_households() -> None:
    assert all(p["households"] >= 300 for p in by_kind("boundaries.geojson", "compound"))


@both
def test_merged_compounds_are_named_by_all_their_members(name: str) -> None:
    for properties in by_kind(name, "merged_compound"):
        assert len(properties["members"]) >= 2
        assert properties["name"] == "·".join(m["name"] for m in properties["members"])
    for properties in by_kind(name, "compound"):
        assert [m["name"] for m in properties["members"]] == [properties["name"]]


@both
def test_members_households_make_up_their_grids(name: str) -> None:
    for feature in grids(name, 2):
        total = sum(member["households"] for member in feature["properties"]["members"])
        assert total == feature["properties"]["households"]


def members_of(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(f["properties"], m) for f in grids(name, 2) for m in f["properties"]["members"]]


def test_13_shanty_sites_hold_1_202_households_in_merged_grids() -> None:
    sites = [(g, m) for g, m in members_of("boundaries.geojson") if m["kind"] == "shanty_site"]
    assert len(sites) == 13
    assert sum(m["households"] for _, m in sites) == 1202
    assert all(0 < m["households"] < 300 and m["housing"] == "shanty" for _, m in sites)
    assert all(g["kind"] == "merged_compound" for g, _ in sites)
    with_enterprise = [g for g, _ in sites if any(m["kind"] == "enterprise" for m in g["members"])]
    assert len(with_enterprise) == 2


def test_11_indemnificatory_compounds_hold_9_856_households_and_2_are_being_built() -> None:
    mine = [
        (g, m) for g, m in members_of("boundaries.geojson") if m["housing"] == "indemnificatory"
    ]
    lived_in = [m for _, m in mine if not m["under_construction"]]
    being_built = [(g, m) for g, m in mine if m["under_construction"]]
    assert (len(lived_in), sum(m["households"] for m in lived_in)) == (11, 9856)
    assert len(being_built) == 2
    assert all(m["households"] == 0 and g["kind"] == "merged_compound" for g, m in being_built)
    for grid, member in being_built:
        ground = [
            f["properties"]
            for f in grids("boundaries.geojson", 3)
            if f["properties"]["parent"] == grid["code"] and f["properties"]["kind"] == "residual"
        ]
        assert [member["name"] in p["name"] for p in ground] == [True]


@both
def test_a_community_class_follows_from_its_housing(name: str) -> None:
    classes = {}
    for feature in grids(name, 1):
        code = feature["properties"]["code"]
        housing = {m["housing"] for g, m in members_of(name) if g["parent"] == code}
        expected = {("commercial",): "甲", ("indemnificatory",): "乙"}.get(
            tuple(sorted(str(h) for h in housing)), "丙"
        )
        classes[code] = feature["properties"]["grid_class"]
        assert classes[code] == expected
    assert set(classes.values()) == {"甲", "乙", "丙"}


@both
def test_grades_are_on_level_2_only_and_a_shanty_site_is_never_a(name: str) -> None:
    for feature in grids(name):
        properties = feature["properties"]
        assert (properties["grid_grade"] in ("A", "B", "C")) == (properties["level"] == 2)
        assert (properties["grid_class"] is not None) == (properties["level"] == 1)
    assert {g["grid_grade"] for g, _ in members_of(name)} == {"A", "B", "C"}
    assert all(g["grid_grade"] != "A" for g, m in members_of(name) if m["kind"] == "shanty_site")


@both_places
def test_places_have_the_documented_properties_in_order(name: str) -> None:
    assert all(list(f["properties"]) == PLACE_PROPERTIES for f in places(name))


def test_there_are_about_850_buildings_600_businesses_and_150_units() -> None:
    counts = Counter(f["properties"]["kind"] for f in places("places.geojson"))
    assert 820 <= counts["building"] <= 880
    assert 570 <= counts["business"] <= 640
    assert counts["resident_unit"] == 150


@pytest.mark.parametrize(
    ("name", "boundaries"),
    [("places.geojson", "boundaries.geojson"), ("changed-since.geojson", "changed-since.geojson")],
)
def test_every_building_stands_5_metres_inside_its_grid(name: str, boundaries: str) -> None:
    codes = [f["properties"]["code"] for f in grids(boundaries, 3)]
    ground = [in_metres(shapes(boundaries)[code]) for code in codes]
    tree = shapely.STRtree(ground)
    for feature in places(name, "building"):
        footprint = in_metres(shape(feature["geometry"]))
        found = tree.query(footprint, predicate="intersects")
        assert len(found) == 1
        assert ground[found[0]].contains(footprint)
        assert ground[found[0]].exterior.distance(footprint) >= 5


@both_places
def test_no_two_buildings_overlap(name: str) -> None:
    footprints = [shape(f["geometry"]) for f in places(name, "building")]
    assert all(footprint.is_valid and footprint.exterior.is_ccw for footprint in footprints)
    pairs = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()


@cache
def grid_in_boundaries() -> dict[str, str]:
    codes = [f["properties"]["code"] for f in grids("boundaries.geojson", 3)]
    tree = shapely.STRtree([shapes("boundaries.geojson")[code] for code in codes])
    found = places("places.geojson")
    pairs = tree.query([shape(f["geometry"]) for f in found], predicate="within").T
    assert len(pairs) == len(found)
    return {found[i]["properties"]["id"]: codes[j] for i, j in pairs.tolist()}


def now_inside(kind: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature in places("places.geojson", kind):
        properties = feature["properties"]
        groups[grid_in_boundaries()[properties["id"]]].append(properties)
    return groups


def test_every_cluster_has_3_to_5_dwellings_and_nothing_else() -> None:
    for grid in by_kind("boundaries.geojson", "building_cluster"):
        categories = [p["category"] for p in now_inside("building")[grid["code"]]]
        assert set(categories) == {"dwelling"}
        assert 3 <= len(categories) <= 5


def test_every_shopfront_row_has_5_to_10_shops_along_its_one_building() -> None:
    for grid in by_kind("boundaries.geojson", "shopfront_row"):
        [row] = now_inside("building")[grid["code"]]
        shops = now_inside("business")[grid["code"]]
        assert (row["category"], row["households"]) == ("shopfront", 0)
        assert 5 <= len(shops) <= 10
        assert {shop["building"] for shop in shops} == {row["id"]}
        assert all(re.fullmatch(r"\D+\d+-\d+号门面房", shop["address"]) for shop in shops)


def test_every_business_is_inside_the_building_it_names() -> None:
    footprints = {
        f["properties"]["id"]: shape(f["geometry"]) for f in places("places.geojson", "building")
    }
    for feature in places("places.geojson", "business"):
        footprint = footprints[feature["properties"]["building"]]
        assert footprint.contains(shape(feature["geometry"]))


def test_building_households_make_up_every_grid() -> None:
    buildings = now_inside("building")
    for feature in grids("boundaries.geojson", 3):
        code = feature["properties"]["code"]
        assert sum(p["households"] for p in buildings[code]) == feature["properties"]["households"]


def test_addresses_are_unique_per_building_and_per_business() -> None:
    for kind in ("building", "business"):
        addresses = [f["properties"]["address"] for f in places("places.geojson", kind)]
        assert len(addresses) == len(set(addresses))


def test_a_compound_has_one_door_plate_and_numbers_its_buildings_from_one() -> None:
    plates: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, list[int]] = defaultdict(list)
    for feature in places("places.geojson", "building"):
        p = feature["properties"]
        if p["compound"]:
            plate, number = re.fullmatch(r"(\D+\d+号)(\d+)(?:幢|栋|号楼)", p["address"]).groups()
            plates[p["compound"]].add(plate)
            numbers[p["compound"]].append(int(number))
    assert all(len(plate) == 1 for plate in plates.values())
    assert all(sorted(n) == list(range(1, len(n) + 1)) for n in numbers.values())
    assert len({next(iter(plate)) for plate in plates.values()}) == len(plates)


def test_the_known_addresses_and_the_example_addresses_exist() -> None:
    found = {
        f["properties"]["address"]: f["properties"]
        for f in places("places.geojson")
        if f["properties"]["kind"] != "resident_unit"
    }
    names = {
        (f["properties"]["name"], f["properties"]["address"]) for f in places("places.geojson")
    }
    assert found["燕江路201号"]["name"] == "钢铁数码港大厦"
    assert found["幕府西路118号"]["name"] == "人民商场"
    assert ("南堡公园", "宝塔桥东街7号") in names
    assert found["燕江路201-3号门面房"]["kind"] == "business"
    assert found["宝塔桥西街18号3幢"]["units"] >= 2
    assert found["宝塔桥西街18号3幢"]["floors"] >= 5
    assert any("金陵二村12号楼" in p["aliases"] for p in found.values())


def test_some_places_have_aliases_and_former_names() -> None:
    kinds = {
        f["properties"]["kind"] for f in places("places.geojson") if f["properties"]["former_names"]
    }
    assert kinds == {"building", "business", "resident_unit"}


def test_two_units_are_undisclosed_and_nothing_else_is() -> None:
    hidden = [f["properties"] for f in places("places.geojson") if not f["properties"]["disclosed"]]
    assert [(p["kind"], p["category"]) for p in hidden] == [("resident_unit", "military")] * 2
    assert not any(re.search("[军兵营]|部队", p["name"]) for p in hidden)


def test_the_river_lies_on_the_bank_and_reaches_far_beyond() -> None:
    [river] = [
        f for f in collection("context.geojson")["features"] if f["properties"]["kind"] == "river"
    ]
    water = shape(river["geometry"])
    whole = shapely.union_all([shape(f["geometry"]) for f in grids("boundaries.geojson", 1)])
    assert water.is_valid
    assert shapely.intersection(in_metres(water), in_metres(whole)).area < 1.0
    assert in_metres(water).buffer(1.0).intersection(in_metres(whole)).length > 3_000
    assert in_metres(water).area > 5e6


def test_roads_are_named_lines() -> None:
    roads = [
        f for f in collection("context.geojson")["features"] if f["properties"]["kind"] == "road"
    ]
    assert {f["geometry"]["type"] for f in roads} == {"LineString"}
    assert {
        "燕江路",
        "幕府西路",
        "宝塔桥东街",
        "宝塔桥西街",
        "建宁路",
        "永济大道",
        "江边路",
        "中央北路",
        "金燕路",
    } <= {f["properties"]["name"] for f in roads}


def test_names_of_people_are_visibly_invented() -> None:
    names = [person["name"] for person in table("people.csv")]
    assert len(names) == len(set(names))
    assert 400 <= len(names) <= 500
    assert all(re.search("示例|样例|虚构", name) for name in names)


def test_no_phone_number_can_be_dialled() -> None:
    people = table("people.csv")
    phones = [p["office_phone"] for p in people] + [o["phone"] for o in table("organisations.csv")]
    assert all(re.fullmatch(r"025-0000-\d{4}", phone) for phone in phones)
    assert len(phones) == len(set(phones))
    assert all(re.fullmatch(r"(000-0000-\d{4})?", p["mobile"]) for p in people)
    assert {p["party_member"] for p in people} == {p["consent"] for p in people} == {"yes", "no"}


def test_duties_name_known_people_and_grids_in_roles_of_their_level() -> None:
    people = {person["id"] for person in table("people.csv")}
    codes = {f["properties"]["code"] for f in grids("boundaries.geojson")} | {""}
    duties = table("duties.csv")
    assert len({duty["id"] for duty in duties}) == len(duties)
    for duty in duties:
        assert duty["person"] in people
        assert duty["grid"] in codes
        assert LEVEL_BY_LENGTH[len(duty["grid"])] in ROLES[duty["role"]]
    assert {duty["role"] for duty in duties} == set(ROLES)
    assert {duty["person"] for duty in duties} == people


def test_every_grid_has_exactly_one_leader_on_the_day_of_the_data() -> None:
    today = date(2026, 10, 1)
    in_force = Counter(
        duty["grid"]
        for duty in table("duties.csv")
        if duty["role"] == "grid_leader"
        and date.fromisoformat(duty["since"]) <= today
        and (not duty["until"] or today < date.fromisoformat(duty["until"]))
    )
    assert in_force == {f["properties"]["code"]: 1 for f in grids("boundaries.geojson")}


def test_a_cluster_leader_stays_in_one_compound_and_leads_few_grids() -> None:
    led: dict[str, set[str]] = defaultdict(set)
    for duty in table("duties.csv"):
        if duty["role"] == "grid_leader" and len(duty["grid"]) == 18 and not duty["until"]:
            led[duty["person"]].add(duty["grid"])
    assert all(len({code[:15] for code in codes}) == 1 for codes in led.values())
    assert max(len(codes) for codes in led.values()) <= 4


def test_past_duties_end_when_the_present_ones_begin() -> None:
    past = [duty for duty in table("duties.csv") if duty["until"]]
    assert 5 <= len(past) <= 40
    for duty in table("duties.csv"):
        assert "2024-01-01" <= duty["since"] < "2026-10-01"
    begun = {(d["grid"], d["role"], d["since"]) for d in table("duties.csv")}
    assert all(d["since"] < d["until"] for d in past)
    assert all((d["grid"], d["role"], d["until"]) in begun for d in past)


def test_every_community_has_the_eight_parties_of_4_plus_4() -> None:
    core = {
        "party_organisation",
        "residents_committee",
        "public_service_station",
        "governance_office",
    }
    support = {"owners_committee", "property_company", "social_organisation", "resident_unit"}
    for feature in grids("boundaries.geojson", 1):
        kinds = Counter(
            o["kind"]
            for o in table("organisations.csv")
            if o["grid"] == feature["properties"]["code"]
        )
        assert set(kinds) == core | support
        assert all(kinds[kind] == 1 for kind in core)


def test_no_undisclosed_unit_is_named_among_the_organisations() -> None:
    hidden = {
        f["properties"]["name"]
        for f in places("places.geojson")
        if not f["properties"]["disclosed"]
    }
    assert hidden.isdisjoint(o["name"] for o in table("organisations.csv"))


LATER = "changed-since.geojson"


def planted(case: str) -> dict[str, Any]:
    [code] = [p["grid_code"] for p in collection(LATER)["planted"] if p["case"] == case]
    return next(f["properties"] for f in grids(LATER) if f["properties"]["code"] == code)


def test_six_cases_are_planted_and_told_in_both_languages() -> None:
    cases = collection(LATER)["planted"]
    assert len({case["case"] for case in cases}) == len(cases) == 6
    assert all(case["sentence_zh"] and case["sentence_en"] for case in cases)


def test_one_compound_has_fallen_under_300_and_no_other() -> None:
    under = [p["code"] for p in by_kind(LATER, "compound") if p["households"] < 300]
    assert under == [planted("compound_under_300")["code"]]


def test_one_cluster_has_two_buildings_one_has_forty_and_all_others_three_to_five() -> None:
    dwellings = inside(LATER, "dwelling")
    counts = {p["code"]: len(dwellings[p["code"]]) for p in by_kind(LATER, "building_cluster")}
    odd = {code: n for code, n in counts.items() if not 3 <= n <= 5}
    assert odd == {planted("cluster_of_two")["code"]: 2, planted("estate_of_forty")["code"]: 40}


def test_one_row_has_fourteen_shops_and_all_others_five_to_ten() -> None:
    shops = inside(LATER, "", "business")
    counts = {p["code"]: len(shops[p["code"]]) for p in by_kind(LATER, "shopfront_row")}
    assert {code: n for code, n in counts.items() if not 5 <= n <= 10} == {
        planted("row_of_fourteen")["code"]: 14
    }


def test_one_leader_has_thrice_the_median_households_and_no_other() -> None:
    counts = {f["properties"]["code"]: f["properties"]["households"] for f in grids(LATER, 2)}
    median = statistics.median(counts.values())
    heavy = {code: n / median for code, n in counts.items() if n >= 3 * median}
    assert list(heavy) == [planted("leader_with_thrice_the_median")["code"]]
    assert max(heavy.values()) <= 3.5


def test_a_new_road_cuts_one_compound_and_no_building_stands_in_it() -> None:
    known = {f["properties"]["id"] for f in collection("context.geojson")["features"]}
    [road] = [
        f
        for f in collection(LATER)["features"]
        if f["properties"]["kind"] == "road" and f["properties"]["id"] not in known
    ]
    line = in_metres(shape(road["geometry"]))
    compound = in_metres(shapes(LATER)[planted("compound_cut_by_road")["code"]])
    parts = shapely.get_parts(shapely.difference(compound, line.buffer(4)))
    assert len(parts) == 2
    assert min(part.area for part in parts) > 0.25 * compound.area
    for feature in places(LATER, "building"):
        assert in_metres(shape(feature["geometry"])).distance(line) > 5


def test_building_households_make_up_every_grid_some_years_on() -> None:
    buildings = inside(LATER, "")
    for feature in grids(LATER, 3):
        total = sum(f["properties"]["households"] for f in buildings[feature["properties"]["code"]])
        assert total == feature["properties"]["households"]


@pytest.mark.slow
def test_the_script_writes_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "data.sample", "--out", str(tmp_path)], cwd=ROOT, check=True
    )
    for name in (*COLLECTIONS, *TABLES):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name

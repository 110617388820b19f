"""GET /locate: the three grids and the people, or a problem that names the field."""

import json
from datetime import timedelta

import pytest

from gis.clock import today
from gis.datum import DATUMS, from_wgs84
from tests.api.conftest import ROOT

HERE = {"lon": "118.7500", "lat": "32.1100", "datum": "wgs84"}


def ask(client, **params):
    return client.get("/locate", params=params, headers={"accept-language": "en"})


def test_a_point_has_three_grids_with_their_leaders(client):
    body = ask(client, **HERE).json()
    assert [g["level"] for g in body["grids"]] == [1, 2, 3]
    codes = [g["code"] for g in body["grids"]]
    assert codes[1].startswith(codes[0])
    assert codes[2].startswith(codes[1])
    for grid in body["grids"]:
        leader = grid["responsible"][0]
        assert leader["role"] == "grid_leader"
        assert leader["name"]
        assert leader["office_phone"].startswith("025-0000-")
    assert body["synthetic"] is True
    assert body["edition"] == "public"
    assert body["version"] == {"division": 1, "directory": 1, "roster": 1}
    assert body["distance_to_boundary_m"] > 0


def test_a_building_stands_at_its_point(client):
    sheet = client.get("/grids/320106012001/sheet").json()
    building = next(p for p in sheet["places"] if p["kind"] == "building")
    body = ask(client, lon=building["lon"], lat=building["lat"], datum="wgs84").json()
    assert building["id"] in [p["id"] for p in body["places"]]
    assert body["grids"][-1]["code"] == building["grid"]


def test_the_four_datums_give_the_same_grids(client):
    found = set()
    for datum in DATUMS:
        lon, lat = from_wgs84(118.7523, 32.1123, datum)
        grids = ask(client, lon=repr(float(lon)), lat=repr(float(lat)), datum=datum).json()["grids"]
        found.add(tuple(g["code"] for g in grids))
    assert len(found) == 1
    assert len(found.pop()) == 3


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("118.75", "32.11"),
        ("118.7421", "32.1099"),
        ("118.7000", "32.2"),
        ("-10", "5.5"),
        ("180", "90"),
    ],
)
def test_the_short_way_gives_the_answer_of_the_ordinary_one(client, lon, lat, datum):
    plain = client.get(f"/locate?lon={lon}&lat={lat}&datum={datum}")
    day = plain.json()["as_of"]
    ordinary = client.get(f"/locate?datum={datum}&lat={lat}&lon={lon}&as_of={day}")
    assert plain.status_code == ordinary.status_code == 200
    assert plain.json() == ordinary.json()
    for answer in (plain, ordinary):
        del answer.headers["x-request-id"]
    assert dict(plain.headers) == dict(ordinary.headers)


SPELLINGS = [
    "datum=gcj02&lat=32.11&lon=118.75",
    "lat=32.11&datum=gcj02&lon=118.75",
    "lon=%2B118.75&lat=32.11&datum=gcj02",
    "lon=11875e-2&lat=3.211E%2B1&datum=%67cj02",
    "&lon=118.75000&&lat=032.11&datum=gcj02&",
]


@pytest.mark.parametrize("query", SPELLINGS)
def test_a_point_is_answered_alike_however_it_is_spelled(client, query):
    plain = client.get("/locate?lon=118.75&lat=32.11&datum=gcj02")
    spelled = client.get(f"/locate?{query}")
    assert spelled.status_code == 200
    assert spelled.json() == plain.json()


def test_an_address_is_answered_at_once_as_it_is_the_ordinary_way(client):
    today = client.get("/locate", params={"address": "金陵二村5栋"}).json()["as_of"]
    for accept in ("zh-CN", "en"):
        for asked in ("金陵二村5栋", "宝塔桥", "320106012005", "没有这个地方 99 号"):
            short = {"address": asked, "limit": "7"}
            headers = {"accept-language": accept}
            at_once = client.get("/locate", params=short, headers=headers)
            again = client.get("/locate", params=short, headers=headers)
            ordinary = client.get("/locate", params={**short, "as_of": today}, headers=headers)
            assert at_once.json() == ordinary.json()
            assert again.content == at_once.content


@pytest.mark.parametrize(
    "query",
    [
        "lon=118.75&lat=91&datum=wgs84",
        "lon=1_8&lat=32&datum=wgs84",
        "lon=118.75&lat=32&datum=WGS84",
        "address=&limit=5",
        "address=%20",
        "address=a&limit=51",
        "address=a&limit=0000000005",
        "address=" + "a" * 201,
    ],
)
def test_what_is_wrong_is_refused_at_once_in_the_words_of_the_ordinary_way(client, query):
    at_once = client.get(f"/locate?{query}")
    ordinary = client.get(f"/locate?{query}&as_of=2999-01-01")
    assert at_once.status_code == 400
    assert at_once.json() == ordinary.json()


def test_a_shared_vertex_belongs_to_the_lowest_code(client):
    cells = client.get("/grids", params={"level": 3, "limit": 1000, "geometry": "true"}).json()
    owners = {}
    for grid in cells["grids"]:
        for ring in grid["geometry"]["coordinates"]:
            for position in ring:
                owners.setdefault(tuple(position), set()).add(grid["code"])
    shared = [(at, codes) for at, codes in sorted(owners.items()) if len(codes) > 1]
    for (lon, lat), codes in shared[:: len(shared) // 60]:
        body = ask(client, lon=lon, lat=lat, datum="wgs84").json()
        assert body["match"] == "boundary"
        assert body["distance_to_boundary_m"] == 0
        assert body["grids"][-1]["code"] == min(codes)
        assert {n["code"] for n in body["near"] if n["distance_m"] == 0} == codes - {min(codes)}


def test_outside_says_how_far_the_nearest_grid_is(client):
    body = ask(client, lon=118.78, lat=32.06, datum="wgs84").json()
    assert body["match"] == "outside"
    assert body["grids"] == []
    assert 1000 < body["nearest"]["distance_m"] < 10_000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lon": "nan"}, "lon"),
        ({"lon": "inf"}, "lon"),
        ({"lon": "500"}, "lon"),
        ({"lon": "1_8"}, "lon"),
        ({"lon": "true"}, "lon"),
        ({"lon": ""}, "lon"),
        ({"lon": "1e999"}, "lon"),
        ({"lon": "１１８"}, "lon"),
        ({"lon": "0x76"}, "lon"),
        ({"lon": "9" * 5000}, "lon"),
        ({"lat": "-90.5"}, "lat"),
        ({"lat": None}, "lat"),
        ({"datum": None}, "datum"),
        ({"datum": ""}, "datum"),
        ({"datum": "WGS84"}, "datum"),
        ({"datum": "gcj02\x00"}, "datum"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-02-30"}, "as_of"),
        ({"colour": "red"}, "colour"),
        ({"lon": ["118.75", "118.76"]}, "lon"),
    ],
)
def test_bad_input_is_a_400_that_names_the_field(client, change, field):
    params = {k: v for k, v in {**HERE, **change}.items() if v is not None}
    answer = ask(client, **params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == 400
    assert body["field"] == field
    assert field in body["detail"]
    assert body["title"]


def test_a_refused_datum_lists_those_that_are_known(client):
    assert ask(client, lon="1", lat="1", datum="nad27").json()["accepted"] == list(DATUMS)


@pytest.mark.parametrize(
    ("accept", "language"),
    [(None, "zh-CN"), ("zh-CN,en;q=0.8", "zh-CN"), ("en-GB,zh;q=0.5", "en"), ("fr,*;q=x", "zh-CN"),
     ("en;q=0.1,zh;q=0.9", "zh-CN")],
)  # fmt: skip
def test_problems_speak_the_callers_language(client, accept, language):
    headers = {"accept-language": accept} if accept else {"accept-language": ""}
    answer = client.get("/locate", params={"lon": 1, "lat": 2}, headers=headers)
    assert answer.headers["content-language"] == language
    assert ("缺少" in answer.json()["detail"]) == (language == "zh-CN")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"address": "x", "lon": "118"}, "lon"),
        ({"address": "x", "datum": "wgs84"}, "datum"),
        ({"address": "x" * 201}, "address"),
        ({"address": ""}, "address"),
        ({"address": "x", "limit": "0"}, "limit"),
        ({**HERE, "limit": "3"}, "limit"),
        ({}, "lon"),
        ({"lon": "118.75"}, "lat"),
    ],
)
def test_a_question_that_does_not_fit_is_a_400(client, params, field):
    answer = ask(client, **params)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


def test_an_address_has_candidates_with_reasons_and_the_same_grids(client):
    body = client.get("/locate", params={"address": "宝塔桥西街18号3幢"}).json()
    assert body["clear"] is True
    first = body["candidates"][0]
    assert first["address"] == "宝塔桥西街18号3幢"
    assert {r["code"] for r in first["reasons"]} >= {"door_plate_same", "building_same"}
    assert "门牌一致" in {r["text"] for r in first["reasons"]}
    assert [g["level"] for g in first["grids"]] == [1, 2, 3]
    lon, lat = first["point"]
    spot = ask(client, lon=lon, lat=lat, datum="wgs84").json()
    assert spot["grids"] == first["grids"]


def test_a_spoken_address_is_understood(client):
    for text in ("下关区宝塔桥西街１８号三幢", "宝塔桥西街18号3栋2单元501室", "西街18-3-2-501"):
        body = client.get("/locate", params={"address": text}).json()
        assert body["candidates"][0]["address"] == "宝塔桥西街18号3幢", text


def test_a_building_that_does_not_exist_is_never_another_one(client):
    body = client.get("/locate", params={"address": "宝塔桥西街18号93幢"}).json()
    assert body["clear"] is False
    assert not any(c["match"] == "building" and c["score"] > 0.8 for c in body["candidates"])


def test_a_grid_code_and_a_community_are_found(client):
    body = client.get("/locate", params={"address": "320106012005"}).json()
    assert [g["code"] for g in body["candidates"][0]["grids"]] == ["320106012005"]
    body = client.get("/locate", params={"address": "方家营社区"}).json()
    assert body["candidates"][0]["grids"][0]["code"] == "320106012002"


def test_an_undisclosed_unit_is_not_found_by_name_or_address(client):
    places = json.loads((ROOT / "data" / "places.geojson").read_text())["features"]
    hidden = [p["properties"] for p in places if p["properties"].get("disclosed") is False]
    assert len(hidden) == 2
    for unit in hidden:
        for text in (unit["name"], *unit["aliases"]):
            answer = client.get("/locate", params={"address": text})
            for candidate in answer.json()["candidates"]:
                assert unit["id"] != candidate["key"]
                assert unit["name"] not in candidate["name"]


def test_a_day_before_the_first_division_is_not_found(client):
    answer = ask(client, **HERE, as_of="2001-01-01")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_tomorrow_is_answered_by_what_is_scheduled_for_it(client):
    tomorrow = (today() + timedelta(days=1)).isoformat()
    body = ask(client, **HERE, as_of=tomorrow).json()
    assert body["as_of"] == tomorrow
    assert body["version"]["division"] == 1


def test_no_answer_holds_what_is_not_public(client):
    everything = [client.get("/locate", params=HERE).text]
    for grid in client.get("/grids", params={"limit": 1000}).json()["grids"]:
        everything.append(client.get(f"/grids/{grid['code']}/sheet").text)
    text = "".join(everything)
    assert "resident_population" not in text
    assert "mobile" not in text
    assert '"military"' not in text
    assert '"undisclosed"' not in text
    counts = json.loads(everything[1])["counts"]
    assert counts["households"] % 10 == 0

"""Who sees what: the public edition for everybody, the internal one within one's own grids."""

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.http.auth import AccountRole
from tests.api.callers import as_caller
from tests.api.conftest import settings_for

OWN, OTHER = "320106012005", "320106012002"


@pytest.fixture(scope="module")
def app(sample_store):
    app = create_app(settings_for(sample_store))
    with TestClient(app):
        yield app


@pytest.fixture(scope="module")
def grid_id(app):
    return app.state.services.live.division.by_code[OWN].id


@pytest.fixture(scope="module")
def anybody(app):
    return TestClient(app)


@pytest.fixture(scope="module")
def staff(app, grid_id):
    return TestClient(as_caller(app, AccountRole.STAFF, grids={grid_id}))


@pytest.fixture(scope="module")
def office(app):
    return TestClient(as_caller(app, AccountRole.STAFF))


def sheet(client, code):
    return client.get(f"/grids/{code}/sheet").json()


def test_the_public_edition_has_no_mobile_numbers(anybody):
    body = sheet(anybody, OWN)
    assert body["edition"] == "public"
    assert not any("mobile" in r for r in body["responsible"])
    assert "resident_population" not in body


def test_staff_see_the_internal_edition_of_their_grids(staff, office):
    body = sheet(staff, OWN)
    assert body["edition"] == "internal"
    assert any("mobile" in r for r in body["responsible"])
    assert body == sheet(office, OWN)


@pytest.mark.parametrize("deeper", ["", "001", "001001"])
def test_what_is_below_an_own_grid_is_their_own(staff, office, deeper):
    assert sheet(staff, OWN + deeper) == sheet(office, OWN + deeper)


@pytest.mark.parametrize("deeper", ["", "001", "001001"])
def test_of_other_grids_staff_see_the_public_edition(staff, anybody, deeper):
    for path in ("", "/sheet"):
        address = f"/grids/{OTHER}{deeper}{path}"
        assert staff.get(address).json() == anybody.get(address).json()


def middle(client, code):
    lon, lat = sheet(client, code)["point"]
    return {"lon": lon, "lat": lat, "datum": "wgs84"}


def test_a_point_on_an_own_grid_is_answered_internally_and_one_elsewhere_publicly(
    staff, office, anybody
):
    here, there = middle(anybody, OWN + "001001"), middle(anybody, OTHER + "001001")
    assert staff.get("/locate", params=here).json() == office.get("/locate", params=here).json()
    assert staff.get("/locate", params=there).json() == anybody.get("/locate", params=there).json()


def test_above_an_own_grid_everything_stays_public(app, anybody):
    below = app.state.services.live.division.by_code[OWN + "001001"].id
    clerk = TestClient(as_caller(app, AccountRole.STAFF, grids={below}))
    spot = clerk.get("/locate", params=middle(anybody, OWN + "001001")).json()
    public = anybody.get("/locate", params=middle(anybody, OWN + "001001")).json()
    assert spot["grids"][:2] == public["grids"][:2]
    assert spot["grids"][2] != public["grids"][2]


def test_undisclosed_units_are_found_by_those_in_charge_only(app, office, anybody, staff):
    hidden = [
        p
        for p in office.get("/places", params={"limit": 1000, "kind": "resident_unit"}).json()[
            "places"
        ]
        if p.get("undisclosed")
    ]
    assert hidden, "the sample has such units"
    for place in hidden:
        mine = place["grid"].startswith(OWN)
        for client, sees in ((anybody, False), (staff, mine), (office, True)):
            found = client.get("/places", params={"q": place["name"], "limit": 1000}).json()
            assert (place["id"] in [p["id"] for p in found["places"]]) is sees
            named = client.get("/locate", params={"address": place["name"]}).text
            assert (
                place["name"]
                in [
                    c["name"]
                    for c in client.get("/locate", params={"address": place["name"]}).json()[
                        "candidates"
                    ]
                ]
            ) is sees, named


def test_somebody_without_grids_sees_what_everybody_sees(app, anybody):
    nobody = TestClient(as_caller(app, AccountRole.STAFF, grids=set()))
    for path in (f"/grids/{OWN}/sheet", "/people?limit=1000", "/places?limit=1000&level=2"):
        theirs, ours = nobody.get(path).json(), anybody.get(path).json()
        for row in theirs.get("people", ()):
            row.pop("id")
        assert theirs == ours


def test_people_are_listed_by_grid_and_role(anybody, office, staff):
    leaders = anybody.get("/people", params={"role": "grid_leader", "level": 1}).json()
    assert leaders["total"] == 12
    assert {p["level"] for p in leaders["people"]} == {1}
    everybody = [
        c.get("/people", params={"limit": 1}).json()["total"] for c in (anybody, staff, office)
    ]
    assert everybody[0] < everybody[1] < everybody[2]
    mobiles = [
        p for p in staff.get("/people", params={"limit": 1000}).json()["people"] if "mobile" in p
    ]
    assert mobiles
    assert all(p["grid"].startswith(OWN) for p in mobiles)


def test_places_are_filtered_and_paged(anybody):
    total = anybody.get("/places").json()["total"]
    kinds = [
        anybody.get("/places", params={"kind": k}).json()["total"]
        for k in ("building", "business", "resident_unit")
    ]
    assert sum(kinds) == total > 100
    inside = anybody.get("/places", params={"parent": OWN, "level": 1, "limit": 1000}).json()
    assert {p["grid"] for p in inside["places"]} == {OWN}
    by_class = [anybody.get("/places", params={"grid_class": c}).json()["total"] for c in "甲乙丙"]
    assert sum(by_class) == sum(
        g["total"]
        for g in (
            anybody.get("/places", params={"parent": f"320106012{n:03d}"}).json()
            for n in range(1, 13)
        )
    )
    second = anybody.get("/places", params={"limit": 5, "offset": 5}).json()["places"]
    assert second == anybody.get("/places", params={"limit": 10}).json()["places"][5:]
    assert (
        0
        < anybody.get("/places", params={"bbox": "118.75,32.11,118.751,32.111"}).json()["total"]
        < total
    )


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/places?kind=x", "kind"),
        ("/places?x=1", "x"),
        ("/people?role=boss", "role"),
        ("/people?level=0", "level"),
        ("/people?bbox=1", "bbox"),
        ("/places?parent=1&parent=2", "parent"),
    ],
)
def test_a_bad_filter_is_a_400_that_names_it(anybody, path, field):
    answer = anybody.get(path)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert anybody.get("/people?parent=999").status_code == 404


def test_the_internal_map_is_for_those_who_may_see_it(app, office, anybody):
    assert anybody.get("/", params={"edition": "internal"}).status_code == 401
    shown = anybody.get(
        "/", params={"edition": "internal"}, headers={"accept": "text/html"}, follow_redirects=False
    )
    assert shown.status_code == 303
    assert shown.headers["location"].startswith("/signin?next=/%3Fedition%3Dinternal")
    page = office.get("/", params={"edition": "internal"})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.text != anybody.get("/").text
    mobile = next(r["mobile"] for r in sheet(office, OWN)["responsible"] if "mobile" in r)
    assert mobile in page.text
    assert mobile not in anybody.get("/").text


def test_tables_and_lists_are_answered_in_the_callers_edition(staff, office, anybody):
    asked = {
        "datum": "wgs84",
        "points": [list(middle(anybody, c + "001001").values())[:2] for c in (OWN, OTHER)],
    }
    bodies = [c.post("/locate", json=asked).json()["grids"] for c in (anybody, staff, office)]
    own = [b[OWN] for b in bodies]
    other = [b[OTHER] for b in bodies]
    assert own[0] != own[1] == own[2]
    assert other[0] == other[1] != other[2]

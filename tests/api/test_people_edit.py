"""People, duties and places are kept current over HTTP: guarded, scoped, on record."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.http.auth import AccountRole
from gis.audit import SYSTEM, AuditChange
from gis.clock import today
from gis.editing.edited import Edited
from gis.store.audit import AuditQuery
from tests.api.callers import as_caller
from tests.api.conftest import settings_for

TOMORROW = (today() + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def app(sample_store, tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path))
    with TestClient(app):
        yield app


@pytest.fixture
def clerk(app):
    return TestClient(as_caller(app, AccountRole.PLANNER, name="王示例"))


@pytest.fixture
def local(app):
    """Somebody on the staff whose grids are those of one community."""
    return TestClient(as_caller(app, AccountRole.STAFF, name="李样例", grids={"g1-005"}))


def leader_of(clerk, code):
    held = clerk.get(f"/duties?grid={code}").json()["duties"]
    return next(d for d in held if d["role"] == "grid_leader" and d["state"] == "now")


def somebody(clerk, name):
    made = clerk.post("/people", json={"name": name})
    assert made.status_code == 201, made.text
    return made.json()


def guarded(etag):
    return {"if-match": f'"{etag}"'}


def test_people_are_found_by_name_pinyin_and_grid_code(clerk):
    by_name = clerk.get("/people/find?q=王示例").json()
    assert by_name["people"][0]["name"] == "王示例"
    assert clerk.get("/people/find?q=wangshili").json()["people"][0]["name"] == "王示例"
    grids = clerk.get("/people/find?q=320106012005").json()["grids"]
    assert grids[0]["code"] == "320106012005"
    assert grids[0]["leader"]["name"]
    assert clerk.get("/people/find?q=燕江路社区").json()["grids"]


def test_an_edit_needs_the_state_it_was_made_from(clerk):
    person = somebody(clerk, "示例甲")
    address = f"/people/{person['id']}"
    assert clerk.patch(address, json={"mobile": "1"}).status_code == 428
    assert clerk.patch(address, json={"mobile": "1"}, headers={"if-match": "*"}).status_code == 428
    done = clerk.patch(address, json={"mobile": "000-1"}, headers=guarded(person["etag"]))
    assert (done.status_code, done.json()["mobile"]) == (200, "000-1")
    assert done.headers["etag"] == clerk.get(address).headers["etag"]


def test_a_colleagues_edit_is_not_lost_and_is_told(clerk, app):
    person = somebody(clerk, "示例乙")
    address, mine = f"/people/{person['id']}", guarded(person["etag"])
    other = TestClient(as_caller(app, AccountRole.PLANNER, name="同事样例"))
    body = {"office_phone": "025-2", "reason": "换号"}
    assert other.patch(address, json=body, headers=mine).status_code == 200
    refused = clerk.patch(address, json={"office_phone": "025-3"}, headers=mine)
    assert refused.status_code == 412
    told = refused.json()
    assert "同事样例" in told["detail"]
    assert told["current"]["office_phone"] == "025-2"
    assert (told["changed"]["who"], told["changed"]["after"]) == (
        "同事样例",
        {"office_phone": "025-2"},
    )
    again = clerk.patch(address, json={"office_phone": "025-3"}, headers={"if-match": told["etag"]})
    assert again.json()["office_phone"] == "025-3"


def test_a_duty_is_handed_over_and_read_in_the_audit_log(clerk, app):
    successor = somebody(clerk, "接任示例")
    duty = leader_of(clerk, "320106012001")
    address = f"/duties/{duty['id']}/handover"
    body = {"to": successor["id"], "on": TOMORROW, "reason": "轮岗"}
    done = clerk.post(address, json=body, headers=guarded(duty["etag"]))
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["since"]) == ("later", TOMORROW)
    assert leader_of(clerk, "320106012001")["until"] == TOMORROW
    assert clerk.get("/audit").status_code == 403
    approver = TestClient(as_caller(app, AccountRole.APPROVER))
    entry = approver.get("/audit?action=duty.hand_over").json()["entries"][0]
    assert (entry["who"], entry["reason"], entry["after"]["name"]) == ("王示例", "轮岗", "接任示例")
    assert approver.get("/audit/verify").json()["broken"] is None
    again = clerk.post(address, json=body, headers=guarded(duty["etag"]))
    assert again.status_code == 412


def test_a_second_leader_is_refused_with_a_name(clerk):
    person = somebody(clerk, "示例丙")
    body = {"grid": "320106012002", "role": "grid_leader", "since": TOMORROW}
    refused = clerk.post(f"/people/{person['id']}/duties", json=body)
    assert refused.status_code == 409
    assert leader_of(clerk, "320106012002")["person"]["name"] in refused.json()["detail"]


def test_who_leaves_office_leaves_a_grid_to_be_seen(clerk):
    duty = leader_of(clerk, "320106012003")
    person = clerk.get(f"/people/{duty['person']['id']}").json()
    on = today().isoformat()
    done = clerk.post(
        f"/people/{person['id']}/leave", json={"on": on}, headers=guarded(person["duties_etag"])
    )
    assert done.status_code == 200, done.text
    assert "no_leader" in [f["rule"] for f in done.json()["findings"]]
    found = clerk.get("/duties/findings").json()
    assert "320106012003" in [g["code"] for g in found["without_leader"]]
    heavy = found["too_heavy"]
    assert [h for h in heavy if h["households"] > 2 * h["median"]] == heavy != []


def test_staff_edit_on_their_own_grids_only(local, clerk):
    other = leader_of(clerk, "320106012001")
    person = clerk.get(f"/people/{other['person']['id']}").json()
    seen = local.get(f"/people/{person['id']}").json()
    assert (seen["editable"], "mobile" in seen) == (False, False)
    edit = local.patch(
        f"/people/{person['id']}", json={"mobile": "1"}, headers=guarded(person["etag"])
    )
    assert edit.status_code == 403
    body = {"to": "p-0001", "on": TOMORROW}
    address = f"/duties/{other['id']}/handover"
    assert local.post(address, json=body, headers=guarded(other["etag"])).status_code == 403
    own = leader_of(clerk, "320106012005")
    mine = local.get(f"/people/{own['person']['id']}").json()
    done = local.patch(
        f"/people/{mine['id']}", json={"mobile": "000-2"}, headers=guarded(mine["etag"])
    )
    assert done.status_code == 200


def test_nobody_who_is_not_signed_in_sees_or_changes_anything(app):
    public = TestClient(app)
    for method, path in (
        ("GET", "/people/find?q=王"),
        ("GET", "/people/p-0001"),
        ("PATCH", "/people/p-0001"),
        ("GET", "/places/b-0001"),
        ("POST", "/places"),
        ("GET", "/audit"),
        ("GET", "/audit/export"),
        ("GET", "/duties/findings"),
    ):
        assert public.request(method, path).status_code == 401, path


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"name": 5}', "name"),
        (b'{"name": "a", "name": "b"}', "name"),
        (b'{"age": 5}', "age"),
        (b'{"name": "\\u0000"}', "name"),
        (b'{"reason": 5, "name": "x"}', "reason"),
        (b"{}", "body"),
    ],
)
def test_a_bad_body_names_its_field(clerk, body, field):
    etag = clerk.get("/people/p-0002").json()["etag"]
    refused = clerk.patch("/people/p-0002", content=body, headers=guarded(etag))
    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_a_place_is_edited_moved_and_removed(clerk):
    building = clerk.get("/places/b-0001").json()
    done = clerk.patch(
        "/places/b-0001",
        json={"households": building["households"] - 7, "reason": "入户核对"},
        headers=guarded(building["etag"]),
    )
    assert done.status_code == 200, done.text
    assert [(f["rule"], f["size"]) for f in done.json()["findings"]] == [
        ("households_differ", -7)
    ] * 3
    shop = {"kind": "business", "name": "示例面馆", "lon": 118.75, "lat": 32.11}
    assert clerk.post("/places", json=shop).json()["field"] == "datum"
    made = clerk.post("/places", json={**shop, "datum": "wgs84"})
    assert made.status_code == 201, made.text
    assert clerk.get(made.headers["location"]).json()["name"] == "示例面馆"
    gone = clerk.post(
        f"{made.headers['location']}/remove", json={}, headers=guarded(made.json()["etag"])
    )
    assert gone.json()["removed"] == [made.json()["id"]]
    assert clerk.get(made.headers["location"]).status_code == 404


def test_staff_put_places_on_their_own_grids_only(local, clerk):
    own, other = (clerk.get(f"/places/find?grid={c}&limit=1").json()["places"][0] for c in
                  ("320106012005", "320106012001"))  # fmt: skip
    here, there = (clerk.get(f"/places/{p['id']}").json() for p in (own, other))
    moved = {"lon": there["lon"], "lat": there["lat"], "datum": "wgs84"}
    assert (
        local.patch(f"/places/{own['id']}", json=moved, headers=guarded(here["etag"])).status_code
        == 403
    )
    body = {"name": "新名示例"}
    assert (
        local.patch(f"/places/{other['id']}", json=body, headers=guarded(there["etag"])).status_code
        == 403
    )
    done = local.patch(f"/places/{own['id']}", json=body, headers=guarded(here["etag"]))
    assert done.json()["former_names"][-1] == here["name"]


def test_the_log_is_taken_away_without_formulas(clerk, app):
    person = somebody(clerk, "=HYPERLINK(1)示例")
    approver = TestClient(as_caller(app, AccountRole.APPROVER))
    csv = approver.get(f"/audit/export?subject=person:{person['id']}")
    assert csv.content.startswith(b"\xef\xbb\xbfnumber,time,who")
    assert "=HYPERLINK(1)示例" in csv.text
    assert ",=HYPERLINK" not in csv.text
    xlsx = approver.get("/audit/export?format=xlsx")
    assert xlsx.content[:2] == b"PK"
    assert approver.get("/audit/export?format=pdf").status_code == 400


def test_values_are_erased_by_an_administrator_only(clerk, app):
    somebody(clerk, "删除示例")
    approver = TestClient(as_caller(app, AccountRole.APPROVER))
    admin = TestClient(as_caller(app, AccountRole.ADMIN))
    number = approver.get("/audit?action=person.add&limit=1").json()["entries"][0]["number"]
    body = {"fields": ["after"], "reason": "本人请求"}
    assert approver.post(f"/audit/{number}/erase", json=body).status_code == 403
    assert admin.post(f"/audit/{number}/erase", json={**body, "fields": ["x"]}).status_code == 400
    assert admin.post("/audit/999999/erase", json=body).status_code == 404
    assert admin.post(f"/audit/{number}/erase", json=body).json()["erased"] == ["after"]
    assert "删除示例" not in approver.get("/audit?limit=500").text
    assert approver.get("/audit/verify").json()["broken"] is None


# --- mobiles -------------------------------------------------------------------------------------


def test_a_mobile_given_as_office_phone_is_kept_as_the_mobile_and_said(clerk):
    given = {"name": "示例移动甲", "office_phone": "025-83500000/+86 139-0000-0001"}
    made = clerk.post("/people", json=given)
    assert made.status_code == 201, made.text
    person = made.json()
    assert (person["office_phone"], person["mobile"]) == ("025-83500000", "13900000001")
    assert [f["rule"] for f in person["findings"]] == ["mobile_moved"]
    again = clerk.patch(
        f"/people/{person['id']}",
        json={"office_phone": "１３９００００００02"},
        headers=guarded(person["etag"]),
    ).json()
    assert (again["office_phone"], again["mobile"]) == ("", "13900000002、13900000001")


def test_a_duty_mobile_is_shown_where_somebody_says_so_on_record(clerk, app):
    person = somebody(clerk, "示例移动乙")
    body = {"mobile": "13900000001", "public_mobile": "13900000009", "reason": "值班"}
    done = clerk.patch(f"/people/{person['id']}", json=body, headers=guarded(person["etag"]))
    assert done.json()["public_mobile"] == "13900000009"
    assert [f["rule"] for f in done.json()["findings"]] == ["mobile_public"]
    entry = last_entry(app, person["id"])
    assert (entry.after["public_mobile"], entry.reason) == ("13900000009", "值班")


@pytest.mark.parametrize("name", ["待定", "空缺", "-", "13900000001"])
def test_nobody_is_no_person(clerk, name):
    refused = clerk.post("/people", json={"name": name})
    assert refused.status_code == 400
    assert refused.json()["field"] == "name"


def test_mobiles_stored_as_office_phones_are_moved_with_one_request(clerk, app):
    store = app.state.services.live.store
    wrong = replace(people_stored(store)[0], office_phone="139 0000 0001", mobile="")
    store.revise_roster(lambda base: put(base.value, wrong), today=today(), author=SYSTEM)
    found = clerk.get("/duties/findings").json()["misplaced_mobiles"]
    assert [(p["id"], p["office_phone"]) for p in found] == [(wrong.id, "139 0000 0001")]
    assert "139 0000" not in TestClient(app).get("/people?limit=1000").text
    moved = clerk.post("/people/mobiles", json={"reason": "手机号归位"})
    assert moved.json()["moved"] == [wrong.id]
    person = clerk.get(f"/people/{wrong.id}").json()
    assert (person["office_phone"], person["mobile"]) == ("", "13900000001")
    assert clerk.get("/duties/findings").json()["misplaced_mobiles"] == []
    entry = last_entry(app, wrong.id)
    assert (entry.sealed.action, entry.reason) == ("person.edit", "手机号归位")
    assert clerk.post("/people/mobiles", json={}).json()["moved"] == []


def test_an_undone_load_brings_no_mobile_back_among_the_office_phones(clerk, app):
    store = app.state.services.live.store
    stored = people_stored(store)[1]
    wrong = replace(stored, office_phone="139 0000 0005", mobile="")
    store.revise_roster(lambda base: put(base.value, wrong), today=today(), author=SYSTEM)
    store.revise_roster(
        lambda base: put(base.value, replace(stored, organisation="换单位示例")),
        today=today(),
        author=SYSTEM,
    )
    etag = clerk.get("/data").headers["etag"]
    undone = clerk.post("/data/undo", json={"part": "people"}, headers={"if-match": etag})
    assert undone.status_code == 200, undone.text
    found = store.holding(today()).roster.by_id[wrong.id]
    assert (found.office_phone, found.mobile) == ("", "13900000005")


def last_entry(app, person):
    asked = AuditQuery(subject=f"person:{person}", limit=1)
    (entry,) = app.state.services.live.store.audit_log(asked).entries
    return entry


def people_stored(store):
    return store.holding(today()).roster.people


def put(roster, person):
    kept = tuple(p for p in roster.people if p.id != person.id)
    change = AuditChange("person.edit", f"person:{person.id}")
    return Edited(replace(roster, people=(*kept, person)), (change,), person.id)

"""An act never widens what its author may see or change; what is not seen is as unknown.

Two communities are drawn: ``east`` keeps the people and places of the one, ``west`` of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.settings import Settings
from gis.accounts import AccountRole
from gis.audit import SYSTEM
from gis.clock import today
from gis.directory import Directory, PlaceKind
from gis.ids import GridId, PersonId
from gis.roster import Duty, GridRole, Person
from gis.store import Identity, open_store
from tests.api.callers import as_caller
from tests.ascii_maps import atlas, place

WEST, EAST = "320106012001", "320106012002"
BARRACKS = "某某保密楼示例"
HIDDEN, UNKNOWN, SHOP = "b-hidden", "b-nowhere", "s-own"
BEGUN = today() - timedelta(days=40)


def on_day(days: int) -> date:
    return today() + timedelta(days=days)


def held(person: str, grid: str, since: int, until: int | None = None, **role: Any) -> Duty:
    end = None if until is None else on_day(until)
    found = role.get("role", GridRole.VOLUNTEER)
    return Duty(f"d-{person}-{grid}", PersonId(person), GridId(grid), found, on_day(since), end)


STANDING: dict[str, tuple[Duty, ...]] = {
    "leads": (held("leads", "g002001", -30, role=GridRole.SOCIAL_WORKER),),
    "moved": (held("moved", "g001", -39, -20), held("moved", "g002001", -20)),
    "left": (held("left", "g001", -39, -30), held("left", "g002001", -30, -20)),
    "leaves": (held("leaves", "g001001", -30, 10), held("leaves", "g002001", 10)),
}
"""People of the eastern community, two of whom served in the western before; one goes there."""


SECRET = {who: f"000-4040-{n}" for n, who in enumerate(STANDING)}


@dataclass
class Town:
    """The service, and who works with it: staff of each community and of one lane, a planner."""

    west: TestClient
    east: TestClient
    lane: TestClient
    planner: TestClient
    app: Any

    def asking(self) -> TestClient:
        """Return the western staff with an account of their own, in which they can ask."""
        accounts = self.app.state.services.accounts.store
        made, _ = accounts.add(SYSTEM, name="西示例", role="staff", scope_grids={GridId("g001")})
        own = {"account": made.id, "epoch": made.epoch}
        return TestClient(as_caller(self.app, grids={"g001"}, name="西示例", **own))

    def person(self, identity: str) -> Any:
        return self.planner.get(f"/people/{identity}").json()

    def duty(self, identity: str) -> Any:
        person = self.person(identity.split("-")[1])
        return next(d for d in person["duties"] if d["id"] == identity)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    drawn = atlas(
        Directory(
            (
                place(HIDDEN, PlaceKind.BUILDING, 5.5, 0.5, name=BARRACKS, disclosed=False),
                place("b-own", PlaceKind.BUILDING, 0.5, 0.5, name="本地楼示例"),
                place("b-open", PlaceKind.BUILDING, 6.5, 0.5, name="公开楼示例"),
                place(SHOP, PlaceKind.BUSINESS, 0.5, 0.5, name="本地店示例"),
            ),
            synthetic=True,
        )
    )
    people = tuple(
        Person(PersonId(i), f"示例{i}", mobile=SECRET[i], organisation=SECRET[i]) for i in STANDING
    )
    duties = tuple(d for held in STANDING.values() for d in held)
    roster = replace(
        drawn.roster,
        people=(*drawn.roster.people, *people),
        duties=(*drawn.roster.duties, *duties),
    )
    url = f"sqlite:///{tmp_path}/wangge.db"
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(
            identity=Identity("示例街道", "320106012", True),
            division=drawn.division,
            directory=drawn.directory,
            roster=roster,
            effective_from=BEGUN,
            today=BEGUN,
        )
    app = create_app(Settings(_env_file=None, database_url=url))
    with TestClient(app):
        yield Town(
            TestClient(as_caller(app, grids={"g001"}, name="西示例")),
            TestClient(as_caller(app, grids={"g002"}, name="东示例")),
            TestClient(as_caller(app, grids={"g001001001"}, name="巷示例")),
            TestClient(as_caller(app, AccountRole.PLANNER, name="规划示例")),
            app,
        )


def guarded(etag: str) -> dict[str, str]:
    return {"if-match": f'"{etag}"'}


def everything_read(client: TestClient, person: str) -> str:
    """Return what a caller reads of somebody, on any day."""
    asked: list[tuple[str, dict[str, str]]] = [
        (f"/people/{person}", {}),
        ("/people/find", {"q": f"示例{person}"}),
    ]
    for day in (today(), on_day(-35), on_day(-25), on_day(-5)):
        of = {"as_of": day.isoformat()}
        for code in (WEST, f"{WEST}001", EAST, f"{EAST}001"):
            asked.append((f"/grids/{code}/sheet", of))
        asked.append(("/people", {**of, "limit": "1000"}))
    return "\n".join(client.get(path, params=given).text for path, given in asked)


def new_duty(grid: str = WEST, since: date | None = None, **more: Any) -> dict[str, Any]:
    begins = (since or today()).isoformat()
    return {"grid": grid, "role": "volunteer", "since": begins, **more}


# --- appointing ----------------------------------------------------------------------------------

ELSEWHERE = ("leads", "moved", "left")


@pytest.mark.parametrize("who", ELSEWHERE)
@pytest.mark.parametrize("since", [today(), on_day(1), date(2099, 1, 1)], ids=str)
def test_nobody_gets_at_a_person_of_others_by_appointing_them(
    town: Town, who: str, since: date
) -> None:
    answer = town.west.post(f"/people/{who}/duties", json=new_duty(since=since))
    assert answer.status_code in (403, 404), answer.text
    assert SECRET[who] not in everything_read(town.west, who)
    assert SECRET[who] in everything_read(town.east, who)
    body = {"mobile": "000-1"}
    state = guarded(town.person(who)["etag"])
    assert town.west.patch(f"/people/{who}", json=body, headers=state).status_code in (403, 404)


@pytest.mark.parametrize("who", ELSEWHERE)
def test_nobody_gets_at_a_person_of_others_by_handing_a_duty_over_to_them(
    town: Town, who: str
) -> None:
    duty = town.west.get(f"/duties?grid={WEST}001001").json()["duties"][0]
    body = {"to": who, "on": on_day(1).isoformat()}
    answer = town.west.post(
        f"/duties/{duty['id']}/handover", json=body, headers=guarded(duty["etag"])
    )
    assert answer.status_code in (403, 404), answer.text
    assert SECRET[who] not in everything_read(town.west, who)


@pytest.mark.parametrize("until", [None, on_day(1), date(2099, 1, 1)], ids=str)
@pytest.mark.parametrize("who", ["moved", "left"])
def test_nobody_gets_at_a_person_of_others_by_prolonging_what_they_once_were(
    town: Town, who: str, until: date | None
) -> None:
    duty = town.duty(f"d-{who}-g001")
    body = {"until": until.isoformat() if until else None}
    answer = town.west.patch(f"/duties/{duty['id']}", json=body, headers=guarded(duty["etag"]))
    assert answer.status_code == 403, answer.text
    assert SECRET[who] not in everything_read(town.west, who)


def test_who_goes_elsewhere_is_not_held_back_by_those_they_leave(town: Town) -> None:
    duty = town.duty("d-leaves-g001001")
    assert SECRET["leaves"] in everything_read(town.west, "leaves")
    longer = {"until": on_day(400).isoformat()}
    answer = town.west.patch(f"/duties/{duty['id']}", json=longer, headers=guarded(duty["etag"]))
    assert answer.status_code == 403, answer.text
    assert "请由规划员办理任命" in answer.json()["detail"]
    again = new_duty(f"{WEST}002", on_day(200))
    assert town.west.post("/people/leaves/duties", json=again).status_code == 403
    until_then = new_duty(f"{WEST}002", until=on_day(5).isoformat())
    assert town.west.post("/people/leaves/duties", json=until_then).status_code == 201


def test_somebody_of_others_serves_once_those_in_charge_there_consent(town: Town) -> None:
    west, duty = town.asking(), new_duty()
    asked = west.post("/people/leads/requests", json=duty)
    assert asked.status_code == 201, asked.text
    body = {**duty, **asked.json()}
    assert SECRET["leads"] not in everything_read(town.west, "leads")
    for who in (town.west, town.lane):
        assert who.post("/people/leads/duties", json=body).status_code == 403
    assert town.east.post("/people/leads/duties", json=duty).status_code == 403
    other = town.east.post("/people/leads/duties", json={**body, "since": "2099-01-01"})
    assert (other.status_code, other.json()["field"]) == (400, "request")
    assert town.east.post("/people/moved/duties", json=body).status_code == 400
    consented = town.east.post("/people/leads/duties", json=body)
    assert consented.status_code == 201, consented.text
    assert SECRET["leads"] in everything_read(town.west, "leads")
    entry = town.app.state.services.store.audit_log().entries[0]
    assert (entry.sealed.action, entry.who) == ("duty.begin", "东示例")
    assert "西示例" in (entry.reason or "")


def test_a_request_is_for_ones_own_grid_and_ends_with_its_account(town: Town) -> None:
    west = town.asking()
    assert west.post("/people/leads/requests", json=new_duty(EAST)).status_code == 403
    town.planner.post("/people", json={"name": "暗处示例"})
    hidden = town.planner.get("/people/find?q=暗处示例").json()["people"][0]["id"]
    town.planner.post(f"/people/{hidden}/duties", json=new_duty(EAST))
    assert west.post(f"/people/{hidden}/requests", json=new_duty()).status_code == 404
    asked = west.post("/people/leads/requests", json=new_duty()).json()
    town.app.state.services.accounts.store.change(SYSTEM, "西示例", disabled=True)
    late = town.east.post("/people/leads/duties", json={**new_duty(), **asked})
    assert (late.status_code, late.json()["field"]) == (400, "request")
    assert west.post("/people/leads/requests", json=new_duty()).status_code == 401


def test_a_planner_appoints_whom_they_choose_and_both_communities_answer_then(town: Town) -> None:
    assert town.planner.post("/people/leads/duties", json=new_duty()).status_code == 201
    assert SECRET["leads"] in everything_read(town.west, "leads")
    assert SECRET["leads"] in everything_read(town.east, "leads")


def test_who_never_served_anywhere_may_be_appointed(town: Town) -> None:
    made = town.east.post("/people", json={"name": "新人示例", "mobile": "000-2"})
    answer = town.west.post(f"/people/{made.json()['id']}/duties", json=new_duty())
    assert answer.status_code == 201, answer.text
    assert town.east.get(f"/people/{made.json()['id']}").status_code == 404


def test_a_namesake_who_is_not_seen_is_not_told(town: Town) -> None:
    assert town.west.post("/people", json={"name": "示例left"}).json()["findings"] != []
    town.planner.post("/people", json={"name": "暗处示例"})
    hidden = town.planner.get("/people/find?q=暗处示例").json()["people"][0]["id"]
    town.planner.post(f"/people/{hidden}/duties", json=new_duty(EAST))
    assert town.west.post("/people", json={"name": "暗处示例"}).json()["findings"] == []
    assert town.east.post("/people", json={"name": "暗处示例"}).json()["findings"] != []


# --- what is not seen is as unknown --------------------------------------------------------------


def same_words(hidden: Any, unknown: Any) -> None:
    """Two refusals differ in nothing but the id that was asked for."""
    assert hidden.status_code == unknown.status_code
    assert hidden.text.replace(HIDDEN, "X") == unknown.text.replace(UNKNOWN, "X")
    assert BARRACKS not in hidden.text
    skipped = ("x-request-id", "content-length")
    told = [{k: v for k, v in a.headers.items() if k not in skipped} for a in (hidden, unknown)]
    assert told[0] == told[1]


def asked_of(town: Town, identity: str) -> list[Any]:
    """Return the answers to every question and act that can name a building."""
    west, any_state = town.west, guarded("0" * 32)
    shop = guarded(west.get(f"/places/{SHOP}").json()["etag"])
    spot = {"lon": 118.7505, "lat": 32.1105, "datum": "wgs84"}
    new = {"kind": "business", "name": "新店示例", "building": identity}
    return [
        west.get(f"/places/{identity}"),
        west.get("/places/find", params={"q": identity}),
        west.patch(f"/places/{SHOP}", json={"building": identity}, headers=shop),
        west.patch(f"/places/{SHOP}", json={"building": identity, "floors": 3}, headers=shop),
        west.patch(f"/places/{SHOP}", json={"building": identity}, headers=any_state),
        west.post("/places", json=new),
        west.post("/places", json={**new, **spot}),
        west.patch(f"/places/{identity}", json={"name": "别名"}, headers=any_state),
        west.post(f"/places/{identity}/remove", json={}, headers=any_state),
        west.post(f"/places/{identity}/remove", json={"contents": True}, headers=any_state),
    ]


def test_a_hidden_building_answers_exactly_as_one_that_there_is_not(town: Town) -> None:
    for hidden, unknown in zip(asked_of(town, HIDDEN), asked_of(town, UNKNOWN), strict=True):
        same_words(hidden, unknown)
    for identity, status in ((HIDDEN, 400), ("b-open", 200)):
        shop, body = town.west.get(f"/places/{SHOP}").json(), {"building": identity}
        answer = town.west.patch(f"/places/{SHOP}", json=body, headers=guarded(shop["etag"]))
        assert answer.status_code == status, answer.text


def test_a_duty_that_is_not_seen_answers_exactly_as_one_that_there_is_not(town: Town) -> None:
    state = guarded("0" * 32)
    for method, path, body in (
        ("PATCH", "", {"until": None}),
        ("POST", "/handover", {"to": "p001", "on": today().isoformat()}),
        ("POST", "/withdraw", {}),
    ):
        hidden, unknown = (
            town.west.request(method, f"/duties/{i}{path}", json=body, headers=state)
            for i in ("d-moved-g002001", "d-nobody-g002001")
        )
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert hidden.text.replace("moved", "nobody") == unknown.text


def test_the_name_of_a_hidden_building_a_planner_put_a_shop_in_is_not_told(town: Town) -> None:
    shop = town.planner.get(f"/places/{SHOP}").json()
    body = {"building": HIDDEN}
    put = town.planner.patch(f"/places/{SHOP}", json=body, headers=guarded(shop["etag"]))
    assert put.json()["building_name"] == BARRACKS
    seen = town.west.get(f"/places/{SHOP}").json()
    renamed = {"name": "改名店示例"}
    edited = town.west.patch(f"/places/{SHOP}", json=renamed, headers=guarded(seen["etag"]))
    late = town.west.patch(f"/places/{SHOP}", json=renamed, headers=guarded(shop["etag"]))
    assert (edited.status_code, late.status_code) == (200, 412)
    assert BARRACKS not in edited.text + late.text


def test_a_building_with_something_of_others_in_it_is_not_removed(town: Town) -> None:
    barracks = town.planner.get(f"/places/{HIDDEN}").json()
    unit = {"kind": "resident_unit", "name": BARRACKS, "disclosed": False, "building": "b-own"}
    spot = {n: barracks[n] for n in ("lon", "lat", "datum")}
    assert town.planner.post("/places", json={**unit, **spot}).status_code == 201
    state = guarded(town.west.get("/places/b-own").json()["etag"])
    for contents in (False, True):
        body = {"contents": contents}
        answer = town.west.post("/places/b-own/remove", json=body, headers=state)
        assert answer.status_code == 403, answer.text
        assert BARRACKS not in answer.text


# --- what an answer gives away -------------------------------------------------------------------


def test_a_tag_is_of_what_is_seen_so_that_nothing_can_be_tried_against_it(town: Town) -> None:
    before = town.west.get("/people/leads").json()
    state = guarded(town.person("leads")["etag"])
    changed = town.planner.patch("/people/leads", json={"mobile": "000-9"}, headers=state)
    assert changed.status_code == 200
    after = town.west.get("/people/leads").json()
    assert (before["etag"], before["duties_etag"]) == (after["etag"], after["duties_etag"])
    assert town.east.get("/people/leads").json()["etag"] != before["etag"]


def test_who_comes_second_is_told_no_duty_of_others(town: Town) -> None:
    town.planner.post("/people/pv/duties", json=new_duty(f"{EAST}001"))
    seen = town.west.get("/people/pv").json()
    assert [d["grid"]["code"] for d in seen["duties"]] == [f"{WEST}001"]
    for path, body in (("", {"mobile": "000-3"}), ("/leave", {"on": today().isoformat()})):
        method = "POST" if path else "PATCH"
        late = town.west.request(method, f"/people/pv{path}", json=body, headers=guarded("0" * 32))
        assert late.status_code == 412
        assert EAST not in late.text
    state = guarded(seen["duties_etag"])
    leaving = {"on": today().isoformat()}
    refused = town.west.post("/people/pv/leave", json=leaving, headers=state)
    assert refused.status_code == 403
    assert EAST not in refused.text


def test_findings_tell_no_count_of_other_grids(town: Town) -> None:
    leader = {"grid": f"{EAST}001", "role": "service_commissioner", "since": today().isoformat()}
    assert town.planner.post("/people/p001001/duties", json=leader).status_code == 201
    place, body = "/places/b-own", {"households": 12}
    state = guarded(town.west.get(place).json()["etag"])
    told = town.lane.patch(place, json=body, headers=state).json()["findings"]
    assert {r["grid_code"] for r in told} == {f"{WEST}001001"}
    removed = town.lane.post(
        f"{place}/remove", json={}, headers=guarded(town.lane.get(place).json()["etag"])
    )
    assert {r["grid_code"] for r in removed.json()["findings"]} <= {f"{WEST}001001"}
    assert "1400" not in town.lane.get("/duties/findings").text

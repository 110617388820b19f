"""A plan through the service from the first stroke to the division in force, on both engines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from api import create_app
from api.cli import main
from api.settings import Settings
from gis.clock import today
from gis.directory import PlaceKind
from tests.ascii_maps import SIDE, SOUTH, WEST
from tests.plans.conftest import Draft, Office, moved_cell, office_of
from tests.plans.drawn_plan import stored_strip, strip

FIRST, SECOND = "g001001001", "g001001002"


@contextmanager
def served(url: str) -> Iterator[Office]:
    app = create_app(Settings(_env_file=None, database_url=url))
    with TestClient(app):
        yield office_of(app)


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    """The drawn strip at an office of its own."""
    stored_strip(url)
    with served(url) as office:
        yield office


def test_a_plan_is_drawn_reviewed_published_and_taken_back(office: Office) -> None:
    code = next(g["code"] for g in all_grids(office) if g["id"] == FIRST)
    draft = office.begin()
    draft.do(kind="paint", cells=[0], into=SECOND)
    draft.send("DELETE", "/operations/last")
    draft.send("POST", "/operations/redo")
    stale, seen = draft.etag, draft.do(kind="rename", grid=SECOND, name="改名示例")
    assert seen["undo"] == 2
    now, draft.etag = draft.etag, stale
    assert draft.do(412, kind="paint", cells=[0], into=SECOND)["etag"] == now
    draft.get()
    draft.do(kind="merge", grids=[SECOND, FIRST])
    draft.approve()
    before = located(office, inside(0))

    made = draft.publish()

    assert made["division"]["version"] == 2
    assert before["code"] == code
    assert within_seconds(lambda: located(office, inside(0))["name"] == "改名示例")
    after = located(office, inside(0))
    history = office.public.get(f"/grids/{code}/history").json()
    assert [s["code"] for s in history["successors"]] == [after["code"]]
    body = {"effective_from": today().isoformat(), "reason": "示例"}
    assert office.approver.post("/divisions/1/restore", json=body).status_code == 200
    assert within_seconds(lambda: located(office, inside(0))["code"] == code)
    assert office.app.state.services.live.store.verify_audit().broken is None


def test_a_plan_on_an_older_division_is_settled_and_published_for_a_later_day(
    office: Office,
) -> None:
    mine, theirs = office.begin("甲"), office.begin("乙")
    cell, _, second = moved_cell(mine, "320106012001001001")
    assert second == SECOND
    for draft in (mine, theirs):
        draft.do(kind="paint", cells=[cell], into=SECOND)
    theirs.do(kind="rename", grid=FIRST, name="他人改名")
    taken = imported(office, mine)
    assert taken.cells(SECOND) == mine.cells(SECOND)
    taken.send("DELETE", "")
    assert plans(office) == {mine.id: ("draft", 1), theirs.id: ("draft", 2)}
    for draft in (mine, theirs):
        draft.approve()
    theirs.publish()

    clash = mine.publish(status=409)

    assert {FIRST, SECOND} <= {g["id"] for g in clash["grids"]}
    assert cell in clash["cells"]
    assert mine.get("/conflicts")["newest_version"] == 2
    mine.get()
    mine.do(409, kind="paint", cells=[cell], into=FIRST)
    assert mine.send("POST", "/rebase", {"keep": "mine"})["state"] == "draft"
    assert plans(office)[mine.id] == ("draft", 1)
    assert mine.get("/check?all=true")["topology"] == []
    mine.do(kind="rename", grid=SECOND, name="下周改名")
    mine.waive_all()
    mine.send("POST", "/submit", {"note": "请审"})
    back = mine.send("POST", "/return", {"reason": "请核对"}, by=office.approver)
    assert (back["state"], back["review"]["submitted_note"]) == ("returned", "请审")
    mine.approve()
    day = today() + timedelta(days=7)
    assert mine.publish(day)["division"]["version"] == 3
    days = (today(), day - timedelta(days=1), day, day + timedelta(days=900))
    names = [located(office, {**inside(1), "as_of": d.isoformat()})["name"] for d in days]
    assert names[0] == names[1] != "下周改名"
    assert names[2:] == ["下周改名", "下周改名"]
    versions = office.planner.get("/divisions").json()["divisions"]
    assert [(d["version"], d["in_force"]) for d in versions] == [(3, False), (2, True), (1, False)]


def plans(office: Office) -> dict[str, tuple[str, int]]:
    """Return what the list says of each plan: its state, and how many steps are in effect."""
    return {p["id"]: (p["state"], p["steps"]) for p in office.planner.get("/plans").json()["plans"]}


def imported(office: Office, draft: Draft) -> Draft:
    """Return a new plan that took in another one's workbook."""
    content = office.planner.get(f"/plans/{draft.id}/export.xlsx").content
    other = office.begin("导入")
    path = f"/plans/{other.id}/import?format=cells"
    done = office.planner.post(path, content=content, headers={"if-match": other.etag})
    assert (done.status_code, done.json()["doubts"]) == (200, []), done.text
    other.etag = done.headers["etag"]
    return other


def test_an_office_without_a_division_draws_its_first_one(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", url)
    monkeypatch.setattr(
        sys, "argv", ["wangge", "init", "--name", "虚构街道", "--code", "320106099"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    with served(url) as office:
        started = office.planner.post("/plans/draft", json=nothing_but_a_table())
        assert started.status_code == 201, started.text
        draft = Draft(office, started.json()["id"], started.headers["etag"])
        assert started.json()["base_version"] == 0
        first, second = sorted(
            (g for g in draft.get("/drawing")["grids"] if g["level"] == 3), key=lambda g: g["name"]
        )[:2]
        state = office.app.state.services.workspace.open(draft.id).plan.state
        beside = state.cell_map.beside
        moved = next(
            c
            for c in draft.cells(first["id"])
            if any(state.owner[other] == second["id"] for other in beside[c])
        )
        lon, lat = state.cell_map.cells[moved].lon_lat
        draft.do(kind="paint", cells=[moved], into=second["id"])
        draft.approve()

        made = draft.publish()

        assert made["division"]["version"] == 1
        there = {"lon": lon, "lat": lat, "datum": "wgs84"}
        assert within_seconds(lambda: located(office, there)["name"] == second["name"])
        found = [located(office, inside(n)) for n in range(1, 8)]
        assert [g["name"] for g in found] == [f"第{n}网格" for n in range(1, 8)]
        assert all(g["code"].startswith("320106099") for g in found)
        held = office.app.state.services.live.store.holding(today())
        assert len(held.directory.of_kind(PlaceKind.BUILDING)) == 32
        again = office.planner.post("/plans/draft", json=nothing_but_a_table())
        late = Draft(office, again.json()["id"], again.headers["etag"])
        late.approve()
        late.publish(status=409)


def nothing_but_a_table() -> dict[str, Any]:
    """Return what an office has that never drew a grid: houses, and who says where they belong."""
    houses = strip().atlas.directory.of_kind(PlaceKind.BUILDING)
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(house.geometry),
            "properties": {
                "id": house.id,
                "name": house.name,
                "households": 20,
                "address": house.id,
            },
        }
        for house in houses
    ]
    table = [
        {
            "building": house.id,
            "cluster": f"第{house.id[1]}网格",
            "compound": "东苑示例" if int(house.id[1]) < 4 else "西苑示例",
            "community": "示例社区",
        }
        for house in houses
    ]
    return {
        "title": "从零起草",
        "datum": "wgs84",
        "buildings": {"type": "FeatureCollection", "features": features},
        "table": table,
    }


def all_grids(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.public.get("/grids", params={"level": 3}).json()["grids"]
    return found


def inside(cluster: int) -> dict[str, Any]:
    return {"lon": WEST + (cluster + 0.7) * SIDE, "lat": SOUTH + 0.7 * SIDE, "datum": "wgs84"}


def located(office: Office, where: dict[str, Any]) -> dict[str, Any]:
    """Return the level-3 grid that a place is in, nothing known of one before there is any."""
    answer = office.public.get("/locate", params=where).json()
    rows = answer.get("grids") or answer.get("path") or [{"level": 0, "name": "", "code": ""}]
    return dict(max(rows, key=lambda g: g["level"]))


def within_seconds(true: Callable[[], bool]) -> bool:
    """Wait until the service has seen what was published."""
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.1)
    return true()

"""From a draft to the division in force: submit, approve, publish, restore, history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gis.clock import today
from tests.plans.conftest import Office, moved_cell, strip_served

FIRST, LAST = "320106012001001001", "320106012002002002"


@pytest.fixture
def office(strip_office: Office) -> Office:
    return strip_office


def test_a_plan_goes_through_review_to_the_division_in_force(office: Office) -> None:
    draft, code = office.begin(), FIRST
    for _ in range(2):
        cell, grid, target = moved_cell(draft, code)
        draft.do(kind="paint", cells=[cell], into=target)
    stopping = draft.get("/check")["blocking"]
    assert len(stopping) == 2, "one grid has too few buildings, the other too many"
    refused = draft.send("POST", "/submit", {}, 409)
    assert [f["id"] for f in refused["blocking"]] == stopping
    draft.waive_all()
    assert draft.send("POST", "/submit", {})["state"] == "submitted"
    assert draft.do(409, kind="rename", grid=grid, name="改名")["status"] == 409
    own = draft.office.approver
    assert draft.send("POST", "/approve", {}, 403)["status"] == 403
    assert draft.send("POST", "/approve", {}, by=own)["state"] == "approved"
    late = (today() - timedelta(days=1)).isoformat()
    draft.send("POST", "/publish", {"effective_from": late}, 409, by=own)

    made = draft.publish()

    version = made["division"]["version"]
    divisions = office.planner.get("/divisions").json()["divisions"]
    assert divisions[0]["version"] == version
    assert divisions[0]["plan"] == draft.id
    assert divisions[0]["in_force"]
    history = office.public.get(f"/grids/{code}/history").json()
    assert next(e["kind"] for e in history["events"]) == "first"
    assert history["events"][-1]["version"] == version
    entries = office.app.state.services.live.store.audit_log().entries
    assert f"plan:{draft.id}" in [e.sealed.subject for e in entries[:4]]


def test_the_person_who_submitted_does_not_approve(office: Office) -> None:
    draft = office.begin()
    draft.do(kind="rename", grid=FIRST, name="更名示例")
    draft.waive_all()
    draft.send("POST", "/submit", {}, by=office.approver)
    refused = draft.send("POST", "/approve", {}, 403, by=office.approver)
    assert "赵批准示例" in refused["detail"]


def test_a_retired_code_keeps_its_successor_and_is_never_issued_again(office: Office) -> None:
    draft, code = office.begin(), FIRST
    _, grid, target = moved_cell(draft, code)
    draft.do(kind="merge", grids=[target, grid])
    draft.do(kind="split", grid=target, cells=draft.cells(target)[:3], name="新分网格")
    draft.get()
    draft.approve()
    draft.publish()

    history = office.public.get(f"/grids/{code}/history").json()
    assert not history["in_force"]
    assert history["successors"]
    roster = office.app.state.services.live.store.roster(
        office.app.state.services.live.store.versions().roster
    )
    held = [d for d in roster.duties if d.grid == grid and d.in_force(today())]
    assert held == []
    again = office.begin()
    assert code not in again.grids
    new = again.do(kind="split", grid=target, cells=again.cells(target)[:1])
    fresh = next(g for g in new["grids"] if g["new"])
    assert fresh["proposed_code"] != code


def test_two_planners_at_one_plan_get_a_conflict_that_lists_the_cells(office: Office) -> None:
    draft = office.begin()
    cell, _, target = moved_cell(draft, FIRST)
    seen = draft.etag
    draft.do(kind="paint", cells=[cell], into=target, by=office.other)
    now, draft.etag = draft.etag, seen

    clash = draft.do(412, kind="paint", cells=[cell], into=target)

    assert clash["cells"] == clash["clash"] == [cell]
    assert clash["etag"] == now
    assert clash["ways"] == ["mine", "theirs", "copy"]
    operation = {"kind": "rename", "grid": target, "name": "另存示例"}
    copied = office.planner.post(
        f"/plans/{draft.id}/copy", json={"at": 0, "operations": [operation]}
    )
    assert copied.status_code == 201
    assert copied.json()["copied_from"] == draft.id
    missing = office.planner.post(f"/plans/{draft.id}/operations", json=operation)
    assert missing.status_code == 428


def test_a_plan_whose_grids_changed_meanwhile_is_told_so(office: Office) -> None:
    mine, theirs, free = office.begin("甲"), office.begin("乙"), office.begin("丙")
    cell, grid, target = moved_cell(mine, FIRST)
    mine.do(kind="paint", cells=[cell], into=target)
    theirs.do(kind="rename", grid=grid, name="他人更名")
    theirs.do(kind="paint", cells=[cell], into=target)
    free.do(kind="rename", grid=LAST, name="别处更名")
    for draft in (mine, theirs, free):
        draft.approve()
    theirs.publish()

    clash = mine.publish(status=409)
    assert grid in [g["id"] for g in clash["grids"]]
    assert cell in clash["cells"]
    assert mine.get("/conflicts")["free"] is False
    free.publish()
    mine.get()
    kept = mine.send("POST", "/rebase", {"keep": "mine"})
    assert kept["state"] == "draft"
    assert (
        kept["base_version"] == office.planner.get("/divisions").json()["divisions"][0]["version"]
    )
    assert mine.get("/check?all=true")["topology"] == []


def test_a_rollback_publishes_a_new_version(office: Office) -> None:
    draft = office.begin()
    cell, _, target = moved_cell(draft, FIRST)
    draft.do(kind="paint", cells=[cell], into=target)
    draft.approve()
    draft.publish()
    divisions = office.planner.get("/divisions").json()["divisions"]
    first = divisions[-1]
    body = {"effective_from": today().isoformat(), "reason": "示例"}
    assert office.planner.post("/divisions/1/restore", json=body).status_code == 403

    done = office.approver.post("/divisions/1/restore", json=body)

    assert done.status_code == 200, done.text
    after = office.planner.get("/divisions").json()["divisions"]
    assert after[0]["version"] == divisions[0]["version"] + 1
    assert after[0]["sha256"] == first["sha256"]
    again = office.approver.post("/divisions/1/restore", json=body)
    assert again.status_code == 409
    leaderless = [f for f in office.begin().get("/check")["findings"] if f["rule"] == "leaders"]
    assert leaderless == []


def test_the_rules_are_those_of_the_office(strip_store: Path, tmp_path: Path) -> None:
    """The strip keeps the usual rules: its own have 4 houses in a cluster, 700 in a compound."""
    with strip_served(
        strip_store, tmp_path, rule_least_households=701, rule_most_buildings=3
    ) as office:
        plan = office.begin().get()
        assert (plan["rules"]["least_households"], plan["rules"]["buildings"]) == (701, [3, 3])
        broken = [f["rule"] for f in plan["findings"] if f["severity"] == "soft"]
        assert broken.count("under_minimum") == 4
        assert broken.count("buildings_out_of_range") == 8


def test_nobody_below_a_planner_reads_plans(office: Office) -> None:
    plan = office.begin().id
    assert office.public.get("/plans").status_code == 401
    assert office.public.get(f"/plans/{plan}").status_code == 401
    for method, path in (
        ("get", "/divisions"),
        ("get", "/compare?left=division:1&right=division:1"),
    ):
        assert getattr(office.public, method)(path).status_code == 401


def test_there_is_no_division_of_number_nought_to_compare_with(office: Office) -> None:
    answer = office.planner.get("/compare?left=division:0&right=division:1")
    assert (answer.status_code, answer.json()["field"]) == (400, "left")


def test_undo_and_redo_lead_back_and_forth(office: Office) -> None:
    draft = office.begin()
    assert [f for f in draft.get()["findings"] if f["severity"] == "soft"] == []
    cell, grid, target = moved_cell(draft, FIRST)
    drawn: list[Any] = [draft.get("/drawing")["grids"]]
    for operation in (
        {"kind": "paint", "cells": [cell], "into": target},
        {"kind": "rename", "grid": target, "name": "改名示例"},
        {"kind": "lock", "grids": [target]},
    ):
        draft.do(**operation)
        drawn.append(draft.get("/drawing")["grids"])
    draft.do(409, kind="paint", cells=[cell], into=grid)
    for before in reversed(drawn[:-1]):
        draft.send("DELETE", "/operations/last")
        assert draft.get("/drawing")["grids"] == before
    draft.send("DELETE", "/operations/last", status=409)
    for after in drawn[1:]:
        draft.send("POST", "/operations/redo")
        assert draft.get("/drawing")["grids"] == after


def test_the_same_key_sent_again_is_done_once(office: Office) -> None:
    draft = office.begin()
    operation = {"kind": "rename", "grid": FIRST, "name": "重发示例", "key": "k1"}
    first = draft.do(**operation)
    again = draft.do(**operation)
    assert again["revision"] == first["revision"]
    assert len(draft.get("/steps")["steps"]) == 1

"""The review of a plan, by HTTP and at the terminal: the same rules at both doors."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.cli import main
from api.settings import Settings
from gis.audit import SYSTEM
from gis.clock import today
from gis.store import open_store
from gis.store.plans import DRAFT, SUBMITTED, HeadChange, PlanHead
from tests.plans.conftest import Office, office_of

FIRST, SECOND, LAST = "320106012001001001", "320106012001001002", "320106012002002002"
PLANNER, APPROVER = "王规划示例", "赵批准示例"
RENAME = {"kind": "rename", "grid": FIRST, "name": "更名示例"}
MERGE = {"kind": "merge", "grids": [SECOND, FIRST]}
YESTERDAY = today() - timedelta(days=1)


class Door(Protocol):
    """A way to the review; what is refused comes back as a sentence, "" when it is done."""

    url: str

    def begin(self, *operations: dict[str, Any]) -> str: ...

    def submit(self, plan: str, by: str) -> str: ...

    def approve(self, plan: str, by: str) -> str: ...

    def send_back(self, plan: str, reason: str) -> str: ...

    def withdraw(self, plan: str) -> str: ...

    def approve_and_publish(self, plan: str, by: str, day: date) -> str: ...

    def rebase(self, plan: str, keep: str) -> str: ...

    def propose(self, plan: str, kind: str) -> str: ...

    def import_cells(self, plan: str, content: bytes) -> str: ...

    def draft(self, table: bytes) -> str: ...


class Http:
    """The service; who asks is a planner or an approver that is signed in."""

    def __init__(self, url: str, office: Office) -> None:
        self.url = url
        self._office = office

    def _send(self, path: str, body: Any, by: str = PLANNER, method: str = "POST") -> str:
        client = self._office.approver if by == APPROVER else self._office.planner
        plan = path.split("/")[0]
        etag = client.get(f"/plans/{plan}").headers["etag"]
        headers = {"if-match": etag, "accept-language": "en"}
        content = body if isinstance(body, bytes) else json.dumps(body)
        answer = client.request(method, f"/plans/{path}", content=content, headers=headers)
        return "" if answer.status_code < 300 else str(answer.json()["detail"])

    def begin(self, *operations: dict[str, Any]) -> str:
        plan = str(self._office.planner.post("/plans", json={"title": "示例"}).json()["id"])
        for operation in operations:
            assert self._send(f"{plan}/operations", operation) == ""
        return plan

    def submit(self, plan: str, by: str) -> str:
        return self._send(f"{plan}/submit", {}, by)

    def approve(self, plan: str, by: str) -> str:
        return self._send(f"{plan}/approve", {}, by)

    def send_back(self, plan: str, reason: str) -> str:
        return self._send(f"{plan}/return", {"reason": reason}, APPROVER)

    def withdraw(self, plan: str) -> str:
        return self._send(plan, {}, method="DELETE")

    def approve_and_publish(self, plan: str, by: str, day: date) -> str:
        refused = self._send(f"{plan}/approve", {}, by)
        return refused or self._send(
            f"{plan}/publish", {"effective_from": day.isoformat()}, APPROVER
        )

    def rebase(self, plan: str, keep: str) -> str:
        return self._send(f"{plan}/rebase", {"keep": keep})

    def propose(self, plan: str, kind: str) -> str:
        return self._send(f"{plan}/proposals", {"kind": kind})

    def import_cells(self, plan: str, content: bytes) -> str:
        return self._send(f"{plan}/import?format=cells", content)

    def draft(self, table: bytes) -> str:
        answer = self._office.planner.post(
            "/plans/draft",
            data={"title": "首次划分", "datum": "wgs84"},
            files={"table": ("table.csv", table, "text/csv")},
            headers={"accept-language": "en"},
        )
        return "" if answer.status_code < 300 else str(answer.json()["detail"])


class Terminal:
    """The command, on the database itself."""

    def __init__(self, url: str, folder: Path, patched: pytest.MonkeyPatch, printed: Any) -> None:
        self.url = url
        self._folder, self._patched, self._printed = folder, patched, printed

    def _run(self, *words: object) -> tuple[str, str]:
        self._patched.setattr(sys, "argv", ["wangge", "plan", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._printed.readouterr()
        return out.strip(), err if ended.value.code else ""

    def begin(self, *operations: dict[str, Any]) -> str:
        steps = self._folder / "steps.json"
        steps.write_text(json.dumps(operations))
        return self._run("new", "示例", "--operations", steps, "--as", PLANNER)[0]

    def submit(self, plan: str, by: str) -> str:
        return self._run("submit", plan, "--as", by)[1]

    def approve(self, plan: str, by: str) -> str:
        return self._run("approve", plan, "--as", by)[1]

    def send_back(self, plan: str, reason: str) -> str:
        return self._run("return", plan, "--reason", reason, "--as", APPROVER)[1]

    def withdraw(self, plan: str) -> str:
        return self._run("withdraw", plan)[1]

    def approve_and_publish(self, plan: str, by: str, day: date) -> str:
        return self._run("publish", plan, "--effective-from", day, "--approved-by", by)[1]

    def rebase(self, plan: str, keep: str) -> str:
        return self._run("rebase", plan, "--keep", keep)[1]

    def propose(self, plan: str, kind: str) -> str:
        return self._run("propose", plan, kind)[1]

    def import_cells(self, plan: str, content: bytes) -> str:
        path = self._folder / "cells.json"
        path.write_bytes(content)
        return self._run("import", plan, path)[1]

    def draft(self, table: bytes) -> str:
        path = self._folder / "table.csv"
        path.write_bytes(table)
        return self._run("draft", "首次划分", "--table", path, "--datum", "wgs84")[1]


@pytest.fixture(params=["http", "terminal"])
def door(
    request: pytest.FixtureRequest,
    strip_store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> Iterator[Door]:
    path = tmp_path / "wangge.db"
    shutil.copy(strip_store, path)
    url = f"sqlite:///{path}"
    if request.param == "terminal":
        monkeypatch.setenv("WANGGE_DATABASE_URL", url)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        yield Terminal(url, tmp_path, monkeypatch, capsys)
        return
    app = create_app(Settings(_env_file=None, database_url=url))
    with TestClient(app):
        yield Http(url, office_of(app))


def head_of(door: Door, plan: str) -> PlanHead:
    with closing(open_store(door.url)) as store:
        return store.plans.head(plan)


def submitted_all_the_same(door: Door, plan: str) -> None:
    """Store that a plan was submitted, as a program without these rules did."""
    with closing(open_store(door.url)) as store:
        fields, noted = {"state": SUBMITTED}, {"submitted_by": PLANNER}
        submission = HeadChange("plan.submit", (DRAFT,), fields, noted)
        store.plans.change(plan, None, SYSTEM, submission)


def test_a_plan_without_steps_is_not_submitted(door: Door) -> None:
    plan = door.begin()
    assert "no step" in door.submit(plan, PLANNER)
    assert head_of(door, plan).state == "draft"


def test_a_plan_without_steps_is_not_approved(door: Door) -> None:
    plan = door.begin()
    submitted_all_the_same(door, plan)
    before = head_of(door, plan)
    assert "no step" in door.approve(plan, APPROVER)
    assert "no step" in door.approve_and_publish(plan, APPROVER, today())
    assert head_of(door, plan) == before


def test_a_finding_that_blocks_stops_a_plan_at_every_step(door: Door) -> None:
    plan = door.begin(MERGE)
    assert "8 buildings" in door.submit(plan, PLANNER)
    assert head_of(door, plan).state == "draft"
    submitted_all_the_same(door, plan)
    before = head_of(door, plan)
    assert "8 buildings" in door.approve(plan, APPROVER)
    assert "8 buildings" in door.approve_and_publish(plan, APPROVER, today())
    assert head_of(door, plan) == before


def test_whoever_submitted_does_not_approve(door: Door) -> None:
    plan = door.begin(RENAME)
    assert door.submit(plan, APPROVER) == ""
    before = head_of(door, plan)
    assert "another person" in door.approve(plan, APPROVER)
    assert "another person" in door.approve_and_publish(plan, APPROVER, today())
    assert head_of(door, plan) == before


def test_a_publication_that_fails_leaves_the_plan_as_it_was(door: Door) -> None:
    plan = door.begin(RENAME)
    assert door.submit(plan, PLANNER) == ""
    if isinstance(door, Http):
        assert door.approve(plan, APPROVER) == ""
    before = head_of(door, plan)
    late = "before today"
    if isinstance(door, Http):
        assert late in door._send(
            f"{plan}/publish", {"effective_from": YESTERDAY.isoformat()}, APPROVER
        )
    else:
        assert late in door.approve_and_publish(plan, APPROVER, YESTERDAY)
    assert head_of(door, plan) == before


def test_an_approval_and_a_publication_go_on_record(door: Door) -> None:
    plan = door.begin(RENAME)
    door.submit(plan, PLANNER)
    assert door.approve_and_publish(plan, APPROVER, today()) == ""
    head = head_of(door, plan)
    assert (head.state, head.published_version) == ("published", 2)
    assert head.review is not None
    assert (head.review["submitted_by"], head.review["approved_by"]) == (PLANNER, APPROVER)
    with closing(open_store(door.url)) as store:
        said = [e.sealed.action for e in store.audit_log().entries]
        assert store.verify_audit().broken is None
    assert {"plan.submit", "plan.approve", "plan.publish", "plan.published"} <= set(said)


def test_a_plan_that_is_sent_back_can_be_submitted_again_or_withdrawn(door: Door) -> None:
    plan = door.begin(RENAME)
    door.submit(plan, PLANNER)
    assert "submitted" in door.withdraw(plan)
    assert door.send_back(plan, "请说明理由") == ""
    head = head_of(door, plan)
    assert (head.state, (head.review or {})["returned_reason"]) == ("returned", "请说明理由")
    assert door.submit(plan, PLANNER) == ""
    door.send_back(plan, "再改")
    assert door.withdraw(plan) == ""
    assert head_of(door, plan).state == "withdrawn"


def test_a_plan_is_put_on_the_newest_division(door: Door) -> None:
    mine, theirs = door.begin(RENAME), door.begin({**RENAME, "name": "他人更名"})
    door.submit(theirs, PLANNER)
    assert door.approve_and_publish(theirs, APPROVER, today()) == ""
    door.submit(mine, PLANNER)
    assert "1 grids" in door.approve_and_publish(mine, APPROVER, today())
    assert door.rebase(mine, "mine") == ""
    head = head_of(door, mine)
    assert (head.state, head.base_version) == ("draft", 2)


def test_a_wrong_proposal_or_file_is_refused_in_the_same_words(door: Door) -> None:
    plan = door.begin(RENAME)
    assert "must be one of repair" in door.propose(plan, "magic")
    assert "grid is missing" in door.propose(plan, "clusters")
    assert "is not the number of a cell" in door.import_cells(plan, b'{"cells": {"x": "y"}}')
    assert "a column for cluster is missing" in door.draft(b"building,community\nb00,A\n")


def test_cells_and_a_first_division_come_in_by_either_door(door: Door) -> None:
    plan = door.begin()
    cells = json.dumps({"cells": {"0": SECOND}}).encode()
    assert door.import_cells(plan, cells) == ""
    assert head_of(door, plan).revision == 1
    rows = ["building,cluster,compound,community"]
    rows += [f"b{c}{n},G{c},C{c // 2},A" for c in range(8) for n in range(4)]
    assert door.draft("\n".join(rows).encode()) == ""
    with closing(open_store(door.url)) as store:
        (drafted,) = [h for h in store.plans.heads()[0] if h.base_version == 0]
    assert (drafted.title, drafted.revision) == ("首次划分", 1)

"""Plans in the store, on both engines: steps as they are made, and publishing in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from gis.audit import SYSTEM, Author
from gis.clock import today
from gis.errors import Conflict
from gis.planning.operations import read_operation
from gis.store import Identity, Store
from gis.store.plans import APPROVED, DRAFT, HeadChange, Superseded
from gis.workflows.plans import publish
from gis.workflows.plans.opened import PlanOutdated
from gis.workflows.plans.workspace import PlanWorkspace
from tests.plans.drawn_plan import strip

PLANNER = Author("王规划示例", "planner", "api")
FIRST, SECOND = "g001001001", "g001001002"
drawn = cache(strip)


@pytest.fixture
def workspace(store: Store) -> PlanWorkspace:
    atlas = drawn().atlas
    store.publish(
        identity=Identity("示例街道", "320106012", True),
        division=atlas.division,
        directory=atlas.directory,
        roster=atlas.roster,
        effective_from=today(),
        today=today(),
    )
    return PlanWorkspace(store)


def act(workspace: PlanWorkspace, opened: Any, **operation: Any) -> Any:
    return workspace.operate(opened.head.id, opened.etag, read_operation(operation), PLANNER)[1]


def approved(workspace: PlanWorkspace, opened: Any) -> Any:
    return workspace.change(
        opened.head.id,
        opened.etag,
        SYSTEM,
        HeadChange("plan.approve", (DRAFT,), {"state": APPROVED}),
    )


def test_every_step_is_stored_as_it_is_made(workspace: PlanWorkspace, store: Store) -> None:
    opened = workspace.begin("示例", "理由", None, PLANNER)
    opened = act(workspace, opened, kind="paint", cells=[0], into=SECOND)
    opened = act(workspace, opened, kind="rename", grid=SECOND, name="改名")
    line = [[118.7, 32.1102], [118.8, 32.1102]]
    opened = act(workspace, opened, kind="cut_cell", cell=8, line=line, through=True)
    _, opened, _ = workspace.undo(opened.head.id, opened.etag, PLANNER)

    other = PlanWorkspace(store).open(opened.head.id)

    assert other.plan.state == opened.plan.state
    assert [s.kind for s in other.plan.steps] == ["paint", "rename"]
    assert [s.kind for s in other.plan.undone] == ["cut_cell"]
    assert other.plan.view.grids == opened.plan.view.grids
    assert store.verify_audit().broken is None


def test_a_step_from_an_older_state_is_refused(workspace: PlanWorkspace, store: Store) -> None:
    opened = workspace.begin("示例", "", None, PLANNER)
    other = PlanWorkspace(store)
    elsewhere = act(other, other.open(opened.head.id), kind="paint", cells=[0], into=SECOND)
    with pytest.raises(PlanOutdated) as late:
        act(workspace, opened, kind="paint", cells=[0], into=SECOND)
    assert late.value.clash == (0,)
    entry = elsewhere.plan.steps[-1]
    with pytest.raises(Superseded):
        store.plans.append(opened.head.id, replace_entry(entry), PLANNER)


def replace_entry(step: Any) -> Any:
    from gis.planning.plan import StepEntry

    return StepEntry(1, "do", replace(step, number=1))


def test_publishing_is_one_transaction(
    workspace: PlanWorkspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = workspace.begin("示例", "", None, PLANNER)
    opened = act(workspace, opened, kind="merge", grids=[SECOND, FIRST])
    opened = approved(workspace, opened)
    before, log = store.versions(), store.audit_log().total

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("gis.store.plans.plan_store.change_head", broken)
        with pytest.raises(RuntimeError):
            publish.publish(workspace, opened.head.id, opened.etag, today(), SYSTEM, reason="")
    assert (store.versions(), store.audit_log().total) == (before, log)
    assert store.plans.lineage() == []

    done = publish.publish(workspace, opened.head.id, opened.etag, today(), SYSTEM, reason="")

    assert done.head.published_version == before.division + 1
    held = store.holding(today())
    assert held.division.version == before.division + 1
    assert FIRST not in held.division.by_id
    (descent,) = [d for d in store.plans.lineage() if d.old == FIRST]
    assert (descent.new, descent.share) == (SECOND, 1.0)
    assert [d for d in held.roster.duties if d.grid == FIRST and d.in_force(today())] == []
    assert store.verify_audit().broken is None


def test_a_date_in_the_past_or_before_a_scheduled_one_is_refused(
    workspace: PlanWorkspace, store: Store
) -> None:
    later = today() + timedelta(days=30)
    opened = act(
        workspace, workspace.begin("甲", "", None, PLANNER), kind="rename", grid=FIRST, name="甲"
    )
    opened = approved(workspace, opened)
    with pytest.raises(Conflict, match="before today"):
        publish.publish(
            workspace, opened.head.id, opened.etag, today() - timedelta(days=1), SYSTEM, reason=""
        )
    publish.publish(workspace, opened.head.id, opened.etag, later, SYSTEM, reason="")
    assert store.holding(today()).division.version == 1
    assert store.holding(later).division.by_id[FIRST].name == "甲"
    other = act(
        workspace, workspace.begin("乙", "", None, PLANNER), kind="rename", grid=SECOND, name="乙"
    )
    other = approved(workspace, other)
    with pytest.raises(Conflict, match="version 2"):
        publish.publish(workspace, other.head.id, other.etag, today(), SYSTEM, reason="")


def test_a_plan_that_nothing_overlaps_is_carried_over_by_itself(
    workspace: PlanWorkspace, store: Store
) -> None:
    one = act(
        workspace, workspace.begin("甲", "", None, PLANNER), kind="paint", cells=[2], into=SECOND
    )
    last = "g002002002"
    two = act(
        workspace, workspace.begin("乙", "", None, PLANNER), kind="rename", grid=last, name="乙"
    )
    for opened in (approved(workspace, two), approved(workspace, one)):
        publish.publish(workspace, opened.head.id, opened.etag, today(), SYSTEM, reason="")
    division = store.holding(today()).division
    assert division.by_id[last].name == "乙"
    assert division.by_id[SECOND].households == 350 + 87

"""Kill planners and publishers of plans at random moments; nothing told of is lost or half done.

    python scripts/plan_faults.py [--kills 100] [--engine sqlite|postgis] [--seed N]

steps  the child paints a cell to and fro: every step that was acknowledged is in the plan,
       which folds to the state it had, and the audit log holds
plans  the child publishes one plan after another: each division stands with its plan, its
       lineage and its entry, or nothing of it does
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.audit import SYSTEM, Author
from gis.clock import today
from gis.planning.operations import read_operation
from gis.store import Store, open_store
from gis.store.plans import APPROVED, DRAFT, PUBLISHED, HeadChange
from gis.workflows.plans import publish
from gis.workflows.plans.workspace import PlanWorkspace
from scripts.killing import Place, Tally, kill_over_and_over, main
from tests.plans.drawn_plan import stored_strip

_PLANNER = Author("王规划示例", "planner", "command")
_FIRST, _SECOND = "g001001001", "g001001002"


def desk_of(store: Store) -> PlanWorkspace:
    """Return the plans of a store."""
    return PlanWorkspace(store)


# --- steps ---------------------------------------------------------------------------------------


def steps(place: Place, kills: int) -> Tally:
    """Kill a process that paints a cell to and fro."""
    url = place.new()
    stored_strip(url)
    with closing(open_store(url)) as store:
        plan = desk_of(store).begin("杀进程示例", "", None, _PLANNER).head.id

    def work(tell: Callable[[int], None]) -> None:
        with closing(open_store(url)) as store:
            workspace = desk_of(store)
            while True:
                opened = workspace.open(plan)
                into = _SECOND if opened.head.revision % 2 == 0 else _FIRST
                operation = read_operation({"kind": "paint", "cells": [0], "into": into})
                tell(workspace.operate(plan, opened.etag, operation, _PLANNER)[1].head.revision)

    tally = kill_over_and_over(
        place, url, kills, work, lambda: _revision(url, plan), lambda _: _fault_of_steps(url, plan)
    )
    place.drop(url)
    return tally


def _revision(url: str, plan: str) -> int:
    with closing(open_store(url)) as store:
        return store.plans.head(plan).revision


def _fault_of_steps(url: str, plan: str) -> str | None:
    with closing(open_store(url)) as store:
        opened = desk_of(store).open(plan)
        revision = opened.head.revision
        if len(opened.plan.steps) != revision:
            return f"{len(opened.plan.steps)} steps for revision {revision}"
        owner = opened.plan.state.owner[0]
        if owner != (_SECOND if revision % 2 else _FIRST):
            return f"revision {revision} has the cell in {owner}"
        return _broken(store)


def _broken(store: Store) -> str | None:
    broken = store.verify_audit().broken
    return broken.en if broken else None


# --- plans ---------------------------------------------------------------------------------------


def publish_one(workspace: PlanWorkspace) -> int:
    """Publish a plan that moves a cell and splits or merges a grid; return the division it made."""
    opened = workspace.begin("发布示例", "", None, _PLANNER)
    version = opened.head.base_version
    cells = sorted(opened.plan.state.cells_of[_FIRST])
    if len(cells) == 4:
        operation = {"kind": "split", "grid": _FIRST, "cells": cells[:1], "name": f"新{version}"}
    else:
        beside = opened.plan.state.grids[_FIRST].parent
        others = [g for g in opened.plan.state.children(beside) if g not in (_FIRST, _SECOND)]
        operation = {"kind": "merge", "grids": [_FIRST, *others]}
    _, opened, _ = workspace.operate(
        opened.head.id, opened.etag, read_operation(operation), _PLANNER
    )
    opened = workspace.change(
        opened.head.id,
        opened.etag,
        SYSTEM,
        HeadChange("plan.approve", (DRAFT,), {"state": APPROVED}),
    )
    done = publish.publish(workspace, opened.head.id, opened.etag, today(), SYSTEM, reason="示例")
    return done.head.published_version or 0


def plans(place: Place, kills: int) -> Tally:
    """Kill a process that publishes one plan after another."""
    url = place.new()
    stored_strip(url)

    def work(tell: Callable[[int], None]) -> None:
        with closing(open_store(url)) as store:
            workspace = desk_of(store)
            while True:
                tell(publish_one(workspace))

    tally = kill_over_and_over(
        place, url, kills, work, lambda: _division(url), lambda _: _fault_of_plans(url)
    )
    place.drop(url)
    return tally


def _division(url: str) -> int:
    with closing(open_store(url)) as store:
        return store.versions().division


def _fault_of_plans(url: str) -> str | None:
    with closing(open_store(url)) as store:
        version = store.versions().division
        held = store.holding(today())
        if held.faults or held.division.version != version:
            return f"division {version} is not in force: {held.faults}"
        heads, _ = store.plans.heads((PUBLISHED,), limit=100_000)
        made = sorted(h.published_version or 0 for h in heads)
        if made != list(range(2, version + 1)):
            return f"division {version}, but published plans made {made[-3:]}"
        if version > 1 and version not in {d.version for d in store.plans.lineage()}:
            return f"division {version} has no lineage"
        leaders = {d.grid for d in held.roster.duties if d.role == "grid_leader" and not d.until}
        if any(g.id not in leaders for g in held.division):
            return f"division {version} has a grid without leader"
        return _broken(store)


if __name__ == "__main__":
    sys.exit(main({"steps": steps, "plans": plans}, __doc__))

"""What the routes of plans share: who may, what a refusal says, the answer with its ETag."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from fastapi import Depends, Request
from starlette.responses import Response

from api.http.auth import Caller, require
from api.http.declare import as_json
from api.http.params import StrictRoute
from api.http.preconditions import etag_of
from api.http.problems import answer_to, problem
from api.http.responses import answer
from api.schemas.conflicts import conflicts_json, outdated_json
from api.schemas.plan_answers import PlanAnswer, PlanOutdatedProblem, StepEffect
from api.schemas.plans import (
    DrawingFrame,
    delta_json,
    finding_json,
    findings_json,
    head_json,
    impact_json,
    load_change_json,
    steps_json,
    unchanged_json,
)
from api.serving.dependencies import Workspace as Workspace
from gis.accounts import AccountRole, Scope
from gis.findings import Text
from gis.planning.diff import impact_of
from gis.planning.evaluation import PlanBase, load_changes
from gis.planning.findings import finding_counts
from gis.store.plans import PUBLISHED
from gis.workflows.plans.opened import AppliedStep, OpenPlan, PlanOutdated
from gis.workflows.plans.publish import PlanConflict
from gis.workflows.plans.review import BlockingFindings, NothingToSubmit, NotReady, allowed_actions
from gis.workflows.plans.workspace import PlanWorkspace

YES = ("true", "false")
PLAN_CHANGED = as_json(PlanAnswer, "ETag")
STEP_MADE = as_json(StepEffect, "ETag")
# What every write of a plan may be refused with beyond the usual.
WRITE_REFUSED: dict[int, Any] = {409: None, 412: PlanOutdatedProblem}


class PlanRoute(StrictRoute):
    """A strict route that says in JSON why a step of a plan or its review is refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with its errors as problem answers."""
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except PlanOutdated as late:
                late.members = outdated_json(late)
                return answer_to(request, late)
            except PlanConflict as conflict:
                members = {k: v for k, v in conflicts_json(conflict.newer).items() if k != "type"}
                return problem(request, 409, "plan-conflict", _MOVED_ON, conflict.text, **members)
            except NotReady as refused:
                return _not_ready(request, refused)

        return explained


_MOVED_ON = Text("The division has changed meanwhile", "网格划分已有变动")
_NOT_READY = Text("The plan is not ready", "方案尚不能提交或批准")


def _not_ready(request: Request, refused: NotReady) -> Response:
    if isinstance(refused, NothingToSubmit):
        return problem(request, 409, "nothing-to-submit", _NOT_READY, refused.text)
    found = refused.findings if isinstance(refused, BlockingFindings) else ()
    rows = [finding_json(f) for f in found]
    return problem(request, 409, "blocking-findings", _NOT_READY, refused.text, blocking=rows)


PlanReader = Annotated[Caller, Depends(require(AccountRole.PLANNER, scope=Scope.PLANS))]
PlanApprover = Annotated[Caller, Depends(require(AccountRole.APPROVER, scope=Scope.PLANS))]


def plan_json(workspace: PlanWorkspace, opened: OpenPlan, caller: Caller) -> dict[str, Any]:
    """Return everything about a plan but its drawing."""
    plan, view, head = opened.plan, opened.plan.view, opened.head
    return {
        **head_json(head, len(plan.steps)),
        "outdated": 0 < head.base_version < workspace.store.versions().division
        and head.state != PUBLISHED,
        "touched": sorted(view.touched),
        **steps_json(plan),
        "findings": findings_json(view),
        "counts": finding_counts(view),
        "impact": impact_json(impact_of(view)),
        "loads": [load_change_json(c) for c in load_changes(view)],
        "comments": [
            {
                "id": c.number,
                "author": c.author,
                "at": c.at,
                "text": c.text,
                "grid": c.about.get("grid"),
                "place": c.about.get("place"),
            }
            for c in workspace.store.plans.comments(head.id)
        ],
        "review": review_json(opened),
        "rules": rules_json(workspace),
        "allowed": allowed_actions(
            opened, caller.name, approver=caller.role.reaches(AccountRole.APPROVER)
        ),
        "doubts": (head.review or {}).get("doubts", []),
        "synthetic": plan.base.atlas.synthetic,
    }


def review_json(opened: OpenPlan) -> dict[str, Any]:
    """Return where a plan stands in its review."""
    names = (
        "submitted_by", "submitted_at", "submitted_note", "approved_by", "approved_at",
        "approved_note", "returned_by", "returned_reason", "notice",
    )  # fmt: skip
    review = opened.head.review or {}
    return {name: review.get(name) for name in names}


def rules_json(workspace: PlanWorkspace) -> dict[str, Any]:
    """Return the numbers of the office's rules."""
    rules = workspace.rules
    return {
        "least_households": rules.least_households,
        "buildings": list(rules.buildings),
        "shopfronts": list(rules.shopfronts),
        "load_factor": rules.load_factor,
        "leader_households": rules.leader_households,
    }


def plan_answer(
    workspace: PlanWorkspace, opened: OpenPlan, caller: Caller, status: int = 200
) -> Response:
    """Return a plan with its ETag."""
    headers = {"etag": etag_of(opened.etag)}
    if status == 201:
        headers["location"] = f"/plans/{opened.head.id}"
    return answer(plan_json(workspace, opened, caller), status, headers)


def step_answer(applied: AppliedStep, started: float) -> Response:
    """Return what a step changed; ``started`` is when it was begun, by ``time.perf_counter``."""
    body = delta_json(applied, frame_of(applied.after), 0)
    body["ms"] = round((time.perf_counter() - started) * 1000, 1)
    return answer(body, headers={"etag": etag_of(applied.after.etag)})


def unchanged_answer(opened: OpenPlan, **more: Any) -> Response:
    """Return the answer to what changes nothing."""
    return answer({**unchanged_json(opened), **more}, headers={"etag": etag_of(opened.etag)})


def frame_of(opened: OpenPlan) -> DrawingFrame:
    """Return where the whole numbers of a plan's drawing begin."""
    base = opened.plan.base
    found = _FRAMES.get(base)
    if found is None:
        found = _FRAMES[base] = DrawingFrame(base)
    return found


# A frame is kept as long as its base: it does not keep the base.
_FRAMES: WeakKeyDictionary[PlanBase, DrawingFrame] = WeakKeyDictionary()

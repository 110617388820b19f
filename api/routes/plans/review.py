"""The review of plans: compared, submitted, approved, put up for the public, published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller
from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.params import choice
from api.http.path_params import PlanPath
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.plans.common import (
    PLAN_CHANGED,
    WRITE_REFUSED,
    YES,
    PlanApprover,
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    plan_answer,
    plan_json,
)
from api.schemas.compare import compared_json, plan_sheet
from api.schemas.conflicts import conflicts_json
from api.schemas.plan_answers import (
    Comparison,
    Conflicts,
    PlanMovedOn,
    PlanNotReady,
    Published,
)
from api.schemas.plan_bodies import (
    Approval,
    NewComment,
    NewNotice,
    Publication,
    Rebase,
    Return,
    Submission,
)
from gis.ids import GridId
from gis.workflows.plans import review
from gis.workflows.plans.compare import compare
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.publish import publish
from gis.workflows.plans.rebase import compare_with_newest, rebase
from gis.workflows.plans.workspace import PlanWorkspace

router = APIRouter(tags=["plans"], route_class=PlanRoute)
Against = Annotated[
    str | None, Query(max_length=80, description="plan:ID or division:VERSION; its base if absent")
]
Named = Annotated[str, Query(max_length=80, description="plan:ID or division:VERSION")]


@router.get("/plans/{plan}/diff")
@declare("Get the impact sheet of a plan", answers={200: as_json(Comparison, "ETag")})
async def get_impact(
    workspace: Workspace,
    _caller: PlanReader,
    plan: PlanPath,
    against: Against = None,
    shapes: choice("shapes", YES) = None,  # type: ignore[valid-type]
) -> Response:
    """Return what a plan changes: matrix, places, who hands over to whom, duties, codes."""

    def make() -> Response:
        if against is not None:
            compared = compare(workspace, against, f"plan:{plan}")
            return answer(compared_json(compared, shapes=shapes == "true"))
        opened = workspace.open(plan)
        body = plan_sheet(opened, frame_of(opened), shapes=shapes == "true")
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(make)


@router.get("/compare")
@declare(
    "Compare any two plans or divisions",
    answers={200: as_json(Comparison)},
    refuses={404: None},
)
async def compare_any(
    workspace: Workspace,
    _caller: PlanReader,
    left: Named,
    right: Named,
    shapes: choice("shapes", YES) = None,  # type: ignore[valid-type]
) -> Response:
    """Return the impact sheet of any two, such as `left=division:1&right=plan:p-1f3a`."""

    def make() -> Response:
        compared = compare(workspace, left, right)
        return answer(compared_json(compared, shapes=shapes == "true"))

    return await asyncio.to_thread(make)


# --- the review -----------------------------------------------------------------------------------


async def _reviewed(
    workspace: PlanWorkspace, caller: Caller, act: Callable[..., OpenPlan], *given: Any
) -> Response:
    def work() -> Response:
        return plan_answer(workspace, act(workspace, *given), caller)

    return await asyncio.to_thread(work)


@router.post("/plans/{plan}/submit")
@declare(
    "Submit a plan for review",
    body=Submission,
    answers={200: PLAN_CHANGED},
    refuses={**WRITE_REFUSED, 409: PlanNotReady},
    if_match=True,
)
async def submit_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Submit: no hard finding, every soft one on a touched grid solved or waived."""
    revision = if_match(request)
    note = (await read_body(request, Submission)).note or ""
    author = caller.author
    return await _reviewed(workspace, caller, review.submit, plan, revision, author, note)


@router.post("/plans/{plan}/comments")
@declare("Comment on a plan", body=NewComment, answers={200: PLAN_CHANGED}, refuses={409: None})
async def comment_on_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Remark on a plan, on a grid of it, or on a place."""
    given = await read_body(request, NewComment)
    named = {"grid": given.grid, "place": given.place}
    about = {name: value for name, value in named.items() if value is not None}
    author = caller.author
    await asyncio.to_thread(workspace.store.plans.comment, plan, author, given.text, about)
    opened = await asyncio.to_thread(workspace.open, plan)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.post("/plans/{plan}/return")
@declare(
    "Return a plan to its planner",
    body=Return,
    answers={200: PLAN_CHANGED},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def return_plan(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: PlanPath
) -> Response:
    """Return a plan with a reason; it can be edited again."""
    revision = if_match(request)
    reason = (await read_body(request, Return)).reason
    author = caller.author
    return await _reviewed(workspace, caller, review.send_back, plan, revision, author, reason)


@router.post("/plans/{plan}/approve")
@declare(
    "Approve a plan",
    body=Approval,
    answers={200: PLAN_CHANGED},
    refuses={**WRITE_REFUSED, 409: PlanNotReady},
    if_match=True,
)
async def approve_plan(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: PlanPath
) -> Response:
    """Approve a plan that somebody else submitted."""
    revision = if_match(request)
    note = (await read_body(request, Approval)).note or ""
    author = caller.author
    return await _reviewed(workspace, caller, review.approve, plan, revision, author, note)


@router.post("/plans/{plan}/notice")
@declare(
    "Put a plan up for the public 公示",
    body=NewNotice,
    answers={200: PLAN_CHANGED},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def put_up_notice(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: PlanPath
) -> Response:
    """Show an approved plan to everybody, from a day until a day."""
    revision = if_match(request)
    given = await read_body(request, NewNotice)
    put_up = review.Notice(given.from_, given.until, given.text or "", given.contact or "")
    author = caller.author
    return await _reviewed(workspace, caller, review.put_up_notice, plan, revision, author, put_up)


@router.delete("/plans/{plan}/notice")
@declare(
    "Take a public notice down",
    answers={200: PLAN_CHANGED},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def take_down_notice(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: PlanPath
) -> Response:
    """Take a public notice down."""
    revision = if_match(request)
    author = caller.author
    return await _reviewed(workspace, caller, review.take_down_notice, plan, revision, author)


@router.post("/plans/{plan}/publish")
@declare(
    "Publish a plan",
    body=Publication,
    answers={200: as_json(Published)},
    refuses={**WRITE_REFUSED, 409: PlanMovedOn},
    if_match=True,
)
async def publish_plan(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: PlanPath
) -> Response:
    """Publish: the next division, roster, lineage and record in one transaction."""
    revision = if_match(request)
    given = await read_body(request, Publication)
    day, reason = given.effective_from, given.reason or ""

    def act() -> Response:
        opened = publish(workspace, plan, revision, day, caller.author, reason=reason)
        return answer(published_json(workspace, opened, caller, day))

    return await asyncio.to_thread(act)


def published_json(
    workspace: PlanWorkspace, opened: OpenPlan, caller: Caller, day: date
) -> dict[str, Any]:
    """Return a plan that was published, and what it made."""
    versions = workspace.store.versions()
    return {
        "plan": plan_json(workspace, opened, caller),
        "division": {
            "version": opened.head.published_version,
            "effective_from": day.isoformat(),
        },
        "roster": {"version": versions.roster},
    }


@router.get("/plans/{plan}/conflicts")
@declare("List what a plan and a newer division both changed", answers={200: as_json(Conflicts)})
async def list_conflicts(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return the grids that this plan and a newer division have both changed."""

    def look() -> Response:
        return answer(conflicts_json(compare_with_newest(workspace, workspace.open(plan))))

    return await asyncio.to_thread(look)


@router.post("/plans/{plan}/rebase")
@declare(
    "Carry a plan over to the newest division",
    body=Rebase,
    answers={200: PLAN_CHANGED},
    refuses={**WRITE_REFUSED, 409: PlanMovedOn},
    if_match=True,
)
async def rebase_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Carry over, keeping mine or theirs where both changed the same grid."""
    revision = if_match(request)
    given = await read_body(request, Rebase)
    keep = {GridId(grid): whose == "mine" for grid, whose in (given.grids or {}).items()}
    mine = given.keep == "mine"
    opened = await asyncio.to_thread(
        rebase, workspace, plan, revision, keep, caller.author, mine=mine
    )
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)

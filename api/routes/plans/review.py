"""The review of plans: compared, submitted, approved, put up for the public, published."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller
from api.http.params import StrictRoute, read_day
from api.http.preconditions import etag_of, if_match
from api.http.problems import problem
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanApprover,
    PlanReader,
    Workspace,
    frame_of,
    only,
    plan_answer,
    plan_json,
    read_body,
    words,
)
from api.routes.plans.plans import Yes
from api.schemas.compare import compare, plan_sheet
from api.schemas.plans import blocking, finding_json
from gis.errors import InvalidInput, NotAllowed
from gis.findings import Text
from gis.ids import GridId
from gis.planning.findings import finding_ids
from gis.store.plans import APPROVED, EDITABLE, RETURNED, STATES, SUBMITTED, WITHDRAWN, utc_now
from gis.workflows.plans.publish import PlanConflict, conflicts_json, publish, rebase
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

router = APIRouter(tags=["plans"], route_class=StrictRoute)
Against = Annotated[
    str | None, Query(max_length=80, description="plan:ID or division:VERSION; its base if absent")
]
Named = Annotated[str, Query(max_length=80, description="plan:ID or division:VERSION")]


@router.get("/plans/{plan}/diff", summary="The impact sheet")
async def diff(
    workspace: Workspace,
    _caller: PlanReader,
    plan: str,
    against: Against = None,
    shapes: Yes = None,
) -> Response:
    """Return what a plan changes: matrix, places, who hands over to whom, duties, codes."""

    def make() -> Response:
        if against is not None:
            body = compare(workspace, against, f"plan:{plan}", shapes=shapes == "true")
            return answer(body)
        opened = workspace.open(plan)
        body = plan_sheet(opened, frame_of(opened), shapes=shapes == "true")
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(make)


@router.get("/compare", summary="Any two plans or divisions compared")
async def compare_any(
    workspace: Workspace, _caller: PlanReader, left: Named, right: Named, shapes: Yes = None
) -> Response:
    """Return the impact sheet of any two, such as `left=division:1&right=plan:p-1f3a`."""
    body = await asyncio.to_thread(compare, workspace, left, right, shapes=shapes == "true")
    return answer(body)


# --- the review -----------------------------------------------------------------------------------


async def _reviewed(
    workspace: PlanWorkspace,
    caller: Caller,
    plan: str,
    revision: str,
    action: str,
    allowed: tuple[str, ...],
    reason: str,
    review: dict[str, Any],
    state: str | None = None,
) -> Response:
    def act() -> OpenPlan:
        head = workspace.store.plans.head(plan)
        fields: dict[str, Any] = {"review": {**(head.review or {}), **review}}
        if state is not None:
            fields["state"] = state
        return workspace.change(
            plan, revision, author_of(caller), action, allowed=allowed, reason=reason, **fields
        )

    opened = await asyncio.to_thread(act)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.post("/plans/{plan}/submit", summary="Submit a plan for review")
async def submit(request: Request, workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Submit: no hard finding, every soft one on a touched grid solved or waived."""
    revision = if_match(request)
    given = only(await read_body(request, empty=True), "note")
    note = words(given, "note", needed=False)
    opened = await asyncio.to_thread(workspace.open, plan)
    workspace.check_current(opened, revision)
    if opened.head.state in EDITABLE:
        refusal = await asyncio.to_thread(_refusal, request, opened)
        if refusal is not None:
            return refusal
    review = {
        "submitted_by": caller.name,
        "submitted_at": utc_now(),
        "submitted_note": note,
        "approved_by": None,
        "approved_note": "",
    }
    return await _reviewed(
        workspace, caller, plan, revision, "plan.submit", EDITABLE, note, review, SUBMITTED
    )


def _refusal(request: Request, opened: OpenPlan) -> Response | None:
    view = opened.plan.view
    stopping = blocking(view)
    title = Text("The plan cannot be submitted", "方案不能提交")
    if not opened.plan.steps:
        detail = Text("the plan has no step yet: change something first", "方案尚无任何步骤")
        return problem(request, 409, "nothing-to-submit", title, detail)
    if not stopping:
        return None
    before = finding_ids(view.base.view)
    detail = Text(
        f"{len(stopping)} findings keep it back: solve them, or waive the soft ones with a reason",
        f"有 {len(stopping)} 个问题未处理：请解决，或对可豁免的注明理由",
    )
    rows = [finding_json(p, view, before) for p in stopping]
    return problem(request, 409, "blocking-findings", title, detail, blocking=rows)


@router.post("/plans/{plan}/comments", summary="Remark on a plan")
async def comment(
    request: Request, workspace: Workspace, caller: PlanReader, plan: str
) -> Response:
    """Remark on a plan, on a grid of it, or on a place."""
    given = only(await read_body(request), "text", "grid", "place")
    text = words(given, "text", 2000)
    about: dict[str, Any] = {}
    if given.get("grid") is not None:
        about["grid"] = words(given, "grid", 100)
    if given.get("place") is not None:
        place = given["place"]
        if (
            not isinstance(place, list)
            or len(place) != 2
            or any(isinstance(v, bool) or not isinstance(v, int | float) for v in place)
        ):
            raise InvalidInput("place", "place must be [lon, lat]", "place 应为 [经度, 纬度]")
        about["place"] = [float(v) for v in place]
    await asyncio.to_thread(workspace.store.plans.comment, plan, author_of(caller), text, about)
    opened = await asyncio.to_thread(workspace.open, plan)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.post("/plans/{plan}/return", summary="Return a plan to its planner")
async def send_back(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Return a plan with a reason; it can be edited again."""
    revision = if_match(request)
    reason = words(only(await read_body(request), "reason"), "reason")
    review = {"returned_by": caller.name, "returned_reason": reason, "notice": None}
    return await _reviewed(
        workspace,
        caller,
        plan,
        revision,
        "plan.return",
        (SUBMITTED, APPROVED),
        reason,
        review,
        RETURNED,
    )


@router.post("/plans/{plan}/approve", summary="Approve a plan")
async def approve(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Approve a plan that somebody else submitted."""
    revision = if_match(request)
    note = words(only(await read_body(request, empty=True), "note"), "note", needed=False)
    head = await asyncio.to_thread(workspace.store.plans.head, plan)
    check_other_person(head.review or {}, caller.name, head.state)
    review = {"approved_by": caller.name, "approved_at": utc_now(), "approved_note": note}
    return await _reviewed(
        workspace, caller, plan, revision, "plan.approve", (SUBMITTED,), note, review, APPROVED
    )


def check_other_person(review: Any, name: str, state: str) -> None:
    """Refuse the approval of a plan by the person who submitted it.

    Raises
    ------
    NotAllowed
        It is the same person.
    """
    if state == SUBMITTED and review.get("submitted_by") == name:
        raise NotAllowed(
            f"{name} submitted this plan: another person approves it",
            f"本方案由 {name} 提交：应由他人批准",
        )


@router.post("/plans/{plan}/notice", summary="Put an approved plan up for the public 公示")
async def notice(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Show an approved plan to everybody, from a day until a day."""
    revision = if_match(request)
    given = only(await read_body(request), "from", "until", "text", "contact")
    first, last = read_day(given.get("from"), "from"), read_day(given.get("until"), "until")
    if last < first:
        raise InvalidInput("until", "until: before from", "until 早于 from")
    put_up = {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "text": words(given, "text", 2000, needed=False),
        "contact": words(given, "contact", 200, needed=False),
        "url": f"/notices/{plan}",
    }
    return await _reviewed(
        workspace, caller, plan, revision, "plan.notice", (APPROVED,), "", {"notice": put_up}
    )


@router.delete("/plans/{plan}/notice", summary="Take a public notice down")
async def take_down(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Take a public notice down."""
    revision = if_match(request)
    allowed = tuple(s for s in STATES if s != WITHDRAWN)
    return await _reviewed(
        workspace, caller, plan, revision, "plan.notice_ends", allowed, "", {"notice": None}
    )


@router.post("/plans/{plan}/publish", summary="Publish an approved plan")
async def publish_plan(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Publish: the next division, roster, lineage and record in one transaction."""
    revision = if_match(request)
    given = only(await read_body(request), "effective_from", "reason")
    day = read_day(given.get("effective_from"), "effective_from")
    reason = words(given, "reason", needed=False)

    def act() -> Response:
        opened = publish(workspace, plan, revision, day, author_of(caller), reason=reason)
        return answer(published_json(workspace, opened, caller, day))

    try:
        return await asyncio.to_thread(act)
    except PlanConflict as clash:
        return conflict_answer(request, clash)


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


def conflict_answer(request: Request, clash: PlanConflict) -> Response:
    """Return the answer to a plan that clashes with a newer division."""
    title = Text("The division has changed meanwhile", "网格划分已有变动")
    members = {k: v for k, v in clash.members.items() if k != "type"}
    return problem(request, 409, "plan-conflict", title, clash.text, **members)


@router.get("/plans/{plan}/conflicts", summary="What a newer division changed too")
async def conflicts(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return the grids that this plan and a newer division have both changed."""

    def look() -> Response:
        return answer(conflicts_json(workspace, workspace.open(plan)))

    return await asyncio.to_thread(look)


@router.post("/plans/{plan}/rebase", summary="Carry a plan over to the newest division")
async def rebase_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: str
) -> Response:
    """Carry over, keeping mine or theirs where both changed the same grid."""
    revision = if_match(request)
    given = only(await read_body(request), "keep", "grids")
    mine = _whose(given.get("keep"), "keep")
    grids = given.get("grids") or {}
    if not isinstance(grids, dict):
        raise InvalidInput("grids", "grids must be an object", "grids 应为对象")
    keep = {GridId(g): _whose(v, "grids") for g, v in grids.items()}
    opened = await asyncio.to_thread(
        rebase, workspace, plan, revision, keep, author_of(caller), mine=mine
    )
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


def _whose(value: object, field: str) -> bool:
    if value in ("mine", "theirs"):
        return value == "mine"
    raise InvalidInput(
        field,
        f"{field} must be mine or theirs",
        f"{field} 应为 mine 或 theirs",
        ("mine", "theirs"),
    )

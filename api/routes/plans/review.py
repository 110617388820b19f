"""The review of plans: compared, submitted, approved, put up for the public, published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller
from api.http.params import read_day
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanApprover,
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    only,
    plan_answer,
    plan_json,
    read_body,
    words,
)
from api.routes.plans.plans import Yes
from api.schemas.compare import compared_json, plan_sheet
from api.schemas.conflicts import conflicts_json
from gis.errors import InvalidInput
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
            compared = compare(workspace, against, f"plan:{plan}")
            return answer(compared_json(compared, shapes=shapes == "true"))
        opened = workspace.open(plan)
        body = plan_sheet(opened, frame_of(opened), shapes=shapes == "true")
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(make)


@router.get("/compare", summary="Any two plans or divisions compared")
async def compare_any(
    workspace: Workspace, _caller: PlanReader, left: Named, right: Named, shapes: Yes = None
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


@router.post("/plans/{plan}/submit", summary="Submit a plan for review")
async def submit(request: Request, workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Submit: no hard finding, every soft one on a touched grid solved or waived."""
    revision = if_match(request)
    note = words(only(await read_body(request, empty=True), "note"), "note", needed=False)
    author = author_of(caller)
    return await _reviewed(workspace, caller, review.submit, plan, revision, author, note)


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
    author = author_of(caller)
    return await _reviewed(workspace, caller, review.send_back, plan, revision, author, reason)


@router.post("/plans/{plan}/approve", summary="Approve a plan")
async def approve(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Approve a plan that somebody else submitted."""
    revision = if_match(request)
    note = words(only(await read_body(request, empty=True), "note"), "note", needed=False)
    author = author_of(caller)
    return await _reviewed(workspace, caller, review.approve, plan, revision, author, note)


@router.post("/plans/{plan}/notice", summary="Put an approved plan up for the public 公示")
async def notice(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Show an approved plan to everybody, from a day until a day."""
    revision = if_match(request)
    given = only(await read_body(request), "from", "until", "text", "contact")
    put_up = review.Notice(
        read_day(given.get("from"), "from"),
        read_day(given.get("until"), "until"),
        words(given, "text", 2000, needed=False),
        words(given, "contact", 200, needed=False),
    )
    author = author_of(caller)
    return await _reviewed(workspace, caller, review.put_up_notice, plan, revision, author, put_up)


@router.delete("/plans/{plan}/notice", summary="Take a public notice down")
async def take_down(
    request: Request, workspace: Workspace, caller: PlanApprover, plan: str
) -> Response:
    """Take a public notice down."""
    revision = if_match(request)
    author = author_of(caller)
    return await _reviewed(workspace, caller, review.take_down_notice, plan, revision, author)


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


@router.get("/plans/{plan}/conflicts", summary="What a newer division changed too")
async def conflicts(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return the grids that this plan and a newer division have both changed."""

    def look() -> Response:
        return answer(conflicts_json(compare_with_newest(workspace, workspace.open(plan))))

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

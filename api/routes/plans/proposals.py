"""Proposals for a plan: asked for, watched, cancelled, taken whole or in part."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.params import StrictRoute
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import PlanReader, Workspace, frame_of, only, read_body
from api.schemas.plans import delta_json
from gis.errors import InvalidInput
from gis.ids import GridId
from gis.planning.proposals import KINDS, ProposalOptions
from gis.planning.rules import SizeRules
from gis.workflows.plans.proposal_jobs import ProposalJobs, job_json, take
from gis.workflows.plans.workspace import OpenPlan

router = APIRouter(prefix="/plans", tags=["plans"], route_class=StrictRoute)
_LIMIT_S = 120.0


async def _jobs(request: Request, workspace: Workspace) -> ProposalJobs:
    state = request.app.state
    if not hasattr(state, "plan_jobs"):
        state.plan_jobs = ProposalJobs(workspace)
    found: ProposalJobs = state.plan_jobs
    return found


AllJobs = Annotated[ProposalJobs, Depends(_jobs)]


@router.post("/{plan}/proposals", summary="Ask for a proposal", status_code=202)
async def propose(
    request: Request, workspace: Workspace, jobs: AllJobs, caller: PlanReader, plan: str
) -> Response:
    """Begin a search; nothing is changed by itself."""
    given = only(await read_body(request), "kind", "grid", "grids", "options")
    kind = given.get("kind")
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        raise InvalidInput(
            "kind", f"kind must be one of {listed}", f"kind 应为以下之一：{listed}", KINDS
        )
    opened = await asyncio.to_thread(workspace.open, plan)
    options = read_options(kind, given, opened, workspace.settings.rules)
    job = jobs.start(opened, kind, options, author_of(caller))
    return answer(job_json(job, opened), 202, {"location": f"/plans/{plan}/proposals/{job.id}"})


def read_options(
    kind: str, given: dict[str, Any], opened: OpenPlan, rules: SizeRules
) -> ProposalOptions:
    """Return what a search is to do.

    Raises
    ------
    InvalidInput
        Naming the option.
    """
    names = given.get("grids")
    if names is None:
        names = [given["grid"]] if given.get("grid") is not None else []
    if not isinstance(names, list) or any(not isinstance(n, str) for n in names):
        raise InvalidInput("grids", "grids must be a list of ids or codes", "grids 应为网格列表")
    grids = tuple(_grid(opened, n) for n in names)
    if kind in ("clusters", "balance", "balance_leaders") and not grids:
        raise InvalidInput("grid", "grid is missing", "缺少 grid")
    options = given.get("options") or {}
    if not isinstance(options, dict):
        raise InvalidInput("options", "options must be an object", "options 应为对象")
    only(options, "low", "high", "minimum", "preserve", "move_penalty", "tolerance", "time_limit_s")
    preserve = options.get("preserve", True)
    if not isinstance(preserve, bool):
        raise InvalidInput(
            "preserve", "preserve must be true or false", "preserve 应为 true 或 false"
        )
    low = int(_number(options, "low", 1, 100, rules.buildings[0]))
    high = int(_number(options, "high", 1, 100, rules.buildings[1]))
    if low > high:
        raise InvalidInput("high", "high: under low", "high 小于 low")
    penalty = options.get("move_penalty")
    return ProposalOptions(
        low=low,
        high=high,
        minimum=int(_number(options, "minimum", 1, 10**6, max(1, rules.least_households))),
        preserve=preserve,
        move_penalty=None if penalty is None else _number(options, "move_penalty", 0, 10**9, 0),
        tolerance=_number(options, "tolerance", 0, 10, 0.1),
        time_limit_s=_number(options, "time_limit_s", 0.1, _LIMIT_S, 20),
        grids=grids,
    )


def _grid(opened: OpenPlan, name: str) -> GridId:
    grids = opened.plan.state.grids
    if name in grids:
        return GridId(name)
    for grid, attributes in grids.items():
        if attributes.code == name:
            return grid
    raise InvalidInput(
        "grid",
        f"grid: this plan has no grid {name[:40]!r}",
        f"grid：本方案中没有网格 {name[:40]!r}",
    )


def _number(
    options: dict[str, Any], field: str, least: float, most: float, default: float
) -> float:
    value = options.get(field, default)
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not least <= value <= most:
        raise InvalidInput(
            field,
            f"{field} must be a number from {least:g} to {most:g}",
            f"{field} 应为 {least:g} 到 {most:g} 的数",
            (f"{least:g}..{most:g}",),
        )
    return float(value)


@router.get("/{plan}/proposals", summary="The proposals of a plan")
async def list_jobs(
    workspace: Workspace, jobs: AllJobs, _caller: PlanReader, plan: str
) -> Response:
    """List the proposals that were asked for since the server began."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer({"jobs": [job_json(j, opened) for j in jobs.of(plan)]})


@router.get("/{plan}/proposals/{job}", summary="One proposal")
async def one_job(
    workspace: Workspace, jobs: AllJobs, _caller: PlanReader, plan: str, job: str
) -> Response:
    """Return how far a search is, and what it found."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.job(plan, job), opened))


@router.delete("/{plan}/proposals/{job}", summary="Cancel a proposal")
async def cancel(
    workspace: Workspace, jobs: AllJobs, _caller: PlanReader, plan: str, job: str
) -> Response:
    """Stop a search."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.cancel(jobs.job(plan, job)), opened))


@router.post("/{plan}/proposals/{job}/take", summary="Take a proposal, or parts of it")
async def take_job(
    request: Request, workspace: Workspace, jobs: AllJobs, caller: PlanReader, plan: str, job: str
) -> Response:
    """Carry out what a proposal says, as one step."""
    revision = if_match(request)
    chosen = only(await read_body(request, empty=True), "parts").get("parts")
    if chosen is not None and (
        not isinstance(chosen, list)
        or any(isinstance(n, bool) or not isinstance(n, int) for n in chosen)
    ):
        raise InvalidInput("parts", "parts must be a list of numbers", "parts 应为数字列表")
    found = jobs.job(plan, job)

    def act() -> Response:
        started = time.perf_counter()
        before, after, moved = take(workspace, found, revision, chosen, author_of(caller))
        body = delta_json(before, after, moved, frame_of(after), 0)
        body["ms"] = round((time.perf_counter() - started) * 1000, 1)
        return answer(body, headers={"etag": etag_of(after.etag)})

    return await asyncio.to_thread(act)

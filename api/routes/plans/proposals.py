"""Proposals for a plan: asked for, watched, cancelled, taken whole or in part."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.preconditions import if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanReader,
    PlanRoute,
    Workspace,
    only,
    read_body,
    step_answer,
)
from api.schemas.proposals import job_json, read_options
from api.serving.dependencies import Proposals
from gis.errors import InvalidInput

router = APIRouter(prefix="/plans", tags=["plans"], route_class=PlanRoute)


@router.post("/{plan}/proposals", summary="Ask for a proposal", status_code=202)
async def propose(
    request: Request, workspace: Workspace, jobs: Proposals, caller: PlanReader, plan: str
) -> Response:
    """Begin a search; nothing is changed by itself."""
    given = only(await read_body(request), "kind", "grid", "grids", "options")
    opened = await asyncio.to_thread(workspace.open, plan)
    options = read_options(given, opened, workspace.rules)
    job = jobs.start(opened, given["kind"], options, author_of(caller))
    return answer(job_json(job, opened), 202, {"location": f"/plans/{plan}/proposals/{job.id}"})


@router.get("/{plan}/proposals", summary="The proposals of a plan")
async def list_jobs(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: str
) -> Response:
    """List the proposals that were asked for since the server began."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer({"jobs": [job_json(j, opened) for j in jobs.of(plan)]})


@router.get("/{plan}/proposals/{job}", summary="One proposal")
async def one_job(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: str, job: str
) -> Response:
    """Return how far a search is, and what it found."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.job(plan, job), opened))


@router.delete("/{plan}/proposals/{job}", summary="Cancel a proposal")
async def cancel(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: str, job: str
) -> Response:
    """Stop a search."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.cancel(jobs.job(plan, job)), opened))


@router.post("/{plan}/proposals/{job}/take", summary="Take a proposal, or parts of it")
async def take_job(
    request: Request, jobs: Proposals, caller: PlanReader, plan: str, job: str
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
        return step_answer(jobs.take(found, revision, chosen, author_of(caller)), started)

    return await asyncio.to_thread(act)

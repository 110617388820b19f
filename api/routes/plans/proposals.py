"""Proposals for a plan: asked for, watched, cancelled, taken whole or in part."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.path_params import JobPath, PlanPath
from api.http.preconditions import if_match
from api.http.responses import answer
from api.routes.plans.common import (
    STEP_MADE,
    WRITE_REFUSED,
    PlanReader,
    PlanRoute,
    Workspace,
    step_answer,
)
from api.schemas.plan_answers import ProposalJob, ProposalJobs
from api.schemas.plan_bodies import NewProposal, TakenParts
from api.schemas.proposals import job_json, options_asked
from api.serving.dependencies import Proposals

router = APIRouter(prefix="/plans", tags=["plans"], route_class=PlanRoute)


@router.post("/{plan}/proposals")
@declare(
    "Ask for a proposal",
    body=NewProposal,
    answers={202: as_json(ProposalJob, "Location")},
)
async def ask_for_proposal(
    request: Request, workspace: Workspace, jobs: Proposals, caller: PlanReader, plan: PlanPath
) -> Response:
    """Begin a search; nothing is changed by itself."""
    given = await read_body(request, NewProposal)
    opened = await asyncio.to_thread(workspace.open, plan)
    options = options_asked(given, opened, workspace.rules)
    job = jobs.start(opened, given.kind, options, caller.author)
    return answer(job_json(job, opened), 202, {"location": f"/plans/{plan}/proposals/{job.id}"})


@router.get("/{plan}/proposals")
@declare("List the proposals of a plan", answers={200: as_json(ProposalJobs)})
async def list_proposals(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: PlanPath
) -> Response:
    """List the proposals that were asked for since the server began."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer({"jobs": [job_json(j, opened) for j in jobs.of(plan)]})


@router.get("/{plan}/proposals/{job}")
@declare("Get a proposal", answers={200: as_json(ProposalJob)})
async def get_proposal(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: PlanPath, job: JobPath
) -> Response:
    """Return how far a search is, and what it found."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.job(plan, job), opened))


@router.delete("/{plan}/proposals/{job}")
@declare("Cancel the search for a proposal", answers={200: as_json(ProposalJob)})
async def cancel_proposal(
    workspace: Workspace, jobs: Proposals, _caller: PlanReader, plan: PlanPath, job: JobPath
) -> Response:
    """Stop a search."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(job_json(jobs.cancel(jobs.job(plan, job)), opened))


@router.post("/{plan}/proposals/{job}/take")
@declare(
    "Take a proposal, or parts of it",
    body=TakenParts,
    answers={200: STEP_MADE},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def take_proposal(
    request: Request, jobs: Proposals, caller: PlanReader, plan: PlanPath, job: JobPath
) -> Response:
    """Carry out what a proposal says, as one step."""
    revision = if_match(request)
    chosen = (await read_body(request, TakenParts)).parts
    found = jobs.job(plan, job)

    def act() -> Response:
        started = time.perf_counter()
        return step_answer(jobs.take(found, revision, chosen, caller.author), started)

    return await asyncio.to_thread(act)

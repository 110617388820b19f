"""The history of the divisions, back to an earlier one, and what became of a grid."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Public
from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.params import StrictRoute
from api.http.path_params import GridCodePath, VersionPath
from api.http.responses import answer
from api.routes.plans.common import PlanApprover, PlanReader, Workspace
from api.schemas.divisions import Divisions, Restoration, Restored
from api.schemas.history import history_json
from api.schemas.plan_answers import GridHistory
from api.serving.dependencies import Live
from gis.clock import today
from gis.disclosure import hidden_names
from gis.workflows.plans.history import history_of
from gis.workflows.plans.restore import restore

router = APIRouter(tags=["divisions"], route_class=StrictRoute)


@router.get("/divisions")
@declare("List the divisions", answers={200: as_json(Divisions)})
async def list_divisions(workspace: Workspace, _caller: PlanReader) -> Response:
    """List the divisions with the days they are in force, and the plan each came from."""
    return await asyncio.to_thread(_list, workspace)


def _list(workspace: Any) -> Response:
    heads = workspace.store.divisions()
    plans = workspace.store.plans.published_from()
    day = today()
    begun = [h.version for h in heads if h.effective_from <= day]
    rows = [
        {
            "version": h.version,
            "effective_from": h.effective_from.isoformat(),
            "effective_until": h.effective_until.isoformat() if h.effective_until else None,
            "title": h.title,
            "data_date": h.data_date,
            "sha256": h.sha256,
            "published_at": h.published_at,
            "plan": plans.get(h.version),
            "in_force": bool(begun) and h.version == begun[-1],
        }
        for h in reversed(heads)
    ]
    return answer({"divisions": rows})


@router.post("/divisions/{version}/restore")
@declare(
    "Publish an earlier division anew",
    body=Restoration,
    answers={200: as_json(Restored)},
    refuses={409: None},
)
async def restore_division(
    request: Request, workspace: Workspace, caller: PlanApprover, version: VersionPath
) -> Response:
    """Publish the content of an earlier division as a new version."""
    given = await read_body(request, Restoration)
    made, day = await asyncio.to_thread(
        restore, workspace, version, given.effective_from, caller.author, given.reason
    )
    return answer({"division": {"version": made, "effective_from": day.isoformat()}})


@router.get("/grids/{code}/history", tags=["grids"])
@declare("Get the history of a grid", answers={200: as_json(GridHistory)}, editions=True)
async def get_grid_history(
    workspace: Workspace, live: Live, caller: Public, code: GridCodePath
) -> Response:
    """Return every change of the grid that carries or carried a code, and its successors.

    Below a planner without divisions that are not in force yet.
    """
    hidden = (
        None if caller.role.reaches(AccountRole.PLANNER) else hidden_names(live.bundle.internal)
    )
    found = await live.workers.run(
        caller, partial(history_of, workspace.store, code, today(), hidden_names=hidden)
    )
    return answer(history_json(code, found))

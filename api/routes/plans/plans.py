"""Plans: begun, drawn, changed step by step, undone, checked and compared (docs/plans-api.md)."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.body import read_body, read_bytes
from api.http.declare import as_json, declare
from api.http.params import choice, whole
from api.http.path_params import PlanPath
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.plans.common import (
    PLAN_CHANGED,
    STEP_MADE,
    WRITE_REFUSED,
    YES,
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    plan_answer,
    rules_json,
    step_answer,
    unchanged_answer,
)
from api.schemas.plan_answers import (
    AssignablePeople,
    Drawing,
    PlanAnswer,
    PlanCheck,
    Plans,
    PlanStepLists,
)
from api.schemas.plan_bodies import NewPlan, PlanChange, PlanCopy
from api.schemas.plan_operations import PlanOperation, key_of
from api.schemas.plans import (
    drawing_json,
    findings_json,
    head_json,
    load_json,
    step_json,
    text_json,
)
from gis.clock import today
from gis.exchange.json_object import read_object
from gis.planning.assemble import check_whole
from gis.planning.findings import blocking, finding_counts
from gis.planning.operations import read_operation
from gis.roster import ROLES, role_title
from gis.store.plans import EDITABLE, STATES, WITHDRAWN, HeadChange
from gis.workflows.plans import review
from gis.workflows.plans.opened import DuplicateOperation, OpenPlan

router = APIRouter(prefix="/plans", tags=["plans"], route_class=PlanRoute)

_PAGE = 50


@router.get("")
@declare("List the plans", answers={200: as_json(Plans)})
async def list_plans(
    workspace: Workspace,
    _caller: PlanReader,
    state: choice("state", STATES) = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 1_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
    limit: whole("limit", 1, 500, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
) -> Response:
    """List the plans; without `state` all but those that were withdrawn."""
    states = (state,) if state else tuple(s for s in STATES if s != WITHDRAWN)
    plans = workspace.store.plans

    def read() -> Response:
        heads, total = plans.heads(states, limit=limit or _PAGE, offset=offset or 0)
        steps = plans.step_counts([h.id for h in heads])
        return answer({"total": total, "plans": [head_json(h, steps.get(h.id, 0)) for h in heads]})

    return await asyncio.to_thread(read)


@router.post("")
@declare(
    "Create a plan",
    body=NewPlan,
    answers={201: as_json(PlanAnswer, "ETag", "Location")},
    refuses={404: None, 409: None},
)
async def create_plan(request: Request, workspace: Workspace, caller: PlanReader) -> Response:
    """Begin a plan from a division."""
    given = await read_body(request, NewPlan)

    def begin() -> OpenPlan:
        version = given.base
        if version == "in_force":
            version = workspace.store.holding(today()).division.version
        return workspace.begin(given.title, given.reason or "", version, caller.author)

    opened = await asyncio.to_thread(begin)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller, 201)


@router.get("/{plan}")
@declare("Get a plan", answers={200: PLAN_CHANGED})
async def get_plan(workspace: Workspace, caller: PlanReader, plan: PlanPath) -> Response:
    """Return a plan: its steps, findings, impact, loads, remarks, and what the caller may do."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.patch("/{plan}")
@declare(
    "Change the title or reason of a plan",
    body=PlanChange,
    answers={200: PLAN_CHANGED},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def change_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Change the title or the reason; what is not given stays."""
    revision = if_match(request)
    given = await read_body(request, PlanChange)
    fields = {name: value or "" for name, value in given.given().items()}

    def change() -> OpenPlan:
        named = HeadChange("plan.edit", EDITABLE, fields)
        return workspace.change(plan, revision, caller.author, named)

    opened = await asyncio.to_thread(change)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.delete("/{plan}")
@declare("Withdraw a plan", answers={200: PLAN_CHANGED}, refuses=WRITE_REFUSED, if_match=True)
async def withdraw_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Withdraw a plan; nothing of it is erased."""
    revision = if_match(request)
    author = caller.author
    opened = await asyncio.to_thread(review.withdraw, workspace, plan, revision, author)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.post("/{plan}/copy")
@declare(
    "Copy a plan",
    body=PlanCopy,
    answers={201: as_json(PlanAnswer, "ETag", "Location")},
    refuses={409: None},
)
async def copy_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Copy a plan up to a step, and carry operations out on the copy."""
    given = await read_body(request, PlanCopy)
    read = tuple(read_operation(o) for o in given.operations or ())
    opened = await asyncio.to_thread(
        workspace.copy, plan, given.title or None, given.at, read, caller.author
    )
    return await asyncio.to_thread(plan_answer, workspace, opened, caller, 201)


@router.get("/{plan}/drawing")
@declare("Get the drawing of a plan", answers={200: as_json(Drawing, "ETag")})
async def get_drawing(
    workspace: Workspace,
    _caller: PlanReader,
    plan: PlanPath,
    base: choice("base", YES) = None,  # type: ignore[valid-type]
) -> Response:
    """Return cells, grids, places and context, with shapes as whole numbers."""
    opened = await asyncio.to_thread(workspace.open, plan)

    def draw() -> Response:
        body = drawing_json(opened, frame_of(opened), with_base=base == "true")
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(draw)


# --- steps ----------------------------------------------------------------------------------------


@router.post("/{plan}/operations")
@declare(
    "Add a step to a plan",
    body=PlanOperation,
    answers={200: STEP_MADE},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def add_step(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Carry one operation out; the answer is what it changed."""
    revision = if_match(request)
    given = read_object(await read_bytes(request, PlanOperation.most_bytes))
    key = key_of(given)
    operation = read_operation(given)

    def act() -> Response:
        started = time.perf_counter()
        try:
            applied = workspace.operate(plan, revision, operation, caller.author, key)
        except DuplicateOperation as again:
            return unchanged_answer(again.opened)
        return step_answer(applied, started)

    return await asyncio.to_thread(act)


@router.delete("/{plan}/operations/last")
@declare(
    "Undo the last step of a plan",
    answers={200: STEP_MADE},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def undo_step(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Take the last step back."""
    revision = if_match(request)

    def act() -> Response:
        started = time.perf_counter()
        return step_answer(workspace.undo(plan, revision, caller.author), started)

    return await asyncio.to_thread(act)


@router.post("/{plan}/operations/redo")
@declare(
    "Redo the step of a plan that was undone last",
    answers={200: STEP_MADE},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def redo_step(
    request: Request, workspace: Workspace, caller: PlanReader, plan: PlanPath
) -> Response:
    """Make the step again that was taken back last."""
    revision = if_match(request)

    def act() -> Response:
        started = time.perf_counter()
        return step_answer(workspace.redo(plan, revision, caller.author), started)

    return await asyncio.to_thread(act)


@router.get("/{plan}/steps")
@declare("List the steps of a plan", answers={200: as_json(PlanStepLists, "ETag")})
async def list_steps(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return all steps, and those that were taken back, the next to redo first."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(
        {
            "steps": [step_json(s) for s in opened.plan.steps],
            "undone": [step_json(s) for s in reversed(opened.plan.undone)],
        },
        headers={"etag": etag_of(opened.etag)},
    )


@router.get("/{plan}/check")
@declare("Check a plan against the rules", answers={200: as_json(PlanCheck, "ETag")})
async def check_plan(
    workspace: Workspace,
    _caller: PlanReader,
    plan: PlanPath,
    all: choice("all", YES) = None,  # type: ignore[valid-type]
) -> Response:
    """Return the findings; with `all=true` the whole division is assembled and checked too."""
    opened = await asyncio.to_thread(workspace.open, plan)

    def look() -> Response:
        view = opened.plan.view
        stopping = [f.id for f in blocking(view)]
        body: dict[str, Any] = {
            "findings": findings_json(view),
            "counts": finding_counts(view),
            "rules": rules_json(workspace),
            "can_submit": not stopping and bool(opened.plan.steps),
            "blocking": stopping,
        }
        if all == "true":
            body["topology"] = [
                {
                    "rule": f.rule,
                    "code": f.grid_code,
                    "text": text_json(f.text),
                    "place": list(f.place) if f.place else None,
                }
                for f in check_whole(view)
            ]
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(look)


@router.get("/{plan}/people")
@declare("List who can be assigned", answers={200: as_json(AssignablePeople)})
async def list_assignable(
    workspace: Workspace,
    _caller: PlanReader,
    plan: PlanPath,
    q: Annotated[str | None, Query(max_length=100, description="Text in the name or post")] = None,
) -> Response:
    """Return the people of the roster with their duties and their load under the plan."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return await asyncio.to_thread(_people, opened, q)


def _people(opened: OpenPlan, q: str | None) -> Response:
    view, atlas = opened.plan.view, opened.plan.base.atlas
    held: dict[str, list[dict[str, Any]]] = {}
    for duty in atlas.roster.duties:
        if duty.grid is not None and duty.grid in view.state.grids and duty.in_force(atlas.as_of):
            attributes = view.state.grids[duty.grid]
            held.setdefault(duty.person, []).append(
                {
                    "grid": duty.grid,
                    "code": view.code(duty.grid),
                    "name": attributes.name,
                    "role": str(duty.role),
                    "title": text_json(role_title(duty.role, attributes.level)),
                    "official": ROLES[duty.role].official,
                }
            )
    rows = []
    for person in atlas.roster.people:
        duties = held.get(person.id, [])
        if q and not any(q in text for text in (person.name, person.organisation)):
            continue
        rows.append(
            {
                "person": person.id,
                "name": person.name,
                "organisation": person.organisation,
                "official": any(d.pop("official") for d in [*duties]) if duties else True,
                "duties": [{k: v for k, v in d.items() if k != "official"} for d in duties],
                "load": load_json(view.loads.get(person.id)),
            }
        )
    return answer({"people": rows})

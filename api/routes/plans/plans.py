"""Plans: begun, drawn, changed step by step, undone, checked and compared (docs/plans-api.md)."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from api.http.params import read_whole, whole
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    only,
    plan_answer,
    read_body,
    rules_json,
    step_answer,
    unchanged_answer,
    words,
)
from api.schemas.plans import (
    drawing_json,
    findings_json,
    head_json,
    load_json,
    step_json,
    text_json,
)
from gis.clock import today
from gis.errors import InvalidInput
from gis.planning.assemble import check_whole
from gis.planning.findings import blocking, finding_counts
from gis.planning.operations import MAX_BATCH, read_operation
from gis.roster import ROLES, role_title
from gis.store.plans import EDITABLE, STATES, WITHDRAWN
from gis.workflows.plans import review
from gis.workflows.plans.opened import DuplicateOperation, OpenPlan

router = APIRouter(prefix="/plans", tags=["plans"], route_class=PlanRoute)

_PAGE = 50
Yes = Annotated[
    str | None,
    BeforeValidator(lambda v: _yes_or_no(v)),
    Query(description="true or false"),
]


def _yes_or_no(value: object) -> object:
    if value in (None, "true", "false"):
        return value
    raise InvalidInput("value", "must be true or false", "应为 true 或 false", ("true", "false"))


def _state(value: object) -> object:
    if value is None or value in STATES:
        return value
    listed = ", ".join(STATES)
    raise InvalidInput(
        "state", f"state must be one of {listed}", f"state 应为以下之一：{listed}", STATES
    )


State = Annotated[
    str | None, BeforeValidator(_state), Query(description=f"One of {', '.join(STATES)}")
]


@router.get("", summary="The plans, the newest first")
async def list_plans(
    workspace: Workspace,
    _caller: PlanReader,
    state: State = None,
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


@router.post("", summary="Begin a plan", status_code=201)
async def new_plan(request: Request, workspace: Workspace, caller: PlanReader) -> Response:
    """Begin a plan from a division: `{"title", "reason", "base"?: version or "in_force"}`."""
    given = only(await read_body(request), "title", "reason", "base")
    title, reason = words(given, "title", 100), words(given, "reason", 500, needed=False)
    base = _base(given.get("base"))

    def begin() -> OpenPlan:
        version = base
        if version == 0:
            version = workspace.store.holding(today()).division.version
        return workspace.begin(title, reason, version, author_of(caller))

    opened = await asyncio.to_thread(begin)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller, 201)


def _base(value: object) -> int | None:
    if value is None:
        return None
    if value == "in_force":
        return 0
    if isinstance(value, bool):
        value = str(value)
    return read_whole(value, "base", 1, 999_999_999)


@router.get("/{plan}", summary="One plan")
async def one_plan(workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Return a plan: its steps, findings, impact, loads, remarks, and what the caller may do."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.patch("/{plan}", summary="Change the title or reason of a plan")
async def edit_plan(
    request: Request, workspace: Workspace, caller: PlanReader, plan: str
) -> Response:
    """Change `title` or `reason`."""
    revision = if_match(request)
    given = only(await read_body(request), "title", "reason")
    fields: dict[str, Any] = {}
    if "title" in given:
        fields["title"] = words(given, "title", 100)
    if "reason" in given:
        fields["reason"] = words(given, "reason", 500, needed=False)

    def change() -> OpenPlan:
        return workspace.change(
            plan, revision, author_of(caller), "plan.edit", allowed=EDITABLE, **fields
        )

    opened = await asyncio.to_thread(change)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.delete("/{plan}", summary="Withdraw a plan")
async def withdraw(
    request: Request, workspace: Workspace, caller: PlanReader, plan: str
) -> Response:
    """Withdraw a plan; nothing of it is erased."""
    revision = if_match(request)
    author = author_of(caller)
    opened = await asyncio.to_thread(review.withdraw, workspace, plan, revision, author)
    return await asyncio.to_thread(plan_answer, workspace, opened, caller)


@router.post("/{plan}/copy", summary="Copy a plan", status_code=201)
async def copy(request: Request, workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Copy a plan up to a step, and carry operations out on the copy."""
    given = only(await read_body(request, empty=True), "title", "at", "operations")
    title = words(given, "title", 100, needed=False) or None
    at = given.get("at")
    if at is not None:
        at = read_whole(str(at) if isinstance(at, bool) else at, "at", 0, 999_999_999)
    operations = given.get("operations", [])
    if not isinstance(operations, list) or len(operations) > MAX_BATCH:
        raise InvalidInput("operations", "operations must be a list", "operations 应为列表")
    read = tuple(read_operation(o) for o in operations)
    opened = await asyncio.to_thread(workspace.copy, plan, title, at, read, author_of(caller))
    return await asyncio.to_thread(plan_answer, workspace, opened, caller, 201)


@router.get("/{plan}/drawing", summary="Everything a map of the plan is drawn from")
async def drawing(
    workspace: Workspace, _caller: PlanReader, plan: str, base: Yes = None
) -> Response:
    """Return cells, grids, places and context, with shapes as whole numbers."""
    opened = await asyncio.to_thread(workspace.open, plan)

    def draw() -> Response:
        body = drawing_json(opened, frame_of(opened), with_base=base == "true")
        return answer(body, headers={"etag": etag_of(opened.etag)})

    return await asyncio.to_thread(draw)


# --- steps ----------------------------------------------------------------------------------------


@router.post("/{plan}/operations", summary="One step more")
async def operate(
    request: Request, workspace: Workspace, caller: PlanReader, plan: str
) -> Response:
    """Carry one operation out; the answer is what it changed."""
    revision = if_match(request)
    given = await read_body(request)
    key = words(given, "key", 64, needed=False) or None
    given.pop("key", None)
    operation = read_operation(given)

    def act() -> Response:
        started = time.perf_counter()
        try:
            applied = workspace.operate(plan, revision, operation, author_of(caller), key)
        except DuplicateOperation as again:
            return unchanged_answer(again.opened)
        return step_answer(applied, started)

    return await asyncio.to_thread(act)


@router.delete("/{plan}/operations/last", summary="Undo")
async def undo(request: Request, workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Take the last step back."""
    revision = if_match(request)

    def act() -> Response:
        started = time.perf_counter()
        return step_answer(workspace.undo(plan, revision, author_of(caller)), started)

    return await asyncio.to_thread(act)


@router.post("/{plan}/operations/redo", summary="Redo")
async def redo(request: Request, workspace: Workspace, caller: PlanReader, plan: str) -> Response:
    """Make the step again that was taken back last."""
    revision = if_match(request)

    def act() -> Response:
        started = time.perf_counter()
        return step_answer(workspace.redo(plan, revision, author_of(caller)), started)

    return await asyncio.to_thread(act)


@router.get("/{plan}/steps", summary="The steps of a plan")
async def steps(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return all steps, and those that were taken back, the next to redo first."""
    opened = await asyncio.to_thread(workspace.open, plan)
    return answer(
        {
            "steps": [step_json(s) for s in opened.plan.steps],
            "undone": [step_json(s) for s in reversed(opened.plan.undone)],
        },
        headers={"etag": etag_of(opened.etag)},
    )


@router.get("/{plan}/check", summary="What the rules find")
async def check(workspace: Workspace, _caller: PlanReader, plan: str, all: Yes = None) -> Response:
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


@router.get("/{plan}/people", summary="Who can be assigned")
async def people(
    workspace: Workspace,
    _caller: PlanReader,
    plan: str,
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

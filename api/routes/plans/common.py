"""What the routes of plans share: the desk, the body, the answer with its ETag."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from api.http.auth import Caller, require
from api.http.body import limited
from api.http.preconditions import etag_of
from api.http.responses import answer
from api.schemas.plans import (
    Frame,
    blocking,
    counts_json,
    findings_json,
    head_json,
    impact_json,
    loads_json,
    steps_json,
)
from gis.accounts import Role, Scope
from gis.errors import InvalidInput
from gis.exchange.json_object import read_object
from gis.planning.diff import impact_of
from gis.store.plans import APPROVED, EDITABLE, PUBLISHED, SUBMITTED, WITHDRAWN
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

BODY_BYTES = 8 << 20

PlanReader = Annotated[Caller, Depends(require(Role.PLANNER, scope=Scope.PLANS))]
PlanApprover = Annotated[Caller, Depends(require(Role.APPROVER, scope=Scope.PLANS))]


async def _workspace(request: Request) -> PlanWorkspace:
    state = request.app.state
    if not hasattr(state, "plan_desk"):
        live = state.live
        state.plan_desk = PlanWorkspace(live.store, live.settings)
    found: PlanWorkspace = state.plan_desk
    return found


Workspace = Annotated[PlanWorkspace, Depends(_workspace)]


async def read_body(request: Request, *, empty: bool = False) -> dict[str, Any]:
    """Return the members of a JSON body; {} of none where ``empty`` allows it."""
    body = b"".join([piece async for piece in limited(request, BODY_BYTES, "body")])
    return {} if empty and not body.strip() else read_object(body)


def only(given: dict[str, Any], *known: str) -> dict[str, Any]:
    """Return a body that has no other members than those known.

    Raises
    ------
    InvalidInput
        Naming the one that is not.
    """
    for name in given:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise InvalidInput(
                name[:40],
                f"there is no member {name[:40]!r} here (known: {listed})",
                f"此处没有成员 {name[:40]!r}（可用：{listed}）",
                known,
            )
    return given


def words(given: dict[str, Any], field: str, most: int = 500, *, needed: bool = True) -> str:
    """Return a text of a body, stripped; "" where it is not needed and absent.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    value = given.get(field)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not _good(value, most, needed=needed):
        least = 1 if needed else 0
        raise InvalidInput(
            field,
            f"{field} must be a text of {least} to {most} characters",
            f"{field} 应为 {least} 到 {most} 个字",
        )
    return value.strip()


def _good(value: str, most: int, *, needed: bool) -> bool:
    if len(value) > most or (needed and not value.strip()):
        return False
    return not any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in value)


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
        "counts": counts_json(view),
        "impact": impact_json(impact_of(view)),
        "loads": loads_json(view),
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
        "allowed": allowed(opened, caller),
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
    rules = workspace.settings.rules
    return {
        "least_households": rules.least_households,
        "buildings": list(rules.buildings),
        "shopfronts": list(rules.shopfronts),
        "load_factor": rules.load_factor,
    }


def allowed(opened: OpenPlan, caller: Caller) -> list[str]:
    """Return what a caller may do with a plan now."""
    state, review = opened.head.state, opened.head.review or {}
    found = ["comment"] if state != WITHDRAWN else []
    if state in EDITABLE:
        found += ["edit", "withdraw"]
        if opened.plan.steps and not blocking(opened.plan.view):
            found.append("submit")
    if not caller.role.reaches(Role.APPROVER):
        return found
    if state == SUBMITTED:
        found.append("return")
        if review.get("submitted_by") != caller.name:
            found.append("approve")
    if state == APPROVED:
        found += ["return", "notice", "publish"]
    if state == PUBLISHED and review.get("notice"):
        found.append("notice")
    return found


def plan_answer(
    workspace: PlanWorkspace, opened: OpenPlan, caller: Caller, status: int = 200
) -> Response:
    """Return a plan with its ETag."""
    headers = {"etag": etag_of(opened.etag)}
    if status == 201:
        headers["location"] = f"/plans/{opened.head.id}"
    return answer(plan_json(workspace, opened, caller), status, headers)


def frame_of(opened: OpenPlan) -> Frame:
    """Return where the whole numbers of a plan's drawing begin."""
    base = opened.plan.base
    found = _FRAMES.get(id(base))
    if found is None or found[0] is not base:
        if len(_FRAMES) > 8:
            _FRAMES.clear()
        found = _FRAMES[id(base)] = (base, Frame(base))
    return found[1]


_FRAMES: dict[int, tuple[Any, Frame]] = {}

"""Any two plans or divisions compared."""

from __future__ import annotations

import re
from typing import Any

from api.schemas.impact import division_shapes_json, duties_json, shapes_json, sheet_json
from api.schemas.plans import Frame
from gis.atlas import Atlas
from gis.errors import InvalidInput
from gis.planning.assemble import division_of
from gis.planning.diff import comparison_between, comparison_of
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace


def plan_sheet(opened: OpenPlan, frame: Frame, *, shapes: bool) -> dict[str, Any]:
    """Return what a plan changes against its base."""
    view, head = opened.plan.view, opened.head
    comparison = comparison_of(view)
    body = sheet_json(
        comparison,
        view.base.atlas,
        {
            "kind": "division",
            "id": str(head.base_version),
            "title": view.base.atlas.division.title,
        },
        {"kind": "plan", "id": head.id, "title": head.title},
    )
    day = head.effective_from or view.base.atlas.as_of
    body["duties"] = duties_json(view, comparison, day)
    if shapes:
        body["shapes"] = shapes_json(view, frame)
    return body


def compare(workspace: PlanWorkspace, left: str, right: str, *, shapes: bool) -> dict[str, Any]:
    """Return how two plans or divisions differ.

    Raises
    ------
    InvalidInput
        A name that is not ``plan:ID`` or ``division:VERSION``.
    NotFound
        There is no such plan or division.
    """
    before, left_name = _named(workspace, left, "left")
    after, right_name = _named(workspace, right, "right")
    comparison = comparison_between(before, after)
    body = sheet_json(comparison, after, left_name, right_name)
    if shapes:
        body["shapes"] = division_shapes_json(comparison, before, after)
    return body


def _named(workspace: PlanWorkspace, name: str, field: str) -> tuple[Atlas, dict[str, Any]]:
    kind, _, identity = name.partition(":")
    if kind == "division" and re.fullmatch(r"\d{1,9}", identity, re.ASCII):
        atlas = workspace.atlas(int(identity), workspace.store.versions().directory)
        title = atlas.division.title
        return atlas, {"kind": kind, "id": identity, "title": title}
    if kind == "plan" and identity:
        opened = workspace.open(identity)
        view = opened.plan.view
        base = view.base.atlas
        atlas = Atlas(
            division_of(view), base.directory, base.roster, base.as_of, name=base.name,
            code=base.code,
        )  # fmt: skip
        return atlas, {"kind": kind, "id": identity, "title": opened.head.title}
    raise InvalidInput(
        field,
        f"{field} = {name[:60]!r} must be plan:ID or division:VERSION",
        f"{field} = {name[:60]!r} 应为 plan:编号 或 division:版本",
        ("plan:ID", "division:VERSION"),
    )

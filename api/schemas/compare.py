"""Any two plans or divisions compared, as JSON."""

from __future__ import annotations

from typing import Any

from api.schemas.impact import division_shapes_json, duties_json, shapes_json, sheet_json
from api.schemas.plans import DrawingFrame
from gis.planning.diff import comparison_of
from gis.workflows.plans.compare import Compared, ComparedSide
from gis.workflows.plans.opened import OpenPlan


def plan_sheet(opened: OpenPlan, frame: DrawingFrame, *, shapes: bool) -> dict[str, Any]:
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


def compared_json(compared: Compared, *, shapes: bool) -> dict[str, Any]:
    """Return how two plans or divisions differ."""
    left, right = compared.left, compared.right
    body = sheet_json(compared.comparison, right.atlas, _side_json(left), _side_json(right))
    if shapes:
        body["shapes"] = division_shapes_json(compared.comparison, left.atlas, right.atlas)
    return body


def _side_json(side: ComparedSide) -> dict[str, Any]:
    return {"kind": side.kind, "id": side.id, "title": side.title}

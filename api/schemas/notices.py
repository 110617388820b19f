"""Public notices 公示: what a plan changes, before and after, without anything of people.

No leader, no duty, no undisclosed unit; households rounded to ten.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.schemas.impact import shapes_json, sheet_json
from api.schemas.plans import Frame
from gis.clock import today
from gis.errors import NotFound
from gis.ids import PlaceId
from gis.planning.diff import Comparison, Piece, comparison_of
from gis.planning.evaluation import PlanView
from gis.store.plans import APPROVED, PUBLISHED, PlanHead
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

_PERSONAL = ("handovers", "duties")
_GRID_KEYS = (
    "id", "code", "proposed_code", "name", "level", "parent", "kind", "grid_class", "grid_grade",
    "households", "buildings", "area_m2", "new", "changed", "shape", "label",
)  # fmt: skip


def notices(workspace: PlanWorkspace) -> list[PlanHead]:
    """Return the plans that are put up for the public today."""
    heads, _ = workspace.store.plans.heads((APPROVED, PUBLISHED))
    return [h for h in heads if is_up(h)]


def is_up(head: PlanHead) -> bool:
    """Tell whether a plan is put up for the public today."""
    notice = (head.review or {}).get("notice")
    if not notice or head.state not in (APPROVED, PUBLISHED):
        return False
    return bool(notice["from"] <= today().isoformat() <= notice["until"])


def notice_json(workspace: PlanWorkspace, plan: str, frame: Any) -> dict[str, Any]:
    """Return what the public may see of a plan.

    Raises
    ------
    NotFound
        It is not put up today, or there is no such plan: the answer is the same.
    """
    missing = NotFound(
        f"there is no public notice {plan[:40]!r} today", f"目前没有公示 {plan[:40]!r}"
    )
    try:
        head = workspace.store.plans.head(plan)
    except NotFound:
        raise missing from None
    if not is_up(head):
        raise missing
    opened = workspace.open(plan)
    return {
        "plan": head.id,
        "title": head.title,
        "office": workspace.settings.office_name or opened.plan.base.atlas.name,
        "notice": (head.review or {})["notice"],
        "effective_from": head.effective_from.isoformat() if head.effective_from else None,
        "synthetic": opened.plan.base.atlas.synthetic,
        "diff": _public_diff(workspace, opened, frame(opened)),
    }


def _public_diff(workspace: PlanWorkspace, opened: OpenPlan, frame: Frame) -> dict[str, Any]:
    view = opened.plan.view
    atlas = view.base.atlas
    hidden = {p.id for p in atlas.directory.places if not p.disclosed}
    if not workspace.settings.public_businesses:
        hidden |= {p.id for p in atlas.directory.places if p.kind == "business"}
    comparison = _without(comparison_of(view), view, hidden)
    left = {"kind": "division", "id": str(opened.head.base_version), "title": atlas.division.title}
    right = {"kind": "plan", "id": opened.head.id, "title": opened.head.title}
    body = sheet_json(comparison, atlas, left, right)
    for name in _PERSONAL:
        body[name] = []
    body["summary"].pop("handed_over")
    body["places"] = [p for p in body["places"] if not p["undisclosed"]]
    shapes = shapes_json(view, frame)
    for side in ("before", "after"):
        shapes[side] = [_public_grid(g, view, hidden) for g in shapes[side]]
    body["shapes"] = shapes
    return _rounded(body)  # type: ignore[no-any-return]


def _without(comparison: Comparison, view: PlanView, hidden: set[PlaceId]) -> Comparison:
    by_id = view.base.atlas.directory.by_id
    pieces = []
    for piece in comparison.pieces:
        gone = [p for p in piece.places if p in hidden]
        kinds = [str(by_id[p].kind) for p in gone]
        moved = piece.moved._replace(
            buildings=piece.moved.buildings - kinds.count("building"),
            shops=piece.moved.shops - kinds.count("business"),
            units=piece.moved.units - kinds.count("resident_unit"),
        )
        places = [p for p in piece.places if p not in hidden]
        pieces.append(Piece(piece.before, piece.after, moved, piece.area_m2, places))
    return replace(comparison, pieces=pieces)


def _public_grid(row: dict[str, Any], view: PlanView, hidden: set[PlaceId]) -> dict[str, Any]:
    kept = {k: row[k] for k in _GRID_KEYS if k in row}
    grid_view = view.grids.get(row["id"])
    if grid_view is not None:
        cells = [view.state.cell_map.cells[c] for c in grid_view.cells]
        kept["buildings"] -= sum(b in hidden for c in cells for b in c.buildings)
    return kept


def _rounded(value: Any) -> Any:
    """Return JSON with every number of households rounded to ten."""
    if isinstance(value, dict):
        return {
            k: round(v, -1) if k == "households" and isinstance(v, int) else _rounded(v)
            for k, v in value.items()
        }
    return [_rounded(v) for v in value] if isinstance(value, list) else value

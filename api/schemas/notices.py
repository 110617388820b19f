"""Public notices 公示: what a plan changes, before and after, without anything of people.

No leader, no duty, no undisclosed unit; households rounded to ten.
"""

from __future__ import annotations

from typing import Any

from api.schemas.impact import shapes_json, sheet_json
from api.schemas.plans import DrawingFrame
from gis.directory import Directory
from gis.disclosure import public_name
from gis.ids import PlaceId
from gis.planning.evaluation import PlanView
from gis.workflows.plans.notices import PublicNotice

_PERSONAL = ("handovers", "duties")
_GRID_KEYS = (
    "id", "code", "proposed_code", "name", "level", "parent", "kind", "grid_class", "grid_grade",
    "households", "buildings", "area_m2", "new", "changed", "shape", "label",
)  # fmt: skip


def notice_json(notice: PublicNotice, frame: DrawingFrame) -> dict[str, Any]:
    """Return what the public may see of a plan."""
    head = notice.opened.head
    return {
        "plan": head.id,
        "title": public_name(head.title, head.id, notice.hidden_names),
        "office": notice.office,
        "notice": (head.review or {})["notice"],
        "effective_from": head.effective_from.isoformat() if head.effective_from else None,
        "synthetic": notice.opened.plan.base.atlas.synthetic,
        "diff": _public_diff(notice, frame),
    }


def _public_diff(notice: PublicNotice, frame: DrawingFrame) -> dict[str, Any]:
    head, view = notice.opened.head, notice.opened.plan.view
    atlas = view.base.atlas
    left = {"kind": "division", "id": str(head.base_version), "title": atlas.division.title}
    title = public_name(head.title, head.id, notice.hidden_names)
    right = {"kind": "plan", "id": head.id, "title": title}
    body = sheet_json(notice.comparison, atlas, left, right)
    for name in _PERSONAL:
        body[name] = []
    body["summary"].pop("handed_over")
    body["places"] = [_public_place(p, notice.directory) for p in body["places"]]
    shapes = shapes_json(view, frame)
    for side in ("before", "after"):
        shapes[side] = [_public_grid(g, view, notice.hidden) for g in shapes[side]]
    body["shapes"] = shapes
    return _readable(_rounded(body), notice.hidden_names)  # type: ignore[no-any-return]


def _public_place(row: dict[str, Any], shown: Directory) -> dict[str, Any]:
    """Return a place that moves as the public knows it: not how many live there."""
    place = shown.by_id[PlaceId(row["id"])]
    public = {"name": place.name, "address": place.address, "households": place.households}
    return {**row, **public}


def _readable(value: Any, hidden: frozenset[str]) -> Any:
    """Return JSON in which no grid's name gives an undisclosed place away."""
    if isinstance(value, dict):
        code = value.get("code") or value.get("proposed_code") or ""
        return {
            k: public_name(v, code, hidden)
            if k == "name" and isinstance(v, str)
            else _readable(v, hidden)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [_readable(v, hidden) for v in value]
    if isinstance(value, str) and any(name in value for name in hidden):
        return ""
    return value


def _public_grid(row: dict[str, Any], view: PlanView, hidden: frozenset[PlaceId]) -> dict[str, Any]:
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

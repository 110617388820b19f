"""Public notices 公示: what a plan changes, before and after, without anything of people.

No leader, no duty, no undisclosed unit; households rounded to ten.
"""

from __future__ import annotations

from typing import Any

from api.schemas.impact import shapes_json, sheet_json
from api.schemas.plans import Frame
from gis.ids import PlaceId
from gis.planning.evaluation import PlanView
from gis.workflows.plans.notices import PublicNotice

_PERSONAL = ("handovers", "duties")
_GRID_KEYS = (
    "id", "code", "proposed_code", "name", "level", "parent", "kind", "grid_class", "grid_grade",
    "households", "buildings", "area_m2", "new", "changed", "shape", "label",
)  # fmt: skip


def notice_json(notice: PublicNotice, frame: Frame) -> dict[str, Any]:
    """Return what the public may see of a plan."""
    head = notice.opened.head
    return {
        "plan": head.id,
        "title": head.title,
        "office": notice.office,
        "notice": (head.review or {})["notice"],
        "effective_from": head.effective_from.isoformat() if head.effective_from else None,
        "synthetic": notice.opened.plan.base.atlas.synthetic,
        "diff": _public_diff(notice, frame),
    }


def _public_diff(notice: PublicNotice, frame: Frame) -> dict[str, Any]:
    head, view = notice.opened.head, notice.opened.plan.view
    atlas = view.base.atlas
    left = {"kind": "division", "id": str(head.base_version), "title": atlas.division.title}
    right = {"kind": "plan", "id": head.id, "title": head.title}
    body = sheet_json(notice.comparison, atlas, left, right)
    for name in _PERSONAL:
        body[name] = []
    body["summary"].pop("handed_over")
    body["places"] = [p for p in body["places"] if not p["undisclosed"]]
    shapes = shapes_json(view, frame)
    for side in ("before", "after"):
        shapes[side] = [_public_grid(g, view, notice.hidden) for g in shapes[side]]
    body["shapes"] = shapes
    return _rounded(body)  # type: ignore[no-any-return]


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

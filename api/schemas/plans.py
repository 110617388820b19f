"""Plans as JSON: what docs/plans-api.md says, in compact form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.directory import ContextKind, PlaceKind
from gis.findings import Text
from gis.ids import GridId, PersonId
from gis.planning.cell_map import Cell
from gis.planning.diff import Impact, impact_of
from gis.planning.evaluation import GridView, LoadChange, PlanBase, PlanView, load_changes
from gis.planning.findings import ListedFinding, finding_counts, findings_of, listed
from gis.planning.lattice import SCALE, Face, Node, Ring
from gis.planning.leaders import LeaderLoad
from gis.planning.plan import Plan, Step
from gis.planning.state import PlanChange
from gis.store.plans import PlanHead
from gis.workflows.plans.import_cells import CellDoubt
from gis.workflows.plans.opened import AppliedStep, OpenPlan

_STEPS = 200


def text_json(text: Text) -> dict[str, str]:
    """Return a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def head_json(head: PlanHead, steps: int) -> dict[str, Any]:
    """Return what a list says of a plan."""
    return {
        "id": head.id,
        "title": head.title,
        "reason": head.reason,
        "state": head.state,
        "author": head.author,
        "created_at": head.created_at,
        "changed_at": head.changed_at,
        "base_version": head.base_version,
        "revision": head.revision,
        "steps": steps,
        "effective_from": head.effective_from.isoformat() if head.effective_from else None,
        "published_version": head.published_version,
        "copied_from": head.copied_from,
    }


def step_json(step: Step) -> dict[str, Any]:
    """Return a step as the list names it."""
    return {
        "number": step.number,
        "kind": step.kind,
        "text": text_json(step.text),
        "author": step.author,
        "at": step.at,
        "operation": step.operation,
    }


# --- shapes --------------------------------------------------------------------------------------


class DrawingFrame:
    """Where the whole numbers of a drawing begin."""

    def __init__(self, base: PlanBase) -> None:
        cells = base.cell_map.cells.values()
        xs = [n[0] for c in cells for n in c.face[0]] or [0]
        ys = [n[1] for c in cells for n in c.face[0]] or [0]
        self.origin: Node = (min(xs), min(ys))
        self.bbox = [v / SCALE for v in (min(xs), min(ys), max(xs), max(ys))]

    def ring(self, ring: Iterable[Node]) -> list[int]:
        """Return a line or ring as one flat list: its start, then steps."""
        x, y = self.origin
        flat: list[int] = []
        for nx, ny in ring:
            flat += (nx - x, ny - y)
            x, y = nx, ny
        return flat

    def shape(self, faces: Iterable[Face]) -> list[list[list[int]]]:
        """Return faces as polygons of flat rings."""
        return [[self.ring(r) for r in face] for face in faces]

    def point(self, node: Node) -> list[int]:
        """Return a point from the origin on."""
        return [node[0] - self.origin[0], node[1] - self.origin[1]]

    def geometry(self, geometry: BaseGeometry) -> list[list[list[int]]]:
        """Return an area in degrees as polygons of flat rings, a point as one of one vertex."""
        if geometry.geom_type == "Point":
            return [[self.ring(_nodes(geometry))]]
        return [
            [self.ring(_nodes(r)[:-1]) for r in (part.exterior, *part.interiors)]
            for part in shapely.get_parts(geometry).tolist()
        ]

    def lines(self, geometry: BaseGeometry) -> list[list[int]]:
        """Return lines in degrees as flat lists."""
        return [self.ring(_nodes(part)) for part in shapely.get_parts(geometry).tolist()]


def _nodes(geometry: BaseGeometry) -> Ring:
    xy = np.rint(shapely.get_coordinates(geometry) * SCALE).astype(np.int64)
    return tuple((x, y) for x, y in xy.tolist())


def cells_json(
    cells: Iterable[Cell], owner: Mapping[int, GridId], frame: DrawingFrame
) -> dict[str, Any]:
    """Return cells as columns."""
    cells = list(cells)
    return {
        "id": [c.id for c in cells],
        "grid": [owner.get(c.id) for c in cells],
        "shape": [frame.shape((c.face,)) for c in cells],
        "households": [c.households for c in cells],
        "buildings": [len(c.buildings) for c in cells],
        "shops": [len(c.shops) for c in cells],
        "units": [len(c.units) for c in cells],
        "area_m2": [round(c.area_m2, 1) for c in cells],
        "point": [frame.point(c.point) for c in cells],
        "places": [list(c.buildings) for c in cells],
    }


def grid_json(
    grid_view: GridView, view: PlanView, frame: DrawingFrame, *, shape: bool = True
) -> dict[str, Any]:
    """Return a grid of a plan."""
    attributes = grid_view.attributes
    leader = next(iter(view.leaders.get(attributes.id, ())), None)
    row: dict[str, Any] = {
        "id": attributes.id,
        "code": attributes.code,
        "proposed_code": view.code(attributes.id),
        "name": attributes.name,
        "level": int(attributes.level),
        "parent": attributes.parent,
        "kind": str(attributes.kind),
        "grid_class": attributes.grid_class,
        "grid_grade": attributes.grid_grade,
        "households": grid_view.households,
        "resident_population": grid_view.population,
        "buildings": grid_view.buildings,
        "shops": grid_view.shops,
        "units": grid_view.units,
        "cells": len(grid_view.cells),
        "area_m2": round(grid_view.area_m2, 1),
        "compactness": round(grid_view.compactness, 3),
        "parts": grid_view.pieces,
        "expected_parts": grid_view.allowed,
        "new": attributes.id not in view.base.state.grids,
        "changed": attributes.id in view.touched,
        "locked": attributes.id in view.state.locked,
        "leader": _person(leader, view.base) if leader else None,
        "members": [
            {"name": m.name, "kind": m.kind, "households": m.households} for m in attributes.members
        ],
    }
    if shape:
        row["shape"] = frame.shape(grid_view.faces)
        row["label"] = frame.point(grid_view.label)
    return row


def _person(person: PersonId, base: PlanBase) -> dict[str, Any]:
    found = base.atlas.roster.by_id.get(person)
    return {"person": person, "name": found.name if found else person}


def _sorted(view: PlanView) -> list[GridView]:
    return sorted(
        view.grids.values(), key=lambda s: (s.attributes.level, view.code(s.attributes.id))
    )


def drawing_json(opened: OpenPlan, frame: DrawingFrame, *, with_base: bool) -> dict[str, Any]:
    """Return everything that a map of the plan is drawn from."""
    plan, view = opened.plan, opened.plan.view
    base, state = plan.base, plan.state
    body = {
        "plan": opened.head.id,
        "revision": opened.head.revision,
        "origin": [v / SCALE for v in frame.origin],
        "bbox": frame.bbox,
        "cells": cells_json(state.cell_map.cells.values(), state.owner, frame),
        "grids": [grid_json(s, view, frame) for s in _sorted(view)],
        "locked": list(state.locked),
        **_places(base, plan, frame),
        "context": _context(base, frame),
        "synthetic": base.atlas.synthetic,
    }
    if with_base:
        body["base"] = {"grids": [grid_json(s, base.view, frame) for s in _sorted(base.view)]}
    return body


def _places(base: PlanBase, plan: Plan, frame: DrawingFrame) -> dict[str, Any]:
    by_id = base.atlas.directory.by_id
    rows: dict[str, dict[str, list[Any]]] = {
        "buildings": {
            "id": [],
            "name": [],
            "address": [],
            "households": [],
            "cell": [],
            "shape": [],
        },
        "shops": {"id": [], "name": [], "cell": [], "point": []},
        "units": {"id": [], "name": [], "cell": [], "point": []},
    }
    for cell in plan.state.cell_map.cells.values():
        for name in rows:
            for identity in getattr(cell, name):
                place, columns = by_id[identity], rows[name]
                columns["id"].append(identity)
                columns["name"].append(place.name)
                columns["cell"].append(cell.id)
                if place.kind is PlaceKind.BUILDING:
                    columns["address"].append(place.address)
                    columns["households"].append(place.households or 0)
                    columns["shape"].append(frame.geometry(place.geometry))
                else:
                    spot = shapely.point_on_surface(place.geometry)
                    columns["point"].append(frame.point(_nodes(spot)[0]))
    return rows


def _context(base: PlanBase, frame: DrawingFrame) -> list[dict[str, Any]]:
    rows = []
    for feature in base.atlas.directory.context:
        row: dict[str, Any] = {"id": feature.id, "kind": str(feature.kind), "name": feature.name}
        if feature.kind is ContextKind.RIVER and "Polygon" in feature.geometry.geom_type:
            row["shape"] = frame.geometry(feature.geometry)
        else:
            row["lines"] = frame.lines(feature.geometry)
        rows.append(row)
    return rows


# --- findings, loads, impact ----------------------------------------------------------------------


def findings_json(view: PlanView) -> list[dict[str, Any]]:
    """Return all findings of a plan."""
    return [finding_json(f) for f in listed(view, findings_of(view))]


def finding_json(row: ListedFinding) -> dict[str, Any]:
    """Return a finding: where, what, and whether it was waived."""
    finding, waiver = row.finding, row.waiver
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "text": text_json(finding.text),
        "grid": finding.grid,
        "code": row.code,
        "name": row.name,
        "place": [round(v, 7) for v in finding.place] if finding.place else None,
        "size": finding.size,
        "unit": finding.unit,
        "waivable": finding.severity == "soft",
        "waived": {"reason": waiver.reason, "by": waiver.by, "at": waiver.at} if waiver else None,
        "in_base": row.in_base,
        "touched": row.touched,
        "repairs": list(finding.repairs),
    }


def impact_json(impact: Impact) -> dict[str, Any]:
    """Return the impact in numbers."""
    return {
        "grids_changed": impact.grids_changed,
        "grids_new": impact.grids_new,
        "grids_retired": impact.grids_retired,
        "moved": impact.moved._asdict(),
        "handed_over": {"households": impact.handed_over, "leaders": impact.leaders},
        "codes_new": impact.codes_new,
        "codes_retired": impact.codes_retired,
    }


def load_json(load: LeaderLoad | None) -> dict[str, Any]:
    """Return what a person has to look after."""
    load = load or LeaderLoad()
    return {
        "households": load.households,
        "buildings": load.buildings,
        "shops": load.shops,
        "units": load.units,
        "grids": load.grids,
        "level": load.level,
    }


def load_change_json(change: LoadChange) -> dict[str, Any]:
    """Return what a leader has to look after before a plan and after it."""
    return {
        "person": change.person,
        "name": change.name,
        "before": load_json(change.before),
        "after": load_json(change.after),
    }


def doubt_json(doubt: CellDoubt) -> dict[str, Any]:
    """Return a cell that an import is not sure about."""
    return {
        "cell": doubt.cell,
        "text": text_json(doubt.text),
        "shares": [{"grid": grid, "share": round(share, 3)} for grid, share in doubt.shares],
        "place": list(doubt.place) if doubt.place else None,
    }


# --- after a step ---------------------------------------------------------------------------------


def delta_json(applied: AppliedStep, frame: DrawingFrame, ms: float) -> dict[str, Any]:
    """Return what one line of the log changed, and what follows from it."""
    before, after, moved = applied
    old, new = before.plan.view, after.plan.view
    change = moved.change
    changed = [g for g in new.grids if _differs(g, old, new)]
    step = moved.entry.step or (after.plan.steps[-1] if moved.entry.move == "redo" else None)
    people = {p for g in changed for v in (old, new) for p in v.leaders.get(g, ())}
    return {
        "plan": after.head.id,
        "revision": after.head.revision,
        "step": step_json(step) if step else None,
        "undo": len(after.plan.steps),
        "redo": len(after.plan.undone),
        "cells": [[c, b] for c, (_, b) in change.cells.items() if b is not None],
        **_cut_json(change, after, frame),
        "grids": [grid_json(new.grids[g], new, frame) for g in changed],
        "removed": [g for g in old.grids if g not in new.grids],
        "locked": list(new.state.locked),
        "findings": findings_json(new),
        "counts": finding_counts(new),
        "impact": impact_json(impact_of(new)),
        "loads": [load_change_json(c) for c in load_changes(new, sorted(people))],
        "ms": round(ms, 1),
    }


def _differs(grid: GridId, old: PlanView, new: PlanView) -> bool:
    before, after = old.grids.get(grid), new.grids[grid]
    if before is not after and before != after:
        return True
    return (
        (grid in old.state.locked) != (grid in new.state.locked)
        or old.leaders.get(grid) != new.leaders.get(grid)
        or old.code(grid) != new.code(grid)
        or (grid in old.touched) != (grid in new.touched)
    )


def _cut_json(change: PlanChange, after: OpenPlan, frame: DrawingFrame) -> dict[str, Any]:
    if not change.cut_cells:
        return {}
    cells = [after.plan.state.cell_map.cells[c] for c, (_, b) in change.cut_cells.items() if b]
    return {
        "cells_added": cells_json(cells, after.plan.state.owner, frame),
        "cells_removed": [c for c, (_, b) in change.cut_cells.items() if b is None],
    }


def unchanged_json(opened: OpenPlan) -> dict[str, Any]:
    """Return the answer to an operation that is in the plan already."""
    view = opened.plan.view
    return {
        "plan": opened.head.id,
        "revision": opened.head.revision,
        "step": None,
        "undo": len(opened.plan.steps),
        "redo": len(opened.plan.undone),
        "cells": [],
        "grids": [],
        "removed": [],
        "locked": list(view.state.locked),
        "findings": findings_json(view),
        "counts": finding_counts(view),
        "impact": impact_json(impact_of(view)),
        "loads": [load_change_json(c) for c in load_changes(view)],
        "ms": 0.0,
    }


def steps_json(plan: Plan) -> dict[str, Any]:
    """Return the last steps, and those that redo would bring back, the next first."""
    return {
        "steps_list": [step_json(s) for s in plan.steps[-_STEPS:]],
        "undone": [step_json(s) for s in reversed(plan.undone)],
    }

"""The impact sheet as JSON: what a plan changes, or how any two divisions differ."""

from __future__ import annotations

import itertools
from typing import Any

import shapely

from api.schemas.plans import DrawingFrame, grid_json, impact_json, text_json
from gis.atlas import Atlas
from gis.division import Grid
from gis.findings import Text
from gis.geometry import point_inside
from gis.ids import GridId, Level, PersonId
from gis.planning.diff import Comparison, MatrixRow, Side, changes_of, places_of
from gis.planning.evaluation import PlanView
from gis.planning.lattice import SCALE, faces_of
from gis.planning.succession import DutyChange, succession
from gis.roster import Roster, role_title


def sheet_json(comparison: Comparison, atlas: Atlas, left: Any, right: Any) -> dict[str, Any]:
    """Return the impact sheet of a comparison; ``atlas`` knows the places and people."""
    return {
        "left": left,
        "right": right,
        "data_date": atlas.division.data_date,
        "synthetic": atlas.synthetic,
        "summary": impact_json(comparison.impact),
        "matrix": {
            str(level): [row_json(r, comparison) for r in comparison.rows(level)] for level in Level
        },
        "grids": grids_json(comparison),
        "places": places_json(comparison, atlas),
        "handovers": handovers_json(comparison, atlas.roster),
        "duties": [],
        "codes": codes_json(comparison),
    }


def brief_json(side: Side, grid: GridId | None) -> dict[str, Any] | None:
    """Return how a grid is named."""
    found = side.brief(grid)
    return found._asdict() if found else None


def row_json(row: MatrixRow, comparison: Comparison) -> dict[str, Any]:
    """Return a line of the matrix."""
    return {
        "from": brief_json(comparison.left, row.before),
        "to": brief_json(comparison.right, row.after),
        **row.moved._asdict(),
        "area_m2": round(row.area_m2, 1),
        "share": round(row.share, 4),
    }


def grids_json(comparison: Comparison) -> list[dict[str, Any]]:
    """Return every grid that is new, gone or changed, and what changed about it."""
    rows = []
    for grid in sorted(comparison.changed):
        old, new = comparison.left.grids.get(grid), comparison.right.grids.get(grid)
        attributes = new or old
        assert attributes is not None
        codes = bool(old and new) and comparison.left.code(grid) != comparison.right.code(grid)
        reshaped = any(
            r.before != r.after
            for level in (attributes.level,)
            for r in comparison.rows(level)
            if grid in (r.before, r.after)
        )
        changes = changes_of(old, new, reshaped=reshaped, codes=codes)
        rows.append(
            {
                "id": grid,
                "level": int(attributes.level),
                "change": _change(changes),
                "changes": changes,
                "before": _grid_brief(comparison.left, grid),
                "after": _grid_brief(comparison.right, grid),
            }
        )
    return sorted(rows, key=lambda r: (r["level"], (r["before"] or r["after"])["code"]))


def _change(changes: list[str]) -> str:
    for name in ("new", "retired", "parent", "boundary"):
        if name in changes:
            return name
    return "renumbered" if changes == ["code"] else "attributes"


def _grid_brief(side: Side, grid: GridId) -> dict[str, Any] | None:
    attributes = side.grids.get(grid)
    if attributes is None:
        return None
    return {
        "id": grid,
        "code": side.code(grid),
        "name": attributes.name,
        "kind": str(attributes.kind),
        "parent": brief_json(side, attributes.parent),
        "grid_class": attributes.grid_class,
        "grid_grade": attributes.grid_grade,
    }


def places_json(comparison: Comparison, atlas: Atlas) -> list[dict[str, Any]]:
    """Return every building, shop and unit that changes grid on any level."""
    rows = []
    for piece in comparison.moving:
        before = comparison.left.chain(piece.before)
        after = comparison.right.chain(piece.after)
        from_ = {str(i): brief_json(comparison.left, g) for i, g in enumerate(before, start=1)}
        to = {str(i): brief_json(comparison.right, g) for i, g in enumerate(after, start=1)}
        levels = comparison.levels(piece)
        for place in places_of(atlas.directory, piece.places):
            rows.append(
                {
                    "id": place.id,
                    "kind": str(place.kind),
                    "name": place.name,
                    "address": place.address,
                    "households": place.households,
                    "from": from_,
                    "to": to,
                    "levels": levels,
                    "undisclosed": not place.disclosed,
                }
            )
    return rows


def person_json(person: PersonId | None, roster: Roster) -> dict[str, Any] | None:
    """Return who somebody is."""
    if person is None:
        return None
    found = roster.by_id.get(person)
    return {"person": person, "name": found.name if found else person}


def handovers_json(comparison: Comparison, roster: Roster) -> list[dict[str, Any]]:
    """Return who hands over to whom."""
    return [
        {
            "level": int(h.level),
            "from": person_json(h.before, roster),
            "to": person_json(h.after, roster),
            "grids": [
                {
                    "from": brief_json(comparison.left, a),
                    "to": brief_json(comparison.right, b),
                }
                for a, b in h.grids
            ],
            "households": h.moved.households,
            "buildings": h.moved.buildings,
            "shops": h.moved.shops,
            "units": h.moved.units,
        }
        for h in comparison.handovers
    ]


_REASONS = {
    "new": Text("a new grid", "新设网格"),
    "parent": Text("it went to another parent", "调整了上级"),
    "other": Text("its parent was renumbered", "上级编号变更"),
}


def codes_json(comparison: Comparison) -> dict[str, Any]:
    """Return the codes that begin, and those that end with their successors."""
    fresh, retired = comparison.codes
    new = []
    for code, grid in sorted(fresh.items()):
        old, attributes = comparison.left.grids.get(grid), comparison.right.grids[grid]
        why = "new" if old is None else "parent" if old.parent != attributes.parent else "other"
        new.append(
            {
                "code": code,
                "grid": grid,
                "name": attributes.name,
                "reason": text_json(_REASONS[why]),
            }
        )
    gone = []
    for code, grid in sorted(retired.items()):
        heirs = [(grid, 1.0)] if grid in comparison.right.grids else comparison.successors(grid)
        gone.append(
            {
                "code": code,
                "grid": grid,
                "name": comparison.left.grids[grid].name,
                "successors": [
                    {
                        "code": comparison.right.code(g),
                        "name": comparison.right.grids[g].name,
                        "share": round(share, 4),
                    }
                    for g, share in heirs
                ],
            }
        )
    return {"new": new, "retired": gone}


def duties_json(view: PlanView, comparison: Comparison, day: Any) -> list[dict[str, Any]]:
    """Return the duties that end, begin or pass on when a plan takes effect on a day."""
    numbers = itertools.count()
    roster = view.base.atlas.roster
    done = succession(view, comparison, roster, day, lambda: f"new-{next(numbers)}")
    return [_duty_json(c, comparison, roster) for c in done.changes]


def _duty_json(change: DutyChange, comparison: Comparison, roster: Roster) -> dict[str, Any]:
    level = (comparison.left.grids.get(change.grid) or comparison.right.grids[change.grid]).level
    return {
        "change": change.change,
        **(person_json(change.person, roster) or {}),
        "role": str(change.role),
        "title": text_json(role_title(change.role, level)),
        "grid": brief_json(comparison.left, change.grid)
        or brief_json(comparison.right, change.grid),
        "to": brief_json(comparison.right, change.to),
        "since": change.day.isoformat() if change.change != "ends" else None,
        "until": change.day.isoformat() if change.change != "begins" else None,
    }


# --- shapes before and after ----------------------------------------------------------------------


def shapes_json(view: PlanView, frame: DrawingFrame) -> dict[str, Any]:
    """Return the grids a plan changes and those beside them, before and after."""
    changed = {g for g in view.touched if view.grids[g].attributes.level > 1} | set(view.retired)
    cells = {c for g in changed if g in view.grids for c in view.grids[g].cells}
    around = {b for c in cells for b in view.state.cell_map.beside.get(c, ())}
    after = {view.state.owner[c] for c in around | cells if c in view.state.owner}
    before = {view.base.state.owner[c] for c in around | cells if c in view.base.state.owner}

    def rows(of: PlanView, grids: set[GridId]) -> list[dict[str, Any]]:
        wanted = (
            grids | {s.id for g in grids for s in of.state.chain(g)} | (changed & of.grids.keys())
        )
        return [grid_json(of.grids[g], of, frame) for g in of.grids if g in wanted]

    return {
        "origin": [v / SCALE for v in frame.origin],
        "before": rows(view.base.view, before),
        "after": rows(view, after),
    }


def division_shapes_json(comparison: Comparison, left: Atlas, right: Atlas) -> dict[str, Any]:
    """Return the grids that differ between two divisions and those beside, as each has them."""
    changed = frozenset(comparison.changed)

    def rows(atlas: Atlas, side: Side) -> list[dict[str, Any]]:
        shown = changed | _beside(atlas, changed)
        return [_shape_json(atlas, side, g.id) for g in atlas.division if g.id in shown]

    return {
        "origin": [0, 0],
        "before": rows(left, comparison.left),
        "after": rows(right, comparison.right),
    }


def _beside(atlas: Atlas, changed: frozenset[GridId]) -> set[GridId]:
    """Return the clusters that touch a grid that changed, and the grids they lie in."""
    division = atlas.division
    clusters = division.level(Level.BUILDING_CLUSTER)
    tree = shapely.STRtree([g.boundary for g in clusters])
    moved = [g.boundary for g in division if g.id in changed and g.level is not Level.COMMUNITY]
    found: set[GridId] = set()
    for i in {int(i) for i in tree.query(moved, predicate="intersects")[1]}:
        grid: Grid | None = clusters[i]
        while grid is not None:
            found.add(grid.id)
            grid = division.by_id[grid.parent] if grid.parent else None
    return found


def _shape_json(atlas: Atlas, side: Side, grid: GridId) -> dict[str, Any]:
    found = atlas.division.by_id[grid]
    shape = []
    for face in faces_of(found.boundary):
        rings = []
        for ring in face:
            x, y, flat = 0, 0, list[int]()
            for nx, ny in ring:
                flat += (nx - x, ny - y)
                x, y = nx, ny
            rings.append(flat)
        shape.append(rings)
    lon, lat = point_inside(found.boundary)
    row = _grid_brief(side, grid) or {}
    return {
        **row,
        "parent": found.parent,
        "level": int(found.level),
        "households": found.households,
        "shape": shape,
        "label": [round(lon * SCALE), round(lat * SCALE)],
    }

"""From a plan to the division it becomes."""

from __future__ import annotations

from dataclasses import replace

from gis.division import Division, Grid
from gis.findings import Finding
from gis.planning.evaluation import GridView, PlanView, boundary_of
from gis.planning.lattice import geometry_of
from gis.planning.topology import check_topology


def division_of(view: PlanView) -> Division:
    """Return the division that a plan becomes, with the codes as they would be issued now.

    A grid that the plan leaves alone is the very same value as before; a plan that changes
    nothing gives back the same division, hash and all.
    """
    base = view.base.atlas.division
    grids = tuple(_grid(grid_view, view) for grid_view in view.grids.values())
    head = replace(base, grids=(), version=0, effective_from=None, effective_until=None)
    return replace(head, grids=grids)


def _grid(grid_view: GridView, view: PlanView) -> Grid:
    attributes = grid_view.attributes
    old = view.base.atlas.division.by_id.get(attributes.id)
    code = view.codes[attributes.id]
    if old is not None and old.code == code and not _differs(grid_view, view, old):
        return old
    return Grid(
        id=attributes.id,
        code=code,
        level=attributes.level,
        parent=attributes.parent,
        name=attributes.name,
        kind=attributes.kind,
        boundary=boundary_of(view.base, grid_view)
        if grid_view.faces
        else geometry_of(grid_view.faces),
        code_scheme=attributes.code_scheme,
        grid_class=attributes.grid_class,
        grid_grade=attributes.grid_grade,
        households=grid_view.households
        if old is None or view.reshaped(attributes.id)
        else old.households,
        resident_population=(
            grid_view.population
            if old is None or view.reshaped(attributes.id)
            else old.resident_population
        ),
        members=attributes.members,
    )


def _differs(grid_view: GridView, view: PlanView, old: Grid) -> bool:
    before = view.base.state.grids[old.id]
    same = replace(grid_view.attributes, parts=None) == replace(before, parts=None)
    return not same or grid_view.faces != view.base.view.grids[old.id].faces


def check_whole(view: PlanView) -> list[Finding]:
    """Return every fault in how the grids of a plan lie, edge by edge, once it is assembled."""
    return check_topology(division_of(view))

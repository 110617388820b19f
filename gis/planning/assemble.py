"""From a plan to the division it becomes."""

from __future__ import annotations

from dataclasses import replace

from gis.division import Division, Grid
from gis.findings import Finding
from gis.planning.evaluation import Seen, View, boundary_of
from gis.planning.lattice import geometry_of
from gis.planning.topology import check_topology


def division_of(view: View) -> Division:
    """Return the division that a plan becomes, with the codes as they would be issued now.

    A grid that the plan leaves alone is the very same value as before; a plan that changes
    nothing gives back the same division, hash and all.
    """
    base = view.base.atlas.division
    grids = tuple(_grid(seen, view) for seen in view.grids.values())
    head = replace(base, grids=(), version=0, effective_from=None, effective_until=None)
    return replace(head, grids=grids)


def _grid(seen: Seen, view: View) -> Grid:
    sketch = seen.sketch
    old = view.base.atlas.division.by_id.get(sketch.id)
    code = view.codes[sketch.id]
    if old is not None and old.code == code and not _differs(seen, view, old):
        return old
    return Grid(
        id=sketch.id,
        code=code,
        level=sketch.level,
        parent=sketch.parent,
        name=sketch.name,
        kind=sketch.kind,
        boundary=boundary_of(view.base, seen) if seen.faces else geometry_of(seen.faces),
        code_scheme=sketch.code_scheme,
        grid_class=sketch.grid_class,
        grid_grade=sketch.grid_grade,
        households=seen.households if old is None or view.reshaped(sketch.id) else old.households,
        resident_population=(
            seen.population if old is None or view.reshaped(sketch.id) else old.resident_population
        ),
        members=sketch.members,
    )


def _differs(seen: Seen, view: View, old: Grid) -> bool:
    before = view.base.state.grids[old.id]
    same = replace(seen.sketch, parts=None) == replace(before, parts=None)
    return not same or seen.faces != view.base.view.grids[old.id].faces


def check_whole(view: View) -> list[Finding]:
    """Return every fault in how the grids of a plan lie, edge by edge, once it is assembled."""
    return check_topology(division_of(view))

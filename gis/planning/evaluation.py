"""A plan as people see it: every grid with its ground and figures, codes, leaders and loads.

:func:`view_of` looks at a whole state; :func:`view_after` at what one change touched, and takes
the rest from the view before. Both give the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import shapely

from gis.atlas import Atlas
from gis.division import Grid
from gis.errors import Conflict
from gis.geometry import LonLat, metres_of_degree
from gis.ids import GridId, Level, PersonId
from gis.planning.cell_map import CellMap
from gis.planning.codes import CodeBook, codes_of
from gis.planning.lattice import SCALE, Face, Node, components, faces_of, geometry_of, settled
from gis.planning.leaders import LeaderLoad, leaders_after, leaders_before, loads_of
from gis.planning.state import GridAttributes, PlanChange, PlanState, begin
from gis.rules import OfficeRules


@dataclass(frozen=True, slots=True)
class GridView:
    """A grid of a plan with its ground: ``faces`` on the lattice, ``label`` a point inside.

    ``compactness`` is 4 pi area / perimeter squared: 1 for a circle. ``pieces`` is in how many
    it lies, ``allowed`` in how many it may.
    """

    attributes: GridAttributes
    cells: frozenset[int]
    faces: tuple[Face, ...]
    label: Node
    area_m2: float
    compactness: float
    pieces: int
    allowed: int
    households: int
    population: int
    buildings: int
    shops: int
    units: int
    children: tuple[GridId, ...] = ()

    @property
    def place(self) -> LonLat:
        """The label's point in WGS84 degrees."""
        return self.label[0] / SCALE, self.label[1] / SCALE


@dataclass(frozen=True, eq=False)
class PlanBase:
    """What a plan was begun from, and the numbers of the office's rules.

    ``atlas`` holds the division, the places and the people; a plan that starts from nothing
    has a division without grids.
    """

    atlas: Atlas
    cell_map: CellMap
    book: CodeBook
    rules: OfficeRules = field(default_factory=OfficeRules)

    @cached_property
    def state(self) -> PlanState:
        """The plan before its first step."""
        return begin(self.cell_map, self.atlas.division)

    @cached_property
    def view(self) -> PlanView:
        """What one sees before the first step."""
        return view_of(self, self.state)

    @cached_property
    def leaders(self) -> dict[GridId, tuple[PersonId, ...]]:
        """Who leads each grid before the plan."""
        return leaders_before(self.atlas.division, self.atlas.roster, self.atlas.as_of)

    @cached_property
    def cells(self) -> dict[GridId, frozenset[int]]:
        """The cells of every grid before the plan, on all levels."""
        return {g: self.state.cells(g) for g in self.state.grids}

    @cached_property
    def pieces(self) -> dict[GridId, int]:
        """In how many pieces each grid lay before the plan."""
        beside = self.cell_map.beside
        return {
            g: max(1, len(components(cells, lambda c: beside[c])))
            for g, cells in self.cells.items()
        }


@dataclass(frozen=True, eq=False)
class PlanView:
    """Every grid of a state as it is seen, and what follows from them.

    What the rules find in it: :func:`gis.planning.findings.findings_of`.
    """

    base: PlanBase
    state: PlanState
    grids: Mapping[GridId, GridView]

    @cached_property
    def touched(self) -> frozenset[GridId]:
        """The grids that are not as in the base, new ones included."""
        before = self.base.state.grids
        return frozenset(
            g
            for g, grid_view in self.grids.items()
            if before.get(g) != grid_view.attributes or self.reshaped(g)
        )

    def reshaped(self, grid: GridId) -> bool:
        """Tell whether a grid has other ground than in the base, or was not there."""
        old = self.base.view.grids.get(grid)
        new = self.grids[grid]
        return old is None or (old.cells != new.cells and old.faces != new.faces)

    @cached_property
    def retired(self) -> tuple[GridId, ...]:
        """The grids of the base that are no more."""
        return tuple(g for g in self.base.state.grids if g not in self.state.grids)

    @cached_property
    def codes(self) -> dict[GridId, str]:
        """The code of every grid, new ones as they would be issued now."""
        return codes_of(
            self.state, self.base.state.grids, self.base.book, lambda g: self.grids[g].label
        )

    def code(self, grid: GridId) -> str:
        """Return the code that a grid has or would be given; "" when numbers have run out."""
        try:
            return self.codes.get(grid, "")
        except Conflict:
            return self.state.grids[grid].code or ""

    def predecessor(self, grid: GridId) -> GridId | None:
        """Return the grid of the base, of its level, that a grid has most of its ground from."""
        grid_view = self.grids[grid]
        weights: dict[GridId, tuple[int, float]] = {}
        for number in grid_view.cells:
            cell = self.state.cell_map.cells[number]
            old = self._base_grid(cell.grid, grid_view.attributes.level)
            if old is not None:
                households, area = weights.get(old, (0, 0.0))
                weights[old] = (households + cell.households, area + cell.area_m2)
        return max(weights, key=lambda g: (*weights[g], g)) if weights else None

    def _base_grid(self, grid: GridId | None, level: Level) -> GridId | None:
        by_id = self.base.atlas.division.by_id
        while grid is not None and by_id[grid].level > level:
            grid = by_id[grid].parent
        return grid

    @cached_property
    def leaders(self) -> dict[GridId, tuple[PersonId, ...]]:
        """Who leads each grid once the plan is in force."""
        return leaders_after(self.state, self.base.leaders, self.predecessor)

    @cached_property
    def loads(self) -> dict[PersonId, LeaderLoad]:
        """What each leader has to look after once the plan is in force."""
        grids = self.grids

        def holds(grid: GridId) -> tuple[int, int, int, int]:
            grid_view = grids[grid]
            return grid_view.households, grid_view.buildings, grid_view.shops, grid_view.units

        return loads_of(
            self.leaders,
            lambda g: grids[g].attributes.level,
            lambda g: grids[g].attributes.parent if g in grids else None,
            holds,
        )


@dataclass(frozen=True, slots=True)
class LoadChange:
    """What a leader has to look after before a plan and after it."""

    person: PersonId
    name: str
    before: LeaderLoad
    after: LeaderLoad


def load_changes(view: PlanView, also: Iterable[PersonId] = ()) -> tuple[LoadChange, ...]:
    """Return everybody whose load changes, and ``also``; who gains or loses most comes first."""
    before, after = view.base.view.loads, view.loads
    people = [p for p in {**before, **after} if before.get(p) != after.get(p)]
    people += [p for p in dict.fromkeys(also) if p not in people]
    named = view.base.atlas.roster.by_id
    none = LeaderLoad()
    rows = [
        LoadChange(p, named[p].name if p in named else p, before.get(p, none), after.get(p, none))
        for p in people
    ]
    return tuple(sorted(rows, key=lambda r: -abs(r.after.households - r.before.households)))


def view_of(base: PlanBase, state: PlanState) -> PlanView:
    """Return what one sees of a state, looked at from scratch."""
    grids: dict[GridId, GridView] = {}
    for level in reversed(Level):
        for attributes in state.of_level(level):
            grids[attributes.id] = _seen(base, state, attributes, grids)
    return PlanView(base, state, {g: grids[g] for g in state.grids})


def view_after(view: PlanView, state: PlanState, change: PlanChange) -> PlanView:
    """Return what one sees after a change, of a state that it led to."""
    dirty = _dirty(view.state, state, change)
    grids: dict[GridId, GridView] = {}
    fresh: dict[GridId, GridView] = dict(view.grids)
    for level in reversed(Level):
        for attributes in state.of_level(level):
            old = view.grids.get(attributes.id)
            if old is not None and attributes.id not in dirty and old.attributes is attributes:
                grids[attributes.id] = old
            else:
                fresh[attributes.id] = _seen(view.base, state, attributes, fresh, old)
                grids[attributes.id] = fresh[attributes.id]
    return PlanView(view.base, state, {g: grids[g] for g in state.grids})


def _dirty(before: PlanState, after: PlanState, change: PlanChange) -> set[GridId]:
    """Return the grids whose ground or figures a change may have touched, on all levels."""
    cells = {*change.cells, *change.cut_cells}
    owners: set[GridId] = {g for pair in change.cells.values() for g in pair if g is not None}
    for state in (before, after):
        nodes = {n for c in cells for n in state.cell_map.nodes_of.get(c, ())}
        around = {c for n in nodes for c in state.cell_map.cells_at.get(n, ())}
        owners.update(state.owner[c] for c in (*around, *cells) if c in state.owner)
    owners.update(change.grids)
    found = set(owners)
    for state in (before, after):
        for grid in owners:
            found.update(s.id for s in state.chain(grid))
    return found


def _seen(
    base: PlanBase,
    state: PlanState,
    attributes: GridAttributes,
    below: Mapping[GridId, GridView],
    old: GridView | None = None,
) -> GridView:
    children = () if attributes.level is Level.BUILDING_CLUSTER else state.children(attributes.id)
    if attributes.level is Level.BUILDING_CLUSTER:
        cells = state.cells_of.get(attributes.id, frozenset())
    else:
        cells = frozenset().union(*(below[c].cells for c in children))
    faces = _faces(base, state, attributes.id, cells)
    if old is not None and old.faces == faces and old.cells == cells:
        area, compact, label, pieces = old.area_m2, old.compactness, old.label, old.pieces
    else:
        # The exact sum: whichever way a plan came here, it is the same number.
        area = math.fsum(state.cell_map.cells[c].area_m2 for c in cells)
        compact = _compactness(faces, area)
        label = _label(faces)
        beside = state.cell_map.beside
        pieces = len(components(cells, lambda c: beside[c]))
    held = [state.cell_map.cells[c] for c in cells]
    households, population = _numbers(base, attributes, cells, children, below, state)
    return GridView(
        attributes,
        cells,
        faces,
        label,
        area,
        compact,
        pieces,
        attributes.parts or (base.pieces.get(attributes.id, 1)),
        households,
        population,
        sum(len(c.buildings) for c in held),
        sum(len(c.shops) for c in held),
        sum(len(c.units) for c in held),
        children,
    )


def _numbers(
    base: PlanBase,
    attributes: GridAttributes,
    cells: frozenset[int],
    children: Iterable[GridId],
    below: Mapping[GridId, GridView],
    state: PlanState,
) -> tuple[int, int]:
    grid = base.atlas.division.by_id.get(attributes.id)
    if grid is not None and cells == base.cells[attributes.id]:
        held = [state.cell_map.cells[c] for c in cells]
        return (
            sum(c.households for c in held) if grid.households is None else grid.households,
            sum(c.population for c in held)
            if grid.resident_population is None
            else grid.resident_population,
        )
    if attributes.level is Level.BUILDING_CLUSTER:
        held = [state.cell_map.cells[c] for c in cells]
        return sum(c.households for c in held), sum(c.population for c in held)
    own = [below[c] for c in children]
    return sum(c.households for c in own), sum(c.population for c in own)


def _faces(
    base: PlanBase, state: PlanState, grid: GridId, cells: frozenset[int]
) -> tuple[Face, ...]:
    """Return the ground of a grid: as the base has it where nothing on it changed."""
    stored = base.atlas.division.by_id.get(grid)
    if stored is None:
        return tuple(state.cell_map.dissolve(cells, state.owner))
    before = tuple(faces_of(stored.boundary))
    if is_as_before(base, state, grid, cells):
        return before
    faces = tuple(state.cell_map.dissolve(cells, state.owner))
    # A cut that moved nothing leaves the boundary as it is, to the last byte.
    return before if faces == settled(before) else faces


def is_as_before(base: PlanBase, state: PlanState, grid: GridId, cells: frozenset[int]) -> bool:
    """Tell whether a grid has the very boundary it had in the base, to the last byte."""
    cell_map = state.cell_map
    if cells != base.cells[grid]:
        return False
    for cell in cells if cell_map.put_in else ():
        for node in cell_map.nodes_of.get(cell, ()):
            around = cell_map.cells_at[node]
            if any(c not in cells for c in around) and cell_map.is_bend(node, state.owner):
                return False
            if len(around) < len(cell_map.spokes(node)) and cell_map.is_bend(node, state.owner):
                return False
    return True


def boundary_of(base: PlanBase, grid_view: GridView) -> shapely.Geometry:
    """Return the boundary of a grid: the base's own where nothing on it changed."""
    stored: Grid | None = base.atlas.division.by_id.get(grid_view.attributes.id)
    if stored is not None and grid_view.faces == tuple(faces_of(stored.boundary)):
        return stored.boundary
    return geometry_of(grid_view.faces)


def _compactness(faces: Iterable[Face], area_m2: float) -> float:
    lengths = []
    for face in faces:
        for ring in face:
            east, north = (m / SCALE for m in metres_of_degree(ring[0][1] / SCALE))
            x0, y0 = ring[-1]
            for x1, y1 in ring:
                lengths.append(math.hypot((x1 - x0) * east, (y1 - y0) * north))
                x0, y0 = x1, y1
    perimeter = math.fsum(lengths)
    return min(1.0, 4 * math.pi * area_m2 / perimeter**2) if perimeter else 0.0


def _label(faces: tuple[Face, ...]) -> Node:
    if not faces:
        return (0, 0)
    point = shapely.point_on_surface(geometry_of(faces))
    return round(point.x * SCALE), round(point.y * SCALE)

"""The ground a plan is made on: frozen cells, what stands on each, and which lie side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.directory import Place, PlaceKind
from gis.division import Grid
from gis.geometry import LonLat, area_m2
from gis.ids import GridId, Level, PlaceId
from gis.lookup.cellindex import CellIndex
from gis.planning.cells import stitch, tessellate
from gis.planning.lattice import (
    SCALE,
    Edge,
    Face,
    Node,
    edges_of,
    faces_from,
    faces_of,
    geometry_of,
    outline,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A patch of ground that is never divided unless somebody cuts it.

    ``grid`` is the level-3 grid it lay in when the plan was begun, None where there was none.
    ``households`` and ``population`` are its share of that grid's, so that they add up to it.
    ``point`` lies inside it.
    """

    id: int
    grid: GridId | None
    face: Face
    point: Node
    area_m2: float
    buildings: tuple[PlaceId, ...] = ()
    shops: tuple[PlaceId, ...] = ()
    units: tuple[PlaceId, ...] = ()
    households: int = 0
    population: int = 0

    @property
    def lon_lat(self) -> LonLat:
        """The point inside it in WGS84 degrees."""
        return self.point[0] / SCALE, self.point[1] / SCALE


@dataclass(frozen=True)
class CellMap:
    """The cells of a plan by number.

    ``put_in`` names for each node that cells brought into an edge the ends of that edge.
    ``cut_buildings`` are the buildings that a base boundary goes through.
    """

    cells: Mapping[int, Cell]
    put_in: Mapping[Node, Edge] = field(default_factory=dict)
    cut_buildings: tuple[PlaceId, ...] = ()

    @cached_property
    def at_edge(self) -> dict[Edge, int]:
        """The cell to the left of every directed edge."""
        return {e: c.id for c in self.cells.values() for e in edges_of(c.face)}

    @cached_property
    def beside(self) -> dict[int, tuple[int, ...]]:
        """The cells that share an edge with a cell."""
        at_edge = self.at_edge
        found: dict[int, dict[int, None]] = {c: {} for c in self.cells}
        for (start, end), cell in at_edge.items():
            other = at_edge.get((end, start))
            if other is not None and other != cell:
                found[cell][other] = None
        return {c: tuple(others) for c, others in found.items()}

    @cached_property
    def _spokes(self) -> dict[Node, set[Node]]:
        spokes: dict[Node, set[Node]] = {n: set() for n in self.put_in}
        if spokes:
            for start, end in self.at_edge:
                if start in spokes:
                    spokes[start].add(end)
                if end in spokes:
                    spokes[end].add(start)
        return spokes

    @cached_property
    def nodes_of(self) -> dict[int, tuple[Node, ...]]:
        """The nodes brought in that stand on each cell; cells without any are left out."""
        found: dict[int, list[Node]] = defaultdict(list)
        for node, ends in self._spokes.items():
            for end in ends:
                for edge in ((node, end), (end, node)):
                    cell = self.at_edge.get(edge)
                    if cell is not None and node not in found[cell]:
                        found[cell].append(node)
        return {cell: tuple(nodes) for cell, nodes in found.items()}

    @cached_property
    def cells_at(self) -> dict[Node, tuple[int, ...]]:
        """The cells around each node that was brought in."""
        found: dict[Node, list[int]] = defaultdict(list)
        for cell, nodes in self.nodes_of.items():
            for node in nodes:
                found[node].append(cell)
        return {node: tuple(cells) for node, cells in found.items()}

    def spokes(self, node: Node) -> set[Node]:
        """Return the nodes that edges lead to from a node that was brought in."""
        return self._spokes[node]

    def is_bend(self, node: Node, owner: Mapping[int, GridId]) -> bool:
        """Tell whether a boundary forks or turns at a node that was brought into an edge."""
        pair = self.put_in[node]
        drawn = []
        for end in self._spokes[node]:
            left, right = self.at_edge.get((node, end)), self.at_edge.get((end, node))
            one = owner.get(left) if left is not None else None
            other = owner.get(right) if right is not None else None
            if one != other:
                drawn.append(end)
        return not all(end in pair or self.put_in.get(end) == pair for end in drawn)

    def dissolve(self, cells: Iterable[int], owner: Mapping[int, GridId]) -> list[Face]:
        """Return the ground of some cells as faces, without nodes where no boundary bends."""
        rings = outline(self.cells[c].face for c in cells)
        if self.put_in:
            rings = [
                tuple(n for n in r if n not in self.put_in or self.is_bend(n, owner)) for r in rings
            ]
        return faces_from(rings)

    def touching(self, shape: BaseGeometry) -> list[int]:
        """Return the cells that a line or an area in degrees touches, by number."""
        numbers, tree = self._tree
        found = tree.query(shape, predicate="intersects")
        return sorted(numbers[i] for i in found.tolist())

    @cached_property
    def _tree(self) -> tuple[list[int], shapely.STRtree]:
        numbers = list(self.cells)
        return numbers, shapely.STRtree([geometry_of((self.cells[c].face,)) for c in numbers])


# --- from an atlas -------------------------------------------------------------------------------


def cell_map_of(atlas: Atlas, kept: Mapping[GridId, Sequence[Cell]] | None = None) -> CellMap:
    """Return the cells of an atlas, numbered grid by grid in the order of their codes.

    Parameters
    ----------
    atlas
        Its division, places and people.
    kept
        Cells of grids that are to be as they are, cuts and all: their ground has not changed.
    """
    kept = kept or {}
    grids = atlas.division.level(Level.BUILDING_CLUSTER)
    buildings = _buildings_by_grid(atlas)
    originals = [faces_of(g.boundary) for g in grids]
    faces: list[list[Face]] = []
    holds: list[list[tuple[PlaceId, ...]]] = []
    for grid, original in zip(grids, originals, strict=True):
        if grid.id in kept:
            faces.append([c.face for c in kept[grid.id]])
            holds.append([c.buildings for c in kept[grid.id]])
            continue
        own = buildings.get(grid.id, [])
        patches = [tessellate(f, [b.geometry for b in own]) for f in original]
        faces.append([face for p in patches for face in p.faces])
        taken: set[int] = set()
        rows = []
        for row in (r for p in patches for r in p.buildings):
            rows.append(tuple(own[i].id for i in row if i not in taken))
            taken.update(row)
        holds.append(rows)
    faces, put_in = stitch(faces, originals)
    return _cell_map(atlas, grids, faces, holds, put_in)


def _buildings_by_grid(atlas: Atlas) -> dict[GridId, list[Place]]:
    lists: dict[GridId, list[Place]] = defaultdict(list)
    for place in atlas.directory.of_kind(PlaceKind.BUILDING):
        if (grid := atlas.grid_of[place.id]) is not None:
            lists[grid].append(place)
    return lists


def _cell_map(
    atlas: Atlas,
    grids: Sequence[Grid],
    faces: Sequence[Sequence[Face]],
    holds: Sequence[Sequence[tuple[PlaceId, ...]]],
    put_in: Mapping[Node, Edge],
) -> CellMap:
    flat = [f for own in faces for f in own]
    shapes = np.array([geometry_of((f,)) for f in flat], dtype=object)
    areas = area_m2(shapes).tolist()
    points = _points(shapes)
    standing = _standing(atlas, shapes)
    by_id = atlas.directory.by_id
    cells: dict[int, Cell] = {}
    for grid, own, held in zip(grids, faces, holds, strict=True):
        start = len(cells)
        numbers = range(start, start + len(own))
        weights = [sum(by_id[b].households or 0 for b in row) for row in held]
        households = shares(grid.households, weights, areas[start : start + len(own)])
        people = shares(grid.resident_population, households, areas[start : start + len(own)])
        for n, face, row, h, p in zip(numbers, own, held, households, people, strict=True):
            cells[n] = Cell(
                n,
                grid.id,
                face,
                points[n],
                areas[n],
                buildings=row,
                shops=tuple(standing[PlaceKind.BUSINESS].get(n, ())),
                units=tuple(standing[PlaceKind.RESIDENT_UNIT].get(n, ())),
                households=h,
                population=p,
            )
    return CellMap(cells, put_in, _cut_by_base(atlas))


def _points(shapes: Any) -> list[Node]:
    xy = np.rint(shapely.get_coordinates(shapely.point_on_surface(shapes)) * SCALE)
    return [(x, y) for x, y in xy.astype(np.int64).tolist()]


def _standing(atlas: Atlas, shapes: Any) -> dict[PlaceKind, dict[int, list[PlaceId]]]:
    """Return the businesses and resident units on each cell, by the tie rule of all lookups."""
    found: dict[PlaceKind, dict[int, list[PlaceId]]] = {k: defaultdict(list) for k in PlaceKind}
    places = [p for p in atlas.directory.places if p.kind is not PlaceKind.BUILDING]
    if not places:
        return found
    points = shapely.point_on_surface(np.array([p.geometry for p in places], dtype=object))
    rows = CellIndex(shapes).query(shapely.get_coordinates(points))
    for place, row in zip(places, rows.tolist(), strict=True):
        if row >= 0:
            found[place.kind][row].append(place.id)
    return found


def shares(whole: int | None, weights: Sequence[int], areas: Sequence[float]) -> list[int]:
    """Return whole shares that add up to a number: by weight, by area where nothing weighs.

    A number that is not known is what the weights add up to.

    >>> shares(10, [2, 2, 1], [1, 1, 1])
    [4, 4, 2]
    """
    if whole is None or whole == sum(weights):
        return list(weights)
    parts: Sequence[float] = weights if sum(weights) else areas
    exact = [whole * p / sum(parts) for p in parts]
    shares = [int(e) for e in exact]
    order = sorted(range(len(parts)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: whole - sum(shares)]:
        shares[i] += 1
    return shares


def _cut_by_base(atlas: Atlas) -> tuple[PlaceId, ...]:
    """Return the buildings that a boundary of the division goes through."""
    footprints = [
        p
        for p in atlas.directory.of_kind(PlaceKind.BUILDING)
        if p.geometry.geom_type != "Point" and atlas.grid_of[p.id] is not None
    ]
    if not footprints:
        return ()
    by_id = atlas.division.by_id
    own = np.array([by_id[_grid(atlas, p)].boundary for p in footprints], dtype=object)
    shapes = np.array([p.geometry for p in footprints], dtype=object)
    whole = shapely.covers(own, shapes)
    return tuple(p.id for p, inside in zip(footprints, whole.tolist(), strict=True) if not inside)


def _grid(atlas: Atlas, place: Place) -> GridId:
    found = atlas.grid_of[place.id]
    assert found is not None
    return found

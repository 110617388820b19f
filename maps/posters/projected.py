"""An atlas as it is drawn on paper: everything in metres, made once and then looked at in part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.directory import ContextKind, Place, PlaceKind
from gis.division import Grid
from gis.geometry import MetricFrame, area_m2
from gis.ids import GridId, Level
from maps.labels import label_centres
from maps.mesh import arc_levels, grid_above, neighbour_colours
from maps.palette import colouring
from maps.topology import UNITS, coverage_arcs

Sign = Literal["business", "resident_unit", "school", "medical"]
Bounds = tuple[float, float, float, float]
_MEDICAL = re.compile("hospital|clinic|medical|health|医|卫生")
_SCHOOL = re.compile("school|kindergarten|college|education|学校|小学|中学|幼儿园|教育")


def sign_of(place: Place) -> Sign:
    """Return the sign of a business or resident unit: the same as on the page."""
    if place.kind is PlaceKind.BUSINESS:
        return "business"
    about = place.category or ""
    if _SCHOOL.search(about):
        return "school"
    return "medical" if _MEDICAL.search(about) else "resident_unit"


@dataclass(frozen=True)
class Lot:
    """A place on paper: what it is, its ground in metres, and the level-3 grid it lies on."""

    place: Place
    ground: BaseGeometry
    grid: GridId | None


class ProjectedAtlas:
    """The grids, places, river and roads of an atlas in metres of its own frame."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.division = atlas.division
        self.grids = tuple(atlas.division)
        self.row = {g.id: i for i, g in enumerate(self.grids)}
        self.frame = MetricFrame.of([g.boundary for g in self.grids])
        self.polygons = self._metres([g.boundary for g in self.grids])

    def polygon(self, grid: Grid) -> BaseGeometry:
        """Return the ground of a grid."""
        found: BaseGeometry = self.polygons[self.row[grid.id]]
        return found

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east, north of all grids."""
        if not self.grids:
            return (0.0, 0.0, 1000.0, 1000.0)
        west, south, east, north = shapely.total_bounds(self.polygons).tolist()
        return (west, south, east, north)

    @cached_property
    def area_km2(self) -> float:
        """The area of all level-3 grids."""
        clusters = self.division.level(Level.BUILDING_CLUSTER)
        return float(area_m2(np.array([g.boundary for g in clusters], dtype=object)).sum()) / 1e6

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """The middle of the widest part of every grid, shape (n, 2)."""
        degrees, _ = label_centres([g.boundary for g in self.grids])
        if not len(degrees):
            return np.empty((0, 2))
        found: NDArray[np.float64] = shapely.get_coordinates(
            self.frame.to_metres(shapely.points(degrees))
        )
        return found

    # --- boundaries -----------------------------------------------------------------------------

    @cached_property
    def _mesh(self) -> tuple[Any, NDArray[np.int64], dict[GridId, int], list[set[GridId]]]:
        clusters = self.division.level(Level.BUILDING_CLUSTER)
        arcs = coverage_arcs([g.boundary for g in clusters])
        lines = [shapely.LineString(np.array(line) / UNITS) for line in arcs.lines]
        levels = np.array(arc_levels(self.division, clusters, arcs), dtype=np.int64)
        colours = {
            **neighbour_colours(self.division, arcs, 1),
            **neighbour_colours(self.division, arcs, 2),
            **_cluster_colours(clusters, arcs.owners),
        }
        inside = [self._within(clusters, owners) for owners in arcs.owners]
        return self._metres(lines), levels, colours, inside

    def _within(self, clusters: Sequence[Grid], owners: Sequence[int]) -> set[GridId]:
        """Return the grids of all levels that have a boundary wholly inside them."""
        chains = [{g.id for g in self.division.chain(clusters[i].id)} for i in owners]
        return set.intersection(*chains) if len(chains) > 1 else set()

    @cached_property
    def _line_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._mesh[0])

    def lines_in(self, bounds: Bounds, level: int) -> list[BaseGeometry]:
        """Return the boundaries that part grids of a level (0: the edge of all) in some bounds."""
        hits = np.sort(self._line_tree.query(shapely.box(*bounds)))
        lines, levels, _, _ = self._mesh
        return [lines[i] for i in hits if levels[i] == level]

    def lines_inside(self, grid: Grid, level: int) -> list[BaseGeometry]:
        """Return the boundaries that part grids of a level within a grid."""
        lines, levels, _, inside = self._mesh
        hits = np.sort(self._line_tree.query(self.polygon(grid)))
        return [lines[i] for i in hits if levels[i] == level and grid.id in inside[i]]

    def colour(self, grid: Grid) -> int:
        """Return a number that differs from that of every neighbour of the same level."""
        return self._mesh[2].get(grid.id, 0)

    def community_colour(self, grid: Grid) -> int:
        """Return the number of the community a grid lies in."""
        above = grid_above(self.division, grid, Level.COMMUNITY)
        return self._mesh[2].get(above, 0) if above else 0

    # --- what lies in some bounds ---------------------------------------------------------------

    @cached_property
    def _grid_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    def grids_in(self, bounds: Bounds, level: int) -> list[Grid]:
        """Return the grids of a level that some bounds touch, by code."""
        hits = np.sort(self._grid_tree.query(shapely.box(*bounds), predicate="intersects"))
        return [self.grids[i] for i in hits if self.grids[i].level == level]

    @cached_property
    def lots(self) -> tuple[Lot, ...]:
        """Every place."""
        places = self.atlas.directory.places
        grounds = self._metres([p.geometry for p in places])
        grid_of = self.atlas.grid_of
        return tuple(Lot(p, g, grid_of.get(p.id)) for p, g in zip(places, grounds, strict=True))

    @cached_property
    def _lot_tree(self) -> shapely.STRtree:
        return shapely.STRtree([lot.ground for lot in self.lots])

    def lots_in(self, bounds: Bounds) -> list[Lot]:
        """Return the places in some bounds, by id."""
        return [self.lots[i] for i in np.sort(self._lot_tree.query(shapely.box(*bounds)))]

    @cached_property
    def rivers(self) -> list[tuple[str, BaseGeometry]]:
        """Name and ground of each river."""
        return self._context(ContextKind.RIVER)

    @cached_property
    def roads(self) -> list[tuple[str, BaseGeometry]]:
        """Name and line of each road."""
        return [(n, shapely.line_merge(g)) for n, g in self._context(ContextKind.ROAD)]

    def _context(self, kind: ContextKind) -> list[tuple[str, BaseGeometry]]:
        features = [f for f in self.atlas.directory.context if f.kind is kind]
        grounds = self._metres([f.geometry for f in features])
        return [(f.name, g) for f, g in zip(features, grounds, strict=True)]

    def _metres(self, geometries: Sequence[BaseGeometry]) -> NDArray[np.object_]:
        array = np.empty(len(geometries), dtype=object)
        array[:] = geometries
        found: NDArray[np.object_] = self.frame.to_metres(array) if len(array) else array
        return found


def _cluster_colours(
    clusters: Sequence[Grid], owners: Sequence[tuple[int, ...]]
) -> dict[GridId, int]:
    """Return colours within each compound: a board tints the grids of one."""
    families: dict[GridId | None, dict[GridId, set[GridId]]] = {}
    for cluster in clusters:
        families.setdefault(cluster.parent, {})[cluster.id] = set()
    for pair in owners:
        if len(pair) == 2 and clusters[pair[0]].parent == clusters[pair[1]].parent:
            one, other = clusters[pair[0]], clusters[pair[1]]
            families[one.parent][one.id].add(other.id)
            families[one.parent][other.id].add(one.id)
    found: dict[GridId, int] = {}
    for beside in families.values():
        found.update(colouring({g: sorted(near) for g, near in beside.items()}))
    return found

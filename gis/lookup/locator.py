"""Which grids a point lies in, how near the border it is, and which grids are close by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.division import Division, Grid
from gis.geometry import MetricFrame, apart_m, check_lon_lat
from gis.ids import Level
from gis.lookup._near_edges import NearEdges
from gis.lookup.cellindex import CellIndex

DEFAULT_TOLERANCE_M = 15.0
_MARGIN_M = 0.001
_TIE_M = 1e-6
_FAR_M = 100_000.0
"""Farther away, a distance is told on the ellipsoid: no plane is true so far out."""
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Near:
    """A level-3 grid close to a point, and its distance in metres."""

    grid: Grid
    distance_m: float


@dataclass(frozen=True, slots=True)
class Location:
    """Where a WGS84 point lies in a division.

    ``grids`` are the three levels, level 1 first, or () outside. ``distance_to_boundary_m`` is
    measured to the level-3 boundary, None outside. ``near`` are the other level-3 grids within
    the tolerance, nearest first. ``nearest`` is the closest level-3 grid when outside.
    """

    lon: float
    lat: float
    grids: tuple[Grid, ...]
    distance_to_boundary_m: float | None
    near: tuple[Near, ...]
    nearest: Near | None = None


class Locator:
    """Answers points with the three levels of a division.

    A point on a shared boundary belongs to the level-3 grid with the lowest code; levels 2 and 1
    are its parents, and the other grids stand in ``near`` with distance 0.

    Parameters
    ----------
    division
        Whose level-3 grids tile the ground.
    """

    def __init__(self, division: Division) -> None:
        self.division = division
        self.grids = division.level(Level.BUILDING_CLUSTER)
        self._chains = [division.chain(g.id) for g in self.grids]
        self._index = CellIndex([g.boundary for g in self.grids])
        self._frame = MetricFrame.of([g.boundary for g in self.grids])

    @cached_property
    def _metric(self) -> tuple[Any, shapely.STRtree]:
        grounds = self._frame.to_metres(np.array([g.boundary for g in self.grids], dtype=object))
        return grounds, shapely.STRtree(grounds)

    @cached_property
    def _edges(self) -> Any:
        return shapely.boundary(self._metric[0])

    def locate(
        self, lon: float, lat: float, *, tolerance_m: float = DEFAULT_TOLERANCE_M
    ) -> Location:
        """Return where a point lies.

        Parameters
        ----------
        lon, lat
            WGS84, degrees.
        tolerance_m
            How far away a grid may be to stand in ``near``.

        Raises
        ------
        InvalidInput
            A coordinate that is not finite or out of range.
        """
        check_lon_lat(lon, lat)
        found = self._index.query_one(lon, lat)
        x, y = self._frame.project(float(lon), lat)
        metres = None
        if self._index.is_coverage:
            metres = self._near_edges.distances_m(x, y, tolerance_m)
        if metres is None:
            return self._locate_slowly((lon, lat), shapely.Point(x, y), found, tolerance_m)
        near = self._sorted_near([(i, d) for i, d in metres.items() if d <= tolerance_m], found)
        nearest = None
        if found < 0:
            closest_m = min(metres.values()) + _TIE_M
            i = min(i for i, d in metres.items() if d <= closest_m)
            nearest = Near(self.grids[i], round(metres[i], 1))
        return self._location((lon, lat), found, metres.get(found, math.nan), near, nearest)

    def _locate_slowly(
        self, place: tuple[float, float], spot: Any, found: int, tolerance_m: float
    ) -> Location:
        """Return where a point lies that has no edge for many boxes around, or among overlaps."""
        if found < 0:
            nearest = self._nearest(spot)
            far = nearest is None or nearest.distance_m > tolerance_m + 1
            near = () if far else self._near(spot, tolerance_m, found)
            return self._location(place, found, math.nan, near, nearest)
        near = self._near(spot, tolerance_m, found)
        edge_m = float(shapely.distance(self._edges[found], spot))
        return self._location(place, found, edge_m, near, None)

    def _nearest(self, spot: Any) -> Near | None:
        """Return the nearest grid of a spot that is outside."""
        if not self.grids or not self._index.is_coverage:
            return self._nearest_each(np.array([spot]), np.array([True])).get(0)
        closest, metres = self._near_edges.nearest(spot.x, spot.y, _TIE_M)
        return Near(self.grids[closest], round(metres, 1))

    @cached_property
    def _near_edges(self) -> NearEdges:
        return NearEdges(self._index.edges, self._frame)

    def _location(
        self,
        spot: tuple[float, float],
        found: int,
        edge_m: float,
        near: tuple[Near, ...],
        nearest: Near | None,
    ) -> Location:
        lon, lat = spot
        if found < 0:
            return Location(lon, lat, (), None, near, nearest)
        if edge_m < _MARGIN_M and self._is_on_edge(found, lon, lat):
            edge_m = 0.0
        return Location(lon, lat, self._chains[found], round(edge_m, _DECIMALS), near)

    def _is_on_edge(self, found: int, lon: float, lat: float) -> bool:
        """Tell it exactly, in degrees: projecting may move an edge by a nanometre."""
        edge = shapely.boundary(self.grids[found].boundary)
        return bool(shapely.intersects(edge, shapely.Point(lon, lat)))

    def locate_each(
        self, xy: NDArray[np.float64], *, tolerance_m: float = DEFAULT_TOLERANCE_M
    ) -> list[Location]:
        """Return for each of many points what :meth:`locate` returns for one.

        Parameters
        ----------
        xy
            Float array (n, 2): WGS84 longitude, latitude; finite and in range.
        tolerance_m
            How far away a grid may be to stand in ``near``.
        """
        if not len(xy):
            return []
        found = self._index.query(xy)
        spots = shapely.points(*self._frame.project(xy[:, 0], xy[:, 1]))
        inside = found >= 0
        edges_m = np.full(len(xy), np.nan)
        edges_m[inside] = shapely.distance(self._edges[found[inside]], spots[inside])
        near = self._near_each(spots, ~(edges_m > tolerance_m + _MARGIN_M), tolerance_m)
        nearest = self._nearest_each(spots, ~inside)
        located = []
        for i, (x, y) in enumerate(xy.tolist()):
            at, others = int(found[i]), self._sorted_near(near.get(i, []), int(found[i]))
            located.append(self._location((x, y), at, float(edges_m[i]), others, nearest.get(i)))
        return located

    def _near_each(
        self, spots: Any, close: NDArray[np.bool_], tolerance_m: float
    ) -> dict[int, list[tuple[int, float]]]:
        """Return the grids within the tolerance of those spots that are close to an edge."""
        rows = np.flatnonzero(close)
        grounds, tree = self._metric
        which, hits = tree.query(spots[rows], predicate="dwithin", distance=tolerance_m)
        which = rows[which]
        metres = shapely.distance(grounds[hits], spots[which])
        lists: dict[int, list[tuple[int, float]]] = {}
        for row, hit, distance in zip(which.tolist(), hits.tolist(), metres.tolist(), strict=True):
            lists.setdefault(row, []).append((hit, distance))
        return lists

    def locate_many(self, xy: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return for each point the position of its level-3 grid in ``grids``, -1 outside.

        Parameters
        ----------
        xy
            Float array (n, 2): WGS84 longitude, latitude; NaN is outside.

        Returns
        -------
        Integer array (n,).
        """
        return self._index.query(xy)

    def chain(self, position: int) -> tuple[Grid, ...]:
        """Return the three levels of ``grids[position]``, level 1 first."""
        return self._chains[position]

    def _near(self, spot: Any, tolerance_m: float, found: int) -> tuple[Near, ...]:
        grounds, tree = self._metric
        hits = tree.query(spot, predicate="dwithin", distance=tolerance_m)
        metres = shapely.distance(grounds[hits], spot)
        return self._sorted_near(zip(hits.tolist(), metres.tolist(), strict=True), found)

    def _sorted_near(self, hits: Iterable[tuple[int, float]], found: int) -> tuple[Near, ...]:
        near = [Near(self.grids[i], round(d, 2)) for i, d in hits if i != found]
        return tuple(sorted(near, key=lambda n: (n.distance_m, n.grid.code)))

    def _nearest_each(self, spots: Any, outside: NDArray[np.bool_]) -> dict[int, Near]:
        """Return the nearest grid of every spot that is outside."""
        rows = np.flatnonzero(outside)
        if not self.grids or not len(rows):
            return {}
        grounds, tree = self._metric
        _, closest_m = tree.query_nearest(spots[rows], all_matches=False, return_distance=True)
        nth, hits = tree.query(spots[rows], predicate="dwithin", distance=closest_m + _TIE_M)
        # Of grids equally near, the one with the lowest code, as everywhere.
        order = np.lexsort((hits, nth))
        hits = hits[order][np.unique(nth[order], return_index=True)[1]]
        metres = shapely.distance(grounds[hits], spots[rows])
        far = metres > _FAR_M
        if far.any():
            ways = shapely.shortest_line(grounds[hits[far]], spots[rows[far]])
            ends = shapely.get_coordinates(self._frame.to_degrees(ways)).reshape(-1, 2, 2)
            metres[far] = apart_m(ends[:, 0], ends[:, 1])
        return {
            row: Near(self.grids[hit], round(m, 1))
            for row, hit, m in zip(rows.tolist(), hits.tolist(), metres.tolist(), strict=True)
        }

"""Which grids a point lies in, how near the border it is, and which grids are close by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.division import Division, Grid
from gis.geometry import check_lon_lat, project, to_metres
from gis.ids import Level
from gis.lookup.cellindex import CellIndex

DEFAULT_TOLERANCE_M = 15.0


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

    @cached_property
    def _metric(self) -> tuple[Any, shapely.STRtree]:
        grounds = to_metres(np.array([g.boundary for g in self.grids], dtype=object))
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
        spot = shapely.Point(project(lon, lat))
        near = self._near(spot, tolerance_m, found)
        if found >= 0:
            edge_m = float(shapely.distance(self._edges[found], spot))
            # Exactness is decided in degrees: projecting may move an edge by a nanometre.
            touching = bool(near) and near[0].distance_m == 0.0
            return Location(lon, lat, self._chains[found], 0.0 if touching else edge_m, near)
        return Location(lon, lat, (), None, near, self._nearest(spot))

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
        near = [
            Near(self.grids[i], round(float(d), 2))
            for i, d in zip(hits, shapely.distance(grounds[hits], spot), strict=True)
            if i != found
        ]
        return tuple(sorted(near, key=lambda n: (n.distance_m, n.grid.code)))

    def _nearest(self, spot: Any) -> Near | None:
        if not self.grids:
            return None
        grounds, tree = self._metric
        i = int(tree.nearest(spot))
        return Near(self.grids[i], round(float(shapely.distance(grounds[i], spot)), 1))

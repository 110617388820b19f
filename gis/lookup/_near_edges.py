"""Which polygons have an edge close to a point, one point at a time, in plain Python tables.

The ground is cut into square boxes, each of which lists the edges that come into it. A look goes
over the boxes around the point, and over more of them until no edge outside can be nearer: a few
microseconds, a tenth of what a tree of geometries takes.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import shapely

from gis.geometry import MetricFrame
from gis.lookup._edges import Edges, Floats, Ints
from gis.lookup._raster import ranges

BOX_M = 32.0
MOST_BOXES = 2**24
"""Bounds the table: larger grounds get larger boxes."""
RINGS = (1, 2, 4, 8)
"""How many boxes are looked over on each side, until the nearest edge is certain."""
PAD_M = 0.01
"""By how much an edge is widened: far above the rounding of where it enters a box."""


class NearEdges:
    """The edges of a coverage, found by nearness.

    Parameters
    ----------
    edges
        The edges of a coverage without faults, in WGS84 degrees; each bounds one or two polygons.
    frame
        In which nearness is measured.
    """

    def __init__(self, edges: Edges, frame: MetricFrame) -> None:
        ends = edges.ends
        ax, ay = frame.project(ends[:, 0], ends[:, 1])
        bx, by = frame.project(ends[:, 2], ends[:, 3])
        metres = np.stack([ax, ay, bx, by], axis=1)
        self._origin, self._shape, self._box_m = _boxes(metres)
        starts, listed = _listed(metres - np.tile(self._origin, 2), self._shape, self._box_m)
        lengths = np.stack([bx - ax, by - ay], axis=1)
        # A segment so short that its length is lost counts as a point.
        inverse = 1 / np.maximum((lengths**2).sum(axis=1), 1e-30)
        others = (edges.labels ^ (edges.owners + 1)) - 1
        columns = (ax, ay, lengths[:, 0], lengths[:, 1], inverse, edges.owners, others)
        # Tuples, not arrays: one comes out of a list ten times as fast as a row of an array.
        self._edges = list(zip(*(column.tolist() for column in columns), strict=True))
        self._starts, self._listed = starts.data, listed.data
        self._outer = metres[others < 0], edges.owners[others < 0]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        """The edges that bound one polygon only, for what lies far outside."""
        return shapely.STRtree(shapely.linestrings(self._outer[0].reshape(-1, 2, 2)))

    def nearest(self, x: float, y: float, tie_m: float) -> tuple[int, float]:
        """Return the polygon nearest to a point outside of all, and how far it is in metres.

        Of those that are less than ``tie_m`` farther it is the one with the lowest index.
        """
        spot, tree = shapely.Point(x, y), self._tree
        _, closest_m = tree.query_nearest(spot, all_matches=False, return_distance=True)
        hits = tree.query(spot, predicate="dwithin", distance=float(closest_m[0]) + tie_m)
        owners = self._outer[1][hits]
        lowest = int(owners.min())
        metres = shapely.distance(tree.geometries[hits[owners == lowest]], spot)
        return lowest, float(metres.min())

    def distances_m(self, x: float, y: float, reach_m: float) -> dict[int, float] | None:
        """Return how far the polygons around a point are.

        Parameters
        ----------
        x, y
            A point in the frame, metres.
        reach_m
            How far to look at least, metres.

        Returns
        -------
        The distance in metres to the nearest edge of every polygon that has one within reach,
        and of those on the nearest edge of all, however far; some farther ones may be there too.
        None: there is no edge for many boxes around.
        """
        column = int((x - self._origin[0]) // self._box_m)
        row = int((y - self._origin[1]) // self._box_m)
        for rings in RINGS:
            sure_m = rings * self._box_m
            if sure_m >= reach_m:
                found = self._squared(x, y, column, row, rings)
                if found and min(found.values()) <= sure_m * sure_m:
                    return {polygon: math.sqrt(squared) for polygon, squared in found.items()}
        return None

    def _squared(self, x: float, y: float, column: int, row: int, rings: int) -> dict[int, float]:
        """Return the squares of the distances to the edges in the boxes around one."""
        columns, rows = self._shape
        low, high = max(row - rings, 0), min(row + rings, rows - 1)
        found: dict[int, float] = {}
        if low > high:
            return found
        edges, far = self._edges, math.inf
        for of_column in range(max(column - rings, 0), min(column + rings + 1, columns)):
            first = self._starts[of_column * rows + low]
            last = self._starts[of_column * rows + high + 1]
            for edge in self._listed[first:last]:
                ax, ay, dx, dy, inverse, owner, other = edges[edge]
                ax = x - ax
                ay = y - ay
                share = (ax * dx + ay * dy) * inverse
                if share > 0.0:
                    if share > 1.0:
                        share = 1.0
                    ax -= share * dx
                    ay -= share * dy
                squared = ax * ax + ay * ay
                if squared < found.get(owner, far):
                    found[owner] = squared
                if other >= 0 and squared < found.get(other, far):
                    found[other] = squared
        return found


def _boxes(metres: Floats) -> tuple[tuple[float, float], tuple[int, int], float]:
    """Return the origin of the boxes, how many columns and rows there are, and their size."""
    if not len(metres):
        return (0.0, 0.0), (0, 0), BOX_M
    corners = metres.reshape(-1, 2)
    low = corners.min(axis=0) - PAD_M
    across, up = (corners.max(axis=0) + PAD_M - low).tolist()
    box_m = max(BOX_M, math.sqrt(across * up / MOST_BOXES))
    x0, y0 = low.tolist()
    return (x0, y0), (int(across / box_m) + 1, int(up / box_m) + 1), box_m


def _listed(metres: Floats, shape: tuple[int, int], box_m: float) -> tuple[Ints, Ints]:
    """Return where the edges of each box start, int32 (boxes + 1,), and the edges of all, int32.

    An edge is followed column by column: the rows are those of its part in the column.
    """
    columns, rows = shape
    if not len(metres):
        return np.zeros(columns * rows + 1, np.int32), np.empty(0, np.int32)
    ends = np.add(np.sort(metres[:, ::2], axis=1), (-PAD_M, PAD_M))
    first, last = (np.clip(ends / box_m, 0, columns - 1).astype(np.intp)).T
    edge, column = ranges(first, last)
    ax, ay, bx, by = metres[edge].T
    walls = np.stack([column * box_m - PAD_M, (column + 1) * box_m + PAD_M])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.clip((walls - ax) / (bx - ax), 0, 1)
    # An upright edge, or nearly so, is wholly in its columns.
    upright = abs(bx - ax) < PAD_M
    share = np.where(upright, [[0.0], [1.0]], share)
    heights = np.add(np.sort(ay + (by - ay) * share, axis=0), [[-PAD_M], [PAD_M]])
    low, high = np.clip(heights / box_m, 0, rows - 1).astype(np.intp)
    nth, row = ranges(low, high)
    box = column[nth] * rows + row
    order = np.argsort(box, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(box, minlength=columns * rows))])
    return starts.astype(np.int32), edge[nth][order].astype(np.int32)

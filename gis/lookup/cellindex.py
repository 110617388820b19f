"""From points to polygons, exactly and fast."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidInput
from gis.lookup._edges import Floats, Indices, coverage_of
from gis.lookup._raster import FROM_BELOW, TO_ABOVE
from gis.lookup._tables import FIRST_CELL, LEFT_TO_SHAPELY, OUTSIDE, tables_of

WITHOUT_KERNEL = 10_000
"""Points that are looked up one by one, in about 10 ms, while the compiled code is not loaded."""
SHAPELY_AT_ONCE = 100_000
"""Points given to shapely at once: bounds the memory of its point objects."""
FILTER, FLOOR = 3.3306690738754716e-16, 1e-280
"""As in `_kernel`, which keeps its own because numba's cache would not notice a change here."""
AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

_locate: Callable[..., int] | None = None


def warm() -> None:
    """Load the compiled lookup of arrays: seconds the first time, one from numba's cache.

    A server calls this in a thread before large arrays come. Numba keeps its cache in
    NUMBA_CACHE_DIR, else beside the package, else in the user's cache folder; where it may
    write in none of them, every process compiles anew.
    """
    global _locate
    from gis.lookup._kernel import locate

    _locate = locate


class CellIndex:
    """Which polygon a point lies in.

    Equal to shapely's ``intersects`` on every point, boundaries and vertices included; a point on
    the boundary of several polygons belongs to the lowest index.

    Fastest for a coverage: valid polygons that do not overlap and whose common boundaries match
    vertex by vertex (gaps are no matter). In the cells of the raster that faulty edges touch, and
    where polygons overlap, each polygon is decided by itself, which takes a few times as long.
    `is_coverage`, `faults` and `faulty_cells` tell. Shapely decides around parts that are not
    valid and have holes, points so near an edge that the distance is lost in rounding, and
    everything where lengths are under 1e-100, over 1e100 or a few million times the distance of
    neighbouring doubles.

    An index never changes; any number of threads may use it.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons (n,), holes allowed. Empty ones hold no point.

    Attributes
    ----------
    faults : tuple of int
        The polygons that are not valid, or of which an edge crosses into another polygon, lies
        inside one, or does not match its neighbour's vertex by vertex.
    edges : Edges
        The edges of the valid polygons, each once.
    faulty_cells : int
        Cells of the raster in which polygons are decided one by one, or by shapely.

    Raises
    ------
    InvalidInput
        A geometry is missing or of another type, or a coordinate is not finite; names its index.

    Examples
    --------
    >>> index = CellIndex([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> index.query_one(1.5, 0.5), index.query_one(1, 0.5), index.query_one(3, 3)
    (1, 0, -1)
    >>> index.query([(0.5, 0.5), (1.5, 0.5), (float("nan"), 0)])
    array([ 0,  1, -1])
    """

    __slots__ = ("_arrays", "_cells", "_tables", "_tree", "edges", "faults", "faulty_cells")

    def __init__(self, polygons: Sequence[BaseGeometry] | NDArray[np.object_]) -> None:
        geometries = _checked(polygons)
        self._tree = shapely.STRtree(geometries)
        # The tree is built by its first query, which must not be that of two threads at once.
        self._tree.query(shapely.Point(0, 0))
        coverage = coverage_of(geometries)
        tables = tables_of(coverage, self._ask)
        self.faults = tuple(np.union1d(coverage.invalid, coverage.mismatched).tolist())
        self.faulty_cells = tables.faulty_cells
        self.edges = coverage.edges
        edges, frame = coverage.edges, tables.frame
        self._arrays = (
            np.array(frame, np.float64),
            tables.values, tables.cells,
            tables.ends, edges.labels, edges.owners,
        )  # fmt: skip
        # One item comes faster from a memoryview than from an array, out of the same memory.
        self._tables = (
            *frame[:4], float(frame.columns), float(frame.rows), frame.rows, tables.values.data,
        )  # fmt: skip
        self._cells = (
            tables.cells.data,
            tables.ends.reshape(-1).data,
            edges.labels.data,
        )

    @property
    def is_coverage(self) -> bool:
        """Whether all polygons are valid, none overlap, and neighbours match vertex by vertex."""
        return not self.faults

    def query(self, xy: ArrayLike) -> NDArray[np.intp]:
        """Return for each point the index of its polygon.

        Parameters
        ----------
        xy
            Float array (n, 2). Infinite and NaN points are outside.

        Returns
        -------
        Integer array (n,): the lowest index of the polygons the point lies in or on, -1 outside.

        Raises
        ------
        InvalidInput
            ``xy`` has another shape.
        """
        points = np.require(xy, np.float64, ["C", "A"])
        if points.shape == (0,):
            points = points.reshape(0, 2)
        if points.ndim != 2 or points.shape[1] != 2:
            raise InvalidInput(
                "xy",
                f"xy has the shape {points.shape}: must be (n, 2), x and y of n points",
                f"xy 的形状为 {points.shape}：应为 (n, 2)，即 n 个点的 x 和 y",
            )
        if _locate is None and len(points) <= WITHOUT_KERNEL:
            return self._each(points)
        return self._many(points)

    def query_one(self, x: float, y: float) -> int:
        """Return the lowest index of the polygons a point lies in or on, -1 outside.

        Raises
        ------
        InvalidInput
            A coordinate is infinite or NaN.
        """
        x0, y0, x_scale, y_scale, columns, rows, column_size, values = self._tables
        at_x = (x - x0) * x_scale
        at_y = (y - y0) * y_scale
        if 0.0 <= at_x < columns and 0.0 <= at_y < rows:
            value: int = values[int(at_x) * column_size + int(at_y)]
            return value if value >= -1 else self._decide(x, y, value)
        _check_finite(x, y)
        return OUTSIDE

    def _decide(self, x: float, y: float, value: int) -> int:
        """Return the answer for a point in a boundary cell or a faulty one."""
        if value == LEFT_TO_SHAPELY:
            return self._ask_one(x, y)
        cells, ends, labels = self._cells
        at = FIRST_CELL - value
        label: int = cells[at]
        if label < 0:
            return self._decide_each(x, y, at)
        last = False
        while not last:
            at += 1
            word = cells[at]
            last = word < 0
            if last:
                word = ~word
            edge = word >> 2
            ax, ay, bx, by = ends[4 * edge : 4 * edge + 4]
            left = (bx - ax) * (y - ay)
            right = (by - ay) * (x - ax)
            if not abs(left - right) > FILTER * (abs(left) + abs(right)) + FLOOR:
                return self._ask_one(x, y)
            if left < right and (y >= ay or word & FROM_BELOW) and (y < by or word & TO_ABOVE):
                label ^= labels[edge]
        return label - 1

    def _decide_each(self, x: float, y: float, at: int) -> int:
        """Return the answer for a point in a cell where polygons overlap: see `_overlaps`."""
        cells, ends, _ = self._cells
        covering = ~cells[at] - 1
        last_part = False
        while not last_part:
            at += 1
            head = cells[at]
            last_part = head < 0
            if last_part:
                head = ~head
            inside = head & 1
            last = False
            while not last:
                at += 1
                word = cells[at]
                last = word < 0
                if last:
                    word = ~word
                ax, ay, bx, by = ends[4 * (word >> 2) : 4 * (word >> 2) + 4]
                left = (bx - ax) * (y - ay)
                right = (by - ay) * (x - ax)
                if not abs(left - right) > FILTER * (abs(left) + abs(right)) + FLOOR:
                    return self._ask_one(x, y)
                if left < right and (y >= ay or word & FROM_BELOW) and (y < by or word & TO_ABOVE):
                    inside ^= 1
            if inside:
                return head >> 1
        return covering

    def _each(self, points: Floats) -> Indices:
        finite = np.isfinite(points).all(axis=1)
        found = np.full(len(points), OUTSIDE, np.intp)
        found[finite] = [self.query_one(x, y) for x, y in points[finite].tolist()]
        return found

    def _many(self, points: Floats) -> Indices:
        if _locate is None:
            warm()
        assert _locate is not None
        found = np.empty(len(points), np.intp)
        if _locate(points, found, *self._arrays):
            left = np.flatnonzero(found == LEFT_TO_SHAPELY)
            found[left] = self._ask(points[left])
        return found

    def _ask_one(self, x: float, y: float) -> int:
        return int(self._ask(np.array([[x, y]], np.float64))[0])

    @np.errstate(all="ignore")  # GEOS overflows with huge coordinates
    def _ask(self, points: Floats) -> Indices:
        """Return what shapely says, computed without prepared geometries.

        Threads may not share those, and the tree's own ``predicate`` prepares the points, which
        near subnormal numbers changes the answer. Shapely looks only at whether the first
        geometry is prepared, so a polygon that somebody else prepared does no harm as the second.
        """
        nobody = len(self._tree.geometries)
        lowest = np.full(len(points), nobody, np.intp)
        for start in range(0, len(points), SHAPELY_AT_ONCE):
            some = shapely.points(points[start : start + SHAPELY_AT_ONCE])
            point, hit = self._tree.query(some)
            meets = shapely.intersects(some[point], self._tree.geometries[hit])
            np.minimum.at(lowest, start + point[meets], hit[meets])
        lowest[lowest == nobody] = OUTSIDE
        return lowest


def _checked(polygons: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    geometries = np.array([*polygons, None], dtype=object)[:-1]
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(geometries), AREAL)):
        kind = getattr(geometries[i], "geom_type", "missing")
        raise InvalidInput(
            "polygons",
            f"polygon {i} is {kind}: must be a Polygon or MultiPolygon",
            f"第 {i} 个多边形是 {kind}：应为 Polygon 或 MultiPolygon",
        )
    places, owner = shapely.get_coordinates(geometries, return_index=True)
    for i in owner[~np.isfinite(places).all(axis=1)]:
        raise InvalidInput(
            "polygons",
            f"polygon {i} has a coordinate that is not finite: correct it or leave it out",
            f"第 {i} 个多边形有非有限的坐标：请改正或去掉",
        )
    return geometries


def _check_finite(x: float, y: float) -> None:
    for field, value in (("x", x), ("y", y)):
        if not math.isfinite(value):
            raise InvalidInput(
                field,
                f"{field} = {value}: must be a finite number",
                f"{field} = {value}：应为有限的数",
            )

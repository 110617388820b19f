"""A raster of cells over polygons: from points to cells, and which cells edges come near.

Columns and rows come from a point by ``int((x - x0) * scale)``. Rounding is monotone, so the
points of one column are an interval of doubles and the wall between two columns lies *between*
two doubles: no vertex is ever on a wall, and which vertices are left of it is exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.lookup._edges import Floats, Indices, Ints, Masks

FROM_BELOW, TO_ABOVE = 1, 2
"""How an edge of a cell counts: its lower end as -inf, or its upper one as +inf (`_tables`)."""
BLOCK = 8
"""Cells are worked on in blocks of 8 x 8."""
BOUNDARY_SHARE = 0.04
"""Share of the cells that edges cross: smaller tables fit the caches, larger ones decide more."""
MOST_CROSSINGS = 8e5
"""Column walls and row walls crossed by all edges, each: bounds what boundary cells take."""
MOST_CELLS = 2.0**25
SPANS = (1e-100, 1e100)
"""Outside of these, products of lengths underflow or overflow."""
MOST_PER_SPACING = 2.0**-24
"""Cells per distance of neighbouring doubles: keeps the rounding of a cell far under PAD."""
PAD = 1e-6
"""Share of a cell by which an edge is widened: far above the rounding of its crossings."""


class Frame(NamedTuple):
    """How a point becomes a column and a row: int((x - x0) * x_scale), int((y - y0) * y_scale)."""

    x0: float
    y0: float
    x_scale: float
    y_scale: float
    columns: int
    rows: int


ONE_CELL = Frame(0.0, 0.0, 0.0, 0.0, BLOCK, BLOCK)
"""Puts every finite point into cell 0."""


def frame_of(segments: Floats) -> Frame | None:
    """Choose cells so that the segments (m, 4) cross as many columns as rows.

    None where doubles are too coarse for cells, or lengths cannot be multiplied.
    """
    # One column at a time: several times as fast as along an axis of two.
    ax, ay, bx, by = segments.T
    left, right = min(ax.min(), bx.min()).item(), max(ax.max(), bx.max()).item()
    bottom, top = min(ay.min(), by.min()).item(), max(ay.max(), by.max()).item()
    spans = right - left, top - bottom
    if not all(SPANS[0] < span < SPANS[1] for span in spans):
        return None
    # how often the segments go through the whole width and height
    across, up = np.abs(bx - ax).sum() / spans[0], np.abs(by - ay).sum() / spans[1]
    crossings = max(2 / BOUNDARY_SHARE * across * up, len(segments))
    crossings = min(crossings, MOST_CROSSINGS, np.sqrt(MOST_CELLS * across * up))
    horizontal = _axis(left, right, crossings / across)
    vertical = _axis(bottom, top, crossings / up)
    if horizontal is None or vertical is None:
        return None
    (x0, x_scale, columns), (y0, y_scale, rows) = horizontal, vertical
    return Frame(x0, y0, x_scale, y_scale, columns, rows)


def _axis(low: float, high: float, wanted: float) -> tuple[float, float, int] | None:
    """Return origin, scale and number of columns, the first and the last of them empty."""
    most = (high - low) / np.spacing(max(abs(low), abs(high))) * MOST_PER_SPACING
    if most < 1:
        return None
    columns = int(max(1, min(wanted, most)))
    size = (high - low) / columns
    return low - 1.5 * size, 1 / size, -(-(columns + 3) // BLOCK) * BLOCK


def ranges(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """Return all numbers of the ranges first..last, preceded by the range each is of."""
    count = last - first + 1
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - first, count)


class Passages(NamedTuple):
    """The columns that segments pass through, as arrays (k,).

    ``segment`` and ``column`` say which; ``low`` and ``high`` are the first and last row that
    the segment comes near there; ``crosses``: it crosses the left wall of the column, in row
    ``at`` or, for rounding, in one beside it but within low..high; ``falls``: its second end is
    the left one.
    """

    segment: Indices
    column: Indices
    low: Indices
    high: Indices
    crosses: Masks
    at: Indices
    falls: Masks

    def until(self, stop: int) -> Passages:
        """Return the first passages."""
        return Passages(
            self.segment[:stop], self.column[:stop], self.low[:stop], self.high[:stop],
            self.crosses[:stop], self.at[:stop], self.falls[:stop],
        )  # fmt: skip


class NearCells(NamedTuple):
    """The cells that segments come near, as arrays (k,): passage, row, number of the cell."""

    passage: Indices
    row: Indices
    cell: Indices


class Strip:
    """The columns start..stop - 1 of a raster, whole blocks. Its cells are numbered by block."""

    def __init__(self, frame: Frame, start: int, stop: int) -> None:
        self.frame = frame
        self.start, self.stop = start, stop
        self.shape = (stop - start, frame.rows)

    def numbers(self, column: Indices, row: Indices) -> Indices:
        """Return the numbers of cells."""
        block = (column - self.start) // BLOCK * (self.shape[1] // BLOCK) + row // BLOCK
        return (block * BLOCK + column % BLOCK) * BLOCK + row % BLOCK

    def by_number(self, grid: NDArray[Any]) -> NDArray[Any]:
        """Return the values of a grid (columns, rows) in the order of the cells' numbers."""
        columns, rows = self.shape
        blocks = grid.reshape(columns // BLOCK, BLOCK, rows // BLOCK, BLOCK)
        return blocks.transpose(0, 2, 1, 3).reshape(-1)

    def by_place(self, values: Ints) -> Ints:
        """Return the values of all cells, in the order of their numbers, column by column."""
        columns, rows = self.shape
        blocks = values.reshape(columns // BLOCK, rows // BLOCK, BLOCK, BLOCK)
        return blocks.transpose(0, 2, 1, 3).reshape(-1)

    def places(self, cells: Indices) -> Indices:
        """Return where cells stand, column by column."""
        block, place = np.divmod(cells, BLOCK * BLOCK)
        block_column, block_row = np.divmod(block, self.shape[1] // BLOCK)
        column = block_column * BLOCK + place // BLOCK
        places: Indices = column * self.shape[1] + block_row * BLOCK + place % BLOCK
        return places

    def centres(self, cells: Indices) -> Floats:
        """Return a point inside each cell, (k, 2)."""
        frame = self.frame
        column, row = np.divmod(self.places(cells), self.shape[1])
        column += self.start
        x = frame.x0 + (column + 0.5) / frame.x_scale
        y = frame.y0 + (row + 0.5) / frame.y_scale
        return np.stack([x, y], axis=1)

    def inside(self, boxes: Floats) -> Masks:
        """Return which cells meet the boxes (k, 4)."""
        grid = np.zeros(self.shape, np.bool_)
        columns = self._columns(boxes[:, ::2]) - self.start
        rows = self._rows(boxes[:, 1::2])
        for (first, last), (low, high) in zip(columns, rows, strict=True):
            grid[max(first, 0) : max(last + 1, 0), low : high + 1] = True
        return self.by_number(grid)

    def passages(self, segments: Floats) -> Passages:
        """Follow segments (m, 4) through the columns."""
        first = self._columns(np.minimum(segments[:, 0], segments[:, 2]))
        last = self._columns(np.maximum(segments[:, 0], segments[:, 2]))
        here = np.flatnonzero((first < self.stop) & (last >= self.start))
        nth, column = ranges(
            np.maximum(first[here], self.start), np.minimum(last[here], self.stop - 1)
        )
        segment = here[nth]
        ax, ay, bx, by = segments[segment].T
        falls = ax > bx
        crosses = first[segment] < column
        goes_on = last[segment] > column
        width = np.float64(1 / self.frame.x_scale)
        wall = self.frame.x0 + column * width

        def height(x: Floats) -> Floats:
            y: Floats = ay + (by - ay) * np.clip((x - ax) / (bx - ax), 0, 1)
            return y

        # Vertical segments cross no wall, so what they divide by zero is not taken.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            left = np.where(crosses, height(wall - PAD * width), np.where(falls, by, ay))
            right = np.where(goes_on, height(wall + (1 + PAD) * width), np.where(falls, ay, by))
            at = self._rows(np.where(crosses, height(wall), ay))
        low = self._rows(np.minimum(left, right), -PAD)
        high = self._rows(np.maximum(left, right), PAD)
        return Passages(segment, column, low, high, crosses, at, falls)

    def near(self, passages: Passages) -> NearCells:
        """Return the cells that segments come near."""
        passage, row = ranges(passages.low, passages.high)
        return NearCells(passage, row, self.numbers(passages.column[passage], row))

    def corners(self, step: np.ufunc, passages: Passages, values: Ints) -> Ints:
        """Combine for each cell the values of the segments that cross its left wall below it."""
        columns, rows = self.shape
        grid = np.zeros((columns, rows + 1), np.int32)
        place = (passages.column - self.start) * (rows + 1) + passages.at + 1
        step.at(
            grid.reshape(-1), place[passages.crosses], values[passages.segment[passages.crosses]]
        )
        return self.by_number(step.accumulate(grid, axis=1)[:, :rows])

    def _columns(self, x: Floats) -> Indices:
        return ((x - self.frame.x0) * self.frame.x_scale).astype(np.intp)

    def _rows(self, y: Floats, pad: float = 0.0) -> Indices:
        return ((y - self.frame.y0) * self.frame.y_scale + pad).astype(np.intp)

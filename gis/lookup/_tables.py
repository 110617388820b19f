"""The tables of the lookup: for each cell of a raster the answer, or how to work it out.

The label of a cell's lower left corner is the XOR of the labels of the edges that cross the wall
below it. A point's label is that, XOR the labels of the edges crossed on the way from the corner
up the wall and then right to the point, at a height infinitesimally above it. An edge of the
cell with

* both ends right of the wall is crossed where it spans the height of the point (lower end
  included, upper end not) and the point is right of it;
* one end left of the wall likewise, if that end is moved along the edge to the wall and from
  there straight down (a lower end) or up (an upper end) for ever; up crosses the wall once more.

So a cell keeps a label in which all that does not depend on the point is settled, and for each
of its edges whether the lower end counts as -inf or the upper end as +inf. Where exactly an edge
crosses the wall does not matter as long as it is counted once: so rounding harms no edge that a
cell lists, and a cell lists every edge that comes near it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gis.lookup._edges import Coverage, Floats, Indices, Ints, Masks
from gis.lookup._raster import BLOCK, ONE_CELL, Frame, Passages, Strip, frame_of

OUTSIDE, LEFT_TO_SHAPELY, FIRST_CELL = -1, -2, -3
FROM_BELOW, TO_ABOVE = 1, 2
STRIP_CELLS = 2**21
"""Cells worked on at once: bounds the memory that building takes."""

Decision = Callable[[Floats], Indices]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a lookup reads.

    ``values`` has the value of each cell, column by column: an index, ``OUTSIDE``,
    ``LEFT_TO_SHAPELY``, or ``FIRST_CELL - k``; then ``cells[k]`` is the label of the cell, and
    the words after it are its edges: 4 times the number of the edge, plus ``FROM_BELOW`` or
    ``TO_ABOVE``; the last one is inverted.
    """

    frame: Frame
    values: Ints
    cells: Ints
    faulty_cells: int


def tables_of(coverage: Coverage, lowest: Decision) -> Tables:
    """Build the tables.

    Parameters
    ----------
    coverage
        The edges.
    lowest
        Decides points (k, 2) whose label cannot be trusted: an index or OUTSIDE for each.
    """
    segments = np.concatenate([coverage.edges.ends, coverage.faulty])
    frame = frame_of(segments) if len(segments) else None
    if frame is None:
        value = LEFT_TO_SHAPELY if len(segments) else OUTSIDE
        everywhere = np.full(ONE_CELL.columns * ONE_CELL.rows, value, np.int32)
        none = np.empty(0, np.int32)
        return Tables(ONE_CELL, everywhere, none, faulty_cells=min(1, len(segments)))
    values = np.empty(frame.columns * frame.rows, np.int32)
    cells: list[Ints] = []
    cells_size = faulty_cells = 0
    width = max(1, STRIP_CELLS // (frame.rows * BLOCK)) * BLOCK
    for start in range(0, frame.columns, width):
        strip = Strip(frame, start, min(start + width, frame.columns))
        by_number, listed = _fill(strip, coverage, lowest, cells_size)
        faulty_cells += int(np.count_nonzero(by_number == LEFT_TO_SHAPELY))
        values[strip.start * frame.rows : strip.stop * frame.rows] = strip.by_place(by_number)
        cells.append(listed)
        cells_size += len(listed)
    return Tables(frame, values, np.concatenate(cells), faulty_cells)


def _fill(strip: Strip, coverage: Coverage, lowest: Decision, cells_size: int) -> tuple[Ints, Ints]:
    """Return the values of a strip's cells, and the labels and edges of its boundary cells.

    ``cells_size`` is where the latter will start in ``Tables.cells``.
    """
    edges = coverage.edges
    passages = strip.passages(edges.ends)
    labels = strip.corners(np.bitwise_xor, passages, edges.labels)
    passage, row, cell = strip.near(passages)
    values = labels - 1
    if len(coverage.faulty):
        faulty = _mend(values, strip, coverage, lowest, passages)
        kept = ~faulty[cell]
        passage, row, cell = passage[kept], row[kept], cell[kept]

    order = np.argsort(cell, kind="stable")
    passage, row, cell = passage[order], row[order], cell[order]
    starts = np.ones(len(cell), np.bool_)
    starts[1:] = cell[1:] != cell[:-1]
    first = np.flatnonzero(starts)
    if not len(first):
        return values, np.empty(0, np.int32)
    edge, _, _, _, crosses, at, falls = (field[passage] for field in passages)
    words = edge * 4 + np.where(crosses, np.where(falls, TO_ABOVE, FROM_BELOW), 0)
    words[np.roll(starts, -1)] ^= -1
    settled = np.where(crosses & ((at >= row) != falls), edges.labels[edge], 0)
    label = labels[cell[first]] ^ np.bitwise_xor.reduceat(settled, first)

    place = np.arange(len(cell)) + np.cumsum(starts)
    listed = np.empty(len(cell) + len(first), np.int32)
    listed[place] = words
    listed[place[first] - 1] = label
    values[cell[first]] = FIRST_CELL - (cells_size + place[first] - 1)
    return values, listed


def _mend(
    values: Ints, strip: Strip, coverage: Coverage, lowest: Decision, passages: Passages
) -> Masks:
    """Correct values that faults make wrong; return which cells are left to shapely.

    A label is wrong only where polygons overlap or are not valid, and a cell that none of their
    faulty edges touches is wholly inside or outside of such a place.
    """
    faulty = np.zeros(len(values), np.bool_)
    faulty[strip.near(strip.passages(coverage.faulty))[2]] = True
    has_edges = faulty.copy()
    has_edges[strip.near(passages)[2]] = True
    depth = strip.corners(np.add, passages, coverage.edges.rises)
    doubtful = (depth < 0) | (depth > 1) | strip.inside(coverage.invalid_boxes)

    # One answer holds throughout a cell that no edge comes near, and throughout such a block.
    lone = np.flatnonzero(doubtful & ~has_edges)
    block = lone // (BLOCK * BLOCK)
    busy = np.logical_or.reduce(has_edges.reshape(-1, BLOCK * BLOCK), axis=1)
    asked, nth = np.unique(np.where(busy[block], lone, block * BLOCK * BLOCK), return_inverse=True)
    values[lone] = lowest(strip.centres(asked))[nth]

    faulty |= doubtful & has_edges
    values[faulty] = LEFT_TO_SHAPELY
    return faulty

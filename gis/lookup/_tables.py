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

from gis.lookup._edges import Coverage, Edges, Floats, Indices, Ints, Masks
from gis.lookup._overlaps import decide_each
from gis.lookup._raster import (
    BLOCK,
    FROM_BELOW,
    ONE_CELL,
    TO_ABOVE,
    Frame,
    NearCells,
    Passages,
    Strip,
    frame_of,
)

OUTSIDE, LEFT_TO_SHAPELY, FIRST_CELL = -1, -2, -3
STRIP_CELLS = 2**21
"""Cells worked on at once: bounds the memory that building takes."""

Decision = Callable[[Floats], Indices]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a lookup reads.

    ``values`` has the value of each cell, column by column: an index, ``OUTSIDE``,
    ``LEFT_TO_SHAPELY``, or ``FIRST_CELL - k``; then ``cells[k]`` is the label of the cell, and
    the words after it are its edges: 4 times the number of the edge, plus ``FROM_BELOW`` or
    ``TO_ABOVE``; the last one is inverted. A negative label: see `_overlaps`. ``ends`` are those
    of the edges.
    """

    frame: Frame
    values: Ints
    cells: Ints
    ends: Floats
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
    ends = coverage.edges.ends if coverage.parts is None else coverage.parts.ends
    segments = np.concatenate([coverage.edges.ends, coverage.faulty])
    frame = frame_of(segments) if len(segments) else None
    if frame is None:
        value = LEFT_TO_SHAPELY if len(segments) else OUTSIDE
        everywhere = np.full(ONE_CELL.columns * ONE_CELL.rows, value, np.int32)
        none = np.empty(0, np.int32)
        return Tables(ONE_CELL, everywhere, none, ends, faulty_cells=min(1, len(segments)))
    values = np.empty(frame.columns * frame.rows, np.int32)
    cells: list[Ints] = []
    cells_size = faulty_cells = 0
    width = max(1, STRIP_CELLS // (frame.rows * BLOCK)) * BLOCK
    for start in range(0, frame.columns, width):
        strip = Strip(frame, start, min(start + width, frame.columns))
        by_number, listed, faulty = _fill(strip, coverage, lowest, cells_size)
        faulty_cells += faulty
        values[strip.start * frame.rows : strip.stop * frame.rows] = strip.by_place(by_number)
        cells.append(listed)
        cells_size += len(listed)
    return Tables(frame, values, np.concatenate(cells), ends, faulty_cells)


def _fill(
    strip: Strip, coverage: Coverage, lowest: Decision, cells_size: int
) -> tuple[Ints, Ints, int]:
    """Return the values of a strip's cells, the words of those that have any, and the faulty ones.

    ``cells_size`` is where the words will start in ``Tables.cells``.
    """
    edges, parts = coverage.edges, coverage.parts
    passages = strip.passages(edges.ends if parts is None else parts.ends)
    near = strip.near(passages)
    if parts is None:
        values, listed = _settle(strip, edges, passages, near, cells_size)
        return values, listed, 0
    # The edges of valid polygons come first, and passages in the order of edges.
    some = int(np.searchsorted(passages.segment, len(edges)))
    valid = passages.until(some)
    near_valid = NearCells(*(field[: np.searchsorted(near.passage, some)] for field in near))
    doubtful, strange = _doubts(strip, coverage, valid)
    sound = ~(doubtful | strange)[near_valid.cell]
    near_sound = NearCells(*(field[sound] for field in near_valid))
    values, listed = _settle(strip, edges, valid, near_sound, cells_size)

    cells = np.flatnonzero(doubtful & ~strange)
    decided = decide_each(strip, parts, passages, near, cells)
    begins = FIRST_CELL - (cells_size + len(listed) + decided.start)
    values[cells] = np.where(decided.start < 0, decided.covering, begins)
    _leave(values, strange, strip, near, lowest)
    faulty = np.count_nonzero(decided.start >= 0) + np.count_nonzero(values == LEFT_TO_SHAPELY)
    return values, np.concatenate([listed, decided.words]), int(faulty)


def _settle(
    strip: Strip, edges: Edges, passages: Passages, near: NearCells, cells_size: int
) -> tuple[Ints, Ints]:
    """Return the values of all cells as if nothing overlapped, and the words of those near edges.

    ``near`` leaves out the cells that need no words.
    """
    labels = strip.corners(np.bitwise_xor, passages, edges.labels)
    values = labels - 1
    order = np.argsort(near.cell, kind="stable")
    passage, row, cell = (field[order] for field in near)
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


def _doubts(strip: Strip, coverage: Coverage, passages: Passages) -> tuple[Masks, Masks]:
    """Return the cells in which polygons may overlap, and those that only shapely can decide.

    A label is wrong only where polygons overlap or are not valid, and a cell that none of their
    faulty edges touches is wholly inside or outside of such a place. ``passages`` are those of
    valid polygons.
    """
    depth = strip.corners(np.add, passages, coverage.edges.rises)
    doubtful = (depth < 0) | (depth > 1) | strip.inside(coverage.invalid_boxes)
    doubtful[strip.near(strip.passages(coverage.faulty)).cell] = True
    strange = strip.inside(coverage.strange_boxes)
    strange[strip.near(strip.passages(coverage.strange)).cell] = True
    return doubtful, strange


def _leave(values: Ints, strange: Masks, strip: Strip, near: NearCells, lowest: Decision) -> None:
    """Ask shapely for one answer in each strange cell that no edge comes near; leave it the others.

    One answer holds throughout a cell that no edge comes near, and throughout such a block.
    """
    if not strange.any():
        return
    has_edges = np.zeros(len(values), np.bool_)
    has_edges[near.cell] = True
    values[strange & has_edges] = LEFT_TO_SHAPELY
    lone = np.flatnonzero(strange & ~has_edges)
    block = lone // (BLOCK * BLOCK)
    busy = np.logical_or.reduce(has_edges.reshape(-1, BLOCK * BLOCK), axis=1)
    asked, nth = np.unique(np.where(busy[block], lone, block * BLOCK * BLOCK), return_inverse=True)
    values[lone] = lowest(strip.centres(asked))[nth]

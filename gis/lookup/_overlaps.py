"""The cells in which polygons overlap or do not match: every polygon there is decided by itself.

Such a cell keeps the lowest polygon that covers it whole, and of each lower one that has edges
there whether the cell's lower left corner is inside, and those edges. A point is inside a polygon
when the way to it from the corner (see `_tables`) crosses an odd number of the polygon's edges;
on an edge it is inside too. The lowest polygon that holds the point is the answer.

The words of such a cell: the label of the polygon that covers it, inverted; then for each part of
a polygon, in ascending order, twice the polygon, plus 1 if the corner is inside, and the words of
its edges, the last one inverted. The first word of the last part is inverted too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gis.lookup._edges import Indices, Ints, Masks, Parts
from gis.lookup._raster import FROM_BELOW, TO_ABOVE, NearCells, Passages, Strip, ranges

PAIRS_AT_ONCE = 2**22
"""Parts and cells they cover, worked on at once: bounds memory where many polygons lie stacked."""


class Decided(NamedTuple):
    """Cells worked out one polygon at a time, as arrays (n,).

    ``covering`` is the polygon that covers each whole, -1 for none; ``start`` where in ``words``
    the cell starts, -1 for a cell that no polygon before that one has edges in.
    """

    covering: Ints
    start: Indices
    words: Ints


class _Listed(NamedTuple):
    """What the cells list, as arrays (k,), by cell and part; cells by their place among them."""

    cell: Indices
    part: Indices
    passage: Indices
    row: Indices


def decide_each(
    strip: Strip, parts: Parts, passages: Passages, near: NearCells, cells: Indices
) -> Decided:
    """Work cells out polygon by polygon.

    Parameters
    ----------
    parts, passages, near
        All parts, where all their edges pass through the strip, and which cells they come near.
    cells
        Numbers of cells (n,), ascending.
    """
    listed = _listed(parts, passages, near, cells)
    groups = listed.part * len(cells) + listed.cell
    own = np.unique(groups)
    covering, corner_inside = _cover(strip, parts, passages, cells, own)

    # Of the parts in a cell only those before the one that covers it can decide anything.
    kept = listed.part < covering[listed.cell]
    listed = _Listed(*(field[kept] for field in listed))
    inside = corner_inside[np.searchsorted(own, groups[kept])]
    polygon = np.append(parts.polygons, -1)[covering]
    at, words = _words(parts, passages, listed, inside, polygon)
    start = np.full(len(cells), -1, np.intp)
    start[np.unique(listed.cell)] = at
    return Decided(polygon, start, words)


def _listed(parts: Parts, passages: Passages, near: NearCells, cells: Indices) -> _Listed:
    """Return the edges in the cells, once for each part they bound."""
    at = np.searchsorted(cells, near.cell)
    at[at == len(cells)] = 0
    here = np.flatnonzero(cells[at] == near.cell) if len(cells) else np.empty(0, np.intp)
    passage = near.passage[here]
    nth, part = _parts_at(parts, passages.segment[passage])
    listed = _Listed(at[here][nth], part, passage[nth], near.row[here][nth])
    order = np.lexsort((listed.part, listed.cell))
    return _Listed(*(field[order] for field in listed))


def _parts_at(parts: Parts, edges: Indices) -> tuple[Indices, Indices]:
    """Return the parts that edges bound, preceded by the position of the edge of each."""
    nth, at = ranges(parts.first[edges], parts.first[edges + 1] - 1)
    return nth, parts.of[at].astype(np.intp)


def _cover(
    strip: Strip, parts: Parts, passages: Passages, cells: Indices, own: Indices
) -> tuple[Indices, Masks]:
    """Return the lowest part that covers each cell whole, and which corners are inside a part.

    ``own`` are the pairs (part times number of cells, plus cell) in which the part has edges: it
    does not cover the cell whole. Without a covering part a cell has the number of parts.
    """
    part, column, low, high = _columns_inside(strip, parts, passages)
    covering = np.full(len(cells), len(parts.polygons), np.intp)
    corner_inside = np.zeros(len(own), np.bool_)
    rows = strip.shape[1]
    place = strip.places(cells)
    open_cells = np.argsort(place)
    while len(part) and len(open_cells):
        places = place[open_cells]
        first = np.searchsorted(places, column * rows + low)
        count = np.searchsorted(places, column * rows + high, side="right") - first
        some = max(1, int(np.searchsorted(np.cumsum(count), PAIRS_AT_ONCE, side="right")))
        nth, at = ranges(first[:some], (first + count)[:some] - 1)
        cell, inside = open_cells[at], part[:some][nth]
        pair = inside * len(cells) + cell
        place_of_pair = np.searchsorted(own, pair)
        has_edges = np.append(own, -1)[place_of_pair] == pair
        corner_inside[place_of_pair[has_edges]] = True
        np.minimum.at(covering, cell[~has_edges], inside[~has_edges])
        # Parts come in ascending order: a cell that is covered has nothing more to learn.
        part, column, low, high = part[some:], column[some:], low[some:], high[some:]
        open_cells = open_cells[covering[open_cells] == len(parts.polygons)]
    return covering, corner_inside


def _columns_inside(
    strip: Strip, parts: Parts, passages: Passages
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return the runs of cells whose lower left corner is inside a part, by part.

    Parts, columns of the strip, first and last rows: arrays (k,).
    """
    crossing = np.flatnonzero(passages.crosses)
    nth, part = _parts_at(parts, passages.segment[crossing])
    column = passages.column[crossing][nth] - strip.start
    at = passages.at[crossing][nth]
    order = np.lexsort((at, column, part))
    # A ring crosses each wall an even number of times: from the first crossing to the second the
    # wall is inside, from the third to the fourth …
    low, high = order[::2], order[1::2]
    apart = at[low] < at[high]
    low, high = low[apart], high[apart]
    return part[low], column[low], at[low] + 1, at[high]


def _words(
    parts: Parts, passages: Passages, listed: _Listed, inside: Masks, covering: Ints
) -> tuple[Indices, Ints]:
    """Return where each cell that lists edges starts, and the words of all of them."""
    if not len(listed.cell):
        return np.empty(0, np.intp), np.empty(0, np.int32)
    new_cell = np.r_[True, listed.cell[1:] != listed.cell[:-1]]
    new_part = new_cell | np.r_[True, listed.part[1:] != listed.part[:-1]]
    edge, _, _, _, crosses, at, falls = (field[listed.passage] for field in passages)
    edges = edge * 4 + np.where(crosses, np.where(falls, TO_ABOVE, FROM_BELOW), 0)
    edges[np.roll(new_part, -1)] ^= -1

    first = np.flatnonzero(new_part)
    settled = crosses & ((at >= listed.row) != falls)
    corner = inside[first] ^ np.logical_xor.reduceat(settled, first)
    heads = parts.polygons[listed.part[first]] * 2 + corner
    heads[np.roll(new_cell[first], -1)] ^= -1

    place = np.arange(len(edges)) + np.cumsum(new_part) + np.cumsum(new_cell)
    words = np.empty(len(edges) + len(first) + np.count_nonzero(new_cell), np.int32)
    words[place] = edges
    words[place[first] - 1] = heads
    start = place[new_cell] - 2
    words[start] = ~(covering[listed.cell[new_cell]] + 1)
    return start, words

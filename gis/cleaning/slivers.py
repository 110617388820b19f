"""Slivers shared out: where two grids lie, or none, and there is no room for more than a slip.

A sliver goes whole to the grid with the longest border along it, where no line moves further than
the tolerance by that. One between a grid and two others must not: its far end would be a spike
along the third. Such a one is cut into triangles, and each goes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.cleaning.faces import Edges, Faces, Floats, Ints, cut_up, dissolved, joined
from gis.cleaning.piece import is_mendable
from gis.geometry import DECIMALS, MetricFrame, metres_of_degree

_SLACK_M = 0.012
"""What the lattice of the seventh decimal may add to a distance."""
_ROUNDS = 4


def share_out(shapes: Any, lines: Any, frame: MetricFrame, tolerance_m: float) -> Any:
    """Return shapes that tile the ground where they did so but for slivers.

    Parameters
    ----------
    shapes
        Valid areas in degrees.
    lines
        The outlines of ground beside them that should be covered too, in degrees.
    frame, tolerance_m
        In which plane lines are measured, and how far they may move.

    Returns
    -------
    An array of as many shapes, on the lattice of the seventh decimal, edges matching vertex by
    vertex. An overlap with room for more goes to the first of its holders, a gap to nobody.
    """
    faces = cut_up(shapes, lines)
    sharing = _Sharing(shapely.boundary(frame.to_metres(shapes)), frame, tolerance_m)
    shapely.prepare(sharing.drawn)
    doubtful = np.flatnonzero(faces.count != 1)
    thin = is_mendable(frame.to_metres(faces.polygons[doubtful]), tolerance_m)
    slivers = doubtful[thin]
    owner = faces.first.copy()
    owner[slivers] = -2
    found = sharing.owners(faces, owner, slivers)
    cut = slivers[found == -2]
    if len(cut):
        # A triangle may go to whoever the sliver may go to, though it lies in its middle.
        open_to = _open_to(faces, owner, slivers)
        owner[slivers] = found
        faces, origin = faces.cut(cut, _triangles(faces.polygons[cut]))
        owner = owner[origin]
        bits = np.flatnonzero(owner == -2)
        also = _inherited(open_to, origin[bits])
        owner[bits] = sharing.owners(faces, owner, bits, also, sure=False)
    else:
        owner[slivers] = found
    owner = _gathered(faces, owner, sharing)
    return dissolved(faces, owner, len(shapes))


def _triangles(polygons: Any) -> list[Any]:
    """Return the triangles of each polygon, itself where it cannot be cut on the lattice."""
    # Degrees are only stretched, so that a straight line stays straight.
    stretch = np.array(metres_of_degree(float(shapely.bounds(polygons)[:, 1].mean())))
    found = []
    for polygon in polygons:
        start = shapely.get_coordinates(polygon)[0]
        try:
            whole = shapely.constrained_delaunay_triangles(
                shapely.transform(polygon, lambda xy, o=start: (xy - o) * stretch)
            )
        except shapely.errors.GEOSException:
            found.append(np.array([polygon], dtype=object))
            continue
        bits = shapely.transform(
            shapely.get_parts(whole),
            lambda xy, o=start: np.round(xy / stretch + o, DECIMALS),
        )
        # Triangles of no ground would leave their corners to nobody.
        good = len(bits) > 0 and bool(shapely.is_valid(bits).all())
        found.append(bits if good else np.array([polygon], dtype=object))
    return found


@dataclass(frozen=True)
class _Sharing:
    """The lines as they were drawn, in metres, and how far they may move."""

    drawn: Any
    frame: MetricFrame
    tolerance_m: float

    def owners(
        self, faces: Faces, owner: Ints, rows: Ints, also: Pairs | None = None, *, sure: bool = True
    ) -> Ints:
        """Return who gets each of some faces; -2 where it would move a line too far for ``sure``.

        ``owner`` is -2 for those that nobody has yet; ``also`` are more candidates, pairs of a
        place in ``rows`` and a shape.
        """
        row, candidate, border = _candidates(faces, owner, rows, also)
        best = np.full(len(rows), -2 if sure else -1)
        if not len(row):
            return best
        far = self._far(faces, rows, row, candidate)
        order = np.lexsort((candidate, -border, border <= 0, far, row))
        first = order[np.unique(row[order], return_index=True)[1]]
        good = ~far[first] & (border[first] > 0) if sure else np.ones(len(first), bool)
        best[row[first[good]]] = candidate[first[good]]
        return best

    def _far(self, faces: Faces, rows: Ints, row: Ints, candidate: Ints) -> NDArray[np.bool_]:
        """Tell of each face and candidate whether a line would move too far.

        Of an overlap the others give up their line, of a gap the candidate does.
        """
        overlap = faces.count[rows] > 1
        xy, of = shapely.get_coordinates(self.frame.to_metres(faces.polygons[rows]),
                                         return_index=True)  # fmt: skip
        spots = shapely.points(xy)
        # Every vertex of a face against the line of every candidate of it.
        starts = np.searchsorted(of, np.arange(len(rows) + 1))
        counts = np.diff(starts)[row]
        pair = np.repeat(np.arange(len(row)), counts)
        ends = np.cumsum(counts)
        vertex = starts[row][pair] + np.arange(ends[-1]) - (ends - counts)[pair]
        near = shapely.dwithin(
            self.drawn[candidate[pair]], spots[vertex], self.tolerance_m + _SLACK_M
        )
        off = np.bincount(pair, ~near, minlength=len(row)) > 0
        others = np.bincount(row, off, minlength=len(rows))
        return np.where(overlap[row], others[row] - off > 0, off)


Pairs = tuple[Ints, Ints]


def _open_to(faces: Faces, owner: Ints, rows: Ints) -> Pairs:
    """Return which shapes each of some faces may go to: pairs of face and shape."""
    row, candidate, _ = _candidates(faces, owner, rows, None)
    return rows[row], candidate


def _inherited(open_to: Pairs, origin: Ints) -> Pairs:
    """Return pairs of the place in ``origin`` and a shape that the face there was open to."""
    order = np.argsort(open_to[0], kind="stable")
    face, shape = open_to[0][order], open_to[1][order]
    starts = np.searchsorted(face, origin)
    counts = np.searchsorted(face, origin, side="right") - starts
    bit = np.repeat(np.arange(len(origin)), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(bit)) - np.repeat(ends - counts, counts)
    return bit, shape[starts[bit] + within]


def _candidates(
    faces: Faces, owner: Ints, rows: Ints, also: Pairs | None
) -> tuple[Ints, Ints, Floats]:
    """Return who may get each face, with the metres of border: its holders, else its neighbours.

    Three arrays: the place of the face, the candidate, and the border that they share.
    """
    place = np.full(len(owner), -1)
    place[rows] = np.arange(len(rows))
    here, across, metres = faces.edges.both_ways()
    use = (place[here] >= 0) & (owner[across] >= 0)
    row = [place[here[use]]]
    candidate, border = [owner[across[use]]], [metres[use]]
    held = place[faces.face] >= 0
    row.append(place[faces.face[held]])
    candidate.append(faces.holder[held])
    border.append(np.zeros(int(held.sum())))
    # A gap beside overlaps alone has their holders for neighbours.
    alone = (place[here] >= 0) & (owner[across] == -2) & (faces.count[here] == 0)
    beside = faces.first[across[alone]]
    row.append(place[here[alone]][beside >= 0])
    candidate.append(beside[beside >= 0])
    border.append(np.zeros(int((beside >= 0).sum())))
    if also is not None:
        row.append(also[0])
        candidate.append(also[1])
        border.append(np.zeros(len(also[0])))
    pairs, candidates = np.concatenate(row), np.concatenate(candidate)
    most = int(candidates.max(initial=0)) + 1
    key, which = np.unique(pairs * most + candidates, return_inverse=True)
    total = np.bincount(which, np.concatenate(border), minlength=len(key)).astype(np.float64)
    pairs, candidates = key // most, key % most
    # Only who holds an overlap may get it.
    holds = np.isin(key, place[faces.face[held]] * most + faces.holder[held])
    contested = faces.count[rows] > 1
    ok = holds | ~contested[pairs]
    return pairs[ok], candidates[ok], total[ok]


def _gathered(faces: Faces, owner: Ints, sharing: _Sharing) -> Ints:
    """Return owners of whom none has a slip of ground apart from the rest, nor nobody one."""
    owner = owner.copy()
    for _ in range(_ROUNDS):
        part = _parts(faces.edges, owner)
        rows = np.flatnonzero(np.isin(part, _slips(faces, owner, part, sharing)))
        if not len(rows):
            break
        before = owner[rows]
        owner[rows] = -2
        found = sharing.owners(faces, owner, rows, sure=False)
        # A slip that nobody lies beside is dropped.
        here, across, _ = faces.edges.both_ways()
        beside = np.unique(part[here[(owner[here] == -2) & (owner[across] >= 0)]])
        found[(found == before) & ~np.isin(part[rows], beside)] = -1
        owner[rows] = found
        if (found == before).all():
            break
    return owner


def _slips(faces: Faces, owner: Ints, part: Ints, sharing: _Sharing) -> Ints:
    """Return the parts of owners that are slivers or specks while the owner has more ground."""
    areas = shapely.area(faces.polygons)
    size = np.bincount(part, areas)
    whose = np.full(len(size), -1)
    whose[part] = owner
    order = np.lexsort((-size, whose))
    largest = order[np.unique(whose[order], return_index=True)[1]]
    rest = np.setdiff1d(np.flatnonzero(whose >= 0), largest)
    # What is much larger than a sliver can be needs no closer look.
    found = []
    for number in rest.tolist():
        ground = joined(faces.polygons[part == number])
        if is_mendable(sharing.frame.to_metres(np.array([ground])), sharing.tolerance_m)[0]:
            found.append(number)
    return np.array(found, dtype=np.int64)


def _parts(edges: Edges, owner: Ints) -> Ints:
    """Return for each face the number of the connected ground of one owner that it is in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    same = owner[edges.one] == owner[edges.other]
    pairs = (edges.one[same], edges.other[same])
    shared = coo_array((np.ones(int(same.sum()), bool), pairs), shape=(len(owner), len(owner)))
    _, part = connected_components(shared, directed=False)
    return np.asarray(part, dtype=np.int64)

"""The edges of a set of polygons: each once, with what lies on its two sides."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Masks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected edges from a lower to an upper end, ordered by (y, x).

    Polygon ``i`` has the label ``i + 1``; outside of all is 0.

    ``ends``   (m, 4): x, y of the lower end, x, y of the upper end.
    ``labels`` (m,): XOR of the labels of the polygons the edge bounds. Where no two polygons
    overlap, this turns the label on one side of the edge into the label on the other.
    ``owners`` (m,): the lowest index of the polygons the edge bounds.
    ``rises``  (m,): polygons above the edge less polygons below it.
    """

    ends: Floats
    labels: Ints
    owners: Ints
    rises: Ints

    def __len__(self) -> int:
        return len(self.ends)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A set of polygons as edges, and what keeps it from being a coverage.

    ``invalid`` are the indices of polygons that are not valid; they have no share in ``edges``.
    ``mismatched`` are the indices of valid polygons that overlap a neighbour, or do not match it
    vertex by vertex. ``faulty`` (k, 4) are the segments, in the form of ``Edges.ends``, near
    which a label may be wrong: those of the invalid, and the mismatched ones.
    ``invalid_boxes`` (i, 4): least x, least y, greatest x, greatest y of each invalid polygon.
    """

    edges: Edges
    invalid: Indices
    mismatched: Indices
    faulty: Floats
    invalid_boxes: Floats


@np.errstate(all="ignore")  # GEOS overflows with huge coordinates
def coverage_of(polygons: NDArray[np.object_]) -> Coverage:
    """Take polygons apart into edges.

    Parameters
    ----------
    polygons
        Object array (n,) of Polygons and MultiPolygons, holes allowed; empty ones have no edges.
    """
    try:
        members = np.flatnonzero(shapely.is_valid(polygons))
        marked = shapely.coverage_invalid_edges(polygons[members])
    except shapely.GEOSException:  # seen where products of lengths underflow: trust nothing
        members, marked = np.empty(0, np.intp), np.empty(0, np.object_)
    invalid = np.setdiff1d(np.arange(len(polygons)), members)
    mismatched = members[~(shapely.is_missing(marked) | shapely.is_empty(marked))]
    faulty = [
        _segments(shapely.get_parts(marked))[0],
        _segments(_rings(polygons[invalid])[0])[0],
    ]
    return Coverage(
        edges=_edges_of(polygons[members], members),
        invalid=invalid,
        mismatched=mismatched,
        faulty=np.concatenate(faulty),
        invalid_boxes=shapely.bounds(polygons[invalid]),
    )


def _edges_of(polygons: NDArray[np.object_], indices: Indices) -> Edges:
    """Return the edges of valid polygons, whose indices are given."""
    rings, ring_polygon, is_shell = _rings(polygons)
    segments, ring = _segments(rings)
    # y first, so that the order of complex numbers is the order of the ends of an edge
    places, at = np.unique(segments[:, 1::2] + 1j * segments[:, ::2], return_inverse=True)
    ends = np.sort(at.reshape(-1, 2), axis=1)
    key = ends[:, 0] * len(places) + ends[:, 1]
    order = np.argsort(key)
    ends, key = ends[order], key[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]][: len(key)])

    lower, upper = places[ends[first, 0]], places[ends[first, 1]]
    polygon = indices[ring_polygon[ring]].astype(np.int32)[order]
    inside_left = (shapely.is_ccw(rings) == is_shell)[ring]
    rightward = np.sign(segments[:, 2] - segments[:, 0]).astype(np.int32)
    rise = np.where(inside_left, rightward, -rightward)[order]
    return Edges(
        ends=np.stack([lower.imag, lower.real, upper.imag, upper.real], axis=1),
        labels=np.bitwise_xor.reduceat(polygon + 1, first),
        owners=np.minimum.reduceat(polygon, first),
        rises=np.add.reduceat(rise, first),
    )


def _rings(polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices, Masks]:
    """Return all rings, the position of the polygon of each, and whether it is a shell."""
    parts, part_polygon = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    is_shell = np.r_[True, ring_part[1:] != ring_part[:-1]][: len(rings)]
    return rings, part_polygon[ring_part], is_shell


def _segments(lines: NDArray[np.object_]) -> tuple[Floats, Indices]:
    """Return the segments of all lines, (k, 4), and the position of the line of each.

    Repeated vertices make none: rounding would leave open on which side of them any point is.
    """
    places, line = shapely.get_coordinates(lines, return_index=True)
    joined = (line[1:] == line[:-1]) & (places[1:] != places[:-1]).any(axis=1)
    return np.concatenate([places[:-1][joined], places[1:][joined]], axis=1), line[1:][joined]

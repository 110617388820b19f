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
class Parts:
    """The parts of polygons, one by one, for where polygons overlap: each has edges of its own.

    A point is inside a part when a ray from it crosses the part's edges an odd number of times.

    ``polygons`` (p,): the polygon of each part, in ascending order.
    ``ends``     (m, 4): those of ``Edges`` first, then those of parts that are not valid.
    ``first``    (m + 1,): edge ``i`` bounds the parts ``of[first[i] : first[i + 1]]``.
    ``of``       (k,): numbers of parts.
    """

    polygons: Ints
    ends: Floats
    first: Indices
    of: Ints


@dataclass(frozen=True, slots=True)
class Coverage:
    """A set of polygons as edges, and what keeps it from being a coverage.

    ``invalid`` are the indices of polygons that are not valid; they have no share in ``edges``.
    ``mismatched`` are the indices of valid polygons that overlap a neighbour, or do not match it
    vertex by vertex. ``faulty`` (k, 4) are the segments, in the form of ``Edges.ends``, near
    which a label may be wrong: those of the invalid, and the mismatched ones.
    ``invalid_boxes`` (i, 4): least x, least y, greatest x, greatest y of each part of an invalid
    polygon. ``strange`` (k, 4) and ``strange_boxes`` are segments and boxes of the parts that only
    shapely can say anything about: not valid, and with holes. ``parts`` is None without faults.
    """

    edges: Edges
    invalid: Indices
    mismatched: Indices
    faulty: Floats
    invalid_boxes: Floats
    strange: Floats
    strange_boxes: Floats
    parts: Parts | None


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
    edges, at, polygon, part = _edges_of(polygons[members], members)
    broken, broken_polygon = shapely.get_parts(polygons[invalid], return_index=True)
    broken_polygon = invalid[broken_polygon]
    # Rings that cross each other: whether a hole takes anything away is GEOS's own affair.
    strange = (shapely.get_num_interior_rings(broken) > 0) & ~_are_valid(broken)
    plain = broken[~strange]
    faulty, _ = _segments(shapely.get_parts(marked))
    bad, _ = _segments(_rings(broken)[0])
    return Coverage(
        edges=edges,
        invalid=invalid,
        mismatched=mismatched,
        faulty=np.concatenate([faulty, bad]),
        invalid_boxes=shapely.bounds(broken),
        strange=_segments(_rings(broken[strange])[0])[0],
        strange_boxes=shapely.bounds(broken[strange]),
        parts=(
            _parts_of(edges, (at, polygon, part), plain, broken_polygon[~strange])
            if len(invalid) or len(mismatched)
            else None
        ),
    )


def _are_valid(polygons: NDArray[np.object_]) -> Masks:
    try:
        valid: Masks = shapely.is_valid(polygons)
    except shapely.GEOSException:
        return np.zeros(len(polygons), np.bool_)
    return valid


def _edges_of(
    polygons: NDArray[np.object_], indices: Indices
) -> tuple[Edges, Indices, Ints, Indices]:
    """Return the edges of valid polygons, whose indices are given.

    Then for each segment of their rings: its edge, its polygon and its part.
    """
    rings, ring_part, ring_polygon, is_shell = _rings(polygons)
    segments, ring = _segments(rings)
    # y first, so that the order of complex numbers is the order of the ends of an edge
    places, at = np.unique(segments[:, 1::2] + 1j * segments[:, ::2], return_inverse=True)
    ends = np.sort(at.reshape(-1, 2), axis=1)
    key = ends[:, 0] * len(places) + ends[:, 1]
    order = np.argsort(key)
    ends, key = ends[order], key[order]
    starts = np.r_[True, key[1:] != key[:-1]][: len(key)]
    first = np.flatnonzero(starts)

    lower, upper = places[ends[first, 0]], places[ends[first, 1]]
    polygon = indices[ring_polygon[ring]].astype(np.int32)[order]
    inside_left = (shapely.is_ccw(rings) == is_shell)[ring]
    rightward = np.sign(segments[:, 2] - segments[:, 0]).astype(np.int32)
    rise = np.where(inside_left, rightward, -rightward)[order]
    edges = Edges(
        ends=np.stack([lower.imag, lower.real, upper.imag, upper.real], axis=1),
        labels=np.bitwise_xor.reduceat(polygon + 1, first),
        owners=np.minimum.reduceat(polygon, first),
        rises=np.add.reduceat(rise, first),
    )
    return edges, np.cumsum(starts) - 1, polygon, ring_part[ring][order]


def _parts_of(
    edges: Edges,
    valid: tuple[Indices, Ints, Indices],
    broken: NDArray[np.object_],
    broken_polygon: Indices,
) -> Parts:
    """Put the parts of valid polygons and those of others, polygons without holes, in one order.

    ``valid`` says for each segment of a valid polygon its edge, polygon and part.
    """
    at, polygon, part = valid
    rings, ring_part, _, _ = _rings(broken)
    segments, ring = _segments(rings)
    swapped = (segments[:, 1] > segments[:, 3]) | (
        (segments[:, 1] == segments[:, 3]) & (segments[:, 0] > segments[:, 2])
    )
    segments[swapped] = segments[swapped][:, [2, 3, 0, 1]]
    broken_part = ring_part[ring]

    edge = np.concatenate([at, len(edges) + np.arange(len(segments))])
    owner = np.concatenate([polygon, broken_polygon[broken_part]])
    number = np.concatenate([part, broken_part + part.max(initial=-1) + 1])
    # Numbers of parts anew, in the order of their polygons.
    polygons = np.zeros(number.max(initial=-1) + 1, np.int32)
    polygons[number] = owner
    by_polygon = np.argsort(polygons, kind="stable")
    place = np.empty(len(polygons), np.int32)
    place[by_polygon] = np.arange(len(polygons))
    order = np.argsort(edge, kind="stable")
    first = np.searchsorted(edge[order], np.arange(len(edges) + len(segments) + 1))
    return Parts(
        polygons=polygons[by_polygon],
        ends=np.concatenate([edges.ends, segments]),
        first=first,
        of=place[number[order]],
    )


def _rings(polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices, Indices, Masks]:
    """Return all rings, the number of the part and the position of the polygon of each, and
    whether it is a shell.
    """
    parts, part_polygon = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    is_shell = np.r_[True, ring_part[1:] != ring_part[:-1]][: len(rings)]
    return rings, ring_part, part_polygon[ring_part], is_shell


def _segments(lines: NDArray[np.object_]) -> tuple[Floats, Indices]:
    """Return the segments of all lines, (k, 4), and the position of the line of each.

    Repeated vertices make none: rounding would leave open on which side of them any point is.
    """
    places, line = shapely.get_coordinates(lines, return_index=True)
    joined = (line[1:] == line[:-1]) & (places[1:] != places[:-1]).any(axis=1)
    return np.concatenate([places[:-1][joined], places[1:][joined]], axis=1), line[1:][joined]

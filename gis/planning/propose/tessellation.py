"""Which buildings are neighbours: tessellation cells that share boundary.

The cell of a building is the ground that is nearer to it than to any other and within
:data:`REACH_M` of it (a morphological tessellation). It is never drawn here: the walls are sampled,
the Voronoi diagram of the samples is made, and the length of boundary between two cells is the
length of the diagram's edges between their samples, cut off at the reach. An edge is as far from
the one wall as from the other, so the cut is exact for the sampled walls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

REACH_M = 50.0
SHARED_M = 1.0
SPACING_M, MOST_SPACING_M = 0.5, 2.0
INSET_M = 0.4
MOST_SAMPLES = 150_000

Pairs = NDArray[np.int64]
Floats = NDArray[np.float64]


def neighbours(
    footprints: Sequence[BaseGeometry] | NDArray[Any], *, shared_m: float = SHARED_M
) -> Pairs:
    """Return the pairs of buildings whose cells share at least ``shared_m`` of boundary.

    Parameters
    ----------
    footprints
        Valid polygons or multipolygons, metres.
    shared_m
        The least length of common boundary, metres.

    Returns
    -------
    Pairs
        int array (m, 2), the smaller index first, in ascending order, no pair twice.

    Notes
    -----
    Walls are drawn in by 0.4 m first, so that terraces that share a wall have a line between
    them. Footprints of which one covers half of the other or more (duplicates) stand on one patch
    of ground: they are neighbours, and each has the other's neighbours too.
    """
    shapes = np.asarray(footprints, dtype=object)
    pairs, lengths = shared_boundary(shapes)
    pairs = pairs[lengths >= shared_m]
    stacked = _stacked(shapes)
    return unique_pairs(np.concatenate([pairs, stacked, _lent(pairs, stacked)]))


def shared_boundary(footprints: NDArray[Any], *, reach_m: float = REACH_M) -> tuple[Pairs, Floats]:
    """Return the pairs of cells that meet and the metres of boundary they share.

    Returns
    -------
    tuple of Pairs and Floats
        int array (m, 2) with the smaller index first, ascending; float array (m,).
    """
    if len(footprints) < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    xy, owner = _samples(footprints)
    ends, between = _diagram(xy, owner)
    if not len(between):
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    length = _within(ends[:, 0], ends[:, 1], xy[between[:, 0]], reach_m + INSET_M)
    pair = np.sort(owner[between], axis=1)
    apart = (pair[:, 0] != pair[:, 1]) & (length > 0)
    keys, where = np.unique(pair[apart] @ [len(footprints), 1], return_inverse=True)
    pairs = np.column_stack(np.divmod(keys, len(footprints)))
    shared = np.bincount(where, weights=length[apart], minlength=len(keys))
    return pairs.astype(np.int64), np.asarray(shared, dtype=float)


def unique_pairs(pairs: Pairs) -> Pairs:
    """Return the undirected pairs once each, smaller first, ascending, no loops."""
    pairs = np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _samples(footprints: NDArray[Any]) -> tuple[Floats, Pairs]:
    """Return points along the walls, (k, 2) metres from the first corner, and whose they are."""
    walls = _drawn_in(footprints)
    spacing = np.clip(_apart(footprints) / 6, SPACING_M, MOST_SPACING_M)
    samples = float((shapely.length(walls) / spacing).sum())
    spacing = spacing * max(1.0, samples / MOST_SAMPLES)
    xy, owner = shapely.get_coordinates(shapely.segmentize(walls, spacing), return_index=True)
    xy = np.round(xy - xy.min(axis=0), 6)
    order = np.lexsort((owner, xy[:, 1], xy[:, 0]))
    xy, owner = xy[order], owner[order]
    first = np.ones(len(xy), dtype=bool)
    first[1:] = (np.diff(xy, axis=0) != 0).any(axis=1)
    return xy[first], owner[first]


def _apart(footprints: NDArray[Any]) -> Floats:
    """Return the distance of each footprint to the nearest other, metres."""
    tree = shapely.STRtree(footprints)
    (at, _), away = tree.query_nearest(
        footprints, exclusive=True, all_matches=False, return_distance=True
    )
    found = np.zeros(len(footprints))
    found[at] = away
    return found


def _drawn_in(footprints: NDArray[Any]) -> NDArray[Any]:
    """Return each footprint drawn in by INSET_M, less where that would leave nothing of it."""
    walls = footprints.copy()
    for inset in (0.02, 0.1, INSET_M):
        inner = shapely.buffer(footprints, -inset, join_style="mitre")
        kept = shapely.get_num_geometries(inner) >= shapely.get_num_geometries(footprints)
        kept &= ~shapely.is_empty(inner)
        walls[kept] = inner[kept]
    return walls


def _diagram(xy: Floats, owner: Pairs) -> tuple[Floats, Pairs]:
    """Return the edges between samples of two owners: ends (k, 2, 2) and samples (k, 2).

    They are the lines between the circumcentres of Delaunay triangles that share two samples.
    A ring of samples far outside closes the cells at the rim.
    """
    from scipy.spatial import Delaunay

    far = 4.0 * (float(np.ptp(xy, axis=0).max()) + 4 * REACH_M)
    middle = (xy.min(axis=0) + xy.max(axis=0)) / 2
    turns = np.linspace(0, 2 * np.pi, 12, endpoint=False) + 0.1
    ring = middle + far * np.column_stack([np.cos(turns), np.sin(turns)])
    points = np.vstack([xy, ring])
    triangles = Delaunay(points)
    corners, beside = triangles.simplices, triangles.neighbors
    centres = _circumcentres(points[corners])
    ends, between = [], []
    whose = np.append(owner, np.full(len(ring), -1))
    for k in range(3):
        other = beside[:, k]
        a, b = corners[:, (k + 1) % 3], corners[:, (k + 2) % 3]
        kept = (other > np.arange(len(other))) & (whose[a] != whose[b])
        kept &= (whose[a] >= 0) & (whose[b] >= 0)
        ends.append(np.stack([centres[kept], centres[other[kept]]], axis=1))
        between.append(np.column_stack([a, b])[kept])
    return np.concatenate(ends), np.concatenate(between).astype(np.int64)


def _circumcentres(corners: Floats) -> Floats:
    """Return the centres of the circles through triangles (k, 3, 2); flat ones: their middle."""
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    b2, c2 = (b**2).sum(axis=1), (c**2).sum(axis=1)
    flat = twice == 0
    twice = np.where(flat, 1.0, twice)
    x = (c[:, 1] * b2 - b[:, 1] * c2) / twice
    y = (b[:, 0] * c2 - c[:, 0] * b2) / twice
    centre = a + np.column_stack([x, y])
    return np.asarray(np.where(flat[:, None], corners.mean(axis=1), centre))


def _within(a: Floats, b: Floats, centre: Floats, radius: float) -> Floats:
    """Return how much of each segment a-b, (k, 2) each, lies within radius of its centre."""
    along = b - a
    length = np.hypot(*along.T)
    safe = np.where(length > 0, length, 1.0)
    unit = along / safe[:, None]
    nearest = ((centre - a) * unit).sum(axis=1)
    off = np.abs(unit[:, 0] * (centre - a)[:, 1] - unit[:, 1] * (centre - a)[:, 0])
    half = np.sqrt(np.clip(radius**2 - off**2, 0, None))
    inside = np.minimum(nearest + half, length) - np.maximum(nearest - half, 0)
    return np.where(half > 0, np.clip(inside, 0, None), 0.0)


def _stacked(footprints: NDArray[Any]) -> Pairs:
    """Return the pairs of which one covers at least half of the other."""
    a, b = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    once = a < b
    a, b = a[once], b[once]
    common = shapely.area(shapely.intersection(footprints[a], footprints[b]))
    least = np.minimum(shapely.area(footprints[a]), shapely.area(footprints[b]))
    return np.asarray(np.column_stack([a, b])[common >= 0.5 * least], dtype=np.int64)


def _lent(pairs: Pairs, stacked: Pairs) -> Pairs:
    """Return the neighbours that stacked footprints have from each other."""
    lent = []
    for one, other in stacked:
        for here, there in ((one, other), (other, one)):
            at = (pairs == here).any(axis=1)
            beyond = pairs[at].sum(axis=1) - here
            lent.append(np.column_stack([np.full(len(beyond), there), beyond]))
    return np.concatenate(lent) if lent else np.empty((0, 2), dtype=np.int64)

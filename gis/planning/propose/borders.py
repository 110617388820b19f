"""Which regions are neighbours: those that share an edge, and how much of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

GRAIN = 1e-9


def shared_edges(regions: NDArray[Any]) -> tuple[Ints, Floats]:
    """Return the pairs of regions with a common edge, and its length.

    A corner alone is no common edge. Where outlines run along each other without common vertices,
    or regions overlap, they are neighbours all the same.

    Returns
    -------
    tuple of Ints and Floats
        int array (m, 2), smaller index first, ascending; float array (m,) in the unit of the
        coordinates, 0 for regions that overlap without a common edge.
    """
    if len(regions) < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    pairs, length = _same_segments(regions)
    more, more_length = _along(regions, _touching(regions, pairs))
    pairs = np.concatenate([pairs, more])
    length = np.concatenate([length, more_length])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order], length[order]


def _same_segments(regions: NDArray[Any]) -> tuple[Ints, Floats]:
    """Return the pairs that have segments in common, vertex for vertex."""
    rings, of_part = shapely.get_rings(shapely.get_parts(regions), return_index=True)
    _, of_region = shapely.get_parts(regions, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    a, b = xy[:-1][inside], xy[1:][inside]
    owner = of_region[of_part[ring[:-1][inside]]]
    grain = GRAIN * max(1.0, float(np.abs(xy).max()))
    ends = np.round(np.hstack([a, b]) / grain).astype(np.int64)
    flip = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[flip] = ends[flip][:, [2, 3, 0, 1]]
    order = np.lexsort((owner, *ends.T))
    ends, owner = ends[order], owner[order]
    length = np.hypot(*(a - b).T)[order]
    same = (ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1]) & (length[1:] > 0)
    found = np.sort(np.column_stack([owner[:-1], owner[1:]])[same], axis=1)
    pairs, where = np.unique(found, axis=0, return_inverse=True)
    sums = np.bincount(where.ravel(), weights=length[1:][same], minlength=len(pairs))
    return pairs.astype(np.int64).reshape(-1, 2), np.asarray(sums, dtype=float)


def _touching(regions: NDArray[Any], known: Ints) -> Ints:
    """Return the pairs that meet but are not known to share a segment."""
    a, b = shapely.STRtree(regions).query(regions, predicate="intersects")
    n = len(regions)
    keys = (a * n + b)[a < b]
    fresh = np.setdiff1d(keys, known @ np.array([n, 1]))
    return np.column_stack(np.divmod(fresh, n)).astype(np.int64)


def _along(regions: NDArray[Any], pairs: Ints) -> tuple[Ints, Floats]:
    """Return those of the pairs that run along each other or overlap, and the common length."""
    one, other = regions[pairs[:, 0]], regions[pairs[:, 1]]
    overlap = shapely.relate_pattern(one, other, "2********")
    along = shapely.relate_pattern(one, other, "****1****")
    kept = overlap | along
    common = shapely.intersection(shapely.boundary(one[kept]), shapely.boundary(other[kept]))
    return pairs[kept], np.asarray(shapely.length(common), dtype=float)

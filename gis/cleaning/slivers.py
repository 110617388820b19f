"""Slivers shared out: each bit of them goes to the grid whose line it lies along.

A sliver between one grid and two others must not go to any of them whole: its far end would be
a spike along the third. So it is cut into triangles, and each goes to the ground it shares the
longest border with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gis.cleaning.piece import areas, is_thin
from gis.geometry import polygon_parts

_TOUCH_M = 0.002
_LEAST_M2 = 1e-8


def share_out(shapes: Any, whole: Any, tolerance_m: float) -> Any:
    """Return the shapes without the slivers between them.

    Parameters
    ----------
    shapes
        Valid areas in metres that should tile ``whole``; the last one is what lies around.
    whole
        All the ground.
    tolerance_m
        Overlaps and gaps that are wider stay as they are.

    Returns
    -------
    An array of as many shapes. Edges need not match vertex by vertex yet.
    """
    shapes = np.array(shapes, dtype=object)
    slivers = _overlaps(shapes, tolerance_m) + _gaps(shapes, whole, tolerance_m)
    if not slivers:
        return shapes
    contested = shapely.union_all([s for s, _ in slivers])
    own = shapely.difference(shapes, contested)
    tree = shapely.STRtree(own)
    given: dict[int, list[Any]] = {}
    for sliver, holders in slivers:
        for bit, holder in _shared(sliver, holders, own, tree):
            given.setdefault(holder, []).append(bit)
    out = own.copy()
    for holder, bits in given.items():
        out[holder] = areas(shapely.union_all([own[holder], *bits]))
    return out


def _overlaps(shapes: Any, tolerance_m: float) -> list[tuple[Any, tuple[int, ...]]]:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    found: list[tuple[Any, tuple[int, ...]]] = []
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i < j:
            for part in polygon_parts(shapely.intersection(shapes[i], shapes[j])):
                if part.area > _LEAST_M2 and is_thin(part, tolerance_m):
                    found.append((part, (i, j)))
    return found


def _gaps(shapes: Any, whole: Any, tolerance_m: float) -> list[tuple[Any, tuple[int, ...]]]:
    empty = polygon_parts(shapely.difference(whole, shapely.union_all(shapes)))
    return [(p, ()) for p in empty if p.area > _LEAST_M2 and is_thin(p, tolerance_m)]


def _shared(
    sliver: Any, holders: tuple[int, ...], own: Any, tree: shapely.STRtree
) -> list[tuple[Any, int]]:
    """Return the bits of a sliver with the shape that each goes to."""
    bits = shapely.get_parts(shapely.constrained_delaunay_triangles(sliver)).tolist() or [sliver]
    shared: list[tuple[Any, int]] = []
    left: list[Any] = []
    near = holders or tuple(tree.query(shapely.buffer(sliver, _TOUCH_M)).tolist())
    grown = {i: shapely.buffer(shapely.boundary(own[i]), _TOUCH_M) for i in near}
    for bit in bits:
        border = {i: _length(bit, grown[i]) for i in near}
        best = max(border, key=lambda i: border[i], default=None)
        if best is None or border[best] <= 4 * _TOUCH_M:
            left.append(bit)
        else:
            shared.append((bit, best))
    for bit in left:
        nearest = min(near, key=lambda i: own[i].distance(bit), default=None)
        if nearest is not None:
            shared.append((bit, nearest))
    return shared


def _length(bit: Any, strip: Any) -> float:
    return float(shapely.length(shapely.intersection(shapely.boundary(bit), strip)))

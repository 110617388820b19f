"""Slivers shared out: each bit of them goes to the grid whose line it lies along.

A sliver between one grid and two others must not go to any of them whole: its far end would be
a spike along the third. So it is cut into triangles, and each goes to a ground from whose line no
corner of it is further than the tolerance; of several to the one it shares the longest border with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.cleaning.piece import areas, is_thin, of_parts
from gis.geometry import polygon_parts

_TOUCH_M = 0.002
_LEAST_M2 = 1e-8
_ALONG = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


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
    grounds = _Grounds(
        shapely.boundary(shapes), shapely.boundary(own), shapely.STRtree(own), tolerance_m
    )
    shapely.prepare(grounds.drawn)
    shapely.prepare(grounds.own)
    given: dict[int, list[Any]] = {}
    for sliver, holders in slivers:
        for bit, holder in _shared(sliver, holders, grounds):
            given.setdefault(holder, []).append(bit)
    out = own.copy()
    strays: list[tuple[int, Any]] = []
    for holder, bits in given.items():
        kept, loose = _joined(own[holder], bits)
        out[holder] = kept
        strays += [(holder, part) for part in loose]
    for holder, part in strays:
        _settle(part, holder, out, grounds)
    return out


def _joined(own: Any, bits: list[Any]) -> tuple[Any, list[Any]]:
    """Return a ground with the bits that lie along it, and what touches it at a point only."""
    parts = polygon_parts(shapely.union_all([own, *bits]))
    inside = shapely.point_on_surface(np.array(polygon_parts(own), dtype=object))
    if not len(inside):
        return of_parts(parts), []
    kept = [p for p in parts if shapely.intersects(p, inside).any()]
    loose = [p for p in parts if not shapely.intersects(p, inside).any()]
    return (of_parts(kept), loose) if kept else (own, parts)


def _settle(part: Any, holder: int, out: Any, grounds: _Grounds) -> None:
    """Give what lies loose to the neighbour it shares the longest border with, in place."""
    corners = shapely.points(shapely.get_coordinates(part))
    near = [i for i in grounds.tree.query(shapely.buffer(part, _TOUCH_M)).tolist() if i != holder]
    shared = {
        i: shapely.length(shapely.intersection(part.boundary, out[i].boundary.buffer(_TOUCH_M)))
        for i in near
        if _within(grounds.drawn[i], corners, grounds.tolerance_m).all()
    }
    best = max(shared, key=lambda i: shared[i], default=holder)
    if shared.get(best, 0.0) <= 4 * _TOUCH_M:
        best = holder
    out[best] = areas(shapely.union_all([out[best], part]))


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


@dataclass(frozen=True)
class _Grounds:
    """What slivers can go to: lines as drawn, lines around the ground that is nobody else's."""

    drawn: Any
    own: Any
    tree: shapely.STRtree
    tolerance_m: float


def _shared(sliver: Any, holders: tuple[int, ...], grounds: _Grounds) -> list[tuple[Any, int]]:
    """Return the bits of a sliver with the shape that each goes to."""
    bits = shapely.get_parts(shapely.constrained_delaunay_triangles(sliver))
    bits = bits if len(bits) else np.array([sliver], dtype=object)
    near = holders or tuple(grounds.tree.query(shapely.buffer(sliver, _TOUCH_M)).tolist())
    if not near:
        return []
    xy, of = shapely.get_coordinates(bits, return_index=True)
    corners, edges = shapely.points(xy), _Edges.of(xy, of)
    far = [np.bincount(of, ~_within(grounds.drawn[i], corners, grounds.tolerance_m)) for i in near]
    border = np.array([edges.border(grounds.own[i], len(bits)) for i in near])
    first = np.lexsort((-border, border <= 4 * _TOUCH_M, np.array(far) > 0), axis=0)[0]
    return [(bit, near[i]) for bit, i in zip(bits.tolist(), first.tolist(), strict=True)]


def _within(line: Any, points: Any, far_m: float) -> NDArray[np.bool_]:
    return np.asarray(shapely.dwithin(line, points, far_m))


@dataclass(frozen=True)
class _Edges:
    """The edges of bits: of which bit each is, how long, and five points along it."""

    bit: NDArray[np.intp]
    length: NDArray[np.float64]
    points: Any

    @staticmethod
    def of(xy: NDArray[np.float64], bit: NDArray[np.intp]) -> _Edges:
        """Return the edges of rings that stand one after the other."""
        same = bit[1:] == bit[:-1]
        begin, run = xy[:-1][same], (xy[1:] - xy[:-1])[same]
        along = begin[:, None] + run[:, None] * _ALONG[None, :, None]
        return _Edges(bit[1:][same], np.hypot(*run.T), shapely.points(along))

    def border(self, line: Any, bits: int) -> NDArray[np.float64]:
        """Return for each bit how much of its edge lies along a line, metres."""
        along = _within(line, self.points, _TOUCH_M).mean(axis=1)
        found = np.bincount(self.bit, along * self.length, minlength=bits)
        return found.astype(np.float64)

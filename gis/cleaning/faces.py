"""The ground cut along every line that somebody drew: faces that share whole edges.

All lines are brought to the lattice of the seventh decimal at once (snap rounding), so that what is
made of faces later matches vertex by vertex and no ring becomes invalid by rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.cleaning.piece import areas
from gis.geometry import DECIMALS, metres_of_degree

GRID = 10.0**-DECIMALS
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Faces:
    """Polygons in degrees that share whole edges, and which shapes hold each.

    ``face`` and ``holder`` are pairs, one for each shape that a face lies in.
    """

    polygons: Any
    face: Ints
    holder: Ints
    edges: Edges = field(repr=False)

    @cached_property
    def count(self) -> Ints:
        """How many shapes hold each face."""
        return np.bincount(self.face, minlength=len(self.polygons))

    @cached_property
    def first(self) -> Ints:
        """The first shape that holds each face, -1 for none."""
        found = np.full(len(self.polygons), -1)
        found[self.face[::-1]] = self.holder[::-1]
        return found

    def cut(self, rows: Ints, triangles: list[Any]) -> tuple[Faces, Ints]:
        """Return faces of which some are cut into triangles, and the face each was part of."""
        kept = np.setdiff1d(np.arange(len(self.polygons)), rows)
        bits = [t for t in triangles if len(t)]
        polygons = np.concatenate([self.polygons[kept], *bits])
        origin = np.concatenate(
            [kept, *(np.full(len(t), r) for r, t in zip(rows, triangles, strict=True))]
        ).astype(np.int64)
        order = np.argsort(self.face, kind="stable")
        starts = np.searchsorted(self.face[order], np.arange(len(self.polygons) + 1))
        counts = np.diff(starts)[origin]
        face = np.repeat(np.arange(len(origin)), counts)
        ends = np.cumsum(counts)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
        holder = self.holder[order][np.repeat(starts[origin], counts) + within]
        return Faces(polygons, face, holder, Edges.of(polygons)), origin


@dataclass(frozen=True)
class Edges:
    """Which two faces lie on either side of an edge, and how long it is in metres."""

    one: Ints
    other: Ints
    metres: Floats

    @staticmethod
    def of(polygons: Any) -> Edges:
        """Return the edges that two of the faces share."""
        rings, of_face = shapely.get_rings(polygons, return_index=True)
        xy, of_ring = shapely.get_coordinates(rings, return_index=True)
        if not len(xy):
            none = np.empty(0, np.int64)
            return Edges(none, none, np.empty(0))
        lattice = np.rint(xy / GRID).astype(np.int64)
        _, node = np.unique(lattice[:, 0] * 2**31 + lattice[:, 1], return_inverse=True)
        same = of_ring[1:] == of_ring[:-1]
        start, end = node[:-1][same].astype(np.int64), node[1:][same].astype(np.int64)
        owner = of_face[of_ring[1:][same]]
        east, north = metres_of_degree(float(xy[:, 1].mean()))
        run = (xy[1:] - xy[:-1])[same] * [east, north]
        key = np.minimum(start, end) * (int(node.max()) + 1) + np.maximum(start, end)
        order = np.argsort(key, kind="stable")
        twice = np.flatnonzero(key[order][1:] == key[order][:-1])
        a, b = order[twice], order[twice + 1]
        return Edges(owner[a], owner[b], np.hypot(*run[a].T))

    def both_ways(self) -> tuple[Ints, Ints, Floats]:
        """Return every edge from either side: the face, the one across, and the length."""
        here = np.concatenate([self.one, self.other])
        return here, np.concatenate([self.other, self.one]), np.tile(self.metres, 2)


def cut_up(shapes: Any, lines: Any) -> Faces:
    """Return the faces that shapes and lines in degrees cut the ground into.

    Parameters
    ----------
    shapes
        Valid areas; they may overlap.
    lines
        More lines to cut along.
    """
    drawn = np.concatenate([shapely.boundary(shapes), lines])
    noded = shapely.union_all(drawn, grid_size=GRID)
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    polygons = shapely.transform(polygons, lambda xy: np.round(xy, DECIMALS))
    spots = shapely.point_on_surface(polygons)
    face, holder = shapely.STRtree(shapes).query(spots, predicate="intersects")
    order = np.lexsort((holder, face))
    return Faces(
        polygons,
        face[order].astype(np.int64),
        holder[order].astype(np.int64),
        Edges.of(polygons),
    )


def dissolved(faces: Faces, owner: Ints, count: int) -> Any:
    """Return the ground of each of ``count`` owners as one area; empty for none."""
    out = np.empty(count, dtype=object)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(count + 1))
    for i in range(count):
        own = faces.polygons[order[bounds[i] : bounds[i + 1]]]
        out[i] = own[0] if len(own) == 1 else joined(own)
    return out


def joined(polygons: Any) -> Any:
    """Return the ground of faces as one area, exactly where their edges match."""
    if not len(polygons):
        return shapely.Polygon()
    try:
        return shapely.coverage_union_all(polygons)
    except shapely.errors.GEOSException:
        return areas(shapely.union_all(shapely.make_valid(polygons)))

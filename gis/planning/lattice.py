"""Polygons as rings of lattice nodes: whole numbers of 1e-7 degree, so that edges match exactly.

A ring is a tuple of nodes without the repeated end; its ground lies to the left, so outer rings
run counter-clockwise and holes clockwise. Neighbours that share an edge walk it in opposite
directions: a set of faces is dissolved by cancelling those pairs, which rounds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import DECIMALS

SCALE = 10**DECIMALS
Node = tuple[int, int]
Ring = tuple[Node, ...]
Face = tuple[Ring, ...]  # outer ring first, then holes
Edge = tuple[Node, Node]
K = TypeVar("K")


def nodes_of(ring: BaseGeometry) -> Ring:
    """Return the nodes of a closed line in degrees, without the end that repeats the start."""
    xy = np.rint(shapely.get_coordinates(ring) * SCALE).astype(np.int64)
    return tuple((x, y) for x, y in xy[:-1].tolist())


def faces_of(geometry: BaseGeometry) -> list[Face]:
    """Return the polygons of a Polygon or MultiPolygon in degrees as faces."""
    return [
        (
            _turned(nodes_of(part.exterior), left=True),
            *(_turned(nodes_of(hole), left=False) for hole in part.interiors),
        )
        for part in shapely.get_parts(geometry).tolist()
    ]


def _turned(ring: Ring, *, left: bool) -> Ring:
    return ring if (twice_area(ring) > 0) is left else ring[::-1]


def twice_area(ring: Sequence[Node]) -> int:
    """Return twice the area a ring encloses, positive when it runs counter-clockwise."""
    total = 0
    x0, y0 = ring[-1]
    for x1, y1 in ring:
        total += x0 * y1 - x1 * y0
        x0, y0 = x1, y1
    return total


def edges_of(face: Face) -> Iterable[Edge]:
    """Yield the directed edges of a face."""
    for ring in face:
        before = ring[-1]
        for node in ring:
            yield before, node
            before = node


def outline(faces: Iterable[Face]) -> list[Ring]:
    """Return the simple rings around a set of faces that share whole edges."""
    left: dict[Edge, None] = {}
    for face in faces:
        for edge in edges_of(face):
            back = (edge[1], edge[0])
            if back in left:
                del left[back]
            else:
                left[edge] = None
    return rings_of(left)


def rings_of(edges: Iterable[Edge]) -> list[Ring]:
    """Return the simple rings that directed edges close to; one that meets itself is parted."""
    onward: dict[Node, list[Node]] = {}
    for start, end in edges:
        onward.setdefault(start, []).append(end)
    rings: list[Ring] = []
    while onward:
        start = next(iter(onward))
        path: list[Node] = [start]
        place = {start: 0}
        while True:
            here = path[-1]
            ends = onward[here]
            ahead = ends.pop()
            if not ends:
                del onward[here]
            if ahead not in place:
                place[ahead] = len(path)
                path.append(ahead)
                continue
            first = place[ahead]
            rings.append(tuple(path[first:]))
            for node in path[first + 1 :]:
                del place[node]
            del path[first + 1 :]
            if ahead not in onward:
                break
    return rings


def faces_from(rings: Sequence[Ring]) -> list[Face]:
    """Return rings as faces, each hole with the outer ring around it, in a settled order."""
    outer = [_settled(r) for r in rings if twice_area(r) > 0]
    holes = [_settled(r) for r in rings if twice_area(r) < 0]
    outer.sort()
    if not holes:
        return [(ring,) for ring in outer]
    if len(outer) == 1:
        return [(outer[0], *sorted(holes))]
    shells = [shapely.Polygon(r) for r in outer]
    inside: list[list[Ring]] = [[] for _ in outer]
    for hole in sorted(holes):
        polygon = shapely.Polygon(hole)
        around = [i for i, s in enumerate(shells) if s.covers(polygon)]
        inside[min(around, key=lambda i: shells[i].area)].append(hole)
    return [(ring, *own) for ring, own in zip(outer, inside, strict=True)]


def settled(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Return faces in the order that :func:`faces_from` gives them."""
    return tuple(faces_from([ring for face in faces for ring in face]))


def _settled(ring: Ring) -> Ring:
    """Return a ring from its lowest node on, so that equal ground has equal bytes."""
    first = ring.index(min(ring))
    return ring[first:] + ring[:first]


def geometry_of(faces: Sequence[Face]) -> BaseGeometry:
    """Return faces as a Polygon, or a MultiPolygon of several, in degrees."""
    polygons = [_polygon(face) for face in faces]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _polygon(face: Face) -> Any:
    shell, *holes = [degrees_of(ring) for ring in face]
    return shapely.polygons(shell, [shapely.linearrings(hole) for hole in holes] or None)


def degrees_of(ring: Sequence[Node]) -> Any:
    """Return nodes in degrees, float array (n, 2), rounded as files are."""
    return np.round(np.array(ring, dtype=float) / SCALE, DECIMALS)


def components(members: Iterable[K], neighbours: Any) -> list[set[K]]:
    """Return the connected pieces of a set; ``neighbours(member)`` names those beside one."""
    left = set(members)
    found = []
    while left:
        piece = {left.pop()}
        border = list(piece)
        while border:
            for other in neighbours(border.pop()):
                if other in left:
                    left.discard(other)
                    piece.add(other)
                    border.append(other)
        found.append(piece)
    return sorted(found, key=len, reverse=True)

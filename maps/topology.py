"""The boundaries of a division as arcs: every shared edge once, and each grid's rings made of them.

Coordinates are integers of 1e-7 degrees, so nothing is lost and the browser decides exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry import DECIMALS

Position = tuple[int, int]
Edge = tuple[Position, Position]
UNITS = 10**DECIMALS


@dataclass(frozen=True)
class Arcs:
    """A coverage cut where three grids meet.

    ``lines[k]`` are the positions of arc k; ``owners[k]`` the one or two polygons it bounds.
    ``rings[i]`` are the rings of polygon i: lists of ``k + 1``, or ``-(k + 1)`` for an arc that
    runs backwards.
    """

    lines: tuple[tuple[Position, ...], ...]
    owners: tuple[tuple[int, ...], ...]
    rings: tuple[tuple[tuple[int, ...], ...], ...]

    def outline(self, members: Iterable[int]) -> tuple[tuple[int, ...], ...]:
        """Return the rings around the union of some polygons; even-odd."""
        once: dict[int, int] = {}
        for member in members:
            for arc in (a for ring in self.rings[member] for a in ring):
                if -arc in once:
                    del once[-arc]
                else:
                    once[arc] = arc
        return tuple(self._stitched(list(once)))

    def _ends(self, arc: int) -> tuple[Position, Position]:
        line = self.lines[abs(arc) - 1]
        return (line[0], line[-1]) if arc > 0 else (line[-1], line[0])

    def _stitched(self, arcs: list[int]) -> Iterable[tuple[int, ...]]:
        leaving: dict[Position, list[int]] = {}
        for arc in reversed(arcs):
            leaving.setdefault(self._ends(arc)[0], []).append(arc)
        for first in arcs:
            start, end = self._ends(first)
            if first not in leaving[start]:
                continue
            leaving[start].remove(first)
            ring = [first]
            while end != start:
                ring.append(leaving[end].pop())
                end = self._ends(ring[-1])[1]
            yield tuple(ring)


def integers(geometry: Any) -> NDArray[np.int64]:
    """Return the positions of a geometry as integers of 1e-7 degrees, shape (n, 2)."""
    whole: NDArray[np.int64] = np.rint(shapely.get_coordinates(geometry) * UNITS).astype(np.int64)
    return whole


def rings_of(geometry: BaseGeometry) -> list[Any]:
    """Return the linear rings of a polygon or multipolygon; [] for anything else."""
    parts = shapely.get_parts(geometry)
    return [r for r in shapely.get_rings(parts) if r is not None]


def coverage_arcs(polygons: Sequence[BaseGeometry]) -> Arcs:
    """Return the arcs of polygons whose shared edges match.

    Where edges do not match (no valid coverage), each polygon keeps its own.
    """
    rings = [[_open_ring(r) for r in rings_of(shapely.orient_polygons(p))] for p in polygons]
    owners = _owners(rings)
    junctions = _junctions(owners)
    known: dict[tuple[Position, ...], int] = {}
    made = tuple(
        tuple(_ring_of_arcs(ring, junctions, known) for ring in polygon) for polygon in rings
    )
    bounded = (owners[_edge(line[0], line[1])] for line in known)
    return Arcs(tuple(known), tuple(tuple(sorted(set(o))) for o in bounded), made)


def _open_ring(ring: Any) -> list[Position]:
    return [(int(x), int(y)) for x, y in integers(ring)[:-1]]


def _edge(a: Position, b: Position) -> Edge:
    return (a, b) if a < b else (b, a)


def _owners(rings: Sequence[Sequence[list[Position]]]) -> dict[Edge, list[int]]:
    """Return which polygons each edge bounds."""
    owners: dict[Edge, list[int]] = {}
    for i, polygon in enumerate(rings):
        for ring in polygon:
            for a, b in pairwise([*ring, ring[0]]):
                owners.setdefault(_edge(a, b), []).append(i)
    return owners


def _junctions(owners: dict[Edge, list[int]]) -> set[Position]:
    """Return the positions where arcs end: not two edges meet, or their owners differ."""
    edges: dict[Position, list[list[int]]] = {}
    for (a, b), who in owners.items():
        edges.setdefault(a, []).append(who)
        edges.setdefault(b, []).append(who)
    return {p for p, who in edges.items() if len(who) != 2 or set(who[0]) != set(who[1])}


def _ring_of_arcs(
    ring: list[Position], junctions: set[Position], known: dict[tuple[Position, ...], int]
) -> tuple[int, ...]:
    """Return a ring as numbers of arcs; new arcs are added to ``known``."""
    cuts = [i for i, p in enumerate(ring) if p in junctions] or [ring.index(min(ring))]
    turned = ring[cuts[0] :] + ring[: cuts[0]] + [ring[cuts[0]]]
    ends = [cut - cuts[0] for cut in cuts] + [len(ring)]
    numbers = []
    for a, b in pairwise(ends):
        line = tuple(turned[a : b + 1])
        if (back := known.get(line[::-1])) is not None:
            numbers.append(-(back + 1))
        else:
            numbers.append(known.setdefault(line, len(known)) + 1)
    return tuple(numbers)

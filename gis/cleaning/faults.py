"""What is wrong with how grids lie, as shapes that a map can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.cleaning.piece import Piece, sound, width_m
from gis.geometry import MetricFrame, polygon_parts

SLIVER_M = 1.0
"""Narrower than this it is a sliver: two people drew one line twice."""
_LEAST_M2 = 1e-4


@dataclass(frozen=True)
class Fault:
    """An area that two grids have, or none: ``overlap``, ``gap`` or ``outside`` of the parent.

    ``codes`` are the grids it is about; ``shape`` is in WGS84 degrees.
    """

    kind: str
    codes: tuple[str, ...]
    area_m2: float
    width_m: float
    shape: BaseGeometry

    @property
    def is_sliver(self) -> bool:
        """Tell whether it is narrower than :data:`SLIVER_M`."""
        return self.width_m < SLIVER_M


def find_faults(pieces: Sequence[Piece], most: int = 500) -> tuple[Fault, ...]:
    """Return overlaps side by side and gaps and overhangs below each parent, the largest first.

    Shapes that are not valid are looked at as what they enclose.
    """
    frame = MetricFrame.of([p.shape for p in pieces])
    valid = [(p, sound(frame.to_metres(p.shape))) for p in pieces]
    found: list[Fault] = []
    for level in (1, 2, 3):
        found += _overlaps([(p, s) for p, s in valid if p.level == level])
    shapes = {p.code: (p, s) for p, s in valid}
    children: dict[str, list[tuple[Piece, Any]]] = {}
    for piece, shape in valid:
        if piece.parent:
            children.setdefault(piece.parent, []).append((piece, shape))
    for code, (_, shape) in shapes.items():
        if code in children:
            found += _below(code, shape, children[code])
    found.sort(key=lambda f: -f.area_m2)
    return tuple(replace(f, shape=frame.to_degrees(f.shape)) for f in found[:most])


def _overlaps(grids: list[tuple[Piece, Any]]) -> list[Fault]:
    if not grids:
        return []
    shapes = np.array([s for _, s in grids], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for i, j in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if i < j:
            common = shapely.intersection(shapes[i], shapes[j])
            found += _faults("overlap", (grids[i][0].code, grids[j][0].code), common)
    return found


def _below(code: str, shape: Any, children: list[tuple[Piece, Any]]) -> list[Fault]:
    covered = shapely.union_all([s for _, s in children])
    found = _faults("gap", (code,), shapely.difference(shape, covered))
    for piece, child in children:
        found += _faults("outside", (piece.code, code), shapely.difference(child, shape))
    return found


def _faults(kind: str, codes: tuple[str, ...], where: Any) -> list[Fault]:
    return [
        Fault(kind, codes, float(p.area), width_m(p), p)
        for p in polygon_parts(where)
        if p.area > _LEAST_M2
    ]

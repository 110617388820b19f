"""Boundaries drawn elsewhere, brought to the cells of a plan: a cell goes where most of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.planning.cell_map import CellMap
from gis.planning.lattice import geometry_of

SURE = 0.8


@dataclass(frozen=True, slots=True)
class Snapped:
    """The row of the polygon that a cell goes to, None for none; shares of all that touch it."""

    cell: int
    row: int | None
    shares: tuple[tuple[int, float], ...]

    @property
    def in_doubt(self) -> bool:
        """Whether no polygon covers nearly all of it."""
        return not self.shares or self.shares[0][1] < SURE


def snap(cell_map: CellMap, polygons: Sequence[BaseGeometry]) -> list[Snapped]:
    """Return where each cell belongs.

    A cell covered under :data:`SURE` by one polygon, or by none, is in doubt and goes nowhere.

    Parameters
    ----------
    ground
        The cells.
    polygons
        Areas in WGS84 degrees; they may overlap and leave gaps.
    """
    numbers = list(cell_map.cells)
    shapes = np.array([geometry_of((cell_map.cells[c].face,)) for c in numbers], dtype=object)
    areas = np.array(polygons, dtype=object)
    shares: list[list[tuple[int, float]]] = [[] for _ in numbers]
    if len(areas):
        cells, rows = shapely.STRtree(areas).query(shapes, predicate="intersects")
        cut = shapely.area(shapely.intersection(shapes[cells], areas[rows]))
        part = cut / shapely.area(shapes[cells])
        for cell, row, share in zip(cells.tolist(), rows.tolist(), part.tolist(), strict=True):
            if share > 0.001:
                shares[cell].append((row, min(share, 1.0)))
    found = []
    for number, own in zip(numbers, shares, strict=True):
        own.sort(key=lambda pair: -pair[1])
        sure = bool(own) and own[0][1] >= SURE
        found.append(Snapped(number, own[0][0] if sure else None, tuple(own)))
    return found

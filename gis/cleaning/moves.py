"""How far cleaning moved the lines of a grid, against what was drawn.

A vertex is measured to the nearest line of the other drawing. What disappears altogether moved no
line: a sliver-thin island that was dropped, a pinhole or a slit that was filled; and across a speck
the line may go round either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.cleaning.piece import Piece, is_mendable, width_m
from gis.findings import Finding, Text, error
from gis.geometry import DECIMALS, MetricFrame, point_inside, polygon_parts

ROUNDING_M = 0.02
"""What the seventh decimal of a degree may add."""
_AT_M = 0.03


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured by: the plane that all shapes are brought to, and how far lines may move."""

    frame: MetricFrame
    tolerance_m: float

    @property
    def allowed_m(self) -> float:
        """How far a vertex may lie from the other's line, rounding included."""
        return self.tolerance_m + ROUNDING_M


def measure_moves(
    piece: Piece, before: Any, after: Any, by: Measure
) -> tuple[float, list[Finding]]:
    """Return how far a line of a grid moved at most, metres, and what is too far.

    Parameters
    ----------
    piece
        As it was drawn; its ring may cross itself.
    before, after
        What it was taken for and what became of it, in metres.
    by
        Plane and tolerance.
    """
    old, new = _distances(before, after), _distances(after, before)
    told: list[Finding] = []
    slack = abs(after.area - before.area) > by.allowed_m * before.length
    if max(old.max(), new.max()) > by.allowed_m or slack:
        changes = _Changes.of(before, after, by)
        old = np.where(changes.excuse(before, old, gone=True), 0.0, old)
        new = np.where(changes.excuse(after, new, gone=False), 0.0, new)
        told += _too_far(piece, changes, max(float(old.max()), float(new.max())), by)
    moved = max(float(old.max()), float(new.max()))
    if not piece.shape.is_valid:
        lost = _lost(piece, after, by)
        moved = max(moved, *(f.size or 0.0 for f in lost), 0.0)
        told = lost + told
    return moved, told


def _distances(one: Any, other: Any) -> NDArray[np.float64]:
    """Return how far each vertex of a shape lies from the other's line, metres."""
    xy, of = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(other)), return_index=True)
    same = of[1:] == of[:-1]
    tree = shapely.STRtree(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)))
    vertices = shapely.points(shapely.get_coordinates(one))
    _, found = tree.query_nearest(vertices, return_distance=True, all_matches=False)
    return np.asarray(found)


@dataclass(frozen=True)
class _Changes:
    """The ground that a grid got and gave up, in metres, and which of it cleaning may move."""

    gained: Any
    lost: Any
    islands: Any
    by: Measure

    @classmethod
    def of(cls, before: Any, after: Any, by: Measure) -> _Changes:
        gained = _parts(shapely.difference(after, before))
        lost = _parts(shapely.difference(before, after))
        inside = shapely.point_on_surface(_parts(after))
        islands = [p for p in polygon_parts(before) if not shapely.intersects(p, inside).any()]
        return cls(gained, lost, np.array(islands, dtype=object), by)

    def excuse(self, shape: Any, far_m: NDArray[np.float64], *, gone: bool) -> NDArray[np.bool_]:
        """Tell which vertices of a shape moved no line, for all that they are far.

        ``gone``: of what was drawn; else of what became of it.
        """
        far = np.flatnonzero(far_m > self.by.allowed_m)
        out = np.zeros(len(far_m), dtype=bool)
        if not len(far):
            return out
        tolerance_m = self.by.allowed_m
        if gone:
            mended = [self.gained[is_mendable(self.gained, tolerance_m)],
                      self.islands[is_mendable(self.islands, tolerance_m)]]  # fmt: skip
        else:
            mended = []
        both = np.concatenate([self.gained, self.lost])
        mended.append(both[is_mendable(both, tolerance_m) & _is_short(both, tolerance_m)])
        grounds = np.concatenate(mended)
        if not len(grounds):
            return out
        spots = shapely.points(shapely.get_coordinates(shape)[far])
        found, _ = shapely.STRtree(grounds).query(spots, predicate="dwithin", distance=_AT_M)
        out[far[found]] = True
        return out

    def wide(self) -> Any:
        """Return the ground with room for more than a line may move to either side."""
        both = np.concatenate([self.gained, self.lost])
        return both[~is_mendable(both, 2 * self.by.allowed_m)]


def _parts(geometry: Any) -> Any:
    return np.array(polygon_parts(geometry), dtype=object)


def _is_short(parts: Any, tolerance_m: float) -> Any:
    west, south, east, north = shapely.bounds(parts).reshape(-1, 4).T
    return np.hypot(east - west, north - south) <= 4 * tolerance_m


def _too_far(piece: Piece, changes: _Changes, moved: float, by: Measure) -> list[Finding]:
    """Return the ground that changes hands further from the drawn line than the tolerance."""
    wide = changes.wide()
    if moved <= by.allowed_m and not len(wide):
        return []
    parts = wide if len(wide) else np.concatenate([changes.gained, changes.lost])
    largest = max(parts.tolist(), key=lambda p: p.area, default=None)
    if largest is None:
        largest = by.frame.to_metres(piece.shape)
    size = max(moved, width_m(largest)) if len(wide) else moved
    text = Text(
        f"cleaning would move its line by {size:.2f} m, over the tolerance of "
        f"{by.tolerance_m:g} m: redraw it here, or choose a larger tolerance",
        f"清理将使其边界移动 {size:.2f} 米，超过容差 {by.tolerance_m:g} 米："
        "请在此处重画，或放宽容差",
    )
    place = point_inside(by.frame.to_degrees(largest))
    found = error("over_tolerance", text, grid_code=piece.code, place=place, size=size, unit="m")
    return [found]


def _lost(piece: Piece, after: Any, by: Measure) -> list[Finding]:
    """Return the tip of a spike or loop that mending a ring would take away, if it is that far."""
    drawn = by.frame.to_metres(piece.shape)
    far = _distances(drawn, after)
    worst = int(np.argmax(far))
    if far[worst] <= by.allowed_m:
        return []
    size = float(far[worst])
    lon, lat = shapely.get_coordinates(piece.shape)[worst].tolist()
    text = Text(
        f"a spike or loop of its ring reaches {size:.2f} m out, over the tolerance of "
        f"{by.tolerance_m:g} m: delete its vertices here, or choose a larger tolerance",
        f"边界环有一处尖刺或小环伸出 {size:.2f} 米，超过容差 {by.tolerance_m:g} 米："
        "请删除此处的顶点，或放宽容差",
    )
    place = round(lon, DECIMALS), round(lat, DECIMALS)
    return [error("spike", text, grid_code=piece.code, place=place, size=size, unit="m")]

"""All grids together: one coverage, and the parents its exact unions.

Level 3 is the ground truth. Overlaps and gaps no wider than the tolerance go to a neighbour;
edges get the same vertices on both sides; levels 2 and 1 become the unions of their children.
Then every grid is compared with what was drawn: where a line moved further than the tolerance,
nothing is cleaned and the places are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.cleaning.mend import mend
from gis.cleaning.piece import Piece, areas, is_thin, of_parts, width_m
from gis.cleaning.slivers import share_out
from gis.errors import InvalidInput
from gis.findings import Finding, Text, error
from gis.geometry import DECIMALS, MetricFrame, point_inside, polygon_parts, union

MAX_TOLERANCE_M = 20.0
_ROUNDING_M = 0.02
"""What the seventh decimal of a degree may add."""
_LEAST_M2 = 0.005


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured by: the plane that all shapes are brought to, and how far lines may move."""

    frame: MetricFrame
    tolerance_m: float


@dataclass(frozen=True)
class Change:
    """What cleaning did to a grid: its area before and after, and how far a vertex moved."""

    code: str
    name: str
    level: int
    before_m2: float
    after_m2: float
    moved_m: float

    @property
    def change_m2(self) -> float:
        """The area gained."""
        return self.after_m2 - self.before_m2


@dataclass(frozen=True)
class Uncovered:
    """Ground of a level-2 grid that no level-3 grid covers, wider than the tolerance."""

    parent: str
    shape: BaseGeometry
    area_m2: float


@dataclass(frozen=True)
class Cleaned:
    """Shapes by code in WGS84 degrees, what changed, and what keeps it from being clean.

    With ``refusals`` nothing is to be used of it. ``added`` are the pieces of ground that became
    level-3 grids of their own, in the order of ``added_codes``.
    """

    shapes: dict[str, BaseGeometry]
    changes: tuple[Change, ...]
    uncovered: tuple[Uncovered, ...]
    added: dict[str, Piece]
    refusals: tuple[Finding, ...]


def clean(
    pieces: Sequence[Piece], tolerance_m: float, *, fill_codes: dict[str, int] | None = None
) -> Cleaned:
    """Return the grids as one exact coverage, or why they cannot be.

    Parameters
    ----------
    pieces
        Grids of all three levels, each code once.
    tolerance_m
        How far a line may move, metres, over 0 and at most :data:`MAX_TOLERANCE_M`.
    fill_codes
        The last number used under each level-2 code; with it, uncovered ground becomes level-3
        grids with the numbers after it. None: uncovered ground is a refusal.

    Raises
    ------
    InvalidInput
        A tolerance out of range.
    """
    if not 0 < tolerance_m <= MAX_TOLERANCE_M:
        raise InvalidInput(
            "tolerance",
            f"tolerance {tolerance_m:g} m: must be over 0 and at most {MAX_TOLERANCE_M:g}",
            f"容差 {tolerance_m:g} 米：应大于 0 且不超过 {MAX_TOLERANCE_M:g}",
            (f"0..{MAX_TOLERANCE_M:g}",),
        )
    by = Measure(MetricFrame.of([p.shape for p in pieces]), tolerance_m)
    drawn, refusals = _mended(pieces, by)
    ground = [p for p in pieces if p.level == 3]
    uncovered = _uncovered(pieces, drawn, by)
    added = _filling(uncovered, fill_codes) if fill_codes is not None else {}
    if fill_codes is None:
        refusals += [_refused_uncovered(u) for u in uncovered]
    parents = [drawn[p.code] for p in pieces if p.level < 3]
    shapes = _covered(ground, added, drawn, parents, by)
    shapes |= _unions(pieces, added, shapes)
    refusals += _not_exact(ground, added, shapes)
    changes, moved = _compare([*pieces, *added.values()], drawn, shapes, by)
    return Cleaned(shapes, changes, uncovered, added, (*refusals, *moved))


# --- each by itself ----------------------------------------------------------------------------


def _mended(pieces: Sequence[Piece], by: Measure) -> tuple[dict[str, Any], list[Finding]]:
    """Return every shape in metres, valid, and where it is not plain what was meant."""
    drawn: dict[str, Any] = {}
    refusals: list[Finding] = []
    for piece in pieces:
        drawn[piece.code], doubt = mend(by.frame.to_metres(piece.shape), by.tolerance_m)
        if doubt is not None:
            text = Text(
                "its ring crosses itself so that it is not plain which ground was meant: redraw it",
                "边界自相交，无法判断所指的范围：请重画",
            )
            place = point_inside(by.frame.to_degrees(doubt))
            refusals.append(error("not_mendable", text, grid_code=piece.code, place=place))
    return drawn, refusals


# --- uncovered ground --------------------------------------------------------------------------


def _uncovered(
    pieces: Sequence[Piece], drawn: dict[str, Any], by: Measure
) -> tuple[Uncovered, ...]:
    ground = shapely.union_all([drawn[p.code] for p in pieces if p.level == 3])
    found: list[Uncovered] = []
    for piece in sorted((p for p in pieces if p.level == 2), key=lambda p: p.code):
        for part in polygon_parts(shapely.difference(drawn[piece.code], ground)):
            wide = _wide(part, by.tolerance_m)
            if wide is not None:
                found.append(Uncovered(piece.code, by.frame.to_degrees(wide), float(wide.area)))
                ground = shapely.union(ground, wide)
    return tuple(found)


def _wide(part: Any, tolerance_m: float) -> Any | None:
    """Return an area without its thin tails, None when it is thin all over."""
    core = shapely.buffer(part, -tolerance_m / 2)
    if core.is_empty:
        return None
    wide = areas(
        shapely.intersection(part, shapely.buffer(core, tolerance_m / 2 * 1.5, join_style="mitre"))
    )
    return max(polygon_parts(wide), key=lambda p: p.area)


def _filling(uncovered: Sequence[Uncovered], last: dict[str, int]) -> dict[str, Piece]:
    added: dict[str, Piece] = {}
    numbers = dict(last)
    for ground in uncovered:
        numbers[ground.parent] = numbers.get(ground.parent, 0) + 1
        code = f"{ground.parent}{numbers[ground.parent]:03d}"
        name = f"余地{numbers[ground.parent]:03d}"
        added[code] = Piece(code, 3, ground.parent, name, ground.shape)
    return added


def _refused_uncovered(ground: Uncovered) -> Finding:
    text = Text(
        f"{ground.area_m2:,.1f} m² of it belong to no grid of level 3: draw one, or accept them "
        "as a residual or dedicated grid (--fill residual)",
        f"其中 {ground.area_m2:,.1f} 平方米不属于任何三级网格：请补画，或作为余地（residual）"
        "或专属网格（dedicated）载入（--fill residual）",
    )
    place = point_inside(ground.shape)
    return error(
        "uncovered", text, grid_code=ground.parent, place=place, size=ground.area_m2, unit="m2"
    )


# --- all together ------------------------------------------------------------------------------


def _covered(
    ground: Sequence[Piece],
    added: dict[str, Piece],
    drawn: dict[str, Any],
    parents: Sequence[Any],
    by: Measure,
) -> dict[str, BaseGeometry]:
    """Return the level-3 grids as one coverage in degrees, the untouched ones as they were."""
    all_of = [*ground, *added.values()]
    if not all_of:
        return {}
    for piece in added.values():
        drawn[piece.code] = by.frame.to_metres(piece.shape)
    before = np.array([drawn[p.code] for p in all_of], dtype=object)
    whole = shapely.union_all([*before, *parents])
    if shapely.coverage_is_valid(before) and shapely.union_all(before).equals(whole):
        return {p.code: _as_drawn(p, drawn[p.code], by) for p in all_of}
    # With everything around it in the coverage, a gap at the edge is enclosed like any other.
    frame = shapely.box(*shapely.bounds(shapely.buffer(whole, 50)))
    around = _around(frame, whole, by.tolerance_m)
    shared = share_out(np.append(before, around), frame, by.tolerance_m)
    degrees = _matched(shared, by)[:-1]
    return {p.code: _kept(p, shape) for p, shape in zip(all_of, degrees.tolist(), strict=True)}


def _matched(shared: Any, by: Measure) -> Any:
    """Return the shapes in degrees with the same vertices on both sides of every line.

    With one snapping distance GEOS now and then gives a whole shape to its neighbour, or raises,
    or leaves edges so short that rounding crosses them, and not with another. Where none does it
    well, what does not match is found, and refused, later.
    """
    least = by.tolerance_m * shapely.length(shared) + _LEAST_M2
    first = None
    for snapping_m in (
        min(0.01, by.tolerance_m / 10),
        0.001,
        0.0001,
        min(0.03, by.tolerance_m / 10),
    ):
        try:
            after = shapely.coverage_clean(
                shared, gap_width=by.tolerance_m, snapping_distance=snapping_m
            )
            degrees = _in_rounded_degrees(after, by)
            if not _is_sound(degrees):
                degrees = _in_rounded_degrees(
                    shapely.coverage_clean(by.frame.to_metres(degrees)), by
                )
        except shapely.errors.GEOSException:
            continue
        change = np.abs(shapely.area(by.frame.to_metres(degrees)) - shapely.area(shared))
        if _is_sound(degrees) and (change <= least).all():
            return degrees
        first = degrees if first is None else first
    return first if first is not None else _in_rounded_degrees(shared, by)


def _in_rounded_degrees(shapes: Any, by: Measure) -> Any:
    return shapely.transform(by.frame.to_degrees(shapes), lambda xy: np.round(xy, DECIMALS))


def _is_sound(shapes: Any) -> bool:
    return bool(shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes))


def _around(frame: Any, whole: Any, tolerance_m: float) -> Any:
    """Return what lies around all the ground; a narrow hole in the middle is a gap like any."""
    parts = polygon_parts(shapely.difference(frame, whole))
    return of_parts([p for p in parts if not is_thin(p, tolerance_m)])


def _as_drawn(piece: Piece, shape: Any, by: Measure) -> BaseGeometry:
    if piece.shape.is_valid:
        return piece.shape
    found: BaseGeometry = _in_rounded_degrees(shape, by)
    return found


def _kept(piece: Piece, shape: Any) -> BaseGeometry:
    """Return the shape as it was drawn where cleaning gave the same vertices."""
    if piece.shape.is_valid and shapely.equals_exact(
        shapely.normalize(piece.shape), shapely.normalize(shape), 0.0
    ):
        return piece.shape
    return shape


def _unions(
    pieces: Sequence[Piece], added: dict[str, Piece], ground: dict[str, BaseGeometry]
) -> dict[str, BaseGeometry]:
    """Return the parents as the exact unions of their children."""
    shapes: dict[str, BaseGeometry] = {}
    below: dict[str, list[BaseGeometry]] = {}
    for piece in (*(p for p in pieces if p.level == 3), *added.values()):
        if piece.parent and not shapely.is_empty(ground[piece.code]):
            below.setdefault(piece.parent, []).append(ground[piece.code])
    for level in (2, 1):
        for piece in (p for p in pieces if p.level == level):
            children = below.get(piece.code)
            if not children:
                shapes[piece.code] = piece.shape
                continue
            whole = _union(children)
            kept = piece.shape.is_valid and _same_area(piece.shape, whole)
            shapes[piece.code] = piece.shape if kept else whole
            if level == 2 and piece.parent:
                below.setdefault(piece.parent, []).extend(children)
    return shapes


def _union(children: list[BaseGeometry]) -> BaseGeometry:
    """Return the union of shapes that should be a coverage; one that is none is refused later."""
    try:
        return union(children)
    except shapely.errors.GEOSException:
        found: BaseGeometry = shapely.union_all([shapely.make_valid(c) for c in children])
        return areas(found)


def _same_area(one: Any, other: Any) -> bool:
    return bool(
        shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)
        and shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), 0.0)
    )


def _not_exact(
    ground: Sequence[Piece], added: dict[str, Piece], shapes: dict[str, BaseGeometry]
) -> list[Finding]:
    """Return what is still no coverage: it must not be called clean."""
    all_of = [*ground, *added.values()]
    refusals = []
    bounds = np.array([shapes[p.code] for p in all_of], dtype=object)
    for piece, shape in zip(all_of, bounds.tolist(), strict=True):
        if shape.is_empty or not shape.is_valid:
            text = Text(
                "nothing of it is left within the tolerance: it lies under its neighbours: "
                "redraw it",
                "在容差内该网格已无剩余：它与相邻网格重叠，请重画",
            )
            place = point_inside(piece.shape) if piece.shape.is_valid else None
            refusals.append(error("vanished", text, grid_code=piece.code, place=place))
    if refusals or not all_of:
        return refusals
    for piece, edge in zip(all_of, shapely.coverage_invalid_edges(bounds), strict=True):
        if not shapely.is_empty(edge):
            at = shapely.get_coordinates(edge)[0]
            text = Text(
                "its edge still does not match its neighbour's: redraw it there",
                "其边界与相邻网格仍不一致：请在此处重画",
            )
            refusals.append(
                error(
                    "unmatched_edge", text, grid_code=piece.code, place=(float(at[0]), float(at[1]))
                )
            )
    return refusals


# --- against what was drawn --------------------------------------------------------------------


def _compare(
    pieces: Sequence[Piece],
    drawn: dict[str, Any],
    shapes: dict[str, BaseGeometry],
    by: Measure,
) -> tuple[tuple[Change, ...], list[Finding]]:
    changes: list[Change] = []
    refusals: list[Finding] = []
    for piece in pieces:
        before, after = drawn[piece.code], by.frame.to_metres(shapes[piece.code])
        if after.is_empty or not after.is_valid:
            continue
        if shapes[piece.code] is piece.shape:
            continue
        moved = _moved_m(before, after)
        if not piece.shape.is_valid:
            lost = _lost(piece, after, by)
            moved = max(moved, *(f.size or 0.0 for f in lost), 0.0)
            refusals += lost
        change = Change(
            piece.code, piece.name, piece.level, float(before.area), float(after.area), moved
        )
        if abs(change.change_m2) >= _LEAST_M2 or moved > _ROUNDING_M or not piece.shape.is_valid:
            changes.append(change)
        refusals += _too_far(piece, before, after, by, moved)
    changes.sort(key=lambda c: (c.level, c.code))
    return tuple(changes), refusals


def _lost(piece: Piece, after: Any, by: Measure) -> list[Finding]:
    """Return the tip of a spike or loop that mending a ring would take away, if it is that far."""
    drawn = by.frame.to_metres(piece.shape)
    far = _distances(drawn, after)
    worst = int(np.argmax(far))
    if far[worst] <= by.tolerance_m + _ROUNDING_M:
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
    found = error("spike", text, grid_code=piece.code, place=place, size=size, unit="m")
    return [found]


def _moved_m(before: Any, after: Any) -> float:
    """Return how far a vertex lies from the other's line at most, either way."""
    far = 0.0
    for one, other in ((before, after), (after, before)):
        far = max(far, float(_distances(one, other).max()))
    return far


def _distances(one: Any, other: Any) -> Any:
    """Return how far each vertex of a shape lies from the other's line, metres."""
    xy, of = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(other)), return_index=True)
    same = of[1:] == of[:-1]
    tree = shapely.STRtree(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)))
    vertices = shapely.points(shapely.get_coordinates(one))
    _, found = tree.query_nearest(vertices, return_distance=True, all_matches=False)
    return found


def _too_far(piece: Piece, before: Any, after: Any, by: Measure, moved: float) -> list[Finding]:
    """Return the ground that changes hands further from the drawn line than the tolerance."""
    allowed = by.tolerance_m + _ROUNDING_M
    changed = shapely.symmetric_difference(before, after)
    if moved <= allowed and is_thin(changed, 2 * allowed):
        return []
    far = polygon_parts(
        shapely.difference(changed, shapely.buffer(shapely.boundary(before), allowed))
    )
    if not far and moved <= allowed:
        return []
    parts = far or polygon_parts(changed)
    largest = max(parts, key=lambda p: p.area, default=before)
    width = max((width_m(p) for p in polygon_parts(changed)), default=moved)
    text = Text(
        f"cleaning would move its line by {max(moved, width):.2f} m, over the tolerance of "
        f"{by.tolerance_m:g} m: redraw it here, or choose a larger tolerance",
        f"清理将使其边界移动 {max(moved, width):.2f} 米，超过容差 {by.tolerance_m:g} 米："
        "请在此处重画，或放宽容差",
    )
    place = point_inside(by.frame.to_degrees(largest))
    return [
        error(
            "over_tolerance",
            text,
            grid_code=piece.code,
            place=place,
            size=max(moved, width),
            unit="m",
        )
    ]

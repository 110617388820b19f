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

from gis.cleaning.faces import cut_up, joined
from gis.cleaning.mend import mend
from gis.cleaning.moves import ROUNDING_M, Measure, measure_moves
from gis.cleaning.piece import Piece, areas, is_mendable, sound
from gis.cleaning.slivers import share_out
from gis.errors import InvalidInput
from gis.findings import Finding, Text, error
from gis.geometry import (
    MetricFrame,
    on_lattice,
    point_inside,
    polygon_parts,
    same_shape,
    union,
)

MAX_TOLERANCE_M = 20.0
_LEAST_M2 = 0.005


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
    beside = _beside(pieces, drawn, by)
    uncovered = _uncovered(beside, by)
    added = _filling(uncovered, fill_codes) if fill_codes is not None else {}
    if fill_codes is None:
        refusals += [_refused_uncovered(u) for u in uncovered]
    drawn |= {p.code: by.frame.to_metres(p.shape) for p in added.values()}
    shapes = _covered([*ground, *added.values()], drawn, beside, by)
    # What is refused as uncovered is not told again as a move of the parents' lines.
    missing = [(u.parent, u.shape) for u in uncovered] if fill_codes is None else []
    shapes |= _unions([*pieces, *added.values()], shapes, missing)
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


def _beside(pieces: Sequence[Piece], drawn: dict[str, Any], by: Measure) -> list[tuple[Piece, Any]]:
    """Return the ground of parents that no level-3 grid covers, in metres: level 2 first."""
    ordered = sorted(pieces, key=lambda p: (-p.level, p.code))
    shapes = np.array([_as_drawn(p, drawn[p.code], by) for p in ordered], dtype=object)
    faces = cut_up(shapes, np.empty(0, dtype=object))
    # Level 3 stands first, then level 2: the first holder tells who misses the ground.
    ground = sum(p.level == 3 for p in ordered)
    found = []
    for row in np.unique(faces.first[faces.first >= ground]).tolist():
        own = joined(faces.polygons[faces.first == row])
        parts = np.array(polygon_parts(sound(by.frame.to_metres(own))), dtype=object)
        # What rounding leaves between two drawings of one line is no ground.
        noise = is_mendable(parts, ROUNDING_M)
        found += [(ordered[row], part) for part in parts[~noise].tolist()]
    return found


def _uncovered(beside: list[tuple[Piece, Any]], by: Measure) -> tuple[Uncovered, ...]:
    """Return what level-2 grids miss; slivers and specks go to a neighbour instead."""
    own = [(piece, part) for piece, part in beside if piece.level == 2]
    slips = is_mendable(np.array([part for _, part in own], dtype=object), by.tolerance_m)
    found = []
    for (piece, part), slip in zip(own, slips.tolist(), strict=True):
        wide = None if slip else _wide(part, by.tolerance_m)
        if wide is not None:
            found.append(Uncovered(piece.code, _on_lattice(wide, by), float(wide.area)))
    return tuple(found)


def _on_lattice(shape: Any, by: Measure) -> BaseGeometry:
    """Return a shape in metres in degrees of seven decimals."""
    return on_lattice(by.frame.to_degrees(shape))


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
    ground: Sequence[Piece], drawn: dict[str, Any], beside: list[tuple[Piece, Any]], by: Measure
) -> dict[str, BaseGeometry]:
    """Return the level-3 grids as one coverage in degrees, the untouched ones as they were."""
    if not ground:
        return {}
    shapes = np.array([_as_drawn(p, drawn[p.code], by) for p in ground], dtype=object)
    if not beside and _is_clean(shapes, by):
        return {p.code: shape for p, shape in zip(ground, shapes.tolist(), strict=True)}
    lines = [shapely.boundary(by.frame.to_degrees(part)) for _, part in beside]
    shared = share_out(shapes, np.array(lines, dtype=object), by.frame, by.tolerance_m)
    return {p.code: _kept(p, shape) for p, shape in zip(ground, shared.tolist(), strict=True)}


def _is_clean(shapes: Any, by: Measure) -> bool:
    """Tell whether shapes in degrees match, without pinholes, slits or specks."""
    if not (shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)):
        return False
    whole = polygon_parts(shapely.coverage_union_all(shapes))
    holes = [shapely.Polygon(ring) for part in whole for ring in part.interiors]
    count = shapely.get_num_geometries(shapes)
    parts = [p for s in shapes[count > 1].tolist() for p in polygon_parts(s)]
    slips = np.array([*holes, *parts], dtype=object)
    return not is_mendable(by.frame.to_metres(slips), by.tolerance_m).any()


def _as_drawn(piece: Piece, shape: Any, by: Measure) -> BaseGeometry:
    return piece.shape if piece.shape.is_valid else _on_lattice(shape, by)


def _kept(piece: Piece, shape: Any) -> BaseGeometry:
    """Return the shape as it was drawn where cleaning gave the same vertices."""
    return piece.shape if piece.shape.is_valid and same_shape(piece.shape, shape) else shape


def _unions(
    pieces: Sequence[Piece],
    ground: dict[str, BaseGeometry],
    missing: Sequence[tuple[str, BaseGeometry]],
) -> dict[str, BaseGeometry]:
    """Return the parents as the exact unions of their children, and of what is missing there."""
    shapes: dict[str, BaseGeometry] = {}
    below: dict[str, list[BaseGeometry]] = {}
    own = [(p.parent, ground[p.code]) for p in pieces if p.level == 3 and p.parent]
    for parent, shape in (*own, *missing):
        if not shapely.is_empty(shape):
            below.setdefault(parent, []).append(shape)
    for level in (2, 1):
        for piece in (p for p in pieces if p.level == level):
            children = below.get(piece.code)
            if not children:
                shapes[piece.code] = piece.shape
                continue
            whole = _union(children)
            kept = piece.shape.is_valid and same_shape(piece.shape, whole)
            shapes[piece.code] = piece.shape if kept else whole
            if level == 2 and piece.parent:
                below.setdefault(piece.parent, []).extend(children)
    return shapes


def _union(shapes: list[Any]) -> Any:
    """Return the union of shapes, a coverage or not; one that is none is refused later."""
    array = np.array(shapes, dtype=object)
    if len(array) and shapely.coverage_is_valid(array):
        return union(shapes)
    return areas(shapely.union_all(shapely.make_valid(array)))


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
        shape = shapes[piece.code]
        if shape is piece.shape or shape.is_empty or not shape.is_valid:
            continue
        before, after = drawn[piece.code], sound(by.frame.to_metres(shape))
        moved, told = measure_moves(piece, before, after, by)
        refusals += told
        change = Change(
            piece.code, piece.name, piece.level, float(before.area), float(after.area), moved
        )
        if abs(change.change_m2) >= _LEAST_M2 or moved > ROUNDING_M or not piece.shape.is_valid:
            changes.append(change)
    changes.sort(key=lambda c: (c.level, c.code))
    return tuple(changes), refusals

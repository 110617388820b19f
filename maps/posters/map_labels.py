"""Names on the map: every one in a place of its own, those of level 1 and 2 always there."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.posters import style
from maps.posters.base_map import Scene
from maps.posters.fonts import PT_MM, Typeface
from maps.posters.free_space import Box, FreeSpace, Places, places_in, which_hold
from maps.posters.text_fit import fit, wrap

_LINE = 1.26
_PAD_MM = 0.25
_AIR = 0.14


@dataclass(frozen=True)
class LabelLine:
    """One line of a label."""

    text: str
    size_pt: float
    bold: bool = False
    colour: str = style.INK


@dataclass(frozen=True)
class Label:
    """Lines of letters about one middle."""

    rows: tuple[LabelLine, ...]

    def size_mm(self, letters: Typeface) -> tuple[float, float]:
        """Return width and height with a little air around."""
        widths = [letters.width_mm(r.text, r.size_pt, bold=r.bold) for r in self.rows]
        height = sum(r.size_pt for r in self.rows) * _LINE * PT_MM
        return max(widths, default=0) + 2 * self.air_mm, height + 2 * self.air_mm

    @property
    def air_mm(self) -> float:
        """How much stays free around it."""
        return _PAD_MM + _AIR * max((r.size_pt for r in self.rows), default=0) * PT_MM

    @property
    def whole(self) -> bool:
        """Tell whether nothing of it was cut off."""
        return not any(r.text.endswith("…") for r in self.rows)


def label(*rows: LabelLine) -> Label:
    """Return a label of the rows that have a text."""
    return Label(tuple(r for r in rows if r.text))


def broken(letters: Typeface, row: LabelLine, width_mm: float, most: int = 3) -> list[LabelLine]:
    """Return a row as rows not wider than a width; what is over three lines is cut short."""
    lines = wrap(letters, row.text, width_mm, row.size_pt, bold=row.bold)
    if len(lines) > most:
        room = (width_mm, (1.14 + 1.32 * (most - 1)) * row.size_pt * PT_MM + 0.01)
        sizes = (row.size_pt, row.size_pt)
        lines = fit(letters, row.text, room, sizes, bold=row.bold, most_lines=most).lines
    else:
        lines = _balanced(letters, row, width_mm, lines)
    return [LabelLine(line, row.size_pt, row.bold, row.colour) for line in lines]


def _balanced(
    letters: Typeface, row: LabelLine, width_mm: float, lines: tuple[str, ...]
) -> tuple[str, ...]:
    """Return as many lines, none of them nearly empty."""
    if len(lines) < 2:
        return lines
    narrower = [
        wrap(letters, row.text, width_mm * share, row.size_pt, bold=row.bold)
        for share in (0.55, 0.65, 0.75, 0.85)
    ]
    candidates = [c for c in [*narrower, lines] if len(c) == len(lines)]
    # A name of several members breaks best between them.
    return max(candidates, key=lambda c: sum(line.endswith("·") for line in c[:-1]))


_NEARLY_ALL = 0.9
_AS_LARGE = 0.75
"""A longer form of a number is taken when it can be this much as large as the largest."""
_ALONG = (0.0, 0.2, -0.2, 0.33, -0.33)
"""Where on a building its number may stand: shares of its longer side from its middle."""


@dataclass(frozen=True)
class Lettering:
    """How the numbers of a map's buildings are written: which form, how large (pt), on which."""

    form: int
    size_pt: float
    written: frozenset[int]


def building_label(text: str, size_pt: float) -> Label:
    """Return what stands on or beside a building."""
    return label(LabelLine(text, size_pt, bold=True, colour=style.BUILDING_INK))


def _form(texts: Sequence[str], form: int) -> str:
    return texts[min(form, len(texts) - 1)]


def _steps(sizes: tuple[float, float]) -> Iterator[float]:
    size, smallest = sizes
    while size >= smallest:
        yield size
        size *= 0.88


class _Roof:
    """The outline of a building on the paper, and what fits on it: in its middle, or along it."""

    def __init__(self, polygon: BaseGeometry) -> None:
        self.centre = shapely.get_coordinates(shapely.centroid(polygon))[0]
        self._inner = shapely.buffer(polygon, 0.15)
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))
        sides = np.diff(corners[:3], axis=0)
        lengths = np.hypot(*sides.T) if len(sides) == 2 else np.zeros(1)
        along = sides[np.argmax(lengths)] if len(sides) == 2 else np.zeros(2)
        self.half_width = float(lengths.min()) / 2
        self.spots = [self.centre + share * along for share in _ALONG]

    def boxes(self, given: Label, letters: Typeface) -> Iterator[Box]:
        """Yield the boxes of a label that lie on the building, the middle one first."""
        width, high = given.size_mm(letters)
        for spot in self.spots:
            x, y = spot.tolist()
            half = width / 2 - given.air_mm
            tight = shapely.box(x - half, y - 0.3 * high, x + half, y + 0.3 * high)
            if self._inner.contains(tight):
                yield x - width / 2, y - high / 2, x + width / 2, y + high / 2


class MapLabels:
    """Writes names on the map of a scene, none over another.

    Parameters
    ----------
    scene
        The map.
    room
        The room in its frame; what is taken already stays free of names.
    """

    def __init__(self, scene: Scene, room: FreeSpace) -> None:
        self.scene, self.room = scene, room
        self.paper, self.letters = scene.paper, scene.paper.letters

    # --- writing --------------------------------------------------------------------------------

    def write(self, given: Label, middle: tuple[float, float], halo: str | None) -> None:
        """Write a label about a middle."""
        _, height = given.size_mm(self.letters)
        y = middle[1] - height / 2 + given.air_mm
        for row in given.rows:
            y += row.size_pt * _LINE * PT_MM
            self.paper.text(
                (middle[0], y - 0.34 * row.size_pt * PT_MM),
                row.text,
                row.size_pt,
                bold=row.bold,
                colour=row.colour,
                align="center",
                halo=halo,
                halo_pt=max(0.9, row.size_pt * 0.26),
            )

    def _claim(self, given: Label, x: float, y: float) -> None:
        width, height = given.size_mm(self.letters)
        self.room.take((x - width / 2, y - height / 2, x + width / 2, y + height / 2))

    # --- names of areas -------------------------------------------------------------------------

    def inside(
        self,
        polygon: BaseGeometry,
        centre: Any,
        variants: Iterable[Label],
        *,
        halo: str | None = style.WHITE,
        reach: float = 1.0,
    ) -> bool:
        """Write the first variant that stands free and wholly inside an area on paper.

        ``centre`` is where it had best stand; ``reach`` weighs the way from there.
        """
        if polygon.is_empty or polygon.area < 0.5:
            return False
        places, costs = self._places(polygon, centre, reach)
        for given in variants:
            size = given.size_mm(self.letters)
            held = which_hold(polygon, places, size)
            best = self.room.best(places[held], size, costs[held])
            if best is not None:
                self._claim(given, best.x, best.y)
                self.write(given, (best.x, best.y), halo)
                return True
        return False

    def must(
        self, polygon: BaseGeometry, centre: Any, variants: Sequence[Label], *, reach: float = 1.0
    ) -> None:
        """Write a label that may not be missing: inside, else over the edge, else beside.

        Beside means the nearest free place, with a line to the area.
        """
        variants = [v for v in variants if v.whole] or variants
        if self.inside(polygon, centre, variants, reach=reach):
            return
        spot = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
        if len(spot) == 0 or polygon.is_empty:
            return
        places, costs = self._places(polygon, centre, reach)
        for given in variants:
            size = given.size_mm(self.letters)
            best = self.room.best(places, size, costs)
            if best is not None and self._mostly_in(polygon, best.x, best.y, size):
                self._claim(given, best.x, best.y)
                self.write(given, (best.x, best.y), style.WHITE)
                return
        self._beside(spot, variants)

    def _mostly_in(
        self, polygon: BaseGeometry, x: float, y: float, size: tuple[float, float]
    ) -> bool:
        box = shapely.box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
        return float(shapely.intersection(polygon, box).area) > 0.55 * float(box.area)

    def _beside(self, spot: Any, variants: Sequence[Label]) -> None:
        x0, y0, x1, y1 = self.room.frame
        for given in [variants[-1], *self._smaller(variants[-1])]:
            size = given.size_mm(self.letters)
            step = max(min(size) * 0.7, 0.6)
            xs = np.arange(x0 + size[0] / 2, x1 - size[0] / 2, step)
            ys = np.arange(y0 + size[1] / 2, y1 - size[1] / 2, step)
            grid_x, grid_y = np.meshgrid(xs, ys)
            places = np.column_stack([grid_x.ravel(), grid_y.ravel()])
            costs = np.hypot(*(places - spot).T) / 10
            best = self.room.best(places, size, costs)
            if best is not None:
                self._claim(given, best.x, best.y)
                self._leader(spot, (best.x, best.y), size)
                self.write(given, (best.x, best.y), style.WHITE)
                return
        self.paper.left_out.append("".join(row.text for row in variants[-1].rows))

    def _smaller(self, given: Label) -> Iterable[Label]:
        for share in (0.85, 0.7, 0.55, 0.42, 0.32):
            yield Label(
                tuple(
                    LabelLine(r.text, r.size_pt * share, r.bold, r.colour) for r in given.rows[:1]
                )
            )

    def _leader(self, spot: Any, middle: tuple[float, float], size: tuple[float, float]) -> None:
        """Draw the line from a label to what it names, up to the label's edge."""
        way = np.asarray(spot) - middle
        share = min(
            size[0] / 2 / abs(way[0]) if way[0] else np.inf,
            size[1] / 2 / abs(way[1]) if way[1] else np.inf,
            1.0,
        )
        ends = np.array([np.asarray(middle) + way * share, spot])
        self.paper.lines([ends], style.WHITE, 1.6)
        self.paper.lines([ends], style.INK, 0.6)

    def _places(
        self, polygon: BaseGeometry, centre: Any, reach: float
    ) -> tuple[Places, NDArray[np.float64]]:
        places = np.vstack([np.asarray(centre)[None, :], places_in(polygon, 220)])
        away = np.hypot(*(places - np.asarray(centre)).T) / max(np.sqrt(polygon.area), 1e-6)
        return places, away * reach

    # --- names of points ------------------------------------------------------------------------

    def around(
        self,
        spot: Any,
        gap_mm: float,
        given: Label,
        *,
        halo: str | None = None,
        dearest: float | None = None,
    ) -> bool:
        """Write a label beside a sign: right, left, above, below, or across the corners.

        It stands where it costs least; not at all where everything costs more than ``dearest``.
        """
        width, height = given.size_mm(self.letters)
        away_x, away_y = width / 2 + gap_mm, height / 2 + gap_mm
        corner_x, corner_y = width / 2 + gap_mm * 0.6, height / 2 + gap_mm * 0.6
        sides = (
            (away_x, 0), (-away_x, 0), (0, -away_y), (0, away_y),
            (corner_x, -corner_y), (corner_x, corner_y), (-corner_x, -corner_y),
            (-corner_x, corner_y),
        )  # fmt: skip
        places = np.asarray(spot, dtype=float) + sides
        costs = np.arange(len(sides)) * 0.004
        best = self.room.best(places, (width, height), costs)
        if best is None or (dearest is not None and best.cost > dearest):
            return False
        self._claim(given, best.x, best.y)
        self.write(given, (best.x, best.y), halo)
        return True

    def on(self, polygon: BaseGeometry, texts: Sequence[str], sizes: tuple[float, float]) -> bool:
        """Write the first text that fits on a building at the largest size that does."""
        roof = _Roof(polygon)
        return any(
            self._write_on(roof, building_label(text, size))
            for size in _steps(sizes)
            for text in texts
        )

    def _write_on(self, roof: _Roof, given: Label) -> bool:
        for box in roof.boxes(given, self.letters):
            if self.room.claim([box]):
                self.write(given, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), None)
                return True
        return False

    def beside(self, polygon: BaseGeometry, text: str, size_pt: float) -> bool:
        """Write a number close to a building that does not hold it, on white."""
        roof = _Roof(polygon)
        given = building_label(text, size_pt)
        gap = roof.half_width + 0.1 * size_pt * PT_MM
        return any(self.around(spot, gap, given, halo=style.WHITE) for spot in roof.spots)

    def on_all(
        self,
        buildings: Sequence[tuple[BaseGeometry, Sequence[str]]],
        sizes: tuple[float, float],
    ) -> Lettering:
        """Write the numbers of buildings in one form and one size, wherever they fit.

        Parameters
        ----------
        buildings
            Each with its outline, mm, and the forms of its number, the longest first.
        sizes
            The largest and the smallest size, pt.

        Returns
        -------
        Lettering
            The longest form that fits on nearly as many buildings as the shortest does, the
            largest size at which nearly as many keep it, and which buildings it is written on.
        """
        roofs = [(_Roof(polygon), texts) for polygon, texts in buildings]
        steps = list(_steps(sizes))
        forms = range(max((len(texts) for _, texts in roofs), default=0))
        fits = [self._fits(roofs, form, steps) for form in forms]
        most = max(map(len, fits), default=0)
        if not most:
            return Lettering(0, sizes[1], frozenset())
        size_of = {
            form: steps[own[math.ceil(_NEARLY_ALL * len(own)) - 1]]
            for form, own in enumerate(fits)
            if len(own) >= _NEARLY_ALL * most
        }
        form = next(f for f, size in size_of.items() if size >= _AS_LARGE * max(size_of.values()))
        size = size_of[form]
        written = {
            index
            for index, (roof, texts) in enumerate(roofs)
            if self._write_on(roof, building_label(_form(texts, form), size))
        }
        return Lettering(form, size, frozenset(written))

    def _fits(
        self, roofs: Sequence[tuple[_Roof, Sequence[str]]], form: int, steps: Sequence[float]
    ) -> list[int]:
        """Return the first step at which each building holds its number, if ever."""

        def holds(roof: _Roof, text: str, step: int) -> bool:
            return any(roof.boxes(building_label(text, steps[step]), self.letters))

        def first(roof: _Roof, text: str) -> int | None:
            if not holds(roof, text, len(steps) - 1):
                return None
            return bisect_left(range(len(steps)), True, key=lambda step: holds(roof, text, step))

        found = [first(roof, _form(texts, form)) for roof, texts in roofs]
        return sorted(step for step in found if step is not None)

    # --- names along lines ----------------------------------------------------------------------

    def along(self, lines: Iterable[Any], text: str, size_pt: float, *, every_mm: float) -> int:
        """Write a road's name on its straight stretches; return how often."""
        letters = self.letters
        gap = size_pt * PT_MM * 0.35
        advances = [letters.width_mm(c, size_pt) for c in text]
        width = sum(advances)
        placed: list[NDArray[np.float64]] = []
        for line in lines:
            for middle, angle in straight_spots(np.asarray(line), width + 2 * gap, every_mm / 8):
                if any(np.hypot(*(middle - before)) < every_mm for before in placed):
                    continue
                if self._write_along(text, size_pt, middle, angle, advances):
                    placed.append(middle)
        return len(placed)

    def _write_along(
        self, text: str, size_pt: float, middle: Any, angle: float, advances: Sequence[float]
    ) -> bool:
        high = size_pt * PT_MM
        upright = abs(angle) > np.radians(52) and all("\u2e80" <= c <= "\u9fff" for c in text)
        direction = np.array([np.cos(angle), np.sin(angle)])
        if upright and direction[1] < 0:
            direction = -direction
        # Upright letters of a slanting road need their height from one to the next.
        step = high * 1.12 / max(abs(float(np.sin(angle))), 0.5)
        steps = [step] * len(text) if upright else list(advances)
        along = np.cumsum([0.0, *steps])
        middles = [middle + direction * ((a + b) / 2 - along[-1] / 2) for a, b in pairwise(along)]
        half = high * (0.58 if upright else 0.64)
        boxes: list[Box] = [
            (float(x - half), float(y - half), float(x + half), float(y + half)) for x, y in middles
        ]
        if not self.room.claim(boxes):
            return False
        look_of: dict[str, Any] = {
            "colour": style.ROAD_INK,
            "halo": style.WHITE,
            "halo_pt": size_pt * 0.22,
        }
        if upright:
            for character, (x, y) in zip(text, middles, strict=True):
                spot = (float(x), float(y + 0.36 * high))
                self.paper.text(spot, character, size_pt, align="center", **look_of)
            return True
        down = np.array([-np.sin(angle), np.cos(angle)]) * 0.36 * high
        start = middle + down
        self.paper.text(
            (float(start[0]), float(start[1])),
            text,
            size_pt,
            align="center",
            angle=-float(np.degrees(angle)),
            **look_of,
        )
        return True


def straight_spots(
    line: NDArray[np.float64], width: float, step: float
) -> Iterable[tuple[NDArray[np.float64], float]]:
    """Yield middles and directions (radians in ±π/2) where a width lies nearly straight on a line.

    The middle of the line comes first.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    length = float(along[-1])
    if length < width * 1.05:
        return
    middles = np.arange(width / 2, length - width / 2, step)
    for middle in sorted(middles.tolist(), key=lambda m: abs(m - length / 2)):
        ends = [_at(line, along, middle - width / 2), _at(line, along, middle + width / 2)]
        way = ends[1] - ends[0]
        if np.hypot(*way) < 0.985 * width:
            continue
        angle = float(np.arctan2(way[1], way[0]))
        angle += np.pi if angle <= -np.pi / 2 else -np.pi if angle > np.pi / 2 else 0
        yield (ends[0] + ends[1]) / 4 + _at(line, along, middle) / 2, angle


def _at(line: NDArray[np.float64], along: NDArray[np.float64], distance: float) -> Any:
    return np.array([np.interp(distance, along, line[:, i]) for i in (0, 1)])

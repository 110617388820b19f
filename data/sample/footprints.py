"""Buildings' outlines, set out in rows inside a piece of ground. Metres of the board throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity

from data.sample.frame import tidy

SETBACK_M = 8.5


@dataclass(frozen=True)
class Type:
    """A kind of building: depth, greatest and least length, length of a unit (单元), floors."""

    depth_m: float
    longest_m: float
    shortest_m: float
    unit_m: float
    floors: tuple[int, int]
    homes_a_floor: int
    outline: str


TYPES: dict[str, Type] = {
    "old": Type(12.0, 88.0, 28.0, 15.5, (5, 7), 2, "slab"),
    "new": Type(14.0, 62.0, 28.0, 18.0, (7, 9), 2, "slab"),
    "towers": Type(20.0, 36.0, 22.0, 32.0, (11, 14), 4, "tower"),
    "huts": Type(8.0, 62.0, 20.0, 7.0, (1, 2), 1, "plain"),
    "works": Type(26.0, 90.0, 30.0, 90.0, (1, 2), 0, "plain"),
    "hall": Type(40.0, 70.0, 20.0, 90.0, (1, 3), 0, "plain"),
    "school": Type(15.0, 75.0, 30.0, 90.0, (3, 5), 0, "slab"),
    "pavilion": Type(11.0, 16.0, 10.0, 90.0, (1, 1), 0, "plain"),
    "estate": Type(13.0, 40.0, 20.0, 18.0, (8, 8), 2, "slab"),
    "office": Type(30.0, 46.0, 20.0, 90.0, (20, 22), 0, "plain"),
}


@dataclass(frozen=True)
class Slot:
    """A place for one building on the levelled ground: left, bottom, right, top in metres."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def area_m2(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


def facing(bearing_deg: float) -> float:
    """The buildings' long direction: the block's own, whichever of its two is nearer east-west."""
    angle = (bearing_deg + 45.0) % 90.0 - 45.0
    return round(angle, 2)


def set_out(
    ground: shapely.Polygon, count: int, kind: Type, *, angle_deg: float, rng: np.random.Generator
) -> list[shapely.Polygon]:
    """`count` outlines at least 8.5 m inside the ground, north to south and west to east.

    Raises ValueError when the ground has no room for so many.
    """
    centre = shapely.Point(np.round(ground.centroid.coords[0], 2))
    for setback in (SETBACK_M, 7.0, 6.0):
        inner = _largest(affinity.rotate(ground.buffer(-setback), -angle_deg, origin=centre))
        for scale in (1.0, 0.85, 0.7, 0.55):
            slots = _best_layout(inner, count, kind, scale)
            if slots is not None:
                return [
                    tidy(affinity.rotate(_outline(slot, kind, rng), angle_deg, origin=centre))
                    for slot in (_jostled(slot, inner, kind, rng) for slot in slots)
                ]
    raise ValueError(f"no room for {count} buildings on {ground.area:.0f} m2")


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    return max(shapely.get_parts(shape), key=lambda part: round(part.area, 2))


def _best_layout(inner: shapely.Polygon, count: int, kind: Type, scale: float) -> list[Slot] | None:
    best: tuple[float, list[Slot]] | None = None
    heights = _useful_heights(inner)
    for rows in range(1, count + 1):
        slots = _layout(inner, heights, count, rows, kind, scale)
        if slots is None:
            continue
        worth = _worth(slots, inner.area)
        if best is None or worth > best[0]:
            best = worth, slots
    return best[1] if best else None


def _worth(slots: list[Slot], ground_m2: float) -> float:
    """How well a layout fills its ground: much floor, no stump among slabs, wide apart."""
    spots = np.array([((s.left + s.right) / 2, (s.bottom + s.top) / 2) for s in slots])
    lengths = [slot.right - slot.left for slot in slots]
    apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    ideal = (ground_m2 / len(slots)) ** 0.5
    spread = min(1.0, float(apart.min(axis=1).mean()) / ideal) if len(slots) > 1 else 1.0
    even = min(lengths) / max(lengths)
    return round(sum(slot.area_m2 for slot in slots) * (0.5 + spread) * (0.6 + even), 2)


def _layout(
    inner: shapely.Polygon,
    heights: tuple[float, float],
    count: int,
    rows: int,
    kind: Type,
    scale: float,
) -> list[Slot] | None:
    depth = kind.depth_m * max(scale, 0.75)
    bottom, top = heights
    tightest = depth + (7.0 if kind.outline == "plain" else 15.0) * scale
    room = top - bottom - depth - 4.0
    if room < 0 or (rows > 1 and room / (rows - 1) < tightest):
        return None
    slack = room - tightest * (rows - 1)
    margin = room / 2 if rows == 1 else min(0.22 * room / (rows - 1), 16.0, slack / 2)
    inset = 2.0 + margin
    step = (room - 2 * margin) / (rows - 1) if rows > 1 else 0.0
    spans = []
    for i in range(rows):
        span = _span(inner, top - inset - depth - i * step, depth)
        if span is None:
            return None
        spans.append(span)
    numbers = _spread(count, [right - left for left, _, right in spans])
    slots: list[Slot] = []
    for span, number in zip(spans, numbers, strict=True):
        made = _row(span, number, depth, kind, scale)
        if made is None:
            return None
        slots += made
    return slots


def _useful_heights(inner: shapely.Polygon) -> tuple[float, float]:
    """Between which heights the ground is at least 0.55 of its usual width."""
    left, bottom, right, top = inner.bounds
    heights = np.arange(round(bottom, 1), top, 2.0)
    ends = np.broadcast_to([left - 1, right + 1], (len(heights), 2))
    across = np.stack([ends, np.broadcast_to(heights[:, None], ends.shape)], axis=-1)
    parts, row = shapely.get_parts(
        shapely.intersection(inner, shapely.linestrings(across)), return_index=True
    )
    widths = np.zeros(len(heights))
    np.maximum.at(widths, row, np.round(shapely.length(parts), 2))
    wide = heights[widths >= 0.55 * np.median(widths)]
    return (float(wide[0]), float(wide[-1])) if len(wide) else (bottom, top)


def _span(inner: shapely.Polygon, bottom: float, depth: float) -> tuple[float, float, float] | None:
    """The widest stretch at this height that is inside over the full depth: left, bottom, right."""
    left, _, right, _ = inner.bounds
    spans = []
    for y in np.linspace(bottom, bottom + depth, 5):
        cut = shapely.intersection(inner, shapely.LineString([(left - 1, y), (right + 1, y)]))
        parts = [part.bounds for part in shapely.get_parts(cut) if part.length > 5]
        if not parts:
            return None
        widest = max(parts, key=lambda b: round(b[2] - b[0], 2))
        spans.append((widest[0], widest[2]))
    low, high = max(s[0] for s in spans) + 0.5, min(s[1] for s in spans) - 0.5
    if high - low < 12 or not inner.contains(shapely.box(low, bottom, high, bottom + depth)):
        low, high = low + 4, high - 4
        if high - low < 12 or not inner.contains(shapely.box(low, bottom, high, bottom + depth)):
            return None
    return round(low, 2), round(bottom, 2), round(high, 2)


def _spread(count: int, widths: list[float]) -> list[int]:
    """So many buildings over rows of these widths: one each, the others to the widest."""
    numbers = [1] * len(widths)
    for _ in range(count - len(widths)):
        gaps = [
            round(width / (number + 1), 2) for width, number in zip(widths, numbers, strict=True)
        ]
        numbers[int(np.argmax(gaps))] += 1
    return numbers


def _row(
    span: tuple[float, float, float], number: int, depth: float, kind: Type, scale: float
) -> list[Slot] | None:
    left, bottom, right = span
    gap = 10.0 if kind.outline != "plain" else 6.0
    pitch = (right - left + gap) / number
    length = min(pitch - gap, kind.longest_m)
    if length < kind.shortest_m * scale:
        return None
    slack = pitch - gap - length
    return [
        Slot(
            left + i * pitch + slack / 2,
            bottom,
            left + i * pitch + slack / 2 + length,
            bottom + depth,
        )
        for i in range(number)
    ]


def _jostled(slot: Slot, inner: shapely.Polygon, kind: Type, rng: np.random.Generator) -> Slot:
    """The slot shortened by up to a tenth and moved a little, if it stays inside."""
    short = rng.uniform(0, 0.10) * (slot.right - slot.left)
    side, up = rng.uniform(-0.5, 0.5) * short, rng.uniform(-2.5, 2.5)
    spare = 6.0 if kind.outline == "tower" else 1.0
    moved = Slot(
        slot.left + short / 2 + side * spare / 3,
        slot.bottom + up,
        slot.right - short / 2 + side * spare / 3,
        slot.top + up,
    )
    box = shapely.box(moved.left, moved.bottom, moved.right, moved.top)
    return moved if inner.contains(box) else slot


def _outline(slot: Slot, kind: Type, rng: np.random.Generator) -> shapely.Polygon:
    if kind.outline == "slab":
        return _slab(slot, kind, rng)
    if kind.outline == "tower":
        return _tower(slot, rng)
    return shapely.box(slot.left, slot.bottom, slot.right, slot.top)


def _slab(slot: Slot, kind: Type, rng: np.random.Generator) -> shapely.Polygon:
    """A slab with a recess at each unit's stair on the north, some with the halves set apart."""
    units = units_of(slot.right - slot.left, kind)
    step = 2.4 if rng.random() < 0.35 and units > 2 else 0.0
    width = (slot.right - slot.left) / units
    top, bottom = [], []
    for unit in range(units):
        drop = step if unit >= (units + 1) // 2 else 0.0
        x, y = slot.left + unit * width, slot.top - drop
        middle = x + width / 2
        top += [
            (x, y),
            (middle - 1.6, y),
            (middle - 1.6, y - 1.3),
            (middle + 1.6, y - 1.3),
            (middle + 1.6, y),
            (x + width, y),
        ]
        low = slot.bottom + (step - drop)
        bottom += [(x, low), (x + width, low)]
    ring = shapely.Polygon(top + bottom[::-1])
    return shapely.remove_repeated_points(shapely.simplify(ring, 0.0))


def _tower(slot: Slot, rng: np.random.Generator) -> shapely.Polygon:
    """A block with its four corners taken off and a recess in the middle of its south side."""
    width, depth = slot.right - slot.left, slot.top - slot.bottom
    inset, notch = width * rng.uniform(0.15, 0.22), depth * 0.24
    x0, x1, y0, y1 = slot.left, slot.right, slot.bottom, slot.top
    middle = (x0 + x1) / 2
    return shapely.Polygon(
        [
            (x0 + inset, y0),
            (middle - 2.5, y0),
            (middle - 2.5, y0 + notch * 0.7),
            (middle + 2.5, y0 + notch * 0.7),
            (middle + 2.5, y0),
            (x1 - inset, y0),
            (x1 - inset, y0 + notch),
            (x1, y0 + notch),
            (x1, y1 - notch),
            (x1 - inset, y1 - notch),
            (x1 - inset, y1),
            (x0 + inset, y1),
            (x0 + inset, y1 - notch),
            (x0, y1 - notch),
            (x0, y0 + notch),
            (x0 + inset, y0 + notch),
        ]
    )


def units_of(length_m: float, kind: Type) -> int:
    """How many units (单元) a building of this length has: at least one."""
    return max(1, round(length_m / kind.unit_m))


def row_outline(ground: shapely.Polygon, spine: shapely.LineString) -> shapely.Polygon:
    """A shopfront row's building: eleven metres deep along its spine, six metres inside."""
    body = spine.buffer(5.5, cap_style="flat", join_style="mitre")
    return tidy(_largest(shapely.intersection(body, ground.buffer(-6.0))).simplify(0.3))

"""The colours and weights of the printed map: the page's palette, mixed for ink on white paper."""

from __future__ import annotations

from dataclasses import dataclass

from maps.palette import LIGHT

INK = "#231c2b"
SOFT = "#5c5466"
FAINT = "#8a8391"
RULE = "#d8d3ca"
BRAND = "#7a1f33"
BRAND_SOFT = "#f3e4e1"
PANEL = "#faf8f4"
WHITE = "#ffffff"
MAP_PAPER = "#f6f3ed"
ELSEWHERE = "#ebe7df"
ELSEWHERE_BUILDING = "#ddd7cc"
ELSEWHERE_EDGE = "#c3bbad"
ELSEWHERE_LINE = "#b5adb8"
WATER = str(LIGHT["water"])
SHORE = str(LIGHT["shore"])
WATER_INK = "#2d6a94"
ROAD = "#ffffff"
ROAD_EDGE = "#c6beaf"
ROAD_INK = "#5f574a"
BUILDING = "#fbf7f0"
BUILDING_EDGE = "#8f7f6b"
BUILDING_INK = "#4a3f33"
BOUNDARY = "#3b2f52"
SELECTION = str(LIGHT["selection"])
POINTS: dict[str, str] = dict(LIGHT["points"])
COMMUNITIES: tuple[str, ...] = tuple(LIGHT["communities"])
TINTS: tuple[float, ...] = tuple(LIGHT["tints"])
FILL_OPACITY = float(LIGHT["fill_opacity"])


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another in it.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    a, b = _parts(colour), _parts(other)
    return "#" + "".join(
        f"{round(x + (y - x) * share + 1e-9):02x}" for x, y in zip(a, b, strict=True)
    )


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def tinted(colour: str, tint: float) -> str:
    """Return a colour lighter (tint > 0) or darker (< 0)."""
    return mixed(colour, WHITE if tint > 0 else "#000000", abs(tint))


def ground_colour(community: int, tint: int = 0) -> str:
    """Return the colour of the ground of a community, as it looks laid over the paper."""
    base = tinted(COMMUNITIES[community % len(COMMUNITIES)], TINTS[tint % len(TINTS)])
    return mixed(base, MAP_PAPER, 1 - FILL_OPACITY)


@dataclass(frozen=True)
class Weights:
    """How thick lines are, in points, and how large signs are, in millimetres."""

    boundary: tuple[float, float, float, float]
    casing: float
    road: float
    building: float
    sign_mm: float


def weights(factor: float) -> Weights:
    """Return the weights for a sheet ``factor`` times as large as A3."""
    k = factor**0.75
    return Weights(
        boundary=(1.7 * k, 1.35 * k, 0.75 * k, 0.4 * k),
        casing=3.0 * k,
        road=2.2 * k,
        building=0.25 * k,
        sign_mm=0.75 * factor**0.6,
    )

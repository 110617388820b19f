"""From metres on the ground to millimetres on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Rect = tuple[float, float, float, float]
Box = tuple[float, float, float, float]
_ROUND = (1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 7.5, 8, 9, 10)
_CLOSEST = 400


@dataclass(frozen=True)
class MapScale:
    """A frame on the paper (x, y, width, height in millimetres) and the ground it shows.

    ``middle`` is the easting and northing in the middle of the frame; the scale is
    1 : ``denominator``.
    """

    frame: Rect
    middle: tuple[float, float]
    denominator: float

    @property
    def mm_per_m(self) -> float:
        """How long a metre is."""
        return 1000 / self.denominator

    @property
    def box(self) -> Box:
        """The frame as x0, y0, x1, y1."""
        x, y, width, height = self.frame
        return (x, y, x + width, y + height)

    @property
    def bounds(self) -> Box:
        """The ground in the frame: west, south, east, north in metres."""
        _, _, width, height = self.frame
        half_x, half_y = width / 2 / self.mm_per_m, height / 2 / self.mm_per_m
        east, north = self.middle
        return (east - half_x, north - half_y, east + half_x, north + half_y)

    def xy(self, metres: Any) -> NDArray[np.float64]:
        """Return positions on paper of positions in metres, shape (n, 2)."""
        x, y, width, height = self.frame
        centre = np.array([x + width / 2, y + height / 2])
        flipped = np.array([self.mm_per_m, -self.mm_per_m])
        found: NDArray[np.float64] = centre + (np.asarray(metres) - self.middle) * flipped
        return found

    def paper(self, geometries: Any) -> Any:
        """Return geometries on paper; one or an array."""
        return shapely.transform(geometries, self.xy)

    def clipped(self, geometries: Any, margin_mm: float = 0) -> Any:
        """Return the part of geometries in metres that the frame shows, on paper."""
        west, south, east, north = self.bounds
        m = margin_mm / self.mm_per_m
        cut = shapely.clip_by_rect(geometries, west - m, south - m, east + m, north + m)
        return self.paper(cut)


def view_of(bounds: Box, frame: Rect, *, margin: float = 0.04, snapped: bool = True) -> MapScale:
    """Return the view that shows some ground in a frame, at a round scale.

    ``margin`` is the share of the frame that stays free on each side.
    """
    west, south, east, north = bounds
    _, _, width, height = frame
    across = max(east - west, 1e-3) / (width * (1 - 2 * margin))
    up = max(north - south, 1e-3) / (height * (1 - 2 * margin))
    denominator = max(across, up) * 1000
    if snapped:
        denominator = max(_CLOSEST, round_up(denominator))
    return MapScale(frame, ((west + east) / 2, (south + north) / 2), denominator)


def round_up(denominator: float) -> float:
    """Return the next scale people use.

    >>> round_up(11870)
    12500.0
    """
    power = 10.0 ** np.floor(np.log10(denominator))
    return float(next(power * r for r in _ROUND if power * r >= denominator * (1 - 1e-9)))


def round_down(length: float) -> float:
    """Return the largest of 1, 2, 5, 10 … that is not over a length.

    >>> round_down(430)
    200.0
    """
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(power * r for r in (1, 2, 5) if power * r <= length * (1 + 1e-9)))

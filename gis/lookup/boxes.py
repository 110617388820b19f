"""Which boxes a point lies in, one point at a time, in plain Python tables."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_MOST_ACROSS = 512
_LARGE = 64


class BoxIndex:
    """Finds the boxes that hold a point in about a microsecond.

    Parameters
    ----------
    bounds
        Float array (n, 4): least x, least y, greatest x, greatest y; NaN holds nothing.

    Examples
    --------
    >>> index = BoxIndex(np.array([[0, 0, 2, 2], [1, 1, 3, 3]]))
    >>> index.at(1.5, 1.5), index.at(3, 3), index.at(9, 9)
    ([0, 1], [1], [])
    """

    def __init__(self, bounds: NDArray[np.float64]) -> None:
        self._bounds: list[list[float]] = np.asarray(bounds, np.float64).reshape(-1, 4).tolist()
        kept = [i for i, box in enumerate(self._bounds) if all(map(math.isfinite, box))]
        self._large: list[int] = []
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._x0 = min((self._bounds[i][0] for i in kept), default=0.0)
        self._y0 = min((self._bounds[i][1] for i in kept), default=0.0)
        across = max((self._bounds[i][2] for i in kept), default=0.0) - self._x0
        up = max((self._bounds[i][3] for i in kept), default=0.0) - self._y0
        most = max(1, min(_MOST_ACROSS, 2 * math.isqrt(len(kept))))
        self._size = max(across, up) / most or 1.0
        for i in kept:
            self._enter(i)

    def _enter(self, i: int) -> None:
        left, bottom, right, top = self._bounds[i]
        (first, low), (last, high) = self._cell(left, bottom), self._cell(right, top)
        if (last - first + 1) * (high - low + 1) > _LARGE:
            self._large.append(i)
            return
        for column in range(first, last + 1):
            for row in range(low, high + 1):
                self._cells.setdefault((column, row), []).append(i)

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int((x - self._x0) // self._size), int((y - self._y0) // self._size)

    def at(self, x: float, y: float) -> list[int]:
        """Return the boxes that hold a finite point, their edges included, lowest index first."""
        near = self._cells.get(self._cell(x, y), ())
        if self._large:
            near = sorted([*near, *self._large])
        found = []
        for i in near:
            left, bottom, right, top = self._bounds[i]
            if left <= x <= right and bottom <= y <= top:
                found.append(i)
        return found

"""Room on the paper: what is taken, and where the next name may stand.

The paper is a raster of small squares. A square that is taken is never given twice, so no name
lies over another; squares that had better stay free (a boundary, a symbol's surroundings) cost
something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
Places = NDArray[np.float64]


@dataclass(frozen=True)
class Claim:
    """Where a name may stand: its middle, and what standing there costs."""

    x: float
    y: float
    cost: float


class FreeSpace:
    """The room inside a frame, in millimetres.

    Parameters
    ----------
    frame
        x0, y0, x1, y1 of the frame; nothing may stand outside it.
    step
        The side of a square.
    """

    def __init__(self, frame: Box, step: float) -> None:
        self.frame, self.step = frame, step
        columns = int(np.ceil((frame[2] - frame[0]) / step)) + 1
        rows = int(np.ceil((frame[3] - frame[1]) / step)) + 1
        self._taken = np.zeros((rows, columns), dtype=bool)
        self._cost = np.zeros((rows, columns), dtype=np.float32)

    def _slices(self, box: Box) -> tuple[slice, slice]:
        x0, y0, _, _ = self.frame
        first_x, first_y = int((box[0] - x0) / self.step), int((box[1] - y0) / self.step)
        last_x, last_y = int((box[2] - x0) / self.step), int((box[3] - y0) / self.step)
        return slice(max(0, first_y), max(0, last_y + 1)), slice(max(0, first_x), last_x + 1)

    def contains(self, box: Box) -> bool:
        """Tell whether a box lies in the frame."""
        x0, y0, x1, y1 = self.frame
        return box[0] >= x0 and box[1] >= y0 and box[2] <= x1 and box[3] <= y1

    def is_free(self, box: Box) -> bool:
        """Tell whether a box lies in the frame and nothing stands in it."""
        return self.contains(box) and not self._taken[self._slices(box)].any()

    def take(self, box: Box) -> None:
        """Take the squares a box touches; what is outside the frame does not count."""
        if box[2] > self.frame[0] and box[3] > self.frame[1]:
            self._taken[self._slices(box)] = True

    def claim(self, boxes: list[Box]) -> bool:
        """Take some boxes if all of them are free; tell whether they were."""
        if not all(self.is_free(box) for box in boxes):
            return False
        for box in boxes:
            self.take(box)
        return True

    def weigh(self, box: Box, cost: float) -> None:
        """Make every square of a box cost more."""
        if box[2] > self.frame[0] and box[3] > self.frame[1]:
            self._cost[self._slices(box)] += cost

    def weigh_line(self, line: Places, cost: float) -> None:
        """Make the squares along a line cost more."""
        points = shapely.segmentize(shapely.LineString(line), self.step)
        xy = shapely.get_coordinates(points)
        columns = ((xy[:, 0] - self.frame[0]) / self.step).astype(int)
        rows = ((xy[:, 1] - self.frame[1]) / self.step).astype(int)
        inside = (rows >= 0) & (columns >= 0)
        inside &= (rows < self._cost.shape[0]) & (columns < self._cost.shape[1])
        self._cost[rows[inside], columns[inside]] += cost

    def cost(self, box: Box) -> float:
        """Return the summed cost of the squares of a box, per square."""
        return float(self._cost[self._slices(box)].mean())

    def best(self, places: Any, size: tuple[float, float], costs: Any) -> Claim | None:
        """Return the cheapest free place for a box of a size; None when there is none.

        ``places`` are middles, shape (n, 2); ``costs`` what each costs of itself, shape (n,).
        """
        half_x, half_y = size[0] / 2, size[1] / 2
        found: Claim | None = None
        for i in np.argsort(costs, kind="stable").tolist():
            own = float(costs[i])
            if found is not None and own >= found.cost:
                break
            x, y = float(places[i, 0]), float(places[i, 1])
            box = (x - half_x, y - half_y, x + half_x, y + half_y)
            if not self.is_free(box):
                continue
            cost = own + self.cost(box)
            if found is None or cost < found.cost:
                found = Claim(x, y, cost)
        return found


def places_in(polygon: BaseGeometry, count: int) -> Places:
    """Return about ``count`` places spread evenly over a polygon, shape (n, 2)."""
    x0, y0, x1, y1 = polygon.bounds
    step = float(np.sqrt(max(polygon.area, 1e-9) / count))
    xs = np.arange(x0 + step / 2, x1, step)
    ys = np.arange(y0 + step / 2, y1, step)
    grid_x, grid_y = np.meshgrid(xs, ys)
    inside = shapely.contains_xy(polygon, grid_x, grid_y)
    return np.column_stack([grid_x[inside], grid_y[inside]])


def which_hold(
    polygon: BaseGeometry, places: Places, size: tuple[float, float]
) -> NDArray[np.bool_]:
    """Tell for each place whether a box of a size about it lies in the polygon; shape (n,)."""
    half_x, half_y = size[0] / 2, size[1] / 2
    boxes = shapely.box(
        places[:, 0] - half_x, places[:, 1] - half_y, places[:, 0] + half_x, places[:, 1] + half_y
    )
    shapely.prepare(polygon)
    held: NDArray[np.bool_] = shapely.contains_properly(polygon, boxes)
    return held

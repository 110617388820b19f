"""On which side of a drawn line points lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.planning.operations import Line


def left_of(points: NDArray[np.float64], line: Line) -> NDArray[np.bool_]:
    """Tell for each point whether it lies to the left of a line, looking along it.

    The line's first and last pieces go on without end. The nearest piece decides; at a bend,
    where two are equally near, the side is the same for both of them.

    Parameters
    ----------
    points
        Float array (n, 2), degrees.
    line
        Two or more positions in degrees.
    """
    squeeze = np.array([np.cos(np.radians(line[0][1])), 1.0])
    xy, path = points * squeeze, np.array(line) * squeeze
    start, step = path[:-1], np.diff(path, axis=0)
    length = np.hypot(*step.T)
    to = xy[:, None, :] - start
    along = (to * step).sum(axis=2) / length**2
    low, high = np.zeros(len(step)), np.ones(len(step))
    low[0], high[-1] = -np.inf, np.inf
    along = np.clip(along, low, high)
    away = np.hypot(*np.moveaxis(to - along[..., None] * step, 2, 0))
    across = (step[:, 0] * to[..., 1] - step[:, 1] * to[..., 0]) / length
    # Of pieces equally near (a bend) the one the point lies most beside tells the side.
    best = np.lexsort((-np.abs(across), np.round(away, 12)))[:, 0]
    left: NDArray[np.bool_] = across[np.arange(len(xy)), best] > 0
    return left

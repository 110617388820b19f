"""Lines that look like streets: a smooth course through a few points, with a little wandering."""

from __future__ import annotations

import numpy as np
import shapely

STEP_M = 7.0


def through(points: np.ndarray) -> np.ndarray:
    """A centripetal Catmull-Rom course through points (n, 2), a vertex about every seven metres."""
    points = np.asarray(points, dtype=float)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = [_span(*padded[i : i + 4]) for i in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def _span(before: np.ndarray, start: np.ndarray, end: np.ndarray, after: np.ndarray) -> np.ndarray:
    count = max(2, int(np.ceil(np.hypot(*(end - start)) / STEP_M)))
    t = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
    a = 2 * start
    b = end - before
    c = 2 * before - 5 * start + 4 * end - after
    d = -before + 3 * start - 3 * end + after
    return np.asarray(0.5 * (a + b * t + c * t**2 + d * t**3))


def smooth_noise(length_m: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """About ±1 of slow noise at `count` even places along a length: waves of 90 to 500 metres."""
    s = np.linspace(0.0, length_m, count)
    total = np.zeros(count)
    for wave_m, weight in ((480.0, 0.55), (230.0, 0.30), (95.0, 0.15)):
        phase = rng.uniform(0, 2 * np.pi)
        stretch = rng.uniform(0.8, 1.25)
        total += weight * np.sin(2 * np.pi * s * stretch / wave_m + phase)
    return total


def wander(xy: np.ndarray, amplitude_m: float, rng: np.random.Generator) -> np.ndarray:
    """The course (n, 2) moved sideways by slow noise of the given amplitude, to the millimetre."""
    along = np.gradient(xy, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    length_m = float(np.hypot(*np.diff(xy, axis=0).T).sum())
    noise = smooth_noise(length_m, len(xy), rng) * amplitude_m
    grain = rng.uniform(-0.35, 0.35, len(xy))
    return np.round(xy + across * (noise + grain)[:, None], 3)


def street(points: np.ndarray, amplitude_m: float, rng: np.random.Generator) -> shapely.LineString:
    """A street through the given points."""
    return shapely.LineString(wander(through(points), amplitude_m, rng))

"""The drawing board: metres of EPSG:4549 from a near origin, and the way back to WGS84."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

EAST_M = 380_600.0
NORTH_M = 3_553_400.0
DECIMALS = 7
SEED = 320_106_012

_TO_METRES = pyproj.Transformer.from_crs(4326, 4549, always_xy=True)
_TO_DEGREES = pyproj.Transformer.from_crs(4549, 4326, always_xy=True)


def random_for(*labels: str) -> np.random.Generator:
    """A generator of its own for each named step, so that one step's draws never move another's."""
    words = [int.from_bytes(label.encode(), "big") % (2**63) for label in labels]
    return np.random.default_rng([SEED, *words])


def to_degrees(xy: np.ndarray) -> np.ndarray:
    """Board metres, shape (n, 2), to WGS84 longitude and latitude rounded to seven decimals."""
    x, y = np.asarray(xy, dtype=float)[:, 0], np.asarray(xy, dtype=float)[:, 1]
    lon, lat = _TO_DEGREES.transform(x + EAST_M, y + NORTH_M)
    return np.round(np.column_stack([lon, lat]), DECIMALS)


def to_metres(lonlat: np.ndarray) -> np.ndarray:
    """WGS84 longitude and latitude, shape (n, 2), to board metres."""
    lonlat = np.asarray(lonlat, dtype=float)
    east, north = _TO_METRES.transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([east - EAST_M, north - NORTH_M])


def geometry_to_degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    """The same geometry in WGS84, rounded to seven decimals."""
    return shapely.transform(geometry, to_degrees)


def geometry_to_metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """The same geometry on the board."""
    return shapely.transform(geometry, to_metres)


def tidy(geometry: shapely.Geometry) -> shapely.Geometry:
    """Coordinates rounded to a millimetre: the next decision sees the same figures everywhere."""
    return shapely.transform(geometry, lambda xy: np.round(xy, 3))

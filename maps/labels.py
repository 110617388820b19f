"""Where a name stands on the map, and how a name is typed by its pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry import MetricFrame

# A centre this near the best one, as a share of the polygon's size, is good enough for a name.
_TOLERANCE = 0.01


def label_centres(polygons: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre of the largest circle inside each polygon, and its radius.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons in WGS84 degrees.

    Returns
    -------
    Float array (n, 2) of longitude and latitude, and float array (n,) of metres.
    """
    if not len(polygons):
        return np.empty((0, 2)), np.empty(0)
    frame = MetricFrame.of(polygons)
    ground = frame.to_metres(np.array(polygons, dtype=object))
    tolerance = np.sqrt(shapely.area(ground)) * _TOLERANCE
    spokes = shapely.maximum_inscribed_circle(ground, tolerance)
    centres = shapely.get_point(spokes, 0)
    return shapely.get_coordinates(frame.to_degrees(centres)), shapely.length(spokes)


def pinyin_table(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return how each Chinese character is read in the texts, the readings sorted.

    A character with several readings (长江, 校长) gets those that its words here call for.

    >>> pinyin_table(["长江路", "校长"])["长"]
    ['chang', 'zhang']
    """
    from pypinyin import Style, lazy_pinyin

    table: dict[str, set[str]] = {}
    for run in sorted({run for text in texts for run in _chinese_runs(text)}):
        for character, reading in zip(run, lazy_pinyin(run, style=Style.NORMAL), strict=False):
            table.setdefault(character, set()).add(reading.replace("ü", "v"))
    return {character: sorted(table[character]) for character in sorted(table)}


def _chinese_runs(text: str) -> list[str]:
    return _CHINESE.findall(text)


_CHINESE = re.compile("[\u4e00-\u9fff]+")

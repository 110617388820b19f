"""Whether any text of a sheet lies over another, by the extents the letters really have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from shapely.affinity import rotate

# Measured this finely, hinting moves an edge by less than a hundredth of a millimetre.
_DPI = 600
_INCH_MM = 25.4


@dataclass(frozen=True)
class Overlap:
    """Two texts that share more than a hair of paper."""

    one: str
    other: str
    area_mm2: float


def extents(figure: Figure) -> list[tuple[str, Any]]:
    """Return every text of a figure with the rectangle its letters fill, in millimetres."""
    before = figure.dpi
    figure.dpi = _DPI
    try:
        # Nothing is painted, so the canvas may be a single pixel.
        make: Any = RendererAgg
        renderer = make(1, 1, _DPI)
        return [
            (text.get_text(), _extent(text, renderer))
            for text in figure.findobj(Text)
            if isinstance(text, Text) and text.get_text().strip() and text.get_visible()
        ]
    finally:
        figure.dpi = before


def _extent(text: Text, renderer: Any) -> Any:
    words, font = text.get_text(), text.get_fontproperties()
    width, height, below = renderer.get_text_width_height_descent(words, font, False)
    x, y = text.get_transform().transform(text.get_unitless_position())
    box = shapely.box(x, y - below, x + width, y - below + height)
    turned = rotate(box, text.get_rotation(), origin=(x, y))
    return shapely.transform(turned, lambda xy: xy / _DPI * _INCH_MM)


def overlaps(figure: Figure, *, least_mm2: float = 0.02) -> list[Overlap]:
    """Return the pairs of texts that share more than ``least_mm2`` of paper; [] when none do."""
    texts = extents(figure)
    boxes = np.array([box for _, box in texts], dtype=object)
    if len(boxes) < 2:
        return []
    one, other = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    pairs = [(i, j) for i, j in zip(one.tolist(), other.tolist(), strict=True) if i < j]
    found = []
    for i, j in pairs:
        area = float(shapely.intersection(boxes[i], boxes[j]).area)
        if area > least_mm2:
            found.append(Overlap(texts[i][0], texts[j][0], area))
    return found


def outside(figure: Figure) -> list[str]:
    """Return the texts that reach over the edge of the paper."""
    width, height = (float(side) * _INCH_MM for side in figure.get_size_inches())
    sheet = shapely.box(0, 0, width, height)
    return [text for text, box in extents(figure) if not sheet.contains(box)]

"""From points to polygons and grids, exactly and fast."""

from gis.lookup.cellindex import CellIndex
from gis.lookup.locator import Locator

__all__ = ["CellIndex", "Locator"]

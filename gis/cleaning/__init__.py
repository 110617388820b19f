"""Boundaries as offices draw them: what is wrong with them, and cleaning within a tolerance.

- :mod:`gis.cleaning.faults`: overlaps, gaps and slivers as shapes, for a map;
- :mod:`gis.cleaning.mend`: rings that cross themselves or are not closed;
- :mod:`gis.cleaning.coverage`: all grids together, so that level 3 tiles the ground and levels 2
  and 1 are its exact unions: the ground is cut along all lines (:mod:`gis.cleaning.faces`), what is
  thin is shared out (:mod:`gis.cleaning.slivers`), and lines are measured against what was drawn
  (:mod:`gis.cleaning.moves`).

No vertex moves further than the tolerance that was stated, or nothing is cleaned at all.
"""

from gis.cleaning.coverage import Change, Cleaned, Uncovered, clean
from gis.cleaning.faults import Fault, find_faults
from gis.cleaning.piece import Piece

__all__ = ["Change", "Cleaned", "Fault", "Piece", "Uncovered", "clean", "find_faults"]

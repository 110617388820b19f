"""Regions in groups that are taken apart and cut anew: the compiled steps of :mod:`_trees`.

Importing this module loads numba: import it inside the function that needs it.
"""

from __future__ import annotations

import numpy as np

from gis.planning.propose import _trees
from gis.planning.propose.sets import Floats, Ints


class Map:
    """Regions in groups while they are searched.

    Parameters
    ----------
    starts, ends, length
        Neighbours in compressed rows, and the length of the border with each.
    weight, label
        What each region weighs, and its group, numbered from 0 without a gap.
    seed
        Where the random numbers begin.
    """

    def __init__(
        self, rows: tuple[Ints, Ints, Floats], weight: Floats, label: Ints, seed: int
    ) -> None:
        starts, ends, length = rows
        self._regions = found = np.zeros(len(label), dtype=_trees.REGION)
        self._borders = np.zeros(len(ends), dtype=_trees.BORDER)
        self._state = np.array([seed * 2654435761 + 88172645463325252, 0], dtype=np.uint64)
        self._borders["other"], self._borders["length"] = ends, length
        found["first"], found["past"] = starts[:-1], starts[1:]
        found["weight"], found["label"], found["head"] = weight, label, -1
        for node, number in enumerate(label.tolist()):
            found["following"][node] = found["head"][number]
            found["head"][number] = node
        found["load"] = np.bincount(label, weights=weight, minlength=len(label))

    def label(self) -> Ints:
        """Return the group of each region as it is now."""
        return self._regions["label"].copy()

    def choose_basins(self, basins: int) -> None:
        """Draw basins and measure how many borders each region is away from the nearest."""
        _trees.choose_basins(self._regions, self._borders, self._state, basins)

    def shift_excess(self, minimum: float, groups: int, target: int, steps: int) -> int:
        """Bring the excess nearer to the basins; return the number of groups there are then.

        A step takes two or three neighbouring groups, or one, and a random spanning tree of them.
        Where that can be cut into more parts of the minimum than before it is; else it is cut
        into as many with the least energy, if that is not more than before.
        """
        work = self._regions, self._borders, self._state
        return int(_trees.shift_excess(*work, minimum, groups, target, steps))

    def shorten_borders(self, minimum: float, steps: int) -> int:
        """Cut pairs of groups anew where that shortens their border; return how often it did.

        Both groups of a pair keep at least the minimum.
        """
        return int(
            _trees.shorten_borders(self._regions, self._borders, self._state, minimum, steps)
        )

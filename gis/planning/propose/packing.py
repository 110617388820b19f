"""The most groups of connected regions that each weigh enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.planning.propose.deadline import Deadline
from gis.planning.propose.minimal_sets import chosen_most, least_sets, price_bound
from gis.planning.propose.sets import Floats, Graph, Ints

EXACT_REGIONS = 40
LISTED_MEAN = 0.3
"""Regions that weigh this share of the minimum on average: the sets that suffice can be listed."""
EXACT_S = 5.0
STEPS_PER_REGION, FEWEST_STEPS = 2000, 50_000
STEPS_AT_LEAST = 100
STRIDE_REGIONS = 200_000
SPAN_PER_REGION, WIDER = 10, 1.2
BASINS_PER_GAIN = 0.3
SHORTER_PER_REGION = 60


class Packing:
    """Connected regions being divided into as many groups of ``minimum`` as can be.

    Parameters
    ----------
    graph
        One connected piece.
    length
        float array, the length of the border with each of ``graph.ends``.
    weight
        float array (n,), each under ``minimum``, together at least that.
    minimum
        What a group should weigh.
    seed
        Where the random numbers begin: the same seed finds the same groups in as many steps.

    Notes
    -----
    ``label`` is int array (n,): the group of each region, from 0; every region has one.
    ``target`` is an upper bound of the groups there can be.
    """

    def __init__(
        self, graph: Graph, length: Floats, weight: Floats, minimum: float, seed: int = 1
    ) -> None:
        self.graph = graph
        self.weight = weight
        self.minimum = float(minimum)
        self.target = min(int(weight.sum() // minimum), _by_number(weight, minimum))
        self.groups = 1
        self.steps = 0
        self.most_steps = STEPS_PER_REGION * len(weight) + FEWEST_STEPS
        self.label = np.zeros(len(weight), dtype=np.int64)
        self.done = self.groups >= self.target
        self._length = length
        self._seed = seed
        self._map: Any = None
        self._span = float(SPAN_PER_REGION * len(weight))
        self._left = 0.0
        self._before = 0

    @property
    def begun(self) -> float:
        """How many times the fewest steps it has had that it takes whatever the time."""
        return self.steps / (STEPS_AT_LEAST * len(self.label))

    def solve(self, watch: Deadline) -> None:
        """Find the most groups exactly where the sets that can be groups are few."""
        n = len(self.label)
        if n > EXACT_REGIONS and self.weight.mean() < LISTED_MEAN * self.minimum:
            return
        sets = least_sets(self.graph, self.weight, self.minimum, watch)
        if sets is None or watch.over():
            return
        found = chosen_most(sets, n, min(EXACT_S, watch.left_s() / 2))
        self.target = min(self.target, found.bound)
        if n > EXACT_REGIONS:
            self.target = min(self.target, price_bound(sets, n, min(EXACT_S, watch.left_s())))
        if len(found.sets) >= 1:
            self.label[:] = -1
            for number, members in enumerate(found.sets):
                self.label[members] = number
            self.groups = len(found.sets)
            _attach(self.graph, self.label)
        self.done = self.groups >= self.target

    def run(self) -> None:
        """Take one stride of steps: a fraction of a second, counted in steps and not by the clock.

        The excess of the groups is brought towards a few basins, which are drawn anew after a
        while, and stay for longer when that did not give a group more.
        """
        if self._map is None:
            self._map = self._drawn()
        if self._left < 1:
            if self.groups == self._before:
                self._span *= WIDER
            self._before = self.groups
            self._left = self._span
            over = self.weight.sum() / self.minimum - self.groups
            self._map.choose_basins(max(1, int(over * BASINS_PER_GAIN)))
        steps = max(10, min(int(self._left), STRIDE_REGIONS * self.groups // len(self.label)))
        self.groups = self._map.shift_excess(self.minimum, self.groups, self.target, steps)
        self._left -= steps
        self.steps += steps
        self.label = self._map.label()
        self.done = self.groups >= self.target or self.steps >= self.most_steps

    def shorten(self, watch: Deadline) -> None:
        """Give the groups shorter borders, as many and as heavy as the minimum asks for."""
        if self.groups < 2 or len(self.label) <= EXACT_REGIONS:
            return
        drawn = self._drawn()
        size = len(self.label) // self.groups + 1
        steps = 0
        while steps < SHORTER_PER_REGION * len(self.label) and not watch.over():
            stride = max(10, STRIDE_REGIONS // size // size)
            drawn.shorten_borders(self.minimum, stride)
            steps += stride
        self.label = drawn.label()

    def _drawn(self) -> Any:
        from gis.planning.propose.recombining import Map

        rows = self.graph.starts, self.graph.ends, self._length
        return Map(rows, self.weight, self.label, self._seed)


def _by_number(weight: Floats, minimum: float) -> int:
    """Return how many groups there can be when only weight counts and not who is whose neighbour.

    With the ``k`` groups there are at most as many regions as there are: those that need the
    fewest regions each are counted, the heaviest first.
    """
    heaviest = np.cumsum(-np.sort(-weight))
    fewest = int(np.searchsorted(heaviest, minimum * (1 - 1e-12))) + 1
    return len(weight) // fewest


def _attach(g: Graph, label: Ints) -> None:
    """Give the regions of label -1 to a group beside them, layer by layer."""
    while (label < 0).any():
        for node in np.flatnonzero(label < 0).tolist():
            beside = label[g.of(node)]
            if (beside >= 0).any():
                label[node] = beside[beside >= 0][0]

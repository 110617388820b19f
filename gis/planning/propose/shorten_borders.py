"""Shorter borders between groups, at no cost of validity."""

from __future__ import annotations

import numpy as np

from gis.planning.propose.deadline import Deadline
from gis.planning.propose.minimal_sets import connected
from gis.planning.propose.sets import Floats, Graph, Ints

TURNS = 30
TINY = 1e-9


class Compaction:
    """Groups of regions whose common borders are being shortened.

    A region changes to the neighbouring group with which it shares most border when its own
    group stays connected and does not fall under the minimum.
    """

    def __init__(self, g: Graph, links: Ints, length: Floats, of: Floats, label: Ints) -> None:
        self.label = label.copy()
        self._near = [g.of(i).tolist() for i in range(len(g))]
        self._border: dict[tuple[int, int], float] = {}
        for (a, b), metres in zip(links.tolist(), length.tolist(), strict=True):
            self._border[a, b] = self._border[b, a] = metres
        self._of = of.tolist()
        self._members: dict[int, set[int]] = {}
        for node, number in enumerate(label.tolist()):
            self._members.setdefault(number, set()).add(node)
        self._load = {k: sum(self._of[i] for i in v) for k, v in self._members.items()}

    def run(
        self, minimum: float, frozen: np.ndarray[tuple[int], np.dtype[np.bool_]], watch: Deadline
    ) -> None:
        """Move regions, each where it gains most, until none gains; frozen groups keep theirs."""
        kept = {int(self.label[i]) for i in np.flatnonzero(frozen)}
        movable = [i for i in range(len(self.label)) if int(self.label[i]) not in kept]
        for _ in range(TURNS):
            moved = [i for i in movable if not watch.over() and self._move(i, minimum, kept)]
            if not moved:
                return

    def _move(self, node: int, minimum: float, kept: set[int]) -> bool:
        here = int(self.label[node])
        if len(self._members[here]) < 2:
            return False
        left = self._load[here] - self._of[node]
        if left < minimum <= self._load[here]:
            return False
        with_group: dict[int, float] = {}
        for other in self._near[node]:
            number = int(self.label[other])
            with_group[number] = with_group.get(number, 0.0) + self._border[node, other]
        own = with_group.pop(here, 0.0)
        options = [(m, -k) for k, m in with_group.items() if k not in kept and m > own + TINY]
        if not options or not connected(self._members[here] - {node}, self._near):
            return False
        there = -max(options)[1]
        self.label[node] = there
        self._members[here].discard(node)
        self._members[there].add(node)
        self._load[here] = left
        self._load[there] += self._of[node]
        return True

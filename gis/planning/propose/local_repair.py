"""Mending one cluster by handing over as few buildings as can be.

A cluster that breaks the rule must win or lose a building, so the search branches over the
buildings that can enter or leave the first broken one, and goes on with what that broke: one
hand-over, then two, then three. The clusters far away are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gis.planning.propose.minimal_sets import connected
from gis.planning.propose.sets import Graph, Ints

DEPTHS = (1, 2, 3, 4)
MOST_STATES = 12_000
NONE = -1


class LocalRepair:
    """Clusters that are mended in place.

    Parameters
    ----------
    g
        The buildings.
    label
        int array (n,), changed in place; -1 in no cluster.
    sizes
        The least and the most buildings of a cluster.
    depths
        How many buildings may change hands, tried one after another.
    """

    def __init__(
        self,
        g: Graph,
        label: Ints,
        sizes: tuple[int, int],
        depths: tuple[int, ...] = DEPTHS,
    ) -> None:
        self.label = label
        self.depths = depths
        self.low, self.high = sizes
        self.near = [g.of(i).tolist() for i in range(len(g))]
        self.xy = g.xy
        self.members: dict[int, set[int]] = {}
        for node, number in enumerate(label.tolist()):
            self.members.setdefault(number, set()).add(node)
        self.members.setdefault(NONE, set())
        self._states = 0
        self._spread: dict[frozenset[int], float] = {}

    def breaks(self, number: int) -> bool:
        """Say whether a cluster has a wrong size or is not connected; an empty one is fine."""
        members = self.members.get(number)
        if not members:
            return False
        if not self.low <= len(members) <= self.high:
            return True
        return not connected(members, self.near)

    def move(self, node: int, there: int) -> None:
        """Give a building to a cluster."""
        self.members[int(self.label[node])].discard(node)
        self.members.setdefault(there, set()).add(node)
        self.label[node] = there

    # --- the search --------------------------------------------------------------------------

    def mend(self, number: int, move_m: float) -> bool:
        """Mend one cluster with the least of hand-overs and metres; say whether it could be."""
        return self._best({number}, [], move_m)

    def place(self, node: int, move_m: float) -> bool:
        """Give a building without cluster to one, handing over others if need be."""
        return self._best(set(), [node], move_m)

    def _best(self, touched: set[int], homeless: list[int], move_m: float) -> bool:
        self._states = 0
        best: tuple[float, list[tuple[int, int]]] | None = None
        for depth in self.depths:
            most = np.inf if best is None else best[0]
            if (depth - len(homeless)) * move_m >= most:
                break
            found = self._search(touched, homeless, depth, move_m)
            if found is not None and (best is None or found[0] < best[0] - 1e-9):
                best = found
            if self._states > MOST_STATES:
                break
        if best is None:
            return False
        for node, there in best[1]:
            self.move(node, there)
        return True

    def _search(
        self, touched: set[int], homeless: list[int], depth: int, move_m: float
    ) -> tuple[float, list[tuple[int, int]]] | None:
        """Return the cheapest way of at most ``depth`` moves: its weight and the moves."""
        broken = next((k for k in sorted(touched) if self.breaks(k)), None)
        if not homeless and broken is None:
            return sum(self._spread_m(k) for k in touched), []
        if depth == 0 or self._states > MOST_STATES:
            return None
        best: tuple[float, list[tuple[int, int]]] | None = None
        steps = list(self._entering(homeless[0]) if homeless else self._changing(broken))
        for node, there in steps:
            here = int(self.label[node])
            self._states += 1
            self.move(node, there)
            # what a cluster beyond cost before is set off, so that weights can be compared
            fresh = {k for k in (here, there) if k != NONE} - touched
            found = self._search(
                touched | fresh, homeless[1:] if homeless else [], depth - 1, move_m
            )
            self.move(node, here)
            if found is None:
                continue
            weight = found[0] - sum(self._spread_m(k) for k in fresh)
            weight += move_m if here != NONE else 0.0
            if best is None or weight < best[0] - 1e-9:
                best = weight, [(node, there), *found[1]]
        return best

    def _entering(self, node: int) -> Iterator[tuple[int, int]]:
        beside = {int(self.label[other]) for other in self.near[node]} - {NONE}
        return ((node, number) for number in sorted(beside))

    def _changing(self, number: int | None) -> Iterator[tuple[int, int]]:
        """Yield the moves into and out of a cluster."""
        assert number is not None
        members = sorted(self.members[number])
        if len(members) < self.high:
            around = {other for node in members for other in self.near[node]} - set(members)
            yield from ((other, number) for other in sorted(around) if self.label[other] != NONE)
        for node in members:
            beside = {int(self.label[other]) for other in self.near[node]} - {NONE, number}
            yield from ((node, there) for there in sorted(beside))

    def _spread_m(self, number: int) -> float:
        members = frozenset(self.members.get(number, ()))
        if members not in self._spread:
            points = self.xy[sorted(members)]
            away = points - points.mean(axis=0) if len(points) else points
            self._spread[members] = float(np.hypot(away[:, 0], away[:, 1]).sum())
        return self._spread[members]

"""The most groups of connected regions that each weigh enough."""

from __future__ import annotations

import numpy as np

from gis.planning.propose.cover import incidence
from gis.planning.propose.sets import Floats, Graph, Ints
from gis.planning.propose.watch import Watch

EXACT_REGIONS = 40
EXACT_SETS = 40_000
STEPS_PER_REGION = 400
STRIDE = 10_000


class Packing:
    """Connected regions being divided into as many groups of ``minimum`` as can be.

    Parameters
    ----------
    graph
        One connected piece.
    weight
        float array (n,), each under ``minimum``, together at least that.

    Notes
    -----
    ``label`` is int array (n,): the group of each region, from 0; every region has one.
    """

    def __init__(self, graph: Graph, weight: Floats, minimum: float) -> None:
        self.graph = graph
        self.weight = weight
        self.minimum = float(minimum)
        self.target = int(weight.sum() // minimum)
        self.label = np.zeros(len(weight), dtype=np.int64)
        self.groups = 1
        self.steps = 0
        self.most_steps = STEPS_PER_REGION * len(weight)
        self.done = self.groups >= self.target

    def run(self, watch: Watch) -> None:
        """Take one stride of the search: exactly where few sets can be, else by recreating."""
        if self.steps == 0 and len(self.label) <= EXACT_REGIONS and self._solved(watch):
            self.done = True
            return
        from gis.planning.propose._trees import ruin_and_recreate

        g = self.graph
        self.groups = int(
            ruin_and_recreate(
                *(g.starts, g.ends, self.weight, self.minimum, self.label),
                *(self.groups, self.target, self.steps + 1, STRIDE),
            )
        )
        self.steps += STRIDE
        self.done = self.groups >= self.target or self.steps >= self.most_steps

    def _solved(self, watch: Watch) -> bool:
        sets = least_sets(self.graph, self.weight, self.minimum)
        if sets is None:
            return False
        chosen = most_disjoint(sets, len(self.label), watch.left_s())
        if chosen is None:
            return False
        self.label[:] = -1
        for number, members in enumerate(chosen):
            self.label[members] = number
        self.groups = len(chosen)
        _attach(self.graph, self.label)
        return True


def least_sets(g: Graph, weight: Floats, minimum: float) -> list[list[int]] | None:
    """Return the connected sets that weigh enough and of which no region can be spared.

    Every connected set that weighs enough contains one of them. None when there are too many
    to list.
    """
    near = [g.of(i).tolist() for i in range(len(g))]
    of = weight.tolist()
    light: dict[int, tuple[float, tuple[int, ...]]]
    light = {1 << i: (of[i], (i,)) for i in range(len(g))}
    found: dict[int, list[int]] = {}
    seen = 0
    while light:
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        for mask, (load, members) in light.items():
            for other in {o for m in members for o in near[m] if not mask >> o & 1}:
                larger = mask | 1 << other
                if larger in grown or larger in found:
                    continue
                nodes = (*members, other)
                if load + of[other] < minimum:
                    grown[larger] = (load + of[other], nodes)
                elif _none_to_spare(nodes, near, of, minimum):
                    found[larger] = sorted(nodes)
        seen += len(grown)
        if seen + len(found) > EXACT_SETS:
            return None
        light = grown
    return list(found.values())


def _none_to_spare(
    nodes: tuple[int, ...], near: list[list[int]], of: list[float], minimum: float
) -> bool:
    load = sum(of[i] for i in nodes)
    return not any(load - of[i] >= minimum and connected(set(nodes) - {i}, near) for i in nodes)


def connected(nodes: set[int], near: list[list[int]]) -> bool:
    """Say whether the nodes hang together; none do not."""
    if not nodes:
        return False
    queue = [next(iter(nodes))]
    left = nodes - {queue[0]}
    for node in queue:
        reached = left.intersection(near[node])
        left -= reached
        queue.extend(reached)
    return not left


def most_disjoint(sets: list[list[int]], n: int, limit_s: float) -> list[list[int]] | None:
    """Return the most sets that have nothing in common; None when the time does not suffice."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not sets:
        return []
    members = np.full((len(sets), max(map(len, sets))), n, dtype=np.int64)
    for row, nodes in enumerate(sets):
        members[row, : len(nodes)] = nodes
    options = {"mip_rel_gap": 0.0, "time_limit": max(0.05, min(limit_s, 10.0))}
    solved = milp(
        -np.ones(len(sets)),
        constraints=LinearConstraint(incidence(members, n), -np.inf, 1),
        integrality=np.ones(len(sets)),
        bounds=Bounds(0, 1),
        options=options,
    )
    if solved.status != 0:
        return None
    return [sets[i] for i in np.flatnonzero(solved.x > 0.5)]


def _attach(g: Graph, label: Ints) -> None:
    """Give the regions of label -1 to a group beside them, layer by layer."""
    while (label < 0).any():
        for node in np.flatnonzero(label < 0).tolist():
            beside = label[g.of(node)]
            if (beside >= 0).any():
                label[node] = beside[beside >= 0][0]

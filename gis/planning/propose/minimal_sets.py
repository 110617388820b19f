"""The connected sets of regions that weigh enough and of which none can be spared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.planning.propose.deadline import Deadline
from gis.planning.propose.set_cover import incidence
from gis.planning.propose.sets import Floats, Graph, Ints

EXACT_SETS = 25_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Sets that have nothing in common, and how many there can be at most."""

    sets: list[list[int]]
    bound: int


def least_sets(g: Graph, weight: Floats, minimum: float, watch: Deadline) -> list[list[int]] | None:
    """Return the connected sets that weigh enough and of which no region can be spared.

    Every connected set that weighs enough contains one of them. None when there are too many
    to list, or the time is over.
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
            if seen + len(grown) + len(found) > EXACT_SETS or watch.over():
                return None
        seen += len(grown)
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


def _members(sets: list[list[int]], n: int) -> Ints:
    members = np.full((len(sets), max(map(len, sets))), n, dtype=np.int64)
    for row, nodes in enumerate(sets):
        members[row, : len(nodes)] = nodes
    return members


def chosen_most(sets: list[list[int]], n: int, limit_s: float) -> Chosen:
    """Return the most sets found in the time that have nothing in common, and a bound."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not sets:
        return Chosen([], 0)
    solved: Any = milp(
        -np.ones(len(sets)),
        constraints=LinearConstraint(incidence(_members(sets, n), n), -np.inf, 1),
        integrality=np.ones(len(sets)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": max(0.05, limit_s)},
    )
    chosen = [] if solved.x is None else [sets[i] for i in np.flatnonzero(solved.x > 0.5)]
    return Chosen(chosen, len(chosen) if solved.status == 0 else n)


def price_bound(sets: list[list[int]], n: int, limit_s: float) -> int:
    """Return an upper bound of how many of the sets have nothing in common.

    Prices of the regions under which every set costs at least one: then no choice has more sets
    than all regions cost. They come from the linear relaxation and are raised until that is so,
    so the bound does not trust the solver.
    """
    from scipy.optimize import linprog

    members = _members(sets, n)
    matrix = incidence(members, n)
    options = {"time_limit": max(0.05, limit_s)}
    solved = linprog(
        np.ones(n), A_ub=-matrix.T, b_ub=-np.ones(len(sets)), method="highs", options=options
    )
    if solved.x is None:
        return n
    prices = np.append(np.maximum(solved.x, 0.0), 0.0)
    least = float(prices[members].sum(axis=1).min())
    return int(np.floor(prices.sum() / least + 1e-9)) if least > 0 else n

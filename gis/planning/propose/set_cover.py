"""Choosing sets so that each building is in one: relaxation, bound, exact solution.

Every building is in exactly one chosen set, or left out at a price. The linear relaxation is
solved by column generation over the whole pool. Its dual prices ``y`` give a bound without trust
in the solver: prices under which no set of the pool has more price than cost (they are lowered
until that is so) add up to no more than the cost of any choice (weak duality).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.planning.propose.deadline import Deadline
from gis.planning.propose.sets import Floats, Ints, Pool, cheapest_each

FIRST_PER_BUILDING = 10
ADDED_PER_BUILDING = 6
ROUNDS = 60
SLACK_M = 1e-6
NEAR, NEAR_BUILDINGS = 2e-4, 200


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Dual prices of the buildings, under which no set has more price than cost.

    Parameters
    ----------
    of
        float array (n,), metres.
    left_out_m
        The price of leaving a building out, at least that of any building.
    support
        The sets the relaxation used, the most used first: int array.
    """

    of: Floats
    left_out_m: float
    support: Ints

    def bound_m(self, left_out: int) -> float:
        """Return a lower bound of the cost of any choice that leaves out at most so many."""
        return max(0.0, float(self.of.sum()) - self.left_out_m * left_out)


def over_price(pool: Pool, prices: Floats) -> Floats:
    """Return the cost of each set over the prices of its buildings, metres: its reduced cost."""
    return np.asarray(pool.cost_m - np.append(prices, 0.0)[pool.members].sum(axis=1))


def lowered(pool: Pool, prices: Floats, cap_m: float) -> Floats:
    """Return prices, lowered until no set has more price than cost and none is over the cap.

    Where a set has too much price each of its buildings gives up an equal share. Sets the pool
    left out cost at least its reach (two buildings so far apart cost their distance by the
    triangle inequality): no price over ``reach / high`` can make them too dear.
    """
    n, high = len(prices), pool.members.shape[1]
    if 0 < pool.reach_m < np.inf:
        cap_m = min(cap_m, pool.reach_m / high)
    prices = np.minimum(prices, cap_m)
    over = over_price(pool, prices)
    bad = np.flatnonzero(over < 0)
    share = -over[bad] / pool.sizes(n)[bad]
    give = np.zeros(n + 1)
    np.maximum.at(give, pool.members[bad].ravel(), np.repeat(share, high))
    return np.asarray(prices - give[:n])


def relaxed(
    pool: Pool, n: int, left_out_m: float, watch: Deadline, most_left_out: int | None = None
) -> Prices:
    """Solve the linear relaxation and return its prices, made safe by :func:`lowered`.

    Parameters
    ----------
    left_out_m
        The price of leaving a building out.
    most_left_out
        When given, leaving out is free but for at most so many buildings; the price is found.
    """
    active = cheapest_each(pool.members, pool.cost_m / pool.sizes(n), n, FIRST_PER_BUILDING)
    best = Prices(np.zeros(n), left_out_m if most_left_out is None else 0.0, active)
    count = most_left_out or 0
    for _ in range(ROUNDS):
        if watch.over():
            break
        problem = _Linear(n, left_out_m, most_left_out, watch.left_s())
        solved = _linear(pool, active, problem)
        if solved is None:
            break
        prices, price_out, used = solved
        safe = lowered(pool, prices, price_out)
        found = Prices(safe, price_out, active[np.argsort(-used, kind="stable")[: 2 * n]])
        if safe.sum() - price_out * count >= best.of.sum() - best.left_out_m * count - SLACK_M:
            best = found
        over = over_price(pool, prices)
        bad = np.flatnonzero(over < -SLACK_M)
        if not len(bad):
            break
        if n > NEAR_BUILDINGS and _near(prices.sum() - price_out * count, best, count):
            break
        added = bad[cheapest_each(pool.members[bad], over[bad], n, ADDED_PER_BUILDING)]
        active = np.union1d(active, added)
    return best


def _near(value_m: float, found: Prices, left_out: int) -> bool:
    """Say whether the bound is as good as the relaxation's value over the active sets."""
    bound = float(found.of.sum()) - found.left_out_m * left_out
    return bound >= value_m * (1 - NEAR)


@dataclass(frozen=True, slots=True)
class _Linear:
    buildings: int
    left_out_m: float
    most_left_out: int | None
    limit_s: float


def _linear(pool: Pool, active: Ints, problem: _Linear) -> tuple[Floats, float, Floats] | None:
    """Return prices, the price of leaving out and how much each set is used; None if unsolved."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    n, most_left_out = problem.buildings, problem.most_left_out
    matrix = hstack([incidence(pool.members[active], n), eye_array(n)], format="csc")
    cost = np.concatenate([pool.cost_m[active], np.full(n, problem.left_out_m)])
    limit: dict[str, Any] = {}
    if np.isfinite(problem.limit_s):
        limit = {"options": {"time_limit": max(problem.limit_s, 0.05)}}
    if most_left_out is not None:
        cost[len(active) :] = 0.0
        columns = np.arange(len(active), len(cost))
        row = csr_array((np.ones(n), (np.zeros(n, dtype=int), columns)), shape=(1, len(cost)))
        limit |= {"A_ub": row, "b_ub": [most_left_out]}
    solved = linprog(cost, A_eq=matrix, b_eq=np.ones(n), method="highs", **limit)
    if solved.x is None or solved.status != 0:
        return None
    price_out = problem.left_out_m
    if most_left_out is not None:
        price_out = max(0.0, float(-solved.ineqlin.marginals[0]))
    return np.asarray(solved.eqlin.marginals), price_out, solved.x[: len(active)]


def incidence(members: Ints, n: int) -> Any:
    """Return the sparse matrix (n, k) that is 1 where a building is in a set."""
    from scipy.sparse import csc_array

    kept = members < n
    column = np.repeat(np.arange(len(members)), members.shape[1]).reshape(members.shape)
    rows = (members[kept], column[kept])
    return csc_array((np.ones(int(kept.sum())), rows), shape=(n, len(members)))


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What :func:`exact` found: rows of the sets, and a lower bound of its own problem."""

    rows: Ints
    bound_m: float


def exact(
    members: Ints, cost_m: Floats, n: int, left_out_m: float, limit_s: float
) -> Choice | None:
    """Return the cheapest choice among these sets, or the best within the time; None if none.

    Parameters
    ----------
    members
        int array (k, high) of buildings below ``n``, filled up with ``n`` and over.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import eye_array, hstack

    k = len(members)
    matrix = hstack([incidence(members, n), eye_array(n)], format="csc")
    options = {"mip_rel_gap": 0.0, "presolve": True}
    if np.isfinite(limit_s):
        options["time_limit"] = max(limit_s, 0.05)
    solved = milp(
        np.concatenate([cost_m, np.full(n, left_out_m)]),
        constraints=LinearConstraint(matrix, 1, 1),
        integrality=np.ones(k + n),
        bounds=Bounds(0, 1),
        options=options,
    )
    if solved.x is None:
        return None
    bound = solved.mip_dual_bound
    bound = -np.inf if bound is None else float(bound)
    return Choice(np.flatnonzero(solved.x[:k] > 0.5), bound)

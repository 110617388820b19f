"""From the relaxation to clusters: round, then solve windows exactly where the gap is.

Under safe prices the cost of a choice over the bound is the sum of what its sets cost over their
prices, and of what leaving out costs over the price of who is left out. Windows are opened where
that is most; a window can gain no more than its own gap, and only sets within that gap can help.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gis.planning.propose.deadline import Deadline
from gis.planning.propose.local_repair import LocalRepair
from gis.planning.propose.set_cover import Prices, exact, over_price
from gis.planning.propose.sets import Floats, Graph, Ints, Pool, spread_m

WINDOWS = (60, 100)
WINDOW_SETS = 800
WINDOW_S = 5.0
FILL_WINDOW, FILL_SETS = 36, 400
WHOLE_SETS, WHOLE_S = 3000, 8.0
TINY_M = 1e-6
PLACE_DEPTHS = (1, 2, 3)


class Search:
    """The best clusters found so far of one connected piece.

    ``label`` is int array (n,): the number of a building's cluster, -1 left out.
    """

    def __init__(
        self, graph: Graph, pool: Pool, prices: Prices, left_out_m: float, sizes: tuple[int, int]
    ) -> None:
        self.graph = graph
        self.sizes = sizes
        self.n = len(graph)
        self.prices = prices
        self.left_out_m = left_out_m
        over = over_price(pool, prices.of)
        order = np.argsort(over, kind="stable")
        self._over = over[order]
        self._members = pool.members[order]
        self._cost = pool.cost_m[order]
        self.label = np.full(self.n, -1, dtype=np.int64)
        self._next = 0
        self._cost_of: dict[int, float] = {}
        self._nodes_of: dict[int, Ints] = {}
        self._complete = np.isinf(pool.reach_m)
        self._changed = np.zeros(self.n, dtype=np.int64)
        self._clock = 0
        self.proven_m: float | None = None
        self._round(pool, prices.support)
        self._place()

    # --- the state -----------------------------------------------------------------------

    def cost_m(self) -> float:
        """Return the summed cost of the clusters, metres."""
        return float(sum(self._cost_of.values()))

    def left_out(self) -> int:
        """Return how many buildings are in no cluster."""
        return int((self.label < 0).sum())

    def total_m(self) -> float:
        """Return the cost with the price of those left out."""
        return self.cost_m() + self.left_out_m * self.left_out()

    def gap_m(self) -> float:
        """Return how far the total may be over the best there is."""
        return self.total_m() - float(self.prices.of.sum())

    def _add(self, nodes: Ints, cost: float) -> None:
        self.label[nodes] = self._next
        self._cost_of[self._next] = cost
        self._nodes_of[self._next] = nodes
        self._changed[nodes] = self._clock
        self._next += 1

    def _round(self, pool: Pool, support: Ints) -> None:
        """Take sets that fit, the most used in the relaxation first, then the least over price."""
        for members, cost in (
            (pool.members[support], pool.cost_m[support]),
            (self._members, self._cost),
        ):
            for row in self._fitting(members):
                nodes = members[row]
                nodes = nodes[nodes < self.n]
                if (self.label[nodes] < 0).all():
                    self._add(nodes, float(cost[row]))

    def _place(self) -> None:
        """Find room for those left out by handing over one or two of the buildings around."""
        out = np.flatnonzero(self.label < 0).tolist()
        if not out or len(self._cost_of) == 0:
            return
        handing = LocalRepair(self.graph, self.label.copy(), self.sizes, depths=PLACE_DEPTHS)
        placed = [node for node in out if handing.near[node] and handing.place(node, 0.0)]
        if not placed:
            return
        self._cost_of.clear()
        self._nodes_of.clear()
        self.label[:] = -1
        for nodes in handing.members.values():
            inside = np.array(sorted(nodes), dtype=np.int64)
            if len(inside) and handing.label[inside[0]] >= 0:
                self._add(inside, float(spread_m(self.graph.xy, inside[None])[0]))

    def _fitting(self, members: Ints, step: int = 4000) -> Iterator[int]:
        for first in range(0, len(members), step):
            taken = np.append(self.label >= 0, False)
            if taken[: self.n].all():
                return
            block = members[first : first + step]
            yield from (first + np.flatnonzero(~taken[block].any(axis=1))).tolist()

    # --- windows --------------------------------------------------------------------------

    def seeds(self) -> Ints:
        """Return one building of each cluster with a gap and all left out, the worst first."""
        first = np.flatnonzero(self.label < 0)
        labels, at = np.unique(self.label, return_index=True)
        at = at[labels >= 0]
        gap = self._cluster_gaps()[at]
        order = np.argsort(-gap, kind="stable")
        return np.concatenate([first, at[order][gap[order] > TINY_M]])

    def _cluster_gaps(self) -> Floats:
        """Return for each building the gap of its cluster, metres."""
        paid = np.zeros(self._next + 1)
        np.add.at(paid, self.label, self.prices.of)
        cost = np.zeros(self._next + 1)
        for number, value in self._cost_of.items():
            cost[number] = value
        gap = (cost - paid)[self.label]
        return np.where(self.label < 0, self.left_out_m - self.prices.of, gap)

    def window(self, seed: int, size: int) -> Ints:
        """Return whole clusters around a building, of about ``size`` buildings, ascending."""
        taken: dict[int, None] = {}
        queue = [seed]
        for node in queue:
            if node in taken or len(taken) >= size:
                continue
            number = int(self.label[node])
            here = [node] if number < 0 else self._nodes_of[number].tolist()
            for one in here:
                taken[one] = None
            beyond = np.concatenate([self.graph.of(one) for one in here])
            away = self.graph.xy[beyond] - self.graph.xy[seed]
            queue.extend(beyond[np.argsort(np.hypot(*away.T), kind="stable")].tolist())
        return np.array(sorted(taken), dtype=np.int64)

    def improve(self, nodes: Ints, limit_s: float, most: int = WINDOW_SETS) -> float | None:
        """Solve a window exactly; return the metres gained, None if that could not be done."""
        gap = self._gap_of(nodes)
        if gap <= TINY_M:
            return 0.0
        place = np.full(self.n + 1, -1, dtype=np.int64)
        place[nodes] = np.arange(len(nodes))
        place[self.n] = len(nodes)
        near = self._members[: np.searchsorted(self._over, gap + TINY_M, side="right")]
        rows = np.flatnonzero((place[near] >= 0).all(axis=1))
        complete = len(rows) <= most
        rows = rows[:most]
        choice = exact(place[near[rows]], self._cost[rows], len(nodes), self.left_out_m, limit_s)
        if choice is None:
            return None
        gained = self._take(nodes, rows[choice.rows])
        if complete and self._complete and len(nodes) == self.n:
            self.proven_m = min(choice.bound_m, self.total_m())
        return gained

    def _gap_of(self, nodes: Ints) -> float:
        return self._total_of(nodes) - float(self.prices.of[nodes].sum())

    def _total_of(self, nodes: Ints) -> float:
        labels = self.label[nodes]
        numbers = set(labels[labels >= 0].tolist())
        cost = sum(self._cost_of[number] for number in numbers)
        return float(cost + self.left_out_m * (labels < 0).sum())

    def _take(self, nodes: Ints, rows: Ints) -> float:
        before = self._total_of(nodes)
        chosen = self._members[rows]
        covered = int((chosen < self.n).sum())
        after = float(self._cost[rows].sum()) + self.left_out_m * (len(nodes) - covered)
        if after > before - TINY_M:
            return 0.0
        self._clock += 1
        for number in set(self.label[nodes].tolist()) - {-1}:
            del self._cost_of[number], self._nodes_of[number]
        self.label[nodes] = -1
        for row in rows.tolist():
            members = self._members[row]
            self._add(members[members < self.n], float(self._cost[row]))
        self._changed[nodes] = self._clock
        return before - after

    # --- the whole search ------------------------------------------------------------------

    def run(self, watch: Deadline) -> Iterator[float]:
        """Improve until no window can gain, or the time is over; yield what is done, 0 to 1."""
        yield from self._fill(watch)
        for size in WINDOWS:
            yield from self._open(size, watch)
            self._prove(watch)
            if self.n <= size or self.proven_m is not None:
                break

    def _fill(self, watch: Deadline) -> Iterator[float]:
        """Open windows around those left out, wider ones where a narrow one did not help."""
        given_up: set[int] = set()
        while not watch.over():
            out = [i for i in np.flatnonzero(self.label < 0).tolist() if i not in given_up]
            if not out:
                return
            for factor in (1, 2, 4):
                nodes = self.window(out[0], FILL_WINDOW * factor)
                gained = self.improve(nodes, _limit(watch), FILL_SETS * factor)
                if gained and gained > self.left_out_m / 2:
                    break
                if len(nodes) == self.n:
                    break
            if self.label[out[0]] < 0:
                given_up.add(out[0])
            yield 0.3 * (1 - len(out) / self.n)

    def _open(self, size: int, watch: Deadline) -> Iterator[float]:
        """Open windows of one size, the worst first, until none can gain or the turn is over."""
        seen = np.full(self.n, -1, dtype=np.int64)
        turns = 10 + 6 * self.n // size
        for turn in range(turns):
            fresh = ((seed, self.window(seed, size)) for seed in self.seeds().tolist())
            found = next(((s, w) for s, w in fresh if self._changed[w].max() > seen[s]), None)
            if found is None or watch.over():
                return
            seed, nodes = found
            self.improve(nodes, _limit(watch))
            seen[seed] = self._clock
            yield 0.3 + 0.7 * turn / turns

    def _prove(self, watch: Deadline) -> None:
        """Try to solve the piece as a whole over the sets that can still help."""
        able = int(np.searchsorted(self._over, self.gap_m() + TINY_M, side="right"))
        if self.gap_m() <= TINY_M:
            self.proven_m = self.total_m()
        elif able <= WHOLE_SETS and not watch.over():
            everything = np.arange(self.n)
            self.improve(everything, min(WHOLE_S, watch.left_s()), WHOLE_SETS)


def _limit(watch: Deadline) -> float:
    return min(WINDOW_S, watch.left_s())

"""Evening out the loads of leaders with few moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.planning.propose import checks
from gis.planning.propose.deadline import Deadline, Progress
from gis.planning.propose.labels import given_pairs, whole_labels
from gis.planning.propose.minimal_sets import connected
from gis.planning.propose.sets import Floats, Graph, Ints, graph

LIMIT_S = 10.0
WORTH = 0.002
Moves = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Balanced:
    """Loads evened out.

    Parameters
    ----------
    labels
        int array (n,): the group of each unit.
    moved
        The units that change group, ascending.
    groups
        The labels, ascending.
    before, after
        float arrays, the load of each of ``groups``.
    """

    labels: NDArray[np.int64]
    moved: tuple[int, ...]
    groups: tuple[int, ...]
    before: Floats
    after: Floats

    @property
    def spread_before(self) -> float:
        """How far the farthest load was from the mean: 0.25 is a quarter of it."""
        return _spread(self.before)

    @property
    def spread_after(self) -> float:
        """How far the farthest load is from the mean."""
        return _spread(self.after)


def balance(
    loads: Any,
    labels: Any,
    pairs: Any,
    *,
    tolerance: float = 0.1,
    counts: Any = None,
    low: int = 1,
    high: int | None = None,
    locked: Any = None,
    most_moves: int | None = None,
    progress: Progress | None = None,
    limit_s: float | None = LIMIT_S,
) -> Balanced:
    """Return groups of more even load, few units moved and every group still connected.

    Parameters
    ----------
    loads
        What a unit (a cell, a cluster) weighs, numbers from 0 (n,): households, say.
    labels
        The group each belongs to, int (n,); -1 takes no part.
    pairs
        Which units are neighbours, int (m, 2).
    tolerance
        It ends when every load is within this share of the mean.
    counts, low, high
        When given, each group keeps a sum of ``counts`` from ``low`` to ``high``, where it had it
        before: buildings of a cell, for clusters of 3 to 5.
    locked
        bool (n,): units that stay where they are.
    most_moves
        No more units than this are moved.
    progress, limit_s
        As for :func:`gis.planning.propose.clusters`.

    Raises
    ------
    InvalidInput
        Loads that are negative, lists of different lengths, a tolerance that is negative.
    Cancelled
        When ``progress`` raises it; its ``best`` is the best :class:`Balanced` so far.

    Notes
    -----
    Steps that lower the sum of squared loads most are taken one by one: a unit goes to a
    neighbouring group, or two units change places. A group that is not connected at the beginning
    may not lie in more pieces after. It is a local search: no optimum is claimed.

    Examples
    --------
    >>> found = balance([100, 100, 100, 50], [0, 0, 0, 1], [[0, 1], [1, 2], [2, 3]])
    >>> found.labels.tolist(), found.after.tolist()
    ([0, 0, 1, 1], [200.0, 150.0])
    """
    n = len(loads)
    of = checks.numbers(loads, n, "loads")
    label = whole_labels(labels, n)
    checks.not_negative(tolerance, "tolerance")
    checks.seconds(limit_s)
    units = checks.numbers(np.ones(n) if counts is None else counts, n, "counts")
    limits = (low, np.inf if high is None else high)
    fixed = np.zeros(n, dtype=bool) if locked is None else np.asarray(locked, dtype=bool)
    checks.same_length(fixed, n, "locked")
    g = graph(np.zeros((n, 2)), given_pairs(pairs, n))
    search = _Balancing(g, of, label, (units, limits), fixed | (label < 0))
    watch = Deadline(progress, limit_s)
    most = n if most_moves is None else most_moves
    return watch.run(search.result(), lambda: search.run(tolerance, most, watch))


class _Balancing:
    def __init__(
        self,
        g: Graph,
        of: Floats,
        label: Ints,
        rule: tuple[Floats, tuple[float, float]],
        fixed: NDArray[np.bool_],
    ) -> None:
        self.near = [g.of(i).tolist() for i in range(len(g))]
        self.of, self.units = of.tolist(), rule[0].tolist()
        self.limits = rule[1]
        self.first, self.label = label, label.tolist()
        self.fixed = fixed.tolist()
        self.groups = tuple(np.unique(label[label >= 0]).tolist())
        self.members = {k: set(np.flatnonzero(label == k).tolist()) for k in self.groups}
        self.load = {k: sum(self.of[i] for i in m) for k, m in self.members.items()}
        self.count = {k: sum(self.units[i] for i in m) for k, m in self.members.items()}
        self.pieces = {k: _pieces(m, self.near) for k, m in self.members.items()}

    def run(self, tolerance: float, most_moves: int, watch: Deadline) -> Balanced:
        """Take the best step until the loads are even enough or none helps."""
        start = max(self.result().spread_before, 1e-9)
        while self.groups and not watch.over():
            now = self.result()
            done = 1 - (now.spread_after - tolerance) / max(start - tolerance, 1e-9)
            watch.tell(int(1000 * min(max(done, 0.0), 1.0)), 1000, self.result)
            if now.spread_after <= tolerance or len(now.moved) >= most_moves:
                break
            step = self._best(most_moves - len(now.moved))
            if step is None:
                break
            self._do(step)
        found = self.result()
        watch.tell(1000, 1000, lambda: found)
        return found

    def result(self) -> Balanced:
        label = np.array(self.label, dtype=np.int64)
        moved = tuple(np.flatnonzero(label != self.first).tolist())
        held = np.where(self.first >= 0, self.of, 0.0)
        before = np.bincount(np.maximum(self.first, 0), weights=held).astype(float)
        return Balanced(
            label,
            moved,
            self.groups,
            before[list(self.groups)] if self.groups else np.empty(0),
            np.array([self.load[k] for k in self.groups]),
        )

    def _best(self, most: int) -> Moves | None:
        """Return the step that lowers the sum of squares most for each unit moved."""
        mean = sum(self.load.values()) / max(len(self.load), 1)
        least = WORTH * mean**2 + 1e-9
        best: tuple[float, Moves] | None = None
        for moves in self._steps(most):
            gain = self._gain(moves) / len(moves)
            if gain > least and (best is None or gain > best[0]) and self._allowed(moves):
                best = gain, moves
        return best[1] if best else None

    def _steps(self, most: int) -> Iterator[Moves]:
        across = []
        for node, here in enumerate(self.label):
            if self.fixed[node]:
                continue
            for there in sorted({self.label[o] for o in self.near[node]} - {here, -1}):
                across.append((node, there))
        yield from (((node, there),) for node, there in across)
        if most < 2:
            return
        between: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for node, there in across:
            between.setdefault((self.label[node], there), []).append((node, there))
        for (here, there), steps in between.items():
            if here < there:
                back = between.get((there, here), [])
                yield from ((one, other) for one in steps for other in back)

    def _gain(self, moves: Moves) -> float:
        change: dict[int, float] = {}
        for node, there in moves:
            here = self.label[node]
            change[here] = change.get(here, 0.0) - self.of[node]
            change[there] = change.get(there, 0.0) + self.of[node]
        return float(-sum(d * (2 * self.load[k] + d) for k, d in change.items()))

    def _allowed(self, moves: Moves) -> bool:
        after: dict[int, set[int]] = {}
        for node, there in moves:
            here = self.label[node]
            after.setdefault(here, set(self.members[here])).discard(node)
            after.setdefault(there, set(self.members[there])).add(node)
        return all(self._keeps(k, members) for k, members in after.items())

    def _keeps(self, number: int, members: set[int]) -> bool:
        low, high = self.limits
        count = sum(self.units[i] for i in members)
        worse = (count < low and count < self.count[number]) or (
            count > high and count > self.count[number]
        )
        return bool(members) and not worse and _pieces(members, self.near) <= self.pieces[number]

    def _do(self, moves: Moves) -> None:
        for node, there in moves:
            here = self.label[node]
            self.members[here].discard(node)
            self.members[there].add(node)
            self.load[here] -= self.of[node]
            self.load[there] += self.of[node]
            self.count[here] -= self.units[node]
            self.count[there] += self.units[node]
            self.label[node] = there


def _pieces(members: set[int], near: list[list[int]]) -> int:
    if connected(members, near):
        return 1
    left, number = set(members), 0
    while left:
        queue = [left.pop()]
        for node in queue:
            reached = left.intersection(near[node])
            left -= reached
            queue.extend(reached)
        number += 1
    return number


def _spread(loads: Floats) -> float:
    if not len(loads) or loads.mean() <= 0:
        return 0.0
    return float(np.abs(loads / loads.mean() - 1).max())

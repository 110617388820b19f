"""Mending clusters that broke the size rule, with the fewest hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.planning.propose import checks
from gis.planning.propose.clusters import centroids, divided
from gis.planning.propose.deadline import Deadline, Progress
from gis.planning.propose.labels import cost_of, given_pairs, in_order, whole_labels
from gis.planning.propose.local_repair import LocalRepair
from gis.planning.propose.set_cover import incidence
from gis.planning.propose.sets import Floats, Graph, Ints, connected_sets, graph
from gis.planning.propose.tessellation import neighbours
from gis.planning.propose.unassigned import LeftOut, no_room, too_few

LIMIT_S = 10.0
MOVE_M = 1e4
OUT_M = 1e6
WINDOWS = ((24, 5), (48, 10))
"""Buildings of a window, and how many of a cluster's may be handed over to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """Clusters after a repair.

    Parameters
    ----------
    labels
        int array (n,): the cluster of each building. Clusters that could stay keep their label, a
        new one gets the next number over the highest; -1 where no cluster can take the building.
    moved
        Buildings that had a cluster and have another now, ascending. Buildings without one
        before (new ones) are not counted.
    broken
        The labels that broke the rule, ascending.
    cost_m
        Sum over the clustered buildings of the distance to their cluster's centroid, metres.
    left_out
        Those of label -1, by connected piece, with the reason.
    """

    labels: NDArray[np.int64]
    moved: tuple[int, ...]
    broken: tuple[int, ...]
    cost_m: float
    left_out: tuple[LeftOut, ...] = ()


def repair(
    footprints: Sequence[Any] | NDArray[Any],
    labels: Any,
    low: int = 3,
    high: int = 5,
    *,
    move_m: float = MOVE_M,
    pairs: Any = None,
    progress: Progress | None = None,
    limit_s: float | None = LIMIT_S,
) -> Repaired:
    """Return the clusters mended where they are too small, too large or not connected.

    For each of them the fewest hand-overs are searched, buildings that enter or leave it and what
    that breaks in turn, and among them the shortest distances. Where four hand-overs do not
    suffice a window of whole clusters around it is solved as a whole: as many buildings clustered
    as can be, then as few handed over. Everything else stays as it is.

    Parameters
    ----------
    footprints
        The buildings that stand now: polygons or multipolygons, metres (n,).
    labels
        The cluster each belongs to, int (n,); -1 for a new building.
    low, high
        The least and the most buildings of a cluster.
    move_m
        What one hand-over weighs against distance, metres. At the default hand-overs decide;
        a small one, such as 20, trades some for more compact clusters.
    pairs, progress, limit_s
        As for :func:`gis.planning.propose.clusters`.

    Raises
    ------
    InvalidInput
        As for ``clusters``; labels that are no whole numbers or not one for each footprint.
    Cancelled
        When ``progress`` raises it; its ``best`` is what is mended so far.

    Examples
    --------
    >>> from shapely import box
    >>> row = [box(20 * i, 0, 20 * i + 12, 10) for i in range(6)]
    >>> found = repair(row, [0, 0, 0, 0, 1, 1])
    >>> found.labels.tolist(), found.moved
    ([0, 0, 0, 1, 1, 1], (3,))
    """
    checks.size_range(low, high)
    checks.seconds(limit_s)
    checks.not_negative(move_m, "move_m")
    shapes = checks.areas(footprints, "footprints")
    checks.in_metres(shapes, "footprints")
    before = whole_labels(labels, len(shapes))
    watch = Deadline(progress, limit_s)
    given = None if pairs is None else given_pairs(pairs, len(shapes))

    def search() -> Repaired:
        links = neighbours(shapes) if given is None else given
        return RepairSearch(graph(centroids(shapes), links), before, (low, high), move_m).run(watch)

    return watch.run(Repaired(_of_size(before, low, high), (), (), 0.0), search)


def _of_size(labels: Ints, low: int, high: int) -> Ints:
    """Return the labels of clusters of an allowed size, -1 for the others."""
    size = np.append(np.bincount(labels[labels >= 0]), 0)[labels]
    return np.asarray(np.where((size >= low) & (size <= high), labels, -1), dtype=np.int64)


class RepairSearch:
    """Clusters while they are mended: by hand-overs where a few suffice, else by windows."""

    def __init__(
        self,
        g: Graph,
        before: Ints,
        sizes: tuple[int, int],
        move_m: float,
        only: frozenset[int] | None = None,
    ) -> None:
        self.graph, self.before, self.sizes = g, before, sizes
        self.move_m = move_m
        self.next = int(before.max(initial=-1)) + 1
        self.clusters = LocalRepair(g, before.copy(), sizes)
        found = np.unique(before[before >= 0]).tolist()
        found = [k for k in found if only is None or k in only]
        self.broken = tuple(k for k in found if self.clusters.breaks(k))

    def run(self, watch: Deadline) -> Repaired:
        """Mend one broken cluster after another, then find room for those without one."""
        self._new_clusters(watch)
        lone = np.flatnonzero(self.clusters.label < 0).tolist()
        total = len(self.broken) + len(lone)
        for done, number in enumerate(self.broken):
            if self.clusters.breaks(number) and not watch.over():
                self._mend(number, watch)
            watch.tell(done, total, self.result)
        for done, node in enumerate(lone):
            if self.clusters.label[node] < 0 and not watch.over():
                self._place(node, watch)
            watch.tell(len(self.broken) + done, total, self.result)
        found = self.result()
        watch.tell(total, total, lambda: found)
        return found

    def result(self) -> Repaired:
        """Return what is mended so far; what still breaks the rule has no cluster."""
        label = self.clusters.label.copy()
        for number in self.broken:
            if self.clusters.breaks(number):
                label[label == number] = -1
        moved = np.flatnonzero((self.before >= 0) & (label != self.before))
        cost = cost_of(self.graph.xy, in_order(label))
        return Repaired(label, tuple(moved.tolist()), self.broken, cost, self._named(label))

    def _named(self, label: Ints) -> tuple[LeftOut, ...]:
        found = []
        for piece in self.graph.pieces():
            out = piece[label[piece] < 0]
            if len(out):
                few = len(piece) < self.sizes[0]
                found.append(too_few(piece) if few else no_room(out, len(piece)))
        return tuple(sorted(found, key=lambda one: one.buildings))

    def _new_clusters(self, watch: Deadline) -> None:
        """Let new buildings that are enough among themselves be clusters of their own."""
        new = np.flatnonzero(self.clusters.label < 0)
        found = divided(self.graph.part(new), self.sizes, watch.share(0.5)).labels
        for number in range(int(found.max(initial=-1)) + 1):
            self._make(new[found == number])

    def _make(self, nodes: Ints) -> None:
        for node in nodes.tolist():
            self.clusters.move(node, self.next)
        self.next += 1

    def _mend(self, number: int, watch: Deadline) -> None:
        members = len(self.clusters.members[number])
        if members <= 2 * self.sizes[1] and self.clusters.mend(number, self.move_m):
            return
        self._open(np.array(sorted(self.clusters.members[number])), watch)

    def _place(self, node: int, watch: Deadline) -> None:
        if len(self.graph.of(node)) and not self.clusters.place(node, self.move_m):
            self._open(np.array([node]), watch)

    # --- one window --------------------------------------------------------------------------

    def _open(self, seed: Ints, watch: Deadline) -> None:
        """Solve windows of whole clusters around the seed, wider while somebody is left out."""
        best: tuple[float, Ints, list[tuple[Ints, int]]] | None = None
        for size, most_moves in WINDOWS:
            nodes = self._window(seed, size)
            found = self._solved(nodes, most_moves, watch.left_s())
            if found is not None and (best is None or found[0] < best[0]):
                best = (found[0], nodes, found[1])
            if watch.over() or (best is not None and best[0] < OUT_M):
                break
        if best is not None:
            self._take(best[1], best[2])

    def _window(self, seed: Ints, size: int) -> Ints:
        taken = dict.fromkeys(seed.tolist())
        queue = list(taken)
        for node in queue:
            if len(taken) >= size:
                break
            for other in self.graph.of(node).tolist():
                if other not in taken:
                    number = int(self.clusters.label[other])
                    whole = sorted(self.clusters.members[number]) if number >= 0 else [other]
                    fresh = [one for one in whole if one not in taken]
                    taken.update(dict.fromkeys(fresh))
                    queue.extend(fresh)
        return np.array(sorted(taken), dtype=np.int64)

    def _solved(
        self, nodes: Ints, most_moves: int, limit_s: float
    ) -> tuple[float, list[tuple[Ints, int]]] | None:
        """Return the weight and the clusters with their labels (-1: a new one)."""
        pool = connected_sets(self.graph.part(nodes), *self.sizes)
        n = len(nodes)
        if not len(pool):
            return None
        row, number, moves = _namings(pool.members, self.before[nodes])
        kept = moves <= most_moves
        row, number, moves = row[kept], number[kept], moves[kept]
        cost = pool.cost_m[row] + self.move_m * moves
        chosen = _cheapest(pool.members[row], number, cost, n, limit_s)
        if chosen is None:
            return None
        sets = [pool.members[row[i]] for i in chosen]
        clusters = [(s[s < n], int(number[i])) for s, i in zip(sets, chosen, strict=True)]
        out = n - sum(len(members) for members, _ in clusters)
        return float(cost[chosen].sum()) + OUT_M * out, clusters

    def _take(self, nodes: Ints, clusters: list[tuple[Ints, int]]) -> None:
        for node in nodes.tolist():
            self.clusters.move(node, -1)
        for members, number in clusters:
            if number < 0:
                self._make(nodes[members])
                continue
            for node in nodes[members].tolist():
                self.clusters.move(node, number)


def _namings(members: Ints, before: Ints) -> tuple[Ints, Ints, Ints]:
    """Return each set under each label it could keep: its row, the label, the hand-overs.

    Label -1 is a new cluster, to which all that had another are handed over.
    """
    had = np.append(before, -1)[members]
    known = (had >= 0).sum(axis=1)
    rows, numbers, moves = [np.arange(len(members))], [np.full(len(members), -1)], [known]
    for column in range(members.shape[1]):
        this = had[:, column]
        first = (this >= 0) & ~(had[:, :column] == this[:, None]).any(axis=1)
        rows.append(np.flatnonzero(first))
        numbers.append(this[first])
        moves.append(known[first] - (had[first] == this[first, None]).sum(axis=1))
    return np.concatenate(rows), np.concatenate(numbers), np.concatenate(moves)


def _cheapest(
    members: Ints, number: Ints, cost: Floats, n: int, limit_s: float
) -> list[int] | None:
    """Return the rows of the cheapest choice: each building once or left out, each label once."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array, eye_array, hstack

    k = len(members)
    labels, of = np.unique(number, return_inverse=True)
    named = np.flatnonzero(number >= 0)
    once = coo_array((np.ones(len(named)), (of[named], named)), shape=(len(labels), k + n))
    buildings = hstack([incidence(members, n), eye_array(n)], format="csc")
    solved = milp(
        np.concatenate([cost, np.full(n, OUT_M)]),
        constraints=[LinearConstraint(buildings, 1, 1), LinearConstraint(once.tocsc(), -np.inf, 1)],
        integrality=np.ones(k + n),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": max(0.05, min(5.0, limit_s))},
    )
    if solved.x is None:
        return None
    return np.flatnonzero(solved.x[:k] > 0.5).tolist()

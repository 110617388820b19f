"""Every connected set of buildings a cluster could be, with its cost in metres.

The cost of a set is the sum of the distances from its buildings' centroids to their mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_SETS = 600_000
BEAM_PER_BUILDING = 40
LISTED_HIGH, FEW = 6, 16


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Buildings and which of them are neighbours.

    Parameters
    ----------
    xy
        Centroids, float array (n, 2), metres.
    starts, ends
        Neighbours in compressed rows: those of ``i`` are ``ends[starts[i]:starts[i + 1]]``,
        ascending.
    """

    xy: Floats
    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.xy)

    def of(self, node: int) -> Ints:
        """Return the neighbours of one building, ascending."""
        return self.ends[self.starts[node] : self.starts[node + 1]]

    def part(self, nodes: Ints) -> Graph:
        """Return the graph of some buildings only, numbered by their place in ``nodes``."""
        number = np.full(len(self), -1, dtype=np.int64)
        number[nodes] = np.arange(len(nodes))
        source = np.repeat(np.arange(len(self)), np.diff(self.starts))
        kept = (number[source] >= 0) & (number[self.ends] >= 0)
        return graph(self.xy[nodes], np.column_stack([number[source], number[self.ends]])[kept])

    def pieces(self) -> list[Ints]:
        """Return the connected pieces, each ascending, in the order of their first building."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        if not len(self):
            return []

        ones = np.ones(len(self.ends), dtype=np.int8)
        matrix = csr_array((ones, self.ends, self.starts), shape=(len(self), len(self)))
        number, label = connected_components(matrix, directed=False)
        order = np.argsort(label, kind="stable")
        return np.split(order, np.cumsum(np.bincount(label, minlength=number))[:-1])


def graph(xy: Floats, pairs: Ints) -> Graph:
    """Return the graph of centroids (n, 2) and undirected pairs (m, 2) in any order."""
    both = np.concatenate([pairs, pairs[:, ::-1]]).reshape(-1, 2)
    both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    starts = np.searchsorted(both[:, 0], np.arange(len(xy) + 1))
    return Graph(np.asarray(xy, dtype=float), starts.astype(np.int64), both[:, 1].copy())


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Sets a cluster could be.

    Parameters
    ----------
    members
        int array (k, high), ascending, filled up with the number of buildings.
    cost_m
        float array (k,), metres.
    reach_m
        Every connected set of an allowed size is in the pool unless two of its buildings are
        farther apart than this; 0 when nothing of the kind is known.
    """

    members: Ints
    cost_m: Floats
    reach_m: float

    def __len__(self) -> int:
        return len(self.cost_m)

    def sizes(self, buildings: int) -> Ints:
        """Return how many buildings each set has."""
        return np.asarray((self.members < buildings).sum(axis=1))


def connected_sets(g: Graph, low: int, high: int, most: int = MOST_SETS) -> Pool:
    """Return the connected sets of ``low`` to ``high`` buildings.

    All of them when they are no more than ``most``; else those no wider than a reach that keeps
    the pool so small, and the cheapest found by growing from each building; those alone where even
    a small reach is too much, or ``high`` is large.
    """
    reach = np.inf
    width = float(np.hypot(*np.ptp(g.xy, axis=0))) if len(g) else 0.0
    for _ in range(4 if high <= LISTED_HIGH or len(g) <= FEW else 0):
        found = _grown(g, low, high, reach, most)
        if found is not None and np.isinf(reach):
            return _pool(g, found, high, reach)
        if found is not None:
            grown = zip(found, _beam(g, low, high), strict=True)
            both = [_unique_rows(np.concatenate(pair), len(g)) for pair in grown]
            return _pool(g, both, high, reach)
        reach = min(width, 12 * _typical_m(g)) if np.isinf(reach) else reach * 0.6
    return _pool(g, _beam(g, low, high), high, 0.0)


def _typical_m(g: Graph) -> float:
    """Return the lower quartile of the distances of neighbours: a hub has many far ones."""
    source = np.repeat(np.arange(len(g)), np.diff(g.starts))
    away = np.hypot(*(g.xy[source] - g.xy[g.ends]).T)
    return float(np.quantile(away, 0.25)) if len(source) else 0.0


def _pool(g: Graph, by_size: list[Ints], high: int, reach: float) -> Pool:
    members = np.full((sum(map(len, by_size)), high), len(g), dtype=np.int64)
    cost = np.empty(len(members))
    row = 0
    for sets in by_size:
        members[row : row + len(sets), : sets.shape[1]] = sets
        cost[row : row + len(sets)] = spread_m(g.xy, sets)
        row += len(sets)
    return Pool(members, cost, reach)


def spread_m(xy: Floats, sets: Ints) -> Floats:
    """Return the summed distance to the mean of each row of indices (k, size), metres."""
    points = xy[sets]
    away = points - points.mean(axis=1, keepdims=True)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).sum(axis=1))


def _grown(g: Graph, low: int, high: int, reach: float, most: int) -> list[Ints] | None:
    sets = np.arange(len(g), dtype=np.int64)[:, None]
    by_size = [sets] if low == 1 else []
    total = len(g)
    for size in range(2, high + 1):
        sets_or_none = _larger(g, sets, reach, most)
        if sets_or_none is None:
            return None
        sets = sets_or_none
        total += len(sets)
        if total > most:
            return None
        if size >= low:
            by_size.append(sets)
    return by_size


def _larger(g: Graph, sets: Ints, reach: float, most: int) -> Ints | None:
    """Return the connected sets with one building more than these; None when too many."""
    degree = np.diff(g.starts)
    counts = degree[sets].sum(axis=1)
    if counts.sum() > 4 * most:
        return None
    grown = []
    for column in range(sets.shape[1]):
        node = sets[:, column]
        row = np.repeat(np.arange(len(sets)), degree[node])
        first = np.repeat(np.cumsum(degree[node]) - degree[node], degree[node])
        added = g.ends[np.repeat(g.starts[node], degree[node]) + np.arange(len(row)) - first]
        new = (sets[row] != added[:, None]).all(axis=1)
        if np.isfinite(reach):
            away = g.xy[sets[row]] - g.xy[added][:, None]
            new &= (np.hypot(away[..., 0], away[..., 1]) <= reach).all(axis=1)
        grown.append(np.column_stack([sets[row[new]], added[new]]))
    return _unique_rows(np.sort(np.concatenate(grown), axis=1), len(g))


def _unique_rows(rows: Ints, base: int) -> Ints:
    """Return the different rows in ascending order; entries are below ``base``."""
    if not len(rows):
        return rows
    if float(base) ** rows.shape[1] < 2**62:
        powers = base ** np.arange(rows.shape[1] - 1, -1, -1, dtype=np.int64)
        keys = np.unique(rows @ powers)
        return np.asarray((keys[:, None] // powers) % base, dtype=np.int64)
    order = np.lexsort(rows.T[::-1])
    rows = rows[order]
    first = np.concatenate([[True], (np.diff(rows, axis=0) != 0).any(axis=1)])
    return np.asarray(rows[first], dtype=np.int64)


def _beam(g: Graph, low: int, high: int) -> list[Ints]:
    """Return cheap connected sets, grown from each building by the cheapest few at a time."""
    sets = np.arange(len(g), dtype=np.int64)[:, None]
    by_size = [sets] if low == 1 else []
    for size in range(2, high + 1):
        larger = _larger(g, sets, np.inf, 10**8)
        assert larger is not None
        sets = larger[cheapest_each(larger, spread_m(g.xy, larger), len(g), BEAM_PER_BUILDING)]
        if size >= low:
            by_size.append(sets)
    return by_size


def cheapest_each(members: Ints, value: Floats, buildings: int, most: int) -> Ints:
    """Return the rows that are among the ``most`` of least value of one of their members.

    ``members`` is (k, size), entries of ``buildings`` and over are no member. Ascending.
    """
    order = np.argsort(value, kind="stable")
    node = members[order].ravel()
    row = np.repeat(order, members.shape[1])
    by_node = np.argsort(node, kind="stable")
    node, row = node[by_node], row[by_node]
    rank = np.arange(len(node)) - np.searchsorted(node, node)
    return np.unique(row[(rank < most) & (node < buildings)])

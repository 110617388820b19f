"""Invented towns and blocks for proposals, and oracles that try everything."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import box
from shapely.affinity import rotate


def old_town(n, seed=0, step=22):
    """Crooked houses, close together: float metres."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n)))
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)[:n] * step
    houses = []
    for x, y in at + rng.normal(0, 2.5, (n, 2)):
        w, h = rng.uniform(4, 8), rng.uniform(3, 7)
        houses.append(rotate(box(x - w, y - h, x + w, y + h), rng.uniform(-20, 20)))
    return np.array(houses)


def slabs(n, seed=0):
    """Long slabs in rows, as estates have them."""
    rng = np.random.default_rng(seed)
    return np.array(
        [
            box(x, y, x + rng.choice([36, 48, 60]), y + 12)
            for x, y in (
                (i % 8 * 70 + rng.normal(0, 3), i // 8 * 32 + rng.normal(0, 1.5)) for i in range(n)
            )
        ]
    )


def terraces(n):
    """Houses that share their walls."""
    return np.array(
        [box(i % 9 * 7, i // 9 * 24, i % 9 * 7 + 7, i // 9 * 24 + 11) for i in range(n)]
    )


def blocks(columns, rows, seed=0, most=300):
    """Census-like blocks: a warped lattice whose neighbours share edges, and their households."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), -1) * 100.0
    grid += rng.uniform(-30, 30, grid.shape)
    shapes = [
        shapely.Polygon([grid[y, x], grid[y, x + 1], grid[y + 1, x + 1], grid[y + 1, x]])
        for y in range(rows)
        for x in range(columns)
    ]
    return np.array(shapes), rng.integers(0, most, len(shapes))


def hang_together(nodes, pairs):
    """Whether the nodes are connected by the pairs among them."""
    left, queue = set(nodes), [next(iter(nodes))]
    left.discard(queue[0])
    for node in queue:
        reached = {b if a == node else a for a, b in pairs if node in (a, b)} & left
        left -= reached
        queue.extend(reached)
    return not left


def groups(labels):
    """The members of each label that is not -1."""
    return [np.flatnonzero(labels == k).tolist() for k in sorted(set(labels.tolist()) - {-1})]


def _connected_masks(n, pairs):
    near = [0] * n
    for a, b in pairs:
        near[a] |= 1 << b
        near[b] |= 1 << a
    found = [False] * (1 << n)
    for mask in range(1, 1 << n):
        seen = frontier = mask & -mask
        while frontier:
            node = (frontier & -frontier).bit_length() - 1
            frontier &= frontier - 1
            new = near[node] & mask & ~seen
            seen |= new
            frontier |= new
        found[mask] = seen == mask
    return found


def best_clusters(xy, pairs, low, high):
    """(left out, metres) of the best division there is, by trying every set of every mask."""
    n = len(xy)
    fits = {}
    for mask, whole in enumerate(_connected_masks(n, pairs)):
        if whole and low <= mask.bit_count() <= high:
            points = xy[[i for i in range(n) if mask >> i & 1]]
            fits[mask] = float(np.hypot(*(points - points.mean(axis=0)).T).sum())
    best = [(0, 0.0)] * (1 << n)
    for mask in range(1, 1 << n):
        low_bit = mask & -mask
        out, cost = best[mask ^ low_bit]
        found = (out + 1, cost)
        for one, metres in fits.items():
            if one & low_bit and one & mask == one:
                out, cost = best[mask ^ one]
                found = min(found, (out, cost + metres))
        best[mask] = found
    return best[-1]


def most_groups(weights, pairs, minimum):
    """The most disjoint connected groups that weigh the minimum, by trying every mask."""
    n = len(weights)
    whole = _connected_masks(n, pairs)
    heavy = [
        m
        for m in range(1, 1 << n)
        if whole[m] and sum(w for i, w in enumerate(weights) if m >> i & 1) >= minimum
    ]
    best = [0] * (1 << n)
    for mask in range(1, 1 << n):
        low_bit = mask & -mask
        best[mask] = max(
            [best[mask ^ low_bit]]
            + [1 + best[mask ^ m] for m in heavy if m & low_bit and m & mask == m]
        )
    return best[-1]

"""Ruin and recreate with random spanning trees, compiled.

Importing this module loads numba: import it inside the function that needs it. The first call
compiles for a few seconds, or reads what numba kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
State = NDArray[np.uint64]


def compiled(function: Function) -> Function:
    """Compile, and keep the machine code where numba can write it."""
    try:
        return cast(Function, njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast(Function, njit(nogil=True)(function))


@compiled
def _draw(state: State, below: int) -> int:
    """Return a whole number from 0, under ``below`` (xorshift64*; the bias is under 2**-30)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    high = np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))
    return high % below  # type: ignore[return-value]


@compiled
def ruin_and_recreate(
    starts: Ints,
    ends: Ints,
    weight: Floats,
    minimum: float,
    label: Ints,
    groups: int,
    target: int,
    seed: int,
    steps: int,
) -> int:
    """Improve a division in place; return the number of groups, each of ``minimum`` at least.

    A few neighbouring groups are taken apart and cut anew along a random spanning tree, from the
    leaves: a part is cut off as soon as it weighs enough, which is the most parts of that tree.
    The new parts are kept when they are more, or as many and the excess stands together more.
    """
    state = np.empty(1, np.uint64)
    state[0] = np.uint64(seed) * np.uint64(2654435761) + np.uint64(88172645463325252)
    n = len(label)
    nodes, order, parent = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    frontier, seen = np.empty(n, np.int64), np.zeros(n, np.int64)
    load, fresh = np.zeros(n), np.empty(n, np.int64)
    sums, chosen = np.zeros(n + 1), np.empty(8, np.int64)
    old = np.zeros(n)
    for i in range(n):
        old[label[i]] += weight[i]
    stamp = 0
    for _ in range(steps):
        if groups >= target:
            break
        # whole groups around a random region
        stamp += 1
        first = _draw(state, n)
        wanted = 2 + _draw(state, 4)
        chosen[0], taken = label[first], 1
        count, at = 1, 0
        nodes[0], seen[first] = first, stamp
        while at < count:
            node = nodes[at]
            at += 1
            for k in range(starts[node], starts[node + 1]):
                other = ends[k]
                if seen[other] == stamp:
                    continue
                inside = False
                for j in range(taken):
                    if chosen[j] == label[other]:
                        inside = True
                if not inside and taken < wanted and _draw(state, 10) < 3:
                    chosen[taken] = label[other]
                    taken += 1
                    inside = True
                if inside:
                    seen[other] = stamp
                    nodes[count] = other
                    count += 1
        # groups chosen late may have been passed by: walk again until nothing is added
        grown = True
        while grown:
            grown = False
            for at in range(count):
                node = nodes[at]
                for k in range(starts[node], starts[node + 1]):
                    other = ends[k]
                    if seen[other] == stamp:
                        continue
                    for j in range(taken):
                        if chosen[j] == label[other]:
                            seen[other] = stamp
                            nodes[count] = other
                            count += 1
                            grown = True
                            break
        # a random spanning tree
        inside_stamp = stamp
        stamp += 1
        root = nodes[_draw(state, count)]
        frontier[0], waiting = root, 1
        parent[root], seen[root] = -1, stamp
        reached = 0
        while waiting:
            pick = _draw(state, waiting)
            node = frontier[pick]
            waiting -= 1
            frontier[pick] = frontier[waiting]
            order[reached] = node
            reached += 1
            for k in range(starts[node], starts[node + 1]):
                other = ends[k]
                if seen[other] == inside_stamp:
                    seen[other] = stamp
                    parent[other] = node
                    frontier[waiting] = other
                    waiting += 1
        # cut from the leaves
        for i in range(count):
            load[order[i]] = weight[order[i]]
        parts = 0
        for i in range(count - 1, -1, -1):
            node = order[i]
            if load[node] >= minimum:
                fresh[node] = parts
                sums[parts] = load[node]
                parts += 1
            else:
                fresh[node] = -1
                if parent[node] >= 0:
                    load[parent[node]] += load[node]
        if parts < taken:
            continue
        for i in range(count):
            node = order[i]
            if fresh[node] < 0 and parent[node] >= 0:
                fresh[node] = fresh[parent[node]]
        rest = 0.0
        for i in range(count):
            if fresh[order[i]] < 0:
                rest += weight[order[i]]
        if fresh[root] < 0:
            best = -1
            for i in range(count):
                node = order[i]
                if fresh[node] >= 0:
                    continue
                for k in range(starts[node], starts[node + 1]):
                    other = ends[k]
                    if seen[other] == stamp and fresh[other] >= 0:
                        part = fresh[other]
                        if best < 0 or sums[part] > sums[best]:
                            best = part
            for i in range(count):
                if fresh[order[i]] < 0:
                    fresh[order[i]] = best
            sums[best] += rest
        if parts == taken:
            before, after = 0.0, 0.0
            for j in range(taken):
                before += (old[chosen[j]] - minimum) ** 2
                after += (sums[j] - minimum) ** 2
            if after < before and _draw(state, 100):
                continue
        for j in range(taken, parts):
            number = groups + j - taken
            sums_at = sums[j]
            old[number] = sums_at
        for j in range(taken):
            old[chosen[j]] = sums[j]
        for i in range(count):
            part = fresh[order[i]]
            label[order[i]] = chosen[part] if part < taken else groups + part - taken
        groups += parts - taken
    return groups

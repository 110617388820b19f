"""Proposals against their bounds and two simple ways: ``python benchmarks/proposals.py``.

Writes ``benchmarks/proposals.md``. All sets are invented (``proposals_sets.py``).
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import shapely

sys.path.insert(0, str(Path(__file__).parent))
import proposals_sets as sets

from gis.planning.propose import balance, clusters, merge_under, repair
from gis.planning.propose.borders import shared_edges
from gis.planning.propose.labels import cost_of
from gis.planning.propose.tessellation import neighbours

LOW, HIGH, MINIMUM = 3, 5, 300


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = run()
    return found, time.process_time() - cpu, time.perf_counter() - wall


def near_lists(n: int, pairs: Any) -> list[list[int]]:
    near: list[list[int]] = [[] for _ in range(n)]
    for a, b in pairs.tolist():
        near[a].append(b)
        near[b].append(a)
    return near


def connected(nodes: set[int], near: list[list[int]]) -> bool:
    queue = [next(iter(nodes))]
    left = nodes - {queue[0]}
    for node in queue:
        reached = left.intersection(near[node])
        left -= reached
        queue.extend(reached)
    return not left


def greedy(xy: Any, pairs: Any) -> Any:
    """Grow clusters of LOW from the west, the nearest free neighbour first; the rest joins."""
    near = near_lists(len(xy), pairs)
    labels = np.full(len(xy), -1)
    number = 0
    for seed in np.argsort(xy[:, 0], kind="stable").tolist():
        if labels[seed] >= 0:
            continue
        taken = [seed]
        while len(taken) < LOW:
            around = {o for t in taken for o in near[t] if labels[o] < 0} - set(taken)
            if not around:
                break
            centre = xy[taken].mean(axis=0)
            taken.append(min(around, key=lambda o: float(np.hypot(*(xy[o] - centre)))))
        if len(taken) == LOW:
            labels[taken] = number
            number += 1
    sizes = np.bincount(labels[labels >= 0], minlength=number)
    for node in np.flatnonzero(labels < 0).tolist():
        for other in near[node]:
            if labels[other] >= 0 and sizes[labels[other]] < HIGH:
                labels[node] = labels[other]
                sizes[labels[other]] += 1
                break
    return labels


def kmeans_like(xy: Any, rounds: int = 30) -> Any:
    """Cluster by distance alone, four a cluster on average; sizes and neighbours are not asked."""
    rng = np.random.default_rng(0)
    centres = xy[rng.choice(len(xy), max(1, len(xy) // 4), replace=False)]
    labels = np.zeros(len(xy), dtype=int)
    for _ in range(rounds):
        away = np.hypot(*(xy[:, None] - centres[None]).transpose(2, 0, 1))
        labels = away.argmin(axis=1)
        centres = np.array(
            [xy[labels == k].mean(axis=0) if (labels == k).any() else centres[k]
             for k in range(len(centres))]
        )  # fmt: skip
    return np.unique(labels, return_inverse=True)[1]


def broken(labels: Any, pairs: Any) -> int:
    """Return how many buildings are in no cluster or in one that breaks the rule."""
    near = near_lists(len(labels), pairs)
    bad = int((labels < 0).sum())
    for number in range(int(labels.max()) + 1):
        nodes = set(np.flatnonzero(labels == number).tolist())
        if nodes and not (LOW <= len(nodes) <= HIGH and connected(nodes, near)):
            bad += len(nodes)
    return bad


def cluster_rows() -> list[str]:
    rows = []
    kinds: list[tuple[str, Any]] = [
        ("slabs, one compound", sets.slabs(24)),
        ("old town, one compound", sets.old_town(40)),
        ("old town", sets.old_town(130)),
        ("slabs", sets.slabs(130)),
        ("terraces", sets.terraces(240)),
        ("villages", sets.villages(300)),
        ("mixed, with slivers and duplicates", sets.mixed(400)),
        ("old town", sets.old_town(1000)),
        ("slabs", sets.slabs(1000)),
        ("villages", sets.villages(1000)),
        ("courtyards", sets.courtyards(1000)),
        ("terraces", sets.terraces(2000)),
    ]
    for name, shapes in kinds:
        found, cpu, wall = timed(lambda shapes=shapes: clusters(shapes, limit_s=None))
        pairs = neighbours(shapes)
        xy = shapely.get_coordinates(shapely.centroid(shapes))
        assert broken(found.labels, pairs) == int((found.labels < 0).sum())
        simple, distance = greedy(xy, pairs), kmeans_like(xy)
        left = int((found.labels < 0).sum())
        per = found.cost_m / max(len(shapes) - left, 1)
        per_greedy = cost_of(xy, simple) / max(int((simple >= 0).sum()), 1)
        rows.append(
            f"| {name} | {len(shapes)} | {found.cost_m:,.1f} | {found.bound_m:,.1f} | "
            f"{'proven' if found.proven else f'{found.gap:.2%}'} | {left} | "
            f"{per_greedy / per:.2f}; {broken(simple, pairs)} | {broken(distance, pairs)} | "
            f"{cpu:.1f} / {wall:.1f} |"
        )
        print(rows[-1], flush=True)
    return rows


def repair_rows() -> list[str]:
    town = sets.old_town(1000)
    before = clusters(town, limit_s=None).labels
    rows = []
    for seed in range(3):
        gone = np.random.default_rng(seed).choice(1000, 10, replace=False)
        stand = np.setdiff1d(np.arange(1000), gone)
        found, cpu, wall = timed(
            lambda stand=stand: repair(town[stand], before[stand], limit_s=None)
        )
        fresh = clusters(town[stand], limit_s=None).labels
        moved = int((before[stand] != matched(fresh, before[stand])).sum())
        rows.append(
            f"| {seed} | {len(found.broken)} | {len(found.moved)} | "
            f"{int((found.labels < 0).sum())} | {moved} | {cpu:.1f} / {wall:.1f} |"
        )
        print(rows[-1], flush=True)
    return rows


def matched(labels: Any, before: Any) -> Any:
    """Return labels renamed to the old ones so that most stays."""
    from scipy.optimize import linear_sum_assignment

    common = np.zeros((labels.max() + 1, before.max() + 1))
    np.add.at(common, (labels, before), 1)
    rows, columns = linear_sum_assignment(-common)
    name = np.full(labels.max() + 1, -2)
    name[rows] = columns
    return name[labels]


def one_tree(households: Any, pairs: Any) -> int:
    """Return the valid groups of one breadth-first tree cut from the leaves."""
    near = near_lists(len(households), pairs)
    seen: set[int] = set()
    valid = 0
    for root in range(len(households)):
        if root in seen:
            continue
        seen.add(root)
        order, parent = [root], {root: -1}
        for node in order:
            for other in near[node]:
                if other not in seen:
                    seen.add(other)
                    parent[other] = node
                    order.append(other)
        load = {node: float(households[node]) for node in order}
        for node in reversed(order):
            if load[node] >= MINIMUM:
                valid += 1
            elif parent[node] >= 0:
                load[parent[node]] += load[node]
    return valid


def merge_rows() -> list[str]:
    rows = []
    kinds: list[tuple[str, Any]] = [
        ("a ward", sets.blocks(200, mean=40)),
        ("12 blocks a group", sets.blocks(3000, seed=1)),
        ("5 blocks a group", sets.blocks(3000, seed=2, mean=60)),
        ("12 blocks a group, 2 % large", sets.blocks(3000, seed=3, large=0.02)),
    ]
    kinds += [
        (f"census-like, {ratio:g} of the minimum each", sets.census(3000, ratio, seed))
        for seed, ratio in enumerate((0.05, 0.1, 0.2, 0.35, 0.6, 0.9))
    ]
    for name, (shapes, households) in kinds:
        pairs = shared_edges(shapes)[0]
        for preserve in (False, True):
            found, cpu, wall = timed(
                lambda s=shapes, h=households, p=preserve: merge_under(
                    s, h, MINIMUM, preserve=p, limit_s=None
                )
            )
            near = near_lists(len(shapes), pairs)
            for number in range(int(found.labels.max()) + 1):
                assert connected(set(np.flatnonzero(found.labels == number).tolist()), near)
            simple = one_tree(households, pairs)
            rows.append(
                f"| {name}{', preserve' if preserve else ''} | {len(shapes)} | {found.valid} | "
                f"{found.reachable} | {found.bound} | {found.valid / found.reachable:.1%} | "
                f"{found.valid / found.bound:.1%} | {simple / found.reachable:.1%} | "
                f"{cpu:.1f} / {wall:.1f} |"
            )
            print(rows[-1], flush=True)
    return rows


def balance_rows() -> list[str]:
    shapes, loads = sets.blocks(300, seed=5, mean=40)
    xy = shapely.get_coordinates(shapely.centroid(shapes))
    pairs = shared_edges(shapes)[0]
    labels = kmeans_like(xy[:, :2] * [1, 1])
    labels = labels // 6
    found, cpu, wall = timed(lambda: balance(loads, labels, pairs, tolerance=0.15))
    return [
        f"| {len(shapes)} | {len(found.groups)} | {found.spread_before:.0%} | "
        f"{found.spread_after:.0%} | {len(found.moved)} | {cpu:.1f} / {wall:.1f} |"
    ]


HEAD = """# Proposals: distance to the bound, and what simple ways reach

`python benchmarks/proposals.py`: invented towns and blocks of `proposals_sets.py`, without a time
limit; CPU / wall seconds, imports and compiling included in the first row that needs them.
{machine}

## Clusters of 3–5 buildings

Cost and bound in metres; how it is proven stands at `clusters`. *Left out*: buildings that no
division can cluster. *Greedy* (grow three nearest from the west, the rest joins): its metres a
building over ours; buildings in no or a broken cluster. *k-means* (four a cluster, by distance):
buildings in a broken cluster. Ours has none (asserted).

| set | buildings | cost | bound | gap | left out | greedy: ratio; broken | k-means: broken | s |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
REPAIR = """
## Repair after 10 demolitions of 1,000

| draw | broken clusters | hand-overs by repair | left out | hand-overs by a fresh division | s |
|---|---:|---:|---:|---:|---:|
"""
MERGE = """
## Merging under 300 households

*Reachable*: a bound that counts a block of 300 and more once. *Bound*: households / 300, rounded
down, per connected piece. *One tree*: a breadth-first tree cut from the leaves. All groups are
contiguous (asserted).

| set | regions | valid | reachable | bound | of reachable | of bound | one tree, of reachable | s |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
BALANCE = """
## Balancing loads

| units | groups | farthest load from the mean, before | after | moved | s |
|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    machine = (
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"shapely {shapely.__version__}."
    )
    text = HEAD.format(machine=machine) + "\n".join(cluster_rows())
    text += "\n" + REPAIR + "\n".join(repair_rows())
    text += "\n" + MERGE + "\n".join(merge_rows())
    text += "\n" + BALANCE + "\n".join(balance_rows()) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

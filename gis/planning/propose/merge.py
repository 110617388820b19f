"""Merging regions that are under a minimum of households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import InvalidInput
from gis.planning.propose import checks
from gis.planning.propose.borders import shared_edges
from gis.planning.propose.deadline import Deadline, Progress
from gis.planning.propose.labels import given_pairs, in_order
from gis.planning.propose.packing import Packing
from gis.planning.propose.sets import Floats, Ints, graph
from gis.planning.propose.shorten_borders import Compaction

LIMIT_S = 15.0
SEARCHING, SHORTENING = 0.75, 0.6
"""Shares of the time for the most groups, and of the rest for short borders."""


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Regions merged into groups.

    Parameters
    ----------
    labels
        int array (n,): the group of each region, numbered from 0 in the order of their first
        region. Every group is connected and lies within one label of ``within``.
    bound
        No merging has more groups of the minimum than this: the sum over connected pieces of
        their households divided by the minimum, rounded down.
    reachable
        A lower bound than ``bound``, as true: a region that reaches the minimum alone is one
        group however many households it has, and the others are counted per piece without it,
        by their households, by how many regions a group needs, and where the sets that can be
        groups can be listed by those.
    valid
        How many groups reach the minimum.
    under
        The groups that do not, ascending: their piece has no more households, or ``preserve``
        keeps its large regions out.
    """

    labels: NDArray[np.int64]
    bound: int
    reachable: int
    valid: int
    under: tuple[int, ...]

    @property
    def gap(self) -> float:
        """What share of ``reachable`` is missing: 0.01 is one per cent."""
        return 1 - self.valid / self.reachable if self.reachable else 0.0

    @property
    def proven(self) -> bool:
        """Whether no merging can have more valid groups."""
        return self.valid == self.reachable


def merge_under(
    regions: Sequence[Any] | NDArray[Any] | None,
    households: Any,
    minimum: float = 300,
    within: Any = None,
    preserve: bool = False,
    *,
    pairs: Any = None,
    progress: Progress | None = None,
    limit_s: float | None = LIMIT_S,
) -> Merged:
    """Return contiguous groups of regions, as many of at least ``minimum`` households as can be.

    Parameters
    ----------
    regions
        Polygons or multipolygons (n,), of one datum; neighbours share an edge.
    households
        Numbers from 0 (n,).
    minimum
        The households a group should have.
    within
        Labels (n,) such as the community: no group has regions of two labels. None stands for
        one label of all.
    preserve
        Regions at or over the minimum stay alone, unless a small neighbour has no other partner,
        that is, no other small region beside it. Small regions that have each other but are too
        few together stay one group under the minimum.
    pairs
        Which regions are neighbours, int (m, 2); then ``regions`` may be None. By default those
        that share an edge; a corner is not enough.
    progress
        Called as ``progress(steps done, steps, best Merged so far)``.
    limit_s
        The search ends after so many seconds with the best it has; None for no limit.

    Raises
    ------
    InvalidInput
        A region that is no polygon, households that are negative or missing, lists of different
        lengths, a minimum that is not positive.
    Cancelled
        When ``progress`` raises it; its ``best`` is the best :class:`Merged` so far.

    Notes
    -----
    A group around a region that reaches the minimum by itself counts no more than that region
    alone, so the question is how many groups the small regions can form among themselves: exact
    in pieces of up to 40 regions (the connected sets that suffice and of which none can be
    spared, the most disjoint ones by HiGHS), else by cutting random spanning trees of two or three
    neighbouring groups so that what they have over the minimum gathers in a few places, until it
    is a group more (:mod:`gis.planning.propose._trees`). What cannot reach the minimum joins a
    large neighbour, with ``preserve`` only where it is a single region. Then pairs of groups are
    cut anew and regions change sides while that shortens the borders and keeps every group valid
    and connected.

    Examples
    --------
    >>> from shapely import box
    >>> row = [box(i, 0, i + 1, 1) for i in range(5)]
    >>> merge_under(row, [200, 120, 310, 90, 250]).labels.tolist()
    [0, 0, 1, 2, 2]
    """
    if not np.isfinite(minimum) or minimum <= 0:
        raise InvalidInput(
            "minimum", f"minimum = {minimum}: must be over 0", f"minimum = {minimum}：应大于 0"
        )
    checks.seconds(limit_s)
    shapes, given = _neighbourhood(regions, households, pairs)
    of = checks.numbers(households, len(households), "households")
    labels = None if within is None else _labels(within, len(of))
    watch = Deadline(progress, limit_s)

    def search() -> Merged:
        links, length = shared_edges(shapes) if given is None else (given, np.ones(len(given)))
        if labels is not None:
            same = labels[links[:, 0]] == labels[links[:, 1]]
            links, length = links[same], length[same]
        return _Merge(links, length, of, float(minimum)).run(watch, preserve)

    alone = np.empty((0, 2), dtype=np.int64)
    nothing = _Merge(alone, np.empty(0), of, float(minimum)).merged(np.arange(len(of)))
    most = int(of.sum() // minimum)
    return watch.run(replace(nothing, bound=most, reachable=most), search)


def _neighbourhood(regions: Any, households: Any, pairs: Any) -> tuple[Any, Ints | None]:
    """Return the shapes, and the neighbours where the caller gave them."""
    if regions is None and pairs is None:
        raise InvalidInput("regions", "regions or pairs must be given", "应给出 regions 或 pairs")
    shapes = None
    if regions is not None:
        shapes = checks.areas(regions, "regions")
        checks.same_length(households, len(shapes), "households")
    return shapes, None if pairs is None else given_pairs(pairs, len(households))


def _labels(within: Any, n: int) -> Ints:
    found = np.array([str(value) for value in within], dtype=object)
    checks.same_length(found, n, "within")
    return np.asarray(np.unique(found.astype(str), return_inverse=True)[1], dtype=np.int64)


class _Merge:
    """One merging while it is searched."""

    def __init__(self, links: Ints, length: Floats, of: Floats, minimum: float) -> None:
        n = len(of)
        self.of, self.minimum = of, minimum
        self.links, self.length = links, length
        self.graph = graph(np.zeros((n, 2)), links)
        self.large = of >= minimum
        small = np.flatnonzero(~self.large)
        self.small = [small[nodes] for nodes in self.graph.part(small).pieces()]
        self.bound = sum(int(of[nodes].sum() // minimum) for nodes in self.graph.pieces())
        enough = [nodes for nodes in self.small if of[nodes].sum() >= minimum]
        self.packings = [(nodes, self._packing(nodes)) for nodes in enough]

    def _packing(self, nodes: Ints) -> Packing:
        part = self.graph.part(nodes)
        here = np.repeat(nodes, np.diff(part.starts))
        pair = np.sort(np.column_stack([here, nodes[part.ends]]), axis=1)
        keys = self.links @ [len(self.of), 1]
        length = self.length[np.searchsorted(keys, pair @ [len(self.of), 1])]
        return Packing(part, length, self.of[nodes], self.minimum)

    @property
    def reachable(self) -> int:
        """No merging has more valid groups."""
        return int(self.large.sum()) + sum(p.target for _, p in self.packings)

    def run(self, watch: Deadline, preserve: bool) -> Merged:
        packings = [p for _, p in self.packings]
        total = sum(p.most_steps for p in packings) + 1
        packing = watch.share(SEARCHING)

        def tell() -> None:
            done = sum(p.most_steps if p.done else min(p.steps, p.most_steps) for p in packings)
            watch.tell(done, total, lambda: self.merged(self.joined(preserve)))

        for i, p in enumerate(packings):
            if not p.done:
                p.solve(packing.share(1 / (len(packings) - i + 1)))
                tell()
        while True:
            waiting = [p for p in packings if not p.done and (not packing.over() or p.begun < 1)]
            if not waiting or watch.stopped():
                break
            # the one that has had the least of its turn, so that a limit cuts all alike
            min(waiting, key=lambda p: p.begun).run()
            tell()
        shortening = watch.share(SHORTENING)
        for i, p in enumerate(packings):
            p.shorten(shortening.share(1 / (len(packings) - i)))
            tell()
        frozen = self.large if preserve else np.zeros(len(self.of), dtype=bool)
        labels = self.joined(preserve)
        compaction = Compaction(self.graph, self.links, self.length, self.of, labels)
        compaction.run(self.minimum, frozen, watch)
        return self.merged(compaction.label)

    def joined(self, preserve: bool) -> Ints:
        """Return the groups: large ones alone, packed small ones, the rest with a neighbour."""
        labels = np.arange(len(self.of))
        for nodes, packing in self.packings:
            labels[nodes] = nodes[np.unique(packing.label, return_index=True)[1]][packing.label]
        packed = {int(nodes[0]) for nodes, _ in self.packings}
        for nodes in self.small:
            if int(nodes[0]) not in packed:
                alone = preserve and len(nodes) > 1
                labels[nodes] = nodes[0] if alone else self._partner(nodes)
        return labels

    def _partner(self, nodes: Ints) -> int:
        """Return the large neighbour with the longest common border, else the first of them."""
        inside = np.isin(self.links, nodes)
        across = inside.any(axis=1) & ~inside.all(axis=1)
        if not across.any():
            return int(nodes[0])
        other = np.where(inside[across, 0], self.links[across, 1], self.links[across, 0])
        who, at = np.unique(other, return_inverse=True)
        return int(who[np.argmax(np.bincount(at, weights=self.length[across]))])

    def merged(self, labels: Ints) -> Merged:
        labels = in_order(labels)
        sums = np.bincount(labels, weights=self.of) if len(labels) else np.empty(0)
        under = np.flatnonzero(sums < self.minimum)
        valid = len(sums) - len(under)
        return Merged(labels, self.bound, self.reachable, valid, tuple(under.tolist()))

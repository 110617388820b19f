"""Dividing buildings into contiguous clusters of an allowed size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.planning.propose import checks
from gis.planning.propose.deadline import Deadline, Progress
from gis.planning.propose.labels import cost_of, given_pairs, in_order
from gis.planning.propose.search import Search
from gis.planning.propose.set_cover import relaxed
from gis.planning.propose.sets import Floats, Graph, Ints, Pool, connected_sets, graph
from gis.planning.propose.tessellation import neighbours
from gis.planning.propose.unassigned import LeftOut, no_room, too_few

LIMIT_S = 20.0
DEAREST_M = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Buildings divided into clusters.

    Parameters
    ----------
    labels
        int array (n,): the cluster of each building, numbered from 0 in the order of their first
        building; -1 where no cluster of the allowed size can be.
    cost_m
        Sum over the clustered buildings of the distance to their cluster's centroid, metres.
    bound_m
        No division that clusters as many buildings costs less than this, metres.
    left_out
        Those of label -1, by connected piece, with the reason.
    """

    labels: NDArray[np.int64]
    cost_m: float
    bound_m: float
    left_out: tuple[LeftOut, ...] = ()

    @property
    def gap(self) -> float:
        """How much the cost may be over the optimum: 0.01 is one per cent."""
        return 0.0 if self.proven else self.cost_m / max(self.bound_m, 1e-9) - 1

    @property
    def proven(self) -> bool:
        """Whether nothing is better."""
        return self.cost_m - self.bound_m <= 1e-6 * max(1.0, self.cost_m)


def clusters(
    footprints: Sequence[Any] | NDArray[Any],
    low: int = 3,
    high: int = 5,
    *,
    pairs: Any = None,
    progress: Progress | None = None,
    limit_s: float | None = LIMIT_S,
) -> Clusters:
    """Return the buildings divided into contiguous clusters of ``low`` to ``high``.

    As many buildings as can be are clustered; of such divisions one with a small sum of distances
    between the buildings' centroids and the mean of their cluster's. The size rule is never
    broken and every cluster is connected: in pieces where it cannot be kept (fewer than ``low``
    buildings, or shapes such as a star around one building) the rest has label -1 and is named.

    Parameters
    ----------
    footprints
        Polygons or multipolygons, metres (n,).
    low, high
        The least and the most buildings of a cluster.
    pairs
        Which buildings are neighbours, int (m, 2). By default those whose tessellation cells,
        clipped at 50 m, share at least 1 m of boundary.
    progress
        Called as ``progress(buildings done, buildings, best Clusters so far)`` between steps.
    limit_s
        The search ends after so many seconds with the best it has; None for no limit. Without
        being cut off the same input gives the same answer.

    Raises
    ------
    InvalidInput
        A footprint that is no polygon, empty or not in metres; sizes that cannot be kept.
    Cancelled
        When ``progress`` raises it; its ``best`` is the best :class:`Clusters` so far.

    Notes
    -----
    Every connected set of an allowed size is listed, and the choice of sets that takes each
    building once is relaxed to a linear programme. ``bound_m`` does not trust its solver: prices
    per building are lowered until no set's price is over its cost, and then add up to no more than
    the cost of any division (weak duality). Where the sets that could still beat the best division
    are few, that programme is solved in whole numbers, and ``bound_m`` is the bound of its branch
    and bound (HiGHS), equal to ``cost_m`` when the optimum is proven. Where there are too many
    sets to list (``high`` well over 5) the bound is a weaker one, from the distances to the
    nearest buildings.

    Examples
    --------
    >>> from shapely import box
    >>> row = [box(x, 0, x + 12, 10) for x in (0, 20, 40, 70, 90, 110, 130)]
    >>> found = clusters(row)
    >>> found.labels.tolist(), found.cost_m, found.proven
    ([0, 0, 0, 1, 1, 1, 1], 120.0, True)
    """
    checks.size_range(low, high)
    checks.seconds(limit_s)
    shapes = checks.areas(footprints, "footprints")
    checks.in_metres(shapes, "footprints")
    watch = Deadline(progress, limit_s)
    nothing = Clusters(np.full(len(shapes), -1, dtype=np.int64), 0.0, 0.0)
    if not len(shapes):
        return nothing
    given = None if pairs is None else given_pairs(pairs, len(shapes))

    def search() -> Clusters:
        links = neighbours(shapes) if given is None else given
        return divided(graph(centroids(shapes), links), (int(low), int(high)), watch)

    return watch.run(nothing, search)


def centroids(shapes: NDArray[Any]) -> Floats:
    """Return the centroids, float array (n, 2); a point inside where a sliver has none."""
    return np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))


class _Piece:
    """One connected piece of the graph while it is being divided."""

    def __init__(self, whole: Graph, nodes: Ints, sizes: tuple[int, int], watch: Deadline) -> None:
        self.nodes = nodes
        self.graph = whole.part(nodes)
        self.low = sizes[0]
        relaxing = watch.share(0.5)
        self.pool = connected_sets(self.graph, *sizes)
        self.left_out_m = _price_of_leaving_out(self.pool, len(nodes))
        self.prices = relaxed(self.pool, len(nodes), self.left_out_m, relaxing)
        self.search = Search(self.graph, self.pool, self.prices, self.left_out_m, sizes)

    def bound_m(self, watch: Deadline) -> float:
        """Return a lower bound of the cost of clustering as many buildings of the piece."""
        search, out = self.search, self.search.left_out()
        found = _nearest_bound_m(self.graph, self.low, out)
        if search.proven_m is not None:
            found = max(found, search.proven_m - self.left_out_m * out)
        if self.pool.reach_m > 0:
            found = max(found, self.prices.bound_m(out))
            if out and search.proven_m is None:
                n = len(self.nodes)
                found = max(found, relaxed(self.pool, n, 0.0, watch, out).bound_m(out))
        return min(found, search.cost_m())

    def named(self) -> LeftOut:
        """Return those of the piece that are in no cluster, with the reason."""
        return no_room(self.nodes[self.search.label < 0], len(self.nodes))


def _price_of_leaving_out(pool: Pool, n: int) -> float:
    """Return more than all clusters can cost, so that leaving out is the last resort."""
    share = pool.cost_m / pool.sizes(n) if len(pool) else np.zeros(1)
    return min(1.0 + n * float(share.max()), DEAREST_M)


def _nearest_bound_m(g: Graph, low: int, left_out: int) -> float:
    """Return a bound from distances alone, metres.

    In a set of k the distances of all pairs add up to at most k - 1 times its cost (triangle
    inequality), so a building bears at least half the mean distance to its ``low - 1`` nearest.
    """
    from scipy.spatial import cKDTree

    if low < 2 or len(g) < low:
        return 0.0
    away, _ = cKDTree(g.xy).query(g.xy, k=low)
    share = np.sort(away[:, 1:].mean(axis=1) / 2)
    return float(share[: len(share) - left_out].sum())


def divided(g: Graph, sizes: tuple[int, int], watch: Deadline) -> Clusters:
    """Return the buildings of a graph divided: :func:`clusters` where neighbours are known."""
    parts = g.pieces()
    small = [nodes for nodes in parts if len(nodes) < sizes[0]]
    pieces: list[_Piece] = []
    done = sum(map(len, small))
    for nodes in parts:
        if len(nodes) >= sizes[0]:
            pieces.append(_Piece(g, nodes, sizes, watch))
            watch.tell(done, len(g), lambda: _answer(g, pieces, small, None))
    for piece in pieces:
        for share in piece.search.run(watch):
            now = done + int(share * len(piece.nodes))
            watch.tell(now, len(g), lambda: _answer(g, pieces, small, None))
        done += len(piece.nodes)
    found = _answer(g, pieces, small, watch)
    watch.tell(len(g), len(g), lambda: found)
    return found


def _answer(
    g: Graph, pieces: Sequence[_Piece], small: Sequence[Ints], watch: Deadline | None
) -> Clusters:
    labels = np.full(len(g), -1, dtype=np.int64)
    for number, piece in enumerate(pieces):
        inside = piece.search.label
        labels[piece.nodes[inside >= 0]] = inside[inside >= 0] + number * 2**32
    labels = in_order(labels)
    cost = cost_of(g.xy, labels)
    bound = sum(piece.bound_m(watch or Deadline(None, 1e-9)) for piece in pieces)
    named = [too_few(nodes) for nodes in small]
    named += [piece.named() for piece in pieces if piece.search.left_out()]
    named.sort(key=lambda found: found.buildings)
    return Clusters(labels, cost, min(float(bound), cost), tuple(named))

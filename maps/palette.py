"""The colours of map and poster, and which grid gets which.

Laid over the paper at their opacity, the four community colours differ by 11 or more (CIELAB) for
readers with any of the three colour blindnesses, the three ranks by 20 or more (a test measures
it). Points differ by shape as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)

COMMUNITIES = ("#f3e46a", "#5fa8d3", "#e59a5c", "#b9b4bd")
RANKS = ("#ffe48a", "#9aa08a", "#2f5d8a")
UNRANKED = "#d9d5cc"
SCALE = ("#fdf3c0", "#b9dba6", "#5fb3a8", "#2f7ba6", "#27427f")

_POINTS = {
    "business": "#b8500a",
    "resident_unit": "#7a1f3d",
    "school": "#14508c",
    "medical": "#1b7a4b",
}
LIGHT: dict[str, Any] = {
    "paper": "#f5f2ec",
    "communities": COMMUNITIES,
    "ranks": {"甲": RANKS[0], "乙": RANKS[1], "丙": RANKS[2],
              "A": RANKS[0], "B": RANKS[1], "C": RANKS[2]},
    "unranked": UNRANKED,
    "scale": SCALE,
    "fill_opacity": 0.62,
    "rank_opacity": 0.8,
    "tints": (0.0, 0.16, -0.07, 0.08),
    "water": "#cfe3f0",
    "shore": "#a9cbe0",
    "road": "#ffffff",
    "road_edge": "#cfc8ba",
    "building": "#ece4d8",
    "building_edge": "#8f7f6b",
    "casing": "#ffffff",
    "boundary": ("#3b2f52", "#3b2f52", "#5d5175", "#7b7190"),
    "selection": "#c4210f",
    "point_edge": "#ffffff",
    "points": _POINTS,
}  # fmt: skip
DARK: dict[str, Any] = {
    **LIGHT,
    "paper": "#1b1c20",
    "fill_opacity": 0.5,
    "rank_opacity": 0.66,
    "tints": (0.0, 0.1, -0.1, 0.05),
    "water": "#16283a",
    "shore": "#27425c",
    "road": "#3a3c44",
    "road_edge": "#22242a",
    "building": "#3f3b38",
    "building_edge": "#8c8276",
    "casing": "#14151a",
    "boundary": ("#f1ecff", "#efe9ff", "#cfc6e6", "#a79fbd"),
    "selection": "#ff7a66",
    "point_edge": "#14151a",
    "points": {
        "business": "#ffb066",
        "resident_unit": "#ff9dba",
        "school": "#8cc4ff",
        "medical": "#7fe0ae",
    },
}


def colouring(neighbours: Mapping[Node, Sequence[Node]], colours: int = 4) -> dict[Node, int]:
    """Return a colour number for every node so that no two neighbours share one.

    The most constrained node is coloured first, with backtracking; deterministic. Where
    ``colours`` are not enough (grids made of scattered parts), one more is allowed, and so on.

    >>> colouring({"a": ["b"], "b": ["a", "c"], "c": ["b"]}, 2)
    {'b': 0, 'a': 1, 'c': 1}
    """
    found = None
    while found is None:
        found = _Colouring(neighbours, colours).found()
        colours += 1
    return found


_BACKTRACKS = 20_000


class _Colouring(Generic[Node]):
    """One try with so many colours; without recursion, for thousands of nodes."""

    def __init__(self, neighbours: Mapping[Node, Sequence[Node]], colours: int) -> None:
        self.neighbours = neighbours
        self.order = sorted(neighbours, key=lambda n: -len(neighbours[n]))
        self.rank = {node: i for i, node in enumerate(self.order)}
        self.beside = {node: [0] * colours for node in self.order}
        self.used = [0] * colours
        self.chosen: dict[Node, int] = {}
        # The most constrained first; what an entry says may be out of date by then.
        self.heap = [(0, i) for i in range(len(self.order))]

    def found(self) -> dict[Node, int] | None:
        """Return the colours, None when there are none or patience ends."""
        trail: list[tuple[Node, list[int]]] = []
        patience = _BACKTRACKS
        while (node := self._next()) is not None:
            options = self._options(node)
            while not options:
                patience -= 1
                if not trail or patience < 0:
                    return None
                self._push(node)
                node, options = trail.pop()
                self._mark(node, self.chosen.pop(node), -1)
            colour = options.pop(0)
            self.chosen[node] = colour
            self._mark(node, colour, 1)
            trail.append((node, options))
        return self.chosen

    def _options(self, node: Node) -> list[int]:
        # Starting with the least used colour spreads all of them over the map.
        free = [c for c, count in enumerate(self.beside[node]) if not count]
        return sorted(free, key=lambda c: (self.used[c], c))

    def _constraint(self, node: Node) -> int:
        return sum(map(bool, self.beside[node]))

    def _next(self) -> Node | None:
        while self.heap:
            constraint, i = heappop(self.heap)
            node = self.order[i]
            if node not in self.chosen and -constraint == self._constraint(node):
                return node
        return None

    def _push(self, node: Node) -> None:
        heappush(self.heap, (-self._constraint(node), self.rank[node]))

    def _mark(self, node: Node, colour: int, step: int) -> None:
        self.used[colour] += step
        for other in self.neighbours[node]:
            self.beside[other][colour] += step
            if other not in self.chosen:
                self._push(other)

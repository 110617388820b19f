"""The colours of map and poster, and which grid gets which.

Laid over the paper at their opacity, the four community colours differ by 11 or more (CIELAB) for
readers with any of the three colour blindnesses, the three ranks by 20 or more (a test measures
it). Points differ by shape as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeVar

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
    order = sorted(neighbours, key=lambda n: -len(neighbours[n]))
    chosen: dict[Node, int] = {}
    if _colour(order, neighbours, colours, chosen, [_BACKTRACKS]):
        return chosen
    return colouring(neighbours, colours + 1)


_BACKTRACKS = 20_000


def _colour(
    order: Sequence[Node],
    neighbours: Mapping[Node, Sequence[Node]],
    colours: int,
    chosen: dict[Node, int],
    patience: list[int],
) -> bool:
    rest = [n for n in order if n not in chosen]
    if not rest:
        return True
    node = max(rest, key=lambda n: len({chosen[m] for m in neighbours[n] if m in chosen}))
    taken = {chosen[m] for m in neighbours[node] if m in chosen}
    # Starting with the least used colour spreads all of them over the map.
    used = list(chosen.values())
    for colour in sorted(range(colours), key=lambda c: (used.count(c), c)):
        if colour in taken:
            continue
        chosen[node] = colour
        if _colour(order, neighbours, colours, chosen, patience):
            return True
        del chosen[node]
        patience[0] -= 1
        if patience[0] < 0:
            return False
    return False

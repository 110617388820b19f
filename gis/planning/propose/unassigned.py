"""Buildings that no cluster can take, named with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from gis.findings import Text
from gis.planning.propose.sets import Ints


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Buildings that no cluster of the allowed size can take, and why.

    Parameters
    ----------
    buildings
        Their indices, ascending.
    text
        The sentence for the planner.
    """

    buildings: tuple[int, ...]
    text: Text


def too_few(nodes: Ints) -> LeftOut:
    """Return a piece that has fewer buildings than a cluster needs."""
    text = Text(
        f"{len(nodes)} building(s) with no neighbour beyond, too few for a cluster: merge them "
        "with another grid, or waive the rule with a reason",
        f"{len(nodes)} 栋楼周围再无相邻楼栋，不足以成群：请并入其他网格，或注明理由予以豁免",
    )
    return LeftOut(tuple(nodes.tolist()), text)


def no_room(out: Ints, connected: int) -> LeftOut:
    """Return the buildings of a larger piece that cannot be clustered beside the others."""
    text = Text(
        f"{len(out)} of {connected} connected buildings: no contiguous cluster of the allowed "
        "size can take them beside the others; merge them, or waive the rule with a reason",
        f"相连的 {connected} 栋楼中有 {len(out)} 栋：没有合规且连片的楼栋群能容纳；"
        "请并入其他网格，或注明理由予以豁免",
    )
    return LeftOut(tuple(out.tolist()), text)

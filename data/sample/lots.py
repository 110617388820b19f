"""Sharing a block out among lots by repeated cutting, each time the best of several cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.cuts import Cut, Style, bearing, cut

FRONTAGE_M = 95.0


@dataclass(frozen=True)
class Lot:
    """A share of a block: its key, its weight (any unit), the streets it must lie on."""

    key: str
    weight: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manner:
    """How a block is shared out: the cuts' style, how many are tried, how much frontage counts."""

    style: Style
    tries: int = 14
    frontage_m: float = FRONTAGE_M


Fronts = Mapping[str, shapely.Polygon]


def share(
    block: shapely.Polygon,
    lots: Sequence[Lot],
    fronts: Fronts,
    manner: Manner,
    rng: np.random.Generator,
) -> dict[str, shapely.Polygon]:
    """Every lot's ground. `fronts` are the streets' narrow buffers.

    Raises ValueError when no cut gives every lot the frontage it needs.
    """
    for _ in range(60):
        shared = _try_share(block, list(lots), fronts, manner, rng)
        if shared is not None:
            return shared
    raise ValueError(f"no way found to share a block among {[lot.key for lot in lots]}")


def has_frontage(polygon: shapely.Polygon, front: shapely.Polygon, least_m: float) -> bool:
    """Whether at least so many metres of the outline lie on a street."""
    length_m = float(shapely.intersection(polygon.exterior, front).length)
    return round(length_m, 3) >= least_m


def _try_share(
    block: shapely.Polygon,
    lots: list[Lot],
    fronts: Fronts,
    manner: Manner,
    rng: np.random.Generator,
) -> dict[str, shapely.Polygon] | None:
    if len(lots) == 1:
        return {lots[0].key: block}
    best: tuple[Cut, list[Lot], list[Lot]] | None = None
    for _ in range(manner.tries):
        found = _one_cut(block, lots, fronts, manner, rng)
        if found is not None and (best is None or found[0].score > best[0].score):
            best = found
    if best is None or best[0].score < 0.2:
        return None
    made, first, second = best
    left = _try_share(made.left, first, fronts, manner, rng)
    right = None if left is None else _try_share(made.right, second, fronts, manner, rng)
    return None if left is None or right is None else left | right


def _one_cut(
    block: shapely.Polygon,
    lots: list[Lot],
    fronts: Fronts,
    manner: Manner,
    rng: np.random.Generator,
) -> tuple[Cut, list[Lot], list[Lot]] | None:
    first, second = _halves(lots, rng)
    weight = sum(lot.weight for lot in lots)
    fraction = sum(lot.weight for lot in first) / weight
    across = bearing(block) + (90.0 if rng.random() < 0.85 else 0.0) + rng.normal(0, 5.0)
    made = cut(block, fraction, across_deg=round(float(across), 3), style=manner.style, rng=rng)
    if made is None:
        return None
    for part, group in ((made.left, first), (made.right, second)):
        for lot in group:
            if not all(has_frontage(part, fronts[n], manner.frontage_m) for n in lot.needs):
                return None
    return made, first, second


def _halves(lots: list[Lot], rng: np.random.Generator) -> tuple[list[Lot], list[Lot]]:
    """The lots in a drawn order, parted as near to half the weight as the order allows."""
    order = [lots[int(i)] for i in rng.permutation(len(lots))]
    weights = np.cumsum([lot.weight for lot in order])
    gaps = np.abs(weights[:-1] / weights[-1] - 0.5)
    at = int(np.argmin(np.round(gaps, 6))) + 1
    return order[:at], order[at:]

"""The whole sample as one value, built once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.sample.blocks import Block, draw_blocks
from data.sample.context import Line, context
from data.sample.frame import geometry_to_metres
from data.sample.grids import Grid, divide
from data.sample.houses import build
from data.sample.network import tile, union
from data.sample.places import Place, buildings, holders
from data.sample.plan import COMMUNITIES
from data.sample.plates import give_plates
from data.sample.shops import shops
from data.sample.skeleton import draw_skeleton
from data.sample.units import seats, settle, unit_holders, unit_places


@dataclass(frozen=True)
class Sample:
    """Grids, places and context lines; `blocks` are the level-3 grids' sources."""

    grids: Sequence[Grid]
    places: Sequence[Place]
    context: Sequence[Line]
    blocks: Sequence[Block]


def draw_sample() -> Sample:
    """The subdistrict as it is on 2026-10-01."""
    skeleton = draw_skeleton()
    blocks = draw_blocks(skeleton)
    tiles = tile([block.shape for block in blocks], [block.community for block in blocks])
    shapes = [geometry_to_metres(polygon) for polygon in tiles]
    houses = build(blocks, shapes)
    grids = divide(blocks, tiles, houses)
    units = settle(seats([community.name for community in COMMUNITIES]), blocks, shapes, houses)
    plates = give_plates([*holders(blocks, shapes, houses), *unit_holders(units)], skeleton)
    made = buildings(houses, blocks, plates)
    places = [*made, *shops(made, blocks), *unit_places(units, blocks, plates)]
    whole = union([grid.shape for grid in grids if grid.level == 1])
    return Sample(grids, places, context(skeleton, whole), blocks)

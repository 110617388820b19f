"""The three levels with their codes, names and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from data.sample.blocks import Block
from data.sample.frame import geometry_to_metres, random_for
from data.sample.houses import House, apportion
from data.sample.network import union
from data.sample.plan import COMMUNITIES, Compound

SUBDISTRICT_CODE = "320106012"
CODE_SCHEME = "nbs-2023"
RESIDENTS = 109_640


@dataclass(frozen=True)
class Grid:
    """A grid of any level; `shape` in WGS84. `block` is the level-3 block it was made from."""

    id: str
    code: str
    level: int
    parent: str | None
    name: str
    kind: str
    shape: shapely.Polygon
    grid_class: str | None = None
    grid_grade: str | None = None
    households: int = 0
    resident_population: int = 0
    members: tuple[dict[str, object], ...] | None = None
    block: int | None = None
    member: str | None = None


def divide(
    blocks: Sequence[Block], shapes: Sequence[shapely.Polygon], houses: Sequence[House]
) -> list[Grid]:
    """All 327 grids, ordered by level and code; `shapes` are the blocks' WGS84 polygons."""
    living = _living(len(blocks), houses)
    people = _people(living)
    by_member = _by_member(houses)
    ones, twos, threes = [], [], []
    for number, community in enumerate(COMMUNITIES, start=1):
        code = f"{SUBDISTRICT_CODE}{number:03d}"
        mine = _compound_grids(code, community.compounds, blocks, shapes, by_member)
        for compound, indices in mine:
            inner = _level3(compound, indices, blocks, shapes)
            inner = [
                replace(
                    grid, households=living[_block(grid)], resident_population=people[_block(grid)]
                )
                for grid in inner
            ]
            threes += inner
            twos.append(_summed(compound, inner))
        shape = union([grid.shape for grid in twos if grid.parent == code])
        whole = Grid(
            "",
            code,
            1,
            None,
            f"{community.name}社区",
            "community",
            shape,
            grid_class=community.grid_class,
        )
        ones.append(_summed(whole, [grid for grid in twos if grid.parent == code]))
    threes = _named_rows(threes, blocks)
    return [
        replace(grid, id=f"g{grid.level}-{i:03d}")
        for level in (ones, twos, threes)
        for i, grid in enumerate(sorted(level, key=lambda grid: grid.code), start=1)
    ]


def _block(grid: Grid) -> int:
    if grid.block is None:
        raise ValueError(f"grid {grid.code} is no level-3 grid")
    return grid.block


def _living(blocks: int, houses: Sequence[House]) -> list[int]:
    counts = [0] * blocks
    for house in houses:
        counts[house.block] += house.households
    return counts


def _people(living: Sequence[int]) -> list[int]:
    """Residents by block: about 2.7 to a household, 109,640 in all."""
    size = random_for("people in households").uniform(2.45, 2.95, len(living))
    weights = np.round(np.array(living) * size, 6)
    return [int(count) for count in apportion(weights, RESIDENTS)]


def _by_member(houses: Sequence[House]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for house in houses:
        if house.compound:
            counts[house.compound] = counts.get(house.compound, 0) + house.households
    return counts


def _compound_grids(
    parent: str,
    compounds: Sequence[Compound],
    blocks: Sequence[Block],
    shapes: Sequence[shapely.Polygon],
    by_member: dict[str, int],
) -> list[tuple[Grid, list[int]]]:
    """A community's compounds in the order of their codes, with the blocks of each."""
    made = []
    for compound in compounds:
        indices = [i for i, block in enumerate(blocks) if block.compound == compound.name]
        shape = union([shapes[i] for i in indices])
        described: tuple[dict[str, object], ...] = tuple(
            {
                "name": member.name,
                "kind": member.kind,
                "housing": member.housing,
                "households": by_member.get(member.name, 0),
                "under_construction": member.under_construction,
            }
            for member in compound.members
        )
        made.append(
            (
                Grid(
                    "",
                    "",
                    2,
                    parent,
                    compound.name,
                    compound.kind,
                    shape,
                    grid_grade=compound.grade,
                    members=described,
                ),
                indices,
            )
        )
    order = reading_order([grid.shape for grid, _ in made])
    return [
        (replace(made[at][0], code=f"{parent}{i:03d}"), made[at][1])
        for i, at in enumerate(order, start=1)
    ]


def _level3(
    parent: Grid, indices: Sequence[int], blocks: Sequence[Block], shapes: Sequence[shapely.Polygon]
) -> list[Grid]:
    ordered = [indices[at] for at in reading_order([shapes[i] for i in indices])]
    seen: dict[str, int] = {}
    grids = []
    for number, i in enumerate(ordered, start=1):
        block = blocks[i]
        if block.member:
            seen[block.member] = seen.get(block.member, 0) + 1
            name = f"{block.member}第{seen[block.member]}网格"
        else:
            name = f"{block.ground}网格"
        grids.append(
            Grid(
                "",
                f"{parent.code}{number:03d}",
                3,
                parent.code,
                name,
                block.kind,
                shapes[i],
                block=i,
                member=block.member,
            )
        )
    return grids


def _named_rows(grids: Sequence[Grid], blocks: Sequence[Block]) -> list[Grid]:
    """Shopfront rows numbered along each road in the order of their codes."""
    seen: dict[str, int] = {}
    named = []
    for grid in sorted(grids, key=lambda grid: grid.code):
        road = blocks[_block(grid)].road
        if road:
            seen[road] = seen.get(road, 0) + 1
            grid = replace(grid, name=f"{road}门面房第{seen[road]}网格")
        named.append(grid)
    return named


def _summed(parent: Grid, children: Sequence[Grid]) -> Grid:
    return replace(
        parent,
        households=sum(child.households for child in children),
        resident_population=sum(child.resident_population for child in children),
    )


def reading_order(shapes: Sequence[shapely.Polygon]) -> list[int]:
    """Places in order from west to east, and north to south within a band as wide as one shape."""
    spots = np.array([geometry_to_metres(shape.centroid).coords[0] for shape in shapes])
    width = max(float(np.ptp(spots[:, 0])) / max(1.0, len(shapes) ** 0.5), 60.0)
    bands = np.floor(np.round((spots[:, 0] - spots[:, 0].min()) / width, 3))
    keys = [(float(band), -round(float(y), 1)) for band, y in zip(bands, spots[:, 1], strict=True)]
    return sorted(range(len(shapes)), key=keys.__getitem__)

"""Which buildings stand on every level-3 grid, and how many households live in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from data.sample.blocks import Block
from data.sample.cuts import bearing
from data.sample.footprints import TYPES, facing, row_outline, set_out, units_of
from data.sample.frame import random_for
from data.sample.plan import COMMUNITIES, INDEMNIFICATORY, SHANTY, Member

HOUSEHOLDS = 40_146
INDEMNIFICATORY_HOUSEHOLDS = 9_856
SHANTY_HOUSEHOLDS = 1_202

PUBLIC: dict[str, tuple[str, int, str]] = {
    "示例船舶修造厂": ("works", 5, "public"),
    "示例电机厂": ("works", 3, "public"),
    "钢铁数码港大厦": ("office", 1, "commercial"),
    "人民商场": ("hall", 1, "commercial"),
    "水关桥农贸市场": ("hall", 1, "commercial"),
    "示例中学": ("school", 4, "public"),
    "南堡公园": ("pavilion", 1, "public"),
}


@dataclass(frozen=True)
class House:
    """A building before its address: outline in board metres, the block it stands on."""

    outline: shapely.Polygon
    block: int
    compound: str | None
    category: str
    build: str
    units: int
    floors: int
    households: int = 0
    status: str | None = "occupied"


def members() -> dict[str, Member]:
    """All members of all compounds by name."""
    return {
        member.name: member
        for community in COMMUNITIES
        for compound in community.compounds
        for member in compound.members
    }


def build(blocks: Sequence[Block], shapes: Sequence[shapely.Polygon]) -> list[House]:
    """All buildings with their households; `shapes` are the blocks' final outlines in metres."""
    angles = _angles(blocks, shapes)
    houses: list[House] = []
    for index, (block, shape) in enumerate(zip(blocks, shapes, strict=True)):
        rng = random_for("houses", block.compound, str(index))
        houses += _on_block(index, block, shape, angles[block.compound], rng)
    return _settled(houses)


def _angles(blocks: Sequence[Block], shapes: Sequence[shapely.Polygon]) -> dict[str, float]:
    """One direction for all slabs of a compound."""
    grounds: dict[str, list[shapely.Polygon]] = {}
    for block, shape in zip(blocks, shapes, strict=True):
        if block.kind == "building_cluster":
            grounds.setdefault(block.compound, []).append(shape)
    angles = {}
    for name, parts in grounds.items():
        whole = shapely.union_all(parts).convex_hull
        angles[name] = facing(bearing(whole))
    return angles


def _on_block(
    index: int, block: Block, shape: shapely.Polygon, angle: float, rng: np.random.Generator
) -> list[House]:
    if block.spine is not None:
        outline = row_outline(shape, block.spine)
        return [House(outline, index, None, "shopfront", "row", 1, 2, status=None)]
    if block.member is not None:
        return _dwellings(index, block.member, shape, angle, rng)
    name = str(block.ground)
    if name.endswith("建设工地"):
        return _unfinished(index, name.removesuffix("建设工地"), shape, angle, rng)
    if name not in PUBLIC:
        return []
    build_kind, count, category = PUBLIC[name]
    outlines = set_out(shape, count, TYPES[build_kind], angle_deg=facing(bearing(shape)), rng=rng)
    floors = TYPES[build_kind].floors
    return [
        House(
            outline,
            index,
            None,
            category,
            build_kind,
            1,
            int(rng.integers(floors[0], floors[1] + 1)),
            status=None,
        )
        for outline in outlines
    ]


def _dwellings(
    index: int, name: str, shape: shapely.Polygon, angle: float, rng: np.random.Generator
) -> list[House]:
    member = members()[name]
    kind = TYPES[member.build]
    full = member.clusters == 2 or (member.housing == INDEMNIFICATORY and member.clusters == 1)
    shares = [0.0, 0.55, 0.45] if full else [0.34, 0.54, 0.12]
    wanted = int(rng.choice([3, 4, 5], p=shares))
    for count in (wanted, 4, 3):
        try:
            outlines = set_out(shape, count, kind, angle_deg=angle, rng=rng)
        except ValueError:
            continue
        return [_dwelling(index, member, outline, rng) for outline in outlines]
    raise ValueError(f"{name}: no room for three buildings")


def _dwelling(
    index: int, member: Member, outline: shapely.Polygon, rng: np.random.Generator
) -> House:
    kind = TYPES[member.build]
    floors = int(rng.integers(kind.floors[0], kind.floors[1] + 1))
    if member.build == "old":
        floors = int(rng.choice([5, 5, 6, 6]))
    if member.housing == INDEMNIFICATORY:
        floors += 9 if member.build == "new" else 6
    sides = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))
    length = round(float(np.hypot(*np.diff(sides[:3], axis=0).T).max()), 1)
    units = 1 if member.build == "towers" else units_of(length, kind)
    return House(outline, index, member.name, "dwelling", member.build, units, floors)


def _unfinished(
    index: int, name: str, shape: shapely.Polygon, angle: float, rng: np.random.Generator
) -> list[House]:
    outlines = set_out(shape, 4, TYPES["towers"], angle_deg=angle, rng=rng)
    return [
        House(outline, index, name, "dwelling", "towers", 1, 18, status="under_construction")
        for outline in outlines
    ]


def _settled(houses: list[House]) -> list[House]:
    """Households by housing: the seed's totals exactly, the others up to the whole's total."""
    housing = {name: member.housing for name, member in members().items()}
    totals = {INDEMNIFICATORY: INDEMNIFICATORY_HOUSEHOLDS, SHANTY: SHANTY_HOUSEHOLDS}
    totals["commercial"] = HOUSEHOLDS - sum(totals.values())
    settled = list(houses)
    for kind, total in totals.items():
        mine = [
            i
            for i, house in enumerate(houses)
            if house.category == "dwelling"
            and house.status == "occupied"
            and housing[str(house.compound)] == kind
        ]
        rooms = np.array([_capacity(houses[i], kind) for i in mine], dtype=float)
        for i, count in zip(mine, apportion(rooms, total), strict=True):
            settled[i] = replace(houses[i], households=int(count))
    return settled


def _capacity(house: House, housing: str) -> float:
    if housing == SHANTY:
        return float(house.outline.area)
    return house.units * house.floors * TYPES[house.build].homes_a_floor


def apportion(weights: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to weights that add up to total (largest remainders; ties by
    order)."""
    exact = np.round(weights / weights.sum() * total, 6)
    whole = np.floor(exact).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole)

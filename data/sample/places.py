"""Places: buildings with their addresses, businesses and resident units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.blocks import Block
from data.sample.houses import House
from data.sample.plates import Holder, Plate

FORMER = {
    "锅炉厂宿舍": "原示例锅炉厂家属院",
    "机修宿舍": "原示例机修厂家属院",
    "电缆宿舍": "原示例电缆厂家属院",
    "铁路宿舍": "原示例铁路段家属院",
    "航运宿舍": "原示例航运公司家属院",
    "盐仓宿舍": "原示例盐仓家属院",
    "粮库宿舍": "原示例粮库家属院",
    "矿工宿舍": "原示例石灰矿家属院",
    "数码港小区": "原示例轧钢厂生活区",
    "恒盛嘉园": "原示例纺织厂地块",
    "燕江园": "原示例化肥厂地块",
    "桥北雅苑": "原示例桥梁厂地块",
}
NUMBERINGS = {"村": "号楼", "里": "号楼", "舍": "号楼", "园": "幢", "苑": "栋", "居": "栋"}


@dataclass(frozen=True)
class Place:
    """A building, business or resident unit; `shape` in board metres, `block` the grid under it."""

    id: str
    kind: str
    name: str
    address: str
    category: str
    shape: shapely.Geometry
    block: int
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    households: int | None = None
    units: int | None = None
    floors: int | None = None
    compound: str | None = None
    building: str | None = None
    status: str | None = None
    disclosed: bool = True


def numbering(compound: str) -> str:
    """幢, 栋 or 号楼: how a compound numbers its buildings, by the last character of its name."""
    return NUMBERINGS.get(compound[-1], "幢")


def holders(
    blocks: Sequence[Block], shapes: Sequence[shapely.Polygon], houses: Sequence[House]
) -> list[Holder]:
    """Everything buildings need a plate for: compounds, shopfront rows, dedicated grounds."""
    grounds: dict[str, list[shapely.Polygon]] = {}
    wanted: list[Holder] = []
    for house in houses:
        if house.compound:
            grounds.setdefault(house.compound, []).append(house.outline)
    for name, outlines in grounds.items():
        wanted.append(Holder(name, shapely.union_all(outlines).convex_hull))
    for index, (block, shape) in enumerate(zip(blocks, shapes, strict=True)):
        if block.kind == "shopfront_row" and block.compound != "数码港小区":
            wanted.append(Holder(f"row-{index}", shape, block.road))
        if block.kind == "dedicated":
            wanted.append(Holder(str(block.ground), shape))
    return wanted


def plate_of(house: House, blocks: Sequence[Block], plates: Mapping[str, Plate]) -> Plate:
    """The plate a building stands behind."""
    block = blocks[house.block]
    if house.compound:
        return plates[house.compound]
    if block.kind == "shopfront_row":
        key = "钢铁数码港大厦" if block.compound == "数码港小区" else f"row-{house.block}"
        return plates[key]
    return plates[str(block.ground)]


def buildings(
    houses: Sequence[House], blocks: Sequence[Block], plates: Mapping[str, Plate]
) -> list[Place]:
    """All buildings as places, numbered within their compounds from north to south."""
    numbers = _numbers(houses)
    ordered = sorted(range(len(houses)), key=lambda i: (houses[i].block, numbers[i]))
    return [
        _building(
            f"b-{serial:04d}", houses[i], numbers[i], blocks, plate_of(houses[i], blocks, plates)
        )
        for serial, i in enumerate(ordered, start=1)
    ]


def _numbers(houses: Sequence[House]) -> list[int]:
    """1, 2, 3 … within each compound or ground: rows from the north, each from the west."""
    groups: dict[str, list[int]] = {}
    for i, house in enumerate(houses):
        groups.setdefault(house.compound or f"block-{house.block}", []).append(i)
    numbers = [0] * len(houses)
    for group in groups.values():
        spots = {i: np.round(houses[i].outline.centroid.coords[0], 1) for i in group}
        top = max(float(spot[1]) for spot in spots.values())
        rows = {i: int((top - float(spot[1])) // 38.0) for i, spot in spots.items()}
        order = sorted(group, key=lambda i: (rows[i], float(spots[i][0])))
        for number, i in enumerate(order, start=1):
            numbers[i] = number
    return numbers


def _building(key: str, house: House, number: int, blocks: Sequence[Block], plate: Plate) -> Place:
    block = blocks[house.block]
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    if house.compound:
        name = f"{number}{numbering(house.compound)}"
        address = f"{plate}{name}"
        aliases = (f"{house.compound}{name}",)
        if house.compound in FORMER:
            former = (f"{FORMER[house.compound]}{name}",)
    elif block.kind == "shopfront_row":
        name, address = f"{plate}门面房", f"{plate}门面房"
    else:
        name, address, aliases = _public_name(house, number, str(block.ground), plate)
    return Place(
        key,
        "building",
        name,
        address,
        house.category,
        house.outline,
        house.block,
        aliases,
        former,
        house.households,
        house.units,
        house.floors,
        house.compound,
        None,
        house.status,
    )


def _public_name(
    house: House, number: int, ground: str, plate: Plate
) -> tuple[str, str, tuple[str, ...]]:
    if house.category == "commercial":
        return ground, str(plate), (f"{plate.road}{ground}",)
    part = {"works": "号厂房", "school": "号教学楼"}.get(house.build, "号管理用房")
    name = f"{number}{part}"
    return name, f"{plate}{name}", (f"{ground}{name}",)

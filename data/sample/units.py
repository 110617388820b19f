"""Resident units (驻区单位): the organisations based in the area, two of them undisclosed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.blocks import Block
from data.sample.frame import random_for
from data.sample.houses import PUBLIC, House
from data.sample.places import Place
from data.sample.plates import Holder, Plate

COUNT = 150


@dataclass(frozen=True)
class Seat:
    """A unit before its address. `ground` names the grid it owns, else it is put anywhere."""

    name: str
    category: str
    ground: str | None = None
    disclosed: bool = True
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


OWN_GROUND = (
    Seat("南堡公园", "park", "南堡公园"),
    Seat("示例中学", "school", "示例中学", former=("示例职工子弟学校",)),
    Seat("水关桥农贸市场", "market", "水关桥农贸市场", aliases=("水关桥菜场",)),
    Seat("人民商场", "enterprise", "人民商场", former=("示例百货门市部",)),
    Seat("示例船舶修造厂", "enterprise", "示例船舶修造厂", former=("示例木船合作社",)),
    Seat("示例电机厂", "enterprise", "示例电机厂", former=("示例机电社",)),
    Seat("钢铁数码港物业中心", "enterprise", "钢铁数码港大厦"),
    Seat("滨江绿地养护站", "park", "燕江路江滩"),
    Seat("永济绿地养护站", "park", "永济大道江滩"),
    Seat("上元门林场管护站", "park", "上元门山林"),
)
UNDISCLOSED = (
    Seat("示例后勤服务站", "military", disclosed=False),
    Seat("示例仓储管理处", "military", disclosed=False),
)
NAMED = (
    "江畔",
    "桥头",
    "晨光",
    "望江",
    "青石",
    "春风",
    "金桥",
    "梧桐",
    "向阳",
    "长堤",
    "石榴",
    "白鹭",
)
GENERIC: tuple[tuple[str, str, int], ...] = (
    ("社区服务中心(示例)", "government", 12),
    ("幼儿园(示例)", "kindergarten", 16),
    ("小学(示例)", "school", 9),
    ("社区卫生服务站(示例)", "hospital", 10),
    ("银行网点(示例)", "bank", 10),
    ("邮政所(示例)", "post_office", 4),
    ("警务室(示例)", "police_station", 8),
    ("农贸市场(示例)", "market", 4),
    ("养老服务中心(示例)", "care_home", 8),
    ("变电站(示例)", "utility", 5),
    ("泵站(示例)", "utility", 4),
    ("税务服务点(示例)", "government", 3),
    ("物流公司(示例)", "enterprise", 12),
    ("装饰公司(示例)", "enterprise", 10),
    ("科技公司(示例)", "enterprise", 12),
    ("建材公司(示例)", "enterprise", 11),
)


def seats(communities: Sequence[str]) -> list[Seat]:
    """The 150 units, undisclosed ones among them."""
    made = list(OWN_GROUND) + list(UNDISCLOSED)
    for ending, category, count in GENERIC:
        for i in range(count):
            word = (
                communities[i]
                if category == "government" and count == 12
                else (NAMED[i % 12] if i < 12 else f"新{NAMED[i % 12]}")
            )
            made.append(Seat(f"{word}{ending}", category))
    if len(made) != COUNT:
        raise ValueError(f"{len(made)} resident units, not {COUNT}")
    return made


@dataclass(frozen=True)
class Seated:
    """A unit with the block and the spot (board metres) it was given."""

    seat: Seat
    block: int
    spot: shapely.Point

    @property
    def key(self) -> str:
        return self.seat.ground or f"unit-{self.seat.name}"


def settle(
    wanted: Sequence[Seat],
    blocks: Sequence[Block],
    shapes: Sequence[shapely.Polygon],
    houses: Sequence[House],
) -> list[Seated]:
    """A spot for every unit off the buildings: its own ground, its community or any cluster."""
    rng = random_for("units")
    clusters = [i for i, block in enumerate(blocks) if block.kind == "building_cluster"]
    order = [clusters[int(i)] for i in rng.permutation(len(clusters))]
    own = {block.ground: i for i, block in enumerate(blocks) if block.ground}
    settled = []
    for seat in wanted:
        if seat.ground:
            index = own[seat.ground]
        else:
            community = seat.name.removesuffix("社区服务中心(示例)")
            index = next((i for i in order if blocks[i].community == community), order[0])
            order.remove(index)
        taken = [house.outline for house in houses if house.block == index]
        settled.append(Seated(seat, index, _free_spot(shapes[index], taken, rng)))
    return settled


def _free_spot(
    shape: shapely.Polygon, taken: Sequence[shapely.Polygon], rng: np.random.Generator
) -> shapely.Point:
    free = shapely.difference(shape.buffer(-9.0), shapely.union_all(list(taken)).buffer(3.0))
    left, bottom, right, top = free.bounds
    while True:
        spot = shapely.Point(
            round(float(rng.uniform(left, right)), 2), round(float(rng.uniform(bottom, top)), 2)
        )
        if free.contains(spot):
            return spot


def unit_holders(settled: Sequence[Seated]) -> list[Holder]:
    """The plates units want that no building has asked for."""
    return [Holder(unit.key, unit.spot) for unit in settled if unit.key not in PUBLIC]


def unit_places(
    settled: Sequence[Seated], blocks: Sequence[Block], plates: Mapping[str, Plate]
) -> list[Place]:
    """The units as places."""
    return [
        Place(
            f"u-{i:03d}",
            "resident_unit",
            unit.seat.name,
            str(plates[unit.key]),
            unit.seat.category,
            unit.spot,
            unit.block,
            unit.seat.aliases,
            unit.seat.former,
            compound=blocks[unit.block].member,
            disclosed=unit.seat.disclosed,
        )
        for i, unit in enumerate(settled, start=1)
    ]

"""Businesses: the shops of the shopfront rows and those inside other buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from data.sample.blocks import Block
from data.sample.frame import random_for, tidy
from data.sample.places import Place

INSIDE = 345
TRADES: dict[str, tuple[str, ...]] = {
    "restaurant": ("面馆", "小吃店", "饭店", "鸭血粉丝馆", "包子铺"),
    "convenience": ("便利店", "烟酒店", "副食店"),
    "grocery": ("水果店", "蔬菜店", "粮油店"),
    "pharmacy": ("药房", "大药房"),
    "barber": ("理发店", "美发室"),
    "hardware": ("五金店", "水暖店"),
    "express": ("快递驿站", "快递点"),
    "bakery": ("糕点铺", "面包房"),
    "clinic": ("诊所", "口腔诊所"),
    "property_agent": ("房产中介", "房屋租售部"),
    "laundry": ("洗衣店", "干洗店"),
    "stationery": ("文具店", "图文店"),
    "repair": ("修车铺", "家电维修部"),
}
WORDS = (
    "老街",
    "江畔",
    "桥头",
    "街口",
    "邻里",
    "好邻居",
    "幸福",
    "平安",
    "小巷",
    "巷口",
    "山脚",
    "江风",
    "晨光",
    "东街",
    "西街",
    "码头",
    "望江",
    "新村",
    "家门口",
    "四季",
    "青石",
    "阿婆",
    "老王示例",
    "老李示例",
    "小张示例",
    "百姓",
    "惠民",
    "春风",
    "满园",
    "金桥",
)
INDOORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "人民商场": ("department", ("服装柜", "鞋帽柜", "百货柜", "家电柜", "钟表柜")),
    "水关桥农贸市场": ("grocery", ("菜摊", "肉铺", "水产摊", "豆制品摊", "粮油摊")),
    "钢铁数码港大厦": ("company", ("科技公司", "咨询公司", "设计工作室")),
}
FORMER = ("国营示例副食店", "示例粮站", "示例煤球店", "示例供销社门市部")


def shops(buildings: Sequence[Place], blocks: Sequence[Block]) -> list[Place]:
    """Five to ten shops in each row, and about 345 in dwellings and commercial buildings."""
    rng = random_for("shops")
    names = _Names(rng)
    made: list[Place] = []
    for building in buildings:
        if building.category == "shopfront":
            made += _row_shops(building, blocks[building.block], names, rng, len(made))
    for building, room in _rooms(buildings, rng):
        made.append(_inside(f"s-{len(made) + 1:04d}", building, room, names, rng))
    return made


class _Names:
    """Draws a trade and an unused name for it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.used: dict[str, int] = {}

    def draw(self) -> tuple[str, str]:
        trades = list(TRADES)
        weights = np.array([5, 4, 4, 2, 3, 2, 2, 2, 1.5, 2, 1.5, 1.5, 1.5])
        trade = trades[int(self.rng.choice(len(trades), p=weights / weights.sum()))]
        return trade, self.named(TRADES[trade])

    def named(self, endings: Sequence[str]) -> str:
        """A word and one of these endings; a branch's number when the name is taken."""
        name = (
            WORDS[int(self.rng.integers(len(WORDS)))]
            + endings[int(self.rng.integers(len(endings)))]
        )
        self.used[name] = self.used.get(name, 0) + 1
        count = self.used[name]
        return name if count == 1 else f"{name}({_branch(count)}店)"


def _branch(count: int) -> str:
    return "一二三四五六七八九十"[count - 1] if count <= 10 else str(count)


def shop_spots(
    footprint: shapely.Polygon, spine: shapely.LineString, count: int
) -> list[shapely.Point]:
    """So many points along the street side of a row's building; the street is on the right."""
    line = shapely.intersection(spine.offset_curve(-3.2), footprint.buffer(-1.0))
    parts = shapely.get_parts(line)
    line = max(parts, key=lambda part: round(part.length, 2))
    places = (np.arange(count) + 0.5) / count
    return [
        tidy(shapely.line_interpolate_point(line, float(place), normalized=True))
        for place in places
    ]


def _row_shops(
    building: Place, block: Block, names: _Names, rng: np.random.Generator, before: int
) -> list[Place]:
    spine = block.spine
    if spine is None:
        raise ValueError(f"{building.address}: a shopfront row without a spine")
    count = int(np.clip(round(spine.length / 16.5 + rng.uniform(-1.5, 1.5)), 5, 10))
    made = []
    for i, spot in enumerate(shop_spots(building.shape, spine, count), start=1):
        made.append(row_shop(f"s-{before + i:04d}", building, i, spot, names.draw(), rng))
    return made


def row_shop(
    key: str,
    building: Place,
    number: int,
    spot: shapely.Point,
    drawn: tuple[str, str],
    rng: np.random.Generator,
) -> Place:
    """One shop behind a door plate such as 燕江路201-3号门面房."""
    trade, name = drawn
    plate = building.address.removesuffix("号门面房")
    former = (FORMER[int(rng.integers(len(FORMER)))],) if rng.random() < 0.06 else ()
    return Place(
        key,
        "business",
        name,
        f"{plate}-{number}号门面房",
        trade,
        spot,
        building.block,
        (f"{name}{plate[-3:]}店",) if rng.random() < 0.05 else (),
        former,
        building=building.id,
    )


def _rooms(buildings: Sequence[Place], rng: np.random.Generator) -> list[tuple[Place, int]]:
    """Which ground-floor rooms hold a business: many in commercial buildings, the rest anywhere."""
    rooms = [
        (building, 101 + i)
        for building in buildings
        if building.category == "commercial"
        for i in range(14 if building.floors and building.floors < 10 else 9)
    ]
    homes = [b for b in buildings if b.category == "dwelling" and b.status == "occupied"]
    for i in rng.permutation(len(homes)):
        building = homes[int(i)]
        for room in range(int(rng.choice([1, 1, 2]))):
            rooms.append((building, 101 + room))
        if len(rooms) >= INSIDE:
            break
    order: Mapping[str, int] = {building.id: i for i, building in enumerate(buildings)}
    return sorted(rooms[:INSIDE], key=lambda pair: (order[pair[0].id], pair[1]))


def _inside(key: str, building: Place, room: int, names: _Names, rng: np.random.Generator) -> Place:
    if building.name in INDOORS:
        trade, endings = INDOORS[building.name]
        name = names.named(endings)
    else:
        trade, name = names.draw()
    spot = _spot_inside(building.shape, rng)
    return Place(
        key,
        "business",
        name,
        f"{building.address}{room}室",
        trade,
        spot,
        building.block,
        compound=building.compound,
        building=building.id,
    )


def _spot_inside(outline: shapely.Polygon, rng: np.random.Generator) -> shapely.Point:
    inner = outline.buffer(-1.5)
    left, bottom, right, top = inner.bounds
    for _ in range(200):
        spot = shapely.Point(
            round(float(rng.uniform(left, right)), 2), round(float(rng.uniform(bottom, top)), 2)
        )
        if inner.contains(spot):
            return spot
    return tidy(inner.representative_point())

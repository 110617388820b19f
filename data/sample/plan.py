"""The office's table: which communities hold which compounds, and of what each is made.

Every name of a compound, site or enterprise below the twelve communities is invented or generic.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMERCIAL, INDEMNIFICATORY, SHANTY = "commercial", "indemnificatory", "shanty"


@dataclass(frozen=True)
class Member:
    """One compound, shanty site or enterprise: alone or joined with others it makes a level-2 grid.

    `clusters` are its building clusters; `build` is how it is built: old slabs, new slabs, towers,
    huts, or nothing yet.
    """

    name: str
    kind: str
    housing: str | None
    clusters: int
    build: str

    @property
    def under_construction(self) -> bool:
        return self.build == "nothing"


@dataclass(frozen=True)
class Ground:
    """A level-3 grid that is neither cluster nor row: `dedicated` (专属网格) or `residual`."""

    name: str
    kind: str
    area_m2: float
    needs: str | None = None


@dataclass(frozen=True)
class Compound:
    """A level-2 grid as planned: its members, its grade, its shopfront row's road, other ground.

    `row` and `needs` name a road the compound must lie on (`row=""`: no shopfront row).
    """

    members: tuple[Member, ...]
    grade: str
    row: str = ""
    ground: Ground | None = None
    needs: str = ""

    @property
    def name(self) -> str:
        return "·".join(member.name for member in self.members)

    @property
    def kind(self) -> str:
        return "compound" if len(self.members) == 1 else "merged_compound"


@dataclass(frozen=True)
class Community:
    """A level-1 grid as planned."""

    name: str
    compounds: tuple[Compound, ...]

    @property
    def grid_class(self) -> str:
        """甲 commercial only, 乙 indemnificatory only, 丙 mixed (seed)."""
        kinds = {member.housing for compound in self.compounds for member in compound.members}
        if kinds == {COMMERCIAL}:
            return "甲"
        return "乙" if kinds == {INDEMNIFICATORY} else "丙"


def _c(name: str, clusters: int, build: str = "old") -> Member:
    return Member(name, "compound", COMMERCIAL, clusters, build)


def _i(name: str, clusters: int, build: str = "new") -> Member:
    return Member(name, "compound", INDEMNIFICATORY, clusters, build)


def _site(name: str) -> Member:
    return Member(name, "compound", INDEMNIFICATORY, 0, "nothing")


def _s(name: str) -> Member:
    return Member(name, "shanty_site", SHANTY, 1, "huts")


def _e(name: str) -> Member:
    return Member(name, "enterprise", None, 0, "works")


def _grid(
    *members: Member, grade: str, row: str = "", ground: Ground | None = None, needs: str = ""
) -> Compound:
    return Compound(members, grade, row, ground, needs)


def _building_site(name: str) -> Ground:
    return Ground(f"{name}建设工地", "residual", 36_000)


COMMUNITIES: tuple[Community, ...] = (
    Community(
        "燕江路",
        (
            _grid(
                _c("滨江花苑", 4, "towers"),
                grade="A",
                needs="river",
                ground=Ground("燕江路江滩", "residual", 70_000, "river"),
            ),
            _grid(
                _c("数码港小区", 3, "new"),
                grade="A",
                row="燕江路",
                ground=Ground("钢铁数码港大厦", "dedicated", 15_000, "燕江路"),
            ),
            _grid(_c("燕江新村", 4), grade="C", row="燕江路"),
            _grid(_c("江畔雅居", 2, "new"), _s("煤港里棚户房"), grade="B"),
            _grid(_c("电缆宿舍", 1), _s("老码头棚户房"), grade="C", row="方家营"),
            _grid(_i("燕江惠居", 2), grade="B"),
        ),
    ),
    Community(
        "方家营",
        (
            _grid(_c("方家营小区", 5), grade="C", row="方家营"),
            _grid(_c("方家营新寓", 4, "new"), grade="B", row="燕江路"),
            _grid(_c("江边路小区", 2), grade="B", row="江边路"),
            _grid(_c("三汊里", 2), _s("方家营棚户房"), grade="C"),
            _grid(
                _s("江边里棚户房"),
                _e("示例船舶修造厂"),
                grade="C",
                needs="river",
                ground=Ground("示例船舶修造厂", "dedicated", 92_000, "river"),
            ),
            _grid(_c("桥北雅苑", 2, "towers"), grade="A"),
        ),
    ),
    Community(
        "幕府西路",
        (
            _grid(_c("幕府西路小区", 5), grade="C", row="幕府西路"),
            _grid(_c("幕府雅苑", 4, "new"), grade="A", row="中央北路"),
            _grid(
                _c("幕西新村", 4),
                grade="B",
                row="幕府西路",
                ground=Ground("人民商场", "dedicated", 14_000, "幕府西路"),
            ),
            _grid(_i("幕府佳园", 2, "towers"), grade="B"),
            _grid(_c("中央北苑", 3), _s("四所里棚户房"), grade="C"),
            _grid(_c("建宁里", 1), _s("建宁里棚户房"), grade="C"),
        ),
    ),
    Community(
        "金陵新四村",
        (
            _grid(_c("金陵新四村", 6), grade="C", row="金燕路"),
            _grid(_c("金陵新五村", 4), grade="C", row="宝塔桥东街"),
            _grid(_i("新四佳苑", 2, "towers"), grade="B"),
            _grid(
                _site("金陵惠民苑"),
                _c("金陵怡苑", 3, "new"),
                grade="B",
                ground=_building_site("金陵惠民苑"),
            ),
            _grid(_c("四村西苑", 2), _s("四村北里棚户房"), grade="C"),
        ),
    ),
    Community(
        "宝塔桥东街",
        (
            _grid(_c("东街小区", 2), grade="C", row="宝塔桥东街"),
            _grid(
                _c("南堡新村", 2, "new"),
                grade="B",
                needs="宝塔桥东街",
                ground=Ground("南堡公园", "dedicated", 62_000, "宝塔桥东街"),
            ),
            _grid(_c("西街小区", 3), grade="B", row="宝塔桥西街"),
            _grid(_i("宝塔惠苑", 1, "towers"), grade="B"),
            _grid(_c("机修宿舍", 1), _s("宝塔里棚户房"), grade="C"),
            _grid(_c("东街里", 1), _s("东街后巷棚户房"), grade="C"),
        ),
    ),
    Community(
        "金陵新六村",
        (
            _grid(_c("金陵新六村", 7), grade="C", row="金燕路"),
            _grid(_c("六村东苑", 3, "new"), grade="B", row="中央北路"),
            _grid(
                _c("六村新寓", 3, "new"), grade="B", ground=Ground("示例中学", "dedicated", 48_000)
            ),
            _grid(_c("金陵名苑", 3, "towers"), grade="A"),
            _grid(_c("六村南里", 1), _c("铁路宿舍", 1), grade="C"),
        ),
    ),
    Community(
        "象山",
        (
            _grid(_i("象山佳园", 3), grade="A", row="上元门"),
            _grid(_i("象山惠民新村", 3, "towers"), grade="B"),
            _grid(_i("象山雅居", 3), grade="B", row="金燕路"),
            _grid(_i("上元惠苑", 3), grade="B"),
            _grid(_i("上元佳园", 3, "towers"), grade="A"),
            _grid(
                _site("象山康居苑"),
                _i("象山福苑", 3),
                grade="B",
                ground=_building_site("象山康居苑"),
            ),
        ),
    ),
    Community(
        "金陵二村",
        (
            _grid(_c("金陵二村", 5), grade="C", row="幕府西路"),
            _grid(_c("金陵一村", 3), grade="C", row="宝塔桥东街"),
            _grid(_c("二村新寓", 2, "new"), grade="B"),
            _grid(_c("锅炉厂宿舍", 1), _s("二村后山棚户房"), grade="C"),
            _grid(
                _s("二村西里棚户房"),
                _e("示例电机厂"),
                grade="C",
                ground=Ground("示例电机厂", "dedicated", 42_000),
            ),
        ),
    ),
    Community(
        "燕江园",
        (
            _grid(_c("燕江园", 6, "new"), grade="A", row="燕江路"),
            _grid(
                _c("燕江华府", 4, "towers"),
                grade="A",
                needs="river",
                ground=Ground("永济大道江滩", "residual", 74_000, "river"),
            ),
            _grid(_c("永济江景", 4, "towers"), grade="A"),
            _grid(_c("江岸明珠", 2, "new"), grade="A", row="金燕路"),
            _grid(_c("航运宿舍", 1), _c("金燕里", 1), grade="C"),
        ),
    ),
    Community(
        "水关桥",
        (
            _grid(_c("水关桥小区", 4), grade="C", row="建宁路"),
            _grid(
                _c("水关新村", 3),
                grade="C",
                row="宝塔桥西街",
                ground=Ground("水关桥农贸市场", "dedicated", 9_500, "宝塔桥西街"),
            ),
            _grid(_c("建宁新寓", 3, "new"), grade="B", row="燕江路"),
            _grid(_i("水关惠苑", 2, "towers"), grade="B"),
            _grid(_c("桥南里", 2), _s("水关里棚户房"), grade="C"),
            _grid(_c("盐仓宿舍", 1), _s("盐仓棚户房"), grade="C"),
        ),
    ),
    Community(
        "恒盛嘉园",
        (
            _grid(_c("恒盛嘉园", 6, "new"), grade="A", row="幕府西路"),
            _grid(_c("恒盛雅苑", 3, "towers"), grade="A", row="金燕路"),
            _grid(_c("建宁花园", 2, "new"), grade="B", row="建宁路"),
            _grid(_c("东街花园", 2, "new"), grade="B"),
            _grid(_c("金燕花园", 2, "towers"), grade="A"),
            _grid(_c("恒盛南里", 1), _c("粮库宿舍", 1), grade="C"),
        ),
    ),
    Community(
        "依山郡",
        (
            _grid(_c("依山郡", 6, "towers"), grade="A", row="燕江路"),
            _grid(
                _c("依山雅苑", 3, "new"),
                grade="A",
                needs="rim",
                ground=Ground("上元门山林", "residual", 170_000, "rim"),
            ),
            _grid(_c("永济名邸", 3, "towers"), grade="A", row="永济大道"),
            _grid(_c("山水人家", 2, "new"), grade="B"),
            _grid(_c("上元里", 2), grade="B", row="金燕路"),
            _grid(_c("矿工宿舍", 1), _c("山脚里", 1), grade="C"),
        ),
    ),
)

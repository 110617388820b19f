"""An invented street office whose addresses are like one another: the book of address_kinds.csv."""

from __future__ import annotations

from gis.addresses import AddressBook, BookEntry, EntryKind, Home

HOME = Home("江苏省", "南京市", "鼓楼区", "宝塔桥街道", also=("下关",))
_BUILDING, _SHOP, _UNIT = EntryKind.BUILDING, EntryKind.BUSINESS, EntryKind.RESIDENT_UNIT

# Key, name, address of houses that belong to no compound.
_HOUSES = """
n01 甲楼 示例南路下滩18号
n02 乙楼 示例南路18号
n03 丙楼 四平街三道巷9号
n04 丁楼 四平街9号
n05 戊楼 样例路5号
n06 己楼 样例路附5号
n07 庚楼 虚构街河沿12号
n08 辛楼 虚构街码头6号
n09 壬楼 虚构街6号
n10 癸楼 模拟路弄堂3号
n11 子楼 模拟路3号
n12 丑楼 滨江道沿江8号
n13 寅楼 滨江道8号
n14 卯楼 模拟路临7号
n15 辰楼 模拟路7号
n16 巳楼 虚构街支弄4号
n17 午楼 虚构街4号
n18 未楼 四平街四道巷11号
n19 申楼 示例南路东巷2号
n20 酉楼 示例南路西巷2号
n21 戌楼 样例路后街21号
n22 亥楼 样例路21号
n23 金楼 建安路33号
n24 木楼 东建安路35号
n25 水楼 样例路18号
n26 火楼 样例路18-1号
n27 土楼 样例路18号甲
n28 日楼 样例路临18号
n29 月楼 锦秋路59号附1号
n30 星楼 锦秋路59号
n31 辰星楼 锦秋路5号
n32 长庚楼 滨江道15弄2号
n33 启明楼 滨江道15弄3号
v01 张示例家 示例村一组3号
v02 李示例家 示例村二组5号
v03 9号楼 示例村12号
v04 王示例家 样例村三组8号
v05 赵示例家 样例村第四村民小组6号
v06 钱示例家 虚构村东队15号
v07 孙示例家 虚构村3队7号
v08 周示例家 上庄自然村10号
v09 吴示例家 样例村李家屯4号
v10 郑示例家 样例村王家庄5号
v11 冯示例家 样例村石头湾9号
v12 陈示例家 样例村自编88号
v13 褚示例家 示例村南张家宅20号
v14 卫示例家 示例村三组3号附1号
v15 蒋示例家 示例村三组3号
t01 东楼 双门街1号
t02 西楼 双门街1号
"""

# Compound, address of its gate, numbers of its buildings.
_COMPOUNDS = [
    ("示例花园", "建安路40号", range(1, 13)),
    ("样例小区", "样例路30号", range(1, 6)),
    ("模拟苑A区", "模拟路20号", range(1, 5)),
    ("模拟苑B区", "模拟路22号", range(1, 5)),
    ("虚构家园一期", "虚构街50号", range(1, 5)),
    ("虚构家园二期", "虚构街52号", range(1, 5)),
    ("西苑小区", "示例南路70号", range(1, 7)),
    ("样例广场", "建安路50号", ("A", "B")),
]

_SHOPS = """
s01 惠民药房 建安路61号
s02 康泰药店 样例路63号
s03 虚构面馆 建安路65号
s04 样例超市 虚构街67号
s05 样例药房(二店) 模拟路69号
"""
_UNITS = """
u01 示例中学 建安路71号 学校
u02 人民商场 建安路60号 商场
u03 南堡公园 滨江道77号 公园
u04 示例派出所 样例路79号 派出所
u05 示例社区居委会 建安路81号 居委会
u06 示例花园物业服务中心 建安路40号 物业
u07 样例菜市场 虚构街83号 菜场
u08 样例社区居委会 样例路85号 居委会
u09 虚构小学 虚构街87号 学校
"""


def entries() -> list[BookEntry]:
    """Return everything that the book holds."""
    made = [
        BookEntry(key, _BUILDING, name, address)
        for key, name, address in (line.split() for line in _HOUSES.strip().splitlines())
    ]
    for compound, gate, numbers in _COMPOUNDS:
        for n in numbers:
            word = "座" if isinstance(n, str) else "幢"
            name = f"{n}{word}"
            key = f"{compound}-{n}"
            made.append(BookEntry(key, _BUILDING, name, f"{gate}{name}", compound=compound))
    made += [
        BookEntry(key, _SHOP, name, address)
        for key, name, address in (line.split() for line in _SHOPS.strip().splitlines())
    ]
    made += [
        BookEntry(key, _UNIT, name, address)
        for key, name, address, _ in (line.split() for line in _UNITS.strip().splitlines())
    ]
    community, grid, person = EntryKind.COMMUNITY, EntryKind.GRID, EntryKind.PERSON
    return [
        *made,
        BookEntry("c01", community, "示例社区", grid_codes=("320106012901",)),
        BookEntry(
            "c02",
            community,
            "样例社区",
            grid_codes=("320106012902",),
            retired_codes=("320106012903",),
        ),
        BookEntry(
            "g01",
            grid,
            "示例花园第1网格",
            grid_codes=("320106012901001001",),
            retired_codes=("320106012901001009",),
        ),
        BookEntry("p01", person, "王示例", grid_codes=("320106012901",), phones=("025-55550101",)),
        BookEntry("p02", person, "李样例", grid_codes=("320106012902",), phones=("025-55550102",)),
    ]


def book() -> AddressBook:
    """Return the book."""
    return AddressBook.from_entries(entries(), home=HOME)

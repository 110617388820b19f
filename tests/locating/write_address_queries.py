"""Write address_queries.csv: what people may ask about the sample, and what they mean.

``python tests/locating/write_address_queries.py`` writes it anew after the sample changed. The
queries of most classes are made from the sample's own addresses by rules; ``SPOKEN``,
``AMBIGUOUS`` and ``NOT_HERE`` are written by hand. Nothing here asks the address book.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("address_queries.csv")
Place = dict[str, Any]
Row = tuple[str, str, str, str]

SAME_SOUND = dict(
    zip(
        "嘉佳苑园燕江营幕府桥街陵惠宝建宁永济恒盛依山象关水方家门元新村金中央北路华景雅怡福康居桃东堡矿粮航运",
        "佳嘉院圆雁姜迎慕付乔接玲慧保健凝咏记横胜衣杉向观税芳加们圆心存今忠秧倍陆花井哑宜富糠桔逃冬保况梁行韵",
        strict=True,
    )
)
SLIPS = "工玉文化利光平安民生天长青白高明春和同友谊公正林海石龙成功学院进兴华丰云凤"
TELLS_APART = set("东西南北中新老上下前后内外一二三四五六七八九十")

SPOKEN = [
    ("我家住在恒盛嘉园3栋2单元", "幕府西路60号3幢"),
    ("你好我想问一下金陵二村12号楼归谁管", "宝塔桥西街26号12号楼"),
    ("燕江路那个钢铁数码港大厦", "燕江路201号"),
    ("麻烦问下宝塔桥西街十八号三幢", "宝塔桥西街18号3幢"),
    ("依山郡三号楼这边", "燕江路367号3幢"),
    ("人民商场里面", "幕府西路118号"),
    ("滨江花苑十栋的网格员是谁", "方家营72号10栋"),
    ("请问象山佳园八幢属于哪个网格", "上元门55号8幢"),
    ("西街小区5幢那里", "宝塔桥西街18号5幢"),
    ("宝塔桥西街18号 西街小区 5幢 302", "宝塔桥西街18号5幢"),
    ("我住在水关新村 12号楼 401", "幕府西路12号12号楼"),
    ("金陵新四村的13号楼", "上元门4号13号楼"),
    ("南京市鼓楼区金陵新六村一号楼三单元", "金燕路138号1号楼"),
    ("新六村的金陵新六村17栋", "金燕路138号17号楼"),
    ("燕江园17幢1单元101 张三", "金燕路275号17幢"),
    ("建宁花园 五幢 乙单元", "建宁路239号5幢"),
    ("永济江景9幢，电话13800000000", "燕江路267号9幢"),
    (
        "收货地址：江苏省南京市鼓楼区燕江路367号依山郡9幢2单元1203室 李四 13900000000",
        "燕江路367号9幢",
    ),
    ("上元里6号楼 东户", "金燕路328号6号楼"),
    ("三汊里4栋二楼", "幕府西路7号4号楼"),
    ("方家营小区15栋楼下", "方家营37号15幢"),
    ("数码港小区5#", "燕江路209号5幢"),
    ("数码港小区5#楼3单元", "燕江路209号5幢"),
    ("铁路宿舍4号楼602", "中央北路101号4号楼"),
    ("南堡公园那儿", "宝塔桥东街7号"),
    ("示例中学", "上元门70号"),
    ("水关桥菜场", "宝塔桥西街17号"),
    ("江边路小区6栋", "江边路46号6幢"),
    ("山水人家6幢前面", "永济大道204号6幢"),
    ("东街花园 7-2-301", "宝塔桥东街6号7幢"),
    ("金燕花园8-1102", "宝塔桥东街12号8幢"),
    ("我家在恒盛雅苑四栋", "金燕路73号4栋"),
    ("矿工宿舍3栋", "永济大道166号3号楼"),
    ("幕西新村10号楼3门", "中央北路61号10号楼"),
    ("中央北苑5栋 502", "建宁路309号5栋"),
    ("六村东苑4幢", "中央北路125号4栋"),
    ("燕江华府5座1单元", "宝塔桥东街56号5幢"),
    ("东街里2号楼", "宝塔桥东街15号2号楼"),
    ("盐仓宿舍1号楼老王家", "燕江路74号1号楼"),
    ("江岸明珠6号楼一单元", "永济大道100号6幢"),
]

AMBIGUOUS = [
    ("3幢", "no compound"),
    ("5号楼2单元", "no compound"),
    ("12栋501", "no compound"),
    ("三号楼", "no compound"),
    ("2-1-301", "no compound"),
    ("燕江路3幢", "many plates on the road have one"),
    ("金燕路4幢", "many plates on the road have one"),
    ("宝塔桥东街3幢", "many plates on the road have one"),
    ("建宁路2号楼", "many plates on the road have one"),
    ("幕府西路5幢", "many plates on the road have one"),
    ("永济大道2号楼", "many plates on the road have one"),
    ("恒盛3栋", "嘉园, 雅苑, 南里"),
    ("依山3幢", "郡, 雅苑"),
    ("象山3栋", "佳园, 雅居, 福苑 …"),
    ("水关3号楼", "新村, 惠苑 …"),
    ("建宁3幢", "花园, 新寓 …"),
    ("六村3号楼", "东苑, 新寓, 南里"),
    ("上元3幢", "佳园, 惠苑, 里"),
    ("新四3栋", "村 or 佳苑"),
    ("幕府3幢", "雅苑, 佳园, 西路小区"),
    ("江边3幢", "路小区, 里棚户房"),
    ("宝塔桥18号", "east or west street"),
    ("宝塔桥街17号", "east or west street"),
    ("幼儿园", "many"),
    ("物流公司", "many"),
    ("警务室", "many"),
    ("农贸市场", "many"),
    ("社区服务中心", "twelve"),
    ("棚户房", "many"),
    ("宿舍2号楼", "many"),
    ("示例煤球店", "former name of several"),
    ("国营示例副食店", "former name of several"),
    ("示例粮站", "former name of several"),
    ("方家营", "a road and a community"),
    ("药房", "many"),
]

NOT_HERE = [
    ("北京市朝阳区建国路88号3号楼", "another city"),
    ("上海市浦东新区张江路665弄12号302室", "another city"),
    ("苏州市姑苏区燕江路201号", "another city with our road"),
    ("浙江省杭州市方家营72号10栋", "another province with our road"),
    ("南京市江宁区燕江路201号", "another district with our road"),
    ("南京市玄武区恒盛嘉园3幢", "another district with our compound"),
    ("鼓楼区幕府山街道燕江路201号", "another subdistrict"),
    ("栖霞区依山郡3幢", "another district with our compound"),
    ("中山东路18号", "no such road"),
    ("汉口路22号", "no such road"),
    ("宝塔桥南街18号3幢", "no such street"),
    ("宝塔桥北街17号", "no such street"),
    ("幕府东路118号", "no such road"),
    ("建宁西路77号6栋", "no such road"),
    ("中央南路61号10号楼", "no such road"),
    ("金陵三村3幢", "no such compound"),
    ("金陵新七村5号楼", "no such compound"),
    ("金陵四村8号楼", "no such compound"),
    ("恒盛北里2号楼", "no such compound"),
    ("六村西苑4栋", "no such compound"),
    ("东街前巷棚户房2幢", "no such compound"),
    ("滨江花苑99栋", "no such building"),
    ("恒盛嘉园88幢", "no such building"),
    ("依山郡三十八号楼", "no such building"),
    ("金陵二村120号楼", "no such building"),
    ("宝塔桥西街18号77幢", "no such building"),
    ("方家营72号40栋2单元", "no such building"),
    ("燕江路999号", "no such door plate"),
    ("燕江路9999号3幢", "no such door plate"),
    ("宝塔桥西街1018号", "no such door plate"),
    ("幕府西路1180号人民商城", "no such door plate"),
    ("燕江路201-99号门面房", "no such shop"),
    ("中央北路9-88号", "no such shop"),
    ("万达广场", "no such place"),
    ("南京大学", "no such place"),
    ("新街口", "no such place"),
    ("欧尚超市", "no such place"),
    ("凤凰国际大厦A座1203", "no such place"),
    ("紫金文昌12幢", "no such compound"),
    ("张三", "nobody here"),
    ("宝塔桥东街5号", "no such door plate"),
    ("asdf 1234", "no address"),
]


def places() -> list[Place]:
    """Return the places of the sample."""
    told = json.loads((ROOT / "data" / "places.geojson").read_text("utf-8"))
    return [f["properties"] for f in told["features"]]


def full_width(text: str) -> str:
    """Return the text with its ASCII characters in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def chinese(number: int) -> str:
    """Return a number below 1000 in Chinese numerals, as one says it."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    out = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        out += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        out += "零"
    return (out + (digits[ones] if ones else "")) or "零"


def in_chinese(address: str) -> str:
    """Return the address with its numbers in Chinese numerals."""
    return re.sub(r"\d+", lambda m: chinese(int(m.group())), address)


def _parts(place: Place) -> tuple[str, str, str, str]:
    """Return road, plate, building number and building word of a dwelling's address."""
    match = re.fullmatch(r"(\D+)(\d+)号(\d+)(幢|栋|号楼)", place["address"])
    assert match
    road, plate, number, word = match.groups()
    return road, plate, number, word


def _homophone(name: str, rng: random.Random) -> str | None:
    """Return the name with one character of the same sound in it."""
    spots = [i for i, c in enumerate(name) if c in SAME_SOUND and c not in TELLS_APART]
    if not spots:
        return None
    i = rng.choice(spots)
    return name[:i] + SAME_SOUND[name[i]] + name[i + 1 :]


def _typo(name: str, known: set[str], rng: random.Random) -> str | None:
    """Return the name with one slip: a character wrong, left out, doubled or swapped."""
    spots = [i for i, c in enumerate(name) if c not in TELLS_APART and not c.isdigit()]
    for _ in range(20):
        i = rng.choice(spots)
        slip = rng.choice(["wrong", "wrong", "left out", "doubled", "swapped"])
        if slip == "wrong":
            made = name[:i] + rng.choice(SLIPS) + name[i + 1 :]
        elif slip == "left out" and len(name) > 3:
            made = name[:i] + name[i + 1 :]
        elif slip == "doubled":
            made = name[: i + 1] + name[i:]
        elif i + 1 in spots:
            made = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
        else:
            continue
        if made != name and made not in known:
            return made
    return None


def made_rows(rng: random.Random) -> Iterator[Row]:
    """Yield the rows that are made from the sample's addresses."""
    everything = places()
    dwellings = [p for p in everything if p["kind"] == "building" and p["category"] == "dwelling"]
    compounds = {p["compound"] for p in dwellings}
    roads = {_parts(p)[0] for p in dwellings}
    known = compounds | roads

    def some(count: int) -> list[Place]:
        return rng.sample(dwellings, count)

    yield from _full_forms(some(40), rng)
    yield from _short_forms(some(40), rng)
    for p in some(30):
        yield "full width", full_width(p["address"] + "２单元"), p["id"], ""
    for p in some(30):
        head, _, number, word = _parts(p)
        spoken = rng.choice([p["address"], f"{p['compound']}{number}{word}", f"{head}第{number}号"])
        if "第" in spoken:
            spoken = f"{p['compound']}第{number}{word}二单元五〇一室"
        yield "Chinese numerals", in_chinese(spoken), p["id"], ""
    heads = [
        "南京市下关区",
        "江苏省南京市下关区",
        "下关区",
        "南京下关区",
        "江苏南京下关区宝塔桥街道",
    ]
    for p in some(30):
        rest = rng.choice([p["address"], f"{p['compound']}{p['name']}"])
        yield "former district", rng.choice(heads) + rest, p["id"], ""
    yield from _slips("homophone", some(80), 40, lambda n: _homophone(n, rng), rng)
    yield from _slips("one typo", some(120), 50, lambda n: _typo(n, known, rng), rng)
    yield from _aliases(everything, rng)
    yield from _shops(everything, rng)
    yield from _names(everything, rng)


def _full_forms(sampled: list[Place], rng: random.Random) -> Iterator[Row]:
    for p in sampled:
        unit, room = rng.randint(1, p["units"]), rng.choice([101, 203, 501, 602, 1102])
        head = rng.choice(
            [
                "江苏省南京市鼓楼区宝塔桥街道",
                "南京市鼓楼区",
                "江苏省南京市鼓楼区",
                "鼓楼区宝塔桥街道",
            ]
        )
        road, plate, number, word = _parts(p)
        middle = rng.choice(["", p["compound"], f"({p['compound']})", f" {p['compound']} "])
        text = f"{head}{road}{plate}号{middle}{number}{word}{unit}单元{room}室"
        yield "full form", text, p["id"], ""


def _short_forms(sampled: list[Place], rng: random.Random) -> Iterator[Row]:
    for p in sampled:
        road, plate, number, word = _parts(p)
        forms = [
            f"{p['compound']}{number}{word}",
            f"{p['compound']} {number}-1-501",
            f"{p['compound']}{number}-302",
            f"{p['compound']}{number}#",
            f"{road}{plate}-{number}-1-501",
            f"{road}{plate}号{number}#楼",
            f"{road}{plate}-{number}幢",
            f"{road}{plate}号{number}栋1-203",
        ]
        if road == "宝塔桥西街":
            forms = [f"西街{plate}号{number}{word}", f"西街{plate}-{number}-2-501"]
        if road == "宝塔桥东街":
            forms = [f"东街{plate}号{number}{word}", f"东街{plate}号{number}栋"]
        yield "short form", rng.choice(forms), p["id"], ""


def _slips(
    kind: str,
    sampled: list[Place],
    count: int,
    slip: Callable[[str], str | None],
    rng: random.Random,
) -> Iterator[Row]:
    made = 0
    for p in sampled:
        road, plate, number, word = _parts(p)
        by_road = rng.random() < 0.5
        wrong = slip(road if by_road else p["compound"])
        if wrong is None or made == count:
            continue
        made += 1
        told = f"{wrong}{plate}号{number}{word}" if by_road else f"{wrong}{number}{word}"
        yield kind, told, p["id"], road if by_road else p["compound"]


def _aliases(everything: list[Place], rng: random.Random) -> Iterator[Row]:
    former = [p for p in everything if p["kind"] == "building" and p["former_names"]]
    for p in rng.sample(former, 25):
        name = p["former_names"][0]
        yield "alias", rng.choice([name, name.removeprefix("原")]), p["id"], "former name"
    for p in everything:
        if p["kind"] == "building" and p["category"] in ("public", "commercial"):
            for alias in p["aliases"]:
                yield "alias", alias, p["id"], "alias"
        if p["kind"] == "resident_unit":
            for alias in (*p["aliases"], *p["former_names"]):
                yield "alias", alias, p["id"], "alias or former name of a unit"


def _shops(everything: list[Place], rng: random.Random) -> Iterator[Row]:
    shops = [p for p in everything if p["address"].endswith("号门面房") and p["kind"] == "business"]
    for p in rng.sample(shops, 40):
        plate = p["address"].removesuffix("号门面房")
        first, second = plate.rsplit("-", 1)
        forms = [p["address"], f"{plate}号", plate, f"{first}号-{second}", f"南京市鼓楼区{plate}号"]
        forms += [f"{first}号之{second}", full_width(f"{plate}号"), f"{plate}号门面"]
        yield "shop plate", rng.choice(forms), p["id"], ""


def _names(everything: list[Place], rng: random.Random) -> Iterator[Row]:
    shops = [p for p in everything if p["kind"] == "business"]
    for p in rng.sample(shops, 20):
        yield "name only", p["name"], p["id"], "business"
    units = [p for p in everything if p["kind"] == "resident_unit" and p["disclosed"]]
    for p in rng.sample(units, 20):
        name = rng.choice([p["name"], p["name"].removesuffix("(示例)")])
        yield "name only", name, p["id"], "resident unit"
    grids = json.loads((ROOT / "data" / "boundaries.geojson").read_text("utf-8"))["features"]
    named = [g["properties"] for g in grids if g["properties"]["kind"] == "compound"]
    for g in rng.sample(named, 15):
        yield "name only", g["name"], g["code"], "compound"
    for g in (g["properties"] for g in grids if g["properties"]["level"] == 1):
        yield "name only", g["name"], g["code"], "community"


def _twins() -> dict[str, str]:
    """Return, for a unit and the building of the same name and address, both ids: one spot."""
    ids: dict[tuple[str, str], list[str]] = {}
    for p in places():
        ids.setdefault((p["name"], p["address"]), []).append(p["id"])
    return {one: "|".join(pair) for pair in ids.values() if len(pair) > 1 for one in pair}


def all_rows() -> list[Row]:
    """Return all rows of the table, without doubles."""
    by_address: dict[str, str] = {}
    for p in places():
        by_address.setdefault(p["address"], p["id"])
    twins = _twins()
    rows = [
        (kind, text, twins.get(meant, meant), note)
        for kind, text, meant, note in made_rows(random.Random(20261001))
    ]
    rows += [
        ("spoken", text, twins.get(by_address[meant], by_address[meant]), meant)
        for text, meant in SPOKEN
    ]
    rows += [("ambiguous", text, "", note) for text, note in AMBIGUOUS]
    rows += [("not here", text, "", note) for text, note in NOT_HERE]
    return list({row[:2]: row for row in rows}.values())


def main() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("class", "query", "expected", "note"))
        writer.writerows(all_rows())
    print(f"{TABLE}: {len(all_rows())} queries")


if __name__ == "__main__":
    main()

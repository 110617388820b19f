"""The fields of an address."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.addresses import normalise, parse
from gis.addresses.stored import StoredAddresses
from tests.locating.steps import steps
from tests.locating.test_addresses_normalise import ALPHABET

ROOT = Path(__file__).parents[2]
NATIONWIDE = Path(__file__).with_name("test_addresses_nationwide.csv")
NUMBERED = ("road", "door_plate", "building_no", "unit_no", "room_no")
REGION = ("province", "city", "district")


def numbers(text):
    return parse(text).numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("宝塔桥西街18号3幢2单元501室", ("18", "3", "2", "501")),
        ("宝塔桥西街18号3栋", ("18", "3", None, None)),
        ("宝塔桥西街１８号三幢", ("18", "3", None, None)),
        ("西街18-3-2-501", ("18", "3", "2", "501")),
        ("西街18 3 2 501", ("18", "3", "2", "501")),
        ("西街18-3-501", ("18", "3", None, "501")),
        ("西街18-501", ("18", None, None, "501")),
        ("西街18-3", ("18-3", None, None, None)),
        ("西街18-3幢", ("18", "3", None, None)),
        ("西街18号3-506", ("18", "3", None, "506")),
        ("西街18号506", ("18", None, None, "506")),
        ("燕江路201-3号门面房", ("201-3", None, None, None)),
        ("燕江路201号-3", ("201-3", None, None, None)),
        ("燕江路201号之三", ("201-3", None, None, None)),
        ("燕江路201", ("201", None, None, None)),
        ("中山三路131号附3号", ("131附3", None, None, None)),
        ("建国路甲92号院", ("甲92", None, None, None)),
        ("天山支路201号甲", ("201甲", None, None, None)),
        ("张江路665弄12号302室", ("665弄", "12", None, "302")),
        ("盈港东路8300弄6-7号1幢", ("8300弄6-7号", "1", None, None)),
        ("恒盛嘉园12-3-501", (None, "12", "3", "501")),
        ("恒盛嘉园12-501", (None, "12", None, "501")),
        ("恒盛嘉园12号", (None, "12", None, None)),
        ("金陵二村12楼3门501", (None, "12", "3", "501")),
        ("科技园南区R2-B栋3楼", (None, "R2-B", None, None)),
        ("绿地赢海B-1203", (None, "B", None, "1203")),
        ("实业大厦32楼3201", (None, None, None, "3201")),
        ("国定路323号1101-17室", ("323", None, None, "1101-17")),
        ("南坪西路38号7幢23-5", ("38", "7", None, "23-5")),
        ("学府路19-2号1单元6楼1号", ("19-2", None, "1", "1")),
        ("友谊西路127号28号楼东单元502", ("127", "28", "东", "502")),
        ("张集村三组12号", ("12", None, None, None)),
        ("示例路附5号", ("附5", None, None, None)),
        ("示例路临18号", ("临18", None, None, None)),
        ("示例村自编88号", ("自编88", None, None, None)),
        ("示例路018号03幢", ("18", "3", None, None)),
        ("示例花园12号楼01室", (None, "12", None, "01")),
        ("示例路拾捌号", ("18", None, None, None)),
        ("示例路十八号之一", ("18-1", None, None, None)),
        ("示例路18号甲", ("18甲", None, None, None)),
    ],
)
def test_numbers_go_where_they_belong(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("鼓楼区宝塔桥街道燕江路201号", "subdistrict", "宝塔桥街道"),
        ("会战道办事处西环路107号", "subdistrict", "会战道办事处"),
        ("水关桥社区燕江路54号", "community", "水关桥社区"),
        ("张集镇张集村三组12号", "group", "3组"),
        ("示例村第三村民小组12号", "group", "3组"),
        ("示例南路下滩18号", "street", "示例南路下滩"),
        ("四平街三道巷9号", "street", "四平街三道巷"),
        ("示例村一组3号", "street", "示例村1组"),
        ("白杨街道10号大街452号", "road", "10号大街"),
        ("广州大道中988号", "road", "广州大道中"),
        ("G104国道旁", "road", "G104国道"),
        ("丁家桥87号", "road", "丁家桥"),
        ("东四十条甲22号", "road", "东四十条"),
        ("燕江路小区3幢", "compound", "燕江路小区"),
        ("燕江路社区居委会", "road", None),
        ("中山路12巷3号", "subroad", "12巷"),
        ("中央路三元里36号", "subroad", "三元里"),
        ("酒仙桥路4号798艺术区", "compound", "798艺术区"),
        ("天通苑三区12号楼", "compound", "天通苑三区"),
        ("燕江路201号钢铁数码港大厦", "compound", "钢铁数码港大厦"),
        ("宝塔桥东街7号(南堡公园)", "name", "南堡公园"),
        ("燕江路201-3号老王面馆", "name", "老王面馆"),
        ("燕江路201号对面", "qualifier", "对面"),
        ("中山路与汉口路交叉口", "qualifier", "交叉口"),
        ("人民大道1号地下一层", "floor", "B1"),
        ("文一西路969号3幢5层506室", "floor", "5"),
        ("花园路39号 张三 13800000000", "name", "张三"),
        ("花园路39号 张三 13800000000", "remainder", "13800000000"),
        ("我家住在恒盛嘉园3栋那边", "compound", "恒盛嘉园"),
        ("金陵二村12号楼归谁管", "core", "金陵二村12幢"),
    ],
)
def test_names_go_where_they_belong(text, field, expected):
    assert getattr(parse(text), field) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("江苏南京鼓楼区燕江路", ("江苏省", "南京市", "鼓楼区")),
        ("南京市南京市鼓楼区燕江路", (None, "南京市", "鼓楼区")),
        ("江苏省江苏省南京市燕江路", ("江苏省", "南京市", None)),
        ("深圳市深圳市南山区示例路", (None, "深圳市", "南山区")),
        ("鼓楼区鼓楼区燕江路", (None, None, "鼓楼区")),
        ("湖北省省直辖县级行政单位潜江市示例路", ("湖北省", "潜江市", None)),
        ("南京市下关区燕江路", (None, "南京市", "鼓楼区")),
        ("上海浦东新区", ("上海市", "上海市", "浦东新区")),
        ("南京西路1515号", (None, None, None)),
        ("南京大学", (None, None, None)),
        ("四川北路1350号", (None, None, None)),
        ("吉林市船营区吉林大街", (None, "吉林市", "船营区")),
        ("浙江省义乌市稠城街道", ("浙江省", None, "义乌市")),
        ("台州市路桥区银座街", (None, "台州市", "路桥区")),
        ("郑州市二七区大学路", (None, "郑州市", "二七区")),
        ("内蒙古自治区赤峰市巴林左旗", ("内蒙古自治区", "赤峰市", "巴林左旗")),
        ("幕府西路小区3幢", (None, None, None)),
        ("商贸城一区3楼", (None, None, None)),
        ("红旗路18号", (None, None, None)),
        ("人民市场12号", (None, None, None)),
    ],
)
def test_the_region_is_read_where_it_is_one(text, expected):
    address = parse(text)
    assert (address.province, address.city, address.district) == expected


def nationwide():
    with NATIONWIDE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("part", "least"),
    [
        *[("tune", 1.0), ("held", 0.98), ("blind", 0.93), ("last", 0.92)],
        *[("held 2", 1.0), ("blind 2", 1.0), ("last 2", 1.0)],
    ],
)
def test_addresses_from_all_over_the_country_are_read_right(part, least):
    rows = [row for row in nationwide() if row["set"] == part]
    wrong = [
        (row["text"], field, row[field], getattr(parse(row["text"]), field))
        for row in rows
        for field in (*REGION, *NUMBERED)
        if (getattr(parse(row["text"]), field) or "") != row[field]
    ]
    assert 1 - len({w[0] for w in wrong}) / len(rows) >= least, wrong


def test_the_nationwide_table_is_large_and_varied():
    rows = nationwide()
    assert len(rows) >= 200
    assert len({row["text"] for row in rows}) == len(rows)
    assert len({row["city"] for row in rows}) >= 60
    assert all(Counter(bool(row[f]) for row in rows)[True] >= 15 for f in NUMBERED)


@given(st.text(max_size=200) | st.text(alphabet=ALPHABET, max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_and_its_spelling_reads_the_same(text):
    first, again = parse(text), parse(normalise(text))
    fields = (*REGION, *NUMBERED, "compound", "name", "qualifier", "remainder", "core", "text")
    assert [getattr(first, f) for f in fields] == [getattr(again, f) for f in fields]


def test_what_was_written_is_kept():
    address = parse("宝塔桥西街１８号三幢")
    assert address.raw == "宝塔桥西街１８号三幢"
    assert address.text == "宝塔桥西街18号3幢"


@pytest.mark.parametrize(
    "unit",
    [
        "宝塔桥西街18号3幢",
        "路街道巷",
        "村镇乡社区",
        "1-",
        "号院",
        "(南",
        "甲",
        "内蒙古旗",
        "园苑城",
        "对面",
        "的那边",
    ],
)
def test_work_grows_with_the_length_and_no_faster(unit):
    short, long = ((unit * 200)[:length] for length in (25, 200))
    parse(short)
    assert steps(parse, long) < 12 * steps(parse, short) + 200


def test_addresses_that_differ_in_their_numbers_are_read_as_one_by_one():
    sample = json.loads((ROOT / "data" / "places.geojson").read_text("utf-8"))["features"]
    texts = [f["properties"]["address"] for f in sample] + [row["text"] for row in nationwide()]
    texts += [text.replace("3幢", "7幢2单元501室") for text in texts]
    stored = StoredAddresses()
    for text in texts:
        one, other = stored.parse(text), parse(text)
        fields = (*REGION, "road", "compound", "name", "community", "group", "remainder")
        like = one.address
        assert one[1:] == other.numbers, text
        assert [getattr(like, f) for f in fields] == [getattr(other, f) for f in fields], text

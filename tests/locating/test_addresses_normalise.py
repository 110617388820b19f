"""One spelling for an address."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.addresses import normalise
from gis.addresses.numerals import fold, value
from gis.errors import InvalidInput
from tests.locating.steps import steps

ALPHABET = (
    "第之一二三四十百零〇两廿壹贰幢栋座号楼#单元层室组村路街弄巷里区县市省甲乙附增内"
    "0123456789ABa -－—~/、()（），。.南京下关鼓宝塔桥西中山新园苑东门面房\u3000\x00\ud800米公"
)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("宝塔桥西街１８号３幢", "宝塔桥西街18号3幢"),
        ("西街18－3—2~501", "西街18-3-2-501"),
        ("西街18/3/2/501", "西街18-3-2-501"),
        ("西街18.3.2.501", "西街18-3-2-501"),
        ("燕江路201号之三", "燕江路201号-3"),
        ("金陵二村\u3000 12 号楼", "金陵二村 12 号楼"),
        ("寶塔橋西街18號", "宝塔桥西街18号"),
        ("a座1203室", "A幢1203室"),
        ("燕江路201号（钢铁数码港）", "燕江路201号(钢铁数码港)"),
        ("西街18号\x00\u200b\ud800\ue000", "西街18号"),
        ("", ""),
    ],
)
def test_width_signs_and_characters_become_one(written, spelled):
    assert normalise(written) == spelled


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("三幢", "3幢"),
        ("十二号楼", "12幢"),
        ("一百零八号", "108号"),
        ("一百二十号", "120号"),
        ("廿三号", "23号"),
        ("二〇一号", "201号"),
        ("五○一室", "501室"),
        ("两幢", "2幢"),
        ("第三幢第二单元", "3幢2单元"),
        ("叁幢", "3幢"),
        ("三组", "3组"),
        ("延安路三弄", "延安路3弄"),
    ],
)
def test_chinese_numerals_before_a_numbered_fields_suffix_become_digits(written, spelled):
    assert normalise(written) == spelled


@pytest.mark.parametrize(
    "name",
    [
        "金陵二村",
        "金陵新四村",
        "三牌楼大街",
        "五塘新村",
        "四平路",
        "一品嘉园",
        "第三人民医院",
        "三组团",
        "四号路",
        "十号大街",
        "八号线",
        "三座店",
        "滨江壹号院",
        "三里屯",
        "万科城市之光",
        "三社区",
        "三室一厅",
    ],
)
def test_numerals_in_names_stay(name):
    assert normalise(name) == name


@pytest.mark.parametrize("written", ["3栋", "3号楼", "3座", "3#楼", "3幢", "3号栋", "３＃楼"])
def test_the_words_for_a_building_are_the_same(written):
    assert normalise(f"恒盛嘉园{written}2单元") == "恒盛嘉园3幢2单元"


def test_downstairs_at_a_door_plate_is_no_building():
    assert normalise("西街18号楼下") == "西街18号楼下"


def test_a_former_district_gets_its_present_name():
    assert normalise("南京市下关区燕江路") == "南京市鼓楼区燕江路"


def test_the_table_of_former_districts_can_be_another():
    assert normalise("卢湾区", former={"卢湾区": "黄浦区"}) == "黄浦区"


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [("十", "10"), ("二十", "20"), ("一百二", "120"), ("一百零二", "102"), ("十十", None)],
)
def test_the_value_of_a_numeral(numeral, digits):
    assert value(numeral) == digits


def test_a_key_has_the_everyday_numerals_in_digits():
    assert fold("金陵新四村") == fold("金陵新4村") == "金陵新4村"
    assert fold("大陆路") == "大陆路"


def test_more_than_200_characters_are_refused_with_the_way_out():
    with pytest.raises(InvalidInput, match=r"201 characters.*one address at a time") as refused:
        normalise("街" * 201)
    assert refused.value.field == "address"
    assert "200" in refused.value.text.zh


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidInput, match="must be text"):
        normalise(18)


@given(st.text(max_size=200) | st.text(alphabet=ALPHABET, max_size=200))
@settings(max_examples=400, deadline=None)
def test_the_spelling_of_a_spelling_is_itself(text):
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= 200
    assert once.isprintable()


@pytest.mark.parametrize("unit", ["一", "第三", "十二幢", "18-", "(", "下关区", "﷽", "之一"])
def test_work_grows_with_the_length_and_no_faster(unit):
    short, long = ((unit * 200)[:length] for length in (25, 200))
    normalise(short)
    assert steps(normalise, long) < 12 * steps(normalise, short) + 200

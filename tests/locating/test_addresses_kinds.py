"""Addresses that are like one another: nothing is picked silently, and what was not used is said."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from gis.addresses import AddressBook, BookEntry, EntryKind, normalise, parse
from gis.addresses.pairs import WEIGHTS, features, fit, pair_text
from tests.locating.drawn_street import book

KINDS = Path(__file__).with_name("address_kinds.csv")


def queries():
    with KINDS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_right(found, row):
    """Tell whether an answer is the one the table has.

    ``sure``: the first is meant, and clear; ``likely``: the first is meant, and not clear;
    ``first``: the first is meant; ``unclear``: not clear; ``several``: not clear, and what each
    part means is among the candidates; ``list``: not clear, and all of them are candidates.
    """
    meant = [key for key in row["expected"].split("|") if key]
    keys = [c.key for c in found]
    match row["verdict"]:
        case "sure":
            return found.clear and keys[:1] == meant
        case "likely":
            return not found.clear and keys[:1] == meant
        case "first":
            return keys[:1] == meant
        case "unclear":
            return not found.clear
        case "several":
            return not found.clear and len(found.several) == len(meant) and set(meant) <= set(keys)
        case _:
            return not found.clear and set(meant) <= set(keys)


@pytest.fixture(scope="module")
def street():
    return book()


@pytest.mark.parametrize("part", ["held", "blind", "last"])
def test_what_is_like_another_is_told_apart(street, part):
    wrong = defaultdict(list)
    for row in queries():
        found = street.search(row["query"], limit=12)
        if row["set"] == part and not is_right(found, row):
            wrong[row["class"]].append((row["query"], found.clear, [c.key for c in found][:3]))
    assert dict(wrong) == {}


def test_the_table_is_large_and_varied():
    rows = queries()
    assert len(rows) >= 300
    assert len({row["query"] for row in rows}) == len(rows)
    assert min(Counter(row["set"] for row in rows).values()) >= 50
    assert min(Counter(row["verdict"] for row in rows).values()) >= 10


def test_words_that_were_not_used_are_named_in_both_languages(street):
    (why,) = [r for r in street.search("建安路东巷33号")[0].reasons if r.code == "words_not_used"]
    assert (why.text.zh, why.text.in_language("en")) == ("没有用到“东巷”", "not used: 东巷")


def test_somebody_behind_a_door_is_named_and_decides_nothing(street):
    found = street.search("示例花园3幢2单元501室张三")
    assert found.clear
    assert "未计入“张三”" in [r.text.zh for r in found[0].reasons]


def test_a_retired_code_says_whose_ground_it_is_now(street):
    (found,) = street.search("320106012901001009")
    assert found.key == "g01"
    assert (
        found.reasons[0].text.zh
    ) == "320106012901001009 已停用，现属 320106012901001001 示例花园第1网格"


def test_a_range_is_every_building_of_it_and_a_plate_with_a_building_is_none(street):
    assert [f.address.building_no for f in street.search("示例花园3-5幢").several] == [
        "3",
        "4",
        "5",
    ]
    assert not street.search("建安路40-3幢").several


def test_two_entries_with_one_address_are_a_tie(street):
    found = street.search("双门街1号")
    assert found.tied == 2
    assert {c.key for c in found[:2]} == {"t01", "t02"}


def fits(asked, told):
    address = parse(asked)
    return fit(address, pair_text(address.core), pair_text(normalise(told)))


@pytest.mark.parametrize(
    ("asked", "better", "worse"),
    [
        ("瑶华小区", "建安路瑶华苑", "建安路锦绣小区"),
        ("瑶华商贸有限公司", "瑶华商贸", "锦绣商贸有限公司"),
        ("建安路18号瑶华苑3幢", "瑶华苑3号楼", "瑶华苑5号楼"),
        ("建安路瑶华苑", "建安路18号瑶华苑", "虚构街18号瑶华苑"),
        ("建安路瑶华苑3幢", "瑶华苑3幢", "建安路瑶华苑"),
        ("瑶华苑", "瑶华苑", "瑶华苑(东门)"),
    ],
)
def test_what_tells_more_weighs_more(asked, better, worse):
    assert fits(asked, better) > fits(asked, worse)


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    seen = set()
    for asked, told in [
        ("建安路18号瑶华苑3幢2单元", "建安路18号瑶华苑3幢2单元"),
        ("瑶华苑3幢", "瑶华苑"),
        ("瑶华苑3幢", "瑶华苑5幢"),
        ("瑶华苑", "瑶华苑5幢"),
    ]:
        address = parse(asked)
        seen |= set(features(address, pair_text(address.core), pair_text(normalise(told))))
    assert seen == set(WEIGHTS)


def test_in_a_small_book_what_only_reads_alike_is_a_candidate_and_never_clear():
    entry = BookEntry("a", EntryKind.BUSINESS, "老垅坡瑶华机修厂", "虚构街5号")
    found = AddressBook.from_entries([entry]).search("高家组瑶华机修")
    assert [c.key for c in found] == ["a"]
    assert found[0].codes == ("text_alike",)
    assert not found.clear

"""A mobile number is a mobile number however people write it, and whatever stands beside it."""

from __future__ import annotations

import pytest

from gis.ids import PersonId
from gis.phone import has_mobile, join_mobiles, part_mobiles
from gis.roster import Person, mobiles_apart

WRITTEN = (
    "13900000001", "139 0000 0001", "139-0000-0001", "139－0000－0001", "139–0000–0001", "139.0000.0001",
    "１３９０００００００１", "+86 13900000001", "+8613900000001", "0086-139-0000-0001", "86 139 0000 0001",
    "(+86)139-0000-0001", "（+86）13900000001", "013900000001", "139\u200b0000\u200b0001", "139\u30000000\u30000001",
    "139\u00a00000\u00a00001", "1390000 0001",
)  # fmt: skip
NOT_MOBILES = (
    "025-83500000", "025-8350 0000 转 8001", "83500000", "12345", "12345678901", "9139000000011",
    "139000000012", "400-800-0001", "0251 3900 0000 001", "000-0000-0001", "110", "",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_mobile_is_known_however_it_is_written(text):
    assert has_mobile(text)
    assert part_mobiles(text) == ("", "13900000001")


@pytest.mark.parametrize("text", NOT_MOBILES)
def test_what_is_no_mobile_stays_as_it_is_written(text):
    assert not has_mobile(text)
    assert part_mobiles(text) == (text, "")


@pytest.mark.parametrize(
    ("text", "rest", "mobiles"),
    [
        ("025-83500000/13900000004", "025-83500000", "13900000004"),
        ("025-83500000、139 0000 0004", "025-83500000", "13900000004"),
        ("13900000001，13900000002", "", "13900000001、13900000002"),
        ("办公025-83500000 手机：139-0000-0001", "办公025-83500000", "13900000001"),
        ("王示例（13900000001）", "王示例", "13900000001"),
        ("王示例 手机号13900000001", "王示例", "13900000001"),
    ],
)
def test_what_stands_beside_a_mobile_is_kept(text, rest, mobiles):
    assert part_mobiles(text) == (rest, mobiles)


def test_numbers_are_put_together_once_each():
    assert join_mobiles("139-0000-0001", "13900000001") == "13900000001"
    assert join_mobiles("", "000-0000-0001") == "000-0000-0001"


def person(**fields):
    return Person(PersonId("p"), **{"name": "王示例", **fields})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"office_phone": "+86 139 0000 0001"}, ("王示例", "", "13900000001")),
        ({"office_phone": "025-83500000/13900000001"}, ("王示例", "025-83500000", "13900000001")),
        (
            {"office_phone": "13900000001", "mobile": "13900000002"},
            ("王示例", "", "13900000001、13900000002"),
        ),
        ({"name": "王示例13900000001"}, ("王示例", "", "13900000001")),
        ({"office_phone": "025-1", "mobile": "1"}, ("王示例", "025-1", "1")),
    ],
)
def test_a_person_has_mobiles_where_they_belong(given, kept):
    found = mobiles_apart(person(**given))
    assert (found.name, found.office_phone, found.mobile) == kept
    assert found.public_mobile == ""

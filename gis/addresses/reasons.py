"""The reasons of an answer, in words."""

from __future__ import annotations

from collections.abc import Iterable

from gis.addresses.entries import BookEntry, Reason
from gis.addresses.words import words
from gis.findings import Text

_TEXTS: dict[str, Text] = {
    # for a candidate
    "grid_code": Text("the grid code is the same", "网格编号一致"),
    "phone_same": Text("the office telephone is the same", "办公电话一致"),
    "of_this_kind": Text("it is of this kind", "属于这一类"),
    "text_alike": Text("the text is alike", "文字相近"),
    "pinyin": Text("its name is spelled so", "拼音一致"),
    "name_same": Text("the name is the same", "名称一致"),
    "sounds_alike": Text("the name sounds the same", "读音相同"),
    "sounds_close": Text("the name sounds nearly the same", "读音相近"),
    "short_form": Text("a short form of the name", "名称的简称"),
    "abbreviation": Text("the name with characters left out", "名称的省略写法"),
    "name_within": Text("the text contains the name", "文字中包含该名称"),
    "one_slip": Text("the name differs in one character", "名称有一字之差"),
    "kind_differs": Text("the name ends differently", "名称的后缀不同"),
    "name_similar": Text("the name is similar", "名称相近"),
    "alias": Text("it is also called so", "别名"),
    "former_name": Text("it was called so", "曾用名"),
    "community_name": Text("the community is called so", "社区名称"),
    "door_plate_same": Text("the door plate is the same", "门牌一致"),
    "building_same": Text("the building number is the same", "幢号一致"),
    "room_same": Text("the room number is the same", "室号一致"),
    "road_same": Text("it is on the road named", "在所说的街巷上"),
    "compound_same": Text("it is in the compound named", "在所说的小区内"),
    "only_one_here": Text("the only one at this door plate", "该门牌下仅此一处"),
    # what is missing: the answer is wider than a building
    "missing_building": Text("no building number was given", "缺少幢号"),
    "missing_door_plate": Text("no door plate was given", "缺少门牌号"),
    "missing_compound": Text("no compound was given", "缺少小区名称"),
    # against a candidate
    "no_such_building": Text("there is no such building number here", "这里没有这个幢号"),
    "no_such_unit": Text("the building has no such unit", "该幢没有这个单元"),
    "no_such_door_plate": Text(
        "there is no such door plate on this road", "这条街巷上没有这个门牌"
    ),
    "no_such_name": Text("nothing of that name was found here", "这里没有找到这个名称"),
    "read_as_building": Text("the second number read as the building", "把第二个号码读作幢号"),
    "read_as_door_plate": Text("the number read as the door plate", "把号码读作门牌"),
    "road_differs": Text("it is on another road", "不在所说的街巷上"),
    "door_plate_differs": Text("its door plate is another", "门牌不一致"),
    "building_differs": Text("its building number is another", "幢号不一致"),
    "compound_differs": Text("it is in another compound", "不在所说的小区"),
    "community_differs": Text("it is in another community", "不在所说的社区"),
    "other_region": Text("the address is in another region", "地址属于其他地区"),
    "nearby": Text("the spot is near it, not at it", "所说地点在其附近，并非此处"),
    "not_understood": Text("a number was not understood", "有号码未能识别"),
    "lane_left_out": Text("it is in a lane that was not named", "在未说明的支巷内"),
    "no_such_sub_number": Text(
        "only the main number is known here", "这里只有主号，没有所说的附号"
    ),
    "plate_has_prefix": Text(
        "the number here is a temporary or own one", "这里的号码是临时号、附号或自编号"
    ),
}

BLOCKING = frozenset(
    words(
        "no_such_building no_such_door_plate no_such_name road_differs door_plate_differs "
        "building_differs compound_differs community_differs other_region nearby not_understood "
        "read_as_building lane_left_out no_such_sub_number plate_has_prefix words_not_used"
    )
)
"""Reasons that keep an answer from being clear, whatever its score."""


def reason(code: str) -> Reason:
    """Return a reason by its code."""
    return Reason(code, _TEXTS[code])


def words_reason(code: str, told: Iterable[str]) -> Reason:
    """Return the reason that some words of the question were not used, naming them."""
    shown = list(dict.fromkeys(told))
    en, zh = _WORDS[code]
    return Reason(code, Text(en + ", ".join(shown), zh + "、".join(f"“{w}”" for w in shown)))


def retired_reason(code: str, entry: BookEntry) -> Reason:
    """Return the reason that a code is no longer in use, and whose ground it is."""
    now = " ".join((*entry.grid_codes[:1], entry.name))
    return Reason(
        "grid_code_retired",
        Text(f"code {code} is retired; it is now part of {now}", f"{code} 已停用，现属 {now}"),
    )


def several_reason(count: int) -> Reason:
    """Return the reason that the text holds several addresses."""
    return Reason(
        "one_of_several",
        Text(f"one of {count} addresses in the text", f"文字中有 {count} 处地址，这是其中一处"),
    )


_WORDS = {
    "words_not_used": ("not used: ", "没有用到"),
    "words_aside": ("left aside: ", "未计入"),
}

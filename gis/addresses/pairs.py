"""How well the text of an entry fits a question, by a table of learned weights.

Only what is left open by numbers and names is decided so: the order of candidates of which none
is clear. ``scripts/learn_pair_weights.py`` makes the weights; each feature is a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz.distance import Indel

from gis.addresses.names import key_of
from gis.addresses.parse import Address
from gis.addresses.words import words

# Pairs of characters that stand in many names tell little.
_COMMON = frozenset(
    word[i : i + 2]
    for word in words(
        "小区 有限公司 大厦 广场 花园 新村 超市 饭店 药店 药房 中学 小学 学校 医院 银行 支行 中心 "
        "商场 市场 公园 工业园 社区 居委会 公寓 商店 便利店 大道 大街 分店 酒店 宾馆 幼儿园 停车场 "
        "大学 商贸 贸易 科技 实业 工程 股份 集团 服务 营业厅 门诊 诊所 街道 家园 嘉园 "
        "新区 开发区 路口"
    )
    for i in range(len(word) - 1)
)
_LITTLE = 0.3
_TAIL = 4
_NUMBER = re.compile(r"[0-9]+")
_HOUSE = re.compile(r"([0-9]+|[A-Z])(?:幢|号楼)")
_GATE = re.compile(r"[东西南北中正大后侧][0-9]?门|[0-9]门|入口|出口")
_BESIDE = re.compile(r"附近|旁|对面|交叉口|[0-9]米")
_EXTRA = words(
    "售楼 停车 驿站 物业 门卫 充电 快递 菜鸟 丰巢 自提 公交 地铁 营业厅 建设中 村店 号店"
)


# Made by scripts/learn_pair_weights.py: what each feature adds.
WEIGHTS: dict[str, float] = {
    "asked_found": 1.07,
    "beside": 0.26,
    "both_found": 1.21,
    "bracket": 0.43,
    "building_differs": 0.20,
    "building_found": 1.27,
    "building_missing": -0.33,
    "building_same": 0.14,
    "end_letters_of_asked": 0.78,
    "end_letters_of_told": 0.71,
    "end_of_asked": 0.38,
    "end_of_told": 0.86,
    "extra": -0.20,
    "gate": -1.30,
    "letters_found": 0.80,
    "name_and_building": 0.78,
    "name_found": 1.19,
    "name_in_building": 1.08,
    "numbers_found": 0.58,
    "ratio": 1.24,
    "road_missing": 0.00,
    "run": -0.20,
    "told_building": -0.24,
    "told_found": 0.77,
    "told_letters": -0.12,
    "told_longer": -0.35,
    "told_numbers": 0.40,
    "told_unit": -0.10,
}
_MIDDLE, _WIDTH = 4.4, 1.6


def fit(address: Address, asked: PairText, told: PairText) -> float:
    """Return how well the text of an entry fits a question, 0 to 1."""
    total = sum(WEIGHTS[name] * value for name, value in features(address, asked, told).items())
    return 1 / (1 + math.exp((_MIDDLE - total) / _WIDTH))


class PairText(NamedTuple):
    """A text as pairs are made of it: its key, the pairs of characters, its numbers."""

    text: str
    key: str
    pairs: frozenset[str]
    numbers: frozenset[str]
    houses: frozenset[str]


def pair_text(plain: str) -> PairText:
    """Return what is compared of a normalised text."""
    key = key_of(plain)
    return PairText(
        plain,
        key,
        frozenset(key[i : i + 2] for i in range(len(key) - 1)),
        frozenset(_NUMBER.findall(key)),
        frozenset(_HOUSE.findall(plain)),
    )


def features(address: Address, asked: PairText, told: PairText) -> dict[str, float]:
    """Return what speaks for and against a text, 0 to 1 each; what does not apply is left out.

    Parameters
    ----------
    address, asked
        The question, parsed and as text without its region.
    told
        The text of an entry.
    """
    shared = asked.pairs & told.pairs
    worth, of_asked, of_told = _worth(shared), _worth(asked.pairs), _worth(told.pairs)
    found = {
        "asked_found": worth / (of_asked or 1),
        "told_found": worth / (of_told or 1),
        "both_found": 2 * worth / ((of_asked + of_told) or 1),
        "letters_found": _letters(asked.key, told.key),
        "ratio": Indel.normalized_similarity(_telling(asked.key), _telling(told.key)),
        "end_of_asked": _share(asked.key[-_TAIL:], told.pairs),
        "end_of_told": _share(told.key[-_TAIL:], asked.pairs),
        "end_letters_of_asked": _letters(asked.key[-_TAIL:], told.key),
        "end_letters_of_told": _letters(told.key[-_TAIL:], asked.key),
        "run": _longest_run(asked.key, told.key) / (len(asked.key) or 1),
        "bracket": float("(" in told.text),
        "told_letters": _letters(told.key, asked.key),
        "gate": float(bool(_GATE.search(told.text)) and not _GATE.search(asked.text)),
        "beside": float(bool(_BESIDE.search(told.text)) and not _BESIDE.search(asked.text)),
        "extra": float(any(w in told.text and w not in asked.text for w in _EXTRA)),
        "told_unit": float("单元" in told.text and address.unit_no is None),
        "told_longer": min(3.0, len(told.key) / (len(asked.key) or 1)) / 3,
    }
    if asked.numbers:
        found["numbers_found"] = len(asked.numbers & told.numbers) / len(asked.numbers)
    if told.numbers:
        found["told_numbers"] = len(asked.numbers & told.numbers) / len(told.numbers)
    found |= _of_building(address, told)
    name = key_of((address.compound or "") + (address.name or ""))
    if name:
        pairs = frozenset(name[i : i + 2] for i in range(len(name) - 1))
        found["name_found"] = _worth(pairs & told.pairs) / (_worth(pairs) or 1)
        if found.get("building_same"):
            found["name_and_building"] = found["name_found"]
        elif told.houses and not address.building_no:
            found["name_in_building"] = found["name_found"]
    if address.road:
        road = key_of(address.road)
        found["road_missing"] = float(road not in told.key)
    return found


def contradicts(address: Address, told: PairText) -> bool:
    """Tell whether a text has another building number, or another plate on the same road."""
    if address.building_no and told.houses and address.building_no not in told.houses:
        return True
    if not (address.road and address.door_plate) or key_of(address.road) not in told.key:
        return False
    return bool(told.numbers) and address.door_plate not in told.numbers


def _of_building(address: Address, told: PairText) -> dict[str, float]:
    number = address.building_no
    if number is None:
        return {"told_building": 1.0} if told.houses else {}
    if number in told.houses:
        return {"building_same": 1.0, "building_found": 1.0}
    found = {"building_differs": 1.0} if told.houses else {"building_missing": 1.0}
    if number in told.numbers:
        found["building_found"] = 1.0
    return found


def _worth(pairs: Iterable[str]) -> float:
    """Return how telling some pairs of characters are: 小区 and digits little, rare names much."""
    return sum(_LITTLE if p in _COMMON or not p.isalpha() else 1.0 for p in pairs)


def _letters(asked: str, told: str) -> float:
    """Return the share of the letters of one key that stand in another, by what they tell."""
    left = list(told)
    found = whole = 0.0
    for i, c in enumerate(asked):
        common = asked[i : i + 2] in _COMMON or asked[max(i - 1, 0) : i + 1] in _COMMON
        weight = _LITTLE if common else 1.0
        whole += weight
        if c in left:
            left.remove(c)
            found += weight
    return found / (whole or 1)


def _telling(key: str) -> str:
    """Return a key without what many names have: 瑶华 of 瑶华有限公司."""
    kept = [
        c
        for i, c in enumerate(key)
        if key[i : i + 2] not in _COMMON and key[max(i - 1, 0) : i + 1] not in _COMMON
    ]
    return "".join(kept) or key


def _share(tail: str, pairs: frozenset[str]) -> float:
    parts = [tail[i : i + 2] for i in range(len(tail) - 1)]
    return _worth(p for p in parts if p in pairs) / (_worth(parts) or 1)


def _longest_run(asked: str, told: str) -> int:
    best = 0
    for i in range(len(asked)):
        while asked[i : i + best + 1] in told and i + best < len(asked):
            best += 1
    return best

"""The head of an address: province, city, district."""

from __future__ import annotations

from typing import NamedTuple

from gis.addresses.numerals import NUMERALS
from gis.addresses.words import (
    CITIES,
    LEAD_INS,
    MUNICIPALITIES,
    NOT_A_DISTRICT,
    NOT_AFTER_A_BARE_CITY,
    PREFECTURES,
    PROVINCE_SUFFIXES,
    PROVINCES,
    STRONG_COMPOUND_ENDINGS,
    TOO_SHORT_FOR_A_DISTRICT,
    ZONE_ENDINGS,
    words,
)

_FILLERS = words(
    "市辖区 省直辖县级行政区划 省直辖县级行政单位 省直辖行政单位 省直辖行政区划 "
    "自治区直辖县级行政区划 自治区直辖县级行政单位 直辖县级行政单位 县级行政区划 县级行政单位"
)
_COUNTRIES = ("中华人民共和国", "中国")
_SKIPPED = (" ", *_COUNTRIES, *_FILLERS, *LEAD_INS)
_SIDES = frozenset("东西南北中前后上下新")
# Cities people name without 市 right before a road.
_BIG = frozenset(
    words(
        "北京 上海 天津 重庆 南京 杭州 广州 深圳 成都 武汉 西安 苏州 无锡 常州 宁波 合肥 福州 "
        "厦门 济南 "
        "青岛 郑州 长沙 沈阳 大连 哈尔滨 长春 石家庄 太原 昆明 贵阳 南宁 南昌 兰州 佛山 东莞 "
        "温州 徐州"
    )
)
_PREFECTURE_SHORT = {
    name[:length] + "州": name
    for name in PREFECTURES
    for length in (2, 3, 4)
    if name.endswith("州") and len(name) > length + 3
}
_STREETS = frozenset("路街道巷弄")
_HEAD_ENDS = tuple("省市区县旗州盟")
_UNIT_STOPS = frozenset("路街道村镇乡弄巷")
_NUMERAL_DISTRICT = len("二七")
_LONGEST_UNIT, _LONGEST_PLAIN_UNIT = 16, 7


class Region(NamedTuple):
    """What the head of an address names, and where the rest of the text begins."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    end: int = 0


def read_region(text: str) -> Region:
    """Return the province, city and district a normalised text begins with.

    A head that stands twice (南京市南京市鼓楼区) is read once; where the second one differs in its
    district, the second counts. Short forms count where they cannot be part of a road's or an
    institution's name: 南京 in 南京鼓楼区, not in 南京西路 or 南京大学.

    Examples
    --------
    >>> read_region("江苏南京鼓楼区燕江路")[:3]
    ('江苏省', '南京市', '鼓楼区')
    >>> read_region("南京西路1515号")[:3]
    (None, None, None)
    """
    region = _read_once(text, 0)
    while region.end and (again := _read_once(text, region.end)).end > region.end:
        restated = again.province or again.city
        if not restated and again.district != region.district:
            break
        if not _agree(region.province, again.province) or not _agree(region.city, again.city):
            break
        if not text[region.end : again.end].endswith(_HEAD_ENDS):
            break
        region = Region(
            again.province or region.province,
            again.city or region.city,
            again.district or region.district,
            again.end,
        )
    return region


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _read_once(text: str, start: int) -> Region:
    i = _skip(text, start)
    province, i = _province(text, i)
    i = _skip(text, i)
    city, i = _city(text, i, province)
    i = _skip(text, i)
    if city is None and province is not None and province[:2] in MUNICIPALITIES:
        city = province
    district, end = _district(text, i, bool(city), province == "内蒙古自治区")
    if district == city:
        district, end = None, i
    i = end
    if province is None and city is not None and city[:2] in MUNICIPALITIES:
        province = city
    if not (province or city or district):
        return Region(end=i if start == 0 else start)
    return Region(province, city, district, i)


def _skip(text: str, i: int) -> int:
    """Return where the next word begins after spaces, labels and words that name nothing."""
    while text.startswith(_SKIPPED, i):
        word = next(w for w in _SKIPPED if text.startswith(w, i))
        if i + len(word) >= len(text):
            break
        i += len(word)
    return i


def _province(text: str, i: int) -> tuple[str | None, int]:
    for length in (3, 2):
        short = text[i : i + length]
        if short not in PROVINCES:
            continue
        full, end = PROVINCES[short], i + length
        for suffix in PROVINCE_SUFFIXES:
            if text.startswith(suffix, end) and (
                full == short + suffix or suffix == "自治区" == full[-3:]
            ):
                return full, end + len(suffix)
        if text[end : end + 1] != "市" and _bare(text, end, short):
            return full, end
    return None, i


def _city(text: str, i: int, province: str | None) -> tuple[str | None, int]:
    if text.startswith(PREFECTURES, i):
        name = next(name for name in PREFECTURES if text.startswith(name, i))
        return name, i + len(name)
    for length in (5, 4, 3):
        if full := _PREFECTURE_SHORT.get(text[i : i + length]):
            return full, i + length
    for length in (4, 3, 2):
        short = text[i : i + length]
        if short not in CITIES:
            continue
        end = i + length
        if text.startswith("市", end) and not text.startswith("场", end + 1):
            return CITIES[short], end + 1
        repeated = province is not None and province[: len(short)] == short
        if not repeated and _bare(text, end, short):
            return CITIES[short], end
    return None, i


def _bare(text: str, end: int, name: str) -> bool:
    """Tell whether a name without its suffix that ends at ``end`` is a province or city."""
    rest = text[end : end + _LONGEST_UNIT]
    if not rest or rest[0] in " (":
        return True
    if rest[0] in "区县市省" or rest.startswith(NOT_AFTER_A_BARE_CITY):
        return False
    if rest[0] in _SIDES or rest[0] in NUMERALS:
        word = rest[1:].lstrip("一二三四五六七八九十")
        if word.startswith(NOT_AFTER_A_BARE_CITY):
            return False
    if any(rest[:length] in CITIES for length in (2, 3, 4)):
        return True
    if _unit_end(rest, 0, True, False):
        return True
    if name not in _BIG and name not in PROVINCES:
        return False
    return any(c in _STREETS and k > 1 for k, c in enumerate(rest))


def _district(text: str, i: int, after_city: bool, mongolian: bool) -> tuple[str | None, int]:
    end = _unit_end(text, i, after_city, mongolian)
    if not end and after_city:
        end = _zone_end(text, i)
    return (text[i:end], end) if end else (None, i)


def _unit_end(text: str, i: int, after_city: bool, mongolian: bool) -> int:
    """Return where the district, county, county-level city or banner at ``i`` ends; 0: none."""
    for k in range(i, min(i + _LONGEST_UNIT, len(text))):
        c, after = text[k], text[k + 1 : k + 2]
        if c.isascii() or c == "省":
            return 0
        if k == i:
            continue
        if c in _UNIT_STOPS and not (after and after in "县市区侗桥里"):
            return 0
        if c in "区县市旗" and _is_unit(text, i, k, after, mongolian):
            long_enough = "自治" in text[i:k] or k - i < _LONGEST_PLAIN_UNIT
            return k + 1 if long_enough else 0
        if c == "区" and not (after_city and text[k - 1] == "新"):
            return 0
    return 0


def _is_unit(text: str, i: int, k: int, after: str, mongolian: bool) -> bool:
    c = text[k]
    if c == "区":
        if text[k - 1] in NUMERALS and k - i != _NUMERAL_DISTRICT:
            return False
        if text[k - 1] in _SIDES and text.endswith(STRONG_COMPOUND_ENDINGS, i, k - 1):
            return False
        return not (
            text.endswith(NOT_A_DISTRICT, i, k + 1) or text[i : k + 1] in TOO_SHORT_FOR_A_DISTRICT
        )
    if c == "县":
        return not (after and after in "城政医委前府衙立中")
    if c == "市":
        bad_before = text[k - 1] in "城超门夜菜都集花米上股"
        if text.startswith(("民中心", "民广场", "民公园"), k + 1):
            return False
        return k - i >= 2 and not bad_before and not (after and after in "场政委口区郊辖立直中")
    banner = mongolian or text[k - 1] in "前后左右中治"
    return banner and not (after and after in _STREETS)


def _zone_end(text: str, i: int) -> int:
    """Return where a development zone that stands for a district ends; 0: none."""
    for k in range(i + 1, min(i + 12, len(text))):
        if text[k].isascii() or text[k] in _STREETS:
            return 0
        if text[k] == "区" and text.endswith(ZONE_ENDINGS, i, k + 1):
            nearby = text[k + 1 : k + 4]
            return 0 if any(c in _STREETS for c in nearby[:2]) else k + 1
    return 0

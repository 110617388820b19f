"""Names into their fields: towns, communities, roads, compounds, and what stands around them."""

from __future__ import annotations

from gis.addresses.chains import Chain
from gis.addresses.fields import COMPOUND_ENDINGS, ROOM_DIGITS, Fields, joined
from gis.addresses.segments import Segment
from gis.addresses.words import JOINERS, QUALIFIERS, SHOPFRONT_WORDS, SUB_NUMBERS, words

_WING_WORDS = {
    "单元": "unit",
    "户": "room",
    **dict.fromkeys("座幢楼塔栋", "building"),
}
_WINGS = {
    side + word: (slot, side) for side in "东西南北中主附副裙" for word, slot in _WING_WORDS.items()
}
_LEADING = words(
    "路北 路南 路东 路西 十字 东北角 西北角 东南角 西南角 交叉口 交汇处 交界处 交口 十字路口 "
    "路口 对面 斜对面 旁边 附近 隔壁 东侧 西侧 南侧 北侧"
)
_GENERIC = ("写字楼", "办公楼", "综合楼", "商务楼", "主楼", "大楼")


def place_name(found: Fields, part: Segment, chain: Chain | None) -> None:
    """Put a named part into its field; what has no suffix stays open for what follows."""
    if part.kind == "road":
        _place_road(found, part.text, chain)
    elif part.kind == "name":
        _place_open(found, part.text)
    elif part.kind == "town" and found.subdistrict is None:
        found.subdistrict = part.text
    elif part.kind == "zone" and found.zone is None and not (found.road or found.has_number):
        found.zone = part.text
    elif part.kind == "community" and _takes_community(found, part.text, chain):
        found.community = part.text
        _street_office(found)
    elif part.kind == "community" and found.community and not found.has_number:
        found.group = joined(found.group, part.text)
    else:
        _place_open(found, part.text)


def _takes_community(found: Fields, text: str, chain: Chain | None) -> bool:
    """Tell whether 村 or 社区 is the community, not the compound whose building follows."""
    if found.community is not None or found.has_number:
        return False
    return (
        text.endswith("社区") or chain is None or chain.kind not in ("building", "unit", "storey")
    )


def _street_office(found: Fields) -> None:
    """Take a 街 in front of a village or community for its street office: 大石街河村."""
    road = found.road
    if road and road[-1] == "街" and not (found.subroad or found.has_number or found.subdistrict):
        found.subdistrict, found.road = road, None


def _place_road(found: Fields, text: str, chain: Chain | None) -> None:
    text = text.lstrip(JOINERS) if found.road else text
    found.close_name()
    if found.road is None:
        found.road = text
    elif found.door_plate is None and (chain is not None or found.subroad is None):
        found.subroad = text
    elif found.door_plate is None:
        found.qualifier = joined(found.qualifier, text)
    else:
        _place_open(found, text)


def _place_open(found: Fields, text: str) -> None:
    if (wing := _WINGS.get(text)) and _place_wing(found, *wing):
        return
    text, found.qualifier = _without_qualifier(text.removesuffix("第"), found.qualifier)
    text = _without_wing(found, text.removesuffix("的"))
    text = _without_shopfront(found, text)
    if not text:
        return
    if text == "自编" and not found.has_number:
        found.rest.append(text)
        return
    if (
        found.room_no
        or (found.floor and text[0].isascii() and len(text) <= ROOM_DIGITS)
        or text in SUB_NUMBERS
    ):
        found.rest.append(text)
    elif text in _GENERIC and not found.inside and (found.open_name or found.compound):
        found.open_name = (found.open_name or found.compound or "") + text
        found.compound = None if found.compound and found.open_name else found.compound
    elif found.open_name and found.open_name.endswith(COMPOUND_ENDINGS):
        found.close_name()
        found.open_name = text
    else:
        found.open_name += text


def _place_wing(found: Fields, slot: str, side: str) -> bool:
    """Place 东单元, 北楼, 西户: a unit, a building or a room named by its side."""
    if slot == "unit" and found.unit_no is None:
        found.unit_no = side
        return True
    if slot == "room" and found.inside and found.room_no is None:
        found.room_no = side
        return True
    if slot == "building" and found.has_number and found.building_no is None:
        found.building_no = side
        return True
    return False


def _without_shopfront(found: Fields, text: str) -> str:
    """Return a name without 商铺, 门面房 at its end; the words go to the rest."""
    if text.endswith(SHOPFRONT_WORDS):
        word = next(w for w in SHOPFRONT_WORDS if text.endswith(w))
        found.rest.append(word)
        return text[: -len(word)]
    return text if text == "自编" and not found.has_number else text.removeprefix("自编")


def _without_wing(found: Fields, text: str) -> str:
    """Return a compound's name without the wing at its end: 财富广场|北楼."""
    wing = _WINGS.get(text[-2:]) or _WINGS.get(text[-3:])
    if not wing:
        return text
    name = text[: -2 if text[-2:] in _WINGS else -3]
    if not name.endswith(COMPOUND_ENDINGS) or found.building_no:
        return text
    found.building_no = wing[1] if wing[0] == "building" else None
    found.unit_no = wing[1] if wing[0] == "unit" else found.unit_no
    return name


def _without_qualifier(text: str, known: str | None) -> tuple[str, str | None]:
    """Return the text without 对面, 路口, 东门 … at its ends, and those."""
    while text.startswith(_LEADING):
        word = next(w for w in _LEADING if text.startswith(w))
        text, known = text[len(word) :], joined(known, word)
    while text.endswith(QUALIFIERS):
        word = next(w for w in QUALIFIERS if text.endswith(w))
        text, known = text[: -len(word)], joined(word, known)
    return text, known

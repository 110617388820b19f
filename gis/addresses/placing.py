"""Which field a name or a number belongs to, given what was read before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from gis.addresses.chains import Chain
from gis.addresses.numerals import NUMERALS
from gis.addresses.segments import Part
from gis.addresses.words import (
    HOUSE_WORDS,
    JOINERS,
    QUALIFIERS,
    SHOPFRONT_WORDS,
    STALLS,
    STRONG_COMPOUND_ENDINGS,
    WEAK_COMPOUND_ENDINGS,
)

_COMPOUND_ENDINGS = STRONG_COMPOUND_ENDINGS + WEAK_COMPOUND_ENDINGS
_HAMLETS = tuple("庄 屯 寨 湾 沟 岭 坪 坡 冲 坳 屋 塆 圩 店 集 营 台 坝 场 村 楼 洼 埠 垸 山".split())
_WING_WORDS = {
    "单元": "unit",
    "户": "room",
    **dict.fromkeys("座幢楼塔栋", "building"),
}
_WINGS = {
    side + word: (slot, side)
    for side in "东西南北中主附副裙"
    for word, slot in _WING_WORDS.items()
}
_HOUSING = ("小区", "花园", "公寓", "新村", "园", "苑", "城")
_LEADING = tuple(
    "路北 路南 路东 路西 交叉口 交汇处 交界处 交口 十字路口 路口 对面 斜对面 旁边 附近 隔壁 东侧 西侧 南侧 北侧".split()
)
_SUB_NUMBERS = ("附", "增", "临", "内")
_GENERIC = ("写字楼", "办公楼", "综合楼", "商务楼", "主楼", "大楼")
_LONGEST_LANE = 5
_ROOM_DIGITS = 3
_LONGEST_ROOM = 5


@dataclass
class Fields:
    """What has been read so far; ``open_name`` still waits for what follows it."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    zone: str | None = None
    subdistrict: str | None = None
    community: str | None = None
    group: str | None = None
    road: str | None = None
    subroad: str | None = None
    door_plate: str | None = None
    compound: str | None = None
    building_no: str | None = None
    unit_no: str | None = None
    floor: str | None = None
    room_no: str | None = None
    name: str | None = None
    qualifier: str | None = None
    open_name: str = ""
    lane_house: bool = False
    dashed: bool = False
    rest: list[str] = field(default_factory=list)

    @property
    def has_number(self) -> bool:
        """Whether a door plate or anything inside of it is known."""
        return bool(self.door_plate or self.inside)

    @property
    def inside(self) -> bool:
        """Whether a building, unit or floor is known, so that a bare number is a room."""
        return bool(self.building_no or self.unit_no or self.floor)


# --- names -----------------------------------------------------------------------------------


def place_name(found: Fields, part: Part, chain: Chain | None) -> None:
    """Put a named part into its field; what has no suffix stays open for what follows."""
    if part.kind == "road":
        _place_road(found, part.text, chain)
    elif part.kind == "name":
        _place_open(found, part.text)
    elif part.kind == "town" and found.subdistrict is None:
        found.subdistrict = part.text
    elif part.kind == "zone" and found.zone is None:
        found.zone = part.text
    elif part.kind == "community" and _takes_community(found, part.text, chain):
        found.community = part.text
        _street_office(found)
    elif part.kind == "community" and found.community and not found.has_number:
        found.group = _joined(found.group, part.text)
    else:
        _place_open(found, part.text)


def _takes_community(found: Fields, text: str, chain: Chain | None) -> bool:
    """Tell whether 村 or 社区 is the community, not the compound whose building follows."""
    if found.community is not None or found.has_number:
        return False
    return text.endswith("社区") or chain is None or chain.kind not in ("building", "unit", "storey")


def _street_office(found: Fields) -> None:
    """Take a 街 in front of a village or community for its street office: 大石街河村."""
    road = found.road
    if road and road[-1] == "街" and not (found.subroad or found.has_number or found.subdistrict):
        found.subdistrict, found.road = road, None


def _place_road(found: Fields, text: str, chain: Chain | None) -> None:
    text = text.lstrip(JOINERS) if found.road else text
    _close_name(found)
    if found.road is None:
        found.road = text
    elif found.door_plate is None and chain is not None:
        found.subroad = text
    elif found.door_plate is None:
        found.qualifier = _joined(found.qualifier, text)
    else:
        _place_open(found, text)


def _place_open(found: Fields, text: str) -> None:
    if wing := _WINGS.get(text):
        if _place_wing(found, *wing):
            return
    text, found.qualifier = _without_qualifier(text.removesuffix("第"), found.qualifier)
    text = _without_wing(found, text)
    text = _without_shopfront(found, text)
    if not text:
        return
    if found.room_no or (found.floor and text[0].isascii() and len(text) <= _ROOM_DIGITS):
        found.rest.append(text)
    elif text in _SUB_NUMBERS:
        found.rest.append(text)
    elif text in _GENERIC and not found.inside and (found.open_name or found.compound):
        found.open_name = (found.open_name or found.compound or "") + text
        found.compound = None if found.compound and found.open_name else found.compound
    elif found.open_name and found.open_name.endswith(_COMPOUND_ENDINGS):
        _close_name(found)
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
    return text.removeprefix("自编")


def _without_wing(found: Fields, text: str) -> str:
    """Return a compound's name without the wing at its end: 财富广场|北楼."""
    wing = _WINGS.get(text[-2:]) or _WINGS.get(text[-3:])
    if not wing:
        return text
    name = text[: -2 if text[-2:] in _WINGS else -3]
    if not name.endswith(STALLS + _HOUSING) or found.building_no:
        return text
    found.building_no = wing[1] if wing[0] == "building" else None
    found.unit_no = wing[1] if wing[0] == "unit" else found.unit_no
    return name


def _without_qualifier(text: str, known: str | None) -> tuple[str, str | None]:
    """Return the text without 对面, 路口, 东门 … at its ends, and those."""
    if text.startswith(_LEADING):
        word = next(w for w in _LEADING if text.startswith(w))
        text, known = text[len(word) :], _joined(known, word)
    while text.endswith(QUALIFIERS):
        word = next(w for w in QUALIFIERS if text.endswith(w))
        text, known = text[: -len(word)], _joined(word, known)
    return text, known


def _joined(first: str | None, second: str | None) -> str | None:
    return " ".join(x for x in (first, second) if x) or None


def _close_name(found: Fields) -> None:
    """Decide about an open name that nothing more belongs to."""
    text, found.open_name = found.open_name, ""
    if not text:
        return
    if found.compound is None and (text.endswith(_COMPOUND_ENDINGS)):
        found.compound = text
    elif found.name is None:
        found.name = text
    else:
        found.rest.append(text)


def settle(found: Fields) -> None:
    """Close what is open at the end of the text."""
    _close_name(found)


# --- numbers ---------------------------------------------------------------------------------


def place_number(found: Fields, chain: Chain, after: str) -> None:
    """Put a number into the field its suffix, or its place, says."""
    match chain.kind:
        case "plate":
            _place_plate(found, chain, after)
        case "lane":
            _own_road(found)
            found.door_plate = f"{chain.text}弄"
        case "building":
            _place_building(found, chain)
        case "unit":
            _place_unit(found, chain)
        case "gate":
            _place_gate(found, chain, after)
        case "storey":
            _place_storey(found, chain, after)
        case "floor":
            found.floor = chain.text
        case "group":
            found.group = _joined(found.group, chain.text + chain.suffix[-1])
        case "distance":
            heading, found.open_name = found.open_name, ""
            found.qualifier = _joined(found.qualifier, heading + chain.text + chain.suffix)
        case _:
            _place_bare(found, chain)


def _place_plate(found: Fields, chain: Chain, after: str) -> None:
    if len(chain.atoms) >= 3 and "-" in chain.text:
        _place_bare(found, chain)
    elif found.door_plate and found.door_plate.endswith("弄") and found.building_no is None:
        found.building_no, found.lane_house = chain.text, True
    elif found.inside:
        _place_room(found, chain.text)
    elif found.door_plate is None:
        _place_first_plate(found, chain.text)
    elif found.rest and found.rest[-1] in _SUB_NUMBERS:
        word = found.rest.pop()
        if word == "内":
            found.building_no = chain.text
        else:
            found.door_plate += f"{word}{chain.text}"
    elif found.open_name.endswith(STALLS) or after.startswith(SHOPFRONT_WORDS):
        _place_room(found, chain.text)
    else:
        _own_compound(found)
        found.building_no = chain.text


def _place_first_plate(found: Fields, number: str) -> None:
    """Place the first 号: the plate of a road or village, a house or a stall of a compound."""
    name = found.open_name
    in_village = bool(found.community or found.subdistrict) and found.road is None
    if in_village and name and (_is_hamlet(name) or name[-1] in "组队" or _in_village(found, name)):
        found.group, found.open_name = _joined(found.group, name), ""
        found.door_plate = number
    elif name.endswith("里") and len(name) <= _LONGEST_LANE:
        _own_lane(found)
        found.door_plate = number
    elif not name or found.road or _is_hamlet(name):
        if name and found.road is None and not (found.community or found.subdistrict):
            _own_road(found)
        _close_name(found)
        in_compound = found.road is None and found.compound and not found.community
        if in_compound or (found.road and found.compound and name):
            _place_house(found, found.compound or "", number)
            return
        found.door_plate = number
    elif name.endswith(_COMPOUND_ENDINGS):
        _own_compound(found)
        _place_house(found, name, number)
    else:
        _own_road(found)
        found.door_plate = number


def _in_village(found: Fields, name: str) -> bool:
    """Tell whether a part of a village (南区) is meant, not a compound in a community."""
    village = (found.community or "").endswith(("村", "村委", "村委会"))
    return village and not name.endswith(STRONG_COMPOUND_ENDINGS)


def _is_hamlet(name: str) -> bool:
    """Tell whether a name is a village's, whose numbers are plates: not 曹杨新村 or 金陵二村."""
    housing = name[-1] == "村" and (name[-2:-1] in NUMERALS or name[-2:-1] in "新0123456789")
    return name.endswith(_HAMLETS) and not housing


def _place_house(found: Fields, compound: str, number: str) -> None:
    if compound.endswith(STALLS):
        _place_room(found, number)
    else:
        found.building_no = number


def _own_lane(found: Fields) -> None:
    """Make an open name in 里 the road, or the lane off the road: 中央路|三元里 36号."""
    if found.road is None:
        found.road = found.open_name
    else:
        found.subroad = found.open_name
    found.open_name = ""


def _own_road(found: Fields) -> None:
    """Make the open name the road: 丁家桥 87号."""
    if found.road is None and found.open_name:
        found.road, found.open_name = found.open_name, ""


def _own_compound(found: Fields) -> None:
    """Make the open name the compound: 翠屏国际 15幢."""
    if found.open_name and found.compound is None:
        found.compound, found.open_name = found.open_name, ""
    else:
        _close_name(found)


def _place_building(found: Fields, chain: Chain) -> None:
    if chain.suffix in HOUSE_WORDS and found.road and not found.door_plate and not found.open_name:
        found.door_plate, found.open_name = chain.text, chain.suffix[1:]
        return
    _own_compound(found)
    *before, number = chain.atoms
    on_road = found.road and not found.door_plate and not found.compound
    if len(before) == 1 and on_road and all(a.isdigit() for a in chain.atoms):
        found.door_plate, found.building_no = before[0], number
    elif found.lane_house:
        found.door_plate = f"{found.door_plate}{found.building_no}号"
        found.building_no, found.lane_house = chain.text, False
    elif found.building_no is None:
        found.building_no = chain.text
    elif found.building_no.isalpha() and number.isdigit():
        found.rest.append(found.building_no + "座")
        found.building_no = chain.text
    else:
        found.rest.append(chain.text + "座")


def _place_unit(found: Fields, chain: Chain) -> None:
    _own_compound(found)
    *before, number = chain.atoms
    if before and found.building_no is None:
        if len(before) > 1 and found.road and not found.door_plate and not found.compound:
            found.door_plate = before.pop(0)
        found.building_no = "-".join(before)
    if found.unit_no is None:
        found.unit_no = number


def _place_gate(found: Fields, chain: Chain, after: str) -> None:
    _own_compound(found)
    if found.building_no:
        found.unit_no = found.unit_no or chain.text
    elif after[:1].isdigit():
        found.building_no = chain.text
    else:
        found.qualifier = _joined(found.qualifier, f"{chain.text}号门")


def _place_storey(found: Fields, chain: Chain, after: str) -> None:
    """Place N楼: a building where a unit or a foreign room follows, else a floor."""
    _own_compound(found)
    room_elsewhere = (
        after[:_ROOM_DIGITS].isdigit()
        and len(after) >= _ROOM_DIGITS
        and not after.startswith(chain.text)
        and not (found.compound or "").endswith(STALLS)
        and bool(found.compound)
    )
    unit_next = after[:1].isalnum() and after[1:3].startswith(("单元", "门"))
    named = chain.text.isalpha()
    if found.building_no is None and (unit_next or named or room_elsewhere):
        found.building_no = chain.text
    else:
        found.floor = found.floor or chain.text


def _place_room(found: Fields, number: str) -> None:
    if found.room_no is None:
        found.room_no = number
    else:
        found.rest.append(number)


def _place_bare(found: Fields, chain: Chain) -> None:
    """Place a chain without a suffix, or one whose last part is a room."""
    first, *others = chain.atoms
    if first[-1:] == "F" and not chain.kind and first[:-1].removeprefix("B").isdigit():
        _own_compound(found)
        found.floor = first[:-1]
        if others:
            _place_room(found, "-".join(others))
        return
    is_room = chain.kind == "room"
    if found.dashed and not is_room and not found.inside and len(chain.text) < _ROOM_DIGITS:
        found.door_plate = f"{found.door_plate}-{chain.text}"
        return
    on_road = bool(found.road) and not (found.door_plate or found.compound or found.open_name)
    if on_road and found.inside is False:
        _place_on_road(found, chain, is_room)
        return
    _own_compound(found)
    if "、" in chain.text or (not is_room and len(chain.text) > 2 * _LONGEST_ROOM):
        _place_room(found, chain.text) if is_room else found.rest.append(chain.text)
        return
    _place_inside(found, list(chain.atoms), is_room)


def _place_on_road(found: Fields, chain: Chain, is_room: bool) -> None:
    """Place a chain right behind a road: 18 · 201-3 · 18-501 · 18-3-501 · 18-3-2-501."""
    first, *others = chain.atoms
    if not others and is_room:
        _place_room(found, first)
    elif len(others) == 1 and not (is_room or len(others[0]) >= _ROOM_DIGITS):
        found.door_plate = chain.text
    else:
        found.door_plate = first
        if others:
            _place_inside(found, others, is_room)


def _place_inside(found: Fields, atoms: list[str], is_room: bool) -> None:
    """Place building, unit and room numbers, as many as there are."""
    joined = "-".join(atoms)
    if found.unit_no or (found.floor and not found.building_no):
        _place_room(found, joined)
    elif found.building_no:
        _place_in_building(found, atoms)
    elif len(atoms) == 1:
        _place_single(found, atoms[0], is_room)
    elif len(atoms[0]) >= _ROOM_DIGITS and atoms[0].isdigit():
        _place_room(found, joined)
    else:
        found.building_no, *inner = atoms
        if len(inner) == 1 and not is_room and len(inner[0]) < _ROOM_DIGITS:
            found.unit_no = inner[0]
        else:
            _place_in_building(found, inner)


def _place_in_building(found: Fields, atoms: list[str]) -> None:
    *before, room = atoms
    if before and len(before[0]) < _ROOM_DIGITS:
        found.unit_no, *floors = before
        found.floor = floors[0] if floors else found.floor
        _place_room(found, room)
    else:
        _place_room(found, "-".join(atoms))


def _place_single(found: Fields, number: str, is_room: bool) -> None:
    """Place one number behind a plate or a compound: a room if it is long, else a building."""
    if is_room or _ROOM_DIGITS <= len(number) <= _LONGEST_ROOM:
        _place_room(found, number)
    elif found.compound and len(number) < _ROOM_DIGITS:
        _place_house(found, found.compound, number)
    else:
        found.rest.append(number)

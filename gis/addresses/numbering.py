"""Numbers into their fields: plates, buildings, units, floors and rooms."""

from __future__ import annotations

from gis.addresses.chains import Chain
from gis.addresses.fields import COMPOUND_ENDINGS, ROOM_DIGITS, Fields, joined
from gis.addresses.numerals import NUMERALS
from gis.addresses.words import (
    HOUSE_WORDS,
    OWN_NUMBERS,
    SHOPFRONT_WORDS,
    STALLS,
    STRONG_COMPOUND_ENDINGS,
    SUB_NUMBERS,
    words,
)

_HAMLETS = words("庄 屯 寨 湾 沟 岭 坪 坡 冲 坳 屋 塆 圩 店 集 营 台 坝 场 村 楼 洼 埠 垸 山")
_LONGEST_LANE = 5
_LONGEST_ROOM = 5
_ALL_FOUR = 4
_MOST_UNITS = 10


def place_number(found: Fields, chain: Chain, after: str) -> None:
    """Put a number into the field its suffix, or its place, says."""
    chain = _without_zeros(chain)
    match chain.kind:
        case "plate":
            _place_plate(found, chain, after)
        case "lane":
            found.own_road()
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
            _place_floor(found, chain.text)
        case "group":
            found.group = joined(found.group, chain.text + chain.suffix[-1])
        case "distance":
            heading, found.open_name = found.open_name, ""
            found.qualifier = joined(found.qualifier, heading + chain.text + chain.suffix)
        case _:
            _place_bare(found, chain)


def _without_zeros(chain: Chain) -> Chain:
    """Return a chain whose numbers do not begin with 0, but for a room's: 03幢, 018号."""
    if "0" not in [atom[0] for atom in chain.atoms]:
        return chain
    last = len(chain.atoms) - 1
    room_last = chain.kind in ("", "room", "word")
    atoms = tuple(
        atom if room_last and i == last else atom.lstrip("0") or "0"
        for i, atom in enumerate(chain.atoms)
    )
    text = chain.text
    for before, after in zip(chain.atoms, atoms, strict=True):
        text = text.replace(before, after, 1)
    return chain._replace(atoms=atoms, text=text)


def _place_plate(found: Fields, chain: Chain, after: str) -> None:
    if len(chain.atoms) >= 3 and "-" in chain.text:
        _place_bare(found, chain)
    elif found.door_plate and found.door_plate.endswith("弄") and found.building_no is None:
        found.building_no, found.lane_house = chain.text, True
    elif found.building_no and not found.unit_no and _is_stairway(found, chain, after):
        found.unit_no = chain.text
    elif found.inside:
        found.own_room(chain.text)
    elif found.door_plate is None:
        _place_first_plate(found, _own_number(found) + chain.text)
    elif found.rest and found.rest[-1] in SUB_NUMBERS:
        word = found.rest.pop()
        if word == "内":
            found.building_no = chain.text
        else:
            found.door_plate += f"{word}{chain.text}"
    elif found.open_name.endswith(STALLS) or after.startswith(SHOPFRONT_WORDS):
        found.own_room(chain.text)
    else:
        found.own_compound()
        found.building_no = chain.text


def _is_stairway(found: Fields, chain: Chain, after: str) -> bool:
    """Tell whether 9号 in a building is a unit, as 12幢9号501, and not a room or a stall."""
    if found.room_no or found.floor or len(chain.text) > ROOM_DIGITS:
        return False
    return after[:1].isalnum() and after[:1].isascii()


def _own_number(found: Fields) -> str:
    """Take 临, 附, 自编 from before the first door plate; ``""`` without."""
    return found.rest.pop() if found.rest and found.rest[-1] in OWN_NUMBERS else ""


def _place_first_plate(found: Fields, number: str) -> None:
    """Place the first 号: the plate of a road or village, a house or a stall of a compound."""
    name = found.open_name
    rural = (found.subdistrict or "").endswith(("镇", "乡", "苏木"))
    in_village = (rural or bool(found.community)) and found.road is None
    if in_village and name and (_is_hamlet(name) or name[-1] in "组队" or _in_village(found, name)):
        found.group, found.open_name = joined(found.group, name), ""
        found.door_plate = number
    elif name.endswith("里") and len(name) <= _LONGEST_LANE:
        found.own_lane()
        found.door_plate = number
    elif not name or found.road or _is_hamlet(name):
        if name and found.road is None and not (found.community or rural):
            found.own_road()
        elif name and found.road and not name.endswith(COMPOUND_ENDINGS):
            found.own_tail()
        found.close_name()
        in_compound = found.road is None and found.compound and not found.community
        if in_compound or (found.road and found.compound and name):
            _place_house(found, found.compound or "", number)
            return
        found.door_plate = number
    elif name.endswith(COMPOUND_ENDINGS):
        found.own_compound()
        _place_house(found, name, number)
    else:
        found.own_road()
        found.door_plate = number


def _in_village(found: Fields, name: str) -> bool:
    """Tell whether a part of a village (南区) is meant, not a compound in a community."""
    village = (found.community or "").endswith(("村", "村委", "村委会"))
    return village and not name.endswith(STRONG_COMPOUND_ENDINGS)


def _is_hamlet(name: str) -> bool:
    """Tell whether a name is a village's, whose numbers are plates: not 曹杨新村 or 金陵二村."""
    housing = name[-1] == "村" and (name[-2:-1] in NUMERALS or name[-2:-1] in "新0123456789")
    return name.endswith(_HAMLETS) and not housing and not name.endswith(STALLS)


def _place_house(found: Fields, compound: str, number: str) -> None:
    if compound.endswith(STALLS) or len(number) > ROOM_DIGITS:
        found.own_room(number)
    else:
        found.building_no = number


def _place_building(found: Fields, chain: Chain) -> None:
    if chain.suffix in HOUSE_WORDS and found.road and not found.door_plate and not found.open_name:
        found.door_plate, found.open_name = chain.text, chain.suffix[1:]
        return
    *before, number = chain.atoms
    digits = all(a.isdigit() for a in chain.atoms)
    if before and digits and not found.open_name.endswith(COMPOUND_ENDINGS):
        found.own_road()
    found.own_compound()
    on_road = found.road and not found.door_plate and not found.compound
    if len(before) == 1 and on_road and digits:
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
    found.own_compound()
    *before, number = chain.atoms
    if before and len(before[0]) >= ROOM_DIGITS:
        found.own_room(chain.text)
        return
    if before and found.building_no is None:
        if len(before) > 1 and found.road and not found.door_plate and not found.compound:
            found.door_plate = before.pop(0)
        found.building_no = "-".join(before)
    if found.unit_no is None:
        found.unit_no = number


def _place_gate(found: Fields, chain: Chain, after: str) -> None:
    found.own_compound()
    if found.building_no:
        found.unit_no = found.unit_no or chain.text
    elif after[:1].isdigit():
        found.building_no = chain.text
    else:
        found.qualifier = joined(found.qualifier, f"{chain.text}号门")


def _place_storey(found: Fields, chain: Chain, after: str) -> None:
    """Place N楼: a building where a unit or a foreign room follows, else a floor."""
    if not found.open_name.endswith(("地下", "负")):
        found.own_compound()
    room_elsewhere = (
        ROOM_DIGITS <= _leading_digits(after) < _LONGEST_ROOM
        and not after.startswith(chain.text)
        and not after.lstrip("0123456789").startswith("号")
        and not any(word in (found.compound or "") for word in STALLS)
        and bool(found.compound)
    )
    unit_next = after[:1].isalnum() and after[1:3].startswith(("单元", "门"))
    named = chain.text.isalpha()
    if found.building_no is None and (unit_next or named or room_elsewhere):
        found.building_no = chain.text
    else:
        _place_floor(found, chain.text)


def _leading_digits(text: str) -> int:
    return next((i for i, c in enumerate(text) if not c.isdigit()), len(text))


def _place_floor(found: Fields, number: str) -> None:
    below = next((w for w in ("地下", "负") if found.open_name.endswith(w)), "")
    if below:
        found.open_name = found.open_name[: -len(below)]
        number = "B" + number.removeprefix("B")
    found.own_compound()
    found.floor = found.floor or number


def _place_bare(found: Fields, chain: Chain) -> None:
    """Place a chain without a suffix, or one whose last part is a room."""
    first, *others = chain.atoms
    if first[-1:] == "F" and not chain.kind and first[:-1].removeprefix("B").isdigit():
        found.own_compound()
        found.floor = first[:-1]
        if others:
            found.own_room("-".join(others))
        return
    is_room = chain.kind == "room"
    if found.dashed and not is_room and not found.inside and len(chain.text) < ROOM_DIGITS:
        found.door_plate = f"{found.door_plate}-{chain.text}"
        return
    if len(chain.atoms) == _ALL_FOUR and not found.open_name.endswith(COMPOUND_ENDINGS):
        found.own_road()
    on_road = bool(found.road) and not (found.door_plate or found.compound or found.open_name)
    if on_road and found.inside is False:
        _place_on_road(found, chain, is_room)
        return
    found.own_compound()
    longest = max(len(atom.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for atom in chain.atoms)
    if "、" in chain.text or (not is_room and longest > _LONGEST_ROOM):
        found.own_room(chain.text) if is_room else found.rest.append(chain.text)
        return
    _place_inside(found, list(chain.atoms), is_room)


def _place_on_road(found: Fields, chain: Chain, is_room: bool) -> None:
    """Place a chain right behind a road: 18 · 201-3 · 18-501 · 18-3-501 · 18-3-2-501."""
    first, *others = chain.atoms
    if not others and is_room:
        found.own_room(first)
    elif len(others) == 1 and not (is_room or len(others[0]) >= ROOM_DIGITS):
        found.door_plate = chain.text
    else:
        found.door_plate = first
        if others:
            _place_inside(found, others, is_room)


def _place_inside(found: Fields, atoms: list[str], is_room: bool) -> None:
    """Place building, unit and room numbers, as many as there are."""
    joined = "-".join(atoms)
    if len(atoms) == _ALL_FOUR and not (found.has_number or found.compound):
        found.door_plate, *atoms = atoms
    if found.unit_no or (found.floor and not found.building_no):
        found.own_room(joined)
    elif found.building_no:
        _place_in_building(found, atoms)
    elif len(atoms) == 1:
        _place_single(found, atoms[0], is_room)
    elif len(atoms[0]) >= ROOM_DIGITS and atoms[0].isdigit() and not _is_estate(found, atoms):
        found.own_room(joined)
    else:
        found.building_no, *inner = atoms
        if len(inner) == 1 and not is_room and len(inner[0]) < ROOM_DIGITS:
            found.unit_no = inner[0]
        else:
            _place_in_building(found, inner)


def _place_in_building(found: Fields, atoms: list[str]) -> None:
    *before, room = atoms
    if before and found.floor is None and _may_be_unit(before[0], room):
        found.unit_no, *floors = before
        found.floor = floors[0] if floors else found.floor
        found.own_room(room)
    else:
        found.own_room("-".join(atoms))


def _may_be_unit(number: str, room: str) -> bool:
    """Tell whether a number is a unit's and not a storey's, as in 7幢23-5: 10-11-2276."""
    if not number.isdigit() or int(number) <= _MOST_UNITS:
        return True
    return len(number) < ROOM_DIGITS <= len(room)


def _is_estate(found: Fields, atoms: list[str]) -> bool:
    """Tell whether the first of some numbers is a building's of three digits: 苑112-3-604."""
    housing = bool(found.compound) and not (found.compound or "").endswith(STALLS)
    in_lane = (found.door_plate or "").endswith("弄")
    inside = len(atoms) > 2 or len(atoms[-1]) >= ROOM_DIGITS
    return (housing or in_lane) and len(atoms[0]) == ROOM_DIGITS and inside


def _place_single(found: Fields, number: str, is_room: bool) -> None:
    """Place one number behind a plate or a compound: a room if it is long, else a building."""
    if is_room or ROOM_DIGITS <= len(number) <= _LONGEST_ROOM:
        found.own_room(number)
    elif found.compound and len(number) < ROOM_DIGITS:
        _place_house(found, found.compound, number)
    else:
        found.rest.append(number)

"""The ways from an address to entries: by road and numbers, by compound and numbers, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gis.addresses.entries import EntryKind
from gis.addresses.names import key_of
from gis.addresses.parse import Address
from gis.addresses.places import SHOPFRONTS, Compound, Places, Plate, community_key
from gis.addresses.places import is_shopfront, plate_key

_LIKELY = 0.7
_NOT_FOUND = 0.6
_GUESSED = 0.85
_SOUNDS_LIKE_SOMEBODY = 0.78
_STREETS = 5
_LONGEST_NAME = 40
# 东门 and 楼下 are still at the place; these are not.
_AWAY = ("对面", "对过", "旁", "附近", "隔壁", "交叉口", "交汇处", "交界处", "路口", "转角", "拐角", "米", "公里")


@dataclass(slots=True)
class Hit:
    """One entry that may be meant."""

    score: float
    codes: list[str]


@dataclass(slots=True)
class Hits:
    """What a search has found so far, by the number of the entry."""

    places: Places
    address: Address
    found: dict[int, Hit] = field(default_factory=dict)
    streets: dict[int, float] = field(default_factory=dict)
    compounds: dict[int, float] = field(default_factory=dict)

    def add(self, number: int, score: float, *codes: str) -> None:
        """Note an entry; what was found twice keeps the better score and its reasons."""
        known = self.found.get(number)
        if known is None or score > known.score:
            self.found[number] = Hit(score, list(codes))


# --- by road ---------------------------------------------------------------------------------


def by_street(hits: Hits) -> None:
    """Add what the road, the door plate and the building number lead to."""
    a = hits.address
    for head, door, building in _street_readings(a):
        likely = hits.places.streets.search(key_of(head), limit=_STREETS)
        for street, like in likely:
            if like.score < _LIKELY - 0.1:
                continue
            known = hits.streets.get(street, 0.0)
            hits.streets[street] = max(known, like.score)
            if door:
                _on_plate(hits, street, like.score, like.reason, door, building)
            elif building:
                _without_plate(hits, street, like.score, like.reason, building)
            elif a.road is None or not (a.compound or a.name or a.room_no or a.unit_no):
                hits.add(hits.places.street_entries[street], like.score, like.reason)


def _street_readings(a: Address) -> Iterable[tuple[str, str | None, str | None]]:
    """Yield head, door plate and building: also 小区12号 read as a door plate."""
    if a.road and a.subroad:
        yield a.subroad, a.door_plate, a.building_no
        yield a.road + a.subroad, a.door_plate, a.building_no
        yield a.road, a.door_plate, a.building_no
    elif a.road:
        yield a.road, a.door_plate, a.building_no
    elif a.compound and not a.door_plate and a.building_no:
        yield a.compound, a.building_no, None
    elif not any(a.numbers) and (name := a.name or a.compound):
        yield name, None, None


def _on_plate(
    hits: Hits, street: int, score: float, why: str, door: str, building: str | None
) -> None:
    places = hits.places
    plate = places.plates.get((street, plate_key(door)))
    if plate is None:
        _absent_plate(hits, street, score, why, door, building)
        return
    if building is None and is_shopfront(hits.address):
        building = SHOPFRONTS if SHOPFRONTS in plate.buildings else None
    if building is None:
        _whole_plate(hits, plate, score, why)
    elif rows := plate.buildings.get(building):
        _in_building(hits, rows, score, why, "door_plate_same", "building_same")
    else:
        hits.add(plate.entry, score * _NOT_FOUND, why, "door_plate_same", "no_such_building")


def _in_building(hits: Hits, rows: list[int], score: float, *codes: str) -> None:
    """Add the building among some entries with its number, and what has the very room."""
    a = hits.address
    for i in rows:
        entry, spot = hits.places.entries[i], hits.places.spots[i]
        if entry.kind is EntryKind.BUILDING:
            extra = ["no_such_unit"] if _no_unit(entry.units, a.unit_no) else []
            hits.add(i, score, *codes, *extra)
        elif spot.room and spot.room == a.room_no:
            hits.add(i, score * 0.95, *codes, "room_same")
        elif len(rows) == 1 and not spot.room:
            hits.add(i, score, *codes)


def _no_unit(units: int | None, asked: str | None) -> bool:
    return bool(units and asked and asked.isdigit() and int(asked) > units)


def _whole_plate(hits: Hits, plate: Plate, score: float, why: str) -> None:
    """Add what a door plate without a building number may mean."""
    places, room = hits.places, hits.address.room_no
    all_rows = [i for rows in plate.buildings.values() for i in rows]
    direct = [i for i in plate.buildings.get("", ()) if not places.spots[i].room]
    rooms = [i for i in all_rows if room and places.spots[i].room == room]
    houses = [i for i in all_rows if places.entries[i].kind is EntryKind.BUILDING]
    for i in rooms:
        bonus = 0.0 if places.spots[i].building is None else -0.1
        hits.add(i, score + bonus, why, "door_plate_same", "room_same")
    if direct:
        for i in direct:
            hits.add(i, score, why, "door_plate_same")
    elif len(houses) == 1:
        hits.add(houses[0], score, why, "door_plate_same", "only_one_here")
    missing = ("missing_building",) if len(houses) > 1 and not direct else ()
    behind = -0.01 if direct or len(houses) == 1 or rooms else 0.0
    hits.add(plate.entry, score + behind, why, "door_plate_same", *missing)


def _absent_plate(
    hits: Hits, street: int, score: float, why: str, door: str, building: str | None
) -> None:
    """Add what is left when a door plate does not exist: 18-3 as building 3, else the road."""
    places = hits.places
    main, _, rest = door.partition("-")
    plate = places.plates.get((street, main)) if rest else None
    if plate is not None and building is None:
        for i in plate.buildings.get(rest, ()):
            if places.entries[i].kind is EntryKind.BUILDING:
                hits.add(i, score * _GUESSED, why, "door_plate_same", "read_as_building")
        hits.add(plate.entry, score * _NOT_FOUND, why, "no_such_door_plate")
    else:
        road = places.street_entries[street]
        hits.add(road, score * _NOT_FOUND, why, "no_such_door_plate")


def _without_plate(hits: Hits, street: int, score: float, why: str, building: str) -> None:
    """Add the buildings of one number on a road whose door plate was not given."""
    plates = hits.places.street_plates.get(street, ())
    rows = [i for p in plates for i in p.buildings.get(building, ())]
    houses = [i for i in rows if hits.places.entries[i].kind is EntryKind.BUILDING]
    for i in houses:
        hits.add(i, score * _GUESSED, why, "building_same", "missing_door_plate")
    if not houses and not (hits.address.compound or hits.address.name):
        road = hits.places.street_entries[street]
        hits.add(road, score * _NOT_FOUND, why, "no_such_building")


# --- by compound -----------------------------------------------------------------------------


def by_compound(hits: Hits) -> None:
    """Add what the compound's name and the building number lead to."""
    for head, building, weight in _compound_readings(hits.address):
        for number, like in hits.places.compound_names.search(_head_key(head), limit=_STREETS):
            if like.score < _LIKELY:
                continue
            for home, how in hits.places.compounds[number]:
                why = like.reason if how == "name" else how
                score = like.score * weight - (0.0 if how == "name" else 0.01)
                known = hits.compounds.get(home.entry, 0.0)
                hits.compounds[home.entry] = max(known, like.score)
                _in_compound(hits, home, score, why, building, surely=weight == 1.0)


def _compound_readings(a: Address) -> Iterable[tuple[str, str | None, float]]:
    """Yield heads and building numbers, and how surely they are those of a compound."""
    if a.compound:
        yield a.compound, a.building_no, 1.0
    if a.name and not a.compound and (a.building_no or a.unit_no or a.room_no):
        yield a.name, a.building_no, 1.0
    if a.community and a.building_no and not a.compound:
        yield a.community.removesuffix("社区"), a.building_no, 1.0
    if a.road and not a.compound and not a.subroad:
        if a.door_plate and not a.building_no:
            yield a.road, a.door_plate, 0.97
        elif a.building_no and not a.door_plate:
            yield a.road, a.building_no, 1.0


def _in_compound(
    hits: Hits, home: Compound, score: float, why: str, building: str | None, *, surely: bool
) -> None:
    a = hits.address
    if building is None:
        missing = ("missing_building",) if (a.unit_no or a.room_no) else ()
        hits.add(home.entry, score, why, *missing)
    elif rows := home.buildings.get(building):
        _in_building(hits, rows, score, why, "building_same")
    elif surely:
        hits.add(home.entry, score * _NOT_FOUND, why, "no_such_building")


def _head_key(head: str) -> str:
    return key_of(head.removeprefix("原"))


# --- by name ---------------------------------------------------------------------------------


def by_name(hits: Hits) -> None:
    """Add the entries of a name: businesses, resident units, people, communities, grids."""
    for asked in _asked_names(hits.address):
        for number, like in hits.places.names.search(_head_key(asked)):
            if like.score < _NOT_FOUND:
                continue
            for row, how in hits.places.named[number]:
                _add_named(hits, row, how, like.score, like.reason)


def _asked_names(a: Address) -> Iterable[str]:
    whole = a.text[:_LONGEST_NAME]
    inside = a.building_no or a.unit_no or a.door_plate
    if not inside:
        yield whole
        region = "".join(x for x in (a.province, a.city, a.district) if x)
        if region and a.street is None:
            yield whole.removeprefix(region)
    for name in (a.name, a.compound):
        if name and name != whole:
            yield name
    if a.community and not inside and a.community != whole:
        yield a.community
    if a.name and a.remainder and not a.remainder[:1].isdigit():
        yield f"{a.name}{a.remainder}"


def _add_named(hits: Hits, row: int, how: str, score: float, why: str) -> None:
    kind = hits.places.entries[row].kind
    if kind is EntryKind.PERSON and why != "name_same":
        if why != "sounds_alike":
            return
        score = _SOUNDS_LIKE_SOMEBODY
    if how == "community_name":
        score -= 0.02
    elif how == "short_form":
        score -= 0.05
    elif how != "name":
        score -= 0.01
    if kind in (EntryKind.COMMUNITY, EntryKind.COMPOUND, EntryKind.GRID) and _asks_inside(hits):
        return
    codes = [why] if how == "name" or why not in ("name_same",) else []
    hits.add(row, score, *codes, *([how] if how != "name" else []))


def _asks_inside(hits: Hits) -> bool:
    """Tell whether a number was given, so that an area by its name alone is too wide."""
    a = hits.address
    return bool(a.building_no or a.door_plate)


# --- all ways together -----------------------------------------------------------------------


def cross_check(hits: Hits, other_region: bool) -> None:
    """Hold every hit against everything else the address says."""
    a = hits.address
    away = a.qualifier and any(word in a.qualifier for word in _AWAY)
    for number, hit in hits.found.items():
        _check_road(hits, number, hit)
        _check_compound(hits, number, hit)
        _check_community(hits, number, hit)
        if away:
            _against(hit, 0.9, "nearby")
        if other_region:
            _against(hit, 0.5, "other_region")
    _check_name(hits)


def _against(hit: Hit, factor: float, code: str) -> None:
    hit.score *= factor
    hit.codes.append(code)


def _check_road(hits: Hits, number: int, hit: Hit) -> None:
    spot, a = hits.places.spots[number], hits.address
    if hits.places.entries[number].kind is EntryKind.ROAD:
        return
    if spot.street < 0 or a.street is None or "door_plate_same" in hit.codes:
        return
    if hits.streets.get(spot.street, 0.0) < _LIKELY:
        if a.door_plate or "name_same" not in hit.codes:
            _against(hit, 0.6, "road_differs")
        return
    if "missing_door_plate" in hit.codes:
        return
    hit.score = min(1.0, hit.score + 0.02)
    hit.codes.append("road_same")
    if a.door_plate is None:
        return
    if plate_key(a.door_plate) == spot.plate:
        hit.codes.append("door_plate_same")
    else:
        _against(hit, _NOT_FOUND, "door_plate_differs")


def _check_compound(hits: Hits, number: int, hit: Hit) -> None:
    spot, a = hits.places.spots[number], hits.address
    if not a.compound or not spot.compound or not hits.compounds:
        return
    likely = {
        key_of(hits.places.entries[home].name)
        for home, score in hits.compounds.items()
        if score >= _LIKELY
    }
    if spot.compound in likely:
        hit.score = min(1.0, hit.score + 0.02)
        hit.codes.append("compound_same")
    elif "door_plate_same" in hit.codes and max(hits.compounds.values()) > 0.9:
        _against(hit, 0.75, "compound_differs")


def _check_community(hits: Hits, number: int, hit: Hit) -> None:
    spot, a = hits.places.spots[number], hits.address
    if not a.community or not spot.community:
        return
    asked = community_key(a.community)
    if asked != spot.community and asked in hits.places.communities:
        _against(hit, 0.75, "community_differs")


def _check_name(hits: Hits) -> None:
    """Where a name was asked for and nothing has it, what only shares the road is in doubt."""
    a = hits.address
    asked = a.name or a.compound
    if not asked or a.road is None or a.building_no or a.door_plate or a.room_no:
        return
    for number, hit in hits.found.items():
        if hits.places.entries[number].kind is EntryKind.ROAD:
            _against(hit, _NOT_FOUND, "no_such_name")

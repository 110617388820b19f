"""The ways from an address to entries: by road and numbers, by compound and numbers, by name."""

from __future__ import annotations

from collections.abc import Iterable

from gis.addresses.entries import EntryKind
from gis.addresses.hits import LIKELY, NOT_FOUND, Hits
from gis.addresses.names import Likeness, key_of
from gis.addresses.parse import Address
from gis.addresses.places import (
    SHOPFRONTS,
    Compound,
    Plate,
    community_key,
    is_shopfront,
    plate_key,
    plate_parts,
)
from gis.addresses.words import INSTITUTIONS, OWN_NUMBERS, ROAD_TYPES

_CALLED_SO = 0.88
_GUESSED = 0.85
_JOINED = 0.99
_STRAY = 0.85
_NEXT_TO = 0.79
_NO_LANE = 0.9
_SOUNDS_LIKE_SOMEBODY = 0.78
_STREETS = 5
_LONGEST_NAME = 40


# --- by road ---------------------------------------------------------------------------------


def by_street(hits: Hits) -> None:
    """Add what the road, the door plate and the building number lead to."""
    a = hits.address
    for head, door, building, least in _street_readings(a):
        asked = key_of(head)
        likely = hits.places.streets.search(asked, limit=_STREETS)
        for street, like in likely:
            if like.score < least or _is_no_road(a, asked, like):
                continue
            known = hits.streets.get(street, 0.0)
            hits.streets[street] = max(known, like.score)
            why = like.reason
            if _leaves_lane_out(asked, hits.places.streets.names[street], why):
                why, like = "lane_left_out", Likeness(like.score * _NO_LANE, like.reason)
            if door:
                _on_plate(hits, street, like.score, why, door, building)
            elif building:
                _without_plate(hits, street, like.score, why, building)
            elif a.road is None or not (a.compound or a.name or a.room_no or a.unit_no):
                hits.add(hits.places.street_entries[street], like.score, why)


def _is_no_road(a: Address, asked: str, like: Likeness) -> bool:
    """Tell whether a school or shop is asked for that is only called after a road."""
    named = a.road is None and not any(a.numbers) and like.reason == "name_within"
    return named and asked.endswith(INSTITUTIONS)


def _leaves_lane_out(asked: str, name: str, why: str) -> bool:
    """Tell whether a lane is found by its road alone: 虚构街 for 虚构街河沿."""
    if why != "short_form" or name.endswith(asked):
        return False
    return name.partition(asked)[2] not in ROAD_TYPES


def _street_readings(a: Address) -> Iterable[tuple[str, str | None, str | None, float]]:
    """Yield head, door plate, building, and how alike a road's name must be.

    What a reading leaves out of the text is held against its hits afterwards. 小区12号 is also
    read as a door plate, but only of a road that is called so.
    """
    if a.road and a.subroad:
        yield a.subroad, a.door_plate, a.building_no, NOT_FOUND
        yield a.road + a.subroad, a.door_plate, a.building_no, NOT_FOUND
        yield a.road, a.door_plate, a.building_no, NOT_FOUND
    elif a.road:
        if a.compound and a.building_no and not a.door_plate:
            yield a.road + a.compound, a.building_no, None, _CALLED_SO
        yield a.road, a.door_plate, a.building_no, NOT_FOUND
    elif a.group and a.door_plate:
        yield a.street or a.group, a.door_plate, a.building_no, _CALLED_SO
        yield a.group, a.door_plate, a.building_no, _CALLED_SO
    elif a.community and a.door_plate and not a.compound:
        yield a.community, a.door_plate, a.building_no, _CALLED_SO
    elif a.compound and not a.door_plate and a.building_no:
        if a.unit_no:
            yield a.compound, f"{a.building_no}-{a.unit_no}", None, _CALLED_SO
        if a.room_no or not a.unit_no:
            yield a.compound, a.building_no, a.unit_no, _CALLED_SO
    elif not any(a.numbers) and (name := a.name or a.compound):
        yield name, None, None, NOT_FOUND


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
        hits.add(plate.entry, score * NOT_FOUND, why, "door_plate_same", "no_such_building")


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
    main, sign, rest = plate_parts(door)
    plate = places.plates.get((street, main)) if rest else None
    if plate is not None and sign != "-":
        rows = [i for i in plate.buildings.get(building or "", ()) if not places.spots[i].room]
        for i in rows or [plate.entry]:
            hits.add(i, score * _NEXT_TO, why, "no_such_sub_number")
    elif plate is None and (own := _plate_with_prefix(hits, street, door)) is not None:
        rows = own.buildings.get(building or "", [])
        for i in rows or [own.entry]:
            hits.add(i, score * _NEXT_TO, why, "plate_has_prefix")
    elif plate is not None and building is None:
        for i in plate.buildings.get(rest, ()):
            if places.entries[i].kind is EntryKind.BUILDING:
                hits.add(i, score * _GUESSED, why, "door_plate_same", "read_as_building")
        hits.add(plate.entry, score * NOT_FOUND, why, "no_such_door_plate")
    else:
        road = places.street_entries[street]
        hits.add(road, score * NOT_FOUND, why, "no_such_door_plate")


def _plate_with_prefix(hits: Hits, street: int, door: str) -> Plate | None:
    """Return the door plate 自编88 where 88 was asked for, and 88 is none."""
    plates = (hits.places.plates.get((street, word + door)) for word in OWN_NUMBERS)
    return next((plate for plate in plates if plate is not None), None)


def _without_plate(hits: Hits, street: int, score: float, why: str, building: str) -> None:
    """Add the buildings of one number on a road whose door plate was not given."""
    plates = hits.places.street_plates.get(street, ())
    rows = [i for p in plates for i in p.buildings.get(building, ())]
    houses = [i for i in rows if hits.places.entries[i].kind is EntryKind.BUILDING]
    for i in houses:
        hits.add(i, score * _GUESSED, why, "building_same", "missing_door_plate")
    if not houses and not (hits.address.compound or hits.address.name):
        road = hits.places.street_entries[street]
        hits.add(road, score * NOT_FOUND, why, "no_such_building")


# --- by compound -----------------------------------------------------------------------------


def by_compound(hits: Hits) -> None:
    """Add what the compound's name and the building number lead to."""
    a = hits.address
    stray = bool(a.community) and community_key(a.community or "") not in hits.places.communities
    for head, building, weight in _compound_readings(a, stray):
        for number, like in hits.places.compound_names.search(_head_key(head), limit=_STREETS):
            if like.score < LIKELY or (weight == _JOINED and like.reason == "name_within"):
                continue
            for home, how in hits.places.compounds[number]:
                why = like.reason if how == "name" else how
                score = like.score * weight - (0.0 if how == "name" else 0.01)
                known = hits.compounds.get(home.entry, 0.0)
                hits.compounds[home.entry] = max(known, like.score)
                _in_compound(hits, home, score, why, building, surely=weight in (1.0, _STRAY))


def _compound_readings(a: Address, stray: bool) -> Iterable[tuple[str, str | None, float]]:
    """Yield heads and building numbers, and how surely they are those of a compound.

    ``stray``: the community named is none of ours, so it may be part of the compound's name.
    """
    if a.compound:
        yield a.compound, a.building_no, _STRAY if stray else 1.0
    tail, lead = a.compound or a.name, a.road or a.community
    if tail and lead and not a.door_plate:
        yield lead + tail, a.building_no, _JOINED
    if a.compound and a.name and a.building_no:
        yield a.compound + a.name, a.building_no, _JOINED
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
        if not home.named:
            return
        missing = ("missing_building",) if (a.unit_no or a.room_no) else ()
        hits.add(home.entry, score, why, *missing)
    elif rows := home.buildings.get(building):
        _in_building(hits, rows, score, why, "building_same")
    elif surely:
        hits.add(home.entry, score * NOT_FOUND, why, "no_such_building")


def _head_key(head: str) -> str:
    return key_of(head.removeprefix("原"))


# --- by name ---------------------------------------------------------------------------------


def by_name(hits: Hits) -> None:
    """Add the entries of a name: businesses, resident units, people, communities, grids."""
    for asked, less in _asked_names(hits.address):
        for number, like in hits.places.names.search(_head_key(asked)):
            if like.score < NOT_FOUND:
                continue
            rows = hits.places.named[number]
            for row, how in rows:
                # 药房 of 药房(二店) is the name of the first shop, where there is one.
                short = 0.05 if how == "short_form" and len(rows) > 1 else 0.0
                _add_named(hits, row, how, like.score - short - less, like.reason)


def _asked_names(a: Address) -> Iterable[tuple[str, float]]:
    """Yield the texts that may be a name, and how much less a part of the text is worth."""
    whole = a.core[:_LONGEST_NAME]
    inside = a.building_no or a.unit_no or a.door_plate
    if not inside:
        yield whole, 0.0
        if len(a.core) < len(a.text) <= _LONGEST_NAME:
            yield a.text, 0.0
    named = a.name or a.compound
    less = 0.0 if inside or a.road else 0.05
    for name in (a.name, a.compound):
        if name and name != whole:
            yield name, less
    if a.community and not inside and a.community != whole:
        yield a.community, 0.25 if named else 0.0
    if a.name and a.remainder and not a.remainder[:1].isdigit():
        yield f"{a.name}{a.remainder}", 0.0


def _add_named(hits: Hits, row: int, how: str, score: float, why: str) -> None:
    kind = hits.places.entries[row].kind
    if kind is EntryKind.PERSON and why != "name_same":
        if why != "sounds_alike":
            return
        score = _SOUNDS_LIKE_SOMEBODY
    if how == "community_name":
        score -= 0.02
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

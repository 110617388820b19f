"""What speaks against a hit: everything the address says besides what led to it."""

from __future__ import annotations

from gis.addresses.entries import EntryKind
from gis.addresses.hits import LIKELY, NOT_FOUND, Hit, Hits
from gis.addresses.names import key_of
from gis.addresses.places import PLACES, community_key, plate_key
from gis.addresses.unused import account, away_words

_PHONE_LENGTH = 7
# What has been said of the door plate already.
_DOOR_SETTLED = frozenset(("missing_door_plate", "no_such_sub_number", "plate_has_prefix"))


def cross_check(hits: Hits, other_region: bool) -> None:
    """Hold every hit against everything else the address says."""
    a = hits.address
    away = away_words(a)
    loose = any(_is_loose(word) for word in (a.remainder or "").split())
    for number, hit in hits.found.items():
        _check_road(hits, number, hit)
        _check_compound(hits, number, hit)
        _check_community(hits, number, hit)
        _check_building(hits, number, hit)
        if loose:
            _against(hit, 0.9, "not_understood")
        if away:
            _against(hit, 0.9, "nearby")
        if other_region:
            _against(hit, 0.5, "other_region")
    _check_name(hits)
    account(hits)


def _is_loose(word: str) -> bool:
    """Tell whether a word is a number that found no field; a telephone number is not."""
    return word.replace("-", "").isalnum() and word.isascii() and len(word) < _PHONE_LENGTH


def _against(hit: Hit, factor: float, code: str) -> None:
    hit.score *= factor
    hit.codes.append(code)


def _check_road(hits: Hits, number: int, hit: Hit) -> None:
    spot, a = hits.places.spots[number], hits.address
    if hits.places.entries[number].kind is EntryKind.ROAD:
        return
    if spot.street < 0 or a.street is None or "door_plate_same" in hit.codes:
        return
    if hits.streets.get(spot.street, 0.0) < LIKELY:
        if a.door_plate or "name_same" not in hit.codes:
            _against(hit, 0.6, "road_differs")
        return
    if not _DOOR_SETTLED.isdisjoint(hit.codes):
        return
    hit.score = min(1.0, hit.score + 0.02)
    hit.codes.append("road_same")
    if a.door_plate is None:
        return
    if plate_key(a.door_plate) == spot.plate:
        hit.codes.append("door_plate_same")
    else:
        _against(hit, NOT_FOUND, "door_plate_differs")


def _check_compound(hits: Hits, number: int, hit: Hit) -> None:
    spot, a = hits.places.spots[number], hits.address
    if not a.compound or not spot.compound or not hits.compounds:
        return
    likely = {
        key_of(hits.places.entries[home].name)
        for home, score in hits.compounds.items()
        if score >= LIKELY
    }
    by_compound = "building_same" in hit.codes and "door_plate_same" not in hit.codes
    if spot.compound in likely and by_compound:
        return
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


def _check_building(hits: Hits, number: int, hit: Hit) -> None:
    """Hold what was found by its name against a building number that was given."""
    spot, a = hits.places.spots[number], hits.address
    kind = hits.places.entries[number].kind
    if not a.building_no or "building_same" in hit.codes or kind not in PLACES:
        return
    if "no_such_building" in hit.codes or "read_as_building" in hit.codes:
        return
    if spot.building not in (None, a.building_no):
        _against(hit, NOT_FOUND, "building_differs")
    elif a.name is None and "door_plate_same" not in hit.codes:
        _against(hit, NOT_FOUND, "no_such_building")


def _check_name(hits: Hits) -> None:
    """Where a name was asked for and nothing has it, what only shares the road is in doubt."""
    a = hits.address
    asked = a.name or a.compound
    if not asked or a.road is None or a.building_no or a.door_plate or a.room_no:
        return
    for number, hit in hits.found.items():
        if hits.places.entries[number].kind is EntryKind.ROAD:
            _against(hit, NOT_FOUND, "no_such_name")

"""Reading the addresses of a book: many of them are alike but for their numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

from gis.addresses.parse import Address, parse

_PLAIN = re.compile(
    r"(?P<head>[^\x00-\x7f\s（）甲乙丙丁戊己庚辛０-９]{2,40})(?P<plate>[1-9][0-9]{0,3})号"
    r"(?:(?P<building>[1-9][0-9]{0,2})(?P<word>幢|栋|号楼))?"
    r"(?:(?P<unit>[1-9])单元)?(?:(?P<room>[1-9][0-9]{2,3})室)?"
)
_STANDS_FOR = {"plate": "11", "building": "12", "unit": "3", "room": "104"}


class StoredAddress(NamedTuple):
    """An address and its numbers; ``address`` may have those of another one that is like it."""

    address: Address
    door_plate: str | None
    building_no: str | None
    unit_no: str | None
    room_no: str | None


class StoredAddresses:
    """Reads addresses; what differs only in its numbers is taken apart once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str | bool, ...], Address | None] = {}

    def parse(self, text: str) -> StoredAddress:
        """Return what :func:`parse` says of an address."""
        found = _PLAIN.fullmatch(text)
        if found is None:
            return _whole(text)
        head, plate, building, word, unit, room = found.groups()
        shape = (head, word or False, unit is not None, room is not None)
        if shape not in self._read:
            self._read[shape] = _example(head, word, unit is not None, room is not None)
        example = self._read[shape]
        if example is None:
            return _whole(text)
        return StoredAddress(example, plate, building, unit, room)


def _whole(text: str) -> StoredAddress:
    told = parse(text)
    return StoredAddress(told, *told.numbers)


def _example(head: str, word: str | None, unit: bool, room: bool) -> Address | None:
    """Return an address of this form that is read as it is written; None: it is not."""
    text = f"{head}{_STANDS_FOR['plate']}号"
    text += f"{_STANDS_FOR['building']}{word}" if word else ""
    text += f"{_STANDS_FOR['unit']}单元" if unit else ""
    text += f"{_STANDS_FOR['room']}室" if room else ""
    told = parse(text)
    meant = (
        _STANDS_FOR["plate"],
        _STANDS_FOR["building"] if word else None,
        _STANDS_FOR["unit"] if unit else None,
        _STANDS_FOR["room"] if room else None,
    )
    return told if told.numbers == meant else None

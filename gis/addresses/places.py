"""The entries of an address book, ordered by road and door plate, compound, and name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from gis.addresses.entries import BookEntry, EntryKind
from gis.addresses.names import NameIndex, key_of
from gis.addresses.normalise import LONGEST_ADDRESS, normalise
from gis.addresses.pairs import PairText, pair_text
from gis.addresses.parse import Address, parse
from gis.addresses.stored import StoredAddresses
from gis.addresses.words import SHOPFRONT_WORDS

How = Literal["name", "alias", "former_name", "community_name", "short_form"]
SHOPFRONTS = "门面"
_STEMS = frozenset("甲乙丙丁戊己庚辛")
_MOST_MEMBERS = 60
PLACES = (EntryKind.BUILDING, EntryKind.BUSINESS, EntryKind.RESIDENT_UNIT)


def plate_key(plate: str) -> str:
    """Return what two spellings of one door plate share: 甲92 and 92甲 are one."""
    return plate[1:] + plate[0] if plate[:1] in _STEMS else plate


_NUMBERED = re.compile(r"[0-9A-Z]+(?:号楼|[幢栋座])$")
_SUB_NUMBER = re.compile(r"([^附增临-]+)(附|增|临|-)(.+)")


def plate_parts(plate: str) -> tuple[str, str, str]:
    """Return a door plate, the sign behind it and the number under it.

    >>> plate_parts("59附1"), plate_parts("201-3"), plate_parts("附5")
    (('59', '附', '1'), ('201', '-', '3'), ('附5', '', ''))
    """
    found = _SUB_NUMBER.fullmatch(plate)
    return (found[1], found[2], found[3]) if found else (plate, "", "")


def is_shopfront(address: Address) -> bool:
    """Tell whether an address names the shopfront row of its door plate."""
    rest = address.remainder or ""
    return any(word in rest for word in SHOPFRONT_WORDS)


@dataclass(slots=True)
class Plate:
    """A door plate on a road: its entries by building number, ``""`` for none."""

    entry: int
    street: int
    number: str
    buildings: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Compound:
    """A compound: its buildings by number.

    ``named``: whether it is one by its name alone; a school with numbered buildings is a unit.
    """

    entry: int
    buildings: dict[str, list[int]] = field(default_factory=dict)
    named: bool = True


@dataclass(slots=True)
class AddressKey:
    """Where an entry is, in numbers: what the address of an entry says."""

    street: int = -1
    plate: str | None = None
    building: str | None = None
    room: str | None = None
    compound: str = ""
    community: str = ""


class Places:
    """All entries with the indices a search needs; entries of areas are derived.

    Parameters
    ----------
    entries
        What can be asked for.
    roads
        Names of roads that no address may mention.
    prefixes
        Names of the region that people put in front of a road.
    """

    def __init__(
        self, entries: Iterable[BookEntry], roads: Iterable[str] = (), prefixes: Iterable[str] = ()
    ) -> None:
        prefixes = tuple(prefixes)
        self.prefix_keys = frozenset(map(key_of, prefixes))
        self._texts: dict[int, PairText] = {}
        self._known: dict[int, frozenset[str]] = {}
        self._called: dict[int, list[str]] = {}
        self.entries: list[BookEntry] = []
        self.spots: list[AddressKey] = []
        self.members: dict[int, list[int]] = {}
        self.streets = NameIndex(prefixes)
        self.street_entries: dict[int, int] = {}
        self.plates: dict[tuple[int, str], Plate] = {}
        self.plate_of: dict[int, Plate] = {}
        self.street_plates: dict[int, list[Plate]] = {}
        self.compound_names = NameIndex(prefixes)
        self.compounds: dict[int, list[tuple[Compound, How]]] = {}
        self._compound_of: dict[str, Compound] = {}
        self.names = NameIndex(prefixes)
        self.named: dict[int, list[tuple[int, How]]] = {}
        self.by_code: dict[str, list[int]] = {}
        self.by_retired_code: dict[str, list[int]] = {}
        self.communities: set[str] = set()
        self._parsed: dict[str, Address] = {}
        self._stored = StoredAddresses()
        for entry in sorted(entries, key=lambda e: e.kind in PLACES):
            self._add_given(entry)
        for road in roads:
            self._street(road)
        for compound in {id(c): c for c in self._compound_of.values()}.values():
            members = [i for b in compound.buildings.values() for i in b]
            self.members.setdefault(compound.entry, members)
        self._parsed.clear()

    # --- adding ------------------------------------------------------------------------------

    def _parse(self, text: str) -> Address:
        """Parse a short text that comes again and again, such as 3幢, once."""
        known = self._parsed.get(text)
        if known is None:
            known = self._parsed[text] = parse(text)
        return known

    def _append(self, entry: BookEntry) -> int:
        self.entries.append(entry)
        self.spots.append(AddressKey(compound=key_of(entry.compound or ""), community=""))
        return len(self.entries) - 1

    def _name(self, name: str, number: int, how: How) -> None:
        key = key_of(name)
        if key:
            self.named.setdefault(self.names.add(key), []).append((number, how))

    def _add_names(self, entry: BookEntry, number: int) -> None:
        self._name(entry.name, number, "name")
        if "(" in entry.name or "（" in entry.name:
            self._name(entry.name.replace("（", "(").split("(")[0], number, "short_form")
        for alias in entry.aliases:
            self._name(alias, number, "alias")
        for former in entry.former_names:
            self._name(former.removeprefix("原"), number, "former_name")

    def _add_given(self, entry: BookEntry) -> None:
        number = self._append(entry)
        self.spots[number].community = community_key(entry.community or "")
        for code in entry.grid_codes if entry.kind is EntryKind.GRID else entry.grid_codes[:1]:
            if entry.kind in (EntryKind.GRID, EntryKind.COMMUNITY, EntryKind.COMPOUND):
                self.by_code.setdefault(code, []).append(number)
        for code in entry.retired_codes:
            self.by_retired_code.setdefault(code, []).append(number)
        match entry.kind:
            case EntryKind.ROAD:
                self._own_street(number, self.streets.add(key_of(entry.name)))
            case EntryKind.COMPOUND:
                self._add_compound(entry, number)
            case EntryKind.COMMUNITY:
                self.spots[number].community = community_key(entry.name)
                self.communities.add(community_key(entry.name))
                self._add_names(entry, number)
                self._name(entry.name.removesuffix("社区"), number, "community_name")
            case EntryKind.GRID | EntryKind.PERSON:
                self._add_names(entry, number)
            case _:
                self._add_place(entry, number)

    def _add_place(self, entry: BookEntry, number: int) -> None:
        told = self._stored.parse(entry.address)
        address = told.address
        spot = self.spots[number]
        spot.building, spot.room = told.building_no, told.room_no
        street, door = address.street, told.door_plate
        if street and not door and self._is_house_in_a_lane(entry, address):
            street, door = street + (address.compound or ""), told.building_no
            spot.building = None
        if street and door:
            if is_shopfront(address) and entry.kind is EntryKind.BUILDING:
                spot.building = SHOPFRONTS
            plate = self._plate(street, door)
            spot.street, spot.plate = plate.street, plate.number
            plate.buildings.setdefault(spot.building or "", []).append(number)
        own_number = None
        if entry.kind is EntryKind.BUILDING:
            own_number = self._add_building(entry, number, address)
        if own_number is None:
            self._add_names(entry, number)

    def _is_house_in_a_lane(self, entry: BookEntry, address: Address) -> bool:
        """Tell whether a lane called as a compound may be carries the number: 石头湾18号."""
        if entry.kind is not EntryKind.BUILDING or entry.compound or not address.compound:
            return False
        return self._parse(entry.name).building_no is None

    def _add_building(self, entry: BookEntry, number: int, address: Address) -> str | None:
        """Add a building to its compound; return the number it is known by there."""
        compound = entry.compound or address.compound
        own = self._parse(entry.name)
        if own.building_no and not (own.compound or own.road or own.name):
            self.spots[number].building = own.building_no
        elif own.building_no is None:
            return None
        own_number = self.spots[number].building
        if own_number is None:
            return None
        if compound:
            home = self._compound(compound, entry)
            home.buildings.setdefault(own_number, []).append(number)
            self._other_heads(entry, own_number, home, compound)
        else:
            self._add_headless(entry, own_number, number)
        return own_number

    def _other_heads(
        self, entry: BookEntry, own_number: str, home: Compound, compound: str
    ) -> None:
        """Learn other names of the compound from 另名3幢 among a building's names."""
        usual = compound + entry.name
        for alias in entry.aliases:
            if alias != usual and (head := _head_of(alias, own_number)):
                self._call(home, head, "alias")
        for former in entry.former_names:
            if head := _head_of(former, own_number):
                self._call(home, head, "former_name")

    def _add_headless(self, entry: BookEntry, own_number: str, number: int) -> None:
        """Add a building without a compound under the heads its other names have."""
        for name in (*entry.aliases, *entry.former_names):
            if head := _head_of(name, own_number):
                home = self._compound(head, entry, derived=False)
                home.buildings.setdefault(own_number, []).append(number)

    # --- asking ------------------------------------------------------------------------------

    def text_of(self, number: int) -> PairText:
        """Return the address and name of an entry, to be compared with a question."""
        known = self._texts.get(number)
        if known is None:
            entry = self.entries[number]
            name = "" if entry.name in entry.address else entry.name
            text = normalise((entry.address + name)[:LONGEST_ADDRESS])
            known = self._texts[number] = pair_text(text)
        return known

    def known_words(self, number: int) -> frozenset[str]:
        """Return the keys of all names that belong to an entry and to what it lies in."""
        known = self._known.get(number)
        if known is None:
            words = set(self._words_of(number))
            for member in self.members_of(number)[:_MOST_MEMBERS]:
                words.update(self._words_of(member))
            known = self._known[number] = frozenset(w for w in words if w)
        return known

    def _words_of(self, number: int) -> Iterator[str]:
        entry, spot = self.entries[number], self.spots[number]
        for name in (entry.name, *entry.aliases, *entry.former_names, entry.address):
            # 西街小区3幢 knows the compound, and not 西街小区3期.
            yield _NUMBERED.sub("", key_of(name))
        yield from self._called.get(number, ())
        yield spot.community
        yield key_of(entry.community or "")
        if spot.compound:
            yield spot.compound
            home = self._compound_of.get(spot.compound)
            yield from self._called.get(home.entry, ()) if home else ()
        if spot.street >= 0:
            yield self.streets.names[spot.street]
            plate = self.plates.get((spot.street, spot.plate or ""))
            rows = plate.buildings.get("", ())[:_MOST_MEMBERS] if plate else ()
            for row in rows:
                yield key_of(self.entries[row].name)
                yield from map(key_of, self.entries[row].aliases)

    def members_of(self, number: int) -> list[int]:
        """Return the buildings of a door plate, a compound or a road; [] of a spot."""
        kind = self.entries[number].kind
        if kind is EntryKind.COMPOUND:
            return self.members.get(number, [])
        if kind is EntryKind.DOOR_PLATE:
            return self._buildings(self.plate_of[number])
        if kind is EntryKind.ROAD:
            plates = self.street_plates.get(self.spots[number].street, [])
            return [i for plate in plates for i in self._buildings(plate)]
        return []

    def _buildings(self, plate: Plate) -> list[int]:
        rows = [i for rows in plate.buildings.values() for i in rows]
        houses = [i for i in rows if self.entries[i].kind is EntryKind.BUILDING]
        return houses or rows

    def holds(self, area: int, other: int) -> bool:
        """Tell whether an entry lies in another one that is an area."""
        entry, spot = self.entries[other], self.spots[other]
        match self.entries[area].kind:
            case EntryKind.COMPOUND:
                return bool(spot.compound) and spot.compound == key_of(self.entries[area].name)
            case EntryKind.DOOR_PLATE:
                plate = self.plate_of[area]
                return (spot.street, spot.plate) == (plate.street, plate.number)
            case EntryKind.ROAD:
                return spot.street >= 0 and spot.street == self.spots[area].street
            case EntryKind.COMMUNITY:
                return entry.kind is not EntryKind.ROAD and (
                    bool(spot.community) and spot.community == self.spots[area].community
                )
            case EntryKind.GRID:
                codes = self.entries[area].grid_codes
                return any(c.startswith(codes) for c in entry.grid_codes)
        return False

    def middle_of(self, members: list[int]) -> tuple[float, float] | None:
        """Return the member's point nearest to the middle of all, None without any."""
        points = [p for i in members if (p := self.entries[i].point) is not None]
        if not points:
            return None
        x, y = (sum(p[k] for p in points) / len(points) for k in (0, 1))
        return min(points, key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2)

    # --- areas -------------------------------------------------------------------------------

    def _street(self, name: str) -> int:
        street = self.streets.add(key_of(name))
        if street not in self.street_entries:
            entry = BookEntry(f"road:{name}", EntryKind.ROAD, name, name)
            self._own_street(self._append(entry), street)
        return street

    def _own_street(self, number: int, street: int) -> None:
        self.street_entries.setdefault(street, number)
        self.spots[number].street = street

    def _plate(self, road: str, plate: str) -> Plate:
        street, number = self._street(road), plate_key(plate)
        known = self.plates.get((street, number))
        if known is None:
            text = f"{road}{plate}" if plate.endswith("弄") else f"{road}{plate}号"
            entry = BookEntry(f"door_plate:{text}", EntryKind.DOOR_PLATE, text, text)
            known = Plate(self._append(entry), street, number)
            self.plates[street, number] = known
            self.plate_of[known.entry] = known
            self.spots[known.entry].street, self.spots[known.entry].plate = street, number
            self.street_plates.setdefault(street, []).append(known)
        return known

    def _compound(self, name: str, of: BookEntry, *, derived: bool = True) -> Compound:
        key = key_of(name)
        known = self._compound_of.get(key)
        if known is None:
            entry = BookEntry(
                f"compound:{name}", EntryKind.COMPOUND, name, name, community=of.community
            )
            known = self._compound_of[key] = Compound(self._append(entry), named=derived)
            self.spots[known.entry].community = community_key(of.community or "")
            self._call(known, name, "name")
            if derived:
                self._name(name, known.entry, "name")
        return known

    def _add_compound(self, entry: BookEntry, number: int) -> None:
        key = key_of(entry.name)
        known = self._compound_of.get(key)
        if known is None:
            known = self._compound_of[key] = Compound(number)
            self._call(known, entry.name, "name")
        else:
            known.entry = number
        self._add_names(entry, number)
        for alias in entry.aliases:
            self._call(known, alias, "alias")
        for former in entry.former_names:
            self._call(known, former, "former_name")

    def _call(self, compound: Compound, name: str, how: How) -> None:
        homes = self.compounds.setdefault(self.compound_names.add(key_of(name)), [])
        if all(home is not compound for home, _ in homes):
            homes.append((compound, how))
            self._called.setdefault(compound.entry, []).append(key_of(name))
            if how != "name":
                self._name(name, compound.entry, how)


def community_key(name: str) -> str:
    """Return what two spellings of a community's name share: 象山 and 象山社区."""
    return key_of(name).removesuffix("社区")


def _head_of(name: str, own_number: str) -> str | None:
    """Return the head of a building's other name, 滨江花苑 of 滨江花苑10栋."""
    told = parse(name.removeprefix("原"))
    if told.building_no != own_number or told.road:
        return None
    return told.compound or told.name

"""What has been read of an address so far, while it is being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from gis.addresses.words import STRONG_COMPOUND_ENDINGS, WEAK_COMPOUND_ENDINGS

COMPOUND_ENDINGS = STRONG_COMPOUND_ENDINGS + WEAK_COMPOUND_ENDINGS
ROOM_DIGITS = 3
"""A number of so many digits is a room's when nothing says what it is."""


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

    def close_name(self) -> None:
        """Decide about an open name that nothing more belongs to."""
        text, self.open_name = self.open_name, ""
        if not text:
            return
        if self.compound is None and text.endswith(COMPOUND_ENDINGS):
            self.compound = text
        elif self.name is None:
            self.name = text
        else:
            self.rest.append(text)

    def own_road(self) -> None:
        """Make the open name the road: 丁家桥 87号."""
        if self.road is None and self.open_name:
            self.road, self.open_name = self.open_name, ""

    def own_lane(self) -> None:
        """Make an open name in 里 the road, or the lane off the road: 中央路|三元里 36号."""
        if self.road is None:
            self.road = self.open_name
        else:
            self.subroad = self.open_name
        self.open_name = ""

    def own_tail(self) -> None:
        """Make an open name between road and door plate part of the street: 南路|下滩 18号."""
        self.subroad, self.open_name = (self.subroad or "") + self.open_name, ""

    def own_compound(self) -> None:
        """Make the open name the compound: 翠屏国际 15幢."""
        if self.open_name and self.compound is None:
            self.compound, self.open_name = self.open_name, ""
        else:
            self.close_name()

    def own_room(self, number: str) -> None:
        """Note a room; a second one goes to the rest."""
        if self.room_no is None:
            self.room_no = number
        else:
            self.rest.append(number)


def joined(first: str | None, second: str | None) -> str | None:
    """Return two texts with a space between them, None without any."""
    return " ".join(x for x in (first, second) if x) or None

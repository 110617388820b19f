"""What an address book holds and what it answers: plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, overload

from gis.addresses.parse import Address
from gis.findings import Text


class EntryKind(StrEnum):
    """What an entry or a candidate is; the order is from a spot to an area."""

    BUILDING = "building"
    RESIDENT_UNIT = "resident_unit"
    BUSINESS = "business"
    DOOR_PLATE = "door_plate"
    COMPOUND = "compound"
    ROAD = "road"
    COMMUNITY = "community"
    GRID = "grid"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One thing that can be asked for.

    Parameters
    ----------
    key
        Its identity; comes back in the answer.
    kind
        What it is. Roads, door plates and compounds need no entries of their own: they are
        derived from the addresses of buildings, under the keys ``road:…``, ``door_plate:…``
        and ``compound:…``.
    name, aliases, former_names
        What it is and was called.
    address
        Its address in words.
    compound, community
        The names of the compound and community it lies in, where they are known.
    building
        The key of the building it sits in: both are one spot.
    units
        How many units (单元) a building has.
    point
        ``(lon, lat)`` in WGS84, degrees.
    grid_codes
        The codes of the grids it stands for: a grid's own, those a person is responsible for.
    retired_codes
        Codes no longer issued whose ground is this grid's today.
    category
        What a place is, as the registry calls it.
    phones
        Office telephone numbers it is found by.
    """

    key: str
    kind: EntryKind
    name: str
    address: str = ""
    compound: str | None = None
    community: str | None = None
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    building: str | None = None
    units: int | None = None
    point: tuple[float, float] | None = None
    grid_codes: tuple[str, ...] = ()
    retired_codes: tuple[str, ...] = ()
    category: str = ""
    phones: tuple[str, ...] = ()


class Reason(NamedTuple):
    """Why a candidate is one, or what speaks against it: a stable code and words."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer to a question, and how good it is.

    ``score`` runs from 0 to 1. ``match`` says what was found: less than was asked for where
    a number is missing or does not exist. ``members`` are the keys of the buildings of a door
    plate, compound or road; a candidate that is a spot has none.
    """

    key: str
    match: EntryKind
    name: str
    address: str
    score: float
    reasons: tuple[Reason, ...]
    point: tuple[float, float] | None = None
    grid_codes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its reasons."""
        return tuple(r.code for r in self.reasons)


@dataclass(frozen=True, slots=True)
class Found(Sequence[Candidate]):
    """The candidates for one question, best first.

    ``clear``: the first may be taken without asking back. ``tied``: how many candidates at
    the top are equally good though they are different places; 1 when there is one best, 0 when
    there is none. A tie is never clear. ``several``: where the text holds more than one address,
    what each of them means; the candidates are then the first of each, and never clear.
    """

    address: Address
    candidates: tuple[Candidate, ...] = ()
    clear: bool = False
    tied: int = 0
    several: tuple[Found, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The first candidate when it is clear, else None."""
        return self.candidates[0] if self.clear else None

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Candidate, ...]: ...

    def __getitem__(self, index: int | slice) -> Candidate | tuple[Candidate, ...]:
        return self.candidates[index]

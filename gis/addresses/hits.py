"""What a search has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from gis.addresses.parse import Address
from gis.addresses.places import Places
from gis.addresses.reasons import BLOCKING

LIKELY = 0.7
"""The least likeness of a name that may be meant."""
NOT_FOUND = 0.6
"""What is left of a score when a number that was given is not there."""


@dataclass(slots=True)
class Hit:
    """One entry that may be meant."""

    score: float
    codes: list[str]
    unused: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    @property
    def is_doubtful(self) -> bool:
        """Whether something keeps it from being clear, whatever its score."""
        return bool(self.unused) or not BLOCKING.isdisjoint(self.codes)


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

"""Identity: what a grid, a place or a person *is*, as against the code or name it carries."""

from __future__ import annotations

from enum import IntEnum
from typing import NewType

GridId = NewType("GridId", str)
PlaceId = NewType("PlaceId", str)
PersonId = NewType("PersonId", str)


class Level(IntEnum):
    """The three nested levels of grids (seed), 1 the largest."""

    COMMUNITY = 1
    COMPOUND = 2
    BUILDING_CLUSTER = 3

    @property
    def above(self) -> Level | None:
        """The level of the parent, None above level 1."""
        return Level(self - 1) if self > 1 else None

"""The divisions there were and will be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Body, Day, JsonObject, Words


class Restoration(Body):
    """When an earlier division is in force again, and why."""

    effective_from: Annotated[Day, Field(description="The first day it is in force")]
    reason: Annotated[
        Words, Field(min_length=1, max_length=500, description="Why", examples=["恢复原划分"])
    ]


class DivisionRow(JsonObject):
    """A version of the whole tree of grids."""

    version: int
    effective_from: str
    effective_until: str | None
    """The first day it is no longer in force."""
    title: str
    data_date: str
    sha256: str
    """The hash of its content."""
    published_at: str
    plan: str | None
    """The plan it came from."""
    in_force: bool


class Divisions(JsonObject):
    """Every division, the newest first."""

    divisions: list[DivisionRow]


class MadeDivision(JsonObject):
    """A division that was just published."""

    version: int
    effective_from: str


class Restored(JsonObject):
    """The division that an earlier one was published as."""

    division: MadeDivision

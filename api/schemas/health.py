"""Whether the service is well."""

from __future__ import annotations

from typing import Literal, NotRequired

from api.schemas.common import JsonObject, Versions


class Alive(JsonObject):
    """The process can answer."""

    status: Literal["ok"]


class Ready(JsonObject):
    """There is an atlas to answer from."""

    status: Literal["ready", "degraded"]
    version: Versions
    as_of: str
    faults: NotRequired[list[str]]
    """What stands in the way of good answers."""


class NotReady(JsonObject):
    """Nothing is loaded."""

    status: Literal["empty"]

"""What the scripts of pages ask besides the API."""

from __future__ import annotations

from typing import Any

from api.schemas.common import JsonObject


class Colours(JsonObject):
    """The colours of the map, by what they stand for."""

    light: dict[str, Any]
    dark: dict[str, Any]

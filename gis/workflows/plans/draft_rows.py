"""What a plan that starts from nothing keeps beside its steps: its buildings, what is in doubt.

Rows of plain values, as the store holds them.
"""

from __future__ import annotations

from typing import Any

import shapely

from gis.directory import Place, PlaceKind
from gis.geometry import DECIMALS
from gis.ids import PlaceId
from gis.planning.first_division import BuildingDoubt


def place_row(place: Place) -> list[Any]:
    """Return a building as a row."""
    wkb = shapely.to_wkb(place.geometry, hex=True, byte_order=1)
    return [place.id, place.name, place.address, place.households, wkb]


def place_of(row: list[Any]) -> Place:
    """Return the building that a row is."""
    identity, name, address, households, wkb = row
    return Place(
        PlaceId(identity),
        PlaceKind.BUILDING,
        name,
        shapely.from_wkb(wkb),
        address=address,
        households=households,
    )


def doubt_row(doubt: BuildingDoubt) -> dict[str, Any]:
    """Return a building in doubt as a row."""
    place = [round(v, DECIMALS) for v in doubt.place] if doubt.place else None
    text = {"zh": doubt.text.zh, "en": doubt.text.en}
    return {"building": doubt.building, "text": text, "place": place}

"""Answers to points and addresses, put together from what was written down before."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import orjson

from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk.found_json import found_json
from gis.division import Grid
from gis.exchange.json_values import (
    location_json,
    near_json,
    place_json,
    provenance_json,
    sheet_json,
)
from gis.ids import GridId, PlaceId
from gis.lookup.locator import Near

_MOST_ADDRESSES = 2_000


class LookupAnswers:
    """Answers of one atlas; what is said of a grid or a place is written when first asked for.

    The answers to the addresses asked last are kept whole.
    """

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self._provenance = provenance_json(atlas)
        self._sheets: dict[GridId, orjson.Fragment] = {}
        self._chains: dict[GridId, orjson.Fragment] = {}
        self._addresses: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._nears: dict[GridId, dict[str, Any]] = {}
        self._places: dict[PlaceId, orjson.Fragment] = {}

    def at(self, lon: float, lat: float) -> bytes:
        """Return the JSON of everything about a WGS84 point (`gis.exchange.json_values.spot_json`).

        Raises
        ------
        InvalidInput
            A coordinate that is out of range.
        """
        atlas = self.atlas
        location = atlas.locator.locate(lon, lat)
        body = location_json(
            location,
            grids=self._chain(location.grids[-1]) if location.grids else [],
            places=[self._place(place.id) for place in atlas.places_at(lon, lat)],
            near=[self._near(n) for n in location.near],
            nearest=self._near(location.nearest) if location.nearest else None,
            provenance=self._provenance,
        )
        return orjson.dumps(body)

    def address(self, book: AddressBook, text: str, limit: int, language: str) -> bytes:
        """Return the JSON of what an address may mean (`gis.bulk.found_json`), sheets and all.

        Raises
        ------
        InvalidInput
            A text that is too long.
        """
        asked = text, limit, language
        written = self._addresses.get(asked)
        if written is None:
            found = book.search(text, limit)
            body = found_json(found, self.atlas, language, sheet=self._sheet)
            written = orjson.dumps({**body, **self._provenance})
            self._addresses[asked] = written
            if len(self._addresses) > _MOST_ADDRESSES:
                self._addresses.popitem(last=False)
        return written

    def _chain(self, grid: Grid) -> orjson.Fragment:
        written = self._chains.get(grid.id)
        if written is None:
            chain = [self._sheet(g) for g in self.atlas.division.chain(grid.id)]
            written = self._chains[grid.id] = orjson.Fragment(orjson.dumps(chain))
        return written

    def _near(self, near: Near) -> dict[str, Any]:
        written = self._nears.get(near.grid.id)
        if written is None:
            written = self._nears[near.grid.id] = near_json(near, self.atlas.division)
        return {**written, "distance_m": near.distance_m}

    def _sheet(self, grid: Grid) -> orjson.Fragment:
        written = self._sheets.get(grid.id)
        if written is None:
            found = sheet_json(self.atlas.sheet(grid), self.atlas)
            written = self._sheets[grid.id] = orjson.Fragment(orjson.dumps(found))
        return written

    def _place(self, place: PlaceId) -> orjson.Fragment:
        written = self._places.get(place)
        if written is None:
            found = place_json(self.atlas.directory.by_id[place], self.atlas)
            written = self._places[place] = orjson.Fragment(orjson.dumps(found))
        return written

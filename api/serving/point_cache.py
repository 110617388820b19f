"""Answers to points, put together from what was written down before."""

from __future__ import annotations

import orjson

from gis.atlas import Atlas
from gis.exchange.json_values import location_json, place_json, sheet_json
from gis.ids import GridId, PlaceId


class PointAnswers:
    """Answers of one atlas; what is said of a grid or a place is written when first asked for."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._grids: dict[GridId, orjson.Fragment] = {}
        self._places: dict[PlaceId, orjson.Fragment] = {}

    def at(self, lon: float, lat: float) -> bytes:
        """Return the JSON of everything about a WGS84 point (`gis.exchange.json_values.spot_json`).

        Raises
        ------
        InvalidInput
            A coordinate that is out of range.
        """
        atlas = self._atlas
        location = atlas.locator.locate(lon, lat)
        grids = self._chain(location.grids[-1].id) if location.grids else []
        places = [self._place(place.id) for place in atlas.places_at(lon, lat)]
        return orjson.dumps(location_json(location, grids, places, atlas))

    def _chain(self, grid: GridId) -> orjson.Fragment:
        written = self._grids.get(grid)
        if written is None:
            chain = self._atlas.division.chain(grid)
            sheets = [sheet_json(self._atlas.sheet(g), self._atlas) for g in chain]
            written = self._grids[grid] = orjson.Fragment(orjson.dumps(sheets))
        return written

    def _place(self, place: PlaceId) -> orjson.Fragment:
        written = self._places.get(place)
        if written is None:
            found = place_json(self._atlas.directory.by_id[place], self._atlas)
            written = self._places[place] = orjson.Fragment(orjson.dumps(found))
        return written

"""Which grid is this, and who is responsible?"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.query import AsOf, DatumName, Lat, Lon, StrictRoute
from api.routes.answers import LiveAtlas, answer
from gis.datum import to_wgs84
from gis.exchange.sheets import spot_json
from gis.geometry import check_lon_lat

router = APIRouter(tags=["locate"], route_class=StrictRoute)


@router.get("/locate", summary="The three grids and the responsible people at a point")
async def locate(
    live: LiveAtlas, lon: Lon, lat: Lat, datum: DatumName, as_of: AsOf = None
) -> Response:
    """Answer a point with its three grids, level 1 first.

    Each grid carries its responsible people. `match` is `inside`, `boundary` (the point lies on
    a shared edge: it belongs to the lowest code, the others stand in `near` with distance 0) or
    `outside` (`grids` is empty and `nearest` says how far the nearest grid is).
    """
    check_lon_lat(lon, lat)
    atlas = await live.atlas(as_of)
    return answer(spot_json(atlas.spot(*to_wgs84(lon, lat, datum)), atlas))

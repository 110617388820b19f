"""Which grid is this, and who is responsible?"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Public, caller_of
from api.http.declare import as_json, declare
from api.http.params import AsOf, DatumName, Lat, Lon, StrictRoute, whole
from api.http.problems import language_of
from api.http.responses import answer
from api.schemas.locate import OneAnswer
from api.serving.dependencies import Live
from api.serving.services import services_of
from gis.bulk.found_json import found_json
from gis.datum import DATUMS, Datum, to_wgs84
from gis.errors import InvalidInput
from gis.exchange.json_values import provenance_json, spot_json
from gis.geometry import check_lon_lat

_DEGREES = rb"(-?\d{1,3}(?:\.\d{1,17})?)"
_PLAIN = re.compile(
    rb"lon=%b&lat=%b&datum=(%b)" % (_DEGREES, _DEGREES, "|".join(DATUMS).encode()), re.ASCII
)
_HEADERS = {"cache-control": "no-cache"}


class PointRoute(StrictRoute):
    """A route that answers plainly written points before anything else looks at them.

    The lookup takes a microsecond, so what a request costs is reading it and writing the answer;
    for the commonest question both go the shortest way. All else, and whatever is wrong, goes
    the ordinary one, with the same answers.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the short way before it."""
        handle = super().get_route_handler()

        async def shortly(request: Request) -> Response:
            return _plain_point(request) or await handle(request)

        return shortly


def _plain_point(request: Request) -> Response | None:
    """Return the answer to a point that is written plainly, None for everything else."""
    asked = _PLAIN.fullmatch(request.scope["query_string"])
    if asked is None or caller_of(request.scope).signed_in:
        return None
    lon, lat = float(asked[1]), float(asked[2])
    check_lon_lat(lon, lat)
    body = services_of(request.scope).live.bundle.points.at(*to_wgs84(lon, lat, asked[3].decode()))
    return Response(body, media_type="application/json", headers=_HEADERS)


router = APIRouter(tags=["locate"], route_class=PointRoute)

_CANDIDATES = 5
AddressText = Annotated[
    str | None,
    Query(description="An address, a name or a grid code, at most 200 characters"),
]


@router.get("/locate")
@declare(
    "Locate a point or an address",
    answers={200: as_json(OneAnswer)},
    refuses={404: None},
    editions=True,
)
async def locate(
    request: Request,
    caller: Public,
    live: Live,
    lon: Lon = None,
    lat: Lat = None,
    datum: DatumName = None,
    address: AddressText = None,
    limit: whole("limit", 1, 50, f"At most this many candidates; {_CANDIDATES} when absent") = None,  # type: ignore[valid-type]
    as_of: AsOf = None,
) -> Response:
    """Answer a point (`lon`, `lat`, `datum`) or an `address` with its grids and their people.

    **A point** has its three grids, level 1 first, each with its responsible people. `match` is
    `inside`, `boundary` (the point lies on a shared edge: it belongs to the lowest code, the
    others stand in `near` with distance 0) or `outside` (`grids` is empty and `nearest` says how
    far the nearest grid is).

    **An address**, a name, or a grid code has ranked `candidates`, each with its score, reasons
    and grids as far down as they are sure. `clear` says that the first may be taken without
    asking back; `tied` how many are equally good: none of a tie is picked.
    """
    if address is not None:
        _refuse_beside_address(lon=lon, lat=lat, datum=datum)
        atlas, book = await live.atlas_and_book(as_of, caller.sees)
        found = book.search(_address(address), limit or _CANDIDATES)
        body = found_json(found, atlas, language_of(request), with_sheets=True)
        return answer({**body, **provenance_json(atlas)})
    if limit is not None:
        raise InvalidInput("limit", "limit goes with address", "limit 仅用于地址查询")
    spot = _wgs84_point(lon, lat, datum)
    atlas = await live.atlas(as_of, caller.sees)
    grids = atlas.locator.locate(*spot).grids
    atlas = atlas.on(grids[-1].id if grids else None)
    return answer(spot_json(atlas.spot(*spot), atlas))


def _refuse_beside_address(**point: object) -> None:
    for field, value in point.items():
        if value is not None:
            raise InvalidInput(
                field,
                f"{field} does not go with address: ask for one of the two",
                f"{field} 不能与 address 同时使用",
            )


def _wgs84_point(lon: float | None, lat: float | None, datum: Datum | None) -> tuple[float, float]:
    if lon is None or lat is None or datum is None:
        field = "lon" if lon is None else "lat" if lat is None else "datum"
        raise InvalidInput(
            field,
            f"{field} is missing: give lon, lat and datum, or an address",
            f"缺少 {field}：请给出 lon、lat 和 datum，或给出 address",
            DATUMS if field == "datum" else (),
        )
    check_lon_lat(lon, lat)
    point: tuple[float, float] = to_wgs84(lon, lat, datum)
    return point


def _address(text: str) -> str:
    if not text.strip():
        raise InvalidInput("address", "address is empty", "address 为空")
    return text

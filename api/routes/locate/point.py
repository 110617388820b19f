"""Which grid is this, and who is responsible?"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from starlette.responses import Response
from starlette.types import Scope

from api.http.auth import Public, caller_of
from api.http.declare import as_json, declare
from api.http.params import AsOf, DatumName, Lat, Lon, StrictRoute, read_number, read_whole, whole
from api.http.problems import language_of, language_of_scope
from api.http.responses import answer
from api.schemas.locate import OneAnswer
from api.serving.dependencies import Live
from api.serving.services import services_of
from gis.bulk.found_json import found_json
from gis.datum import DATUMS, Datum, parse_datum, to_wgs84
from gis.errors import InvalidInput
from gis.exchange.json_values import provenance_json, sheet_json, spot_json
from gis.geometry import check_lon_lat

_CANDIDATES = 5
_MOST_CANDIDATES = 50
_POINT = frozenset({"lon", "lat", "datum"})
_ADDRESS = (frozenset({"address"}), frozenset({"address", "limit"}))


class LookupRoute(StrictRoute):
    """A route whose usual questions are answered before anything else looks at them.

    A lookup takes a microsecond, so what a request costs is reading it and writing the answer.
    All else, and whatever is wrong, goes the ordinary way, with the same answers.
    """

    def at_once(self, scope: Scope) -> bytes | None:
        """Return the answer to a point or an address of today, as the public is told; else None.

        The order of the parameters and how they are spelled do not matter.
        """
        if caller_of(scope).signed_in:
            return None
        asked = _parameters(scope["query_string"].decode("latin-1"))
        if asked.keys() == _POINT:
            return _point_at_once(asked, scope)
        return _address_at_once(asked, scope) if asked.keys() in _ADDRESS else None


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters of a query; {} where one stands there twice."""
    if "%" in query or "+" in query:
        pairs = parse_qsl(query, keep_blank_values=True)
    else:  # What parse_qsl does with it too, in a third of the time.
        pairs = [(n, v) for n, _, v in [p.partition("=") for p in query.split("&") if p]]
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}


def _point_at_once(asked: dict[str, str], scope: Scope) -> bytes:
    lon, lat = read_number(asked["lon"], "lon"), read_number(asked["lat"], "lat")
    spot = _wgs84_point(lon, lat, parse_datum(asked["datum"]))
    return services_of(scope).live.bundle.answers.at(*spot)


def _address_at_once(asked: dict[str, str], scope: Scope) -> bytes | None:
    """Return the answer to an address, None while the address book is being made."""
    limit = _CANDIDATES
    if "limit" in asked:
        limit = read_whole(asked["limit"], "limit", 1, _MOST_CANDIDATES)
    text = _address(asked["address"])
    addressed = services_of(scope).live.addressed()
    if addressed is None:
        return None
    answers, book = addressed
    return answers.address(book, text, limit, language_of_scope(scope))


router = APIRouter(tags=["locate"], route_class=LookupRoute)

AddressText = Annotated[
    str | None,
    Query(description="An address, a name or a grid code, at most 200 characters"),
]
Limit = whole(
    "limit", 1, _MOST_CANDIDATES, f"At most this many candidates; {_CANDIDATES} when absent"
)


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
    limit: Limit = None,  # type: ignore[valid-type]
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
        atlas, book = await live.atlas_and_book(as_of, caller)
        found = book.search(_address(address), limit or _CANDIDATES)
        body = found_json(
            found, atlas, language_of(request), sheet=lambda g: sheet_json(atlas.sheet(g), atlas)
        )
        return answer({**body, **provenance_json(atlas)})
    if limit is not None:
        raise InvalidInput("limit", "limit goes with address", "limit 仅用于地址查询")
    spot = _wgs84_point(lon, lat, datum)
    atlas = await live.atlas(as_of, caller)
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

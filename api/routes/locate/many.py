"""Which grids are these, and who is responsible: lists of points and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.responses import Response

from api.http.auth import Caller, Public, caller_of
from api.http.body import parse, read_bytes
from api.http.declare import as_json, declare
from api.http.params import StrictRoute
from api.http.problems import language_of
from api.http.responses import answer
from api.schemas.locate import AddressList, ListAnswer, PointList
from api.serving.bulk_lookup import BulkLookup
from api.serving.dependencies import Bulk, Live
from api.serving.live_atlas import LiveAtlas
from api.serving.workers import Workers
from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk import batch
from gis.errors import InvalidInput, TooLarge
from gis.exchange.json_object import read_object
from gis.findings import Text

router = APIRouter(tags=["locate"], route_class=StrictRoute)

_AT_ONCE_BYTES = 16 << 10
_MANY = 2_000
_ADDRESSES_AT_ONCE = 100
_ROWS_AT_ONCE = 2_000
_KINDS: dict[str, type[PointList | AddressList]] = {
    "points": PointList,
    "addresses": AddressList,
}


@router.post("/locate")
@declare(
    "Locate many points or addresses",
    body=(PointList, AddressList),
    answers={200: as_json(ListAnswer)},
    refuses={404: None},
    editions=True,
)
async def locate_list(request: Request, caller: Public, live: Live, bulk: Bulk) -> Response:
    """Answer up to 100,000 points (with their `datum`) or addresses, row by row.

    `fields: "ids"` answers points with `codes`, the level-3 code of each (null outside), and
    `grids`, the codes of the three levels for every code that occurs. `"full"` (the default)
    answers with `rows`: match, codes of the three levels, distance to the boundary, grids near
    by; `grids` holds their sheets. Addresses are answered with `rows` of ranked candidates.

    A row that is wrong is null and stands in `errors` with its `row` (from 0) and reason; the
    others are answered all the same.
    """
    body = await read_bytes(request, PointList.most_bytes)
    if len(body) <= _AT_ONCE_BYTES:
        asked = _read_list(body)
        if isinstance(asked, PointList):
            return _point_list(asked, *await _located_in(asked, caller, live, bulk, request))
    request.app.in_flight.check_sent(caller, long=True)
    async with live.workers.turn(caller):
        if await request.is_disconnected():
            return Response(status_code=499)
        asked = await live.workers.run(caller, _read_list, body, going_on=True)
        if isinstance(asked, AddressList):
            atlas, book = await live.atlas_and_book(asked.as_of, caller)
            search = _Search(atlas, book, asked.limit, language_of(request))
            return await _address_list(request, asked.addresses, search, live.workers)
        given = await _located_in(asked, caller, live, bulk, request)
        return await live.workers.run(caller, _point_list, asked, *given, going_on=True)


async def _located_in(
    asked: PointList, caller: Caller, live: LiveAtlas, bulk: BulkLookup, request: Request
) -> tuple[Atlas, batch.GridTable, str]:
    """Return what points are answered from: an atlas, its table of codes, a language."""
    atlas = await live.atlas(asked.as_of, caller)
    if len(asked.points) >= _MANY:
        bulk.load_kernel()
    return atlas, bulk.table_of(atlas), language_of(request)


def _read_list(body: bytes) -> PointList | AddressList:
    """Return the body as what it asks for.

    Raises
    ------
    InvalidInput
        Naming the member.
    """
    given = read_object(body)
    kind = _kind_of(given)
    asked = parse(_KINDS[kind], given)
    _check_length(given[kind], kind)
    return asked


def _kind_of(asked: dict[str, Any]) -> str:
    given = [kind for kind in _KINDS if kind in asked]
    if len(given) == 1:
        return given[0]
    field = given[1] if given else "points"
    raise InvalidInput(
        field,
        "give points or addresses, one of the two",
        "请给出 points 或 addresses 之一",
        tuple(_KINDS),
    )


def _check_length(rows: list[Any], kind: str) -> None:
    if len(rows) > batch.MAX_ROWS:
        raise TooLarge(
            kind,
            f"{kind}: {len(rows):,} rows, at most {batch.MAX_ROWS:,}: send them in parts",
            f"{kind} 有 {len(rows):,} 行，最多 {batch.MAX_ROWS:,} 行：请分批发送",
            (f"0..{batch.MAX_ROWS}",),
        )


def _point_list(asked: PointList, atlas: Atlas, table: batch.GridTable, language: str) -> Response:
    xy, faults = batch.read_points(asked.points, asked.datum)
    if asked.fields == "ids":
        body = batch.locate_ids(atlas, table, xy)
    else:
        body = _written_in_pieces(atlas, xy)
    return answer(batch.finished(body, faults, "points", atlas, language))


def _written_in_pieces(atlas: Atlas, xy: NDArray[np.float64]) -> dict[str, Any]:
    """Return what `gis.bulk.batch.locate_full` does, its rows written already.

    A few at a time, so that neither all of them stand in memory as values nor one long call
    holds up everybody else.
    """
    written: list[bytes] = []
    sheets: dict[str, Any] = {}
    for start in range(0, len(xy), _ROWS_AT_ONCE):
        found = batch.locate_full(atlas, xy[start : start + _ROWS_AT_ONCE])
        written.append(orjson.dumps(found["rows"])[1:-1])
        sheets |= found["grids"]
    return {"rows": orjson.Fragment(b"[" + b",".join(written) + b"]"), "grids": sheets}


@dataclass(frozen=True)
class _Search:
    """Where addresses are looked for, how many candidates each gets, and in which language."""

    atlas: Atlas
    book: AddressBook
    limit: int
    language: str


async def _address_list(
    request: Request, texts: list[Any], search: _Search, workers: Workers
) -> Response:
    caller = caller_of(request.scope)
    rows: list[Any] = []
    faults: dict[int, Text] = {}
    for start in range(0, len(texts), _ADDRESSES_AT_ONCE):
        part = texts[start : start + _ADDRESSES_AT_ONCE]
        given = part, search.book, search.atlas, search.limit, search.language
        found, wrong = await workers.run(caller, batch.locate_addresses, *given, going_on=start > 0)
        rows += found
        faults |= {start + row: fault for row, fault in wrong.items()}
        if await request.is_disconnected():
            return Response(status_code=499)
    return await workers.run(caller, _address_answer, rows, faults, search, going_on=True)


def _address_answer(rows: list[Any], faults: dict[int, Text], search: _Search) -> Response:
    atlas = search.atlas
    body = {"rows": rows, "grids": batch.sheets_of(batch.codes_in(rows), atlas)}
    return answer(batch.finished(body, faults, "addresses", atlas, search.language))

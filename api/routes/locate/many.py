"""Which grids are these, and who is responsible: lists of points and addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import Public
from api.http.body import limited
from api.http.params import StrictRoute, read_day
from api.http.problems import language_of
from api.http.responses import answer
from api.serving.dependencies import Bulk, Live, LongJobs
from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk import batch
from gis.datum import Datum, parse_datum
from gis.errors import InvalidInput, TooLarge
from gis.exchange.json_object import read_object
from gis.findings import Text

router = APIRouter(tags=["locate"], route_class=StrictRoute)
Result = TypeVar("Result")

LIST_BYTES = 8 << 20
_AT_ONCE_BYTES = 16 << 10
_MANY = 2_000
_ADDRESSES_AT_ONCE = 100
_CANDIDATES, _MOST_CANDIDATES = 3, 50
_TOGETHER = {
    "points": {"datum", "points", "fields", "as_of"},
    "addresses": {"addresses", "limit", "as_of"},
}
_FIELDS = ("ids", "full")
_LIST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "datum": {"type": "string", "enum": [d.value for d in Datum]},
                        "points": {
                            "type": "array",
                            "maxItems": batch.MAX_ROWS,
                            "items": {
                                "type": "array",
                                "items": {"type": "number"},
                                "minItems": 2,
                                "maxItems": 2,
                            },
                        },
                        "fields": {"type": "string", "enum": list(_FIELDS), "default": "full"},
                        "addresses": {
                            "type": "array",
                            "maxItems": batch.MAX_ROWS,
                            "items": {"type": "string", "maxLength": 200},
                        },
                        "limit": {"type": "integer", "minimum": 1, "maximum": _MOST_CANDIDATES},
                        "as_of": {"type": "string", "format": "date"},
                    },
                },
                "example": {"datum": "wgs84", "points": [[118.75, 32.11]], "fields": "ids"},
            }
        },
    }
}


@router.post("/locate", summary="The grids of many points or addresses", openapi_extra=_LIST_BODY)
async def locate_list(
    request: Request, caller: Public, live: Live, bulk: Bulk, turns: LongJobs
) -> Response:
    """Answer up to 100,000 points (with their `datum`) or addresses, row by row.

    `fields: "ids"` answers points with `codes`, the level-3 code of each (null outside), and
    `grids`, the codes of the three levels for every code that occurs. `"full"` (the default)
    answers with `rows`: match, codes of the three levels, distance to the boundary, grids near
    by; `grids` holds their sheets. Addresses are answered with `rows` of ranked candidates.

    A row that is wrong is null and stands in `errors` with its `row` (from 0) and reason; the
    others are answered all the same.
    """
    body = b"".join([piece async for piece in limited(request, LIST_BYTES, "body")])
    asked = await _beside(len(body), _read_list, body)
    as_of = read_day(asked["as_of"], "as_of") if asked.get("as_of") is not None else None
    language = language_of(request)
    if "addresses" in asked:
        atlas, book = await live.atlas_and_book(as_of, caller.sees)
        search = _Search(atlas, book, asked.get("limit", _CANDIDATES), language)
        async with turns:
            return await _address_list(request, asked["addresses"], search)
    atlas = await live.atlas(as_of, caller.sees)
    table = bulk.table_of(atlas)
    if len(asked["points"]) >= _MANY:
        bulk.load_kernel()
    return await _beside(len(body), _point_list, asked, atlas, table, language)


async def _beside(size: int, work: Callable[..., Result], *given: Any) -> Result:
    """Run what is small at once, and what is large beside the event loop."""
    return work(*given) if size <= _AT_ONCE_BYTES else await asyncio.to_thread(work, *given)


def _read_list(body: bytes) -> dict[str, Any]:
    """Return the members of the body, each of the right type.

    Raises
    ------
    InvalidInput
        Naming the member.
    """
    asked = read_object(body)
    kind = _kind_of(asked)
    for name in asked:
        if name not in _TOGETHER[kind]:
            shown, known = name[:40], sorted(_TOGETHER[kind])
            raise InvalidInput(
                shown,
                f"member {shown!r} does not go with {kind} (known: {', '.join(known)})",
                f"{kind} 没有成员 {shown!r}（可用：{'、'.join(known)}）",
                known,
            )
    _check_rows(asked[kind], kind)
    if kind == "points":
        asked["datum"] = parse_datum(asked.get("datum"))
        _check_fields(asked.get("fields", "full"))
    else:
        _check_limit(asked.get("limit", 1))
    return asked


def _kind_of(asked: dict[str, Any]) -> str:
    given = [kind for kind in _TOGETHER if kind in asked]
    if len(given) == 1:
        return given[0]
    field = given[1] if given else "points"
    raise InvalidInput(
        field,
        "give points or addresses, one of the two",
        "请给出 points 或 addresses 之一",
        tuple(_TOGETHER),
    )


def _check_rows(rows: object, kind: str) -> None:
    if not isinstance(rows, list):
        raise InvalidInput(kind, f"{kind} must be a list", f"{kind} 应为列表", ("a list",))
    if len(rows) > batch.MAX_ROWS:
        raise TooLarge(
            kind,
            f"{kind}: {len(rows):,} rows, at most {batch.MAX_ROWS:,}: send them in parts",
            f"{kind} 有 {len(rows):,} 行，最多 {batch.MAX_ROWS:,} 行：请分批发送",
            (f"0..{batch.MAX_ROWS}",),
        )


def _check_fields(fields: object) -> None:
    if fields not in _FIELDS:
        known = ", ".join(_FIELDS)
        raise InvalidInput(
            "fields", f"fields must be one of {known}", f"fields 应为以下之一：{known}", _FIELDS
        )


def _check_limit(limit: object) -> None:
    if type(limit) is not int or not 1 <= limit <= _MOST_CANDIDATES:
        reach = f"1..{_MOST_CANDIDATES}"
        raise InvalidInput(
            "limit", f"limit must be a whole number, {reach}", f"limit 应为整数 {reach}", (reach,)
        )


def _point_list(
    asked: dict[str, Any], atlas: Atlas, table: batch.GridTable, language: str
) -> Response:
    xy, faults = batch.read_points(asked["points"], asked["datum"])
    if asked.get("fields", "full") == "ids":
        body = batch.locate_ids(atlas, table, xy)
    else:
        body = batch.locate_full(atlas, xy)
    return answer(batch.finished(body, faults, "points", atlas, language))


@dataclass(frozen=True)
class _Search:
    """Where addresses are looked for, how many candidates each gets, and in which language."""

    atlas: Atlas
    book: AddressBook
    limit: int
    language: str


async def _address_list(request: Request, texts: list[Any], search: _Search) -> Response:
    rows: list[Any] = []
    faults: dict[int, Text] = {}
    for start in range(0, len(texts), _ADDRESSES_AT_ONCE):
        part = texts[start : start + _ADDRESSES_AT_ONCE]
        found, wrong = await asyncio.to_thread(
            batch.locate_addresses, part, search.book, search.atlas, search.limit, search.language
        )
        rows += found
        faults |= {start + row: fault for row, fault in wrong.items()}
        if await request.is_disconnected():
            return Response(status_code=499)
    return await asyncio.to_thread(_address_answer, rows, faults, search)


def _address_answer(rows: list[Any], faults: dict[int, Text], search: _Search) -> Response:
    atlas = search.atlas
    body = {"rows": rows, "grids": batch.sheets_of(batch.codes_in(rows), atlas)}
    return answer(batch.finished(body, faults, "addresses", atlas, search.language))

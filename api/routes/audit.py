"""What is on record: the audit log, asked and taken away; the pages of record and people."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from api.http.auth import AccountRole, Admin, Approver, Caller, require
from api.http.body import read_body
from api.http.declare import CSV, PAGE, XLSX, as_file, as_json, declare
from api.http.pages import PAGE_METHODS, page_answer
from api.http.params import StrictRoute, choice, read_day, whole
from api.http.path_params import EntryPath
from api.http.responses import answer
from api.schemas.audit import AuditCheck, AuditPage, Erased, Erasure
from api.serving.dependencies import Latest
from gis.exchange import audit_table
from gis.store.audit import AuditQuery
from gis.workflows.audit import erase_values, export_entries, query_by_day

router = APIRouter(tags=["record"], route_class=StrictRoute)

_PAGE = 50
_MOST = 500
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
}
_Reader = Annotated[Caller, Depends(require(AccountRole.APPROVER, page=True))]
_Clerk = Annotated[Caller, Depends(require(AccountRole.STAFF, page=True))]


def _text(what: str) -> Any:
    return Annotated[str, Query(max_length=200, description=what)]


def _day(name: str, what: str) -> Any:
    read = BeforeValidator(lambda v: None if v in (None, "") else read_day(v, name))
    return Annotated[date | None, read, Query(description=what)]


async def _asked(
    who: _text("The account that wrote") = "",  # type: ignore[valid-type]
    action: _text("What was done, such as person.edit, or person for all of them") = "",  # type: ignore[valid-type]
    subject: _text("What it was done to, such as person:p-0001, or person") = "",  # type: ignore[valid-type]
    since: _day("since", "The first day (Asia/Shanghai)") = None,  # type: ignore[valid-type]
    until: _day("until", "The last day (Asia/Shanghai)") = None,  # type: ignore[valid-type]
    q: _text("Text in the reason or the values") = "",  # type: ignore[valid-type]
) -> AuditQuery:
    return query_by_day(who=who, action=action, subject=subject, since=since, until=until, text=q)


Filter = Annotated[AuditQuery, Depends(_asked)]


@router.get("/audit")
@declare("List the entries of the audit log", answers={200: as_json(AuditPage)})
async def list_audit_entries(
    _caller: Approver,
    latest: Latest,
    asked: Filter,
    limit: whole("limit", 1, _MOST, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 100_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
) -> Response:
    """Return who wrote what, when and why; what was erased is null and named in `erased`."""
    start, size = offset or 0, limit or _PAGE
    page = replace(asked, limit=size, offset=start)
    found = await asyncio.to_thread(latest.store.audit_log, page)
    return answer(
        {
            "total": found.total,
            "offset": start,
            "limit": size,
            "entries": [audit_table.entry_json(e) for e in found.entries],
        },
        headers={"cache-control": "no-store"},
    )


@router.get("/audit/verify")
@declare("Check that the audit log is whole", answers={200: as_json(AuditCheck)})
async def verify_audit(_caller: Approver, latest: Latest) -> Response:
    """Check every link and value; `broken` is null or the first entry that is wrong."""
    found = await asyncio.to_thread(latest.store.verify_audit)
    broken = found.broken
    return answer(
        {
            "count": found.head.count,
            "head": str(found.head),
            "erased": found.erased,
            "broken": {"number": broken.number, "en": broken.en, "zh": broken.zh}
            if broken
            else None,
        },
        headers={"cache-control": "no-store"},
    )


@router.get("/audit/export")
@declare(
    "Export the audit log",
    answers={200: as_file(CSV, XLSX, headers=("Content-Disposition",))},
)
async def export_audit(
    _caller: Approver,
    latest: Latest,
    asked: Filter,
    format: choice("format", tuple(_TYPES)) = "csv",  # type: ignore[valid-type]
) -> Response:
    """Return the entries asked for as a table; no cell of it starts a formula."""
    content = await asyncio.to_thread(export_entries, latest.store, asked, format)
    return Response(
        content,
        media_type=_TYPES[format],
        headers={
            "content-disposition": f'attachment; filename="audit.{format}"',
            "cache-control": "no-store",
        },
    )


@router.post("/audit/{number}/erase")
@declare(
    "Erase values of an entry of the audit log",
    body=Erasure,
    answers={200: as_json(Erased)},
    refuses={409: None},
)
async def erase_audit_values(
    request: Request, caller: Admin, latest: Latest, number: EntryPath
) -> Response:
    """Erase values with their salts; the chain still holds, and each erasure is an entry."""
    given = await read_body(request, Erasure)
    erased = await asyncio.to_thread(
        erase_values, latest.store, caller.author, number, given.fields, reason=given.reason
    )
    return answer({"number": number, "erased": list(erased)})


# --- pages -------------------------------------------------------------------------------------


@router.api_route("/desk/audit", methods=PAGE_METHODS, tags=["pages"])
@declare("Open the page of the audit log", answers=PAGE)
async def open_audit(request: Request, _caller: _Reader) -> Response:
    """Return the page of the audit log."""
    return page_answer(request, "audit")


@router.api_route("/desk/people", methods=PAGE_METHODS, tags=["pages"])
@declare("Open the page of people and duties", answers=PAGE)
async def open_people(request: Request, _caller: _Clerk) -> Response:
    """Return the page where people and duties are kept current."""
    return page_answer(request, "people")


@router.api_route("/desk/places", methods=PAGE_METHODS, tags=["pages"])
@declare("Open the page of places", answers=PAGE)
async def open_places(request: Request, _caller: _Clerk) -> Response:
    """Return the page where places are kept current."""
    return page_answer(request, "places")

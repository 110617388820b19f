"""Plans as files: exported, imported, begun from nothing; and the public notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.http.auth import Public
from api.http.body import limited
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    only,
    plan_answer,
    unchanged_answer,
    words,
)
from api.routes.plans.plans import Yes
from api.schemas import plan_files
from api.schemas.notices import notice_json
from api.schemas.plans import Frame, delta_json, doubt_json
from api.serving.dependencies import Live
from gis.clock import today
from gis.datum import parse_datum
from gis.errors import InvalidInput, TooLarge
from gis.exchange.json_object import read_object
from gis.workflows.plans import from_scratch
from gis.workflows.plans.import_cells import (
    Assignment,
    Imported,
    from_cells,
    from_polygons,
    import_cells,
)
from gis.workflows.plans.notices import notices_up, public_notice
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

router = APIRouter(tags=["plans"], route_class=PlanRoute)
_MOST_BYTES = 64 << 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
What = Annotated[str | None, Query(max_length=10, description="grids (default) or cells")]


async def _file(
    workspace: PlanWorkspace,
    plan: str,
    make: Callable[[OpenPlan, Frame], bytes],
    media_type: str,
    name: str,
) -> Response:
    def work() -> bytes:
        opened = workspace.open(plan)
        return make(opened, frame_of(opened))

    content = await asyncio.to_thread(work)
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


@router.get("/plans/{plan}/export.geojson", summary="The plan as GeoJSON")
async def export_geojson(
    workspace: Workspace, _caller: PlanReader, plan: str, what: What = None
) -> Response:
    """Return the grids after the plan, or its cells."""
    if what not in (None, "grids", "cells"):
        raise InvalidInput(
            "what", "what must be grids or cells", "what 应为 grids 或 cells", ("grids", "cells")
        )
    make = plan_files.cells_geojson if what == "cells" else plan_files.geojson
    name = f"{plan}-cells.geojson" if what == "cells" else f"{plan}.geojson"
    return await _file(workspace, plan, lambda o, _: make(o), "application/geo+json", name)


@router.get("/plans/{plan}/export.gpkg", summary="The plan as GeoPackage")
async def export_gpkg(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return grids, cells and buildings as layers."""
    media_type = "application/geopackage+sqlite3"
    return await _file(workspace, plan, lambda o, _: plan_files.gpkg(o), media_type, f"{plan}.gpkg")


@router.get("/plans/{plan}/export.xlsx", summary="The plan as a workbook")
async def export_xlsx(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return grids, cells and the matrix as sheets."""
    return await _file(workspace, plan, plan_files.xlsx, _XLSX, f"{plan}.xlsx")


@router.get("/plans/{plan}/diff.xlsx", summary="The impact sheet as a workbook")
async def impact_xlsx(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return the impact sheet."""
    return await _file(workspace, plan, plan_files.impact_xlsx, _XLSX, f"{plan}-impact.xlsx")


@router.get("/plans/{plan}/diff.pdf", summary="The impact sheet as PDF")
async def impact_pdf(workspace: Workspace, _caller: PlanReader, plan: str) -> Response:
    """Return the impact sheet with the map before and after."""
    return await _file(
        workspace, plan, plan_files.impact_pdf, "application/pdf", f"{plan}-impact.pdf"
    )


# --- in -------------------------------------------------------------------------------------------


@router.post("/plans/{plan}/import", summary="A plan made elsewhere")
async def import_plan(
    request: Request,
    workspace: Workspace,
    caller: PlanReader,
    plan: str,
    format: Annotated[str, Query(max_length=20, description="cells or geojson")],
    datum: Annotated[str | None, Query(max_length=20, description="Of the polygons")] = None,
    dry_run: Yes = None,
) -> Response:
    """Take an assignment of cells, or polygons snapped to the cells; the body is the file."""
    revision = if_match(request)
    if format not in ("cells", "geojson"):
        raise InvalidInput(
            "format", "format must be cells or geojson", "format 应为 cells 或 geojson",
            ("cells", "geojson"),
        )  # fmt: skip
    if format == "geojson" and datum is None:
        raise InvalidInput(
            "datum", "datum is missing: it is never guessed", "缺少 datum：坐标基准不作猜测"
        )
    content = b"".join([piece async for piece in limited(request, _MOST_BYTES, "body")])

    def read(opened: OpenPlan) -> Assignment:
        if format == "cells":
            return from_cells(opened, content)
        return from_polygons(opened, content, datum or "")

    def work() -> Response:
        started, dry = time.perf_counter(), dry_run == "true"
        found = import_cells(workspace, plan, revision, read, author_of(caller), dry=dry)
        return _imported(found, started, dry=dry)

    return await asyncio.to_thread(work)


def _imported(found: Imported, started: float, *, dry: bool) -> Response:
    doubts = [doubt_json(d) for d in found.doubts]
    if found.applied is None:
        return unchanged_answer(found.opened, doubts=doubts)
    ms = 0.0 if dry else (time.perf_counter() - started) * 1000
    body = delta_json(found.applied, frame_of(found.applied.after), ms)
    body["revision"] = found.opened.head.revision
    return answer({**body, "doubts": doubts}, headers={"etag": etag_of(found.opened.etag)})


@router.post("/plans/draft", summary="Start from nothing", status_code=201)
async def start(request: Request, workspace: Workspace, caller: PlanReader) -> Response:
    """Draft a first division from buildings, a table and an outline; JSON or a form."""
    given = await _form(request)
    title = words(given, "title", 100)
    if given.get("datum") in (None, ""):
        raise InvalidInput(
            "datum", "datum is missing: it is never guessed", "缺少 datum：坐标基准不作猜测"
        )
    datum = parse_datum(str(given["datum"]))
    code = words(given, "code", 12, needed=False)

    def work() -> Response:
        table = given.get("table")
        if isinstance(table, bytes):
            rows = from_scratch.rows_of_table(table)
        elif isinstance(table, list):
            rows = from_scratch.rows_of(table)
        else:
            raise InvalidInput("table", "table is missing", "缺少 table")
        sources = from_scratch.DraftSources(
            title, datum, rows, _object(given, "buildings"), _object(given, "outline"), code
        )
        opened = from_scratch.begin_draft(workspace, sources, author_of(caller))
        return plan_answer(workspace, opened, caller, 201)

    return await asyncio.to_thread(work)


async def _form(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    names = ("title", "datum", "outline", "buildings", "table", "code")
    if not kind.startswith("multipart/form-data"):
        body = b"".join([piece async for piece in limited(request, _MOST_BYTES, "body")])
        return only(read_object(body), *names)
    said = request.headers.get("content-length", "")
    if not said.isdigit() or int(said) > _MOST_BYTES:
        raise TooLarge("body", f"body: larger than {_MOST_BYTES >> 20} MiB", "上传内容过大")
    given: dict[str, Any] = {}
    async with request.form(max_files=4, max_fields=10) as form:
        for name, value in form.multi_items():
            given[name] = await value.read() if isinstance(value, UploadFile) else value
    return only(given, *names)


def _object(given: dict[str, Any], field: str) -> dict[str, Any] | None:
    value = given.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return from_scratch.read_geojson(value, field)
    if isinstance(value, dict):
        return value
    raise InvalidInput(field, f"{field} must be GeoJSON", f"{field} 应为 GeoJSON")


# --- for the public -------------------------------------------------------------------------------


@router.get("/notices", summary="Public notices 公示 of today")
async def list_notices(workspace: Workspace, _caller: Public) -> Response:
    """List the plans that are put up for the public today."""
    heads = await asyncio.to_thread(notices_up, workspace, today())
    rows = [{"plan": h.id, "title": h.title, **(h.review or {})["notice"]} for h in heads]
    return answer({"notices": rows})


@router.get("/notices/{plan}.json", summary="One public notice")
async def one_notice(workspace: Workspace, live: Live, _caller: Public, plan: str) -> Response:
    """Return what a plan changes, before and after, without anything of people."""
    businesses = live.settings.public_businesses

    def make() -> Response:
        found = public_notice(workspace, plan, today(), businesses=businesses)
        return answer(notice_json(found, frame_of(found.opened)))

    return await asyncio.to_thread(make)

"""Plans as files: exported, imported, begun from nothing; and the public notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.http.auth import Public
from api.http.body import media_type_of, parse, read_body, read_bytes
from api.http.declare import CSV, XLSX, Answered, Upload, as_file, as_json, declare
from api.http.params import choice
from api.http.path_params import PlanPath
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.plans.common import (
    WRITE_REFUSED,
    YES,
    PlanReader,
    PlanRoute,
    Workspace,
    frame_of,
    plan_answer,
    unchanged_answer,
)
from api.schemas import plan_files
from api.schemas.notices import notice_json
from api.schemas.plan_answers import ImportEffect, Notices, PlanAnswer, PublicNotice
from api.schemas.plan_bodies import NewDraft
from api.schemas.plans import DrawingFrame, delta_json, doubt_json
from api.serving.dependencies import Live
from gis.clock import today
from gis.datum import DATUMS
from gis.errors import InvalidInput, TooLarge
from gis.workflows.plans import from_scratch
from gis.workflows.plans.from_scratch import rows_of_table
from gis.workflows.plans.import_cells import (
    Imported,
    ImportedCells,
    from_cells,
    from_polygons,
    import_cells,
)
from gis.workflows.plans.notices import notices_up, public_notice
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

router = APIRouter(tags=["plans"], route_class=PlanRoute)
_MOST_BYTES = 64 << 20
_FILE = {"type": "string", "format": "binary"}
_LINE = {"type": "string", "maxLength": 100}
_DRAFT = Upload(
    form={
        "title": _LINE,
        "datum": {"type": "string", "enum": list(DATUMS)},
        "code": {"type": "string", "maxLength": 12},
        "table": {**_FILE, "description": "CSV or XLSX: which building goes where"},
        "buildings": {**_FILE, "description": "GeoJSON; those that are stored when absent"},
        "outline": {**_FILE, "description": "GeoJSON; around the buildings when absent"},
    },
    needed=("title", "datum", "table"),
    json=NewDraft,
)
_GPKG = "application/geopackage+sqlite3"


def _as_download(media_type: str) -> dict[int, Answered]:
    return {200: as_file(media_type, headers=("Content-Disposition",))}


async def _file(
    workspace: PlanWorkspace,
    plan: PlanPath,
    make: Callable[[OpenPlan, DrawingFrame], bytes],
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


@router.get("/plans/{plan}/export.geojson")
@declare("Export a plan as GeoJSON", answers=_as_download("application/geo+json"))
async def export_plan_geojson(
    workspace: Workspace,
    _caller: PlanReader,
    plan: PlanPath,
    what: choice("what", ("grids", "cells")) = None,  # type: ignore[valid-type]
) -> Response:
    """Return the grids after the plan, or its cells."""
    make = plan_files.cells_geojson if what == "cells" else plan_files.geojson
    name = f"{plan}-cells.geojson" if what == "cells" else f"{plan}.geojson"
    return await _file(workspace, plan, lambda o, _: make(o), "application/geo+json", name)


@router.get("/plans/{plan}/export.gpkg")
@declare("Export a plan as GeoPackage", answers=_as_download(_GPKG))
async def export_plan_gpkg(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return grids, cells and buildings as layers."""
    return await _file(workspace, plan, lambda o, _: plan_files.gpkg(o), _GPKG, f"{plan}.gpkg")


@router.get("/plans/{plan}/export.xlsx")
@declare("Export a plan as a workbook", answers=_as_download(XLSX))
async def export_plan_xlsx(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return grids, cells and the matrix as sheets."""
    return await _file(workspace, plan, plan_files.xlsx, XLSX, f"{plan}.xlsx")


@router.get("/plans/{plan}/diff.xlsx")
@declare("Export the impact sheet of a plan as a workbook", answers=_as_download(XLSX))
async def export_impact_xlsx(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return the impact sheet."""
    return await _file(workspace, plan, plan_files.impact_xlsx, XLSX, f"{plan}-impact.xlsx")


@router.get("/plans/{plan}/diff.pdf")
@declare("Export the impact sheet of a plan as PDF", answers=_as_download("application/pdf"))
async def export_impact_pdf(workspace: Workspace, _caller: PlanReader, plan: PlanPath) -> Response:
    """Return the impact sheet with the map before and after."""
    return await _file(
        workspace, plan, plan_files.impact_pdf, "application/pdf", f"{plan}-impact.pdf"
    )


# --- in -------------------------------------------------------------------------------------------


@router.post("/plans/{plan}/import")
@declare(
    "Import a plan that was made elsewhere",
    body=Upload(files=(CSV, XLSX, "application/json", "application/geo+json")),
    answers={200: as_json(ImportEffect, "ETag")},
    refuses=WRITE_REFUSED,
    if_match=True,
)
async def import_plan(
    request: Request,
    workspace: Workspace,
    caller: PlanReader,
    plan: PlanPath,
    format: choice("format", ("cells", "geojson")),  # type: ignore[valid-type]
    datum: choice("datum", DATUMS) = None,  # type: ignore[valid-type]
    dry_run: choice("dry_run", YES) = None,  # type: ignore[valid-type]
) -> Response:
    """Take an assignment of cells, or polygons snapped to the cells; the body is the file."""
    revision = if_match(request)
    if format == "geojson" and datum is None:
        raise InvalidInput(
            "datum", "datum is missing: it is never guessed", "缺少 datum：坐标基准不作猜测"
        )
    content = await read_bytes(request, _MOST_BYTES)

    def read(opened: OpenPlan) -> ImportedCells:
        if format == "cells":
            return from_cells(opened, content)
        return from_polygons(opened, content, datum or "")

    def work() -> Response:
        started, dry = time.perf_counter(), dry_run == "true"
        found = import_cells(workspace, plan, revision, read, caller.author, dry=dry)
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


@router.post("/plans/draft")
@declare(
    "Draft a first division from nothing",
    body=_DRAFT,
    answers={201: as_json(PlanAnswer, "ETag", "Location")},
    refuses={409: None},
)
async def create_draft(request: Request, workspace: Workspace, caller: PlanReader) -> Response:
    """Draft a first division from buildings, a table and an outline; JSON or a form."""
    if media_type_of(request) == "multipart/form-data":
        given, table = await _form(request)
    else:
        given, table = await read_body(request, NewDraft), None

    def work() -> Response:
        rows = from_scratch.rows_of(given.table) if table is None else rows_of_table(table)
        sources = from_scratch.DraftSources(
            given.title, given.datum, rows, given.buildings, given.outline, given.code or ""
        )
        opened = from_scratch.begin_draft(workspace, sources, caller.author)
        return plan_answer(workspace, opened, caller, 201)

    return await asyncio.to_thread(work)


async def _form(request: Request) -> tuple[NewDraft, bytes | None]:
    """Return what a form says, and the file of its table."""
    said = request.headers.get("content-length", "")
    if not said.isdigit() or int(said) > NewDraft.most_bytes:
        most = f"{NewDraft.most_bytes >> 20} MiB"
        raise TooLarge("body", f"body: larger than {most}", f"上传内容超过 {most}")
    given: dict[str, Any] = {}
    async with request.form(max_files=4, max_fields=10) as form:
        for name, value in form.multi_items():
            given[name] = await value.read() if isinstance(value, UploadFile) else value
    table = given.get("table")
    if isinstance(table, bytes):
        given["table"] = []
    for name in ("buildings", "outline"):
        if isinstance(given.get(name), bytes):
            given[name] = from_scratch.read_geojson(given[name], name)
        elif given.get(name) == "":
            del given[name]
    return parse(NewDraft, given), table if isinstance(table, bytes) else None


# --- for the public -------------------------------------------------------------------------------


@router.get("/notices")
@declare("List the public notices 公示 of today", answers={200: as_json(Notices)})
async def list_notices(workspace: Workspace, live: Live, caller: Public) -> Response:
    """List the plans that are put up for the public today."""
    heads = await live.workers.run(caller, notices_up, workspace, today())
    rows = [{"plan": h.id, "title": h.title, **(h.review or {})["notice"]} for h in heads]
    return answer({"notices": rows})


@router.get("/notices/{plan}.json")
@declare("Get a public notice", answers={200: as_json(PublicNotice)})
async def get_notice(workspace: Workspace, live: Live, caller: Public, plan: PlanPath) -> Response:
    """Return what a plan changes, before and after, without anything of people."""
    businesses = live.settings.public_businesses

    def make() -> Response:
        found = public_notice(workspace, plan, today(), businesses=businesses)
        return answer(notice_json(found, frame_of(found.opened)))

    return await live.workers.run(caller, make)

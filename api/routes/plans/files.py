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
from api.http.params import StrictRoute
from api.http.preconditions import etag_of, if_match
from api.http.responses import answer
from api.routes.edit.common import author_of
from api.routes.plans.common import (
    PlanReader,
    Workspace,
    frame_of,
    only,
    plan_answer,
    words,
)
from api.routes.plans.plans import Yes
from api.schemas import plan_files
from api.schemas.notices import notice_json, notices
from api.schemas.plans import Frame, delta_json, unchanged_json
from gis.audit import Author
from gis.datum import parse_datum
from gis.errors import InvalidInput, TooLarge
from gis.planning.plan import apply_operation
from gis.workflows.plans import from_scratch
from gis.workflows.plans.import_cells import Imported, from_cells, from_polygons
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

router = APIRouter(tags=["plans"], route_class=StrictRoute)
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

    def work() -> Response:
        opened = workspace.open(plan)
        workspace.check_current(opened, revision)
        if format == "cells":
            found = from_cells(opened, content)
        else:
            found = from_polygons(opened, content, datum or "")
        return _imported(
            workspace, opened, revision, found, author_of(caller), dry=dry_run == "true"
        )

    return await asyncio.to_thread(work)


def _imported(
    workspace: PlanWorkspace,
    opened: OpenPlan,
    revision: str,
    found: Imported,
    author: Author,
    *,
    dry: bool,
) -> Response:
    started = time.perf_counter()
    if found.operation is None:
        body = unchanged_json(opened)
        return answer({**body, "doubts": found.doubts}, headers={"etag": etag_of(opened.etag)})
    if dry:
        moved = apply_operation(
            opened.plan, found.operation, workspace.context(author, opened.plan)
        )
        after = OpenPlan(opened.head, moved.plan)
        body = delta_json(opened, after, moved, frame_of(opened), 0)
        body["revision"] = opened.head.revision
        return answer({**body, "doubts": found.doubts}, headers={"etag": etag_of(opened.etag)})
    before, after, moved = workspace.operate(opened.head.id, revision, found.operation, author)
    ms = (time.perf_counter() - started) * 1000
    body = delta_json(before, after, moved, frame_of(after), ms)
    return answer({**body, "doubts": found.doubts}, headers={"etag": etag_of(after.etag)})


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
        opened = from_scratch.begin_draft(
            workspace,
            title=title,
            datum=datum,
            buildings=_object(given, "buildings"),
            rows=rows,
            outline=_object(given, "outline"),
            code=code,
            author=author_of(caller),
        )
        return plan_answer(workspace, opened, caller, 201)

    return await asyncio.to_thread(work)


async def _form(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    names = ("title", "datum", "outline", "buildings", "table", "code")
    if not kind.startswith("multipart/form-data"):
        from gis.exchange.json_object import read_object

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
    heads = await asyncio.to_thread(notices, workspace)
    rows = [{"plan": h.id, "title": h.title, **(h.review or {})["notice"]} for h in heads]
    return answer({"notices": rows})


@router.get("/notices/{plan}.json", summary="One public notice")
async def one_notice(workspace: Workspace, _caller: Public, plan: str) -> Response:
    """Return what a plan changes, before and after, without anything of people."""
    return answer(await asyncio.to_thread(notice_json, workspace, plan, frame_of))

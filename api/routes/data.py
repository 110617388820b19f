"""Data in and out on the page: drop files, look at what they would change, apply or discard."""

from __future__ import annotations

import asyncio
import shutil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Planner, require
from api.http.body import limited, media_type_of, read_body
from api.http.declare import CSV, PAGE, XLSX, Upload, as_file, as_json, declare, no_content
from api.http.pages import PAGE_METHODS, page_answer
from api.http.params import StrictRoute
from api.http.path_params import ImportPath
from api.http.preconditions import etag_of, if_match
from api.http.problems import language_of
from api.http.responses import answer
from api.schemas.imports import (
    Application,
    Applied,
    DataState,
    PendingState,
    ReadAgain,
    UndoImport,
    Undone,
)
from api.serving.dependencies import Imports, Live
from api.serving.pending_imports import (
    MAX_FILES,
    MAX_UPLOAD_BYTES,
    PendingImport,
    check_files,
    how_of,
    safe_name,
)
from gis.clock import today
from gis.errors import Conflict, InvalidInput, NotFound
from gis.intake.preview import finding_json
from gis.intake.templates import TEMPLATES, template, template_csv, template_workbook
from gis.store import Versions
from gis.workflows.load_set import LoadRequest, store_set
from gis.workflows.undo_load import Undo, undo_load

router = APIRouter(tags=["data"], route_class=StrictRoute)

_PageReader = Annotated[Caller, Depends(require(AccountRole.PLANNER, page=True))]
_FORM_BYTES = 64 << 10
_BODY_BYTES = 16 << 10
_FIELDS = ("datum", "clean", "fill", "absent")
_TEXT = {"type": "string", "maxLength": 200}
_UPLOAD = Upload(
    form={
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "minItems": 1,
            "maxItems": MAX_FILES,
        },
        **dict.fromkeys(_FIELDS, _TEXT),
    },
    needed=("file",),
)


@router.api_route("/desk/data", methods=PAGE_METHODS, tags=["pages"])
@declare("Open the page of data in and out", answers=PAGE)
async def open_data(request: Request, _caller: _PageReader) -> Response:
    """Return the page of data in and out."""
    return page_answer(request, "data")


@router.get("/data")
@declare("Get what the store holds", answers={200: as_json(DataState, "ETag")})
async def get_data_state(_caller: Planner, live: Live) -> Response:
    """Tell which parts are loaded, in which versions, and what to load next."""
    store = live.store
    versions = await asyncio.to_thread(store.versions)
    identity = await asyncio.to_thread(store.identity)
    body = {
        "name": identity.name if identity else None,
        "code": identity.code if identity else None,
        "synthetic": bool(identity and identity.synthetic),
        "steps": {
            "boundaries": versions.division > 0,
            "people": versions.roster > 0,
            "places": versions.directory > 0,
        },
        "versions": _versions_json(versions),
        "templates": [
            {"name": t.name, "sheet": t.sheet, "says": t.says._asdict()} for t in TEMPLATES
        ],
        "limits": {"bytes": MAX_UPLOAD_BYTES, "files": MAX_FILES},
    }
    return answer(body, headers={"etag": _etag(versions), "cache-control": "no-store"})


def _versions_json(versions: Versions) -> dict[str, int]:
    return {
        "division": versions.division,
        "directory": versions.directory,
        "roster": versions.roster,
    }


def _etag(versions: Versions) -> str:
    return etag_of(f"{versions.division}-{versions.directory}-{versions.roster}")


@router.get("/data/templates/{name}")
@declare(
    "Get a table to fill in",
    answers={200: as_file(XLSX, CSV, headers=("Content-Disposition",))},
)
async def get_template(
    _caller: Planner,
    name: Annotated[str, Path(max_length=60, description="all.xlsx, duties.xlsx, duties.csv …")],
) -> Response:
    """Return a template with examples that are invented and lists to choose from."""
    stem, _, kind = name.rpartition(".")
    found = template(stem)
    if kind not in ("xlsx", "csv") or (found is None and name != "all.xlsx"):
        known = ["all.xlsx", *(f"{t.name}.{k}" for t in TEMPLATES for k in ("xlsx", "csv"))]
        raise NotFound(
            f"there is no template {name[:40]!r} (there are {', '.join(known)})",
            f"没有模板 {name[:40]!r}（可用：{'、'.join(known)}）",
        )
    if kind == "csv" and found is not None:
        content, media = template_csv(found), "text/csv; charset=utf-8"
    else:
        chosen = [found] if found is not None else list(TEMPLATES)
        content, media = await asyncio.to_thread(template_workbook, chosen), XLSX
    headers = {
        "content-disposition": f'attachment; filename="wangge-{name}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media, headers=headers)


# --- previews ----------------------------------------------------------------------------------


@router.post("/data/previews")
@declare(
    "Send files and preview what they would change",
    body=_UPLOAD,
    answers={202: as_json(PendingState, "Location")},
    refuses={409: None},
)
async def create_preview(
    request: Request, caller: Planner, imports: Imports, live: Live
) -> Response:
    """Hold some files and work out what they would change; nothing is changed yet.

    Send a form with one or more parts `file` (GeoJSON, GeoPackage, zipped shapefile, XLSX, CSV;
    at most 100 MiB together) and, where it is known, `datum`, `clean` (a tolerance in metres),
    `fill` (residual, dedicated) and `absent` (keep, retire). Ask the address of the answer how
    far it is.
    """
    pending = imports.begin(caller.name)
    try:
        given = await _receive(request, pending)
        pending.files = check_files(pending.folder)
        how = how_of(given, _reporting(pending), live.settings.rules)
    except BaseException:
        imports.drop(pending)
        raise
    imports.start(pending, how)
    return answer(
        _pending_json(pending, request), 202, {"location": f"/data/previews/{pending.id}"}
    )


def _reporting(pending: PendingImport) -> Any:
    def report(done: float) -> None:
        if pending.gone.is_set():
            raise InvalidInput("file", "it was discarded", "已放弃")
        pending.done = done

    return report


async def _receive(request: Request, pending: PendingImport) -> dict[str, str]:
    """Write the files of a form into the folder of a pending set; return its other fields."""
    if media_type_of(request) != "multipart/form-data":
        raise InvalidInput(
            "file",
            "send the files as a form (multipart/form-data) with parts called file",
            "请以表单（multipart/form-data）发送文件，部分名为 file",
            ("multipart/form-data",),
        )
    body = limited(request, MAX_UPLOAD_BYTES + _FORM_BYTES, "file")
    try:
        parser = MultiPartParser(
            request.headers, body, max_files=MAX_FILES, max_fields=10, max_part_size=_BODY_BYTES
        )
        form = await parser.parse()
    except (MultiPartException, FormParserError, KeyError, UnicodeDecodeError) as problem:
        why = str(getattr(problem, "message", problem))[:100]
        raise InvalidInput(
            "file", f"file: broken form ({why})", f"file：表单有误（{why}）"
        ) from None
    try:
        return await asyncio.to_thread(_kept, form, pending)
    finally:
        await form.close()


def _kept(form: FormData, pending: PendingImport) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in form.multi_items():
        if name == "file" and isinstance(value, UploadFile):
            target = pending.folder / safe_name(value.filename or "")
            if target.exists():
                shown = target.name[:60]
                raise InvalidInput("file", f"{shown!r} is sent twice", f"文件 {shown!r} 重复")
            with target.open("xb") as out:
                shutil.copyfileobj(value.file, out)
        elif name in _FIELDS and isinstance(value, str) and name not in given:
            given[name] = value
        else:
            known = ("file", *_FIELDS)
            shown = name[:40]
            raise InvalidInput(
                shown,
                f"part {shown!r} is not known or stands twice (known: {', '.join(known)})",
                f"表单部分 {shown!r} 无法识别或重复（可用：{'、'.join(known)}）",
                known,
            )
    return given


def _pending_json(pending: PendingImport, request: Request) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": pending.id,
        "state": pending.state,
        "done": round(pending.done, 3),
        "files": [p.name for p in pending.files],
    }
    if pending.problem is not None:
        body["problem"] = {
            "detail": pending.problem.text.in_language(language_of(request)),
            "field": getattr(pending.problem, "field", None),
            "accepted": list(getattr(pending.problem, "accepted", ())) or None,
        }
    if pending.state == "ready" and pending.versions is not None:
        body["preview"] = pending.shown
        body["versions"] = _versions_json(pending.versions)
    return body


@router.get("/data/previews/{identity}")
@declare("Get a preview", answers={200: as_json(PendingState, "ETag")})
async def get_preview(
    request: Request, caller: Planner, imports: Imports, identity: ImportPath
) -> Response:
    """Return the state of a pending import; `ready` has the preview and the ETag to apply it."""
    pending = imports.get(identity, caller.name)
    headers = {"cache-control": "no-store"}
    if pending.state == "ready" and pending.versions is not None:
        headers["etag"] = _etag(pending.versions)
    return answer(_pending_json(pending, request), headers=headers)


@router.post("/data/previews/{identity}/read")
@declare(
    "Read the files of a preview again",
    body=ReadAgain,
    answers={202: as_json(PendingState)},
    refuses={409: None},
)
async def read_preview_again(
    request: Request, caller: Planner, imports: Imports, live: Live, identity: ImportPath
) -> Response:
    """Read the files that are held again; the former preview is forgotten."""
    pending = imports.get(identity, caller.name)
    given = await read_body(request, ReadAgain)
    how = how_of(given.given(), _reporting(pending), live.settings.rules)
    _require_at_rest(pending)
    imports.start(pending, how)
    return answer(_pending_json(pending, request), 202)


def _require_at_rest(pending: PendingImport) -> None:
    if pending.state == "reading":
        raise Conflict("it is being read: wait until it is ready", "正在读取：请稍候")


@router.post("/data/previews/{identity}/apply")
@declare(
    "Import what was previewed",
    body=Application,
    answers={200: as_json(Applied)},
    refuses={409: None},
    if_match=True,
)
async def apply_preview(
    request: Request, caller: Planner, live: Live, imports: Imports, identity: ImportPath
) -> Response:
    """Store what was previewed, all or nothing, in one transaction with its record.

    `If-Match` is the ETag of the preview; 409 when somebody has changed the store since.
    """
    pending = imports.get(identity, caller.name)
    seen = if_match(request)
    given = await read_body(request, Application)
    _require_at_rest(pending)
    if pending.state != "ready" or pending.intake is None or pending.versions is None:
        raise Conflict(
            "it is not ready to be imported: look at what is wrong with it first",
            "尚不能导入：请先查看其中的问题",
        )
    if etag_of(seen) != _etag(pending.versions):
        raise Conflict(
            "the preview is not the one you have seen: look at it again",
            "预览已更新：请重新查看后再导入",
        )
    load = LoadRequest(
        pending.intake,
        today(),
        today(),
        live.settings.office_name,
        caller.author,
        given.reason,
    )
    published = await asyncio.to_thread(store_set, live.store, load, pending.versions)
    left_out = [finding_json(f) for f in pending.intake.findings if f.rule == "not_located"]
    imports.drop(pending)
    return answer(
        {
            "changed": list(published.changed),
            "versions": _versions_json(published.versions),
            "left_out": left_out[:200],
        }
    )


@router.delete("/data/previews/{identity}")
@declare("Discard a preview", answers={204: no_content(says="It is forgotten")})
async def discard_preview(caller: Planner, imports: Imports, identity: ImportPath) -> Response:
    """Forget the files and their preview."""
    imports.drop(imports.get(identity, caller.name))
    return Response(status_code=204)


# --- undo --------------------------------------------------------------------------------------


@router.post("/data/undo")
@declare(
    "Undo an import of places or people",
    body=UndoImport,
    answers={200: as_json(Undone)},
    refuses={404: None, 409: None},
    if_match=True,
)
async def undo_import(request: Request, caller: Planner, live: Live) -> Response:
    """Publish the version before the newest of the `places` or `people` as the next one.

    `If-Match` is the ETag of `GET /data`; 409 when the store has changed since.
    """
    seen = if_match(request)
    given = await read_body(request, UndoImport)
    versions = await asyncio.to_thread(live.store.versions)
    asked = Undo(given.part, caller.author, given.reason, None, versions)
    if etag_of(seen) != _etag(versions):
        raise Conflict(
            "the store has changed since you looked: look again",
            "数据已有变动：请刷新后再试",
        )
    done = await asyncio.to_thread(undo_load, live.store, asked, today())
    return answer({"part": asked.part, "as_in": done.source, "version": done.version})

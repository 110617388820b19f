"""A table of points or addresses in, the same table with grid columns out."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from python_multipart.exceptions import FormParserError
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import FileResponse, Response

from api.http.auth import Public, caller_of
from api.http.body import limited, media_type_of
from api.http.declare import CSV, XLSX, Upload, as_file, declare
from api.http.params import AsOf, DatumName, StrictRoute
from api.http.problems import language_of
from api.serving.dependencies import Live
from api.serving.workers import Workers
from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk.batch import MAX_ROWS
from gis.bulk.columns import ColumnChoice
from gis.bulk.files import Finished, locate_file
from gis.errors import InvalidInput

router = APIRouter(tags=["locate"], route_class=StrictRoute)

TABLE_BYTES = 20 << 20
_FORM_BYTES = 64 << 10
_LOOK_S = 0.5
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
}

_HEADERS = (
    "Content-Disposition",
    "X-Wangge-Counts",
    "X-Wangge-Encoding",
    "X-Wangge-Version",
    "X-Wangge-As-Of",
    "X-Wangge-Synthetic",
    "X-Wangge-Notes",
)


def _column(what: str) -> Any:
    return Annotated[
        str | None,
        Query(
            max_length=200, description=f"The name of the column with the {what}; found when absent"
        ),
    ]


def _format(value: object) -> object:
    if value is None or value in _TYPES:
        return value
    known = ", ".join(_TYPES)
    raise InvalidInput(
        "format", f"format must be one of {known}", f"format 应为以下之一：{known}", tuple(_TYPES)
    )


Format = Annotated[
    str | None, BeforeValidator(_format), Query(description="csv or xlsx; as it came when absent")
]


@router.post("/locate/table")
@declare(
    "Locate the rows of a table",
    body=Upload(
        form={"file": {"type": "string", "format": "binary"}}, needed=("file",), files=(CSV, XLSX)
    ),
    answers={200: as_file(CSV, XLSX, headers=_HEADERS, says="The same table with grid columns")},
    refuses={404: None},
    editions=True,
)
async def locate_table(
    request: Request,
    caller: Public,
    live: Live,
    datum: DatumName = None,
    lon_column: _column("longitude") = None,  # type: ignore[valid-type]
    lat_column: _column("latitude") = None,  # type: ignore[valid-type]
    address_column: _column("address") = None,  # type: ignore[valid-type]
    datum_column: _column("datum of each row") = None,  # type: ignore[valid-type]
    format: Format = None,
    as_of: AsOf = None,
) -> Response:
    """Answer a table of points or addresses with the same table and grid columns behind.

    Send the file as the body or as the part `file` of a form: at most 20 MiB, 100,000 rows and
    200 columns. CSV may be UTF-8 or GB18030 (GBK). Titles above the columns are left out. Its
    columns are found by their usual names or named by the parameters. Points need their `datum`,
    as a parameter or a column.

    Of a workbook the sheet is read that has such columns. Hidden rows and columns, sums and
    signatures are left out; `X-Wangge-Notes` is a JSON list that says so. When no column is
    recognised, `accepted` of the problem lists those that there are.

    Rows that are wrong are kept, with the reason; `X-Wangge-Counts` counts them. A workbook
    gets a sheet 需要核对 with the rows that a person must look at, the most doubtful first.
    """
    choice = ColumnChoice(lon_column, lat_column, address_column, datum_column, datum)
    folder = Path(tempfile.mkdtemp(prefix="wangge-"))
    try:
        upload = folder / "upload"
        await _receive(request, upload)
        atlas, book = await live.atlas_and_book(as_of, caller)
        request.app.in_flight.check_sent(caller, long=True)
        job = _Job(upload, folder, choice, atlas, book, format, language_of(request), Event())
        async with live.workers.turn(caller):
            done = await _unless_gone(request, job, live.workers)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _download(done, atlas, folder, language_of(request))


async def _receive(request: Request, path: Path) -> None:
    """Write the body, or the file part of a form, to a file.

    Raises
    ------
    InvalidInput
        Too large, or no form with one file.
    """
    if media_type_of(request) != "multipart/form-data":
        with path.open("wb") as file:
            async for piece in limited(request, TABLE_BYTES, "file"):
                file.write(piece)
        return
    body = limited(request, TABLE_BYTES + _FORM_BYTES, "file")
    try:
        form = await MultiPartParser(request.headers, body, max_files=1, max_fields=10).parse()
    except (MultiPartException, FormParserError) as problem:
        why = str(getattr(problem, "message", problem))[:100]
        raise InvalidInput(
            "file", f"file: broken form ({why})", f"file：表单有误（{why}）"
        ) from None
    try:
        await asyncio.to_thread(_copy, _only_file(form), path)
    finally:
        await form.close()


def _only_file(form: FormData) -> BinaryIO:
    for name in form:
        if name != "file" or not isinstance(form[name], UploadFile):
            raise _not_the_file(name)
    if "file" not in form:
        raise InvalidInput("file", "file is missing from the form", "表单中缺少 file", ("file",))
    upload = form["file"]
    assert isinstance(upload, UploadFile)
    return upload.file


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(source, file)


def _not_the_file(name: str) -> InvalidInput:
    shown = name[:40]
    return InvalidInput(
        shown,
        f"{shown!r}: a form has one part, the file, called file; all else goes into the query",
        f"{shown!r}：表单只应有一个名为 file 的文件，其余请放在查询参数中",
        ("file",),
    )


@dataclass(frozen=True)
class _Job:
    """One table to be answered, and whether whoever asked has gone."""

    upload: Path
    folder: Path
    choice: ColumnChoice
    atlas: Atlas
    book: AddressBook
    kind: str | None
    language: str
    gone: Event

    def run(self) -> Finished:
        return locate_file(
            self.upload,
            self.folder / "located",
            self.choice,
            self.atlas,
            lambda: self.book,
            kind=self.kind,
            language=self.language,
            most_rows=MAX_ROWS,
            report=self._report,
        )

    def _report(self, _done: float, _rows: int) -> None:
        if self.gone.is_set():
            raise InvalidInput("file", "nobody waits for the answer", "请求方已断开")


async def _unless_gone(request: Request, job: _Job, workers: Workers) -> Finished:
    """Run a job beside the event loop; end it early when nobody waits for it any more."""
    work = asyncio.create_task(workers.run(caller_of(request.scope), job.run, going_on=True))
    try:
        while not (await asyncio.wait({work}, timeout=_LOOK_S))[0]:
            if await request.is_disconnected():
                job.gone.set()
        return work.result()
    finally:
        job.gone.set()


def _download(done: Finished, atlas: Atlas, folder: Path, language: str) -> Response:
    notes = done.left_out.told()
    headers = {
        "x-wangge-encoding": done.encoding,
        "x-wangge-counts": json.dumps(done.counts),
        "x-wangge-version": json.dumps(atlas.version),
        "x-wangge-as-of": atlas.as_of.isoformat(),
        "x-wangge-synthetic": str(atlas.synthetic).lower(),
        "x-wangge-notes": json.dumps([text.in_language(language) for _, text in notes]),
        "cache-control": "no-store",
    }
    return FileResponse(
        done.path,
        media_type=_TYPES[done.kind],
        headers=headers,
        filename=f"located.{done.kind}",
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )

"""The pages for people and their scripts, as they are sent.

A page is ``api/pages/NAME.html`` and holds no data: its own scripts ask the API. It loads
nothing from elsewhere and runs only the scripts that are served at ``/desk/static``. A route
that sends one is ``return page_answer(request, "people.html")``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from fastapi import Request
from starlette.responses import Response

from gis.errors import NotFound
from maps.bundle import static_text

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_METHODS = ["GET", "HEAD"]
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FROM_THE_MAP = ("dom.js", "state.js", "words.js")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    content: bytes
    media_type: str
    etag: str


def page_answer(request: Request, name: str, status: int = 200) -> Response:
    """Return a page of ``api/pages`` by its file name."""
    headers = {"content-security-policy": PAGE_POLICY}
    return file_answer(request, _page(name), headers, status)


def static_answer(request: Request, name: str) -> Response:
    """Return a script or a style that pages load.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    found = _static_files().get(name)
    if found is None:
        raise NotFound(f"there is no file {name[:40]!r} here", f"此处没有文件 {name[:40]!r}")
    return file_answer(request, found, {})


def file_answer(
    request: Request, file: File, headers: dict[str, str], status: int = 200
) -> Response:
    """Return a file, or word that the caller has it already."""
    headers = {"etag": file.etag, "cache-control": "no-cache", **headers}
    if status == 200 and request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, status, headers, file.media_type)


@cache
def _page(name: str) -> File:
    return _file((resources.files("api") / "pages" / name).read_bytes(), "text/html")


@cache
def _static_files() -> dict[str, File]:
    """Return every file by name: the pages' own, and the modules that the map has too."""
    folder = resources.files("api") / "pages" / "static"
    found = {
        entry.name: _file(entry.read_bytes(), _TYPES[f".{entry.name.rpartition('.')[2]}"])
        for entry in folder.iterdir()
        if entry.name.endswith(tuple(_TYPES))
    }
    shared = {name: _file(static_text(name).encode(), _TYPES[".js"]) for name in _FROM_THE_MAP}
    return {**found, **shared}


def _file(content: bytes, media_type: str) -> File:
    return File(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')

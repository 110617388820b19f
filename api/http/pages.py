"""The pages for people and their scripts, as they are sent.

A page is ``api/pages/page.html`` with a title, styles and a script from the table below. It holds
no data: its own scripts ask the API. It loads nothing from elsewhere and runs only the scripts
that are served at ``/desk/static``. A route that sends one is
``return page_answer(request, "people")``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from string import Template

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
# Of each page: its title until its script speaks, its styles after the tokens, its script.
_PAGES = {
    "account": ("网格", ("shell",), "account"),
    "audit": ("审计记录 · 网格", ("shell", "record"), "audit"),
    "data": ("资料", ("shell", "data"), "data"),
    "desk": ("网格查询台", ("desk", "cards"), "desk"),
    "people": ("人员与任职 · 网格", ("shell", "record"), "people"),
    "places": ("地点 · 网格", ("shell", "record"), "places"),
    "plan": ("网格调整方案", ("shell", "plan", "plan-editor"), "plan-editor"),
    "plan-notice": ("网格调整公示", ("shell", "plan", "plan-sheet"), "plan-notice"),
    "plan-sheet": ("影响表", ("shell", "plan", "plan-sheet"), "plan-sheet"),
    "plans": ("网格调整", ("shell", "plan", "plan-sheet"), "plan-list"),
    "refused": ("网格", ("shell",), "refused"),
    "signin": ("网格", ("shell",), "signin"),
    "users": ("网格", ("shell",), "users"),
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    content: bytes
    media_type: str
    etag: str


def page_answer(request: Request, name: str, status: int = 200) -> Response:
    """Return a page by its name."""
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
    title, styles, script = _PAGES[name]
    links = [f'<link rel="stylesheet" href="/desk/static/{n}.css">' for n in ("tokens", *styles)]
    template = (resources.files("api") / "pages" / "page.html").read_text("utf-8")
    page = Template(template).substitute(title=title, styles="\n".join(links), script=script)
    return _file(page.encode(), "text/html")


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

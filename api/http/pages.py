"""The pages for people and their scripts, as they are sent.

A page is ``api/pages/page.html`` with a title, styles and a script from the table below. It holds
no data: its own scripts ask the API. It loads nothing from elsewhere and runs only the scripts
that are served at ``/desk/static``. A route that sends one is
``return page_answer(request, "people")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
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
# Modules that the map has too, served beside those of ``core``.
_FROM_THE_MAP = ("dom.js", "state.js", "words.js")
# Of each page: its title until its script speaks, its styles after the tokens, its script.
_PAGES = {
    "account": ("网格", ("core/shell",), "accounts/account"),
    "audit": ("审计记录 · 网格", ("core/shell", "core/record"), "audit/audit"),
    "data": ("资料", ("core/shell", "data/data"), "data/data"),
    "desk": ("网格查询台", ("desk/desk", "desk/cards"), "desk/desk"),
    "people": ("人员与任职 · 网格", ("core/shell", "core/record"), "people/people"),
    "places": ("地点 · 网格", ("core/shell", "core/record"), "people/places"),
    "plan": ("网格调整方案", ("core/shell", "plans/plan", "plans/editor"), "plans/editor"),
    "plan-notice": (
        "网格调整公示",
        ("core/shell", "plans/plan", "plans/impact-sheet"),
        "plans/notice",
    ),
    "plan-sheet": (
        "影响表",
        ("core/shell", "plans/plan", "plans/impact-sheet"),
        "plans/impact-sheet",
    ),
    "plans": ("网格调整", ("core/shell", "plans/plan", "plans/impact-sheet"), "plans/list"),
    "refused": ("网格", ("core/shell",), "accounts/forbidden"),
    "signin": ("网格", ("core/shell",), "accounts/signin"),
    "users": ("网格", ("core/shell",), "accounts/users"),
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
    """Return a script or a style that pages load, by its path such as ``core/shell.js``.

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
    links = [
        f'<link rel="stylesheet" href="/desk/static/{n}.css">' for n in ("core/tokens", *styles)
    ]
    template = (resources.files("api") / "pages" / "page.html").read_text("utf-8")
    page = Template(template).substitute(title=title, styles="\n".join(links), script=script)
    return _file(page.encode(), "text/html")


@cache
def _static_files() -> dict[str, File]:
    """Return every file by its path: the pages' own, and the modules that the map has too."""
    own = dict(_files_in(resources.files("api") / "pages" / "static"))
    shared = {f"core/{name}": static_text(name).encode() for name in _FROM_THE_MAP}
    return {
        path: _file(content, _TYPES[f".{path.rpartition('.')[2]}"])
        for path, content in {**own, **shared}.items()
    }


def _files_in(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files_in(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(tuple(_TYPES)):
            yield f"{above}{entry.name}", entry.read_bytes()


def _file(content: bytes, media_type: str) -> File:
    return File(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')

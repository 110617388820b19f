"""The desk: the page for staff who hold a phone in one hand.

The page is the same for everyone and holds no data: its own scripts ask the API. It loads nothing
from elsewhere and runs only the scripts that are served here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.query import StrictRoute
from gis.errors import NotFound
from maps.bundle import static_text

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FROM_THE_MAP = ("dom.js", "words.js")
_METHODS = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


@router.api_route("/desk", methods=_METHODS)
async def desk(request: Request) -> Response:
    """Return the page."""
    return _answer(request, _page(), {"content-security-policy": _POLICY})


@router.api_route("/desk/static/{name}", methods=_METHODS)
async def static(request: Request, name: str) -> Response:
    """Return a script or a style of the page."""
    found = _static_files().get(name)
    if found is None:
        raise NotFound(f"there is no file {name[:40]!r} here", f"此处没有文件 {name[:40]!r}")
    return _answer(request, found, {})


def _answer(request: Request, file: _File, headers: dict[str, str]) -> Response:
    headers = {"etag": file.etag, "cache-control": "no-cache", **headers}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


@cache
def _page() -> _File:
    return _file((resources.files("api") / "pages" / "desk.html").read_bytes(), "text/html")


@cache
def _static_files() -> dict[str, _File]:
    """Return every file by name: the desk's own, and the two modules that the map has too."""
    folder = resources.files("api") / "pages" / "static"
    found = {
        entry.name: _file(entry.read_bytes(), _TYPES[f".{entry.name.rpartition('.')[2]}"])
        for entry in folder.iterdir()
        if entry.name.endswith(tuple(_TYPES))
    }
    shared = {name: _file(static_text(name).encode(), _TYPES[".js"]) for name in _FROM_THE_MAP}
    return {**found, **shared}


def _file(content: bytes, media_type: str) -> _File:
    return _File(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')

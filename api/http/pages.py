"""The pages for people and their scripts, as they are sent.

A page is ``api/pages/page.html`` with a title, styles, a script and words from the table below. It
holds no data: its own scripts ask the API. It loads nothing from elsewhere and runs only scripts
that are served at ``/desk/static``; its words stand in it as JSON. A route that sends one is
``return page_answer(request, "people")``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from typing import Any

from fastapi import Request
from starlette.responses import Response

from gis.errors import NotFound
from gis.schema import labels
from maps.bundle import WORD_FILES, as_block, static_text, words

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_METHODS = ["GET", "HEAD"]
_TYPES = {".css": "text/css", ".js": "text/javascript"}
# Modules that the map has too, served beside those of ``core``.
_FROM_THE_MAP = ("dom.js", "state.js", "words.js")


@dataclass(frozen=True, slots=True)
class PageParts:
    """What makes a page.

    ``title`` stands until its script sets one; ``styles`` follow the tokens; ``words`` names the
    parts of the word files that its scripts use.
    """

    title: str
    styles: tuple[str, ...]
    script: str
    words: tuple[str, ...]


def _plan_page(title: str, style: str, script: str) -> PageParts:
    styles = ("core/shell", "plans/plan", f"plans/{style}")
    return PageParts(title, styles, f"plans/{script}", ("shell", "plan"))


def _record_page(title: str, script: str, *more: str) -> PageParts:
    return PageParts(
        title, ("core/shell", "core/record"), script, ("shell", "record", "fields", *more)
    )


def _account_page(script: str) -> PageParts:
    return PageParts("网格", ("core/shell",), f"accounts/{script}", ("shell", "account"))


_PAGES = {
    "account": _account_page("account"),
    "audit": _record_page("审计记录 · 网格", "audit/audit"),
    "data": PageParts("资料", ("core/shell", "data/data"), "data/data", ("shell", "data")),
    "desk": PageParts(
        "网格查询台", ("desk/desk", "desk/cards"), "desk/desk", ("shell", "desk", "common")
    ),
    "people": _record_page("人员与任职 · 网格", "people/people"),
    "places": _record_page("地点 · 网格", "people/places", "forms"),
    "plan": _plan_page("网格调整方案", "editor", "editor"),
    "plan-notice": _plan_page("网格调整公示", "impact-sheet", "notice"),
    "plan-sheet": _plan_page("影响表", "impact-sheet", "impact-sheet"),
    "plans": _plan_page("网格调整", "impact-sheet", "list"),
    "refused": _account_page("forbidden"),
    "signin": _account_page("signin"),
    "users": _account_page("users"),
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
    page = _PAGES[name]
    links = [
        f'<link rel="stylesheet" href="/desk/static/{n}.css">'
        for n in ("core/tokens", *page.styles)
    ]
    template = (resources.files("api") / "pages" / "page.html").read_text("utf-8")
    html = Template(template).substitute(
        title=page.title, styles="\n".join(links), script=page.script, words=_words(page.words)
    )
    return _file(html.encode(), "text/html")


def _words(parts: Iterable[str]) -> str:
    """Return some parts of the words in all languages, as JSON to stand in a page."""
    return as_block(
        {tag: {part: told[part] for part in parts} for tag, told in all_words().items()}
    )


@cache
def all_words() -> dict[str, dict[str, Any]]:
    """Return the words by language and part: of the map, of the pages, labels of fields.

    Two parts are made of the registry: ``fields``, what people, places and duties call their
    fields, and ``forms``, what a form may change.
    """
    folder = resources.files("api") / "pages" / "static" / "words"
    return {
        tag: {
            **of_the_map,
            **json.loads((folder / WORD_FILES[tag]).read_text("utf-8")),
            "fields": _labels("en" if tag == "en" else "zh"),
            "forms": {"places": _form("en" if tag == "en" else "zh")},
        }
        for tag, of_the_map in words().items()
    }


def _form(language: str) -> dict[str, dict[str, Any]]:
    """Return what the form of a place is made of: kinds of value, of place, choices, by field."""
    edited = [field for field in labels()["places"] if field["edited"]]
    return {
        "values": {f["name"]: _form_value(f) for f in edited},
        "of": {f["name"]: " ".join(f["of"]) for f in edited if f["of"]},
        "choices": {
            f["name"]: {value: word if language == "zh" else value for value, word in f["choices"]}
            for f in edited
            if f["choices"]
        },
    }


def _form_value(field: dict[str, Any]) -> str:
    unknown = field["value"] == "yes/no" and field["may_be_unknown"]
    return "yes/no/unknown" if unknown else str(field["value"])


def _labels(language: str) -> dict[str, dict[str, str]]:
    return {
        kind: {field["name"]: field[language] for field in labels()[kind]}
        for kind in ("people", "duties", "places")
    }


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

"""The desk: the page for staff who hold a phone in one hand; and the files of all pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.http.auth import Public
from api.http.declare import PAGE, as_file, declare, no_content
from api.http.pages import PAGE_METHODS, page_answer, static_answer
from api.http.params import StrictRoute

FilePath = Annotated[str, Path(description="Such as core/shell.js")]
router = APIRouter(tags=["pages"], route_class=StrictRoute)


@router.api_route("/desk", methods=PAGE_METHODS)
@declare("Open the desk", answers=PAGE)
async def open_desk(request: Request, _caller: Public) -> Response:
    """Return the page."""
    return page_answer(request, "desk")


@router.api_route("/desk/static/{path:path}", methods=PAGE_METHODS)
@declare(
    "Get a script or a style of a page",
    answers={
        200: as_file("text/javascript", "text/css", headers=("ETag",)),
        304: no_content("ETag", says="The browser has it already"),
    },
)
async def get_static_file(request: Request, _caller: Public, path: FilePath) -> Response:
    """Return a script or a style of a page."""
    return static_answer(request, path)

"""The desk: the page for staff who hold a phone in one hand; and the files of all pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import Public
from api.http.pages import PAGE_METHODS, page_answer, static_answer
from api.http.params import StrictRoute

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.api_route("/desk", methods=PAGE_METHODS)
async def desk(request: Request, _caller: Public) -> Response:
    """Return the page."""
    return page_answer(request, "desk")


@router.api_route("/desk/static/{path:path}", methods=PAGE_METHODS)
async def static(request: Request, _caller: Public, path: str) -> Response:
    """Return a script or a style of a page."""
    return static_answer(request, path)

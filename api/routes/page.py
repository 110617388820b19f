"""The interactive map."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.query import StrictRoute
from api.routes.answers import LiveAtlas

router = APIRouter(tags=["map"], route_class=StrictRoute)


@router.api_route(
    "/", methods=["GET", "HEAD"], summary="The interactive map page", include_in_schema=False
)
async def map_page(request: Request, live: LiveAtlas) -> Response:
    """Return the map of the public edition: one page that asks nothing outside."""
    page = await asyncio.wrap_future(live.bundle.page)
    headers = {
        "etag": page.etag,
        "cache-control": "no-cache",
        "vary": "accept-encoding",
        "content-security-policy": page.policy,
    }
    if request.headers.get("if-none-match") == page.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(page.gzipped, media_type="text/html", headers=headers)
    return Response(page.html, media_type="text/html", headers=headers)

"""The interactive map."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import Caller, Public
from api.http.declare import PAGE, declare, no_content
from api.http.params import StrictRoute, choice
from api.serving.dependencies import Live
from gis.errors import NotAllowed, NotSignedIn

router = APIRouter(tags=["pages"], route_class=StrictRoute)


@router.api_route("/", methods=["GET", "HEAD"])
@declare(
    "Open the interactive map",
    answers={
        **PAGE,
        303: no_content("Location", says="Nothing is loaded yet: to the page that begins a store"),
    },
    refuses={403: None},
)
async def open_map(
    request: Request,
    caller: Public,
    live: Live,
    edition: choice("edition", ("public", "internal")) = None,  # type: ignore[valid-type]
) -> Response:
    """Return the map: one page that asks nothing outside.

    The public edition, or with `edition=internal` the internal one of the caller's grids.
    A browser that comes before anything is loaded is sent to the page that begins a store.
    """
    if not live.loaded and "text/html" in request.headers.get("accept", ""):
        return Response(status_code=303, headers={"location": "/desk/data"})
    internal = edition == "internal"
    if internal:
        _check_internal(caller)
        page = await live.internal_page(caller)
    else:
        _, page = await live.pages.get()
    headers = {
        "etag": page.etag,
        "cache-control": "private, no-cache" if internal else "no-cache",
        "vary": "accept-encoding, cookie, authorization" if internal else "accept-encoding",
        "content-security-policy": page.policy,
    }
    if request.headers.get("if-none-match") == page.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(page.gzipped, media_type="text/html", headers=headers)
    return Response(page.html, media_type="text/html", headers=headers)


def _check_internal(caller: Caller) -> None:
    """Refuse the internal edition to whoever may see none of it."""
    if not caller.signed_in:
        raise NotSignedIn("the internal map is for staff: sign in first", "内部版地图请先登录")
    if caller.sees is not None and not caller.sees:
        raise NotAllowed(
            "no grids are assigned to this account, or its one-time password must be changed first",
            "该账号没有管辖的网格，或需先修改一次性密码",
        )

"""What the routes of accounts share: where a request came from, signing out."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from api.http.cookies import set_cookie
from api.http.middleware import ORIGIN

PRIVATE = {"cache-control": "no-store"}


def signed_out(request: Request) -> Response:
    """Return an empty answer that takes the session's cookie away."""
    response = Response(status_code=204, headers=PRIVATE)
    set_cookie(response, request.scope, "")
    return response


def sent_from(request: Request) -> str:
    """Return the address that failed sign-ins are counted for."""
    origin = request.scope.get(ORIGIN)
    return origin.caller if origin else ""

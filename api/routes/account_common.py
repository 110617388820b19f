"""What the routes of accounts share: where a request came from, signing out."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from api.http.cookies import device_token, set_cookie
from api.http.middleware import ORIGIN
from api.serving.services import services_of

PRIVATE = {"cache-control": "no-store"}


def signed_out(request: Request) -> Response:
    """Return an empty answer that takes the session's cookie away."""
    response = Response(status_code=204, headers=PRIVATE)
    set_cookie(response, request.scope, "")
    return response


_PORTS = {"http": ":80", "https": ":443"}


def is_own_origin(request: Request) -> bool:
    """Tell whether a request comes from a page of this service, or from no page at all.

    Its ``Origin`` must name the host that was asked, or that of ``WANGGE_PUBLIC_URL``, and over
    https not a page of http. Behind a proxy that ends https and is not trusted, https pages of
    the same host are ours.
    """
    said = request.headers.getlist("origin")
    if not said:
        return True
    origin = _split(said[0]) if len(said) == 1 else None
    if origin is None:
        return False
    scheme, host = origin
    public = _split(services_of(request.scope).settings.public_url)
    if public is not None and origin == public:
        return True
    if (request.scope.get("scheme"), scheme) == ("https", "http"):
        return False
    return host == _without_port(request.headers.get("host", ""), scheme)


def _split(url: str) -> tuple[str, str] | None:
    """Return scheme and host of a URL of the web, None for any other text."""
    scheme, there, rest = url.lower().partition("://")
    host = rest.partition("/")[0]
    if not there or scheme not in _PORTS or not host or "@" in host:
        return None
    return scheme, _without_port(host, scheme)


def _without_port(host: str, scheme: str) -> str:
    return host.lower().removesuffix(_PORTS[scheme])


def device_of(request: Request) -> str:
    """Return the token by which the browser is known, "" for none."""
    return device_token(request.scope, [v.encode() for v in request.headers.getlist("cookie")])


def sent_from(request: Request) -> str:
    """Return the address that failed sign-ins are counted for."""
    origin = request.scope.get(ORIGIN)
    return origin.caller if origin else ""

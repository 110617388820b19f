"""The session cookie: how it is called, read and set.

Over https it is ``__Host-wangge``: Secure, for this host only, set by this host only. Over plain
http (localhost, an intranet without certificates) browsers refuse that name, so it is
``wangge``. Always HttpOnly and SameSite=Strict: no script reads it, no other site sends it.
A second one, ``…-device``, stays when the session ends: by it a browser is known in which somebody
has signed in before. It opens nothing.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import Response

from gis.errors import InvalidInput

SECURE_NAME, PLAIN_NAME = "__Host-wangge", "wangge"
DEVICE = "-device"
_DEVICE_S = 180 * 86_400
_TOKEN_LENGTH = 43


def cookie_name(scope: MutableMapping[str, Any]) -> str:
    """Return what the cookie is called on this connection."""
    return SECURE_NAME if scope.get("scheme") == "https" else PLAIN_NAME


def session_token(scope: MutableMapping[str, Any], cookies: list[bytes]) -> str:
    """Return the token in the Cookie headers of a request, "" for none.

    Raises
    ------
    InvalidInput
        The cookie stands there twice: one of the two was planted.
    """
    name = cookie_name(scope)
    parts = (part.strip() for header in cookies for part in header.decode("latin-1").split(";"))
    found = [value for n, _, value in (part.partition("=") for part in parts) if n == name]
    if len(found) > 1:
        raise InvalidInput(
            "cookie",
            f"the cookie {name} stands in the request twice: delete the cookies of this site",
            f"请求中有两个名为 {name} 的 Cookie：请清除本站的 Cookie",
        )
    return found[0] if found and len(found[0]) == _TOKEN_LENGTH else ""


def device_token(scope: MutableMapping[str, Any], cookies: list[bytes]) -> str:
    """Return the token by which the browser is known, "" for none, or for two."""
    name = cookie_name(scope) + DEVICE
    parts = (part.strip() for header in cookies for part in header.decode("latin-1").split(";"))
    found = [value for n, _, value in (part.partition("=") for part in parts) if n == name]
    return found[0] if len(found) == 1 and len(found[0]) == _TOKEN_LENGTH else ""


def set_device(response: Response, scope: MutableMapping[str, Any], token: str) -> None:
    """Let the browser be known the next time."""
    response.set_cookie(
        cookie_name(scope) + DEVICE,
        token,
        max_age=_DEVICE_S,
        path="/",
        secure=scope.get("scheme") == "https",
        httponly=True,
        samesite="strict",
    )


def set_cookie(response: Response, scope: MutableMapping[str, Any], token: str) -> None:
    """Give the browser its session, until it is closed; "" takes the cookie away."""
    response.set_cookie(
        cookie_name(scope),
        token,
        max_age=None if token else 0,
        path="/",
        secure=scope.get("scheme") == "https",
        httponly=True,
        samesite="strict",
    )

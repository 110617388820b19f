"""What the routes of accounts share: the body, where it came from, scopes, signing out."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.http.auth import Scope
from api.http.body import limited
from api.http.cookies import set_cookie
from api.http.middleware import ORIGIN
from gis.accounts import ALL_SCOPES
from gis.errors import InvalidInput
from gis.exchange.json_object import read_object

PRIVATE = {"cache-control": "no-store"}
_MOST_BYTES = 16 << 10


def signed_out(request: Request) -> Response:
    """Return an empty answer that takes the session's cookie away."""
    response = Response(status_code=204, headers=PRIVATE)
    set_cookie(response, request.scope, "")
    return response


def sent_from(request: Request) -> str:
    """Return the address that failed sign-ins are counted for."""
    origin = request.scope.get(ORIGIN)
    return origin.caller if origin else ""


async def read_members(request: Request, **wanted: Any) -> dict[str, Any]:
    """Return the members of a small JSON body, each of its type.

    ``wanted`` is a type, or a type and what it is when it is absent (null is taken for that).

    Raises
    ------
    InvalidInput
        Naming the member that is missing, unknown or of another type.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b"".join([piece async for piece in limited(request, _MOST_BYTES, "body")])
    optional = all(isinstance(how, tuple) for how in wanted.values())
    if not body and optional:
        body = b"{}"
    elif kind != "application/json":
        raise InvalidInput(
            "content-type",
            "content-type: send JSON as application/json",
            "请以 application/json 发送 JSON",
            ("application/json",),
        )
    given = read_object(body)
    for name in given:
        if name not in wanted:
            shown, known = name[:40], sorted(wanted)
            raise InvalidInput(
                shown,
                f"member {shown!r} is not known here (known: {', '.join(known)})",
                f"此处没有成员 {shown!r}（可用：{'、'.join(known)}）",
                known,
            )
    return {name: _member(given, name, how) for name, how in wanted.items()}


_CALLED = {
    str: ("a text", "文本"),
    bool: ("true or false", "true 或 false"),
    int: ("a whole number", "整数"),
    list: ("a list", "列表"),
}


def _member(given: dict[str, Any], name: str, how: Any) -> Any:
    wanted, absent = how if isinstance(how, tuple) else (how, ...)
    if name not in given or (given[name] is None and isinstance(how, tuple) and absent is not ...):
        if isinstance(how, tuple):
            return absent
        raise InvalidInput(name, f"{name} is missing", f"缺少 {name}")
    value = given[name]
    if isinstance(how, tuple) and value is None:
        return None
    en, zh = _CALLED[wanted]
    if type(value) is not wanted:
        raise InvalidInput(name, f"{name} must be {en}", f"{name} 应为{zh}", (en,))
    if isinstance(value, str):
        _check_text(name, value)
    return value


def _check_text(name: str, value: str) -> None:
    if len(value) > 1000 or any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise InvalidInput(
            name,
            f"{name}: at most 1000 characters, and no control characters",
            f"{name}：最多 1000 个字符，且不含控制字符",
        )


def read_scopes(given: list[Any]) -> frozenset[Scope]:
    """Return the scopes that a list names.

    Raises
    ------
    InvalidInput
        None at all, or one that there is not.
    """
    if given and all(isinstance(s, str) and s in ALL_SCOPES for s in given):
        return frozenset(map(Scope, given))
    known = ", ".join(sorted(ALL_SCOPES))
    raise InvalidInput(
        "scopes",
        f"scopes: a list of one or more of {known}",
        f"scopes 应为以下一项或多项组成的列表：{known}",
        sorted(ALL_SCOPES),
    )

"""Signing in and out of pages, and tokens for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http import json_log
from api.http.auth import Caller, Public, Role, Scope, require
from api.http.body import limited
from api.http.cookies import cookie_name, set_cookie
from api.http.metrics import Metrics
from api.http.middleware import ORIGIN
from api.http.params import StrictRoute
from api.http.problems import language_of
from api.http.responses import answer
from gis.accounts import ALL_SCOPES
from gis.errors import InvalidInput, NotAllowed, NotSignedIn, TooManyRequests
from gis.exchange.json_object import read_object
from gis.store.accounts import Accounts

router = APIRouter(tags=["accounts"], route_class=StrictRoute)

_MOST_BYTES = 16 << 10
_PASSWORDS_AT_ONCE = 2
_PRIVATE = {"cache-control": "no-store"}
Result = TypeVar("Result")
SignedIn = Annotated[Caller, Depends(require(Role.STAFF, Scope.READ, any_password=True))]


# --- what the routes of accounts share -----------------------------------------------------------


class Accountant:
    """The accounts, with a queue for what takes a password: each takes memory and a core."""

    def __init__(self, accounts: Accounts, metrics: Metrics) -> None:
        self.accounts = accounts
        self.metrics = metrics
        self._turns = asyncio.Semaphore(_PASSWORDS_AT_ONCE)

    async def slowly(self, work: Callable[..., Result], *given: Any, **named: Any) -> Result:
        """Do what hashes a password, beside the event loop, when it is its turn."""
        async with self._turns:
            return await asyncio.to_thread(work, *given, **named)

    async def entering(self, work: Callable[..., Result], *given: Any, **named: Any) -> Result:
        """Do what signs somebody in; count and log what is refused, without saying who."""
        try:
            return await self.slowly(work, *given, **named)
        except (NotSignedIn, TooManyRequests) as refused:
            locked = isinstance(refused, TooManyRequests)
            event = "sign_in_locked" if locked else "sign_in_failed"
            self.metrics.happened(event)
            json_log.note(event)
            raise

    def signed_out(self, request: Request) -> Response:
        """Return an empty answer that takes the session's cookie away."""
        response = Response(status_code=204, headers=_PRIVATE)
        set_cookie(response, request.scope, "")
        return response


async def door_of(request: Request) -> Accountant:
    """Return the accounts of the application."""
    state = request.app.state
    found: Accountant | None = getattr(state, "accountant", None)
    if found is None or found.accounts is not state.accounts:
        found = state.accountant = Accountant(state.accounts, state.metrics)
    return found


Door = Annotated[Accountant, Depends(door_of)]


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


# --- the routes ----------------------------------------------------------------------------------


@router.get("/session", summary="Who is signed in")
async def who(request: Request, caller: Public) -> Response:
    """Say who asks, and the token that unsafe requests of a page must carry."""
    response = answer(session_json(caller, language_of(request)), headers=_PRIVATE)
    if cookie_name(request.scope) in request.cookies and not caller.signed_in:
        set_cookie(response, request.scope, "")
    return response


@router.post("/session", summary="Sign in to the pages")
async def sign_in(request: Request, caller: Public, door: Door) -> Response:
    """Begin a session and set its cookie. Members: `name`, `password`."""
    _refuse_other_sites(request)
    given = await read_members(request, name=str, password=str)
    token, owner, session = await door.entering(
        door.accounts.sign_in,
        given["name"].strip(),
        given["password"],
        address=sent_from(request),
        agent=request.headers.get("user-agent", ""),
    )
    if caller.token:
        await asyncio.to_thread(door.accounts.sign_out, caller.token)
    door.metrics.happened("signed_in")
    signed_in = Caller(
        name=owner.name,
        role=owner.role,
        scope_grids=owner.scope_grids,
        door="page",
        must_change_password=owner.must_change_password,
        csrf_token=session.csrf_token,
    )
    response = answer(session_json(signed_in, language_of(request)), 201, _PRIVATE)
    set_cookie(response, request.scope, token)
    return response


@router.delete("/session", summary="Sign out")
async def sign_out(request: Request, caller: SignedIn, door: Door) -> Response:
    """End this session."""
    if caller.token:
        await asyncio.to_thread(door.accounts.sign_out, caller.token)
    return door.signed_out(request)


@router.post("/token", summary="A short-lived token for a program")
async def token(request: Request, _caller: Public, door: Door) -> Response:
    """Return a JWT for name and password, to be sent as `Authorization: Bearer …`.

    Members: `name`, `password`, and `scopes` (of read, write, plans, accounts; all when absent).
    """
    from api.routes.accounts import read_scopes

    _refuse_other_sites(request)
    given = await read_members(request, name=str, password=str, scopes=(list, None))
    scopes = ALL_SCOPES if given["scopes"] is None else read_scopes(given["scopes"])
    issued, owner = await door.entering(
        door.accounts.issue_token,
        given["name"].strip(),
        given["password"],
        address=sent_from(request),
        scopes=scopes,
    )
    if owner.must_change_password:
        raise NotAllowed(
            "the one-time password must be changed first: at /account",
            "请先修改一次性密码：打开 /account",
        )
    return answer(
        {
            "access_token": issued,
            "token_type": "Bearer",
            "expires_in": door.accounts.lifetimes.token_s,
            "scopes": sorted(scopes),
        },
        201,
        _PRIVATE,
    )


def _refuse_other_sites(request: Request) -> None:
    """Refuse a form of another site that would sign its visitor in as somebody else."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise NotAllowed(
            "this request was sent from the page of another site",
            "该请求来自其他网站的页面，已拒绝",
        )


def session_json(caller: Caller, language: str) -> dict[str, object]:
    """Return what a page is told of the caller."""
    return {
        "signed_in": caller.signed_in,
        "name": caller.name or None,
        "role": str(caller.role),
        "role_title": caller.role.label.in_language(language),
        "scope_grids": None if caller.scope_grids is None else sorted(caller.scope_grids),
        "must_change_password": caller.must_change_password,
        "csrf_token": caller.csrf_token or None,
    }

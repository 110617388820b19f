"""Signing in and out of pages, and tokens for programs."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Public, Scope, require
from api.http.body import read_body
from api.http.cookies import cookie_name, set_cookie, set_device
from api.http.declare import as_json, declare, no_content
from api.http.params import StrictRoute
from api.http.problems import language_of
from api.http.responses import answer
from api.routes.account_common import PRIVATE, device_of, is_own_origin, sent_from, signed_out
from api.schemas.accounts import SessionState, SignIn, Token, TokenRequest
from api.serving.dependencies import Accounts
from gis.accounts import ALL_SCOPES
from gis.errors import NotAllowed

router = APIRouter(tags=["accounts"], route_class=StrictRoute)

SignedIn = Annotated[Caller, Depends(require(AccountRole.STAFF, Scope.READ, any_password=True))]


@router.get("/session")
@declare("Get who is signed in", answers={200: as_json(SessionState)})
async def get_session(request: Request, caller: Public) -> Response:
    """Say who asks, and the token that unsafe requests of a page must carry."""
    response = answer(session_json(caller, language_of(request)), headers=PRIVATE)
    if cookie_name(request.scope) in request.cookies and not caller.signed_in:
        set_cookie(response, request.scope, "")
    return response


@router.post("/session")
@declare("Sign in to the pages", body=SignIn, answers={201: as_json(SessionState, "Set-Cookie")})
async def sign_in(request: Request, caller: Public, accounts: Accounts) -> Response:
    """Begin a session and set its cookie.

    429 after too many failures for the name or from the address.
    """
    _refuse_other_sites(request)
    given = await read_body(request, SignIn)
    token, owner, session = await accounts.sign_in_attempt(
        accounts.store.sign_in,
        given.name.strip(),
        given.password,
        address=sent_from(request),
        agent=request.headers.get("user-agent", ""),
        device=device_of(request),
    )
    if caller.token:
        await asyncio.to_thread(accounts.store.sign_out, caller.token)
    accounts.count_sign_in()
    signed_in = Caller(
        name=owner.name,
        role=owner.role,
        scope_grids=owner.scope_grids,
        channel="page",
        must_change_password=owner.must_change_password,
        csrf_token=session.csrf_token,
    )
    response = answer(session_json(signed_in, language_of(request)), 201, PRIVATE)
    set_cookie(response, request.scope, token)
    set_device(response, request.scope, session.device)
    return response


@router.delete("/session")
@declare("Sign out", answers={204: no_content("Set-Cookie", says="The session has ended")})
async def sign_out(request: Request, caller: SignedIn, accounts: Accounts) -> Response:
    """End this session."""
    if caller.token:
        await asyncio.to_thread(accounts.store.sign_out, caller.token)
    return signed_out(request)


@router.post("/token")
@declare("Get a short-lived token", body=TokenRequest, answers={201: as_json(Token)})
async def create_token(request: Request, _caller: Public, accounts: Accounts) -> Response:
    """Return a JWT for name and password, to be sent as `Authorization: Bearer …`."""
    _refuse_other_sites(request)
    given = await read_body(request, TokenRequest)
    scopes = ALL_SCOPES if given.scopes is None else frozenset(given.scopes)
    issued, owner = await accounts.sign_in_attempt(
        accounts.store.issue_token,
        given.name.strip(),
        given.password,
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
            "expires_in": accounts.store.lifetimes.token_s,
            "scopes": sorted(scopes),
        },
        201,
        PRIVATE,
    )


def _refuse_other_sites(request: Request) -> None:
    """Refuse a form of another site that would sign its visitor in as somebody else."""
    site = request.headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none") or not is_own_origin(request):
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

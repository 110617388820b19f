"""The pages where people sign in and look after their account, and administrators after all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Public, require
from api.http.declare import PAGE, declare
from api.http.pages import PAGE_METHODS, page_answer
from api.http.params import StrictRoute

router = APIRouter(tags=["pages"], route_class=StrictRoute)

_Own = Annotated[Caller, Depends(require(AccountRole.STAFF, page=True, any_password=True))]
_Admin = Annotated[Caller, Depends(require(AccountRole.ADMIN, page=True))]
_Next = Annotated[
    str | None, Query(alias="next", max_length=2000, description="Where to go on afterwards")
]


@router.api_route("/signin", methods=PAGE_METHODS)
@declare("Open the page to sign in", answers=PAGE)
async def open_sign_in(request: Request, _caller: Public, _next: _Next = None) -> Response:
    """Return the page that asks for name and password; its script goes on to ``next``."""
    return page_answer(request, "signin")


@router.api_route("/account", methods=PAGE_METHODS)
@declare("Open the page of one's own account", answers=PAGE)
async def open_account(request: Request, _caller: _Own, _next: _Next = None) -> Response:
    """Return the page of one's own account."""
    return page_answer(request, "account")


@router.api_route("/desk/users", methods=PAGE_METHODS)
@declare("Open the page of all accounts", answers=PAGE)
async def open_users(request: Request, _caller: _Admin) -> Response:
    """Return the page of all accounts."""
    return page_answer(request, "users")

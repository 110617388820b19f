"""Signing in and out of pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import Caller, Public
from api.errors import language_of
from api.query import StrictRoute
from api.routes.answers import answer

router = APIRouter(tags=["accounts"], route_class=StrictRoute)


@router.get("/session", summary="Who is signed in")
async def who(request: Request, caller: Public) -> Response:
    """Say who asks, and the token that unsafe requests of a page must carry."""
    return answer(session_json(caller, language_of(request)), headers={"cache-control": "no-store"})


def session_json(caller: Caller, language: str) -> dict[str, object]:
    """Return what a page is told of the caller."""
    return {
        "signed_in": caller.signed_in,
        "name": caller.name or None,
        "role": str(caller.role),
        "role_title": caller.role.label.in_language(language),
        "scope_grids": None if caller.scope_grids is None else sorted(caller.scope_grids),
        "must_change_password": caller.must_change_password,
        "csrf_token": None,
    }

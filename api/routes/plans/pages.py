"""The pages of the workbench: plans, one plan, its impact sheet, two compared, a public notice.

They hold no data and no rules: their scripts ask `/plans`, `/compare` and `/notices` (see
docs/plans-api.md).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.auth import Caller, Public, Role, require
from api.http.pages import PAGE_METHODS, page_answer
from api.http.params import StrictRoute
from api.http.responses import answer
from maps import palette

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_Planner = Annotated[Caller, Depends(require(Role.PLANNER, page=True))]
_Left = Annotated[str, Query(alias="left", max_length=80)]
_Right = Annotated[str, Query(alias="right", max_length=80)]


@router.api_route("/desk/plans", methods=PAGE_METHODS)
async def plans(request: Request, _caller: _Planner) -> Response:
    """Return the page that lists the plans and begins new ones."""
    return page_answer(request, "plans")


@router.get("/desk/plans/colours.json")
async def colours(_caller: Public) -> Response:
    """Return the colours of the map, so that the workbench draws with the same."""
    return answer({"light": palette.LIGHT, "dark": palette.DARK})


@router.api_route("/desk/plans/compare", methods=PAGE_METHODS)
async def compare(
    request: Request, _caller: _Planner, _left: _Left = "", _right: _Right = ""
) -> Response:
    """Return the page that compares two plans or divisions; its script reads which."""
    return page_answer(request, "plan-sheet")


@router.api_route("/desk/plans/{plan}", methods=PAGE_METHODS)
async def plan(request: Request, _caller: _Planner) -> Response:
    """Return the workbench."""
    return page_answer(request, "plan")


@router.api_route("/desk/plans/{plan}/impact", methods=PAGE_METHODS)
async def impact(request: Request, _caller: _Planner) -> Response:
    """Return the page that says what a plan changes."""
    return page_answer(request, "plan-sheet")


@router.api_route("/notices/{plan}", methods=PAGE_METHODS)
async def notice(request: Request, _caller: Public) -> Response:
    """Return the public page of a notice; its script asks `/notices/{plan}.json`."""
    return page_answer(request, "plan-notice")

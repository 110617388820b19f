"""The pages of the workbench: plans, one plan, its impact sheet, two compared, a public notice.

They hold no data and no rules: their scripts ask `/plans`, `/compare` and `/notices` (see
docs/plans-api.md).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Public, require
from api.http.declare import PAGE, as_json, declare
from api.http.pages import PAGE_METHODS, page_answer
from api.http.params import StrictRoute
from api.http.responses import answer
from api.schemas.pages import Colours
from maps import palette

router = APIRouter(tags=["pages"], route_class=StrictRoute)

_Planner = Annotated[Caller, Depends(require(AccountRole.PLANNER, page=True))]
_SIDE = "plan:ID or division:VERSION"
_Left = Annotated[str, Query(alias="left", max_length=80, description=_SIDE)]
_Right = Annotated[str, Query(alias="right", max_length=80, description=_SIDE)]
_Plan = Annotated[str, Path(alias="plan", description="The id of a plan")]


@router.api_route("/desk/plans", methods=PAGE_METHODS)
@declare("Open the list of plans", answers=PAGE)
async def open_plans(request: Request, _caller: _Planner) -> Response:
    """Return the page that lists the plans and begins new ones."""
    return page_answer(request, "plans")


@router.get("/desk/plans/colours.json")
@declare("Get the colours of the map", answers={200: as_json(Colours)})
async def get_colours(_caller: Public) -> Response:
    """Return the colours of the map, so that the workbench draws with the same."""
    return answer({"light": palette.LIGHT, "dark": palette.DARK})


@router.api_route("/desk/plans/compare", methods=PAGE_METHODS)
@declare("Open the comparison of two plans or divisions", answers=PAGE)
async def open_comparison(
    request: Request, _caller: _Planner, _left: _Left = "", _right: _Right = ""
) -> Response:
    """Return the page that compares two plans or divisions; its script reads which."""
    return page_answer(request, "plan-sheet")


@router.api_route("/desk/plans/{plan}", methods=PAGE_METHODS)
@declare("Open the workbench of a plan", answers=PAGE)
async def open_plan(request: Request, _caller: _Planner, _plan: _Plan) -> Response:
    """Return the workbench."""
    return page_answer(request, "plan")


@router.api_route("/desk/plans/{plan}/impact", methods=PAGE_METHODS)
@declare("Open the impact sheet of a plan", answers=PAGE)
async def open_impact(request: Request, _caller: _Planner, _plan: _Plan) -> Response:
    """Return the page that says what a plan changes."""
    return page_answer(request, "plan-sheet")


@router.api_route("/notices/{plan}", methods=PAGE_METHODS)
@declare("Open a public notice", answers=PAGE)
async def open_notice(request: Request, _caller: Public, _plan: _Plan) -> Response:
    """Return the public page of a notice; its script asks `/notices/{plan}.json`."""
    return page_answer(request, "plan-notice")

"""The grids, and everything that hangs on one."""

from __future__ import annotations

from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query
from pydantic import BeforeValidator
from starlette.responses import Response

from api.query import AsOf, StrictRoute, read_number, whole
from api.routes.answers import LiveAtlas, answer
from gis.atlas import Atlas
from gis.division import GRID_CLASSES, GRID_GRADES, Grid, GridKind
from gis.errors import InvalidInput
from gis.exchange.sheets import grid_json, place_json, provenance_json, sheet_json
from gis.geometry import check_lon_lat

router = APIRouter(prefix="/grids", tags=["grids"], route_class=StrictRoute)

_PAGE = 100
_MOST = 1000


def _choice(field: str, known: tuple[str, ...]) -> Any:
    def check(value: object) -> object:
        if value is None or value in known:
            return value
        listed = ", ".join(known)
        raise InvalidInput(
            field,
            f"{field} = {str(value)[:40]!r} must be one of {listed}",
            f"{field} = {str(value)[:40]!r} 应为以下之一：{listed}",
            known,
        )

    return Annotated[str | None, BeforeValidator(check), Query(description=", ".join(known))]


def _box(value: object) -> tuple[float, ...] | None:
    if value is None:
        return None
    parts = str(value).split(",")
    if len(parts) != 4:
        raise InvalidInput(
            "bbox",
            "bbox must be four numbers: west,south,east,north in WGS84",
            "bbox 应为四个数：西,南,东,北（WGS84）",
            ("west,south,east,north",),
        )
    west, south, east, north = (read_number(p, "bbox") for p in parts)
    for lon, lat in ((west, south), (east, north)):
        try:
            check_lon_lat(lon, lat)
        except InvalidInput as problem:
            raise InvalidInput("bbox", problem.text.en, problem.text.zh) from None
    if west > east or south > north:
        raise InvalidInput("bbox", "bbox: west > east or south > north", "bbox：西大于东或南大于北")
    return west, south, east, north


Box = Annotated[
    str | None,
    BeforeValidator(lambda v: None if _box(v) is None else v),
    Query(description="Only grids that touch west,south,east,north (WGS84)"),
]
Words = Annotated[str | None, Query(max_length=200, description="Text in the name or code")]
YesNo = _choice("geometry", ("true", "false"))


@router.get("", summary="The grids, filtered and paged")
async def list_grids(
    live: LiveAtlas,
    level: whole("level", 1, 3, "1 community, 2 compound, 3 building cluster") = None,  # type: ignore[valid-type]
    parent: Annotated[str | None, Query(description="The code of the grid above")] = None,
    kind: _choice("kind", tuple(GridKind)) = None,  # type: ignore[valid-type]
    grid_class: _choice("grid_class", GRID_CLASSES) = None,  # type: ignore[valid-type]
    grid_grade: _choice("grid_grade", GRID_GRADES) = None,  # type: ignore[valid-type]
    bbox: Box = None,
    q: Words = None,
    geometry: YesNo = None,  # type: ignore[valid-type]
    limit: whole("limit", 1, _MOST, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 1_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
    as_of: AsOf = None,
) -> Response:
    """List the grids by level and code; `total` counts all that match."""
    atlas = await live.atlas(as_of)
    wanted = {"level": level, "kind": kind, "grid_class": grid_class, "grid_grade": grid_grade}
    found = _matching(atlas, {k: v for k, v in wanted.items() if v is not None})
    if parent is not None:
        children = {g.id for g in atlas.division.children(atlas.division.grid(parent).id)}
        found = [g for g in found if g.id in children]
    if bbox is not None:
        box = shapely.box(*(_box(bbox) or ()))
        found = [g for g in found if g.boundary.intersects(box)]
    if q:
        found = [g for g in found if q in g.name or q in g.code]
    start, size = offset or 0, limit or _PAGE
    rows = [
        grid_json(g, atlas.division, geometry=geometry == "true")
        for g in found[start : start + size]
    ]
    return answer(
        {
            "total": len(found),
            "offset": start,
            "limit": size,
            "grids": rows,
            **provenance_json(atlas),
        }
    )


def _matching(atlas: Atlas, wanted: dict[str, Any]) -> list[Grid]:
    return [g for g in atlas.division if all(getattr(g, k) == v for k, v in wanted.items())]


@router.get("/{code}", summary="One grid, with its boundary")
async def one_grid(live: LiveAtlas, code: str, as_of: AsOf = None) -> Response:
    """Return a grid by its code, its boundary in WGS84, and the codes of its children."""
    atlas = await live.atlas(as_of)
    grid = atlas.division.grid(code)
    children = [c.code for c in atlas.division.children(grid.id)]
    return answer(
        {
            **grid_json(grid, atlas.division, geometry=True),
            "children": children,
            **provenance_json(atlas),
        }
    )


@router.get("/{code}/sheet", summary="Everything about one grid")
async def sheet(live: LiveAtlas, code: str, as_of: AsOf = None) -> Response:
    """Return what hangs on a grid: people, organisations, counts, children and places."""
    atlas = await live.atlas(as_of)
    grid = atlas.division.grid(code)
    children = atlas.division.children(grid.id)
    return answer(
        {
            **sheet_json(atlas.sheet(grid), atlas),
            "children": [{"code": c.code, "name": c.name, "kind": str(c.kind)} for c in children],
            "places": [place_json(p, atlas) for p in atlas.places_in(grid.id)],
            **provenance_json(atlas),
        }
    )

"""The grids, and everything that hangs on one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.auth import Caller, Public
from api.http.declare import as_json, declare
from api.http.params import AsOf, Box, StrictRoute, Words, choice, read_box, whole
from api.http.path_params import GridCodePath
from api.http.responses import answer
from api.schemas.grids import GridPage, GridSheet, OneGrid
from api.serving.dependencies import Live
from gis.atlas import Atlas
from gis.division import GRID_CLASSES, GRID_GRADES, Grid, GridKind
from gis.exchange.json_values import grid_json, place_json, provenance_json, sheet_json

router = APIRouter(prefix="/grids", tags=["grids"], route_class=StrictRoute)

_PAGE = 100
_MOST = 1000


YesNo = choice("geometry", ("true", "false"))


@router.get("")
@declare("List the grids", answers={200: as_json(GridPage)}, refuses={404: None}, editions=True)
async def list_grids(
    caller: Public,
    live: Live,
    level: whole("level", 1, 3, "1 community, 2 compound, 3 building cluster") = None,  # type: ignore[valid-type]
    parent: Annotated[str | None, Query(description="The code of the grid above")] = None,
    kind: choice("kind", tuple(GridKind)) = None,  # type: ignore[valid-type]
    grid_class: choice("grid_class", GRID_CLASSES) = None,  # type: ignore[valid-type]
    grid_grade: choice("grid_grade", GRID_GRADES) = None,  # type: ignore[valid-type]
    bbox: Box = None,
    q: Words = None,
    geometry: YesNo = None,  # type: ignore[valid-type]
    limit: whole("limit", 1, _MOST, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 1_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
    as_of: AsOf = None,
) -> Response:
    """List the grids by level and code; `total` counts all that match."""
    atlas = await live.atlas(as_of, caller)

    def page() -> Response:
        wanted = {"level": level, "kind": kind, "grid_class": grid_class, "grid_grade": grid_grade}
        found = _matching(atlas, {k: v for k, v in wanted.items() if v is not None})
        if parent is not None:
            children = {g.id for g in atlas.division.children(atlas.division.grid(parent).id)}
            found = [g for g in found if g.id in children]
        if bbox is not None:
            box = shapely.box(*(read_box(bbox) or ()))
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

    return await live.workers.run(caller, page)


def _matching(atlas: Atlas, wanted: dict[str, Any]) -> list[Grid]:
    return [g for g in atlas.division if all(getattr(g, k) == v for k, v in wanted.items())]


async def _answering(
    caller: Caller, live: Live, code: str, as_of: date | None
) -> tuple[Atlas, Grid]:
    """Return a grid and the atlas that answers for it: the caller's, or the public one."""
    atlas = await live.atlas(as_of, caller)
    grid = atlas.division.grid(code)
    answering = atlas.on(grid.id)
    return answering, answering.division.by_id[grid.id]


@router.get("/{code}")
@declare("Get a grid", answers={200: as_json(OneGrid)}, editions=True)
async def get_grid(caller: Public, live: Live, code: GridCodePath, as_of: AsOf = None) -> Response:
    """Return a grid by its code, its boundary in WGS84, and the codes of its children."""
    atlas, grid = await _answering(caller, live, code, as_of)
    children = [c.code for c in atlas.division.children(grid.id)]
    return answer(
        {
            **grid_json(grid, atlas.division, geometry=True),
            "children": children,
            **provenance_json(atlas),
        }
    )


@router.get("/{code}/sheet")
@declare("Get everything about a grid", answers={200: as_json(GridSheet)}, editions=True)
async def get_grid_sheet(
    caller: Public, live: Live, code: GridCodePath, as_of: AsOf = None
) -> Response:
    """Return what hangs on a grid: people, organisations, counts, children and places."""
    atlas, grid = await _answering(caller, live, code, as_of)

    def sheet() -> Response:
        children = atlas.division.children(grid.id)
        return answer(
            {
                **sheet_json(atlas.sheet(grid), atlas),
                "children": [
                    {"code": c.code, "name": c.name, "kind": str(c.kind)} for c in children
                ],
                "places": [place_json(p, atlas) for p in atlas.places_in(grid.id)],
                **provenance_json(atlas),
            }
        )

    return await live.workers.run(caller, sheet)

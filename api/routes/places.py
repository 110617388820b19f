"""The places and the people of the grids, filtered and paged, in the caller's edition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.auth import Caller, Public
from api.http.declare import as_json, declare
from api.http.params import AsOf, Box, StrictRoute, Words, choice, read_box, whole
from api.http.responses import answer
from api.schemas.grids import PersonPage, PlacePage
from api.serving.dependencies import Live
from gis.atlas import Atlas
from gis.directory import Place, PlaceKind
from gis.division import GRID_CLASSES, GRID_GRADES, Grid
from gis.exchange.json_values import place_json, provenance_json, responsible_json
from gis.ids import GridId, Level
from gis.roster import GridRole, Responsible

router = APIRouter(route_class=StrictRoute)

_PAGE, _MOST = 100, 1000
Above = Annotated[
    str | None, Query(max_length=40, description="Only on the grid of this code, or below it")
]


# --- places --------------------------------------------------------------------------------------


@router.get("/places", tags=["places"])
@declare("List the places", answers={200: as_json(PlacePage)}, refuses={404: None}, editions=True)
async def list_places(
    caller: Public,
    live: Live,
    kind: choice("kind", tuple(PlaceKind)) = None,  # type: ignore[valid-type]
    level: whole("level", 1, 3, "The level of the grids that are named; 3 when absent") = None,  # type: ignore[valid-type]
    parent: Above = None,
    grid_class: choice("grid_class", GRID_CLASSES) = None,  # type: ignore[valid-type]
    grid_grade: choice("grid_grade", GRID_GRADES) = None,  # type: ignore[valid-type]
    bbox: Box = None,
    q: Words = None,
    limit: whole("limit", 1, _MOST, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 1_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
    as_of: AsOf = None,
) -> Response:
    """List buildings, businesses and resident units by id; `total` counts all that match.

    `grid` of each is the code of the grid it stands on, of the `level` asked for. `grid_class`
    and `grid_grade` are those of the grids of level 1 and 2 above it. `q` is text in the name,
    an alias, a former name or the address.
    """
    atlas = await live.atlas(as_of, caller)

    def page() -> Response:
        found: Iterable[Place] = atlas.directory.places
        if parent is not None:
            found = atlas.places_in(atlas.division.grid(parent).id)
        if kind is not None:
            found = [p for p in found if p.kind == kind]
        if grid_class is not None or grid_grade is not None:
            wanted = _of_rank(atlas, grid_class, grid_grade)
            found = [p for p in found if atlas.grid_of.get(p.id) in wanted]
        if bbox is not None:
            box = shapely.box(*(read_box(bbox) or ()))
            found = [p for p in found if p.geometry.intersects(box)]
        if q:
            found = [p for p in found if _says(p, q)]
        rows = list(found)
        start, size = offset or 0, limit or _PAGE
        named = Level(level or 3)
        return answer(
            {
                "total": len(rows),
                "offset": start,
                "limit": size,
                "places": [_place_row(p, atlas, named) for p in rows[start : start + size]],
                **provenance_json(atlas),
            }
        )

    return await live.workers.run(caller, page)


def _says(place: Place, q: str) -> bool:
    words = (place.name, place.address, *place.aliases, *place.former_names)
    return any(q in word for word in words)


def _of_rank(atlas: Atlas, grid_class: str | None, grid_grade: str | None) -> set[GridId]:
    """Return the level-3 grids that lie in a grid of a class and in one of a grade."""
    return {
        g.id
        for g in atlas.division.level(3)
        if _has_rank(atlas.division.chain(g.id), grid_class, grid_grade)
    }


def _has_rank(chain: tuple[Grid, ...], grid_class: str | None, grid_grade: str | None) -> bool:
    return (grid_class is None or any(g.grid_class == grid_class for g in chain)) and (
        grid_grade is None or any(g.grid_grade == grid_grade for g in chain)
    )


def _place_row(place: Place, atlas: Atlas, level: Level) -> dict[str, Any]:
    grid = atlas.grid_of.get(place.id)
    row = place_json(place, atlas)
    if grid is not None:
        row["grid"] = atlas.division.chain(grid)[level - 1].code
    return row


# --- people --------------------------------------------------------------------------------------


@router.get("/people", tags=["people"])
@declare(
    "List the people responsible",
    answers={200: as_json(PersonPage)},
    refuses={404: None},
    editions=True,
)
async def list_people(
    caller: Public,
    live: Live,
    role: choice("role", tuple(GridRole)) = None,  # type: ignore[valid-type]
    level: whole("level", 1, 3, "Only duties on grids of this level") = None,  # type: ignore[valid-type]
    parent: Above = None,
    grid_class: choice("grid_class", GRID_CLASSES) = None,  # type: ignore[valid-type]
    grid_grade: choice("grid_grade", GRID_GRADES) = None,  # type: ignore[valid-type]
    bbox: Box = None,
    q: Words = None,
    limit: whole("limit", 1, _MOST, f"At most this many; {_PAGE} when absent") = None,  # type: ignore[valid-type]
    offset: whole("offset", 0, 1_000_000, "Leave out this many first") = None,  # type: ignore[valid-type]
    as_of: AsOf = None,
) -> Response:
    """List who serves where, by grid and role; `total` counts all that match.

    One row for each duty in force: who, in which role, on which `grid` (null: the subdistrict).
    `q` is text in the name.
    """
    atlas = await live.atlas(as_of, caller)

    def page() -> Response:
        grids = _grids(atlas, level, parent, bbox)
        held = _held(atlas, None) if grids is None else []
        for grid in atlas.division if grids is None else grids:
            if _has_rank(atlas.division.chain(grid.id), grid_class, grid_grade):
                held += _held(atlas, grid)
        if grids is None and (grid_class is not None or grid_grade is not None):
            held = [(g, r) for g, r in held if g is not None]
        if role is not None:
            held = [(g, r) for g, r in held if r.duty.role == role]
        if q:
            held = [(g, r) for g, r in held if q in r.person.name]
        start, size = offset or 0, limit or _PAGE
        return answer(
            {
                "total": len(held),
                "offset": start,
                "limit": size,
                "people": [_person_row(g, r, atlas, caller) for g, r in held[start : start + size]],
                **provenance_json(atlas),
            }
        )

    return await live.workers.run(caller, page)


def _grids(
    atlas: Atlas, level: int | None, parent: str | None, bbox: str | None
) -> list[Grid] | None:
    """Return the grids that are asked for by place, None when none of it is asked."""
    if level is None and parent is None and bbox is None:
        return None
    found = list(atlas.division)
    if level is not None:
        found = [g for g in found if g.level == level]
    if parent is not None:
        above = atlas.division.grid(parent).id
        found = [g for g in found if any(a.id == above for a in atlas.division.chain(g.id))]
    if bbox is not None:
        box = shapely.box(*(read_box(bbox) or ()))
        found = [g for g in found if g.boundary.intersects(box)]
    return found


def _held(atlas: Atlas, grid: Grid | None) -> list[tuple[Grid | None, Responsible]]:
    """Return the duties in force on a grid, as the edition that answers for it has them."""
    identity = grid.id if grid else None
    return [(grid, held) for held in atlas.on(identity).roster.duties_on(identity, atlas.as_of)]


def _person_row(
    grid: Grid | None, held: Responsible, atlas: Atlas, caller: Caller
) -> dict[str, Any]:
    named = {"id": held.person.id} if caller.signed_in else {}
    return {
        **named,
        **responsible_json(held, grid, atlas.division),
        "grid": grid.code if grid else None,
        "grid_name": grid.name if grid else None,
        "level": int(grid.level) if grid else 0,
    }

"""Places kept current: a new shop, a demolished building, a corrected count, a moved point.

Staff edit what stands on the grids of their scope; planners and those above them all.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller, Staff
from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.params import StrictRoute, whole
from api.http.path_params import PlacePath
from api.http.responses import answer
from api.routes.edit.common import (
    Guard,
    edited,
    revise_directory,
)
from api.schemas.editing import (
    EditedPlace,
    EditOutdated,
    FoundPlaces,
    NewPlace,
    PlaceAnswer,
    PlaceChange,
    PlaceFields,
    Removal,
    RemovedPlaces,
)
from api.schemas.people import check_grid, grid_brief, may_edit_grid, tag
from api.serving.dependencies import Latest
from api.serving.latest_atlas import LatestAtlas
from gis.addresses.typeahead import best_of, rank
from gis.atlas import Atlas
from gis.datum import parse_datum
from gis.directory import Directory, Place, PlaceKind
from gis.division import Division
from gis.editing import Edited, fields, places
from gis.editing.places import Spot
from gis.editing.workload import count_against_buildings
from gis.errors import InvalidInput
from gis.exchange.json_values import provenance_json
from gis.findings import Finding, Text, note, warning
from gis.geometry import point_inside
from gis.ids import GridId
from gis.lookup.locator import Locator
from gis.roster import Roster
from gis.store.edits import EditBase, Revised

router = APIRouter(tags=["places"], route_class=StrictRoute)

_FOUND = 20
_MOST = 100
_SPOT = ("lon", "lat", "datum")
Asked = Annotated[str, Query(max_length=100, description="A name, its pinyin, an address, an id")]


# --- looking -----------------------------------------------------------------------------------


@router.get("/places/find")
@declare(
    "Find places by name, pinyin, address or id",
    answers={200: as_json(FoundPlaces)},
    refuses={404: None},
)
async def find_places(
    caller: Staff,
    latest: Latest,
    q: Asked = "",
    grid: Annotated[str, Query(max_length=40, description="Only on the grid of this code")] = "",
    limit: whole("limit", 1, _MOST, f"At most this many; {_FOUND} when absent") = None,  # type: ignore[valid-type]
) -> Response:
    """Return the places that are meant, the best first; on others' grids what the public sees."""
    atlas = await latest.seen(caller)
    found = atlas.places_in(atlas.division.grid(grid).id) if grid else atlas.directory.places

    def score(place: Place) -> int:
        if not q.strip():
            return 0
        names = (place.name, place.address, *place.aliases, *place.former_names)
        return rank(q, names, [place.id])

    best, total = best_of(found, score, lambda p: p.id, limit or _FOUND)
    return answer(
        {"places": [_brief(p, atlas) for p in best], "total": total, **provenance_json(atlas)}
    )


def _brief(place: Place, atlas: Atlas) -> dict[str, Any]:
    grid = atlas.grid_of.get(place.id)
    return {
        "id": place.id,
        "kind": str(place.kind),
        "name": place.name,
        "address": place.address,
        "households": place.households,
        "disclosed": place.disclosed,
        "grid": grid_brief(atlas.division.by_id[grid], atlas.division) if grid else None,
    }


@router.get("/places/{place}")
@declare("Get a place as it is edited", answers={200: as_json(PlaceAnswer, "ETag")})
async def get_place(caller: Staff, latest: Latest, place: PlacePath) -> Response:
    """Return everything about a place; `ETag` guards an edit of it."""
    atlas = await latest.seen(caller)
    body = _place_json(places.place_of(atlas.directory, place), atlas, caller)
    return answer({**body, **provenance_json(atlas)}, headers={"etag": f'"{body["etag"]}"'})


def _place_json(place: Place, atlas: Atlas, caller: Caller) -> dict[str, Any]:
    lon, lat = point_inside(place.geometry)
    building = atlas.directory.by_id.get(place.building) if place.building else None
    inside = [p for p in atlas.directory.places if p.building == place.id]
    grid = atlas.grid_of.get(place.id)
    return {
        **_brief(place, atlas),
        **{name: getattr(place, name) for name in fields.names(places.RECORD)},
        "building_name": building.name if building else None,
        "contents": [{"id": p.id, "name": p.name} for p in inside],
        "lon": lon,
        "lat": lat,
        "datum": "wgs84",
        "footprint": place.geometry.geom_type != "Point",
        "editable": may_edit_grid(caller, atlas.division, grid),
        "etag": tag(place),
    }


# --- changing ----------------------------------------------------------------------------------


@router.post("/places")
@declare(
    "Create a place",
    body=NewPlace,
    answers={201: as_json(EditedPlace, "ETag", "Location")},
    refuses={409: None},
)
async def create_place(request: Request, caller: Staff, latest: Latest) -> Response:
    """Add a place at a point in its stated datum, or in the building it names."""
    given = await read_body(request, NewPlace)
    spot = _spot(given)
    values = given.given("reason", "kind", *_SPOT)

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        done = places.add_place(base.value, given.kind, values, spot, identity=base.identity)
        if not base.identity:
            _check_standing(caller, base.division, done.value.by_id, done.id)
        return done

    revised = await revise_directory(latest, caller, edit, given.why)
    return await _answer(request, caller, latest, revised, revised.edited.id, status=201)


@router.patch("/places/{place}")
@declare(
    "Change a place",
    body=PlaceChange,
    answers={200: as_json(EditedPlace, "ETag")},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def change_place(
    request: Request, caller: Staff, latest: Latest, place: PlacePath
) -> Response:
    """Change the fields given; `If-Match` with the place's ETag.

    A new `name` keeps the old one among `former_names` unless `keep_name` is false. A new point
    needs its `datum`. The count of the grid stays; what it and the buildings say is compared in
    `findings`.
    """
    guard = Guard(request)
    given = await read_body(request, PlaceChange)
    spot = _spot(given)
    values = given.given("reason", "keep_name", *_SPOT)
    seen = await latest.seen(caller)

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        places.place_of(seen.directory, place)
        if not base.identity:
            _check(guard, base, caller, place)
        done = places.edit_place(base.value, place, values, spot=spot, keep_name=given.keep_name)
        if not base.identity:
            _check_standing(caller, base.division, done.value.by_id, place)
        return done

    revised = await revise_directory(latest, caller, edit, given.why)
    return await _answer(request, caller, latest, revised, place)


@router.post("/places/{place}/remove")
@declare(
    "Remove a place",
    body=Removal,
    answers={200: as_json(RemovedPlaces)},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def remove_place(
    request: Request, caller: Staff, latest: Latest, place: PlacePath
) -> Response:
    """Remove a shop that closed or a building torn down (`contents`: with what is in it).

    Former versions keep it. `If-Match` with its ETag.
    """
    guard = Guard(request)
    given = await read_body(request, Removal)
    before = await latest.atlas()
    seen = latest.see(caller, before)

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        places.place_of(seen.directory, place)
        if not base.identity:
            _check(guard, base, caller, place)
        return places.remove_place(base.value, place, with_contents=given.contents)

    revised = await revise_directory(latest, caller, edit, given.why)
    atlas = await asyncio.to_thread(latest.after, revised)
    grid = before.grid_of.get(places.place_of(before.directory, place).id)
    remarks = await asyncio.to_thread(count_against_buildings, atlas, grid)
    body = {"removed": [c.subject.partition(":")[2] for c in revised.edited.changes]}
    return edited(request, {**body, **provenance_json(atlas)}, (*revised.edited.findings, *remarks))


def _spot(given: PlaceFields) -> Spot | None:
    """Return the point that a body says; lon, lat and datum stand together or not at all."""
    if given.lon is None and given.lat is None and given.datum is None:
        return None
    datum = parse_datum(given.datum)
    for name, value in (("lon", given.lon), ("lat", given.lat)):
        if value is None:
            raise InvalidInput(
                name, f"{name} must be a number such as 118.75", f"{name} 应为 118.75 这样的数"
            )
    assert given.lon is not None
    assert given.lat is not None
    return Spot(given.lon, given.lat, datum)


def _grid_at(division: Division, place: Place) -> GridId | None:
    grids = Locator(division).locate(*point_inside(place.geometry)).grids
    return grids[-1].id if grids else None


def _check(guard: Guard, base: EditBase[Directory], caller: Caller, place: str) -> None:
    """Refuse a place outside the caller's grids, or one that was changed meanwhile."""
    found = places.place_of(base.value, place)
    _check_standing(caller, base.division, base.value.by_id, place)
    now = tag(found)
    if not guard.holds(now):
        atlas = Atlas(base.division, base.value, Roster(), base.day)
        guard.check(now, _place_json(found, atlas, caller), f"place:{place}")


def _check_standing(caller: Caller, division: Division, by_id: Any, place: str) -> None:
    check_grid(caller, division, _grid_at(division, by_id[place]))


async def _answer(
    request: Request,
    caller: Caller,
    latest: LatestAtlas,
    revised: Revised[Directory],
    place: str,
    status: int = 200,
) -> Response:
    atlas = await asyncio.to_thread(latest.after, revised)
    body, remarks = await asyncio.to_thread(_told, atlas, caller, place, revised)
    return edited(
        request,
        {**body, **provenance_json(atlas)},
        (*revised.edited.findings, *remarks),
        status=status,
        etag=body["etag"],
        location=f"/places/{place}" if status == 201 else "",
    )


def _told(
    atlas: Atlas, caller: Caller, place: str, revised: Revised[Directory]
) -> tuple[dict[str, Any], list[Finding]]:
    """Return a place after an edit, and what somebody should look at."""
    found = places.place_of(atlas.directory, place)
    body = _place_json(found, atlas, caller)
    grid = atlas.grid_of.get(found.id)
    if grid is None:
        outside = Text(
            f"{found.name} lies outside every grid: check the point and its datum",
            f"{found.name} 不在任何网格内：请检查点位及坐标系",
        )
        return body, [warning("outside", outside)]
    remarks = []
    if revised.stored and any("geometry" in (c.after or {}) for c in revised.edited.changes):
        chain = "·".join(g.name for g in atlas.division.chain(grid))
        text = Text(f"it now stands on {chain}", f"现位于 {chain}")
        remarks.append(note("stands_on", text, grid_code=atlas.division.by_id[grid].code))
    if found.kind is PlaceKind.BUILDING:
        remarks += count_against_buildings(atlas, grid)
    return body, remarks

"""Places kept current: a new shop, a demolished building, a corrected count, a moved point.

Staff edit what stands on the grids of their scope; planners and those above them all.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller, Staff
from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.params import whole
from api.http.path_params import PlacePath
from api.http.preconditions import if_match
from api.http.responses import answer
from api.routes.edit.common import EditRoute, desk_of, edited
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
from api.schemas.places import place_brief, place_json
from api.serving.dependencies import Latest
from api.serving.latest_atlas import LatestAtlas
from gis.addresses.typeahead import best_of, rank
from gis.datum import parse_datum
from gis.directory import Directory, Place
from gis.editing.places import ReadPoint, place_of
from gis.errors import InvalidInput
from gis.exchange.json_values import provenance_json
from gis.ids import PlaceId
from gis.store.edits import Revised
from gis.workflows import edits

router = APIRouter(tags=["places"], route_class=EditRoute)

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
        {"places": [place_brief(p, atlas) for p in best], "total": total, **provenance_json(atlas)}
    )


@router.get("/places/{place}")
@declare("Get a place as it is edited", answers={200: as_json(PlaceAnswer, "ETag")})
async def get_place(caller: Staff, latest: Latest, place: PlacePath) -> Response:
    """Return everything about a place; `ETag` guards an edit of it."""
    atlas = await latest.seen(caller)
    body = place_json(place_of(atlas.directory, place), atlas, caller)
    return answer({**body, **provenance_json(atlas)}, headers={"etag": f'"{body["etag"]}"'})


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
    values = given.given("reason", "kind", *_SPOT)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.add_place, desk, given.kind, values, _spot(given))
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
    expected = if_match(request)
    given = await read_body(request, PlaceChange)
    values = given.given("reason", "keep_name", *_SPOT)
    change = edits.PlaceEdit(values, _spot(given), given.keep_name)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.edit_place, desk, place, change, expected=expected)
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
    expected = if_match(request)
    given = await read_body(request, Removal)
    before = await latest.seen(caller)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(
        edits.remove_place, desk, place, with_contents=given.contents, expected=expected
    )
    stored = await asyncio.to_thread(latest.after, revised)
    atlas = await asyncio.to_thread(latest.see, caller, stored)
    grid = before.grid_of.get(PlaceId(place))
    remarks = await asyncio.to_thread(edits.count_remarks, caller.editor, atlas, grid)
    body = {"removed": [c.subject.partition(":")[2] for c in revised.edited.changes]}
    return edited(request, {**body, **provenance_json(atlas)}, (*revised.edited.findings, *remarks))


def _spot(given: PlaceFields) -> ReadPoint | None:
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
    return ReadPoint(given.lon, given.lat, datum)


async def _answer(
    request: Request,
    caller: Caller,
    latest: LatestAtlas,
    revised: Revised[Directory],
    place: str,
    status: int = 200,
) -> Response:
    stored = await asyncio.to_thread(latest.after, revised)
    atlas = await asyncio.to_thread(latest.see, caller, stored)
    body = await asyncio.to_thread(place_json, place_of(atlas.directory, place), atlas, caller)
    remarks = await asyncio.to_thread(edits.remarks_after, caller.editor, atlas, place, revised)
    return edited(
        request,
        {**body, **provenance_json(atlas)},
        (*revised.edited.findings, *remarks),
        status=status,
        etag=body["etag"],
        location=f"/places/{place}" if status == 201 else "",
    )

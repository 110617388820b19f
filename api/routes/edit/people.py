"""People and duties kept current: find, look at, edit; every edit is the next version, on record.

Staff edit people and duties on the grids of their scope; planners and those above them all.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller, Staff
from api.http.params import StrictRoute, whole
from api.http.problems import language_of
from api.http.responses import answer
from api.routes.edit.common import Guard, edited, json_body, only, read_body, revise_roster
from api.schemas import people as shown
from api.serving.dependencies import Latest
from api.serving.latest_atlas import LatestAtlas
from gis.addresses.typeahead import best_of, rank
from gis.atlas import Atlas
from gis.directory import Directory
from gis.division import Grid
from gis.editing import Edited, duties, fields, people
from gis.editing.workload import without_leader
from gis.errors import InvalidInput, NotAllowed
from gis.exchange.json_values import provenance_json
from gis.ids import GridId
from gis.roster import ROLES, Person, Role, Roster
from gis.rules import is_too_much, loads
from gis.store.edits import EditBase, Revised

router = APIRouter(tags=["people"], route_class=StrictRoute)

_FOUND = 20
_MOST = 100
_PERSON = fields.body_schema(people.RECORD)
_DAY = {"type": "string", "format": "date"}
Asked = Annotated[str, Query(max_length=100, description="A name, its pinyin or a code")]


# --- looking -----------------------------------------------------------------------------------


@router.get("/people/find", summary="People and grids by name, pinyin or code")
async def find(
    request: Request,
    caller: Staff,
    latest: Latest,
    q: Asked = "",
    limit: whole("limit", 1, _MOST, f"At most this many of each; {_FOUND} when absent") = None,  # type: ignore[valid-type]
) -> Response:
    """Return the people and the grids that are meant, the best first.

    Of people who serve on other grids than the caller's, those the public sees.
    """
    atlas = await latest.seen(caller)
    most = limit or _FOUND
    found, people_total = _people_meant(atlas, q, most)
    grids, grids_total = _grids_meant(atlas, q, most)
    language = language_of(request)
    return answer(
        {
            "people": [shown.person_brief(p, atlas, language) for p in found],
            "people_total": people_total,
            "grids": [_grid_found(g, atlas) for g in grids],
            "grids_total": grids_total,
            **provenance_json(atlas),
        }
    )


def _people_meant(atlas: Atlas, q: str, limit: int) -> tuple[Any, int]:
    def score(person: Person) -> int:
        if not q.strip():
            return 0
        best = rank(q, [person.name], [person.id, person.office_phone])
        return best if best < 99 else min(99, rank(q, [person.organisation]) + 10)

    return best_of(atlas.roster.people, score, lambda p: p.id, limit)


def _grids_meant(atlas: Atlas, q: str, limit: int) -> tuple[Any, int]:
    if not q.strip():
        return (), 0
    return best_of(atlas.division, lambda g: rank(q, [g.name], [g.code]), lambda g: g.code, limit)


def _grid_found(grid: Grid, atlas: Atlas) -> dict[str, Any]:
    held = atlas.roster.duties_on(grid.id, atlas.as_of)
    leader = next((r for r in held if r.duty.role is Role.GRID_LEADER), None)
    return {
        **shown.grid_brief(grid, atlas.division),
        "leader": shown.leader_json(leader),
    }


@router.get("/people/{person}", summary="Somebody, with duties now and before")
async def one_person(request: Request, caller: Staff, latest: Latest, person: str) -> Response:
    """Return somebody and every duty, the newest first; `ETag` guards an edit of the person."""
    atlas = await latest.atlas()
    seen = latest.see(caller, atlas)
    people.person_of(seen.roster, person)
    found = people.person_of(atlas.roster, person)
    body = shown.person_json(found, atlas, caller, language_of(request), seen)
    return answer({**body, **provenance_json(atlas)}, headers={"etag": f'"{body["etag"]}"'})


@router.get("/duties", summary="The duties on a grid, now, before and later")
async def duties_on(
    request: Request,
    caller: Staff,
    latest: Latest,
    grid: Annotated[str, Query(max_length=40, description="A code; empty: the subdistrict")] = "",
) -> Response:
    """Return every duty on a grid, those in force first, then the newest.

    On grids that are not the caller's, those in force that the public sees.
    """
    atlas = await latest.seen(caller)
    found = atlas.division.grid(grid) if grid else None
    held = [d for d in atlas.roster.duties if d.grid == (found.id if found else None)]
    order = {"now": 0, "later": 1, "before": 2}
    held.sort(key=lambda d: (d.since, d.id), reverse=True)
    held.sort(key=lambda d: (order[shown.state_of(d, atlas.as_of)], list(ROLES).index(d.role)))
    language = language_of(request)
    return answer(
        {
            "grid": _grid_found(found, atlas) if found else None,
            "editable": shown.may_edit_grid(caller, atlas.division, found.id if found else None),
            "duties": [shown.duty_json(d, atlas, caller, language) for d in held],
            **provenance_json(atlas),
        }
    )


@router.get("/duties/findings", summary="Grids without a leader; leaders with too much")
async def findings(caller: Staff, latest: Latest) -> Response:
    """Return what somebody should look at on the caller's grids.

    A leader has too much with more households than `WANGGE_LEADER_HOUSEHOLDS`; when that is
    not set, with more than twice the median of the leaders of the same level.
    """
    atlas = await latest.atlas()
    rules = latest.settings.rules
    limit = rules.leader_households
    division = atlas.division
    mine = {g.id for g in division if shown.may_edit_grid(caller, division, g.id)}
    heavy = [x for x in loads(atlas) if is_too_much(x, rules) and mine.intersection(x.grids)]
    bare = [g for g in without_leader(atlas) if g.id in mine]
    return answer(
        {
            "without_leader": [shown.grid_brief(g, division) for g in bare],
            "too_heavy": [shown.load_json(load, atlas, limit) for load in heavy],
            "limit": limit,
            **provenance_json(atlas),
        }
    )


# --- people ------------------------------------------------------------------------------------


@router.post(
    "/people",
    summary="Somebody new",
    status_code=201,
    openapi_extra=json_body(_PERSON, {"name": "王示例", "office_phone": "025-0000-0001"}),
)
async def new_person(request: Request, caller: Staff, latest: Latest) -> Response:
    """Add somebody, who holds no duty yet."""
    given, reason = await read_body(request)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return people.add_person(base.value, given, identity=base.identity)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _person_answer(request, caller, latest, revised, revised.edited.id, status=201)


@router.patch(
    "/people/{person}",
    summary="Change name, phones, organisation, consent",
    openapi_extra=json_body(_PERSON, {"office_phone": "025-0000-0002", "reason": "换号"}),
)
async def edit_person(request: Request, caller: Staff, latest: Latest, person: str) -> Response:
    """Change the fields given; `If-Match` with the person's ETag."""
    guard = Guard(request)
    given, reason = await read_body(request)
    language = language_of(request)
    seen = await latest.seen(caller)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        if not base.identity:
            _check(guard, base, caller, person, language, seen)
        return people.edit_person(base.value, person, given)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _person_answer(request, caller, latest, revised, person)


def _check(
    guard: Guard,
    base: EditBase[Roster],
    caller: Caller,
    person: str,
    language: str,
    seen: Atlas,
    *,
    of_duties: bool = False,
) -> None:
    """Refuse an edit that the caller may not make, or that was made from another state."""
    atlas = _seen(base)
    people.person_of(seen.roster, person)
    found = people.person_of(base.value, person)
    if not shown.may_edit_person(caller, atlas, found):
        raise NotAllowed(
            f"{found.name} serves on grids that are not among yours: ask an administrator",
            f"{found.name} 任职的网格不在您的管辖范围内：请联系管理员",
        )
    body = shown.person_json(found, atlas, caller, language)
    now = body["duties_etag"] if of_duties else body["etag"]
    guard.check(now, body, f"person:{person}")


def _seen(base: EditBase[Roster]) -> Atlas:
    """Return the people and grids that an edit meets."""
    return Atlas(base.division, Directory(), base.value, base.day)


@router.post(
    "/people/{person}/leave",
    summary="End every duty of somebody",
    openapi_extra=json_body({"on": _DAY}, {"on": "2026-12-01", "reason": "退休"}),
)
async def leave(request: Request, caller: Staff, latest: Latest, person: str) -> Response:
    """End all duties on a day (`on`: the first day without); `If-Match` with `duties_etag`."""
    guard = Guard(request)
    given, reason = await read_body(request)
    on = fields.day(only(given, "on"), "on", required=True)
    language = language_of(request)
    assert on is not None
    seen = await latest.seen(caller)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        if not base.identity:
            _check(guard, base, caller, person, language, seen, of_duties=True)
            for duty in base.value.duties:
                if duty.person == person and (duty.until is None or duty.until > on):
                    shown.check_grid(caller, base.division, duty.grid)
        return duties.leave_office(base.value, base.division, person, on)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _person_answer(request, caller, latest, revised, person)


# --- duties ------------------------------------------------------------------------------------


@router.post(
    "/people/{person}/duties",
    summary="Somebody takes up a duty",
    status_code=201,
    openapi_extra=json_body(
        {
            "grid": {"type": ["string", "null"]},
            "role": {"type": "string", "enum": [str(r) for r in Role]},
            "since": _DAY,
            "until": {**_DAY, "type": ["string", "null"]},
        },
        {"grid": "320106012005", "role": "volunteer", "since": "2026-12-01"},
    ),
)
async def appoint(request: Request, caller: Staff, latest: Latest, person: str) -> Response:
    """Let somebody serve on a grid (null: the subdistrict) from a day; refuses a second leader."""
    given, reason = await read_body(request)
    only(given, "grid", "role", "since", "until")
    code = fields.text(given, "grid")
    role = fields.one_of(given, "role", [str(r) for r in Role])
    if role is None:
        raise InvalidInput("role", "role is missing", "缺少 role（职务）", tuple(map(str, Role)))
    since = fields.day(given, "since", required=True)
    until = fields.day(given, "until")
    assert since is not None
    seen = await latest.seen(caller)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        people.person_of(seen.roster, person)
        grid = base.division.grid(code).id if code else None
        if not base.identity:
            shown.check_grid(caller, base.division, grid)
        asked = duties.Appointment(person, grid, Role(role), since, until)
        return duties.appoint(base.value, base.division, asked, identity=base.identity)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _person_answer(request, caller, latest, revised, person, status=201)


@router.post(
    "/duties/{duty}/handover",
    summary="Hand a duty over from a day",
    openapi_extra=json_body(
        {"to": {"type": "string"}, "on": _DAY}, {"to": "p-0002", "on": "2026-12-01"}
    ),
)
async def hand_over(request: Request, caller: Staff, latest: Latest, duty: str) -> Response:
    """End a duty on a day and let `to` take it up that day; `If-Match` with the duty's `etag`."""
    guard = Guard(request)
    given, reason = await read_body(request)
    only(given, "to", "on")
    to = fields.text(given, "to", required=True)
    on = fields.day(given, "on", required=True)
    language = language_of(request)
    assert on is not None
    seen = await latest.seen(caller)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        if not base.identity:
            _check_duty(guard, base, caller, duty, language)
        people.person_of(seen.roster, to)
        return duties.hand_over(base.value, base.division, duty, to, on, identity=base.identity)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _duty_answer(request, caller, latest, revised, revised.edited.id)


@router.patch(
    "/duties/{duty}",
    summary="Say when a duty ends",
    openapi_extra=json_body(
        {"until": {**_DAY, "type": ["string", "null"]}}, {"until": "2026-12-31"}
    ),
)
async def end(request: Request, caller: Staff, latest: Latest, duty: str) -> Response:
    """Set the first day a duty is no longer held (null: no end); `If-Match` with its `etag`."""
    guard = Guard(request)
    given, reason = await read_body(request)
    if "until" not in only(given, "until"):
        raise InvalidInput("until", "until is missing", "缺少 until（结束日期）")
    until = fields.day(given, "until")
    language = language_of(request)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        if not base.identity:
            _check_duty(guard, base, caller, duty, language)
        return duties.end_duty(base.value, base.division, duty, until)

    revised = await revise_roster(latest, caller, edit, reason)
    return await _duty_answer(request, caller, latest, revised, duty)


@router.post(
    "/duties/{duty}/withdraw",
    summary="Withdraw a duty that has not begun",
    openapi_extra=json_body({}, {"reason": "另有安排"}),
)
async def withdraw(request: Request, caller: Staff, latest: Latest, duty: str) -> Response:
    """Take a planned duty back; the leader until then goes on. `If-Match` with its `etag`."""
    guard = Guard(request)
    given, reason = await read_body(request)
    only(given)
    language = language_of(request)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        if not base.identity:
            _check_duty(guard, base, caller, duty, language)
        return duties.withdraw(base.value, base.division, duty, latest.today)

    revised = await revise_roster(latest, caller, edit, reason)
    await asyncio.to_thread(latest.after, revised)
    return edited(request, {"withdrawn": duty}, revised.edited.findings)


def _check_duty(
    guard: Guard,
    base: EditBase[Roster],
    caller: Caller,
    duty: str,
    language: str,
) -> None:
    found = duties.duty_of(base.value, duty)
    shown.check_grid(caller, base.division, GridId(found.grid) if found.grid else None)
    body = shown.duty_json(found, _seen(base), caller, language)
    guard.check(body["etag"], body, f"duty:{duty}")


# --- storing and answering ---------------------------------------------------------------------


async def _person_answer(
    request: Request,
    caller: Caller,
    latest: LatestAtlas,
    revised: Revised[Roster],
    person: str,
    status: int = 200,
) -> Response:
    atlas = await asyncio.to_thread(latest.after, revised)
    found = people.person_of(atlas.roster, person)
    seen = await asyncio.to_thread(latest.see, caller, atlas)
    body = shown.person_json(found, atlas, caller, language_of(request), seen)
    return edited(
        request,
        {**body, **provenance_json(atlas)},
        revised.edited.findings,
        status=status,
        etag=body["etag"],
        location=f"/people/{person}" if status == 201 else "",
    )


async def _duty_answer(
    request: Request, caller: Caller, latest: LatestAtlas, revised: Revised[Roster], duty: str
) -> Response:
    atlas = await asyncio.to_thread(latest.after, revised)
    found = duties.duty_of(atlas.roster, duty)
    body = shown.duty_json(found, atlas, caller, language_of(request))
    return edited(
        request, {**body, **provenance_json(atlas)}, revised.edited.findings, etag=body["etag"]
    )

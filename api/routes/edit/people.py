"""People and duties kept current: find, look at, edit; every edit is the next version, on record.

Staff edit people and duties on the grids of their scope; planners and those above them all.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Caller, Staff, editor_of
from api.http.body import read_body
from api.http.declare import as_json, declare
from api.http.params import whole
from api.http.path_params import DutyPath, PersonPath
from api.http.preconditions import if_match
from api.http.problems import language_of
from api.http.responses import answer
from api.routes.edit.common import EditRoute, desk_of, edited
from api.schemas import people as shown
from api.schemas.editing import (
    ConsentedDuty,
    DutyEnd,
    DutyFindings,
    DutyRequested,
    Edit,
    EditedDuty,
    EditedPerson,
    EditOutdated,
    FoundPeople,
    GridDuties,
    Handover,
    LeavingOffice,
    MovedMobiles,
    NewDuty,
    NewPerson,
    PersonAnswer,
    PersonChange,
    Withdrawal,
    WithdrawnDuty,
)
from api.serving.account_service import AccountService
from api.serving.dependencies import Accounts, Latest
from api.serving.latest_atlas import LatestAtlas
from gis.addresses.typeahead import best_of, rank
from gis.atlas import Atlas
from gis.audit import Author
from gis.division import Grid
from gis.editing import duties, people
from gis.editing.permission import Editor
from gis.editing.workload import without_leader
from gis.errors import InvalidInput
from gis.exchange.json_values import provenance_json
from gis.roster import ROLES, GridRole, Person, Roster, mobiles_apart
from gis.rules import is_too_much, loads
from gis.store.edits import Revised
from gis.workflows import edits

router = APIRouter(tags=["people"], route_class=EditRoute)

_FOUND = 20
_MOST = 100
Asked = Annotated[str, Query(max_length=100, description="A name, its pinyin or a code")]


# --- looking -----------------------------------------------------------------------------------


@router.get("/people/find")
@declare("Find people and grids by name, pinyin or code", answers={200: as_json(FoundPeople)})
async def find_people(
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
    leader = next((r for r in held if r.duty.role is GridRole.GRID_LEADER), None)
    return {
        **shown.grid_brief(grid, atlas.division),
        "leader": shown.leader_json(leader),
    }


@router.get("/people/{person}")
@declare("Get a person with every duty", answers={200: as_json(PersonAnswer, "ETag")})
async def get_person(
    request: Request, caller: Staff, latest: Latest, person: PersonPath
) -> Response:
    """Return somebody and every duty, the newest first; `ETag` guards an edit of the person."""
    atlas = await latest.atlas()
    seen = latest.see(caller, atlas)
    people.person_of(seen.roster, person)
    body = shown.person_json(person, atlas, seen, caller, language_of(request))
    return answer({**body, **provenance_json(atlas)}, headers={"etag": f'"{body["etag"]}"'})


@router.get("/duties")
@declare("List the duties on a grid", answers={200: as_json(GridDuties)}, refuses={404: None})
async def list_duties(
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
            "editable": caller.editor.may_edit_grid(atlas.division, found.id if found else None),
            "duties": [shown.duty_json(d, atlas, caller, language) for d in held],
            **provenance_json(atlas),
        }
    )


@router.get("/duties/findings")
@declare(
    "List grids without a leader, overloaded leaders, misplaced mobiles",
    answers={200: as_json(DutyFindings)},
)
async def list_duty_findings(caller: Staff, latest: Latest) -> Response:
    """Return what somebody should look at on the caller's grids, of what the caller sees.

    A leader has too much with more households than `WANGGE_LEADER_HOUSEHOLDS`; when that is
    not set, with more than twice the median of the leaders of the same level. A mobile among
    the office phones is never shown in public; `POST /people/mobiles` moves all of them.
    """
    atlas = await latest.seen(caller)
    rules = latest.settings.rules
    limit = rules.leader_households
    division = atlas.division
    mine = {g.id for g in division if caller.editor.may_edit_grid(division, g.id)}
    heavy = [x for x in loads(atlas) if is_too_much(x, rules) and mine.intersection(x.grids)]
    bare = [g for g in without_leader(atlas) if g.id in mine]
    misplaced = [
        p
        for p in atlas.roster.people
        if mobiles_apart(p) != p and caller.editor.may_edit_person(atlas, p)
    ]
    return answer(
        {
            "without_leader": [shown.grid_brief(g, division) for g in bare],
            "too_heavy": [shown.load_json(load, atlas, limit) for load in heavy],
            "misplaced_mobiles": [
                {"id": p.id, "name": p.name, "office_phone": p.office_phone} for p in misplaced
            ],
            "limit": limit,
            **provenance_json(atlas),
        }
    )


# --- people ------------------------------------------------------------------------------------


@router.post("/people")
@declare(
    "Create a person",
    body=NewPerson,
    answers={201: as_json(EditedPerson, "ETag", "Location")},
    refuses={409: None},
)
async def create_person(request: Request, caller: Staff, latest: Latest) -> Response:
    """Add somebody, who holds no duty yet."""
    given = await read_body(request, NewPerson)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.add_person, desk, given.given("reason"))
    return await _person_answer(request, caller, latest, revised, revised.edited.id, status=201)


@router.patch("/people/{person}")
@declare(
    "Change a person",
    body=PersonChange,
    answers={200: as_json(EditedPerson, "ETag")},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def change_person(
    request: Request, caller: Staff, latest: Latest, person: PersonPath
) -> Response:
    """Change the fields given; `If-Match` with the person's ETag."""
    expected = if_match(request)
    given = await read_body(request, PersonChange)
    desk = await desk_of(latest, caller, given.why)
    values = given.given("reason")
    revised = await asyncio.to_thread(edits.edit_person, desk, person, values, expected=expected)
    return await _person_answer(request, caller, latest, revised, person)


@router.post("/people/{person}/leave")
@declare(
    "End every duty of a person",
    body=LeavingOffice,
    answers={200: as_json(EditedPerson, "ETag")},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def end_all_duties(
    request: Request, caller: Staff, latest: Latest, person: PersonPath
) -> Response:
    """End all duties on a day (`on`: the first day without); `If-Match` with `duties_etag`."""
    expected = if_match(request)
    given = await read_body(request, LeavingOffice)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.leave_office, desk, person, given.on, expected=expected)
    return await _person_answer(request, caller, latest, revised, person)


@router.post("/people/mobiles")
@declare(
    "Move mobiles that stand among the office phones",
    body=Edit,
    answers={200: as_json(MovedMobiles)},
    refuses={409: None},
)
async def move_mobiles(request: Request, caller: Staff, latest: Latest) -> Response:
    """Put every mobile number that stands as office phone where it belongs, in one edit.

    Those of people whom the caller may change; an entry of the audit log for each.
    """
    given = await read_body(request, Edit)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.move_mobiles, desk)
    await asyncio.to_thread(latest.after, revised)
    moved = [c.subject.partition(":")[2] for c in revised.edited.changes]
    return edited(request, {"moved": moved}, revised.edited.findings)


# --- duties ------------------------------------------------------------------------------------


@router.post("/people/{person}/duties")
@declare(
    "Create a duty of a person",
    body=ConsentedDuty,
    answers={201: as_json(EditedPerson, "ETag", "Location")},
    refuses={409: None},
)
async def create_duty(
    request: Request, caller: Staff, latest: Latest, accounts: Accounts, person: PersonPath
) -> Response:
    """Let somebody serve on a grid (null: the subdistrict) from a day; refuses a second leader.

    Who serves elsewhere is appointed by a planner; or by those in charge there, with the
    `request` of who is in charge of the grid.
    """
    given = await read_body(request, ConsentedDuty)
    desk = await desk_of(latest, caller, given.why)
    asked = edits.DutyRequest(person, given.grid or "", given.role, given.since, given.until)
    asked_by = None
    if given.request:
        asked_by = await _asked_by(accounts, given.request, asked)
        desk = replace(desk, reason=f"{given.why} ({asked_by.author.name} 申请)".strip())
    revised = await asyncio.to_thread(edits.appoint, desk, asked, asked_by=asked_by)
    return await _person_answer(request, caller, latest, revised, person, status=201)


@router.post("/people/{person}/requests")
@declare(
    "Ask for a person who serves elsewhere",
    body=NewDuty,
    answers={201: as_json(DutyRequested)},
)
async def request_duty(
    request: Request, caller: Staff, latest: Latest, accounts: Accounts, person: PersonPath
) -> Response:
    """Ask those in charge of somebody to let them serve on one's own grid.

    Nothing changes until they consent: they send the `request` with the same duty to
    `POST /people/{person}/duties`.
    """
    given = await read_body(request, NewDuty)
    atlas = await latest.seen(caller)
    people.person_of(atlas.roster, person)
    grid = atlas.division.grid(given.grid).id if given.grid else None
    caller.editor.check_grid(atlas.division, grid)
    asked = edits.DutyRequest(person, given.grid or "", given.role, given.since, given.until)
    signed = await asyncio.to_thread(accounts.store.sign_request, caller.acting, _said(asked))
    return answer({"request": signed}, 201, {"cache-control": "no-store"})


def _said(asked: edits.DutyRequest) -> dict[str, str]:
    """Return a duty that is asked for as a request says it."""
    return {
        "person": asked.person,
        "grid": asked.grid_code,
        "role": str(asked.role),
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat() if asked.until else "",
    }


async def _asked_by(accounts: AccountService, signed: str, asked: edits.DutyRequest) -> Editor:
    """Return who asks for a duty by a request.

    Raises
    ------
    InvalidInput
        The request has expired, was withdrawn with its account, or asks for another duty.
    """
    found = await asyncio.to_thread(accounts.store.request_of, signed)
    if found is None or found[1] != _said(asked):
        raise InvalidInput(
            "request",
            "request: it is not for this duty, or not good any more: ask for another",
            "request：该申请与此任职不符或已失效：请对方重新申请",
        )
    owner = found[0]
    return editor_of(Author(owner.name, str(owner.role), "page"), owner.role, owner.scope_grids)


@router.post("/duties/{duty}/handover")
@declare(
    "Hand a duty over",
    body=Handover,
    answers={200: as_json(EditedDuty, "ETag")},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def hand_over_duty(
    request: Request, caller: Staff, latest: Latest, duty: DutyPath
) -> Response:
    """End a duty on a day and let `to` take it up that day; `If-Match` with the duty's `etag`."""
    expected = if_match(request)
    given = await read_body(request, Handover)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(
        edits.hand_over, desk, duty, given.to, given.on, expected=expected
    )
    return await _duty_answer(request, caller, latest, revised, revised.edited.id)


@router.patch("/duties/{duty}")
@declare(
    "Change when a duty ends",
    body=DutyEnd,
    answers={200: as_json(EditedDuty, "ETag")},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def change_duty_end(
    request: Request, caller: Staff, latest: Latest, duty: DutyPath
) -> Response:
    """Set the first day a duty is no longer held (null: no end); `If-Match` with its `etag`."""
    expected = if_match(request)
    given = await read_body(request, DutyEnd)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.end_duty, desk, duty, given.until, expected=expected)
    return await _duty_answer(request, caller, latest, revised, duty)


@router.post("/duties/{duty}/withdraw")
@declare(
    "Withdraw a duty that has not begun",
    body=Withdrawal,
    answers={200: as_json(WithdrawnDuty)},
    refuses={409: None, 412: EditOutdated},
    if_match=True,
)
async def withdraw_duty(
    request: Request, caller: Staff, latest: Latest, duty: DutyPath
) -> Response:
    """Take a planned duty back; the leader until then goes on. `If-Match` with its `etag`."""
    expected = if_match(request)
    given = await read_body(request, Withdrawal)
    desk = await desk_of(latest, caller, given.why)
    revised = await asyncio.to_thread(edits.withdraw_duty, desk, duty, expected=expected)
    await asyncio.to_thread(latest.after, revised)
    return edited(request, {"withdrawn": duty}, revised.edited.findings)


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
    seen = await asyncio.to_thread(latest.see, caller, atlas)
    body = shown.person_json(person, atlas, seen, caller, language_of(request))
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
    stored = await asyncio.to_thread(latest.after, revised)
    atlas = await asyncio.to_thread(latest.see, caller, stored)
    found = duties.duty_of(atlas.roster, duty)
    body = shown.duty_json(found, atlas, caller, language_of(request))
    return edited(
        request, {**body, **provenance_json(atlas)}, revised.edited.findings, etag=body["etag"]
    )

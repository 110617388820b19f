"""What somebody on the staff sees where people and places are kept current.

Planners and those above them, and staff of the whole subdistrict, see everything. Others see
the internal edition of their own grids; of everybody and everything else just what the public
sees, except those who hold no office anywhere now and never did elsewhere: they may be appointed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.http.auth import AccountRole, Caller
from gis.atlas import Atlas
from gis.disclosure import Policy, public, scoped
from gis.ids import GridId
from gis.roster import Duty, Person


def sees_all(caller: Caller) -> bool:
    """Tell whether a caller sees everything."""
    return caller.role.reaches(AccountRole.PLANNER) or caller.scope_grids is None


def seen_by(caller: Caller, internal: Atlas, policy: Policy) -> Atlas:
    """Return the internal atlas as a caller sees it."""
    if sees_all(caller):
        return internal
    return narrowed(internal, caller.scope_grids or frozenset(), policy)


def narrowed(internal: Atlas, grids: frozenset[GridId], policy: Policy) -> Atlas:
    """Return what those see who are in charge of some grids and all below them."""
    shown = public(internal, policy, today=internal.as_of)
    found = scoped(internal, shown, grids)
    held: dict[str, list[Duty]] = {}
    for duty in internal.roster.duties:
        held.setdefault(duty.person, []).append(duty)
    known = {p.id for p in shown.roster.people}
    outside = {p.id: p for p in shown.roster.people}
    people = []
    for person in internal.roster.people:
        duties = held.get(person.id, [])
        if _serves_here(duties, found.covered, internal.as_of):
            people.append(person)
        elif person.id in known:
            people.append(outside[person.id])
        elif any(d.grid in found.covered for d in duties):
            # Served here before: the name belongs to the history of the grid, the rest does not.
            people.append(Person(person.id, person.name))
    return replace(found, roster=replace(found.roster, people=tuple(people)))


def _serves_here(duties: list[Duty], covered: frozenset[GridId], day: date) -> bool:
    """Tell whether somebody serves on these grids, now or later, or last; or never served."""
    counting = [d for d in duties if d.until is None or d.until > day]
    counting = counting or sorted(duties, key=lambda d: (d.since, d.id))[-1:]
    return not counting or any(d.grid in covered for d in counting)

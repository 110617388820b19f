"""People and duties as the desk shows them: internal, with what guards an edit."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.http.auth import Caller
from gis.atlas import Atlas
from gis.audit import AuditEntry
from gis.division import Division, Grid
from gis.editing import fields, people
from gis.editing.permission import duties_of
from gis.findings import Finding
from gis.roster import Duty, Person, Responsible, role_title
from gis.rules import LevelLoad
from gis.workflows.edits import duties_tag, state_tag


def state_of(duty: Duty, day: date) -> str:
    """Return ``now``, ``before`` or ``later``."""
    if duty.in_force(day):
        return "now"
    return "later" if duty.since > day else "before"


def grid_brief(grid: Grid, division: Division) -> dict[str, Any]:
    """Return a grid in a line, with the names above it."""
    return {
        "id": grid.id,
        "code": grid.code,
        "name": grid.name,
        "level": int(grid.level),
        "within": [g.name for g in division.chain(grid.id)[:-1]],
        "households": grid.households,
    }


def duty_json(duty: Duty, atlas: Atlas, caller: Caller, language: str) -> dict[str, Any]:
    """Return a duty: who, where, which role, when, and its ETag."""
    grid = atlas.division.by_id.get(duty.grid) if duty.grid else None
    person = atlas.roster.by_id.get(duty.person)
    return {
        "id": duty.id,
        "person": {"id": duty.person, "name": person.name if person else ""},
        "grid": grid_brief(grid, atlas.division) if grid else None,
        "lost_grid": duty.grid if duty.grid and grid is None else None,
        "role": str(duty.role),
        "role_title": role_title(duty.role, grid.level if grid else None).in_language(language),
        "since": duty.since.isoformat(),
        "until": duty.until.isoformat() if duty.until else None,
        "state": state_of(duty, atlas.as_of),
        "editable": caller.editor.may_edit_grid(atlas.division, duty.grid),
        "etag": state_tag(duty),
    }


def person_brief(person: Person, atlas: Atlas, language: str) -> dict[str, Any]:
    """Return somebody in a line of a list: name, phone, duties in force."""
    return {
        "id": person.id,
        "name": person.name,
        "office_phone": person.office_phone,
        "organisation": person.organisation,
        "duties": [
            _title(d, atlas, language)
            for d in duties_of(atlas, person)
            if state_of(d, atlas.as_of) == "now"
        ],
    }


def _title(duty: Duty, atlas: Atlas, language: str) -> dict[str, Any]:
    grid = atlas.division.by_id.get(duty.grid) if duty.grid else None
    return {
        "grid": grid.code if grid else None,
        "grid_name": grid.name if grid else "",
        "role_title": role_title(duty.role, grid.level if grid else None).in_language(language),
    }


def person_json(
    identity: str, atlas: Atlas, seen: Atlas, caller: Caller, language: str
) -> dict[str, Any]:
    """Return somebody with every duty; what is personal only for those who may change it.

    ``seen`` is ``atlas`` as the caller sees it. Everything that is told is of it, the tags too:
    a short value could be tried out against the tag of a longer one.
    """
    editable = caller.editor.may_edit_person(atlas, people.person_of(atlas.roster, identity))
    person = people.person_of(seen.roster, identity)
    body: dict[str, Any] = {
        "id": person.id,
        "name": person.name,
        "office_phone": person.office_phone,
        "organisation": person.organisation,
        "editable": editable,
        "etag": state_tag(person),
        "duties_etag": duties_tag(caller.editor, seen, person),
        "duties": [duty_json(d, seen, caller, language) for d in duties_of(seen, person)],
    }
    if editable:
        body |= {name: getattr(person, name) for name in fields.names(people.RECORD)}
    return body


def leader_json(held: Responsible | None) -> dict[str, Any] | None:
    """Return who leads a grid, None for nobody."""
    if held is None:
        return None
    return {"id": held.person.id, "name": held.person.name, "duty": held.duty.id}


def load_json(load: LevelLoad, atlas: Atlas, limit: int | None) -> dict[str, Any]:
    """Return the load of a leader, and what is usual on that level."""
    person = atlas.roster.by_id[load.person]
    return {
        "person": {"id": person.id, "name": person.name},
        "level": int(load.level),
        "grids": [grid_brief(atlas.division.by_id[g], atlas.division) for g in load.grids],
        "households": load.households,
        "median": load.median,
        "limit": limit,
    }


def remark_json(finding: Finding, language: str) -> dict[str, Any]:
    """Return a remark about an edit."""
    return {
        "severity": str(finding.severity),
        "rule": finding.rule,
        "detail": finding.text.in_language(language),
        "grid_code": finding.grid_code,
        "size": finding.size,
        "unit": finding.unit,
    }


def entry_brief(entry: AuditEntry, caller: Caller) -> dict[str, Any]:
    """Return who changed something, when, why and what.

    Who left office may have left duties on other grids than the caller's: these are not told.
    """
    told = caller.editor.grids is None or entry.sealed.action != "person.leave_office"
    return {
        "who": entry.who,
        "at": entry.sealed.at,
        "action": entry.sealed.action,
        "reason": entry.reason or "",
        "before": entry.before if told else None,
        "after": entry.after if told else None,
    }

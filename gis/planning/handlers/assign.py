"""Who is responsible: duties that begin and end with a plan."""

from __future__ import annotations

from datetime import date

from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, PersonId
from gis.planning.handlers.editor import Work
from gis.planning.operations import Assign, Unassign
from gis.planning.state import Assignment, Change, DutyKey, Sketch, apply
from gis.roster import ROLES, Role, role_title


def assign(work: Work, op: Assign) -> Text:
    """Give somebody a duty; a grid leader takes the place of the former one."""
    person, grid = work.person(op.person), work.grid(op.grid, "grid")
    if int(grid.level) not in ROLES[op.role].levels:
        raise InvalidInput(
            "role",
            f"role: {op.role} is not held on level {int(grid.level)}",
            f"role：第 {int(grid.level)} 级网格没有“{ROLES[op.role].title.zh}”",
            tuple(r for r, rule in ROLES.items() if int(grid.level) in rule.levels),
        )
    for other in _replaced(work, op, grid):
        if other != person:
            _set_duty(work, other, grid.id, op.role, held=False, since=op.since)
    _set_duty(work, person, grid.id, op.role, held=True, since=op.since)
    name = work.context.roster.by_id[person].name
    title = role_title(op.role, grid.level)
    return Text(f"{name} becomes {title.en} of {grid.name}", f"{name} 任 {grid.name} {title.zh}")


def _replaced(work: Work, op: Assign, grid: Sketch) -> list[PersonId]:
    held = [
        r.person.id
        for r in work.context.roster.duties_on(grid.id, work.context.day)
        if r.duty.role is op.role
    ]
    held += [
        a.person
        for a in work.state.duties.values()
        if a.held and a.grid == grid.id and a.role is op.role
    ]
    if op.role is Role.GRID_LEADER or op.instead_of == "all":
        return list(dict.fromkeys(held))
    return [work.person(op.instead_of, "instead_of")] if op.instead_of else []


def unassign(work: Work, op: Unassign) -> Text:
    """Take a duty from somebody."""
    person, grid = work.person(op.person), work.grid(op.grid, "grid")
    _set_duty(work, person, grid.id, op.role, held=False, since=None)
    name = work.context.roster.by_id[person].name
    title = role_title(op.role, grid.level)
    return Text(
        f"{name} is no longer {title.en} of {grid.name}",
        f"{name} 不再任 {grid.name} {title.zh}",
    )


def _set_duty(
    work: Work, person: PersonId, grid: GridId, role: Role, *, held: bool, since: date | None
) -> None:
    key: DutyKey = (person, grid, role)
    holds = any(
        r.person.id == person and r.duty.role is role
        for r in work.context.roster.duties_on(grid, work.context.day)
    )
    after = None if holds is held else Assignment(person, grid, role, held, since)
    change = Change(duties={key: (work.state.duties.get(key), after)})
    work.state = apply(work.state, change)

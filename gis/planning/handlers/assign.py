"""Who is responsible: duties that begin and end with a plan."""

from __future__ import annotations

from datetime import date

from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, PersonId
from gis.planning.handlers.editor import PlanEditor
from gis.planning.operations import Assign, Unassign
from gis.planning.state import Assignment, DutyKey, GridAttributes, PlanChange
from gis.roster import ROLES, GridRole, role_title


def assign(editor: PlanEditor, op: Assign) -> Text:
    """Give somebody a duty; a grid leader takes the place of the former one."""
    person, grid = editor.person(op.person), editor.grid(op.grid, "grid")
    if int(grid.level) not in ROLES[op.role].levels:
        raise InvalidInput(
            "role",
            f"role: {op.role} is not held on level {int(grid.level)}",
            f"role：第 {int(grid.level)} 级网格没有“{ROLES[op.role].title.zh}”",
            tuple(r for r, rule in ROLES.items() if int(grid.level) in rule.levels),
        )
    for other in _replaced(editor, op, grid):
        if other != person:
            _set_duty(editor, other, grid.id, op.role, held=False, since=op.since)
    _set_duty(editor, person, grid.id, op.role, held=True, since=op.since)
    name = editor.context.roster.by_id[person].name
    title = role_title(op.role, grid.level)
    return Text(f"{name} becomes {title.en} of {grid.name}", f"{name} 任 {grid.name} {title.zh}")


def _replaced(editor: PlanEditor, op: Assign, grid: GridAttributes) -> list[PersonId]:
    held = [
        r.person.id
        for r in editor.context.roster.duties_on(grid.id, editor.context.day)
        if r.duty.role is op.role
    ]
    held += [
        a.person
        for a in editor.state.duties.values()
        if a.held and a.grid == grid.id and a.role is op.role
    ]
    if op.role is GridRole.GRID_LEADER or op.instead_of == "all":
        return list(dict.fromkeys(held))
    return [editor.person(op.instead_of, "instead_of")] if op.instead_of else []


def unassign(editor: PlanEditor, op: Unassign) -> Text:
    """Take a duty from somebody."""
    person, grid = editor.person(op.person), editor.grid(op.grid, "grid")
    _set_duty(editor, person, grid.id, op.role, held=False, since=None)
    name = editor.context.roster.by_id[person].name
    title = role_title(op.role, grid.level)
    return Text(
        f"{name} is no longer {title.en} of {grid.name}",
        f"{name} 不再任 {grid.name} {title.zh}",
    )


def _set_duty(
    editor: PlanEditor,
    person: PersonId,
    grid: GridId,
    role: GridRole,
    *,
    held: bool,
    since: date | None,
) -> None:
    key: DutyKey = (person, grid, role)
    holds = any(
        r.person.id == person and r.duty.role is role
        for r in editor.context.roster.duties_on(grid, editor.context.day)
    )
    after = None if holds is held else Assignment(person, grid, role, held, since)
    change = PlanChange(duties={key: (editor.state.duties.get(key), after)})
    editor.apply(change)

"""Back to an earlier division: its content is published as the next version."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from gis.audit import Author
from gis.clock import today
from gis.division import Division
from gis.errors import Conflict, NotFound
from gis.roster import Duty, Roster
from gis.workflows.plans.workspace import PlanWorkspace


def restore(
    workspace: PlanWorkspace, version: int, day: date, author: Author, reason: str
) -> tuple[int, date]:
    """Publish the content of an earlier division as the next version.

    The duties of grids that come back begin anew with whoever held them last; those of grids
    that go end.

    Raises
    ------
    NotFound
        There is no such division.
    Conflict
        It is what the newest one holds already, or the date is not possible.
    """
    store = workspace.store
    versions = store.versions()
    division = store.division(version)
    newest = store.division(versions.division)
    if newest.sha256 == division.sha256:
        raise Conflict(
            f"division {version} is what the newest one, {versions.division}, holds already",
            f"第 {version} 版与最新的第 {versions.division} 版内容相同",
        )
    identity = store.identity()
    if identity is None:
        raise NotFound("nothing has been loaded yet", "尚未载入任何数据")
    roster = _with_duties_back(
        store.roster(versions.roster) if versions.roster else None, newest, division, day
    )
    head = store.plans.restore(
        division, roster, day, (versions.division, versions.roster), identity, author,
        today=today(), reason=reason, version=version,
    )  # fmt: skip
    return head, day


def _with_duties_back(
    roster: Roster | None, old: Division, new: Division, day: date
) -> Roster | None:
    if roster is None:
        return None
    gone = {g.id for g in old} - {g.id for g in new}
    back = {g.id for g in new} - {g.id for g in old}
    duties: list[Duty] = []
    for duty in roster.duties:
        if duty.grid in gone and (duty.until is None or duty.until > day):
            if duty.since < day:
                duties.append(replace(duty, until=day))
            continue
        duties.append(duty)
    for grid in back:
        ended = [d for d in duties if d.grid == grid and d.until is not None and d.until <= day]
        last = max((d.until for d in ended if d.until), default=None)
        duties += [
            Duty(f"d-{uuid.uuid4().hex[:12]}", d.person, d.grid, d.role, day)
            for d in ended
            if d.until == last
        ]
    changed = replace(roster, duties=tuple(duties)).mobiles_apart()
    return changed if changed.sha256 != roster.sha256 else None

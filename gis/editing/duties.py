"""Duties: taken up, handed over from a day, ended; one leader of a grid on any day.

A duty is held on the days since <= day < until. Of the duties ``grid_leader`` of a grid no two
may overlap; a day without one is allowed, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gis.audit import AuditChange
from gis.division import Division
from gis.editing.edited import Edited, new_id
from gis.editing.people import person_of
from gis.errors import Conflict, InvalidInput, NotFound
from gis.findings import Finding, Text, warning
from gis.ids import GridId, PersonId
from gis.roster import ROLES, Duty, GridRole, Roster, role_title


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who takes up which role where, on the days since <= day < until."""

    person: str
    grid: GridId | None
    role: GridRole
    since: date
    until: date | None = None


def duty_of(roster: Roster, identity: str) -> Duty:
    """Return a duty.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    for duty in roster.duties:
        if duty.id == identity:
            return duty
    raise NotFound(
        f"there is no duty {identity[:40]!r}: it may have been withdrawn; load the page again",
        f"没有编号为 {identity[:40]!r} 的任职：可能已撤销，请刷新页面",
    )


def appoint(
    roster: Roster, division: Division, asked: Appointment, *, identity: str = ""
) -> Edited[Roster]:
    """Return the roster with a new duty; ``identity`` is its id, a new one when "".

    Raises
    ------
    NotFound
        There is no such person.
    InvalidInput
        A role that is not held there, or an end not after its beginning.
    Conflict
        Somebody leads the grid on one of those days, or the person holds that duty already.
    """
    person = person_of(roster, asked.person)
    _check_role(division, asked)
    duty = Duty(
        identity or new_id("d", {d.id for d in roster.duties}),
        person.id,
        asked.grid,
        asked.role,
        asked.since,
        asked.until,
    )
    _check_days(duty.since, duty.until)
    _check_overlaps(roster, division, duty, roster.duties)
    change = AuditChange("duty.begin", f"duty:{duty.id}", None, told(duty, roster, division))
    return Edited(replace(roster, duties=(*roster.duties, duty)), (change,), duty.id)


def hand_over(
    roster: Roster,
    division: Division,
    duty: str,
    successor: str,
    on: date,
    *,
    identity: str = "",
) -> Edited[Roster]:
    """Return the roster in which a duty ends on a day and the successor's begins that day.

    The successor's duty ends when the old one would have. ``identity`` is its id, a new one
    when "".

    Raises
    ------
    NotFound
        There is no such duty or person.
    Conflict
        The duty is not held on that day, the successor is its holder, or holds it already.
    """
    old = duty_of(roster, duty)
    person = person_of(roster, successor)
    where = where_text(division, old)
    holder = roster.by_id[old.person].name if old.person in roster.by_id else old.person
    if person.id == old.person:
        raise Conflict(
            f"{person.name} holds this duty already: choose somebody else",
            f"{person.name} 已担任此职：请选择其他人员",
        )
    if on <= old.since:
        raise Conflict(
            f"{holder} took up this duty ({where.en}) on {old.since}: hand it over on a later day",
            f"{holder} 自 {old.since} 起担任此职（{where.zh}）：交接日期应晚于该日",
        )
    if old.until is not None and on >= old.until:
        raise Conflict(
            f"{holder}'s duty ({where.en}) ends on {old.until}: hand it over on an earlier day, "
            "or appoint somebody from that day on",
            f"{holder} 的任职（{where.zh}）到 {old.until} 为止：请选择更早的交接日期，"
            "或自该日起另行任命",
        )
    ended = replace(old, until=on)
    made = identity or new_id("d", {d.id for d in roster.duties})
    begun = Duty(made, person.id, old.grid, old.role, on, old.until)
    others = tuple(d for d in roster.duties if d.id != old.id)
    _check_overlaps(roster, division, begun, (*others, ended))
    change = AuditChange(
        "duty.hand_over",
        f"duty:{old.id}",
        told(old, roster, division),
        {**told(begun, roster, division), "duty": begun.id},
    )
    return Edited(replace(roster, duties=(*others, ended, begun)), (change,), begun.id)


def end_duty(
    roster: Roster, division: Division, identity: str, until: date | None
) -> Edited[Roster]:
    """Return the roster in which a duty ends on a day, or (None) goes on; nobody follows.

    Raises
    ------
    NotFound
        There is no such duty.
    Conflict
        It begins only on that day or later, or somebody has followed since.
    """
    old = duty_of(roster, identity)
    if until is not None and until <= old.since:
        raise Conflict(
            f"the duty begins on {old.since}: it can end on a later day, or be withdrawn",
            f"该任职自 {old.since} 开始：结束日期应晚于该日，或将其撤销",
        )
    if until == old.until:
        return Edited(roster, (), old.id)
    new = replace(old, until=until)
    others = tuple(d for d in roster.duties if d.id != old.id)
    _check_overlaps(roster, division, new, others)
    change = AuditChange(
        "duty.end",
        f"duty:{old.id}",
        told(old, roster, division),
        told(new, roster, division),
    )
    after = replace(roster, duties=(*others, new))
    left = _left_open(after, division, [new], until) if until else []
    return Edited(after, (change,), old.id, tuple(left))


def withdraw(roster: Roster, division: Division, identity: str, today: date) -> Edited[Roster]:
    """Return the roster without a duty that has not begun; who leads until then goes on.

    Raises
    ------
    NotFound
        There is no such duty.
    Conflict
        It has begun: it can only end.
    """
    duty = duty_of(roster, identity)
    if duty.since <= today:
        raise Conflict(
            f"the duty began on {duty.since}: it can be ended or handed over, not withdrawn",
            f"该任职已于 {duty.since} 开始：只能结束或交接，不能撤销",
        )
    kept = []
    for other in roster.duties:
        before = (other.grid, other.role, other.until) == (duty.grid, duty.role, duty.since)
        if before and duty.role is GridRole.GRID_LEADER:
            kept.append(replace(other, until=duty.until))
        elif other.id != duty.id:
            kept.append(other)
    change = AuditChange("duty.withdraw", f"duty:{duty.id}", told(duty, roster, division), None)
    return Edited(replace(roster, duties=tuple(kept)), (change,), duty.id)


def leave_office(roster: Roster, division: Division, identity: str, on: date) -> Edited[Roster]:
    """Return the roster in which somebody holds no duty from a day on.

    Duties that were to begin on that day or later are withdrawn.

    Raises
    ------
    NotFound
        There is no such person.
    Conflict
        They hold none then.
    """
    person = person_of(roster, identity)
    held = [d for d in roster.duties if d.person == person.id and (d.until is None or d.until > on)]
    if not held:
        raise Conflict(
            f"{person.name} holds no duty on {on} or later: nothing to end",
            f"{person.name} 在 {on} 及以后没有任职：无需离任",
        )
    gone = {d.id for d in held}
    ended = [replace(d, until=on) for d in held if d.since < on]
    kept = tuple(d for d in roster.duties if d.id not in gone)
    after = replace(roster, duties=(*kept, *ended))
    change = AuditChange(
        "person.leave_office",
        f"person:{person.id}",
        {"duties": [told(d, roster, division) for d in held]},
        {"name": person.name, "from": on, "ended": len(ended), "withdrawn": len(held) - len(ended)},
    )
    return Edited(after, (change,), person.id, tuple(_left_open(after, division, held, on)))


# --- how a duty is told ------------------------------------------------------------------------


def told(duty: Duty, roster: Roster, division: Division) -> dict[str, Any]:
    """Return a duty as the audit log says it: people and grids by their names too."""
    person = roster.by_id.get(duty.person)
    grid = division.by_id.get(duty.grid) if duty.grid else None
    return {
        "person": duty.person,
        "name": person.name if person else "",
        "grid": grid.code if grid else duty.grid,
        "grid_name": grid.name if grid else "",
        "role": str(duty.role),
        "since": duty.since.isoformat(),
        "until": duty.until.isoformat() if duty.until else None,
    }


def where_text(division: Division, duty: Duty) -> Text:
    """Return what a duty is: its title and its grid."""
    grid = division.by_id.get(duty.grid) if duty.grid else None
    title = role_title(duty.role, grid.level if grid else None)
    name = f"{grid.name} {grid.code}" if grid else ""
    return Text(f"{title.en} {name}".strip(), f"{name} {title.zh}".strip())


# --- checks ------------------------------------------------------------------------------------


def _check_days(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise InvalidInput(
            "until",
            f"until ({until}) must be after since ({since})",
            f"结束日期（{until}）应晚于开始日期（{since}）",
        )


def _check_role(division: Division, asked: Appointment) -> None:
    grid = division.by_id.get(asked.grid) if asked.grid else None
    if asked.grid and grid is None:
        raise NotFound(
            f"there is no grid {asked.grid[:40]!r} today: choose another",
            f"今天没有网格 {asked.grid[:40]!r}：请另选",
        )
    level = int(grid.level) if grid else 0
    if level in ROLES[asked.role].levels:
        return
    fits = tuple(str(r) for r, rule in ROLES.items() if level in rule.levels)
    where = f"on level {level}" if level else "on the subdistrict itself"
    where_zh = f"第 {level} 级网格" if level else "街道一级"
    titles = "、".join(ROLES[GridRole(r)].title.zh for r in fits)
    raise InvalidInput(
        "role",
        f"{asked.role} is not held {where}: choose one of {', '.join(fits)}",
        f"{where_zh}没有{ROLES[asked.role].title.zh}这一职务：可选 {titles}",
        fits,
    )


def _overlap(one: Duty, other: Duty) -> bool:
    return (one.until is None or other.since < one.until) and (
        other.until is None or one.since < other.until
    )


def _check_overlaps(
    roster: Roster, division: Division, duty: Duty, others: tuple[Duty, ...]
) -> None:
    for other in others:
        if (other.grid, other.role) != (duty.grid, duty.role) or not _overlap(duty, other):
            continue
        if duty.role is not GridRole.GRID_LEADER and other.person != duty.person:
            continue
        if other.id == duty.id:
            continue
        holder = roster.by_id.get(PersonId(other.person))
        name = holder.name if holder else other.person
        where = where_text(division, duty)
        end, end_zh = (f"until {other.until}", f"至 {other.until}") if other.until else ("on", "起")
        raise Conflict(
            f"{name} is {where.en} from {other.since} {end}: hand that duty over, or choose "
            "other days",
            f"{name} 自 {other.since} {end_zh}担任 {where.zh}：请先交接，或另选日期",
        )


def _left_open(roster: Roster, division: Division, ended: list[Duty], on: date) -> list[Finding]:
    """Return a remark for each grid that has no leader on a day, of those whose duty ended."""
    findings = []
    for duty in ended:
        grid = division.by_id.get(duty.grid) if duty.grid else None
        if duty.role is not GridRole.GRID_LEADER or grid is None:
            continue
        led = roster.duties_on(grid.id, on)
        if any(r.duty.role is GridRole.GRID_LEADER for r in led):
            continue
        text = Text(
            f"{grid.name} has no leader from {on} on: appoint one",
            f"{grid.name} 自 {on} 起没有负责人：请任命",
        )
        findings.append(warning("no_leader", text, grid_code=grid.code))
    return findings

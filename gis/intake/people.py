"""People, duties and organisations from tables: by id, or as offices write them, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from gis.exchange.row_reader import RowValues, readers_of
from gis.findings import Finding, Noted, Text, error
from gis.ids import GridId, PersonId
from gis.intake.tables import Table, rows_of
from gis.roster import ROLES, Duty, GridRole, Organisation, OrganisationKind, Person, Roster
from gis.schema import RECORDS, Kind

_PERSON = RECORDS[Kind.PEOPLE]
_READERS = readers_of(_PERSON, _PERSON.but("id", "name"))


@dataclass(frozen=True)
class Grids:
    """What grids a table may name: by code, or by a name that only one grid has."""

    by_code: Mapping[str, GridId]
    by_name: Mapping[str, tuple[str, ...]]

    def named(self, text: str) -> tuple[GridId | None, tuple[str, ...]]:
        """Return the grid of a code or name, and the codes it may mean when that is not one."""
        if text in self.by_code:
            return self.by_code[text], (text,)
        codes = self.by_name.get(text, ())
        return (self.by_code[codes[0]] if len(codes) == 1 else None), codes


@dataclass
class _Roll:
    """The people, duties and organisations read so far."""

    stored: Roster
    today: date
    people: dict[PersonId, Person] = field(default_factory=dict)
    duties: list[Duty] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    findings: Noted = field(default_factory=Noted)
    keys: dict[tuple[str, str], list[PersonId]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    pending: list[tuple[RowValues, str]] = field(default_factory=list)


def roster_of(
    tables: Sequence[Table], grids: Grids, stored: Roster, *, today: date, keep_absent: bool
) -> tuple[Roster | None, list[Finding]]:
    """Return the roster that the tables make of the stored one, None when they hold no people.

    A table of people replaces all people, one of duties all duties, one of organisations all
    organisations, unless ``keep_absent``. Duties that name their people make them as they go.
    """
    kinds = {t.kind for t in tables}
    if not kinds & {Kind.PEOPLE, Kind.DUTIES, Kind.ORGANISATIONS}:
        return None, []
    roll = _Roll(stored, today)
    for person in stored.people:
        roll.keys.setdefault((person.name, ""), []).append(person.id)
    for table, row in rows_of(tables, Kind.PEOPLE):
        _read_person(row, table.fields, roll)
    named = any("person_name" in t.fields for t in tables if t.kind is Kind.DUTIES)
    for table, row in rows_of(tables, Kind.DUTIES):
        _read_duty(row, table, grids, roll)
    for _, row in rows_of(tables, Kind.ORGANISATIONS):
        _read_organisation(row, grids, roll)
    people = _people(roll, kinds, keep_absent, named)
    duties = tuple(roll.duties) if Kind.DUTIES in kinds else stored.duties
    bodies = tuple(roll.organisations) if Kind.ORGANISATIONS in kinds else stored.organisations
    if keep_absent:
        duties = _added(stored.duties, duties)
        bodies = _added(stored.organisations, bodies)
    roster = Roster(people=people, duties=duties, organisations=bodies)
    return roster, roll.findings.told() + _unknown_people(roster, roll)


def _people(roll: _Roll, kinds: set[Kind], keep_absent: bool, named: bool) -> tuple[Person, ...]:
    if keep_absent or Kind.PEOPLE not in kinds:
        merged = {p.id: p for p in roll.stored.people} | roll.people
        if keep_absent or not named:
            return tuple(merged.values())
        # Duties that name their people say who there is; whoever holds none of them goes.
        held = {d.person for d in roll.duties}
        return tuple(p for p in merged.values() if p.id in held)
    return tuple(roll.people.values())


def _added(stored: Sequence[Any], given: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(({v.id: v for v in stored} | {v.id: v for v in given}).values())


# --- people ------------------------------------------------------------------------------------


def _read_person(row: RowValues, fields: frozenset[str], roll: _Roll) -> None:
    identity = row.text("id", required="id" in fields, limit=80)
    name = row.text("name", required=True)
    if not identity and name:
        identity = _person_named(row, name, roll)
    person = _person(row, fields, PersonId(identity), name, roll)
    roll.findings += row.findings
    if not identity or any(f.severity == "error" for f in row.findings):
        return
    if "id" in fields and row.values.get("id") and not _first(row, "id", identity, "people", roll):
        return
    roll.people[person.id] = person


def _person(
    row: RowValues, fields: frozenset[str], identity: PersonId, name: str, roll: _Roll
) -> Person:
    """Return a person; what the table has no column for, or leaves empty, stays as it is known."""
    known = roll.people.get(identity) or roll.stored.by_id.get(identity)
    values = {
        field: read(row)
        for field, read in _READERS
        if field in fields and (row.values.get(field) is not None or "id" in fields)
    }
    return replace(known or Person(identity, name), name=name, **values)


def _person_named(row: RowValues, name: str, roll: _Roll) -> str:
    """Return the id of the person a row names: the one of that name, told apart by the phone."""
    phone = row.text("mobile", limit=60) or row.text("office_phone", limit=60)
    alike = roll.keys.get((name, ""), [])
    if phone:
        same = [
            i
            for i in alike
            if phone in (_known(i, roll).mobile, _known(i, roll).office_phone)
            or not (_known(i, roll).mobile or _known(i, roll).office_phone)
        ]
        if same:
            return same[0]
        if len(alike) == 1 and alike[0] in roll.stored.by_id and alike[0] not in roll.people:
            return alike[0]
    elif len(alike) == 1:
        return alike[0]
    elif len(alike) > 1:
        shown = ", ".join(alike[:5])
        row.fault(
            "ambiguous_person",
            f"{len(alike)} people are called {name[:40]!r} ({shown}): give the phone or the id",
            f"有 {len(alike)} 人名为 {name[:40]!r}（{shown}）：请填写电话或人员编号",
            name="person_name" if "person_name" in row.values else "name",
        )
        return ""
    identity = f"p-{_digest('person', name, phone)}"
    roll.keys.setdefault((name, ""), []).append(PersonId(identity))
    return identity


def _known(identity: PersonId, roll: _Roll) -> Person:
    return roll.people.get(identity) or roll.stored.by_id.get(identity) or Person(identity, "")


def _digest(*parts: str) -> str:
    """Return the same letters for the same row, so that loading it again changes nothing."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


# --- duties ------------------------------------------------------------------------------------


def _read_duty(row: RowValues, table: Table, grids: Grids, roll: _Roll) -> None:
    grid, code = _grid_of(row, grids)
    role = row.choice("role", GridRole)
    if role and not row.findings and code is not None:
        _check_role_level(row, role, code)
    until = row.day("until")
    person = row.text("person", limit=80)
    if not person:
        name = row.text("person_name", required=True)
        if name:
            person = _person_named(row, name, roll)
            if person:
                made = _person(row, table.fields - {"id"}, PersonId(person), name, roll)
                roll.people[made.id] = made
    since = _since(row, table, (person, grid, role), roll)
    if since and until and until <= since:
        row.fault("invalid_field", "until must be after since", "until 应晚于 since", name="until")
    exact_id = row.text("id", limit=80, required="id" in table.fields and table.exact)
    roll.findings += row.findings
    if any(f.severity == "error" for f in row.findings) or role is None or since is None:
        return
    identity = exact_id or _duty_id(person, grid, role, since, roll)
    if not _first(row, "id", identity, "duties", roll):
        return
    roll.duties.append(Duty(identity, PersonId(person), grid, role, since, until))
    roll.pending.append((row, person))


def _since(
    row: RowValues, table: Table, held: tuple[str, GridId | None, GridRole | None], roll: _Roll
) -> date | None:
    """Return the day a duty begins; a table without such a column leaves known duties alone."""
    if "since" in table.fields or table.exact:
        return row.day("since", required=True)
    stored = [
        d.since
        for d in roll.stored.duties
        if (d.person, d.grid, d.role) == held and d.in_force(roll.today)
    ]
    if stored:
        return stored[0]
    if not any(f.rule == "since_today" for f in roll.findings):
        row.doubt(
            "since_today",
            f"the table has no date of taking office: duties not known yet begin today "
            f"({roll.today})",
            f"表中没有任职日期：新的任职自今天（{roll.today}）起算",
        )
    return roll.today


def _duty_id(person: str, grid: GridId | None, role: GridRole, since: date, roll: _Roll) -> str:
    """Return the id of the stored duty that is the same, else one made of what it says."""
    for duty in roll.stored.duties:
        if (duty.person, duty.grid, duty.role, duty.since) == (person, grid, role, since):
            return duty.id
    return f"d-{_digest('duty', person, grid or '', role, since.isoformat())}"


def _grid_of(row: RowValues, grids: Grids) -> tuple[GridId | None, str | None]:
    """Return the grid a row names and its code; "" is the subdistrict, None not known."""
    text = row.text("grid", limit=100)
    if not text:
        return None, ""
    grid, codes = grids.named(text)
    if grid is not None:
        row.grid_code = codes[0]
        return grid, codes[0]
    row.grid_code = text if text.isascii() else None
    if codes:
        shown = "、".join(codes[:5])
        row.fault(
            "unknown_grid",
            f"{len(codes)} grids are called {text[:40]!r} ({shown}): give the code",
            f"有 {len(codes)} 个网格名为 {text[:40]!r}（{shown}）：请填写编号",
            name="grid",
        )
    else:
        row.fault(
            "unknown_grid",
            f"no grid has the code {text[:40]!r}: mend the code or load the boundaries first",
            f"没有编号为 {text[:40]!r} 的网格：请改正编号，或先载入边界",
            name="grid",
        )
    return None, None


def _check_role_level(row: RowValues, role: GridRole, code: str) -> None:
    level = {0: 0, 12: 1, 15: 2, 18: 3}.get(len(code))
    if level is None or level in ROLES[role].levels:
        return
    known = ", ".join(map(str, ROLES[role].levels))
    row.fault(
        "wrong_level",
        f"role {role} is not held on level {level} (only on {known}; 0 is the subdistrict)",
        f"第 {level} 级没有 {role} 这一职务（仅限 {known} 级；0 为街道）",
        name="role",
    )


def _unknown_people(roster: Roster, roll: _Roll) -> list[Finding]:
    row_of = {row.values.get("id") or "": row for row, _ in roll.pending}
    findings = []
    for duty in roster.duties:
        if duty.person in roster.by_id:
            continue
        row = row_of.get(duty.id)
        if row is not None and row.number is not None:
            row.findings = []
            row.fault(
                "unknown_person",
                f"duty {duty.id}: no person has the id {duty.person[:40]!r}: add the person, or "
                "mend the id",
                f"职务 {duty.id}：没有 id 为 {duty.person[:40]!r} 的人员：请补充人员或改正编号",
                name="person",
            )
            findings += row.findings
            continue
        text = Text(
            f"duty {duty.id}: no person has the id {duty.person[:40]!r}",
            f"职务 {duty.id}：没有 id 为 {duty.person[:40]!r} 的人员",
        )
        findings.append(error("unknown_person", text))
    return findings


# --- organisations -----------------------------------------------------------------------------


def _read_organisation(row: RowValues, grids: Grids, roll: _Roll) -> None:
    row.text("grid", required=True, limit=100)
    grid, _ = _grid_of(row, grids) if row.values.get("grid") else (None, None)
    kind = row.choice("kind", OrganisationKind)
    name = row.text("name", required=True)
    phone = row.text("phone", limit=60)
    identity = row.text("id", limit=80)
    roll.findings += row.findings
    if any(f.severity == "error" for f in row.findings) or grid is None or kind is None:
        return
    if not identity:
        stored = [
            o.id
            for o in roll.stored.organisations
            if (o.grid, o.kind, o.name) == (grid, kind, name)
        ]
        identity = stored[0] if stored else f"o-{_digest('organisation', grid, kind, name)}"
    if _first(row, "id", identity, "organisations", roll):
        roll.organisations.append(Organisation(identity, grid, kind, name, phone))


def _first(row: RowValues, name: str, identity: str, what: str, roll: _Roll) -> bool:
    """Tell whether an id is met for the first time; else report it."""
    seen = roll.ids.setdefault(what, set())
    if identity not in seen:
        seen.add(identity)
        return True
    row.findings = []
    if row.values.get(name):
        row.fault(
            "duplicate_id", f"id {identity!r} stands twice", f"id {identity!r} 重复出现", name=name
        )
    else:
        row.fault(
            "duplicate_row",
            "the same row stands twice: delete one",
            "该行与前面的行重复：请删除其一",
        )
    roll.findings += row.findings
    return False

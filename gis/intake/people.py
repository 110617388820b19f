"""People, duties and organisations from tables: by id, or as offices write them, by name."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from gis.exchange.row_reader import RowValues, readers_of
from gis.findings import Finding, Noted, Text, error, note, warning
from gis.ids import GridId, PersonId
from gis.intake.headings import role_of
from gis.intake.named_people import Phones, has_number, name_of, phones_of, rows_of_people
from gis.intake.tables import Table, rows_of
from gis.roster import (
    ROLES,
    Duty,
    GridRole,
    Organisation,
    OrganisationKind,
    Person,
    Roster,
    mobiles_apart,
)
from gis.schema import RECORDS, Kind

_PERSON = RECORDS[Kind.PEOPLE]
_ROLE = RECORDS[Kind.DUTIES].by_name["role"]
_PHONES = ("office_phone", "mobile", "public_mobile")
_READERS = readers_of(_PERSON, _PERSON.but("id", "name", *_PHONES))
_NAMED = 5
_UNKNOWN_ROLES = "unknown_roles"
_ZH_LEVELS = ("街道", "一级网格", "二级网格", "三级网格")


Roles = Mapping[str, GridRole | None]
"""What words of an office for a role mean; None: their rows are left out."""


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
    keys: dict[str, list[PersonId]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    pending: list[tuple[RowValues, str]] = field(default_factory=list)
    moved: dict[tuple[str, str | None, str], int] = field(default_factory=dict)
    roles: Roles = field(default_factory=dict)
    unknown_roles: Counter[str] = field(default_factory=Counter)


def roster_of(
    tables: Sequence[Table],
    grids: Grids,
    stored: Roster,
    *,
    today: date,
    keep_absent: bool,
    roles: Roles | None = None,
) -> tuple[Roster | None, list[Finding], Mapping[str, int]]:
    """Return the roster that the tables make of the stored one, None when they hold no people.

    ``roles`` says what words mean that are not ours. Duties in other such words are one error;
    the words and how often each is met come last.

    A table of people replaces all people, one of duties all duties, one of organisations all
    organisations, unless ``keep_absent``. Duties that name their people make them as they go.
    """
    kinds = {t.kind for t in tables}
    if not kinds & {Kind.PEOPLE, Kind.DUTIES, Kind.ORGANISATIONS}:
        return None, [], {}
    roll = _Roll(stored, today, roles=roles or {})
    for person in stored.people:
        roll.keys.setdefault(name_of(person.name), []).append(person.id)
    for table, row in rows_of(tables, Kind.PEOPLE):
        for one in rows_of_people(row, Kind.PEOPLE, exact=table.exact):
            _read_person(one, table, roll)
    named = any("person_name" in t.fields for t in tables if t.kind is Kind.DUTIES)
    for table, row in rows_of(tables, Kind.DUTIES):
        for one in rows_of_people(row, Kind.DUTIES, exact=table.exact):
            _read_duty(one, table, grids, roll)
    for _, row in rows_of(tables, Kind.ORGANISATIONS):
        _read_organisation(row, grids, roll)
    people = _people(roll, kinds, keep_absent, named)
    duties = tuple(roll.duties) if Kind.DUTIES in kinds else stored.duties
    bodies = tuple(roll.organisations) if Kind.ORGANISATIONS in kinds else stored.organisations
    if keep_absent:
        duties = _added(stored.duties, duties)
        bodies = _added(stored.organisations, bodies)
    roster = Roster(people=people, duties=duties, organisations=bodies)
    _ask_for_roles(roll)
    said = [*_moved_mobiles(roll), *_shown_mobiles(roster, stored)]
    findings = roll.findings.told() + said + _unknown_people(roster, roll)
    return roster, findings, roll.unknown_roles


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


def _read_person(row: RowValues, table: Table, roll: _Roll) -> None:
    fields = table.fields
    if "name" in row.nobody and not row.values.get("id"):
        roll.findings += row.findings
        return
    identity = row.text("id", required="id" in fields, limit=80)
    name = row.text("name", required=True)
    phones = phones_of(row)
    if not identity and name:
        identity = _person_named(row, name, phones, roll)
    person = _person(row, table, PersonId(identity), name, phones, roll)
    roll.findings += row.findings
    if not identity or any(f.severity == "error" for f in row.findings):
        return
    if "id" in fields and row.values.get("id") and not _first(row, "id", identity, "people", roll):
        return
    roll.people[person.id] = person


def _person(
    row: RowValues, table: Table, identity: PersonId, name: str, phones: Phones, roll: _Roll
) -> Person:
    """Return a person; what the table has no column for, or leaves empty, stays as it is known."""
    fields = table.fields - {"id"} if table.kind is Kind.DUTIES else table.fields
    known = mobiles_apart(
        roll.people.get(identity) or roll.stored.by_id.get(identity) or Person(identity, name)
    )
    values: dict[str, Any] = {
        field: read(row)
        for field, read in _READERS
        if field in fields and (row.values.get(field) is not None or "id" in fields)
    }
    values |= _numbers(row, table, known, phones, roll)
    return replace(known, name=name, **values)


def _numbers(
    row: RowValues, table: Table, known: Person, phones: Phones, roll: _Roll
) -> dict[str, str]:
    """Return the numbers of a person that a row says, a mobile never as an office phone."""
    whole = table.kind is Kind.PEOPLE and "id" in table.fields
    said = {"office_phone": phones.office, "mobile": phones.mobile}
    values = {k: v for k, v in said.items() if v or (whole and k in table.fields)}
    if phones.shown is not None or (whole and "public_mobile" in table.fields):
        values["public_mobile"] = phones.shown or ""
    if phones.ticked:
        values["public_mobile"] = values.get("mobile", known.mobile)
        if not values["public_mobile"]:
            row.doubt(
                "no_mobile_to_show",
                f"{row.called('public_mobile')}: there is no mobile here that could be shown",
                f"{row.called('public_mobile')}：没有可公开的手机号",
                name="public_mobile",
            )
    if phones.moved:
        column = row.source.partition(" row ")[0], table.title, row.called("office_phone")
        roll.moved[column] = roll.moved.get(column, 0) + 1
    return values


def _moved_mobiles(roll: _Roll) -> list[Finding]:
    """Return a note for each column of office phones in which mobiles stood."""
    return [
        note(
            "mobile_moved",
            Text(
                f"{times} number(s) under {column!r} are mobiles: they are kept as mobiles and "
                "never shown in public",
                f"“{column}”列有 {times} 个手机号：按“手机”保存，从不公开",
            ),
            source=source,
            sheet=title,
            column=column,
            size=times,
            unit="people",
        )
        for (source, title, column), times in roll.moved.items()
    ]


def _shown_mobiles(roster: Roster, stored: Roster) -> list[Finding]:
    """Return a warning that names those whose mobile is shown in public from now on."""
    shown = [
        p
        for p in roster.people
        if p.public_mobile
        and ((b := stored.by_id.get(p.id)) is None or b.public_mobile != p.public_mobile)
    ]
    if not shown:
        return []
    listed = "、".join(f"{p.name[:20]} {p.public_mobile}" for p in shown[:_NAMED])
    more = f" … (+{len(shown) - _NAMED})" if len(shown) > _NAMED else ""
    text = Text(
        f"public mobile: the mobiles of {len(shown)} person(s) are shown in public from now on: "
        f"{listed}{more}",
        f"公开手机：{len(shown)} 人的手机号将向公众显示：{listed}{more}",
    )
    return [warning("mobile_public", text, size=len(shown), unit="people")]


def _person_named(row: RowValues, name: str, phones: Phones, roll: _Roll) -> str:
    """Return the id of the person a row names: the one of that name, told apart by the phone."""
    phone = phones.telling
    alike = roll.keys.get(name_of(name), [])
    if phone:
        same = [
            i
            for i in alike
            if has_number(_known(i, roll), phone)
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
    roll.keys.setdefault(name_of(name), []).append(PersonId(identity))
    return identity


def _known(identity: PersonId, roll: _Roll) -> Person:
    return roll.people.get(identity) or roll.stored.by_id.get(identity) or Person(identity, "")


def _digest(*parts: str) -> str:
    """Return the same letters for the same row, so that loading it again changes nothing."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


# --- duties ------------------------------------------------------------------------------------


def _read_duty(row: RowValues, table: Table, grids: Grids, roll: _Roll) -> None:
    grid, code = _grid_of(row, grids)
    if not table.exact and not (known := _role_known(row, roll)):
        if known is None:
            roll.findings += row.findings
        return
    role = row.choice("role", GridRole)
    if role and not row.findings and code is not None:
        _check_role_level(row, role, code)
    until = row.day("until")
    person = row.text("person", limit=80)
    if not person and "person_name" in row.nobody:
        roll.findings += row.findings
        return
    if not person:
        name = row.text("person_name", required=True)
        phones = phones_of(row)
        if name:
            person = _person_named(row, name, phones, roll)
            if person:
                made = _person(row, table, PersonId(person), name, phones, roll)
                roll.people[made.id] = made
    since = _since(row, table, (person, grid, role), roll)
    if since and until and until <= since:
        row.fault(
            "invalid_field", "until must be after since", "截止日期应晚于任职日期", name="until"
        )
    exact_id = row.text("id", limit=80, required="id" in table.fields and table.exact)
    roll.findings += row.findings
    if any(f.severity == "error" for f in row.findings) or role is None or since is None:
        return
    identity = exact_id or _duty_id(person, grid, role, since, roll)
    if not _first(row, "id", identity, "duties", roll):
        return
    roll.duties.append(Duty(identity, PersonId(person), grid, role, since, until))
    roll.pending.append((row, person))


def _role_known(row: RowValues, roll: _Roll) -> bool | None:
    """Put our word for a role into a row; False: it is one of those to be asked about.

    None: whoever brings the table says that rows of this word are left out.
    """
    word = row.values.get("role")
    if not isinstance(word, str):
        return True
    told = role_of(word)
    if told is None:
        if word not in roll.roles:
            if not roll.unknown_roles:
                # Where the first stands; what it says of all of them is known at the end.
                row.fault(_UNKNOWN_ROLES, "", "", name="role")
                roll.findings += [row.findings.pop()]
            roll.unknown_roles[word] += 1
            return False
        role = roll.roles[word]
        if role is None:
            return None
        told = str(role)
    row.values = {**row.values, "role": told}
    return True


def _ask_for_roles(roll: _Roll) -> None:
    """Let one error ask for all words for roles that are not ours."""
    words = roll.unknown_roles
    if not words:
        return
    shown = "、".join(f"{word[:20]} {times}" for word, times in list(words.items())[:12])
    ours = "、".join(_ROLE.usual_words.values())
    text = Text(
        f"{len(words)} word(s) for a role are not known here ({shown}): say once for the file "
        "what each of them means (--role WORD=ROLE, or on the page), or that its rows are left "
        f"out; roles: {', '.join(GridRole)}",
        f"有 {len(words)} 种职务名称未约定（{shown}）：请为整个文件说明一次各相当于哪种职务"
        f"（命令加 --role 名称=职务，或在页面上选择），或不读取这些行；可用职务：{ours}",
    )
    at = next(i for i, f in enumerate(roll.findings) if f.rule == _UNKNOWN_ROLES)
    roll.findings[at] = replace(roll.findings[at], text=text, size=len(words), unit="words")


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
    zh = "、".join(_ZH_LEVELS[n] for n in ROLES[role].levels)
    row.fault(
        "wrong_level",
        f"role {role} is not held on level {level} (only on {known}; 0 is the subdistrict)",
        f"{_ZH_LEVELS[level]}没有“{ROLES[role].title.zh}”这一职务（仅限：{zh}）",
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

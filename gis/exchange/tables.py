"""People, duties and organisations as CSV tables, in and out.

UTF-8 (a byte-order mark is allowed); the first row names the columns. Grids are named by the
code people read; a duty with an empty ``grid`` is held on the subdistrict itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gis.division import Division
from gis.errors import InvalidInput
from gis.exchange.fields import Row, unknown_fields
from gis.findings import Finding
from gis.ids import GridId, PersonId
from gis.roster import ROLES, Duty, Organisation, OrganisationKind, Person, Role, Roster

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
PEOPLE = ("id", "name", "office_phone", "mobile", "organisation", "party_member", "consent")
DUTIES = ("id", "person", "grid", "role", "since", "until")
ORGANISATIONS = ("id", "grid", "kind", "name", "phone")
# What a spreadsheet program may run (some take the full-width forms too), and the apostrophe
# that guards it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARDED = (*FORMULA_STARTS, "'")


@dataclass
class RosterTables:
    """The rows of the three tables that were given, and what is wrong with them."""

    people: list[Person] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_rows(content: bytes, source: str, columns: tuple[str, ...]) -> list[Row]:
    """Return the rows of a CSV file that has at least the first of ``columns``.

    Raises
    ------
    InvalidInput
        When it is not UTF-8, has no or repeated column names, or is too large.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InvalidInput(
            "file",
            f"{source}: byte {problem.start} is not UTF-8: save it as CSV UTF-8",
            f"{source}：第 {problem.start} 字节不是 UTF-8：请另存为 CSV UTF-8",
            ("CSV UTF-8",),
        ) from None
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise InvalidInput(
            "file", f"{source}: not a CSV table: {problem}", f"{source}：不是 CSV 表格：{problem}"
        ) from None
    _check_shape(table, source, columns)
    head, *rows = table
    return [
        Row(dict(zip(head, map(unguarded_text, cells), strict=False)), f"{source} row {number}")
        for number, cells in enumerate(rows, start=2)
        if any(cells)
    ]


def _check_shape(table: list[list[str]], source: str, columns: tuple[str, ...]) -> None:
    head = table[0] if table else []
    missing = [c for c in columns[:2] if c not in head]
    if missing:
        raise InvalidInput(
            "file",
            f"{source}: column {', '.join(missing)} is missing; the first row must name the "
            f"columns {', '.join(columns)}",
            f"{source}：缺少列 {'、'.join(missing)}；第一行应为列名 {'、'.join(columns)}",
            columns,
        )
    if len(set(head)) < len(head):
        raise InvalidInput(
            "file", f"{source}: a column name is repeated", f"{source}：列名重复", columns
        )
    if len(table) > MAX_ROWS or max(map(len, table)) > MAX_COLUMNS:
        raise InvalidInput(
            "file",
            f"{source}: more than {MAX_ROWS} rows or {MAX_COLUMNS} columns",
            f"{source}：超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列",
        )


def write_rows(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a CSV file; no cell of it starts a formula in a spreadsheet program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[c]) for c in columns] for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else guarded_text(str(value))


def guarded_text(text: str) -> str:
    """Return a text that starts no formula: with an apostrophe in front where it might.

    :func:`unguarded_text` gives it back as it was.

    >>> [guarded_text(t) for t in ("=1+1", "'x", "5幢")]
    ["'=1+1", "''x", '5幢']
    """
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded_text(text: str) -> str:
    """Take off the apostrophe that :func:`guarded_text` puts before what might be a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_GUARDED) else text


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet program runs: with an apostrophe where it would.

    Unlike the tables of our own, a plain number such as -12.5 and an apostrophe stay as they are.

    >>> [without_formula(t) for t in ("=1+1", "-12.5", "+86-25-0000", "'=1", "5幢")]
    ["'=1+1", '-12.5', "'+86-25-0000", "'=1", '5幢']
    """
    if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


# --- rows to values ------------------------------------------------------------------------------


def read_people(content: bytes, source: str, into: RosterTables) -> None:
    """Read people.csv into the tables."""
    for row in _rows_into(content, source, PEOPLE, into):
        person = Person(
            id=PersonId(row.text("id", required=True, limit=80)),
            name=row.text("name", required=True),
            office_phone=row.text("office_phone", limit=60),
            mobile=row.text("mobile", limit=60),
            organisation=row.text("organisation"),
            party_member=row.flag("party_member", None),
            consent=row.flag("consent", False) is True,
        )
        _keep(person, row, into.people, into)
    _report_repeats([p.id for p in into.people], source, into)


def read_duties(
    content: bytes, source: str, grid_of: Callable[[str], GridId | None], into: RosterTables
) -> None:
    """Read duties.csv; ``grid_of`` returns the grid that carries a code, None for none."""
    for row in _rows_into(content, source, DUTIES, into):
        code = row.text("grid", limit=40)
        row.grid_code = code or None
        grid = grid_of(code) if code else None
        if code and grid is None:
            _unknown_grid(row, code)
        role = row.choice("role", Role)
        if role and not row.findings:
            _check_role_level(row, role, code)
        since = row.day("since", required=True)
        until = row.day("until")
        if since and until and until <= since:
            row.fault("invalid_field", "until must be after since", "until 应晚于 since")
        duty = Duty(
            id=row.text("id", required=True, limit=80),
            person=PersonId(row.text("person", required=True, limit=80)),
            grid=grid,
            role=role or Role.VOLUNTEER,
            since=since or date.min,
            until=until,
        )
        _keep(duty, row, into.duties, into)
    _report_repeats([d.id for d in into.duties], source, into)


def read_organisations(
    content: bytes, source: str, grid_of: Callable[[str], GridId | None], into: RosterTables
) -> None:
    """Read organisations.csv; ``grid_of`` as for :func:`read_duties`."""
    for row in _rows_into(content, source, ORGANISATIONS, into):
        code = row.text("grid", required=True, limit=40)
        row.grid_code = code or None
        grid = grid_of(code) if code else None
        if code and grid is None:
            _unknown_grid(row, code)
        kind = row.choice("kind", OrganisationKind)
        body = Organisation(
            id=row.text("id", required=True, limit=80),
            grid=grid or GridId(""),
            kind=kind or OrganisationKind.RESIDENT_UNIT,
            name=row.text("name", required=True),
            phone=row.text("phone", limit=60),
        )
        _keep(body, row, into.organisations, into)
    _report_repeats([o.id for o in into.organisations], source, into)


def _rows_into(
    content: bytes, source: str, columns: tuple[str, ...], into: RosterTables
) -> list[Row]:
    rows = read_rows(content, source, columns)
    seen = {name: len(rows) for name in (rows[0].values if rows else ())}
    into.findings += unknown_fields(seen, columns, source)
    return rows


def _keep(value: Any, row: Row, rows: list[Any], into: RosterTables) -> None:
    into.findings += row.findings
    if not row.findings:
        rows.append(value)


def _unknown_grid(row: Row, code: str) -> None:
    row.fault(
        "unknown_grid",
        f"no grid has the code {code[:40]!r}: mend the code or load the boundaries first",
        f"没有编号为 {code[:40]!r} 的网格：请改正编号，或先载入边界",
    )


def _check_role_level(row: Row, role: Role, code: str) -> None:
    level = {0: 0, 12: 1, 15: 2, 18: 3}.get(len(code))
    if level is None or level in ROLES[role].levels:
        return
    known = ", ".join(map(str, ROLES[role].levels))
    row.fault(
        "wrong_level",
        f"role {role} is not held on level {level} (only on {known}; 0 is the subdistrict)",
        f"第 {level} 级没有 {role} 这一职务（仅限 {known} 级；0 为街道）",
    )


def _report_repeats(ids: list[Any], source: str, into: RosterTables) -> None:
    seen: set[Any] = set()
    for identity in ids:
        if identity in seen:
            row = Row({}, source)
            row.fault("duplicate_id", f"id {identity!r} stands twice", f"id {identity!r} 重复出现")
            into.findings += row.findings
        seen.add(identity)


# --- values to rows ------------------------------------------------------------------------------


def write_roster(roster: Roster, division: Division) -> dict[str, bytes]:
    """Return people.csv, duties.csv and organisations.csv of a roster, by file name."""
    codes: dict[GridId | None, str] = {g.id: g.code for g in division}
    codes[None] = ""
    return {
        "people.csv": write_rows(
            PEOPLE, ({c: getattr(p, c) for c in PEOPLE} for p in roster.people)
        ),
        "duties.csv": write_rows(
            DUTIES,
            (
                {c: codes[d.grid] if c == "grid" else getattr(d, c) for c in DUTIES}
                for d in roster.duties
                if d.grid in codes
            ),
        ),
        "organisations.csv": write_rows(
            ORGANISATIONS,
            (
                {c: codes[o.grid] if c == "grid" else getattr(o, c) for c in ORGANISATIONS}
                for o in roster.organisations
                if o.grid in codes
            ),
        ),
    }

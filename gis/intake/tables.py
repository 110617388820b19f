"""Tables of an office (XLSX, CSV) as rows of named fields, whatever stands around them.

Title rows above the header are skipped, merged cells are filled, columns are found by what
offices call them, in Chinese or English. What is not understood becomes a finding with sheet,
row, column and value; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from gis.errors import InvalidInput
from gis.exchange.atlas_tables import COLUMNS, FORMAT, WITH_SHAPES
from gis.exchange.row_reader import RowValues
from gis.findings import Finding, Text, error, note, warning
from gis.intake.headings import (
    PLACE_KIND_OF_HEADING,
    field_of,
    folded,
    kind_of_title,
    place_kind_of_title,
    role_of_heading,
    role_of_title,
    usual_title,
)
from gis.intake.table_rows import RowReader
from gis.schema import RECORDS, Kind, ValueKind
from gis.tables.blank_words import SPACE
from gis.tables.csv_files import CsvRows
from gis.tables.header import HEADER_AMONG
from gis.tables.left_out import NOTHING, LeftOut, footer_of
from gis.tables.xlsx_files import read_sheets

MAX_ROWS = 300_000
_DOUBTFUL = ("hidden_rows", "hidden_columns")
_TO_BE_READ = re.compile("说明|须知|封面|目录|字典|填表|备注|附注|notes|readme", re.IGNORECASE)


@dataclass
class RawTable:
    """A table as it came: rows with their numbers, the cells as they stand.

    ``since_1904``: a day that stands as a number is counted from 1904.

    ``guarded``: an apostrophe before what might be a formula is none of the text. ``left_out`` is
    what of the file is hidden.
    """

    source: str
    title: str | None
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    guarded: bool = True
    left_out: LeftOut = NOTHING
    since_1904: bool = False


@dataclass
class Table:
    """A table that is understood: what it is about, and its rows by our fields.

    ``exact`` tells that it was written by us, so that nothing of it is trimmed or translated;
    ``place_kind`` is the kind of place that its title or headings tell.
    """

    kind: Kind
    source: str
    title: str | None
    rows: list[RowValues]
    fields: frozenset[str]
    exact: bool = False
    place_kind: str | None = None
    findings: list[Finding] = field(default_factory=list)


# --- files to sheets ---------------------------------------------------------------------------


def read_workbook(
    path: Path, source: str, report: Callable[[float], None] = lambda _done: None
) -> list[RawTable]:
    """Return the visible sheets of a workbook, read by a confined child process.

    ``report`` is told how much is read, from 0 to 1; what it raises ends the child.

    Raises
    ------
    InvalidInput
        When it is no workbook or needs too much.
    """
    try:
        sheets = read_sheets(path, MAX_ROWS, report)
    except InvalidInput as problem:
        raise _named(problem, source) from None
    return [
        RawTable(source, s.title, s.rows, left_out=s.left_out, since_1904=s.since_1904)
        for s in sheets
        if s.rows
    ]


def _named(problem: InvalidInput, source: str) -> InvalidInput:
    """Return an error that names the file as the person who sent it does."""
    en = problem.text.en.removeprefix("file: ")
    zh = problem.text.zh.removeprefix("file：")
    return type(problem)("file", f"{source}: {en}", f"{source}：{zh}", problem.accepted)


def read_csv(file: BinaryIO, source: str) -> RawTable:
    """Return the rows of a CSV file in UTF-8 or GB18030.

    Raises
    ------
    InvalidInput
        When it is no table.
    """
    try:
        with CsvRows(file, most_rows=MAX_ROWS) as csv_rows:
            rows = list(csv_rows)
    except InvalidInput as problem:
        raise _named(problem, source) from None
    return RawTable(source, None, rows)


# --- sheets to tables --------------------------------------------------------------------------


def understand(sheets: Sequence[RawTable]) -> tuple[list[Table], list[Finding]]:
    """Return the tables in some sheets, and what is wrong with the others."""
    tables: list[Table] = []
    findings: list[Finding] = []
    unread: list[RawTable] = []
    ours = any(_is_head(s) for s in sheets)
    for sheet in sheets:
        if not sheet.rows:
            continue
        stacked = _stacked(sheet)
        for part in stacked or [sheet]:
            found = _understood(part, ours or stacked is not None)
            if found is None and part.title is None:
                problem = _not_understood(part).text
                raise InvalidInput(
                    "file", f"{part.source}: {problem.en}", f"{part.source}：{problem.zh}"
                )
            if found is None:
                unread.append(part)
                continue
            tables += found
            findings += [f for table in found for f in table.findings]
    findings += [_not_a_table(s, {t.source for t in tables}) for s in unread]
    return tables, findings


def _not_a_table(sheet: RawTable, sources: set[str]) -> Finding:
    """Return the error of a sheet that is no table; a note of one that is there to be read."""
    alone = all(sum(c not in (None, "") for c in cells) < 2 for _, cells in sheet.rows)
    if sheet.source not in sources or not (alone or _TO_BE_READ.search(sheet.title or "")):
        return _not_understood(sheet)
    text = Text("a sheet of notes: left out", "说明性的工作表，未读取")
    return note("notes_sheet", text, source=_said(sheet), sheet=sheet.title)


def _is_head(sheet: RawTable) -> bool:
    first = [str(c) for c in sheet.rows[0][1]] if sheet.rows else []
    return first[:1] == ["format"] and len(sheet.rows) > 1 and sheet.rows[1][1][:1] == [FORMAT]


def _stacked(sheet: RawTable) -> list[RawTable] | None:
    """Return the tables in a CSV of ours that holds all of them, None when it is none."""
    head = [str(c) for c in sheet.rows[0][1]]
    if head[:1] != ["table"] or "format" not in head:
        return None
    parts: dict[str, RawTable] = {}
    at: dict[str, list[int]] = {}
    for number, cells in sheet.rows[1:]:
        name = str(cells[0])
        if name not in parts:
            known = COLUMNS.get(name, ())
            shaped = name in WITH_SHAPES
            at[name] = [
                i
                for i, c in enumerate(head)
                if c in known or (shaped and re.fullmatch(r"geometry(_\d+)?", c))
            ]
            parts[name] = RawTable(sheet.source, name, [(1, [head[i] for i in at[name]])])
        parts[name].rows.append((number, [cells[i] if i < len(cells) else "" for i in at[name]]))
    return list(parts.values())


def _understood(sheet: RawTable, ours: bool) -> list[Table] | None:
    """Return the tables that a sheet holds, mostly one; None for none."""
    titled = kind_of_title(sheet.title or "") or kind_of_title(Path(sheet.source).stem)
    found = _header(sheet, titled)
    if found is None:
        return _by_roles(sheet, titled)
    at, kind = found
    _, header = sheet.rows[at]
    fields, unknown = _columns(kind, header)
    exact = ours or [str(h) for h in header] == [str(h) for h in fields.values()]
    table = _read(sheet, at, _Reading(kind, fields, exact, errors=not ours))
    table.place_kind = place_kind_of_title(sheet.title or "") or place_kind_of_title(
        Path(sheet.source).stem
    )
    if table.place_kind is None and kind is Kind.PLACES:
        told = {
            PLACE_KIND_OF_HEADING[f]
            for h in header
            if (f := folded(h)) in PLACE_KIND_OF_HEADING and f != "楼栋"
        }
        table.place_kind = told.pop() if len(told) == 1 else None
    table.findings += [_unknown_column(c, _said(sheet), sheet.title) for c in unknown]
    _check_repeated(header, fields, sheet)
    return [table]


@dataclass(frozen=True)
class _Reading:
    """How the rows below a header are read (see :class:`RowReader`)."""

    kind: Kind
    fields: Mapping[int, str]
    exact: bool = False
    errors: bool = True


def _read(sheet: RawTable, at: int, how: _Reading) -> Table:
    """Return the table below the header in row ``at`` of a sheet, and what is said of it."""
    _, header = sheet.rows[at]
    where, title = _said(sheet), sheet.title
    names = {name: str(header[i]).strip(SPACE) for i, name in reversed(list(how.fields.items()))}
    reader = RowReader(how.kind, where, title, names, how.exact, sheet.guarded, how.errors)
    reader.since_1904 = sheet.since_1904
    body = sheet.rows[at + 1 :]
    footers = [] if how.exact else [(n, t) for n, cells in body if (t := footer_of(cells))]
    skipped = {number for number, _ in footers}
    rows = reader.rows(
        [row for row in body if row[0] not in skipped] if skipped else body,
        how.fields,
        len(header),
    )
    fields = frozenset(how.fields.values())
    table = Table(how.kind, sheet.source, title, rows, fields, how.exact)
    table.findings += _skipped(sheet, at, where)
    table.findings += [
        (warning if rule in _DOUBTFUL else note)(rule, text, source=where, sheet=title)
        for rule, text in replace(sheet.left_out, footers=tuple(footers)).told()
    ]
    table.findings += _said_nobody(reader.nobody, where, title)
    return table


# --- people under the name of their role ---------------------------------------------------------


def _by_roles(sheet: RawTable, titled: Kind | None) -> list[Table] | None:
    """Return the duties of a sheet without a column of roles: its headings or title tell them.

    A column such as 网格长 holds the names of those in that role; the numbers behind it are
    theirs. A list of names whose title says the role is of that role.
    """
    if titled not in (None, Kind.DUTIES):
        return None
    for at, (_, cells) in enumerate(sheet.rows[:HEADER_AMONG]):
        fields, _ = _columns(Kind.DUTIES, cells)
        if "grid" not in fields.values() or "role" in fields.values():
            continue
        named = [(i, role) for i, c in enumerate(cells) if (role := role_of_heading(c))]
        if not named and (role := role_of_title(sheet.title or Path(sheet.source).stem)):
            named = [(i, role) for i, name in fields.items() if name == "person_name"]
        if named:
            return [_of_role(sheet, at, fields, named, number) for number in range(len(named))]
    return None


def _of_role(
    sheet: RawTable,
    at: int,
    fields: Mapping[int, str],
    named: Sequence[tuple[int, str]],
    number: int,
) -> Table:
    """Return the duties in one of the columns that hold the names of a role."""
    column, role = named[number]
    until = named[number + 1][0] if number + 1 < len(named) else len(sheet.rows[at][1])
    own = {i: name for i, name in fields.items() if name not in ("person_name", "person", "id")}
    if len(named) > 1:
        own = {i: n for i, n in own.items() if column < i < until or n in ("grid", "since")}
    table = _read(sheet, at, _Reading(Kind.DUTIES, {**own, column: "person_name"}))
    heading = str(sheet.rows[at][1][column]).strip(SPACE)
    told = usual_title(role)
    for row in table.rows:
        row.values = {**row.values, "role": role}
        row.headings = {**row.headings, "role": heading}
    table.rows = [r for r in table.rows if r.values.get("person_name") or r.nobody]
    table.fields |= {"role"}
    if number:
        table.findings = [f for f in table.findings if f.rule == "said_nobody"]
    text = Text(
        f"no column of roles: the names under {heading[:40]!r} are read as {role} ({told})",
        f"没有“职务”列：“{heading[:40]}”列的姓名按“{told}”读取",
    )
    table.findings.append(
        note("role_of_heading", text, source=_said(sheet), sheet=sheet.title, column=heading)
    )
    return table


def _said(sheet: RawTable) -> str:
    return sheet.source if sheet.title is None else f"{sheet.source} [{sheet.title}]"


def _header(sheet: RawTable, titled: Kind | None) -> tuple[int, Kind] | None:
    """Return which row names the columns, and the kind of table they make it."""
    best: tuple[float, int, Kind] | None = None
    for at, (_, cells) in enumerate(sheet.rows[:HEADER_AMONG]):
        if len({str(c) for c in cells if c not in (None, "")}) < 2:
            continue
        for kind in [titled] if titled else list(Kind):
            score = _score(kind, cells) + (3 if titled is Kind.CONTEXT else 0)
            if score >= 2 and (best is None or score > best[0]):
                best = score, at, kind
    return best[1:] if best else None


def _score(kind: Kind, cells: Sequence[Any]) -> float:
    """Return how many columns of a kind a row names; 0 when what makes the kind is missing."""
    fields = {f for c in cells if isinstance(c, str) and (f := field_of(kind, c))}
    needed: tuple[set[str], ...] = {
        Kind.PEOPLE: ({"name"},),
        Kind.DUTIES: ({"role"}, {"grid"}, {"person", "person_name"}),
        Kind.ORGANISATIONS: ({"grid"}, {"kind"}, {"name"}),
        Kind.PLACES: ({"name", "address"}, {"lon", "address", "id", "geometry"}),
        Kind.HOUSEHOLDS: ({"households", "resident_population"}, {"grid", "place", "address"}),
        Kind.BOUNDARIES: ({"code"}, {"name"}, {"level", "parent"}),
        Kind.CONTEXT: ({"id"}, {"kind"}),
        Kind.HEAD: ({"format"},),
    }[kind]
    if any(not fields & some for some in needed):
        return 0
    extra = {Kind.DUTIES: 0.5, Kind.BOUNDARIES: 0.5, Kind.CONTEXT: -3, Kind.HEAD: 0.5}
    return len(fields) + extra.get(kind, 0.0)


def _columns(kind: Kind, header: Sequence[Any]) -> tuple[dict[int, str], list[str]]:
    """Return the field of each column by position, and the headings that are not ours.

    Of two columns that may hold one field the one whose heading stands first in our list does;
    of phone numbers all do, that one first.
    """
    rank: dict[str, list[tuple[int, int]]] = {}
    unknown: list[str] = []
    for i, cell in enumerate(header):
        heading = str(cell).strip(SPACE) if cell is not None else ""
        if not heading:
            continue
        name = field_of(kind, heading)
        if name is None and re.fullmatch(r"geometry(_\d+)?", heading):
            name = heading
        if name is None:
            if folded(heading) not in ("序号", "备注", "说明"):
                unknown.append(heading)
            continue
        known = [folded(n) for n in RECORDS[kind].names(name)]
        order = known.index(folded(heading)) if folded(heading) in known else 0
        rank.setdefault(name, []).append((order, i))
    fields: dict[int, str] = {}
    for name, found in sorted(rank.items(), key=lambda r: min(r[1])[1]):
        field = RECORDS[kind].by_name.get(name)
        several = field is not None and field.value is ValueKind.PHONE
        fields |= {i: name for _, i in (sorted(found) if several else [min(found)])}
    return fields, unknown


def _check_repeated(header: Sequence[Any], fields: Mapping[int, str], sheet: RawTable) -> None:
    seen: set[str] = set()
    for i, cell in enumerate(header):
        heading = folded(cell) if cell is not None else ""
        if heading in seen and i in range(len(header)) and field_known(heading, fields, header):
            name = str(cell).strip(SPACE)[:40]
            raise InvalidInput(
                "file",
                f"{_said(sheet)}: a column name is repeated: {name!r}; rename one",
                f"{_said(sheet)}：列名重复：{name!r}；请改名",
            )
        if heading:
            seen.add(heading)


def field_known(heading: str, fields: Mapping[int, str], header: Sequence[Any]) -> bool:
    """Tell whether a heading is that of a column that is read."""
    return any(folded(header[i]) == heading for i in fields)


def _skipped(sheet: RawTable, at: int, where: str) -> list[Finding]:
    if at == 0:
        return []
    text = Text(
        f"the columns are named in row {sheet.rows[at][0]}; the {at} row(s) above are a title",
        f"第 {sheet.rows[at][0]} 行为列名，其上 {at} 行视为标题",
    )
    return [note("title_rows", text, source=where, sheet=sheet.title)]


def _unknown_column(name: str, where: str, title: str | None) -> Finding:
    text = Text(
        f"column {name[:60]!r} is not one of ours and is not kept",
        f"列 {name[:60]!r} 不在约定之内，不予保存",
    )
    return warning("unknown_field", text, source=where, sheet=title, column=name[:60])


def _said_nobody(words: Mapping[str, int], where: str, title: str | None) -> list[Finding]:
    """Return a note that counts the cells which say nobody: they are read as empty."""
    if not words:
        return []
    count = sum(words.values())
    shown = "、".join(f"{word} {times}" for word, times in list(words.items())[:8])
    text = Text(
        f"{count} cell(s) say nobody or nothing ({shown}) and are read as empty",
        f"{count} 个单元格写的是“没有”之意（{shown}），按空白读取",
    )
    return [note("said_nobody", text, source=where, sheet=title, size=count, unit="cells")]


def _not_understood(sheet: RawTable) -> Finding:
    first = "、".join(str(c)[:20] for c in sheet.rows[0][1] if c not in (None, ""))[:200]
    text = Text(
        "no row names the columns of a table of ours: name them as in the templates, or delete "
        f"this sheet (its first row: {first})",
        f"没有找到列名行：请按模板命名各列，或删除此表（首行：{first}）",
    )
    return error("unknown_table", text, source=_said(sheet), sheet=sheet.title)


def head_of(tables: Sequence[Table]) -> Mapping[str, Any] | None:
    """Return the head of a workbook or CSV of ours, None when there is none."""
    heads = [t for t in tables if t.kind is Kind.HEAD and t.rows]
    return heads[0].rows[0].values if heads else None


def rows_of(tables: Sequence[Table], kind: Kind) -> Iterator[tuple[Table, RowValues]]:
    """Yield the rows of all tables of a kind."""
    for table in tables:
        if table.kind is kind:
            for row in table.rows:
                yield table, row

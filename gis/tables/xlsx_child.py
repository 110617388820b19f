"""Reading XLSX in a process of its own, with little memory and time.

A workbook from outside is hostile until read: a few kilobytes may hold gigabytes of XML. So it
is opened only here, in a child process that the system stops at its limits::

    python -m gis.tables.xlsx_child IN.xlsx OUT.jsonl MAX_ROWS SHEETS CPU_S

A line ``{"sheet": title}`` begins a sheet, ``{"rows": […], "columns": […]}`` ends it: the numbers
of the rows and the letters of the columns that hold something and are hidden; they are left out.
Every other line is ``[number, [cell, …]]``, a row that is not empty. ``OUT.jsonl.done`` says how
much is read, from 0 to 1. What is wrong is told on standard error as one JSON object, with exit
code 3. ``SHEETS`` is

- ``all``: every visible sheet, ``MAX_ROWS`` together. A value that stands in cells merged
  downwards is repeated in each of their rows;
- ``each``: the same, ``MAX_ROWS`` in each;
- ``each-streamed``: the same, row by row in next to no memory, ten times as slow; merged cells
  stand as they are.

calamine reads the rows. It holds a whole sheet, and leaves out what a spreadsheet program shows as
an error (``#N/A``) and formulas that were never calculated: a workbook that has any of them, and
one that is streamed, is left to openpyxl. This module imports next to nothing of ours, so that
the child starts in a fraction of a second.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from gis.tables.sandbox import Refused, confine, tell
from gis.tables.xlsx_hidden import Hidden, counts_from_1904, hidden_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY_BYTES = 600 << 20
MAX_UNZIPPED = 200 << 20
MAX_ENTRIES = 2_000
_BOMB_BYTES, _BOMB_RATIO = 10 << 20, 300
_MAX_COLUMNS = 200
_MAX_CELL = 32_767
_MAX_EMPTY_ROWS = 1 << 20
_EXACT = 1 << 53
_MAX_SHEETS = 60
_MAX_MERGED = 20_000
_BLOCK = 1 << 20
_EVERY = 2_000
# A cell that is an error; one with a formula and no result (an empty text is one).
_OPEN = rb"<(?:\w{1,20}:)?%b"
_SHUT = rb"</(?:\w{1,20}:)?%b\s?>"
_ATTRIBUTES = rb"(?:\s[^<>]{0,300})?"
_FORMULA = rb"(?:%b%b/>|%b%b>[^<]{0,50000}%b)" % (
    _OPEN % b"f", _ATTRIBUTES, _OPEN % b"f", _ATTRIBUTES, _SHUT % b"f",
)  # fmt: skip
_NO_VALUE = rb"(?:%b\s?/>|%b\s?>%b)?" % (_OPEN % b"v", _OPEN % b"v", _SHUT % b"v")
_UNTOLD = re.compile(
    rb"""%b\s[^<>]{0,300}?\bt\s?=\s?["']e["']|""" % (_OPEN % b"c")
    + rb"""%b(?![^<>]{0,300}\bt\s?=\s?["']str["'])%b>\s{0,99}""" % (_OPEN % b"c", _ATTRIBUTES)
    + rb"%b\s{0,99}%b\s{0,99}%b" % (_FORMULA, _NO_VALUE, _SHUT % b"c")
)
_UNTOLD_LENGTH = 60_000
_FORMULA_TAG = re.compile(rb"<(?:\w{1,20}:)?f[\s/>]")
# Without any of these there is none; looking for them costs next to nothing.
_MARKS = (b"<f", b":f", b'"e"', b"'e'")

_NOTHING = (None, "")

Rows = Iterator[tuple[int, list[Any]]]
Merged = dict[int, list[tuple[int, int]]]


@dataclass
class Contents:
    """What is met in the XML of a workbook.

    ``untold``: cells that calamine leaves out, errors and formulas without a result.
    """

    formulas: bool = False
    untold: bool = False


def main() -> None:
    """Do what the command line says."""
    _, source, target, most, sheets, cpu_s = sys.argv
    confine(int(cpu_s), MEMORY_BYTES)
    try:
        with open(target, "wb") as out:
            read(source, out, int(most), sheets, lambda done: _tell_progress(target, done))
    except Refused as refused:
        tell(*refused.args)
    except MemoryError:
        tell("large", "needs too much memory: split it", "占用内存过大：请拆分后再试")
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}"[:120]
        tell("wrong", f"cannot be read as XLSX ({why})", f"无法作为 XLSX 读取（{why}）")


def _tell_progress(target: str, done: float) -> None:
    Path(f"{target}.done").write_text(f"{done:.3f}", encoding="ascii")


def read(
    source: str,
    out: IO[bytes],
    most: int,
    sheets: str = "all",
    report: Callable[[float], None] = lambda _done: None,
) -> None:
    """Write sheets; a formula gives its last result, or itself when it has none.

    Raises
    ------
    Refused
        More than ``most`` rows in all, or too many columns, sheets or merged cells.
    """
    contents = check_archive(source)
    hidden = hidden_of(source)
    epoch = {"since_1904": True} if counts_from_1904(source) else {}
    from python_calamine import CalamineWorkbook

    with open(source, "rb") as file:
        streamed = sheets == "each-streamed"
        book = CalamineWorkbook.from_filelike(file)
        titles = _visible(book)
        left = most
        for at, title in enumerate(titles):
            sheet = None if streamed else book.get_sheet_by_name(title)
            if sheet is None or contents.untold:
                rows = rows_by_openpyxl(source, left, title, formulas=contents.formulas)
            else:
                rows = _rows_by_calamine(sheet, left)
            seen = _Seen(hidden.get(title, Hidden()))
            out.write(_line({"sheet": title} | epoch))
            height = 1 if sheet is None else max(sheet.total_height, 1)
            for number, row in seen.of(_filled(rows, _merged(sheet)) if sheet else rows):
                out.write(_line((number, row)))
                left -= sheets == "all"
                if number % _EVERY == 0:
                    report((at + min(1.0, number / height)) / len(titles))
            out.write(_line(seen.left_out()))


class _Seen:
    """The rows of a sheet without what is hidden; knows what of that held something."""

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden
        self._rows: list[int] = []
        self._columns: set[int] = set()

    def of(self, rows: Rows) -> Rows:
        """Yield the rows that are seen, each with the cells that are."""
        hidden = self._hidden
        for number, row in rows:
            if number in hidden.rows:
                self._rows.append(number)
                continue
            if not hidden.columns:
                yield number, row
                continue
            self._columns |= {i for i in hidden.columns if i < len(row) and row[i] not in _NOTHING}
            seen = trimmed(v for i, v in enumerate(row) if i not in hidden.columns)
            if seen:
                yield number, seen

    def left_out(self) -> dict[str, Any]:
        """Return the numbers of the rows and the letters of the columns that are left out."""
        return {"rows": self._rows, "columns": [_letters(i) for i in sorted(self._columns)]}


def _letters(column: int) -> str:
    """Return what a spreadsheet program calls a column, from 0.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _visible(book: Any) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    titles = [
        s.name
        for s in book.sheets_metadata
        if s.visible is SheetVisibleEnum.Visible and s.typ is SheetTypeEnum.WorkSheet
    ]
    if not titles:
        raise _nothing_visible()
    if len(titles) > _MAX_SHEETS:
        raise Refused("large", f"has over {_MAX_SHEETS} sheets", f"工作表超过 {_MAX_SHEETS} 个")
    return titles


def _nothing_visible() -> Refused:
    return Refused("wrong", "has no visible sheet", "没有可见的工作表")


# --- the archive -------------------------------------------------------------------------------


def check_archive(source: str) -> Contents:
    """Look at the archive and through its XML before any of it is parsed.

    Raises
    ------
    Refused
        When it is no plain workbook, or would unpack to too much.
    """
    contents = Contents()
    try:
        with zipfile.ZipFile(source) as archive:
            _check_entries(archive.infolist())
            for entry in archive.infolist():
                if entry.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        _look_through(part, contents)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as problem:
        why = str(problem)[:100]
        raise Refused("wrong", f"is no XLSX ({why})", f"不是 XLSX 文件（{why}）") from None
    return contents


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Refused("large", f"holds {len(entries):,} files", f"内含 {len(entries):,} 个文件")
    total = sum(e.file_size for e in entries)
    squeezed = any(
        e.file_size > _BOMB_BYTES and e.file_size > _BOMB_RATIO * max(e.compress_size, 1)
        for e in entries
    )
    if total > MAX_UNZIPPED or squeezed:
        size = f"{total / 2**20:,.0f} MiB"
        raise Refused(
            "large",
            f"would unpack to {size} (at most {MAX_UNZIPPED >> 20} MiB): split it, or use CSV",
            f"解压后为 {size}（最多 {MAX_UNZIPPED >> 20} MiB）：请拆分，或另存为 CSV",
        )
    for e in entries:
        parts = e.filename.replace("\\", "/").split("/")
        if e.flag_bits & 1 or ".." in parts or e.filename.startswith(("/", "\\")):
            raise Refused(
                "wrong",
                "is encrypted or holds a path that leads outside",
                "已加密，或含有指向外部的路径",
            )
    if "[Content_Types].xml" not in {e.filename for e in entries}:
        raise Refused("wrong", "is a zip archive, but no XLSX", "是 zip 压缩包，但不是 XLSX")


def _look_through(part: IO[bytes], contents: Contents) -> None:
    """Refuse a document type declaration (the standard forbids it, and it may hold a bomb)."""
    tail = b""
    while block := part.read(_BLOCK):
        seen = tail + block
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\x00" in seen:
            raise Refused(
                "wrong",
                "holds an XML document type or UTF-16 XML, which no spreadsheet program writes",
                "含有 XML 文档类型声明或 UTF-16 XML，并非电子表格软件所写",
            )
        if not contents.untold and any(mark in seen for mark in _MARKS):
            contents.formulas = contents.formulas or bool(_FORMULA_TAG.search(seen))
            contents.untold = bool(_UNTOLD.search(seen))
        tail = seen[-_UNTOLD_LENGTH:]


# --- rows --------------------------------------------------------------------------------------


def _rows_by_calamine(sheet: CalamineSheet, most: int) -> Rows:
    """Yield the number and the cells of every row that is not empty."""
    # Its rows begin in the first column that is not empty.
    before = [None] * (sheet.start[1] if sheet.start else 0)
    return _full_rows((chain(before, map(_cell, v)) for v in sheet.iter_rows()), most)


def _full_rows(rows: Iterable[Iterable[Any]], most: int) -> Rows:
    full = last = 0
    for number, values in enumerate(rows, start=1):
        row = trimmed(values)
        if row:
            full, last = full + 1, number
            check_row(number, row, full, most)
            yield number, row
        elif number - last > _MAX_EMPTY_ROWS:
            raise Refused("large", "has too many empty rows", "空行过多")


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return plain(int(value) if value.is_integer() and abs(value) <= 1 << 53 else value)
    return None if value == "" else plain(value)


def rows_by_openpyxl(
    source: str, most: int, title: str | None = None, *, formulas: bool = True
) -> Rows:
    """Yield the same rows, each formula that has one as its last result.

    ``title`` names the sheet; None: the first visible one. ``formulas``: there may be some.
    """
    told = _openpyxl_rows(source, most, title, data_only=False)
    rows = _with_results(told, _openpyxl_rows(source, most, title, data_only=True))
    for number, row in rows if formulas else told:
        yield number, trimmed(None if v == "" else plain(v) for v in row)


def _with_results(told: Rows, results: Rows) -> Rows:
    at = 0
    values: list[Any] = []
    for number, row in told:
        while at < number:
            at, values = next(results, (sys.maxsize, []))
        here = values if at == number else []
        for column, value in enumerate(row):
            if _is_formula(value) and column < len(here) and here[column] is not None:
                row[column] = here[column]
        yield number, row


def _is_formula(value: Any) -> bool:
    return value.startswith("=") if isinstance(value, str) else hasattr(value, "t")


def _openpyxl_rows(source: str, most: int, title: str | None, *, data_only: bool) -> Rows:
    """Yield the number and the cells of every row that is not empty."""
    from openpyxl import load_workbook

    with open(source, "rb") as file:
        book = load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
        sheet = next(
            (s for s in book.worksheets if s.sheet_state == "visible" and title in (None, s.title)),
            None,
        )
        if sheet is None:
            raise _nothing_visible()
        sheet.reset_dimensions()
        yield from _full_rows(sheet.iter_rows(values_only=True), most)


def check_row(number: int, row: list[Any], full: int, most: int) -> None:
    """Refuse a row with too many cells, and one row too many below the header."""
    if len(row) > _MAX_COLUMNS:
        raise Refused(
            "large",
            f"row {number} has {len(row):,} columns, at most {_MAX_COLUMNS} are read: leave the "
            "others out",
            f"第 {number} 行有 {len(row):,} 列，最多 {_MAX_COLUMNS} 列：请删去多余的列",
        )
    if full > most + 1:
        raise Refused("large", f"more than {most:,} rows: split it", f"超过 {most:,} 行：请拆分")


def trimmed(values: Iterable[Any]) -> list[Any]:
    """Return cells without the empty ones at the end."""
    row = list(values)
    while row and row[-1] in (None, ""):
        row.pop()
    return row


def plain(value: Any) -> str | int | float | bool | None:
    """Return a cell's value as text or number; dates as 2026-10-01, formulas as text."""
    match value:
        case str():
            if len(value) > _MAX_CELL:
                raise Refused("large", f"a cell has over {_MAX_CELL:,} characters", "单元格过长")
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        case None | bool():
            return value
        case int() | float():
            # Larger ones, infinity and NaN have no exact place in a table's number.
            return value if abs(value) < _EXACT else str(value)
        case datetime():
            return value.isoformat(" ").removesuffix(" 00:00:00")
        case date() | time() | timedelta():
            return str(value)
        case _:
            return str(getattr(value, "text", None) or "")


# --- merged cells ------------------------------------------------------------------------------


def _merged(sheet: CalamineSheet) -> Merged:
    """Return, by their first row, the column and last row of cells merged downwards."""
    found: Merged = defaultdict(list)
    ranges = sheet.merged_cell_ranges or []
    if len(ranges) > _MAX_MERGED:
        raise Refused("large", "has too many merged cells", "合并单元格过多")
    for (top, left), (bottom, _) in ranges:
        if bottom > top:
            found[top + 1].append((left, bottom + 1))
    return found


def _filled(rows: Rows, merged: Merged) -> Rows:
    """Yield rows, with what stands above them in cells merged downwards."""
    last: dict[int, tuple[int, Any]] = {}
    for number, row in rows:
        if merged:
            _fill(number, row, merged, last)
        yield number, row


def _fill(number: int, row: list[Any], merged: Merged, last: dict[int, tuple[int, Any]]) -> None:
    """Repeat in a row what stands above it in cells merged downwards."""
    for column, (until, value) in list(last.items()):
        if number > until:
            del last[column]
        else:
            row.extend([None] * (column + 1 - len(row)))
            if row[column] in (None, ""):
                row[column] = value
    for column, until in merged.get(number, ()):
        if column < len(row):
            last[column] = until, row[column]


if __name__ == "__main__":
    main()

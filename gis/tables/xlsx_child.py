"""Reading all sheets of a workbook, merged cells filled, in a process of its own::

    python -m gis.tables.xlsx_child IN.xlsx OUT.jsonl MAX_ROWS CPU_S

A line ``{"sheet": title}`` begins a sheet; every other line is ``[number, [cell, …]]``, a row
that is not empty. A value that stands in cells merged downwards is repeated in each of their
rows. ``OUT.jsonl.done`` says how much is read, from 0 to 1. Limits and refusals are those of
:mod:`gis.tables.locate_child`.

calamine reads the rows. It leaves out what a spreadsheet program shows as an error (``#N/A``) and
formulas that were never calculated, so a workbook that has any of them is left to openpyxl, which
takes ten times as long.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from gis.tables.locate_child import check_archive, check_row, plain, rows_with_results, trimmed
from gis.tables.sandbox import Refused, confine, tell

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY_BYTES = 600 << 20
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
# Without any of these there is none; looking for them costs next to nothing.
_MARKS = (b"<f", b":f", b'"e"', b"'e'")

Rows = Iterable[tuple[int, list[Any]]]
Merged = dict[int, list[tuple[int, int]]]


def main() -> None:
    """Do what the command line says."""
    _, source, target, most, cpu_s = sys.argv
    confine(int(cpu_s), MEMORY_BYTES)
    try:
        check_archive(source)
        with open(target, "wb") as out:
            read(source, out, int(most), lambda done: _tell_progress(target, done))
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
    source: str, out: IO[bytes], most: int, report: Callable[[float], None] = lambda _done: None
) -> None:
    """Write every visible sheet; a formula gives its last result, or itself when it has none.

    Raises
    ------
    Refused
        More than ``most`` rows in all, or too many columns, sheets or merged cells.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    by_openpyxl = _leaves_out(source)
    with open(source, "rb") as file:
        book = CalamineWorkbook.from_filelike(file)
        titles = [
            s.name
            for s in book.sheets_metadata
            if s.visible is SheetVisibleEnum.Visible and s.typ is SheetTypeEnum.WorkSheet
        ]
        if not titles:
            raise Refused("wrong", "has no visible sheet", "没有可见的工作表")
        if len(titles) > _MAX_SHEETS:
            raise Refused("large", f"has over {_MAX_SHEETS} sheets", f"工作表超过 {_MAX_SHEETS} 个")
        left = most
        for at, title in enumerate(titles):
            sheet = book.get_sheet_by_name(title)
            rows = _with_results(source, title, left) if by_openpyxl else _rows(sheet, left)
            out.write(orjson.dumps({"sheet": title}, option=orjson.OPT_APPEND_NEWLINE))
            for number, row in _filled(rows, _merged(sheet)):
                out.write(orjson.dumps((number, row), option=orjson.OPT_APPEND_NEWLINE))
                left -= 1
                if number % _EVERY == 0:
                    report((at + min(1.0, number / max(sheet.total_height, 1))) / len(titles))


def _leaves_out(source: str) -> bool:
    """Tell whether a workbook has errors in cells, or formulas without a result."""
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if not entry.filename.lower().endswith(".xml"):
                continue
            with archive.open(entry) as part:
                tail = b""
                while block := part.read(_BLOCK):
                    seen = tail + block
                    if any(mark in seen for mark in _MARKS) and _UNTOLD.search(seen):
                        return True
                    tail = seen[-_UNTOLD_LENGTH:]
    return False


def _rows(sheet: CalamineSheet, most: int) -> Iterator[tuple[int, list[Any]]]:
    """Yield the number and the cells of every row that is not empty."""
    full = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        row = trimmed(_cell(v) for v in values)
        if row:
            full += 1
            check_row(number, row, full, most)
            yield number, row


def _with_results(source: str, title: str, most: int) -> Iterator[tuple[int, list[Any]]]:
    for number, row in rows_with_results(source, most, title):
        yield number, trimmed(map(plain, row))


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return plain(int(value) if value.is_integer() and abs(value) <= 1 << 53 else value)
    return None if value == "" else plain(value)


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


def _filled(rows: Rows, merged: Merged) -> Iterator[tuple[int, list[Any]]]:
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

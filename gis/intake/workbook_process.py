"""Reading all sheets of a workbook, merged cells filled, in a process of its own::

    python -m gis.intake.workbook_process IN.xlsx OUT.jsonl MAX_ROWS CPU_S

A line ``{"sheet": title}`` begins a sheet; every other line is ``[number, [cell, …]]``, a row
that is not empty. A value that stands in cells merged downwards is repeated in each of their
rows. Limits and refusals are those of :mod:`gis.bulk.workbook_process`.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from gis.bulk.confined import Refused, confine, tell
from gis.bulk.workbook_process import (
    MAX_EMPTY_ROWS,
    MEMORY_BYTES,
    check_archive,
    check_row,
    is_formula,
    plain,
    trimmed,
)

_MAX_SHEETS = 60
_MAX_MERGED = 20_000
_MERGED = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_BLOCK = 1 << 20


def main() -> None:
    """Do what the command line says."""
    _, source, target, most, cpu_s = sys.argv
    confine(int(cpu_s), MEMORY_BYTES)
    try:
        check_archive(source)
        with open(target, "w", encoding="ascii") as out:
            read(source, out, int(most))
    except Refused as refused:
        tell(*refused.args)
    except MemoryError:
        tell("large", "needs too much memory: split it", "占用内存过大：请拆分后再试")
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}"[:120]
        tell("wrong", f"cannot be read as XLSX ({why})", f"无法作为 XLSX 读取（{why}）")


def read(source: str, out: IO[str], most: int) -> None:
    """Write every visible sheet; a formula gives its last result, or itself when it has none."""
    from openpyxl import load_workbook

    with open(source, "rb") as one, open(source, "rb") as other:
        book = load_workbook(one, read_only=True, data_only=False, keep_links=False)
        results = None
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        if not sheets:
            raise Refused("wrong", "has no visible sheet", "没有可见的工作表")
        if len(sheets) > _MAX_SHEETS:
            raise Refused("large", f"has over {_MAX_SHEETS} sheets", f"工作表超过 {_MAX_SHEETS} 个")
        left = most
        for sheet in sheets:
            json.dump({"sheet": sheet.title}, out)
            out.write("\n")
            merged = _merged(source, sheet)
            at = out.tell()
            count, formulas = _write(_rows(sheet, left), merged, out)
            if formulas:
                if results is None:
                    results = load_workbook(other, read_only=True, data_only=True, keep_links=False)
                out.seek(at)
                out.truncate()
                both = _with_results(_rows(sheet, left), _rows(results[sheet.title], left))
                _write(both, merged, out)
            left -= count


def _write(
    rows: Iterator[tuple[int, list[Any]]], merged: dict[int, list[tuple[int, int]]], out: IO[str]
) -> tuple[int, bool]:
    """Write rows; return how many, and whether a formula was among them."""
    count, formulas = 0, False
    last: dict[int, tuple[int, Any]] = {}
    for number, row in rows:
        count += 1
        if merged:
            _fill(number, row, merged, last)
        formulas = formulas or any(map(is_formula, row))
        json.dump([number, [plain(v) for v in row]], out, separators=(",", ":"))
        out.write("\n")
    return count, formulas


def _fill(
    number: int,
    row: list[Any],
    merged: dict[int, list[tuple[int, int]]],
    last: dict[int, tuple[int, Any]],
) -> None:
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


def _rows(sheet: Any, most: int) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()
    full = last = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        row = trimmed(values)
        if row:
            full, last = full + 1, number
            check_row(number, row, full, most)
            yield number, row
        elif number - last > MAX_EMPTY_ROWS:
            raise Refused("large", "has too many empty rows", "空行过多")


def _with_results(
    rows: Iterator[tuple[int, list[Any]]], results: Iterator[tuple[int, list[Any]]]
) -> Iterator[tuple[int, list[Any]]]:
    at, values = 0, list[Any]()
    for number, row in rows:
        while at < number:
            at, values = next(results, (sys.maxsize, []))
        here = values if at == number else []
        for column, value in enumerate(row):
            if is_formula(value) and column < len(here) and here[column] is not None:
                row[column] = here[column]
        yield number, row


def _merged(source: str, sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """Return, by their first row, the column and last row of cells merged downwards."""
    name = str(sheet._worksheet_path).lstrip("/")
    found: dict[int, list[tuple[int, int]]] = {}
    count = 0
    with zipfile.ZipFile(source) as archive, archive.open(name) as part:
        tail = b""
        while block := part.read(_BLOCK):
            seen = tail + block
            cut = seen.rfind(b"<")
            for left, top, _, bottom in _MERGED.findall(seen[:cut] if cut > 0 else seen):
                count += 1
                if count > _MAX_MERGED:
                    raise Refused("large", "has too many merged cells", "合并单元格过多")
                if int(bottom) > int(top):
                    found.setdefault(int(top), []).append((_number(left), int(bottom)))
            tail = seen[cut:] if cut > 0 else b""
        for left, top, _, bottom in _MERGED.findall(tail):
            found.setdefault(int(top), []).append((_number(left), int(bottom)))
    return found


def _number(letters: bytes) -> int:
    """Return the position of a column from its letters, the first is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


if __name__ == "__main__":
    main()

"""Reading XLSX in a process of its own, with little memory and time.

A workbook from outside is hostile until read: a few kilobytes may hold gigabytes of XML. So it
is opened only here, in a child process that the system stops at its limits::

    python -m gis.tables.locate_child IN.xlsx OUT.jsonl MAX_ROWS CPU_S

A line of the JSON is a row, an array of cells; the first one is the header. What is wrong is told
on standard error as one JSON object, with exit code 3. This module imports next to nothing of
ours, so that the child starts in a fraction of a second.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from gis.tables.sandbox import Refused, confine, tell

MEMORY_BYTES = 400 << 20
MAX_UNZIPPED = 200 << 20
MAX_ENTRIES = 2_000
_BOMB_BYTES, _BOMB_RATIO = 10 << 20, 300
_MAX_COLUMNS = 200
_MAX_CELL = 32_767
MAX_EMPTY_ROWS = 1 << 20
_EXACT = 1 << 53
_BLOCK = 1 << 20


def main() -> None:
    """Do what the command line says."""
    _, source, target, most, cpu_s = sys.argv
    confine(int(cpu_s), MEMORY_BYTES)
    try:
        read(source, target, int(most))
    except Refused as refused:
        tell(*refused.args)
    except MemoryError:
        tell("large", "needs too much memory: split it", "占用内存过大：请拆分后再试")
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}"[:120]
        tell("wrong", f"cannot be read as XLSX ({why})", f"无法作为 XLSX 读取（{why}）")


# --- reading -----------------------------------------------------------------------------------


def read(source: str, target: str, most_rows: int) -> None:
    """Write the rows of a workbook's first visible sheet as JSON lines, the header first.

    A cell with a formula gives its last result, or the formula as text when there is none.
    """
    check_archive(source)
    formulas = False
    with open(target, "w", encoding="ascii") as out:
        for _, row in _rows(source, most_rows, data_only=False):
            if formulas := any(map(is_formula, row)):
                break
            print_row(row, out)
    if formulas:
        with open(target, "w", encoding="ascii") as out:
            for _, row in rows_with_results(source, most_rows):
                print_row(row, out)


def rows_with_results(
    source: str, most_rows: int, title: str | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows with the last result in place of each formula that has one.

    ``title`` names the sheet; None: the first visible one.
    """
    results = _rows(source, most_rows, data_only=True, title=title)
    at = 0
    values: list[Any] = []
    for number, row in _rows(source, most_rows, data_only=False, title=title):
        while at < number:
            at, values = next(results, (sys.maxsize, []))
        here = values if at == number else []
        for column, value in enumerate(row):
            if is_formula(value) and column < len(here) and here[column] is not None:
                row[column] = here[column]
        yield number, row


def is_formula(value: Any) -> bool:
    return value.startswith("=") if isinstance(value, str) else hasattr(value, "t")


def print_row(row: list[Any], out: IO[str]) -> None:
    json.dump([plain(v) for v in row], out, ensure_ascii=True, separators=(",", ":"))
    out.write("\n")


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


def check_archive(source: str) -> None:
    """Look at the directory of the archive before any of it is unpacked.

    Raises
    ------
    Refused
        When it is no plain workbook, or would unpack to too much.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            _check_entries(archive.infolist())
            for entry in archive.infolist():
                _check_no_dtd(archive, entry)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as problem:
        why = str(problem)[:100]
        raise Refused("wrong", f"is no XLSX ({why})", f"不是 XLSX 文件（{why}）") from None


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


def _check_no_dtd(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a document type declaration: the standard forbids it, and it may hold a bomb."""
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return
    with archive.open(entry) as part:
        tail = b""
        while block := part.read(_BLOCK):
            seen = tail + block
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\x00" in seen:
                raise Refused(
                    "wrong",
                    "holds an XML document type or UTF-16 XML, which no spreadsheet program writes",
                    "含有 XML 文档类型声明或 UTF-16 XML，并非电子表格软件所写",
                )
            tail = seen[-16:]


def _rows(
    source: str, most_rows: int, *, data_only: bool, title: str | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the number and the cells of every row that is not empty."""
    from openpyxl import load_workbook

    with open(source, "rb") as file:
        book = load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
        sheet = next(
            (s for s in book.worksheets if s.sheet_state == "visible" and title in (None, s.title)),
            None,
        )
        if sheet is None:
            raise Refused("wrong", "has no visible sheet", "没有可见的工作表")
        sheet.reset_dimensions()
        full = last = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = trimmed(values)
            if row:
                full, last = full + 1, number
                check_row(number, row, full, most_rows)
                yield number, row
            elif number - last > MAX_EMPTY_ROWS:
                raise Refused("large", "has too many empty rows", "空行过多")


def check_row(number: int, row: list[Any], full: int, most_rows: int) -> None:
    if len(row) > _MAX_COLUMNS:
        raise Refused(
            "large",
            f"row {number} has {len(row):,} columns, at most {_MAX_COLUMNS} are read: leave the "
            "others out",
            f"第 {number} 行有 {len(row):,} 列，最多 {_MAX_COLUMNS} 列：请删去多余的列",
        )
    if full > most_rows + 1:
        raise Refused(
            "large", f"more than {most_rows:,} rows: split it", f"超过 {most_rows:,} 行：请拆分"
        )


def trimmed(values: Iterable[Any]) -> list[Any]:
    row = list(values)
    while row and row[-1] in (None, ""):
        row.pop()
    return row


if __name__ == "__main__":
    main()

"""Reading all sheets of a workbook, merged cells filled, in a process of its own::

    python -m gis.intake.workbook_process IN.xlsx OUT.jsonl MAX_ROWS CPU_S

A line ``{"sheet": title}`` begins a sheet; every other line is ``[number, [cell, …]]``, a row
that is not empty. A value that stands in cells merged downwards is repeated in each of their
rows. ``OUT.jsonl.done`` says how much is read, from 0 to 1. Limits and refusals are those of
:mod:`gis.bulk.workbook_process`.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from gis.bulk.confined import Refused, confine, tell
from gis.bulk.workbook_process import MEMORY_BYTES, check_archive
from gis.intake.sheet_xml import Meanings, position, rows_of, texts_of

_MAX_SHEETS = 60
_MAX_MERGED = 20_000
_MERGED = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_BLOCK = 1 << 20
_EVERY = 2_000


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

    openpyxl reads what stands around the rows; the rows themselves are read here, many times
    faster than it does.
    """
    with open(source, "rb") as file, zipfile.ZipFile(source) as archive:
        sheets, meanings = _around(file)
        if not sheets:
            raise Refused("wrong", "has no visible sheet", "没有可见的工作表")
        if len(sheets) > _MAX_SHEETS:
            raise Refused("large", f"has over {_MAX_SHEETS} sheets", f"工作表超过 {_MAX_SHEETS} 个")
        left, before = most, 0
        total = sum(archive.getinfo(name).file_size for _, name in sheets) or 1
        for title, name in sheets:
            out.write(orjson.dumps({"sheet": title}, option=orjson.OPT_APPEND_NEWLINE))
            merged = _merged(archive, name)
            with archive.open(name) as part:
                rows = rows_of(part, meanings, left)
                count = 0
                for count, (number, row) in enumerate(_filled(rows, merged), start=1):
                    out.write(orjson.dumps((number, row), option=orjson.OPT_APPEND_NEWLINE))
                    if count % _EVERY == 0:
                        report((before + part.tell()) / total)
                left -= count
            before += archive.getinfo(name).file_size


def _around(file: IO[bytes]) -> tuple[list[tuple[str, str]], Meanings]:
    """Return the title and the part of each visible sheet, and what their cells refer to.

    openpyxl would look through all rows for the size of a sheet, and make objects of every text.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS

    reader = ExcelReader(file, read_only=True, data_only=False, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    sheets = [
        (sheet.name, rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if sheet.state == "visible"
        and "chartsheet" not in rel.Type
        and rel.target in reader.valid_files
    ]
    texts: list[str] = []
    shared = reader.package.find(SHARED_STRINGS)
    if shared is not None:
        with reader.archive.open(shared.PartName[1:]) as part:
            texts = texts_of(part)
    book = reader.wb
    return sheets, Meanings(texts, book._date_formats, book._timedelta_formats, book.epoch)


def _filled(
    rows: Iterator[tuple[int, list[Any]]], merged: dict[int, list[tuple[int, int]]]
) -> Iterator[tuple[int, list[Any]]]:
    """Yield rows, with what stands above them in cells merged downwards."""
    last: dict[int, tuple[int, Any]] = {}
    for number, row in rows:
        if merged:
            _fill(number, row, merged, last)
        yield number, row


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


def _merged(archive: zipfile.ZipFile, name: str) -> dict[int, list[tuple[int, int]]]:
    """Return, by their first row, the column and last row of cells merged downwards."""
    found: dict[int, list[tuple[int, int]]] = {}
    count = 0
    with archive.open(name) as part:
        tail = b""
        while block := part.read(_BLOCK):
            seen = tail + block
            cut = seen.rfind(b"<")
            whole, tail = (seen[:cut], seen[cut:]) if cut > 0 else (seen, b"")
            count += _note_merged(whole, found)
            if count > _MAX_MERGED:
                raise Refused("large", "has too many merged cells", "合并单元格过多")
        _note_merged(tail, found)
    return found


def _note_merged(seen: bytes, found: dict[int, list[tuple[int, int]]]) -> int:
    """Add the merged cells in a piece of XML to those found; return how many there are."""
    # They stand behind the rows, so that most pieces have none.
    if b"mergeCell" not in seen:
        return 0
    ranges = _MERGED.findall(seen)
    for left, top, _, bottom in ranges:
        if int(bottom) > int(top):
            found.setdefault(int(top), []).append((position(left.decode()), int(bottom)))
    return len(ranges)


if __name__ == "__main__":
    main()

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
    MEMORY_BYTES,
    check_archive,
    check_row,
    plain,
    trimmed,
)

_MAX_SHEETS = 60
_MAX_MERGED = 20_000
_MERGED = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_BLOCK = 1 << 20
_MAX_COLUMNS = 200


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
    """Write every visible sheet; a formula gives its last result, or itself when it has none.

    openpyxl reads what stands around the rows; the rows themselves are read here, several times
    faster than it does.
    """
    from openpyxl import load_workbook

    with open(source, "rb") as file, zipfile.ZipFile(source) as archive:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
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
            with archive.open(str(sheet._worksheet_path).lstrip("/")) as part:
                left -= _write(_Rows(sheet).of(part, left), merged, out)


def _write(
    rows: Iterator[tuple[int, list[Any]]], merged: dict[int, list[tuple[int, int]]], out: IO[str]
) -> int:
    """Write rows; return how many."""
    count = 0
    last: dict[int, tuple[int, Any]] = {}
    encode = json.JSONEncoder(separators=(",", ":")).encode
    for number, row in rows:
        count += 1
        if merged:
            _fill(number, row, merged, last)
        out.write(encode([number, row]))
        out.write("\n")
    return count


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


class _Rows:
    """Reads the rows of a sheet's XML (ECMA-376) as a stream."""

    def __init__(self, sheet: Any) -> None:
        book = sheet.parent
        self._shared = sheet._shared_strings
        self._dates, self._spans, self._epoch = (
            book._date_formats,
            book._timedelta_formats,
            book.epoch,
        )
        self._done: list[tuple[int, list[Any]]] = []
        self._number = 0
        self._row: list[Any] = []
        self._column = -1
        self._kind, self._style = "n", 0
        self._text: list[str] = []
        self._value: str | None = None
        self._formula: str | None = None
        self._taking = False
        self._spoken = False

    def of(self, part: IO[bytes], most: int) -> Iterator[tuple[int, list[Any]]]:
        """Yield the number and the cells of every row that is not empty."""
        from xml.parsers import expat

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        full = 0
        while block := part.read(_BLOCK):
            parser.Parse(block)
            for number, row in self._done:
                full += 1
                check_row(number, row, full, most)
                yield number, row
            self._done = []
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            place = attributes.get("r")
            letters = place.rstrip("0123456789") if place else ""
            self._column = _number(letters.encode()) if letters else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._value = self._formula = None
            self._text = []
        elif tag in ("v", "t", "f"):
            if tag != "t" or not self._spoken:
                self._taking = True
            if tag != "t":
                self._text = []
        elif tag == "row":
            given = attributes.get("r")
            self._number = int(given) if given else self._number + 1
            self._row, self._column = [], -1
        elif tag == "rPh":
            self._spoken = True

    def _characters(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v":
            self._value, self._taking = "".join(self._text), False
        elif tag == "t":
            self._taking = False
        elif tag == "f":
            self._formula, self._taking, self._text = "".join(self._text), False, []
        elif tag == "rPh":
            self._spoken = False
        elif tag == "c":
            self._keep()
        elif tag == "row":
            row = trimmed(self._row)
            if row:
                self._done.append((self._number, row))

    def _keep(self) -> None:
        value = self._cell()
        if value in (None, ""):
            return
        if self._column >= _MAX_COLUMNS:
            raise Refused(
                "large",
                f"row {self._number} has over {_MAX_COLUMNS} columns: leave the others out",
                f"第 {self._number} 行超过 {_MAX_COLUMNS} 列：请删去多余的列",
            )
        self._row.extend([None] * (self._column + 1 - len(self._row)))
        self._row[self._column] = value

    def _cell(self) -> Any:
        text = self._value
        if self._kind == "inlineStr":
            return plain("".join(self._text))
        if text is None or text == "":
            return plain(f"={self._formula}") if self._formula else None
        if self._kind == "s":
            return plain(str(self._shared[int(text)]))
        if self._kind == "b":
            return text == "1"
        if self._kind != "n":
            return plain(text)
        number = float(text)
        if self._style in self._dates:
            return self._day(number)
        whole = int(number) if number.is_integer() and abs(number) < 1 << 53 else number
        return plain(whole)

    def _day(self, number: float) -> Any:
        from openpyxl.utils.datetime import from_excel

        try:
            span = self._style in self._spans
            return plain(from_excel(number, self._epoch, timedelta=span))
        except (OverflowError, ValueError):
            return plain(number)


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

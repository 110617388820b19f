"""XLSX tables in, through a child process with little memory and time, and out."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from gis.bulk.answers import Answer, Cell
from gis.bulk.columns import check_header
from gis.errors import InvalidInput, TooLarge
from gis.tables.csv_files import guarded, partial
from gis.tables.sandbox import run
from gis.tables.table import Chunk, fitted, too_many_rows, unreadable
from gis.tables.xlsx_xml import SHEET_HEAD, package_parts, row_xml

MAX_SHEET_ROWS = 1_048_575
"""Rows below the header that a sheet of XLSX holds."""
_CPU_S = 240
_ROWS_PER_CPU_S = 2_000
_COMPRESSION = 3
_REVIEW_SHEET = "需要核对"


def unpack(
    source: Path,
    target: Path,
    most_rows: int,
    module: str = "gis.tables.locate_child",
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Write the rows of a workbook as JSON lines, in a process that ends at its limits.

    Raises
    ------
    InvalidInput
        What the process told.
    """
    cpu_s = max(_CPU_S, min(most_rows, MAX_SHEET_ROWS) // _ROWS_PER_CPU_S)
    words = (source.resolve(), target.resolve(), most_rows, cpu_s)
    told = run(module, words, folder=target.resolve().parent, cpu_s=cpu_s, watch=watch)
    if told is not None:
        raise _refused(told)


def _refused(told: Mapping[str, str]) -> InvalidInput:
    if not told:
        told = {
            "kind": "large",
            "en": "needs too much time or memory: split it, or use CSV",
            "zh": "耗时或占用内存过大：请拆分，或改用 CSV",
        }
    if told["kind"] == "large":
        return TooLarge("file", f"file: the XLSX {told['en']}", f"file：XLSX {told['zh']}")
    return unreadable("file", f"the XLSX {told['en']}", f"XLSX {told['zh']}")


class XlsxReader:
    """The first visible sheet of a workbook (see :class:`gis.tables.table.Reader`).

    Parameters
    ----------
    path
        The file.
    most_rows
        None: as many as a sheet holds.

    Raises
    ------
    InvalidInput
        When it is no workbook, needs too much, or its first row does not name the columns.
    """

    encoding = "xlsx"
    for_excel = True

    def __init__(self, path: Path, *, most_rows: int | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wangge-")
        lines = Path(self._folder.name) / "rows.jsonl"
        self._most = MAX_SHEET_ROWS if most_rows is None else most_rows
        try:
            unpack(path, lines, self._most)
            self._lines = lines.open("rb")
        except BaseException:
            self._folder.cleanup()
            raise
        self._size = lines.stat().st_size or 1
        header = self._lines.readline()
        self.header = [_name(v) for v in orjson.loads(header)] if header else []
        try:
            check_header(self.header)
        except BaseException:
            self.close()
            raise

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, ``size`` at a time."""
        rows: list[list[Cell]] = []
        faults = {}
        for line in self._lines:
            cells, fault = fitted(orjson.loads(line), len(self.header))
            if fault:
                faults[len(rows)] = fault
            rows.append(cells)
            if len(rows) == size:
                yield Chunk(rows, faults)
                rows, faults = [], {}
        if rows:
            yield Chunk(rows, faults)

    def progress(self) -> float:
        """Return how much of the rows has been looked at."""
        return min(self._lines.tell() / self._size, 1.0)

    def close(self) -> None:
        """Remove what was unpacked."""
        self._lines.close()
        self._folder.cleanup()


def _name(value: Any) -> str:
    return "" if value is None else str(value).strip()


class XlsxWriter:
    """A workbook that is being written: the table, the rows that need a look, and notes.

    It is written row by row straight into the archive, several times faster than openpyxl does
    and in no memory. Every text is a text cell, whatever it begins with.

    Parameters
    ----------
    path
        Where it is put when it is finished.
    header
        All columns.
    title
        The name of the first sheet.
    notes
        The rows of a last sheet, that say where the answers come from.
    """

    def __init__(
        self, path: Path, header: Sequence[str], *, title: str, notes: Sequence[Sequence[Cell]]
    ) -> None:
        self._path, self._partial, self._notes = path, partial(path), notes
        self._header = list(header)
        self._archive = zipfile.ZipFile(
            self._partial, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION
        )
        self._titles: list[str] = []
        self._begin(title, self._header)

    def _begin(self, title: str, header: Sequence[Cell]) -> None:
        self._titles.append(title)
        name = f"xl/worksheets/sheet{len(self._titles)}.xml"
        self._sheet = self._archive.open(name, "w", force_zip64=True)
        self._sheet.write(SHEET_HEAD.encode())
        self._rows = 0
        self._add([header])

    def _add(self, rows: Iterable[Iterable[Cell]]) -> None:
        for row in rows:
            self._rows += 1
            self._sheet.write(row_xml(self._rows, guarded(row)).encode())

    def _end(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def write(self, rows: Sequence[Sequence[Cell]], answers: Sequence[Answer]) -> None:
        """Add rows with their answers."""
        if self._rows + len(rows) > MAX_SHEET_ROWS + 1:
            raise too_many_rows(MAX_SHEET_ROWS, "output")
        self._add((*row, *a.cells) for row, a in zip(rows, answers, strict=True))

    def finish(self, review: Iterable[list[Cell]]) -> None:
        """Write the sheets of the rows that need a look and of the notes; put it in place."""
        self._end()
        self._begin(_REVIEW_SHEET, self._header)
        self._add(review)
        self._end()
        self._begin("说明", self._notes[0])
        self._add(self._notes[1:])
        self._end()
        for name, content in package_parts(self._titles).items():
            self._archive.writestr(name, content)
        self._archive.close()
        self._partial.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._sheet.close()
        self._archive.close()
        self._partial.unlink(missing_ok=True)

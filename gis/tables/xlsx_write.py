"""XLSX out: plain sheets of texts and numbers that Excel, WPS and LibreOffice open.

Rows go straight into the archive, several times faster than openpyxl does and in no memory. Every
text is a text cell; one that a spreadsheet program might run when it is saved as CSV and opened
again carries an apostrophe (see :mod:`gis.tables.formula_guard`). The same rows make the same
bytes, whatever the day.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from gis.errors import TooLarge
from gis.tables.csv_files import partial
from gis.tables.formula_guard import guarded_row, harmless_row
from gis.tables.values import MAX_CELL, Cell, Point
from gis.tables.xlsx_xml import SHEET_HEAD, SHEET_TAIL, package_parts, row_xml

MAX_ROWS = 1_048_576
"""Rows of a sheet, the header among them."""
_COMPRESSION = 3
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REVIEW_SHEET = "需要核对"
_NOTES_SHEET = "说明"


@dataclass(frozen=True)
class XlsxSheet:
    """A sheet of a workbook: its title (at most 31 letters), columns and rows."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_workbook(file: BinaryIO, sheets: Sequence[XlsxSheet]) -> None:
    """Write sheets of ours; the first row of each names the columns and stays in sight.

    Raises
    ------
    TooLarge
        More rows, or more text in a cell, than a workbook holds.
    """
    with WorkbookWriter(file, guarded_row) as book:
        for sheet in sheets:
            book.begin(sheet.title, sheet.columns)
            book.add(sheet.rows)


class WorkbookWriter:
    """A workbook that is being written, a sheet after the other, row by row.

    Parameters
    ----------
    file
        Where it goes; open until the writer is closed.
    guard
        Makes the cells of a row, of which none may run.
    """

    def __init__(self, file: BinaryIO, guard: Callable[[Iterable[Any]], list[Cell]]) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._guard = guard
        self._titles: list[str] = []
        self._sheet: Any = None
        self._rows = 0

    def __enter__(self) -> WorkbookWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def begin(self, title: str, columns: Iterable[Any]) -> None:
        """Begin a sheet with the row that names its columns."""
        self._end()
        self._titles.append(title)
        entry = _entry(f"xl/worksheets/sheet{len(self._titles)}.xml")
        self._sheet = self._archive.open(entry, "w", force_zip64=True)
        self._sheet.write(SHEET_HEAD.encode())
        self._rows = 0
        self.add([columns])

    def add(self, rows: Iterable[Iterable[Any]]) -> None:
        """Add rows to the sheet.

        Raises
        ------
        TooLarge
            More rows, or more text in a cell, than a workbook holds.
        """
        guard, write = self._guard, self._sheet.write
        for number, values in enumerate(rows, start=self._rows + 1):
            if number > MAX_ROWS:
                raise self._too_large(f"more than {MAX_ROWS:,} rows", f"超过 {MAX_ROWS:,} 行")
            cells = guard(values)
            row = row_xml(number, cells)
            if len(row) > MAX_CELL and any(isinstance(c, str) and len(c) > MAX_CELL for c in cells):
                raise self._too_large(
                    f"a cell of more than {MAX_CELL:,} characters",
                    f"有单元格超过 {MAX_CELL:,} 个字符",
                )
            write(row.encode())
            self._rows = number

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.write(SHEET_TAIL.encode())
            self._sheet.close()
            self._sheet = None

    def close(self) -> None:
        """End the last sheet and the workbook."""
        self._end()
        for name, content in package_parts(self._titles).items():
            self._archive.writestr(_entry(name), content)
        self._archive.close()

    def discard(self) -> None:
        """Let go of the file, which is no workbook then."""
        if self._sheet is not None:
            self._sheet.close()
        self._archive.close()

    def _too_large(self, what: str, what_zh: str) -> TooLarge:
        title = self._titles[-1]
        return TooLarge(
            "out",
            f"sheet {title}: {what}: split it, or write another kind of file (CSV, GeoPackage)",
            f"工作表 {title}：{what_zh}，超出 XLSX 的容量：请拆分，或改用 CSV、GeoPackage",
        )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = _COMPRESSION  # type: ignore[attr-defined]
    return entry


class XlsxWriter:
    """The workbook of a table that is handed on: the rows, those that need a look, and notes.

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
        self._path, self._partial = path, partial(path)
        self._header, self._notes = header, notes
        self._file = self._partial.open("wb")
        self._book = WorkbookWriter(self._file, harmless_row)
        self._book.begin(title, header)

    def write(
        self, rows: Sequence[Sequence[Cell]], _points: Sequence[Point | None] = (), /
    ) -> None:
        """Add rows; their points stand in no column of their own."""
        self._book.add(rows)

    def finish(self, review: Iterable[list[Cell]]) -> None:
        """Write the sheets of the rows that need a look and of the notes; put it in place."""
        self._book.begin(_REVIEW_SHEET, self._header)
        self._book.add(review)
        self._book.begin(_NOTES_SHEET, self._notes[0])
        self._book.add(self._notes[1:])
        self._book.close()
        self._file.close()
        self._partial.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._book.discard()
        self._file.close()
        self._partial.unlink(missing_ok=True)

"""XLSX out: plain sheets of texts and numbers that Excel, WPS and LibreOffice open.

Every text is a text cell; one that a spreadsheet program might run when it is saved as CSV and
opened again carries an apostrophe (see :func:`gis.exchange.roster_csv.guarded_text`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from gis.errors import InvalidInput
from gis.exchange.roster_csv import guarded_text
from gis.tables.xlsx_xml import SHEET_HEAD, Cell, package_parts, row_xml

MAX_ROWS = 1_048_576
MAX_CELL = 32_767
_COMPRESSION = 6
# The same bytes for the same content, whatever the day.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its title (at most 31 letters), columns and rows."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_workbook(file: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; the first row of each sheet names the columns and stays in sight.

    Raises
    ------
    InvalidInput
        More rows, or more text in a cell, than a workbook holds.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for number, sheet in enumerate(sheets, start=1):
            entry = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as part:
                part.write(SHEET_HEAD.encode())
                for row, cells in enumerate((sheet.columns, *sheet.rows), start=1):
                    if row > MAX_ROWS:
                        raise _too_much(sheet, f"more than {MAX_ROWS:,} rows")
                    part.write(row_xml(row, [_cell(c, sheet) for c in cells]).encode())
                part.write(b"</sheetData></worksheet>")
        for name, content in package_parts([s.title for s in sheets]).items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def _cell(value: Any, sheet: Sheet) -> Cell:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = guarded_text(value.isoformat() if isinstance(value, date) else str(value))
    if len(text) > MAX_CELL:
        raise _too_much(sheet, f"a cell of more than {MAX_CELL:,} characters")
    return text


def _too_much(sheet: Sheet, what: str) -> InvalidInput:
    return InvalidInput(
        "out",
        f"sheet {sheet.title}: {what}: use OUT.gpkg",
        f"工作表 {sheet.title}：{what}，超出 XLSX 的容量：请改用 OUT.gpkg",
    )

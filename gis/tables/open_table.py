"""Which kind of table a file is, told by its content where it is an upload."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.errors import InvalidInput
from gis.tables.csv_files import CsvRows
from gis.tables.geojson_rows import GeoJsonRows
from gis.tables.header import NamesColumns
from gis.tables.table import TableReader, unreadable
from gis.tables.xlsx_files import XlsxRows

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


def kind_of(start: bytes) -> str:
    """Return ``xlsx`` or ``csv`` for the first bytes of a file.

    Raises
    ------
    InvalidInput
        When it is empty or a workbook of the old kind.
    """
    if not start.strip():
        raise unreadable("file", "the file is empty", "文件为空")
    if start.startswith(_OLE):
        raise unreadable(
            "file",
            "an old .xls or a workbook with a password: save it as XLSX without one",
            "是旧的 .xls 或带密码的工作簿：请另存为不带密码的 XLSX",
        )
    return "xlsx" if start.startswith(_ZIP) else "csv"


@contextmanager
def open_table(
    path: Path, names_columns: NamesColumns, *, most_rows: int | None = None
) -> Iterator[TableReader]:
    """Open a CSV, XLSX or GeoJSON file; closed at the end of the block.

    Parameters
    ----------
    path
        A GeoJSON file is known by its name, the others by their content.
    names_columns
        Tells which row is the header; titles above it are left out.
    most_rows
        Below the header; None: no limit but that of the kind of file.

    Raises
    ------
    InvalidInput
        When it cannot be read, or is none of these.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        why = problem.strerror or "cannot be read"
        raise InvalidInput("file", f"{path}: {why}", f"{path}：无法读取（{why}）") from None
    with file:
        if path.suffix.lower() in (".geojson", ".json"):
            yield TableReader(GeoJsonRows(file), names_columns)
        elif kind_of(file.read(64)) == "csv":
            with CsvRows(file, most_rows=most_rows) as csv_rows:
                yield TableReader(csv_rows, names_columns)
        else:
            with XlsxRows(path, most_rows=most_rows, names_columns=names_columns) as rows:
                yield TableReader(rows, names_columns)

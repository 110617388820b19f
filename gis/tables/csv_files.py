"""CSV tables in and out: UTF-8 or GB18030, in bounded memory whatever the file holds."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

from gis.tables.formula_guard import guarded_row, harmless_row
from gis.tables.header import HEADER_AMONG, MAX_COLUMNS, too_many_columns
from gis.tables.left_out import LeftOut
from gis.tables.table import cell_too_long, too_many_rows, unreadable
from gis.tables.values import MAX_CELL, Cell, Point

_BLOCK = 1 << 20
_MAX_ROW = 8 << 20
_DELIMITERS = (",", "\t", ";", "；", "|")
_SAYS_DELIMITER = re.compile(r"""\s*"?sep=(.)"?\s*""", re.IGNORECASE)
_MARK = codecs.BOM_UTF8


# --- reading -----------------------------------------------------------------------------------


def encoding_of(file: BinaryIO) -> str:
    """Return how a text file is encoded: decided by strict decoding of all of it, UTF-8 first.

    Returns
    -------
    ``utf-8-sig`` (with a byte-order mark), ``utf-8``, ``utf-16`` or ``gb18030``.

    Raises
    ------
    InvalidInput
        When it is none of these.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        choices: tuple[str, ...] = ("utf-8-sig",)
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        choices = ("utf-16",)
    else:
        choices = ("utf-8", "gb18030")
    for encoding in choices:
        if _decodes(file, encoding):
            return encoding
    raise unreadable(
        "file",
        "neither UTF-8 nor GB18030 (GBK) text: save it as CSV UTF-8 or XLSX",
        "既不是 UTF-8 也不是 GB18030（GBK）文本：请另存为 CSV UTF-8 或 XLSX",
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            if "\x00" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """The lines of a text file, refusing a line or row that would fill the memory."""

    def __init__(self, text: IO[str], delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter
        self.fed = 0
        self.row = 1

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(_MAX_ROW):
            self.fed += len(line)
            if self.fed >= _MAX_ROW:
                columns = line.count(self._delimiter) + 1
                if columns > MAX_COLUMNS:
                    raise too_many_columns(self.row, columns)
                raise cell_too_long(self.row)
            yield line


class CsvRows:
    """The rows of a CSV file (see :class:`gis.tables.table.RowSource`).

    A first line ``sep=;`` says what stands between the cells and is no row; else it is seen.

    Parameters
    ----------
    file
        Open for reading, seekable; stays open at the end of the block.
    most_rows
        Below the header; None: as many as there are.

    Raises
    ------
    InvalidInput
        When it is no CSV table or has too many rows.
    """

    kind = "csv"
    left_out = LeftOut()

    def __init__(self, file: BinaryIO, *, most_rows: int | None = None) -> None:
        found = encoding_of(file)
        self.encoding = found.removesuffix("-sig")
        self.for_excel = found != "utf-8"
        self._file = file
        self._size = file.seek(0, io.SEEK_END) or 1
        self._most = most_rows
        file.seek(0)
        self._text = io.TextIOWrapper(file, found, newline="")
        head = [line for _ in range(HEADER_AMONG) if (line := self._text.readline(_MAX_ROW))]
        said = _SAYS_DELIMITER.fullmatch(head[0]) if head else None
        self._delimiter = said[1] if said else _delimiter_of(head)
        self._text.seek(0)
        if said:
            self._text.readline(_MAX_ROW)

    def __enter__(self) -> CsvRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.detach()

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of every row that is not empty."""
        count = 0
        for number, row in self._read():
            if any(row):
                count += 1
                if self._most is not None and count > self._most + 1:
                    raise too_many_rows(self._most)
                yield number, row

    def _read(self) -> Iterator[tuple[int, list[Any]]]:
        lines = _Lines(self._text, self._delimiter)
        rows = csv.reader(lines, delimiter=self._delimiter, strict=True)
        try:
            for row in rows:
                lines.fed = 0
                if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                    raise too_many_columns(lines.row, len(row))
                if any(len(cell) > MAX_CELL for cell in row):
                    raise cell_too_long(lines.row)
                yield lines.row, row
                lines.row += 1
        except csv.Error as problem:
            if "field larger" in str(problem):
                raise cell_too_long(lines.row) from None
            raise unreadable(
                "file",
                f"row {lines.row} is no CSV ({problem})",
                f"第 {lines.row} 行不是 CSV（{problem}）",
            ) from None

    def progress(self) -> float:
        """Return how much of the file has been read."""
        return min(self._file.tell() / self._size, 1.0)


def _delimiter_of(head: Sequence[str]) -> str:
    """Return what stands between the cells, by the first lines of a file.

    It is what the first line has most of. A title has none: then it is what every line, from the
    first that has it on, has equally often; else the comma.

    >>> _delimiter_of(["a;b,c;d"]), _delimiter_of(["登记表", "名称|户数", "甲,乙|5"])
    (';', '|')
    >>> _delimiter_of(["地址", "甲；乙", "丙"])
    ','
    """
    first = max(_DELIMITERS, key=head[0].count) if head else ","
    if head and head[0].count(first):
        return first
    return next((d for d in _DELIMITERS if _divides(head, d)), ",")


def _divides(head: Sequence[str], delimiter: str) -> bool:
    counts = [line.count(delimiter) for line in head if line.strip()]
    begun = next((i for i, count in enumerate(counts) if count), len(counts))
    return len(counts) - begun > 1 and len(set(counts[begun:])) == 1


# --- writing -----------------------------------------------------------------------------------


def csv_bytes(
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    *,
    line_end: str = "\n",
    for_excel: bool = False,
) -> bytes:
    """Return a table of ours as CSV in UTF-8; no cell of it starts a formula.

    ``for_excel``: with the mark in front by which Excel knows UTF-8.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows(map(guarded_row, rows))
    return (_MARK if for_excel else b"") + out.getvalue().encode()


class CsvWriter:
    """The CSV of a table that is handed on, and the file of the rows that need a look.

    Parameters
    ----------
    path
        Where it is put when it is finished.
    header
        All columns.
    review
        Where the rows that need a look are put; None: nowhere.
    mark
        Whether it begins with a byte-order mark, by which Excel knows UTF-8.
    """

    def __init__(
        self, path: Path, header: Sequence[str], *, review: Path | None, mark: bool
    ) -> None:
        self._path, self._review, self._header = path, review, header
        self._encoding = "utf-8-sig" if mark else "utf-8"
        self._partial = partial(path)
        self._file = self._partial.open("w", encoding=self._encoding, newline="")
        self._csv = csv.writer(self._file, lineterminator="\r\n")
        self._csv.writerow(harmless_row(header))

    def write(
        self, rows: Iterable[Sequence[Cell]], _points: Sequence[Point | None] = (), /
    ) -> None:
        """Add rows; their points stand in no column of their own."""
        self._csv.writerows(map(harmless_row, rows))

    def finish(self, review: Iterable[list[Cell]]) -> None:
        """Write the rows that need a look, and put both files in place."""
        self._file.close()
        if self._review is not None:
            side = partial(self._review)
            with side.open("w", encoding=self._encoding, newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow(harmless_row(self._header))
                writer.writerows(map(harmless_row, review))
            side.replace(self._review)
        self._partial.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)
        if self._review is not None:
            partial(self._review).unlink(missing_ok=True)


def partial(path: Path) -> Path:
    """Return where a file is written before it is put in its place."""
    return path.with_name(f".{path.name}.partial")

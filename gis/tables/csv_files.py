"""CSV tables in and out: UTF-8 or GB18030, in bounded memory whatever the file holds."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from gis.bulk.answers import Answer, Cell
from gis.bulk.columns import MAX_COLUMNS, check_header, too_many_columns
from gis.bulk.coordinates import Faults
from gis.exchange.roster_csv import FORMULA_STARTS, without_formula
from gis.tables.table import MAX_CELL, Chunk, cell_too_long, fitted, too_many_rows, unreadable

_BLOCK = 1 << 20
_MAX_ROW = 8 << 20
_DELIMITERS = (",", "\t", ";", "；", "|")
_STARTS = frozenset(FORMULA_STARTS)


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


class CsvReader:
    """A CSV file that is being read (see :class:`gis.tables.table.Reader`).

    Parameters
    ----------
    file
        Open for reading, seekable.
    most_rows
        None: as many as there are.

    Raises
    ------
    InvalidInput
        When it is no CSV table, or its first row does not name the columns.
    """

    def __init__(self, file: BinaryIO, *, most_rows: int | None = None) -> None:
        self._open(file, most_rows)
        self.header = [name.strip() for name in next(self._rows, [])]
        while self.header and not self.header[-1]:
            self.header.pop()
        check_header(self.header)

    @classmethod
    def rows_of(cls, file: BinaryIO, *, most_rows: int) -> Iterator[tuple[int, list[str]]]:
        """Yield every row that is not empty with its number, the first like the others.

        Raises
        ------
        InvalidInput
            When it is no CSV table or has more than ``most_rows`` rows.
        """
        reader = cls.__new__(cls)
        reader._open(file, most_rows)
        count = 0
        try:
            for row in reader._rows:
                if any(row):
                    count += 1
                    if count > most_rows + 1:
                        raise too_many_rows(most_rows)
                    yield reader._lines.row, row
        finally:
            reader._text.detach()

    def _open(self, file: BinaryIO, most_rows: int | None) -> None:
        found = encoding_of(file)
        self.encoding = found.removesuffix("-sig")
        self.for_excel = found != "utf-8"
        self._file = file
        self._size = file.seek(0, io.SEEK_END) or 1
        self._most = most_rows
        file.seek(0)
        text = io.TextIOWrapper(file, found, newline="")
        first = text.readline(_MAX_ROW)
        delimiter = max(_DELIMITERS, key=lambda d: first.count(d))
        text.seek(0)
        self._text = text
        self._lines = _Lines(text, delimiter)
        self._rows = self._read(delimiter)

    def _read(self, delimiter: str) -> Iterator[list[str]]:
        lines = self._lines
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for row in rows:
                lines.fed = 0
                if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                    raise too_many_columns(lines.row, len(row))
                if any(len(cell) > MAX_CELL for cell in row):
                    raise cell_too_long(lines.row)
                yield row
                lines.row += 1
        except csv.Error as problem:
            if "field larger" in str(problem):
                raise cell_too_long(lines.row) from None
            raise unreadable(
                "file",
                f"row {lines.row} is no CSV ({problem})",
                f"第 {lines.row} 行不是 CSV（{problem}）",
            ) from None

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, ``size`` at a time; rows without any text are left out."""
        rows: list[list[Cell]] = []
        faults: Faults = {}
        count = 0
        for row in self._rows:
            if not any(row):
                continue
            count += 1
            if self._most is not None and count > self._most:
                raise too_many_rows(self._most)
            cells, fault = fitted(list(row), len(self.header))
            if fault:
                faults[len(rows)] = fault
            rows.append(cells)
            if len(rows) == size:
                yield Chunk(rows, faults)
                rows, faults = [], {}
        if rows:
            yield Chunk(rows, faults)

    def progress(self) -> float:
        """Return how much of the file has been read."""
        return min(self._file.tell() / self._size, 1.0)


# --- writing -----------------------------------------------------------------------------------


def guarded(cells: Iterable[Cell]) -> list[Cell]:
    """Return a row of which no spreadsheet program runs a cell."""
    return [without_formula(c) if isinstance(c, str) and c[:1] in _STARTS else c for c in cells]


class CsvWriter:
    """A CSV file that is being written, and the file of the rows that need a look.

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
        self._csv.writerow(guarded(header))

    def write(self, rows: Sequence[Sequence[Cell]], answers: Sequence[Answer]) -> None:
        """Add rows with their answers."""
        both = zip(rows, answers, strict=True)
        self._csv.writerows(guarded((*row, *a.cells)) for row, a in both)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add whole rows."""
        self._csv.writerows(map(guarded, rows))

    def finish(self, review: Iterable[list[Cell]]) -> None:
        """Write the rows that need a look, and put both files in place."""
        self._file.close()
        if self._review is not None:
            side = partial(self._review)
            with side.open("w", encoding=self._encoding, newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow(guarded(self._header))
                writer.writerows(map(guarded, review))
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

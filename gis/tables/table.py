"""A table of any kind: rows from a file, a header found among them, rows back into a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Protocol

from gis.errors import InvalidInput, TooLarge
from gis.findings import Text
from gis.tables.header import HEADER_AMONG, NamesColumns, check_header, names_of
from gis.tables.left_out import LeftOut, footer_of
from gis.tables.values import MAX_CELL, Cell, Faults, Point


@dataclass(frozen=True)
class Chunk:
    """Some rows, each as long as the header, and what is wrong with them already."""

    rows: list[list[Cell]]
    faults: Faults = field(default_factory=dict)


class RowSource(Protocol):
    """The rows of a file.

    ``kind`` is csv, xlsx or geojson; ``encoding`` is ``utf-8``, ``gb18030`` and the like, or the
    kind; ``for_excel`` tells whether a spreadsheet program wrote it. ``left_out`` is what the
    file holds besides.
    """

    kind: str
    encoding: str
    for_excel: bool

    @property
    def left_out(self) -> LeftOut:
        """What of the file is no row of it."""

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of every row that is not empty, once."""

    def progress(self) -> float:
        """Return how much has been read, from 0 to 1."""


class TableReader:
    """A table that is being read, a chunk of rows at a time; ``header`` names its columns.

    Parameters
    ----------
    source
        Its rows.
    names_columns
        Tells which row is the header; rows above it are titles and left out. Where none of the
        first thirty is, the first of the longest of them is taken for it.

    Sums, signatures and notes below the header are left out: ``left_out`` says which.

    Raises
    ------
    InvalidInput
        The header names no columns, too many, or one of them twice.
    """

    def __init__(self, source: RowSource, names_columns: NamesColumns) -> None:
        self.source = source
        rows = iter(source)
        head = list(islice(rows, HEADER_AMONG))
        named = (i for i, (_, cells) in enumerate(head) if names_columns(names_of(cells)))
        at = next(named, None)
        if at is None:
            at = _longest(head)
        self.header = names_of(head[at][1]) if head else []
        check_header(self.header)
        self._rows = chain(head[at + 1 :], rows)
        self._footers: list[tuple[int, str]] = []

    @property
    def left_out(self) -> LeftOut:
        """What of the file is in no chunk, as far as it is read."""
        return replace(self.source.left_out, footers=tuple(self._footers))

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows below the header that are not empty, ``size`` at a time."""
        width = len(self.header)
        full = filter(self._is_row, self._rows) if self.source.kind != "geojson" else self._rows
        while some := list(islice(full, size)):
            rows: list[list[Cell]] = []
            faults: Faults = {}
            for position, (_, cells) in enumerate(some):
                row, fault = fitted(cells, width)
                rows.append(row)
                if fault:
                    faults[position] = fault
            yield Chunk(rows, faults)

    def _is_row(self, numbered: tuple[int, list[Cell]]) -> bool:
        number, cells = numbered
        begins = footer_of(cells)
        if begins is not None:
            self._footers.append((number, begins))
        return begins is None


def _longest(head: Sequence[tuple[int, list[Cell]]]) -> int:
    """Return the position of the first row that names as many columns as any: titles are short."""
    widths = [sum(map(bool, names_of(cells))) for _, cells in head]
    return widths.index(max(widths)) if widths else 0


class TableWriter(Protocol):
    """A table that is being written; nothing is at its place before :meth:`finish`."""

    def write(self, rows: Sequence[Sequence[Cell]], points: Sequence[Point | None], /) -> None:
        """Add rows, each with the point it is at: a kind of file with geometries takes that."""

    def finish(self, review: Iterator[list[Cell]]) -> None:
        """Write the rows that need a look, the most doubtful first, and put all in place."""

    def discard(self) -> None:
        """Leave nothing behind."""


def fitted(cells: list[Cell], width: int) -> tuple[list[Cell], Text | None]:
    """Return a row as long as the header, and what is wrong when it was longer.

    Empty cells behind the header's are left out; the text of others stands in the fault, so
    that nothing is lost.
    """
    if len(cells) <= width:
        return cells + [""] * (width - len(cells)), None
    over = [str(c) for c in cells[width:] if c not in ("", None)]
    if not over:
        return cells[:width], None
    shown = ", ".join(over)[:500]
    fault = Text(
        f"the row has more cells than there are columns, so they may have shifted: {shown}",
        f"该行单元格多于列数，可能错位：{shown}",
    )
    return cells[:width], fault


def cell_too_long(row: int, field: str = "file") -> TooLarge:
    """Return the error of a cell with more text than a spreadsheet holds."""
    return TooLarge(
        field,
        f"{field}: a cell of row {row} has more than {MAX_CELL:,} characters (is a quotation mark "
        "missing?)",
        f"{field}：第 {row} 行有单元格超过 {MAX_CELL:,} 个字符（是否缺少引号？）",
    )


def too_many_rows(most: int, field: str = "file") -> TooLarge:
    """Return the error of a table with more rows than are read."""
    return TooLarge(
        field,
        f"{field}: more than {most:,} rows: split the table",
        f"{field}：超过 {most:,} 行：请拆分表格",
    )


def unreadable(field: str, why: str, why_zh: str) -> InvalidInput:
    """Return the error of a file that is no table of ours."""
    accepted = ("CSV (UTF-8, GB18030)", "XLSX")
    return InvalidInput(field, f"{field}: {why}", f"{field}：{why_zh}", accepted)

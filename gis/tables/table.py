"""A table of any kind, read a chunk of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gis.bulk.answers import Answer, Cell
from gis.bulk.coordinates import Faults
from gis.errors import InvalidInput, TooLarge
from gis.findings import Text

MAX_CELL = 32_767
"""Characters in a cell: what a spreadsheet program holds."""


@dataclass(frozen=True)
class Chunk:
    """Some rows, each as long as the header, and what is wrong with them already."""

    rows: list[list[Cell]]
    faults: Faults = field(default_factory=dict)


class Reader(Protocol):
    """A table that is being read.

    ``header`` are the names of the columns; ``encoding`` is ``utf-8``, ``gb18030`` and the
    like, or the kind of file; ``for_excel`` whether a spreadsheet program wrote it.
    """

    header: list[str]
    encoding: str
    for_excel: bool

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, ``size`` at a time."""

    def progress(self) -> float:
        """Return how much of it has been read, from 0 to 1."""


class Writer(Protocol):
    """A table that is being written; nothing is at its place before :meth:`finish`."""

    def write(self, rows: Sequence[Sequence[Cell]], answers: Sequence[Answer]) -> None:
        """Add rows with their answers."""

    def finish(self, review: Iterator[list[Cell]]) -> None:
        """Write the rows that need a look, the most doubtful first, and put all in place."""

    def discard(self) -> None:
        """Leave nothing behind."""


def fitted(cells: list[Cell], width: int) -> tuple[list[Cell], Text | None]:
    """Return a row as long as the header, and what is wrong when it was longer.

    Empty cells behind the header's are left out; the text of others stands in the fault, so
    that nothing is lost.
    """
    if len(cells) < width:
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

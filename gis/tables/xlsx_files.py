"""XLSX tables in, through a child process with little memory and time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from gis.errors import InvalidInput, TooLarge
from gis.tables.header import HEADER_AMONG, NamesColumns, names_of
from gis.tables.left_out import LeftOut
from gis.tables.sandbox import run
from gis.tables.table import unreadable
from gis.tables.values import Cell

_CHILD = "gis.tables.xlsx_child"
_MOST_ROWS = 1_048_575
_CPU_S = 240
_ROWS_PER_CPU_S = 2_000


@dataclass(frozen=True)
class ReadSheet:
    """A visible sheet as it came: its numbered rows, and what of it is hidden and left out.

    ``since_1904``: the numbers of its days count from 1904.
    """

    title: str
    rows: list[tuple[int, list[Cell]]]
    left_out: LeftOut
    since_1904: bool = False


class XlsxRows:
    """The rows of a visible sheet (see :class:`gis.tables.table.RowSource`).

    It is the first sheet with a row that names the columns that are looked for, else the first
    that holds anything: notes may stand before it.

    Parameters
    ----------
    path
        The file.
    most_rows
        Below the header; None: as many as a sheet holds.
    names_columns
        Tells whether a row names the columns that are looked for.

    Raises
    ------
    InvalidInput
        When it is no workbook or needs too much.
    """

    kind = encoding = "xlsx"
    for_excel = True

    def __init__(
        self,
        path: Path,
        *,
        most_rows: int | None = None,
        names_columns: NamesColumns = lambda _names: True,
    ) -> None:
        most = _MOST_ROWS if most_rows is None else most_rows
        self._held = contextlib.ExitStack()
        self._lines = self._held.enter_context(_unpacked(path, most, "each", "each-streamed"))
        self._start, self._end, self.left_out = _chosen(self._lines, names_columns)
        self._size = max(self._end - self._start, 1)

    def __enter__(self) -> XlsxRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of every row that is not empty."""
        self._lines.seek(self._start)
        while self._lines.tell() < self._end:
            number, cells = orjson.loads(self._lines.readline())
            yield number, cells

    def progress(self) -> float:
        """Return how much of the rows has been looked at."""
        return min(max(self._lines.tell() - self._start, 0) / self._size, 1.0)


def _chosen(lines: BinaryIO, names_columns: NamesColumns) -> tuple[int, int, LeftOut]:
    """Return where the rows of the sheet that is meant begin and end, and what is left out."""
    lines.seek(0)
    found: list[tuple[bool, bool, str, int, int, LeftOut]] = []
    title, start, looked, names = "", 0, 0, False
    at = 0
    for line in lines:
        value = orjson.loads(line)
        end, at = at, at + len(line)
        if not isinstance(value, dict):
            if looked < HEADER_AMONG:
                looked += 1
                names = names or names_columns(names_of(value[1]))
        elif "sheet" in value:
            title, start, looked, names = value["sheet"], at, 0, False
        else:
            left_out = LeftOut(tuple(value["rows"]), tuple(value["columns"]))
            found.append((names, looked > 0, title, start, end, left_out))
    best = max(found, key=lambda f: f[:2], default=(False, False, "", 0, 0, LeftOut()))
    others = tuple(f[2] for f in found if f[1] and f is not best)
    return best[3], best[4], replace(best[5], sheet=best[2], sheets=others)


def read_sheets(
    path: Path, most_rows: int, report: Callable[[float], None] = lambda _done: None
) -> list[ReadSheet]:
    """Return every visible sheet of a workbook.

    ``report`` is told how much is read, from 0 to 1; what it raises ends the child.

    Raises
    ------
    InvalidInput
        When it is no workbook or needs too much.
    """
    sheets: list[ReadSheet] = []
    title, rows, since_1904 = "", [], False
    with _unpacked(path, most_rows, "all", report=report) as lines:
        for line in lines:
            value = orjson.loads(line)
            if not isinstance(value, dict):
                rows.append((value[0], value[1]))
            elif "sheet" in value:
                title, rows, since_1904 = value["sheet"], [], "since_1904" in value
            else:
                left_out = LeftOut(tuple(value["rows"]), tuple(value["columns"]))
                sheets.append(ReadSheet(title, rows, left_out, since_1904))
    return sheets


@contextmanager
def _unpacked(
    path: Path,
    most_rows: int,
    *ways: str,
    report: Callable[[float], None] = lambda _done: None,
) -> Iterator[BinaryIO]:
    """Open the JSON lines that a child makes of a workbook.

    ``ways`` of reading are tried in turn while the child is stopped at its limits without a word.
    """
    with tempfile.TemporaryDirectory(prefix="wangge-") as name:
        lines = Path(name) / "rows.jsonl"
        told: Mapping[str, str] | None = {}
        for way in ways:
            told = _run(path, lines, most_rows, way, report)
            if told is None or told:
                break
        if told is not None:
            raise _refused(told)
        with lines.open("rb") as file:
            yield file


def _run(
    path: Path, lines: Path, most_rows: int, sheets: str, report: Callable[[float], None]
) -> Mapping[str, str] | None:
    cpu_s = max(_CPU_S, min(most_rows, _MOST_ROWS) // _ROWS_PER_CPU_S)
    done = Path(f"{lines}.done")
    return run(
        _CHILD,
        (path.resolve(), lines.resolve(), most_rows, sheets, cpu_s),
        folder=lines.resolve().parent,
        cpu_s=cpu_s,
        watch=lambda: report(_progress(done)),
    )


def _progress(told: Path) -> float:
    try:
        return float(told.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def _refused(told: Mapping[str, Any]) -> InvalidInput:
    if not told:
        told = {
            "kind": "large",
            "en": "needs too much time or memory: split it, or use CSV",
            "zh": "耗时或占用内存过大：请拆分，或改用 CSV",
        }
    if told["kind"] == "large":
        return TooLarge("file", f"file: the XLSX {told['en']}", f"file：XLSX {told['zh']}")
    return unreadable("file", f"the XLSX {told['en']}", f"XLSX {told['zh']}")

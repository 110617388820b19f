"""XLSX tables in, through a child process with little memory and time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from gis.errors import InvalidInput, TooLarge
from gis.tables.sandbox import run
from gis.tables.table import unreadable
from gis.tables.values import Cell

_CHILD = "gis.tables.xlsx_child"
_MOST_ROWS = 1_048_575
_CPU_S = 240
_ROWS_PER_CPU_S = 2_000


class XlsxRows:
    """The rows of the first visible sheet (see :class:`gis.tables.table.RowSource`).

    Parameters
    ----------
    path
        The file.
    most_rows
        Below the header; None: as many as a sheet holds.

    Raises
    ------
    InvalidInput
        When it is no workbook or needs too much.
    """

    kind = encoding = "xlsx"
    for_excel = True

    def __init__(self, path: Path, *, most_rows: int | None = None) -> None:
        most = _MOST_ROWS if most_rows is None else most_rows
        self._held = contextlib.ExitStack()
        self._lines = self._held.enter_context(_unpacked(path, most, "first", "first-streamed"))
        self._size = self._lines.seek(0, 2) or 1
        self._lines.seek(0)

    def __enter__(self) -> XlsxRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of every row that is not empty."""
        self._lines.readline()
        for line in self._lines:
            number, cells = orjson.loads(line)
            yield number, cells

    def progress(self) -> float:
        """Return how much of the rows has been looked at."""
        return min(self._lines.tell() / self._size, 1.0)


def read_sheets(
    path: Path, most_rows: int, report: Callable[[float], None] = lambda _done: None
) -> list[tuple[str, list[tuple[int, list[Cell]]]]]:
    """Return the title and the numbered rows of every visible sheet of a workbook.

    ``report`` is told how much is read, from 0 to 1; what it raises ends the child.

    Raises
    ------
    InvalidInput
        When it is no workbook or needs too much.
    """
    sheets: list[tuple[str, list[tuple[int, list[Cell]]]]] = []
    with _unpacked(path, most_rows, "all", report=report) as lines:
        for line in lines:
            value = orjson.loads(line)
            if isinstance(value, dict):
                sheets.append((value["sheet"], []))
            else:
                sheets[-1][1].append((value[0], value[1]))
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

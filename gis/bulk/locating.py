"""A whole table through the lookup: bounded memory, every row kept, each with its answer."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import orjson

from gis.bulk.answers import Answer, Answers
from gis.bulk.columns import Columns, read_datum
from gis.bulk.coordinates import check_degrees, read_degrees, shorten, to_wgs84_rows
from gis.datum import Datum
from gis.errors import InvalidInput
from gis.findings import Text
from gis.tables.blank_words import is_error, says_nobody
from gis.tables.table import Chunk, TableReader, TableWriter
from gis.tables.values import Cell, Faults

CHUNK_ROWS = 20_000
_ADDRESSES_AT_ONCE = 200
Report = Callable[[float, int], None]
"""Told how much has been done, from 0 to 1, and how many rows those are."""


def locate_table(
    reader: TableReader,
    writer: TableWriter,
    answers: Answers,
    columns: Columns,
    report: Report = lambda _done, _rows: None,
) -> dict[str, int]:
    """Answer every row of a table.

    Parameters
    ----------
    reader, writer
        The table that comes in, and the one that goes out; ``writer`` is finished at the end, or
        discarded when anything goes wrong.
    answers
        Makes the answers.
    columns
        Which columns are looked up.
    report
        Called now and then; what it raises ends the work.

    Returns
    -------
    The counts of ``rows``, ``located``, ``outside``, ``errors`` and ``review``.
    """
    counts = {"rows": 0, "located": 0, "outside": 0, "errors": 0, "review": 0}
    with _Review() as review:
        try:
            for chunk in reader.chunks(_chunk_rows(columns)):
                found = locate_rows(chunk, answers, columns, reader.header)
                rows = [[*r, *a.cells] for r, a in zip(chunk.rows, found, strict=True)]
                writer.write(rows, [a.point for a in found])
                for row, answer in zip(rows, found, strict=True):
                    _count(answer, counts)
                    if answer.doubt:
                        review.keep(row, answer.doubt)
                report(reader.source.progress(), counts["rows"])
            writer.finish(review.rows())
        except BaseException:
            writer.discard()
            raise
    return counts


def _chunk_rows(columns: Columns) -> int:
    """Return how many rows are answered between two reports."""
    return CHUNK_ROWS if columns.address is None else _ADDRESSES_AT_ONCE


def _count(answer: Answer, counts: dict[str, int]) -> None:
    counts["rows"] += 1
    counts["review"] += answer.doubt > 0
    if answer.is_error:
        counts["errors"] += 1
    else:
        counts["located" if answer.found else "outside"] += 1


def locate_rows(
    chunk: Chunk, answers: Answers, columns: Columns, header: Sequence[str]
) -> list[Answer]:
    """Return the answer of each row of a chunk."""
    rows, faults = chunk.rows, dict(chunk.faults)
    points = _point_rows(rows, faults, columns)
    found: dict[int, Answer] = {}
    if points:
        xy = _wgs84(rows, points, faults, columns, header)
        good = np.isfinite(xy).all(axis=1)
        located = answers.atlas.locator.locate_each(xy[good])
        for row, location in zip(np.array(points)[good].tolist(), located, strict=True):
            found[row] = answers.of_location(location)
    if columns.address is not None:
        for row in sorted(set(range(len(rows))) - set(points) - set(faults)):
            found[row] = _by_address(rows[row][columns.address], answers, header[columns.address])
    return [answers.of_fault(faults[i]) if i in faults else found[i] for i in range(len(rows))]


def _point_rows(rows: Sequence[list[Cell]], faults: Faults, columns: Columns) -> list[int]:
    """Return which rows are looked up by point: all, or those that have one beside an address."""
    if columns.lon is None or columns.lat is None:
        return []
    if columns.address is None:
        return [i for i in range(len(rows)) if i not in faults]
    blank = (None, "")
    return [
        i
        for i, row in enumerate(rows)
        if i not in faults and (row[columns.lon] not in blank or row[columns.lat] not in blank)
    ]


def _wgs84(
    rows: Sequence[list[Cell]],
    points: Sequence[int],
    faults: Faults,
    columns: Columns,
    header: Sequence[str],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the WGS84 points of some rows, (n, 2), NaN where a fault was added."""
    assert columns.lon is not None
    assert columns.lat is not None
    names = header[columns.lon], header[columns.lat]
    wrong: Faults = {}
    xy = np.column_stack([
        read_degrees([rows[i][at] for i in points], name, wrong)
        for at, name in zip((columns.lon, columns.lat), names, strict=True)
    ])  # fmt: skip
    check_degrees(xy, wrong, names)
    cells = None if columns.datum is None else [rows[i][columns.datum] for i in points]
    datums = _datums(cells, len(points), columns.datum_of_all, wrong)
    xy[list(wrong)] = np.nan
    to_wgs84_rows(xy, datums)
    check_degrees(xy, wrong, names)
    faults.update({points[i]: fault for i, fault in wrong.items()})
    return xy


def _datums(
    cells: Sequence[Cell] | None, count: int, of_all: Datum | None, wrong: Faults
) -> list[Datum | None]:
    if cells is None:
        return [of_all] * count
    known: dict[Cell, Datum | Text] = {}
    datums: list[Datum | None] = []
    for row, cell in enumerate(cells):
        if cell not in known:
            known[cell] = _datum(cell, of_all)
        datum = known[cell]
        datums.append(datum if isinstance(datum, Datum) else None)
        if not isinstance(datum, Datum):
            wrong.setdefault(row, datum)
    return datums


def _datum(cell: Cell, of_all: Datum | None) -> Datum | Text:
    """Return the datum of a row; nothing is guessed, and a contradiction is a fault."""
    if cell in (None, "") and of_all is not None:
        return of_all
    try:
        own = read_datum("" if cell is None else str(cell))
    except InvalidInput as problem:
        return problem.text
    if of_all is not None and own is not of_all:
        return Text(
            f"the row says its datum is {own}, the caller says {of_all}",
            f"该行注明的坐标系是 {own}，而调用方给出 {of_all}",
        )
    return own


def _by_address(cell: Cell, answers: Answers, name: str) -> Answer:
    text = "" if cell is None else str(cell).strip()
    if is_error(text):
        return answers.of_fault(
            Text(
                f"{name[:40]} {text[:20]!r} is an error of the spreadsheet",
                f"{name[:40]} {text[:20]!r} 是电子表格的错误值",
            )
        )
    if not text or says_nobody(text):
        return answers.of_fault(Text(f"{name[:40]} is missing", f"缺少 {name[:40]}"))
    if any("\ud800" <= c <= "\udfff" for c in text):
        shown = shorten(text)
        return answers.of_fault(
            Text(f"{shown!r} holds half a character", f"{shown!r} 含有残缺字符")
        )
    return answers.of_address(text)


class _Review:
    """The rows that need a look, on disk, to be read back with the most doubtful first."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="wangge-")  # noqa: SIM115
        self._doubts = array("d")
        self._starts = array("q")

    def __enter__(self) -> _Review:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def keep(self, row: Sequence[Cell], doubt: float) -> None:
        """Add a row with its answer."""
        self._doubts.append(doubt)
        self._starts.append(self._file.tell())
        self._file.write(orjson.dumps(row) + b"\n")

    def rows(self) -> Iterator[list[Cell]]:
        """Yield the rows, the most doubtful first, equals in the order of the table."""
        self._file.flush()
        order = np.argsort(-np.array(self._doubts), kind="stable")
        for i in order.tolist():
            self._file.seek(self._starts[i])
            yield orjson.loads(self._file.readline())

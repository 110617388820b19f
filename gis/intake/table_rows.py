"""The cells of a table as rows of our fields: trimmed, an office's words as ours.

A column is read at once. What becomes of a text follows from the text and its column alone, so
equal texts of a column are read once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.exchange.atlas_tables import GEOMETRY
from gis.exchange.rounded_codes import EXACT_DIGITS, fault_rounded, is_rounded_code
from gis.exchange.row_reader import RowValues
from gis.intake.days import day_of, names_month
from gis.schema import RECORDS, Field, Kind, ValueKind
from gis.tables.blank_words import SPACE, is_error, says_nobody
from gis.tables.formula_guard import unguarded_text

_COMMAS = re.compile(r"[、，,]")
_AS_TEXT = (ValueKind.DEGREES, ValueKind.CHOICE)
_AT_ONCE = 10_000
_KNOWN = 1_000


@dataclass(frozen=True)
class _Rounded:
    """A code that the spreadsheet has rounded."""

    cell: float | str


@dataclass(frozen=True)
class _Month:
    """A month where a day should stand."""

    cell: str


@dataclass(frozen=True)
class _Error:
    """An error of the spreadsheet, or a formula that it never calculated."""

    cell: str


@dataclass(frozen=True)
class _Nobody:
    """A word that says that there is nobody, or nothing yet."""

    cell: str


_ODD = frozenset((_Rounded, _Month, _Error, _Nobody))


@dataclass
class RowReader:
    """Makes rows of one table.

    Parameters
    ----------
    kind
        What it is about.
    where, title
        The file and the sheet, as messages name them; the sheet's title.
    names
        What the table calls the fields.
    exact
        It was written by us: nothing is trimmed or translated.
    guarded
        An apostrophe before what might be a formula is none of the text.
    errors
        An error of the spreadsheet is refused; else it is a text as any other.
    since_1904
        A day that stands as a number is counted from 1904.

    ``nobody`` counts the words met that say nobody: they are read as empty cells.
    """

    kind: Kind
    where: str
    title: str | None
    names: Mapping[str, str]
    exact: bool
    guarded: bool
    errors: bool = True
    since_1904: bool = False
    nobody: Counter[str] = field(default_factory=Counter)
    listed: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.listed = {
            f.name: "、".join(f.usual_words.values())
            for f in RECORDS[self.kind].fields
            if f.value is ValueKind.CHOICE and f.words
        }

    def rows(
        self, numbered: Sequence[tuple[int, list[Any]]], fields: Mapping[int, str], width: int
    ) -> list[RowValues]:
        """Return the rows that are not empty.

        Parameters
        ----------
        numbered
            The number and the cells of each.
        fields
            The field that stands in each column that is read. Phone numbers of one field may
            stand in several: they are put together.
        width
            How many columns have a heading.
        """
        full = [(number, cells) for number, cells in numbered if is_full(cells)]
        names = list(fields.values())
        readers = {name: self._reader_of(name) for name in names}
        rows: list[RowValues] = []
        for start in range(0, len(full), _AT_ONCE):
            some = full[start : start + _AT_ONCE]
            columns = [
                list(map(readers[name], [c[i] if i < len(c) else None for _, c in some]))
                for i, name in fields.items()
            ]
            odd = any(type(value) in _ODD for column in columns for value in column)
            for (number, cells), values in zip(some, zip(*columns, strict=True), strict=True):
                row = self._row(number, _by_name(names, values))
                if odd:
                    self._settle(row)
                if len(cells) > width:
                    _fault_shifted(row, cells[width:])
                rows.append(row)
        return rows

    def _row(self, number: int, values: dict[str, Any]) -> RowValues:
        return RowValues(
            _with_geometry(values) if GEOMETRY in values else values,
            f"{self.where} row {number}",
            sheet=self.title,
            number=number,
            headings=self.names,
            words=self.listed,
        )

    def _settle(self, row: RowValues) -> None:
        """Take the cells out that hold no value of their field: with a fault, or counted."""
        read = row.values
        for name, value in read.items():
            if type(value) is _Rounded:
                row.values = {name: value.cell}
                fault_rounded(row, name, value.cell)
            elif type(value) is _Month:
                row.values = {name: value.cell}
                _fault_month(row, name, value.cell)
            elif type(value) is _Error:
                row.values = {name: value.cell}
                _fault_error(row, name, value.cell)
        said = [(n, v.cell) for n, v in read.items() if type(v) is _Nobody]
        self.nobody.update(cell.strip(SPACE) for _, cell in said)
        # A cell with an error says nobody either: that it is missing need not be said as well.
        row.nobody = frozenset(n for n, v in read.items() if type(v) in (_Nobody, _Error))
        row.told = frozenset(n for n, v in read.items() if type(v) is _Month)
        row.values = {n: None if type(v) in _ODD else v for n, v in read.items()}

    # --- a cell ---

    def _reader_of(self, name: str) -> Callable[[Any], Any]:
        """Return what reads the cells of a column."""
        field = RECORDS[self.kind].by_name.get(name)
        text_of = self._text_reader_of(field)
        known: dict[str, Any] = {}
        exact, errors = self.exact, self.errors
        guarded, is_code = self.guarded, field is not None and field.is_code
        is_grid = field is not None and field.value is ValueKind.CODE and not exact
        is_day = field is not None and field.value is ValueKind.DAY
        as_text = field is not None and (field.is_written or field.value in _AS_TEXT)

        def read(cell: Any) -> Any:
            if cell is None or cell == "":
                return None
            if isinstance(cell, str):
                if cell not in known:
                    if len(known) >= _KNOWN:
                        known.clear()
                    if is_code and is_rounded_code(cell, grid=is_grid):
                        known[cell] = _Rounded(cell)
                    elif errors and is_error(cell):
                        known[cell] = _Error(cell)
                    elif not exact and says_nobody(cell):
                        known[cell] = _Nobody(cell)
                    else:
                        known[cell] = text_of(unguarded_text(cell) if guarded else cell)
                return known[cell]
            if isinstance(cell, bool):
                return cell
            if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_DIGITS * 10:
                cell = int(cell)
            if is_code and isinstance(cell, int | float) and abs(cell) >= EXACT_DIGITS:
                return _Rounded(cell)
            if is_day:
                return text_of(str(cell))
            return text_of(str(cell)) if as_text else cell

        return read

    def _text_reader_of(self, field: Field | None) -> Callable[[str], Any]:
        """Return what reads a text of a column; None is one of no field, such as a shape."""
        if field is not None and field.value is ValueKind.DAY:
            return lambda text: _day(text, since_1904=self.since_1904)
        return self._usual_reader_of(field)

    def _usual_reader_of(self, field: Field | None) -> Callable[[str], Any]:
        if self.exact:
            if field is not None and field.is_list:
                return lambda text: _list(text) if text.startswith("[") else text
            return str
        if field is not None and field.value is ValueKind.TEXTS:
            return lambda text: _COMMAS.sub(";", text.strip(SPACE))
        if field is None or not field.words:
            return lambda text: text.strip(SPACE)
        words = field.words
        return lambda text: _in_our_words(text.strip(SPACE), words)


def is_full(cells: Sequence[Any]) -> bool:
    """Tell whether anything stands in a row."""
    return any(cell is not None and str(cell).strip(SPACE) for cell in cells)


def _by_name(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a row by field; of a field in several columns, all that stand there."""
    row: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        before = row.get(name)
        if before is None or type(before) is _Nobody:
            row[name] = before if value is None else value
        elif type(value) is str and type(before) is str and value not in before:
            row[name] = f"{before}、{value}"
    return row


def _fault_month(row: RowValues, name: str, cell: str) -> None:
    called = row.called(name)
    row.fault(
        "invalid_field",
        f"{called} {cell!r}: a month without its day: write it out, like 2024-03-01",
        f"{called} {cell!r}：只有年月，没有日：请写全，例如 2024-03-01",
        name=name,
    )


def _fault_error(row: RowValues, name: str, cell: str) -> None:
    called, shown = row.called(name), cell[:40]
    if cell.strip(SPACE).startswith("="):
        row.fault(
            "spreadsheet_error",
            f"{called} {shown!r}: a formula that was never calculated: open the table in a "
            "spreadsheet program and save it, or enter the value",
            f"{called} {shown!r}：公式没有计算结果：请用电子表格软件打开并保存，或直接填写数值",
            name=name,
        )
        return
    row.fault(
        "spreadsheet_error",
        f"{called} {shown!r}: an error of the spreadsheet, not a value: mend the formula, or "
        "empty the cell",
        f"{called} {shown!r}：是电子表格的错误值，不是内容：请改正公式，或清空该单元格",
        name=name,
    )


def _fault_shifted(row: RowValues, over: Sequence[Any]) -> None:
    found = [str(c) for c in over if c not in (None, "")]
    if found:
        shown = ", ".join(found)[:80]
        row.fault(
            "shifted_row",
            f"more cells than columns, so they may have shifted: {shown}",
            f"单元格多于列数，可能错位：{shown}",
        )


def _day(text: str, *, since_1904: bool) -> str | _Month:
    """Return what a cell of a day says: the day, or that it is a month, or the cell."""
    if names_month(text):
        return _Month(text)
    return day_of(text, since_1904=since_1904) or text.strip(SPACE)


def _in_our_words(text: str, words: Mapping[str, str]) -> str:
    return words.get(text) or words.get(text.rstrip("类级")) or text


def _list(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_geometry(values: dict[str, Any]) -> dict[str, Any]:
    """Put the pieces of a WKT together."""
    pieces = [values.pop(GEOMETRY)]
    number = 2
    while f"{GEOMETRY}_{number}" in values:
        pieces.append(values.pop(f"{GEOMETRY}_{number}"))
        number += 1
    values[GEOMETRY] = "".join(str(p) for p in pieces if p) or None
    return values

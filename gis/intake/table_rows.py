"""The cells of a table as rows of our fields: trimmed, an office's words as ours.

A column is read at once. What becomes of a text follows from the text and its column alone, so
equal texts of a column are read once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.exchange.atlas_tables import GEOMETRY
from gis.exchange.row_reader import RowValues
from gis.schema import RECORDS, Field, Kind, ValueKind
from gis.tables.formula_guard import unguarded_text

SPACE = " \t\r\n\u00a0\u3000\u200b\ufeff"
_EXACT_DIGITS = 1e15
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00:00)?")
_COMMAS = re.compile(r"[、，,]")
_AS_TEXT = (ValueKind.DEGREES, ValueKind.CHOICE)
_AT_ONCE = 10_000
_KNOWN = 1_000


@dataclass(frozen=True)
class _Rounded:
    """A code that the spreadsheet has rounded."""

    cell: float


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
    """

    kind: Kind
    where: str
    title: str | None
    names: Mapping[str, str]
    exact: bool
    guarded: bool
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
            The field that stands in each column that is read.
        width
            How many columns have a heading.
        """
        full = [(number, cells) for number, cells in numbered if is_full(cells)]
        readers = {name: self._reader_of(name) for name in fields.values()}
        rows: list[RowValues] = []
        for start in range(0, len(full), _AT_ONCE):
            some = full[start : start + _AT_ONCE]
            columns = [
                list(map(readers[name], [c[i] if i < len(c) else None for _, c in some]))
                for i, name in fields.items()
            ]
            rounded = any(type(value) is _Rounded for column in columns for value in column)
            for (number, cells), values in zip(some, zip(*columns, strict=True), strict=True):
                row = self._row(number, dict(zip(readers, values, strict=True)))
                if rounded:
                    _fault_rounded(row)
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

    # --- a cell ---

    def _reader_of(self, name: str) -> Callable[[Any], Any]:
        """Return what reads the cells of a column."""
        field = RECORDS[self.kind].by_name.get(name)
        text_of = self._text_reader_of(field)
        known: dict[str, Any] = {}
        guarded, is_code = self.guarded, field is not None and field.is_code
        as_text = field is not None and (field.is_written or field.value in _AS_TEXT)

        def read(cell: Any) -> Any:
            if cell is None or cell == "":
                return None
            if isinstance(cell, str):
                if cell not in known:
                    if len(known) >= _KNOWN:
                        known.clear()
                    known[cell] = text_of(unguarded_text(cell) if guarded else cell)
                return known[cell]
            if isinstance(cell, bool):
                return cell
            if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT_DIGITS * 10:
                cell = int(cell)
            if is_code and isinstance(cell, int | float) and abs(cell) >= _EXACT_DIGITS:
                return _Rounded(cell)
            return text_of(str(cell)) if as_text else cell

        return read

    def _text_reader_of(self, field: Field | None) -> Callable[[str], Any]:
        """Return what reads a text of a column; None is one of no field, such as a shape."""
        if field is not None and field.value is ValueKind.DAY:
            usual = self._usual_reader_of(field)
            return lambda text: _day(text) or usual(text)
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


def _fault_rounded(row: RowValues) -> None:
    read = row.values
    for name, value in read.items():
        if type(value) is _Rounded:
            row.values = {name: value.cell}
            called = row.called(name)
            row.fault(
                "rounded_code",
                f"{called} {value.cell}: the spreadsheet keeps 15 digits of a number and has "
                "rounded this code: format the column as text and enter the code again",
                f"{called} {value.cell}：电子表格的数字只保留 15 位，此编号已被改动："
                "请将该列设为文本格式后重新输入",
                name=name,
            )
    row.values = {n: None if type(v) is _Rounded else v for n, v in read.items()}


def _fault_shifted(row: RowValues, over: Sequence[Any]) -> None:
    found = [str(c) for c in over if c not in (None, "")]
    if found:
        shown = ", ".join(found)[:80]
        row.fault(
            "shifted_row",
            f"more cells than columns, so they may have shifted: {shown}",
            f"单元格多于列数，可能错位：{shown}",
        )


def _day(text: str) -> str | None:
    """Return a date as 2026-10-01, None when the text is none.

    >>> _day("2026年1月5日"), _day("2026/1/5"), _day("soon")
    ('2026-01-05', '2026-01-05', None)
    """
    day = _DAY.fullmatch(text.strip(SPACE))
    return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}" if day else None


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

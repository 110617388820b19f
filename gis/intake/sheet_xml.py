"""The rows of a sheet and the texts of a workbook, from their XML (ECMA-376), as a stream.

Expat reads the XML. Nearly all rows of a large sheet are plain, though: cells one after another,
each a number or a text without anything inside. Such a row is taken apart by one regular
expression, many times faster, and expat does not see it; everything else goes through expat.
Both give the same cells (tests/intake/test_plain_rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from gis.bulk.confined import Refused
from gis.bulk.workbook_process import check_row, plain, trimmed

MAX_COLUMNS = 200
_BLOCK = 1 << 20
_END = b"</row>"
# No character that XML reads as anything but itself: no markup, no entity, no line end.
_TEXT = r"[^<>&\x00-\x1f]*"
_ROW = re.compile(r'<row(?: r="(\d{1,7})")?(?: [A-Za-z][\w:]*="[^"<>&\x00-\x1f]*")*>', re.ASCII)
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="(\d{1,6})")?(?: t="(\w+)")?'
    rf"(?:/>|>(?:<v>({_TEXT})</v>|<is><t(?: xml:space=\"preserve\")?>({_TEXT})</t></is>)?</c>)",
    re.ASCII,
)
_GROUPS = _CELL.groups + 1
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_OTHER_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)

Cells = list[Any]


@dataclass(frozen=True)
class Meanings:
    """What the cells of a workbook refer to: texts, which styles are dates or spans of time."""

    texts: Sequence[str]
    dates: Container[int]
    spans: Container[int]
    epoch: Any

    def cell(self, kind: str, style: int, value: str | None, text: str, formula: str | None) -> Any:
        """Return what a cell holds, None for nothing.

        Parameters
        ----------
        kind, style
            Its attributes ``t`` and ``s``.
        value, text, formula
            What stands in its ``v``, its ``is`` and its ``f``.
        """
        if kind == "inlineStr":
            return plain(text)
        if value is None or value == "":
            return plain(f"={formula}") if formula else None
        if kind == "s":
            return plain(self.texts[int(value)])
        if kind == "b":
            return value == "1"
        if kind != "n":
            return plain(value)
        number = float(value)
        if style in self.dates:
            return self._day(number, style)
        whole = int(number) if number.is_integer() and abs(number) < 1 << 53 else number
        return plain(whole)

    def _day(self, number: float, style: int) -> Any:
        from openpyxl.utils.datetime import from_excel

        try:
            return plain(from_excel(number, self.epoch, timedelta=style in self.spans))
        except (OverflowError, ValueError):
            return plain(number)


def rows_of(
    part: IO[bytes], meanings: Meanings, most: int, *, plainly: bool = True
) -> Iterator[tuple[int, Cells]]:
    """Yield the number and the cells of every row of a sheet that is not empty.

    Parameters
    ----------
    plainly
        Whether plain rows may pass expat by.

    Raises
    ------
    Refused
        More than ``most`` rows, too many columns.
    """
    reader = _Reader(meanings)
    full = 0
    for piece, is_row in _pieces(part):
        if not (plainly and is_row and reader.take(piece)):
            reader.parse(piece + _END if is_row else piece)
        for number, row in reader.done:
            full += 1
            check_row(number, row, full, most)
            yield number, row
        reader.done.clear()
    reader.end()


def _pieces(part: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield a sheet cut behind each end of a row, without it; the rest as it comes."""
    tail = b""
    while block := part.read(_BLOCK):
        *pieces, tail = (tail + block).split(_END)
        for piece in pieces:
            yield piece, True
        if len(tail) > _BLOCK:
            yield tail, False
            tail = b""
    yield tail, False


class _Reader:
    """Reads the rows of a sheet; those that are complete stand in ``done``."""

    def __init__(self, meanings: Meanings) -> None:
        from xml.parsers import expat

        self.done: list[tuple[int, Cells]] = []
        self._meanings = meanings
        self._number = 0
        self._row: Cells = []
        self._column = -1
        self._kind, self._style = "n", 0
        self._text: list[str] = []
        self._value: str | None = None
        self._formula: str | None = None
        self._taking = False
        self._spoken = False
        self._open: list[str] = []
        self._plain, self._begun = True, False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parse: Callable[..., Any] = parser.Parse

    # --- plain rows ---

    def take(self, piece: bytes) -> bool:
        """Read a row without expat, if it is a plain one; tell whether it was."""
        if not self._plain or self._open[-1:] != ["sheetData"]:
            return False
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return False
        begin = _ROW.match(text)
        if begin is None:
            return False
        parts = _CELL.split(text[begin.end() :])
        if any(parts[::_GROUPS]) or "\ufffe" in text or "\uffff" in text:
            return False
        self._begin_row(begin[1])
        cell, row = self._meanings.cell, self._row
        for at in range(1, len(parts), _GROUPS):
            letters, style, kind, value, inline = parts[at : at + _GROUPS - 1]
            text = inline or value or ""
            found = cell(kind or "n", int(style) if style else 0, value, text, None)
            if found is None or found == "":
                continue
            self._column = position(letters)
            if self._column == len(row) < MAX_COLUMNS:
                row.append(found)
            else:
                self._keep(found)
        self._end_row()
        return True

    # --- all others ---

    def parse(self, piece: bytes) -> None:
        """Let expat read the next piece."""
        rest = piece
        if not self._begun and (declared := _DECLARATION.match(piece)):
            rest = piece[declared.end() :]
            self._plain = not _OTHER_ENCODING.search(declared[0])
        self._begun = True
        # Behind these, what looks like a row may be part of a comment or the like.
        if b"<!" in rest or b"<?" in rest or rest[-1:] == b"<":
            self._plain = False
        self._parse(piece)

    def end(self) -> None:
        """Let expat say whether the sheet is whole."""
        self._parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        self._open.append(tag)
        if tag == "c":
            place = attributes.get("r")
            letters = place.rstrip("0123456789") if place else ""
            self._column = position(letters) if letters else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._value = self._formula = None
            self._text = []
        elif tag in ("v", "t", "f"):
            if tag != "t" or not self._spoken:
                self._taking = True
            if tag != "t":
                self._text = []
        elif tag == "row":
            self._begin_row(attributes.get("r"))
        elif tag == "rPh":
            self._spoken = True

    def _characters(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        self._open.pop()
        if tag == "v":
            self._value, self._taking = "".join(self._text), False
        elif tag == "t":
            self._taking = False
        elif tag == "f":
            self._formula, self._taking, self._text = "".join(self._text), False, []
        elif tag == "rPh":
            self._spoken = False
        elif tag == "c":
            found = self._meanings.cell(
                self._kind, self._style, self._value, "".join(self._text), self._formula
            )
            if found is not None and found != "":
                self._keep(found)
        elif tag == "row":
            self._end_row()

    # --- both ---

    def _begin_row(self, given: str | None) -> None:
        self._number = int(given) if given else self._number + 1
        self._row, self._column = [], -1

    def _keep(self, value: Any) -> None:
        column, row = self._column, self._row
        if column >= MAX_COLUMNS:
            raise Refused(
                "large",
                f"row {self._number} has over {MAX_COLUMNS} columns: leave the others out",
                f"第 {self._number} 行超过 {MAX_COLUMNS} 列：请删去多余的列",
            )
        row.extend([None] * (column + 1 - len(row)))
        row[column] = value

    def _end_row(self) -> None:
        row = trimmed(self._row)
        if row:
            self.done.append((self._number, row))


def texts_of(part: IO[bytes]) -> list[str]:
    """Return the texts that the cells of a workbook share, without how they are pronounced."""
    from xml.parsers import expat

    found: list[str] = []
    pieces: list[str] = []
    taking = spoken = False

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal taking, spoken
        tag = name.rpartition(" ")[2]
        if tag == "t":
            taking = not spoken
        elif tag == "rPh":
            spoken = True

    def end(name: str) -> None:
        nonlocal taking, spoken
        tag = name.rpartition(" ")[2]
        if tag == "t":
            taking = False
        elif tag == "rPh":
            spoken = False
        elif tag == "si":
            found.append("".join(pieces).replace("x005F_", ""))
            pieces.clear()

    def characters(text: str) -> None:
        if taking:
            pieces.append(text)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    while block := part.read(_BLOCK):
        parser.Parse(block)
    parser.Parse(b"", True)
    return found


@cache
def position(letters: str) -> int:
    """Return the position of a column from its letters, the first is 0.

    >>> [position(letters) for letters in ("A", "Z", "AB")]
    [0, 25, 27]
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1

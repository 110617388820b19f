"""Cells that no spreadsheet program runs: an apostrophe stands before what might be a formula.

A plain number such as ``-12.5``, a lone sign such as ``-`` and strokes such as ``--`` or ``-/-``
run nothing and stay as they are.
Every writer of this room passes its rows through one of two functions:

- :func:`guarded_row` for values of ours; :func:`unguarded_text` gives them back as they were.
- :func:`harmless_row` for cells that came in a file and are handed on. An apostrophe that stands
  there already is left alone, so that a table may pass any number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gis.tables.values import Cell, cell_of

# What a spreadsheet program may run; some take the full-width forms too.
_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_SIGNED_NUMBER = r"[+-](\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?"
_RUNS_NOT = re.compile(rf"{_SIGNED_NUMBER}|[=+\-@＝＋－＠] *|[-－—–/\\_ ]{{2,}}", re.ASCII)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program might run a text.

    >>> [t for t in ("=1+1", "-", "--", "-12.5", "+86-25", "@x", "5幢", "") if is_formula(t)]
    ['=1+1', '+86-25', '@x']
    """
    return text[:1] in _STARTS and not _RUNS_NOT.fullmatch(text)


def guarded_text(text: str) -> str:
    """Return a text of ours as a cell that runs nothing; :func:`unguarded_text` gives it back.

    A text that looks guarded already gets one apostrophe more.

    >>> [guarded_text(t) for t in ("=1+1", "'=1+1", "'x", "-", "5幢")]
    ["'=1+1", "''=1+1", "'x", '-', '5幢']
    """
    return f"'{text}" if is_formula(text) or _is_guarded(text) else text


def unguarded_text(cell: str) -> str:
    """Return the text of a cell: without the apostrophe that guards it.

    Other programs guard numbers and signs too, so the apostrophe before these goes as well.

    >>> [unguarded_text(t) for t in ("'=1+1", "''=1+1", "'x", "'-12.5", "5幢")]
    ['=1+1', "'=1+1", "'x", '-12.5', '5幢']
    """
    return cell[1:] if _is_guarded(cell) else cell


def _is_guarded(text: str) -> bool:
    return text[:1] == "'" and text.lstrip("'")[:1] in _STARTS


def guarded_row(values: Iterable[object]) -> list[Cell]:
    """Return values of ours as cells that run nothing and read back as they were."""
    cells = [v if type(v) is str else cell_of(v) for v in values]
    return [
        guarded_text(c) if type(c) is str and (c[:1] in _STARTS or c[:1] == "'") else c
        for c in cells
    ]


def harmless_row(cells: Iterable[Cell]) -> list[Cell]:
    """Return the cells of a table that is handed on, with an apostrophe before what would run."""
    return [
        f"'{c}" if isinstance(c, str) and c[:1] in _STARTS and is_formula(c) else c for c in cells
    ]

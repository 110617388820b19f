"""Codes that a program took for numbers and rounded: they are refused, never guessed.

A double keeps 15 to 17 digits, a code of level 3 has 18. What was rounded shows: it is a number
that is no whole 64-bit one, or one that any double of its size is written as, or it stands in
powers of ten, or a spreadsheet left it 15 digits, so that it ends in three noughts: numbers of
grids begin at 001.
"""

from __future__ import annotations

import re
from typing import Any

from gis.exchange.row_reader import RowValues

EXACT_DIGITS = 1e15
_POWER = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?1[0-9]")
_NOUGHTS = re.compile(r"\d{15}000(?:\.0+)?")


def is_rounded_code(value: Any, *, grid: bool = True) -> bool:
    """Tell whether a code was rounded on its way here; ``grid``: it is the code of a grid.

    >>> is_rounded_code(320106012002002000), is_rounded_code(320106012002002002)
    (True, False)
    >>> is_rounded_code(3.20106012002002e17), is_rounded_code("3.20106E+17")
    (True, True)
    """
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return abs(value) >= EXACT_DIGITS
    if isinstance(value, int):
        # As the shortest digits that tell one double from the next are written.
        return abs(value) >= 2**53 and written(float(value)) == value
    if isinstance(value, str):
        text = value.strip()
        noughts = grid and _NOUGHTS.fullmatch(text) is not None
        return noughts or _POWER.fullmatch(text) is not None
    return False


def written(number: float) -> int:
    """Return the whole number that a large double is written as: its shortest digits."""
    digits, _, power = f"{number!r}".partition("e")
    whole, _, part = digits.partition(".")
    if not power:
        return int(whole)
    return int((whole + part).ljust(int(power) + len(whole), "0"))


def fault_rounded(row: RowValues, name: str, cell: Any) -> None:
    """Refuse a code that was rounded."""
    called = row.called(name)
    row.fault(
        "rounded_code",
        f"{called} {cell}: the spreadsheet (Excel) keeps 15 digits of a number and has "
        "rounded this code: format the column as text and enter the code again",
        f"{called} {cell}：电子表格（Excel）的数字只保留 15 位，此编号已被改动："
        "请将该列设为文本格式后重新输入",
        name=name,
    )

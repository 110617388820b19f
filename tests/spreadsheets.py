"""What spreadsheet programs make of the cells of a table."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?[0-9.]+")


def would_run(cell: object) -> bool:
    """Tell whether a spreadsheet program might run a cell: a sign with more than a number behind."""
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")):
        return False
    return (cell.strip("=+-@＝ ") != "" and not _NUMBER.fullmatch(cell)) or cell[0] in "\t\r"

"""People, duties and organisations as CSV tables; and cells that start no formula.

UTF-8; the first row names the columns. Grids are named by the code people read; a duty with an
empty ``grid`` is held on the subdistrict itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gis.division import Division
from gis.ids import GridId
from gis.roster import Roster
from gis.schema import RECORDS, Kind

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
PEOPLE = RECORDS[Kind.PEOPLE].columns
DUTIES = RECORDS[Kind.DUTIES].columns
ORGANISATIONS = RECORDS[Kind.ORGANISATIONS].columns
# What a spreadsheet program may run (some take the full-width forms too), and the apostrophe
# that guards it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARDED = (*FORMULA_STARTS, "'")


def write_rows(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a CSV file; no cell of it starts a formula in a spreadsheet program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[c]) for c in columns] for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else guarded_text(str(value))


def guarded_text(text: str) -> str:
    """Return a text that starts no formula: with an apostrophe in front where it might.

    :func:`unguarded_text` gives it back as it was.

    >>> [guarded_text(t) for t in ("=1+1", "'x", "5幢")]
    ["'=1+1", "''x", '5幢']
    """
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded_text(text: str) -> str:
    """Take off the apostrophe that :func:`guarded_text` puts before what might be a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_GUARDED) else text


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet program runs: with an apostrophe where it would.

    Unlike the tables of our own, a plain number such as -12.5 and an apostrophe stay as they are.

    >>> [without_formula(t) for t in ("=1+1", "-12.5", "+86-25-0000", "'=1", "5幢")]
    ["'=1+1", '-12.5', "'+86-25-0000", "'=1", '5幢']
    """
    if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


# --- values to rows ------------------------------------------------------------------------------


def write_roster(roster: Roster, division: Division) -> dict[str, bytes]:
    """Return people.csv, duties.csv and organisations.csv of a roster, by file name."""
    codes: dict[GridId | None, str] = {g.id: g.code for g in division}
    codes[None] = ""
    return {
        "people.csv": write_rows(
            PEOPLE, ({c: getattr(p, c) for c in PEOPLE} for p in roster.people)
        ),
        "duties.csv": write_rows(
            DUTIES,
            (
                {c: codes[d.grid] if c == "grid" else getattr(d, c) for c in DUTIES}
                for d in roster.duties
                if d.grid in codes
            ),
        ),
        "organisations.csv": write_rows(
            ORGANISATIONS,
            (
                {c: codes[o.grid] if c == "grid" else getattr(o, c) for c in ORGANISATIONS}
                for o in roster.organisations
                if o.grid in codes
            ),
        ),
    }

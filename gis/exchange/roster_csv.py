"""People, duties and organisations as CSV tables.

UTF-8; the first row names the columns. Grids are named by the code people read; a duty with an
empty ``grid`` is held on the subdistrict itself.
"""

from __future__ import annotations

from gis.division import Division
from gis.ids import GridId
from gis.roster import Roster
from gis.schema import RECORDS, Kind
from gis.tables.csv_files import csv_bytes

PEOPLE = RECORDS[Kind.PEOPLE].columns
DUTIES = RECORDS[Kind.DUTIES].columns
ORGANISATIONS = RECORDS[Kind.ORGANISATIONS].columns


def write_roster(roster: Roster, division: Division) -> dict[str, bytes]:
    """Return people.csv, duties.csv and organisations.csv of a roster, by file name."""
    codes: dict[GridId | None, str] = {g.id: g.code for g in division}
    codes[None] = ""
    return {
        "people.csv": csv_bytes(PEOPLE, ([getattr(p, c) for c in PEOPLE] for p in roster.people)),
        "duties.csv": csv_bytes(
            DUTIES,
            (
                [codes[d.grid] if c == "grid" else getattr(d, c) for c in DUTIES]
                for d in roster.duties
                if d.grid in codes
            ),
        ),
        "organisations.csv": csv_bytes(
            ORGANISATIONS,
            (
                [codes[o.grid] if c == "grid" else getattr(o, c) for c in ORGANISATIONS]
                for o in roster.organisations
                if o.grid in codes
            ),
        ),
    }

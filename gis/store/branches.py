"""Which rows a version is made of: those on its branch, and on the branches that it came from.

A version that changes the newest one of a branch goes on with that branch: its rows stand over
those before it. One that changes an older version (an edit of what is in force while another
version is scheduled) begins a branch of its own there, so that it writes what it changes and not
what lies between. A branch is named by the version that it began with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, func, or_, select

LONGEST = 8
"""The most branches that a version comes from; the next one begins with a whole copy."""


@dataclass(frozen=True)
class Ancestry:
    """The branches that a version is made of, its own first, each up to a version.

    >>> str(Ancestry(((4, 6), (1, 3))))
    '4:6 1:3'
    >>> Ancestry.parse("4:6 1:3").holds(1, 5)
    False
    """

    terms: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: object) -> Ancestry:
        """Return what :meth:`__str__` wrote; without terms where it is damaged."""
        try:
            pairs = [term.split(":") for term in str(text).split()]
            return cls(tuple((int(branch), int(until)) for branch, until in pairs))
        except ValueError:
            return cls()

    def __str__(self) -> str:
        return " ".join(f"{branch}:{until}" for branch, until in self.terms)

    def holds(self, branch: int, version: int) -> bool:
        """Tell whether a row that a version wrote on a branch was there."""
        return any(branch == b and version <= until for b, until in self.terms)

    def rows_of(self, table: Table) -> ColumnElement[bool]:
        """Return the SQL of the rows of a table that were written up to here, old ones too."""
        c, version = table.c, version_column(table)
        return or_(false(), *(and_(c.branch == b, version <= u) for b, u in self.terms))

    def select(self, table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the SQL of the rows that are there: the last one of each id, unless it ends."""
        c, version = table.c, version_column(table)
        last = func.max(version).label("last")
        newest = select(c.id, last).where(self.rows_of(table)).group_by(c.id).subquery()
        is_last = (c.id == newest.c.id) & (version == newest.c.last)
        return select(*columns).join(newest, is_last).where(c.gone.is_(False))

    def last_rows(self, rows: Iterable[Any]) -> dict[str, Any]:
        """Return the last row of each id up to here, of some with version, branch and id."""
        found: dict[str, Any] = {}
        for row in rows:
            if self.holds(row.branch, row.version):
                known = found.get(row.id)
                if known is None or known.version < row.version:
                    found[row.id] = row
        return found


def version_column(table: Table) -> Any:
    """Return the column of the version that a row came with."""
    return next(c for c in table.primary_key.columns if c.foreign_keys)

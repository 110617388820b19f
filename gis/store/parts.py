"""The three parts that are versioned: in which tables their rows stand, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, select

from gis.directory import ContextFeature, ContextKind, Directory, Place, PlaceKind
from gis.division import Division, Grid, GridKind, Member
from gis.findings import Text
from gis.ids import Level
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster
from gis.schema import RECORDS, Kind
from gis.store import rows, tables
from gis.store.branches import Ancestry, version_column
from gis.store.rows import Convert

P = TypeVar("P", Division, Directory, Roster)


@dataclass(frozen=True)
class RowTable:
    """The table of the rows of one field of a part.

    ``name`` is that of the field; ``key`` is what they are sorted by in the part's content.
    """

    name: str
    table: Table
    kind: type
    convert: Mapping[str, Convert] = field(default_factory=dict)
    key: Any = attrgetter("id")

    def read(self, connection: Connection, ancestry: Ancestry) -> tuple[Any, ...]:
        """Return the rows of a version, unchecked."""
        return rows.read(connection, self.table, ancestry, self.kind, **self.convert)

    def stored(self, connection: Connection, version: int | None) -> list[rows.Stored[Any]]:
        """Return the rows as they stand: those that a version wrote, or all."""
        column = version_column(self.table)
        wanted = column == version if version is not None else column.is_not(None)
        return rows.read_stored(connection, self.table, wanted, self.kind, **self.convert)


@dataclass(frozen=True)
class VersionedPart(Generic[P]):
    """One of the three things that are versioned, each in its own rhythm.

    Its content is its head, then the rows of each table in turn.
    """

    name: Text
    kind: type[P]
    table: Table
    rows: tuple[RowTable, ...]
    head_fields: tuple[str, ...] = ("synthetic",)

    def load(self, connection: Connection, version: int, ancestry: Ancestry) -> P:
        """Return a version as it stands, unchecked, without its dates."""
        content: dict[str, Any] = {r.name: r.read(connection, ancestry) for r in self.rows}
        return self.kind(**content, **self.head(connection, version), version=version)

    def head(self, connection: Connection, version: int) -> dict[str, Any]:
        """Return the fields of a version that stand in its head."""
        c = self.table.c
        asked = select(*(c[name] for name in self.head_fields)).where(c.version == version)
        return dict(connection.execute(asked).one()._mapping)

    def head_rows(self, connection: Connection) -> dict[int, Any]:
        """Return what the head of each version adds to its content: one value, or all of them."""
        c = self.table.c
        found = connection.execute(select(c.version, *(c[name] for name in self.head_fields)))
        return {version: row if len(row) > 1 else row[0] for version, *row in found}

    def content(self, value: P) -> list[Any]:
        """Return what the content of a value is made of, in its order."""
        head = tuple(getattr(value, name) for name in self.head_fields)
        content: list[Any] = [head if len(head) > 1 else head[0]]
        for table in self.rows:
            content += getattr(value, table.name)
        return content

    def digests_of(self, value: P) -> Iterator[tuple[RowTable, list[tuple[Any, bytes]]]]:
        """Yield each table with the rows of a value that stand there, and the digest of each."""
        start = 1
        for table in self.rows:
            content: Sequence[Any] = getattr(value, table.name)
            end = start + len(content)
            yield table, list(zip(content, value.digest.rows[start:end], strict=True))
            start = end


def _tuples(kind: Kind) -> dict[str, Convert]:
    return {f.name: tuple for f in RECORDS[kind].own if f.is_list}


def _members(stored: Iterable[dict[str, Any]]) -> tuple[Member, ...]:
    return tuple(Member(**member) for member in stored)


DIVISION = VersionedPart(
    Text("division", "网格划分"),
    Division,
    tables.division,
    (
        RowTable(
            "grids",
            tables.grid,
            Grid,
            {"level": Level, "kind": GridKind, "members": _members},
            attrgetter("level", "code"),
        ),
    ),
    ("title", "data_date", "note", "synthetic", "source_datum"),
)
DIRECTORY = VersionedPart(
    Text("directory", "地点名录"),
    Directory,
    tables.directory,
    (
        RowTable("places", tables.place, Place, {"kind": PlaceKind, **_tuples(Kind.PLACES)}),
        RowTable("context", tables.context_feature, ContextFeature, {"kind": ContextKind}),
    ),
)
ROSTER = VersionedPart(
    Text("roster", "人员名册"),
    Roster,
    tables.roster,
    (
        RowTable("people", tables.person, Person),
        RowTable("duties", tables.duty, Duty, {"role": GridRole}),
        RowTable("organisations", tables.organisation, Organisation, {"kind": OrganisationKind}),
    ),
)
PARTS: tuple[VersionedPart[Any], ...] = (DIVISION, DIRECTORY, ROSTER)


def with_digest(made: P, same_content: P) -> P:
    """Return ``made``, which has the content of another value, and so its digest."""
    vars(made)["digest"] = same_content.digest
    return made


def dated(value: P, **days: Any) -> P:
    """Return a value with its version or dates set; its content stays."""
    made: P = replace(value, **days)
    return with_digest(made, value)

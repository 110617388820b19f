"""The tables: a head row for each version of a part, and the rows that changed in that version.

A row is written once, in the transaction of the head of the version that it came with, and never
updated or deleted. It holds in the versions after it on its branch until another row of the same
id is written there; a row that is ``gone`` says that there is none any more
(:mod:`gis.store.branches`). Columns are named as the fields of the values they hold.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    false,
    text,
)

from gis.schema import RECORDS, Kind, ValueKind
from gis.store.column_types import Count, Shape, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

AREA = ("Polygon", "MultiPolygon")
SPOT_OR_AREA = ("Point", *AREA)
LINE_OR_AREA = ("LineString", "MultiLineString", *AREA)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Words, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Count)


def _shape(table: str, name: str, kinds: tuple[str, ...]) -> tuple[Column[bytes], Index]:
    index = Index(f"ix_{table}_{name}", name, postgresql_using="gist").ddl_if("postgresql")
    return Column(name, Shape(*kinds), nullable=False), index


_ADDED: dict[ValueKind, Any] = {
    ValueKind.WHOLE: Count,
    ValueKind.YES_NO: Boolean(create_constraint=False),
    ValueKind.DAY: Date,
    ValueKind.TEXTS: JSON,
}


def _added(kind: Kind) -> list[Column[Any]]:
    """Return the columns of the fields that later releases gave a value; a migration adds them."""
    record = RECORDS[kind]
    return [
        Column(f.name, _ADDED.get(f.value, Words), nullable=record.default(f.name) is None)
        for f in record.own
        if record.since(f.name)
    ]


def _head(name: str, *columns: Column[str]) -> Table:
    """Return the table of a part's versions.

    ``sha256`` is that of the content, ``root`` that of the digests of its rows ("" where a release
    that kept whole copies wrote it and it is damaged); ``branch`` and ``forked_from`` say which
    rows are its own (:class:`gis.store.branches.Ancestry`). ``seal`` covers all of them, the
    version and its date.
    """
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("effective_from", Date, nullable=False),
        _text("sha256"),
        _text("seal"),
        _text("published_at"),
        Column("synthetic", Boolean(create_constraint=False), nullable=False),
        *columns,
        Column("branch", Integer, nullable=False, server_default=text("1")),
        Column("forked_from", Words, nullable=False, server_default=""),
        Column("root", Words, nullable=False, server_default=""),
        Index(f"ix_{name}_effective_from", "effective_from", "version"),
    )


def _row_of(head: str, table: str) -> tuple[Column[Any] | Index, ...]:
    """Return what every row has: the version it came with, its id, its branch, whether it ends."""
    version = f"{head}_version"
    return (
        Column(version, Integer, ForeignKey(f"{head}.version"), primary_key=True),
        Column("id", Words, primary_key=True),
        Column("branch", Integer, nullable=False, server_default=text("1")),
        Column("gone", Boolean(create_constraint=False), nullable=False, server_default=false()),
        Index(f"ix_{table}_branch", "branch", "id", version),
    )


identity = Table(
    "identity",
    metadata,
    Column("only", Integer, CheckConstraint('"only" = 1', name="row"), primary_key=True),
    _text("name"),
    _text("code"),
    Column("synthetic", Boolean(create_constraint=False), nullable=False),
    _text("recorded_at"),
)

division = _head(
    "division", _text("title"), _text("data_date"), _text("note"), _text("source_datum")
)
grid = Table(
    "grid",
    metadata,
    *_row_of("division", "grid"),
    _text("code"),
    Column("level", SmallInteger, nullable=False),
    _text("parent", nullable=True),
    _text("name"),
    _text("kind"),
    _text("code_scheme"),
    _text("grid_class", nullable=True),
    _text("grid_grade", nullable=True),
    _count("households"),
    _count("resident_population"),
    Column("members", JSON, nullable=False),
    *_added(Kind.BOUNDARIES),
    *_shape("grid", "boundary", AREA),
    UniqueConstraint("division_version", "code"),
    Index("ix_grid_code_id", "code", "id"),
)

directory = _head("directory")
place = Table(
    "place",
    metadata,
    *_row_of("directory", "place"),
    _text("kind"),
    _text("name"),
    _text("address"),
    Column("aliases", JSON, nullable=False),
    Column("former_names", JSON, nullable=False),
    _text("category", nullable=True),
    _count("households"),
    _count("units"),
    _count("floors"),
    _text("compound", nullable=True),
    _text("building", nullable=True),
    _text("status", nullable=True),
    Column("disclosed", Boolean(create_constraint=False), nullable=False),
    *_added(Kind.PLACES),
    *_shape("place", "geometry", SPOT_OR_AREA),
    Index(
        "ix_place_hidden",
        "id",
        "directory_version",
        sqlite_where=text("disclosed = 0"),
        postgresql_where=text("NOT disclosed"),
    ),
)
context_feature = Table(
    "context_feature",
    metadata,
    *_row_of("directory", "context_feature"),
    _text("kind"),
    _text("name"),
    *_shape("context_feature", "geometry", LINE_OR_AREA),
)

roster = _head("roster")
person = Table(
    "person",
    metadata,
    *_row_of("roster", "person"),
    _text("name"),
    _text("office_phone"),
    _text("mobile"),
    _text("organisation"),
    Column("party_member", Boolean(create_constraint=False)),
    Column("consent", Boolean(create_constraint=False), nullable=False),
    *_added(Kind.PEOPLE),
)
duty = Table(
    "duty",
    metadata,
    *_row_of("roster", "duty"),
    _text("person"),
    _text("grid", nullable=True),
    _text("role"),
    Column("since", Date, nullable=False),
    Column("until", Date),
    *_added(Kind.DUTIES),
)
organisation = Table(
    "organisation",
    metadata,
    *_row_of("roster", "organisation"),
    _text("grid"),
    _text("kind"),
    _text("name"),
    _text("phone"),
    *_added(Kind.ORGANISATIONS),
)

# --- the audit log: triggers of the migrations keep its rows from being changed -----------------

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("at"),
    _text("role"),
    _text("door"),
    _text("action"),
    _text("subject"),
    _text("version"),
    _text("who_digest"),
    _text("reason_digest"),
    _text("before_digest"),
    _text("after_digest"),
    _text("previous"),
    _text("sha256"),
    Index("ix_audit_entry_subject", "subject"),
    Index("ix_audit_entry_action", "action"),
)
audit_value = Table(
    "audit_value",
    metadata,
    Column("entry", Integer, ForeignKey("audit_entry.number"), primary_key=True),
    Column("field", Words, primary_key=True),
    _text("salt"),
    _text("value"),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("only", Integer, CheckConstraint('"only" = 1', name="row"), primary_key=True),
    Column("count", Integer, nullable=False),
    _text("sha256"),
)

# --- plans ---------------------------------------------------------------------------------------

plan_ground = Table(
    "plan_ground",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
plan = Table(
    "plan",
    metadata,
    Column("id", Words, primary_key=True),
    _text("title"),
    _text("reason"),
    _text("state"),
    _text("author"),
    _text("created_at"),
    _text("changed_at"),
    Column("revision", Integer, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("directory_version", Integer, nullable=False),
    Column("ground", Words, ForeignKey("plan_ground.sha256"), nullable=False),
    _text("copied_from", nullable=True),
    Column("published_version", Integer),
    Column("effective_from", Date),
    # Who submitted, approved, returned; the public notice; what the import could not settle.
    Column("review", JSON, nullable=False),
)
plan_step = Table(
    "plan_step",
    metadata,
    Column("plan", Words, ForeignKey("plan.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    _text("move"),
    _text("kind", nullable=True),
    _text("author"),
    _text("at"),
    _text("key", nullable=True),
    # The sentence, the operation as asked for, and the change it made.
    Column("content", JSON, nullable=False),
    Index("ix_plan_step_key", "plan", "key"),
)
plan_comment = Table(
    "plan_comment",
    metadata,
    Column("plan", Words, ForeignKey("plan.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("author"),
    _text("at"),
    _text("text"),
    Column("about", JSON, nullable=False),
)
lineage = Table(
    "lineage",
    metadata,
    Column("division_version", Integer, ForeignKey("division.version"), primary_key=True),
    Column("old", Words, primary_key=True),
    Column("new", Words, primary_key=True),
    Column("level", SmallInteger, nullable=False),
    _text("old_code"),
    _text("new_code"),
    # In millionths: whole numbers are the same on both engines.
    Column("share", Integer, nullable=False),
    Index("ix_lineage_old_code", "old_code"),
    Index("ix_lineage_new_code", "new_code"),
)

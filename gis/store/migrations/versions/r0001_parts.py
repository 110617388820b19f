"""Divisions, directories and rosters, each a head and a whole copy of its rows per version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Count, Shape, Words

revision = "0001"
down_revision = None

AREA = ("Polygon", "MultiPolygon")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "identity",
        sa.Column("only", sa.Integer, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("code", Words, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("recorded_at", Words, nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_identity"),
        sa.CheckConstraint('"only" = 1', name="ck_identity_row"),
    )
    _divisions()
    _directories()
    _rosters()


def _head(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("seal", Words, nullable=False),
        sa.Column("published_at", Words, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("version", name=f"pk_{name}"),
    )


def _rows(head: str, name: str, *columns: sa.schema.SchemaItem) -> None:
    key = f"{head}_version"
    op.create_table(
        name,
        sa.Column(key, sa.Integer, nullable=False),
        sa.Column("id", Words, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key, "id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint([key], [f"{head}.version"], name=f"fk_{name}_{key}"),
    )


def _spatial_index(table: str, column: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_using="gist")


def _divisions() -> None:
    _head(
        "division",
        sa.Column("title", Words, nullable=False),
        sa.Column("data_date", Words, nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("source_datum", Words, nullable=False),
    )
    _rows(
        "division",
        "grid",
        sa.Column("code", Words, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("parent", Words),
        sa.Column("name", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("code_scheme", Words, nullable=False),
        sa.Column("grid_class", Words),
        sa.Column("grid_grade", Words),
        sa.Column("households", Count),
        sa.Column("resident_population", Count),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("boundary", Shape(*AREA), nullable=False),
        sa.UniqueConstraint("division_version", "code", name="uq_grid_division_version_code"),
    )
    op.create_index("ix_grid_code_id", "grid", ["code", "id"])
    _spatial_index("grid", "boundary")


def _directories() -> None:
    _head("directory")
    _rows(
        "directory",
        "place",
        sa.Column("kind", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("former_names", sa.JSON, nullable=False),
        sa.Column("category", Words),
        sa.Column("households", Count),
        sa.Column("units", Count),
        sa.Column("floors", Count),
        sa.Column("compound", Words),
        sa.Column("building", Words),
        sa.Column("status", Words),
        sa.Column("disclosed", sa.Boolean, nullable=False),
        sa.Column("geometry", Shape("Point", *AREA), nullable=False),
    )
    _spatial_index("place", "geometry")
    _rows(
        "directory",
        "context_feature",
        sa.Column("kind", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("geometry", Shape("LineString", "MultiLineString", *AREA), nullable=False),
    )
    _spatial_index("context_feature", "geometry")


def _rosters() -> None:
    _head("roster")
    _rows(
        "roster",
        "person",
        sa.Column("name", Words, nullable=False),
        sa.Column("office_phone", Words, nullable=False),
        sa.Column("mobile", Words, nullable=False),
        sa.Column("organisation", Words, nullable=False),
        sa.Column("party_member", sa.Boolean),
        sa.Column("consent", sa.Boolean, nullable=False),
    )
    _rows(
        "roster",
        "duty",
        sa.Column("person", Words, nullable=False),
        sa.Column("grid", Words),
        sa.Column("role", Words, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    _rows(
        "roster",
        "organisation",
        sa.Column("grid", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("phone", Words, nullable=False),
    )

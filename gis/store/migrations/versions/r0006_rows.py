"""Rows are written in the version that changes them, no longer copied into every version.

What stands in a version as it stood in the one before is taken out; where something is gone, a row
says so. The heads learn of branches: all that is there is on the first. This is done from the
newest version down, so that the one before is always a whole copy still. Rows are compared as they
are stored, damaged ones too: a version that was damaged is so afterwards, and no other is.
"""

from __future__ import annotations

from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Words

revision = "0006"
down_revision = "0005"

_ROWS = {
    "grid": (
        "division",
        "code level parent name kind code_scheme grid_class grid_grade households "
        "resident_population members boundary",
    ),
    "place": (
        "directory",
        "kind name address aliases former_names category households units floors compound "
        "building status disclosed geometry",
    ),
    "context_feature": ("directory", "kind name geometry"),
    "person": (
        "roster",
        "name office_phone mobile organisation party_member consent public_mobile",
    ),
    "duty": ("roster", "person grid role since until"),
    "organisation": ("roster", "grid kind name phone"),
}
_JSON = ("members", "aliases", "former_names")
_SHAPES = ("boundary", "geometry")
_WORTH_IT = 2


def upgrade() -> None:
    """Add the columns and take out what stands twice."""
    for head in ("division", "directory", "roster"):
        op.add_column(head, sa.Column("branch", sa.Integer, nullable=False, server_default="1"))
        op.add_column(head, sa.Column("forked_from", Words, nullable=False, server_default=""))
        op.add_column(head, sa.Column("root", Words, nullable=False, server_default=""))
        op.create_index(f"ix_{head}_effective_from", head, ["effective_from", "version"])
    for table, (head, columns) in _ROWS.items():
        version = f"{head}_version"
        op.add_column(table, sa.Column("branch", sa.Integer, nullable=False, server_default="1"))
        op.add_column(
            table, sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false())
        )
        _thin_out(head, table, version, columns.split())
        op.create_index(f"ix_{table}_branch", table, ["branch", "id", version])


def _thin_out(head: str, table: str, version: str, columns: list[str]) -> None:
    bind = op.get_bind()
    versions = list(bind.exec_driver_sql(f"SELECT version FROM {head} ORDER BY version").scalars())  # noqa: S608
    before = _count(table)
    for previous, this in reversed(list(pairwise(versions))):
        words = {"this": this, "previous": previous}
        bind.execute(sa.text(_ends(table, version, columns)), words)
        bind.execute(sa.text(_repeats(table, version, columns)), words)
    if bind.dialect.name == "postgresql" and before > _WORTH_IT * _count(table):
        _compact(table)


def _count(table: str) -> int:
    return int(op.get_bind().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)  # noqa: S608


def _ends(table: str, version: str, columns: list[str]) -> str:
    """Return the SQL that says of what a version no longer has that it is gone."""
    values = ["'gone:' || was.id" if c == "code" else f"was.{c}" for c in columns]
    return (
        f"INSERT INTO {table} ({version}, id, branch, gone, {', '.join(columns)}) "  # noqa: S608
        f"SELECT CAST(:this AS INTEGER), was.id, 1, (1 = 1), {', '.join(values)} "
        f"FROM {table} AS was WHERE was.{version} = :previous AND NOT EXISTS "
        f"(SELECT 1 FROM {table} AS now WHERE now.{version} = :this AND now.id = was.id)"
    )


def _repeats(table: str, version: str, columns: list[str]) -> str:
    """Return the SQL that takes out what a version has just as the one before it."""
    same = " AND ".join(_same(column, table) for column in columns)
    return (
        f"DELETE FROM {table} WHERE {version} = :this AND NOT gone AND EXISTS "  # noqa: S608
        f"(SELECT 1 FROM {table} AS was WHERE was.{version} = :previous "
        f"AND was.id = {table}.id AND {same})"
    )


def _same(column: str, table: str) -> str:
    was, now = f"was.{column}", f"{table}.{column}"
    if op.get_bind().dialect.name != "postgresql":
        return f"{was} IS {now}"
    if column in _JSON:
        return f"CAST({was} AS text) = CAST({now} AS text)"
    if column in _SHAPES:
        return f"ST_AsEWKB({was}) = ST_AsEWKB({now})"
    return f"{was} IS NOT DISTINCT FROM {now}"


def _compact(table: str) -> None:
    """Write the rows that stayed anew: PostgreSQL keeps the place of those that are gone."""
    op.execute(f"CREATE TEMPORARY TABLE kept_rows ON COMMIT DROP AS SELECT * FROM {table}")  # noqa: S608
    op.execute(f"TRUNCATE {table}")
    op.execute(f"INSERT INTO {table} SELECT * FROM kept_rows")  # noqa: S608
    op.execute("DROP TABLE kept_rows")

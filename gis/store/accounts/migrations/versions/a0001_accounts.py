"""Accounts, their sessions, keys, failed sign-ins, and what is to go on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Words

revision = "a0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "account",
        _words("id"),
        _words("name"),
        _words("name_key"),
        _words("role"),
        sa.Column("scope_grids", sa.JSON),
        _words("password_hash"),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        _time("created_at"),
        _time("signed_in_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name_key", name="uq_account_name_key"),
    )
    _of_account(
        "session",
        _words("token_sha256"),
        _words("csrf_token"),
        _words("agent"),
        _time("created_at"),
        _time("seen_at"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_session"),
    )
    _of_account(
        "api_key",
        _words("id"),
        _words("name"),
        _words("secret_sha256"),
        sa.Column("scopes", sa.JSON, nullable=False),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("used_at", nullable=True),
        _time("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
    )
    op.create_table(
        "signing_key",
        _words("id"),
        _words("secret"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
    )
    op.create_table(
        "attempt",
        _words("who_sha256"),
        sa.Column("failures", sa.Integer, nullable=False),
        _time("failed_at"),
        _time("locked_until"),
        sa.PrimaryKeyConstraint("who_sha256", name="pk_attempt"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("entry", sa.JSON, nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
    )


def _of_account(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        _words("account"),
        *columns,
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=f"fk_{name}_account"),
    )
    op.create_index(f"ix_{name}_account", name, ["account"])


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, Words, nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)

"""Browsers that are known, when a password was set, and a seal on every row."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

from gis.store.accounts.seals import seal_all
from gis.store.column_types import Words

revision = "a0002"
down_revision = "a0001"

_SEALED = ("account", "session", "api_key", "signing_key", "attempt", "outbox")
_account = sa.table(
    "account",
    sa.column("password_set_at", sa.BigInteger),
    sa.column("must_change_password", sa.Boolean),
)


def upgrade() -> None:
    """Add them; a one-time password that is out counts from now, and every row is sealed."""
    op.create_table(
        "device",
        sa.Column("token_sha256", Words, nullable=False),
        sa.Column("account", Words, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("seal", Words),
        sa.PrimaryKeyConstraint("token_sha256", "account", name="pk_device"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_device_account"),
    )
    op.create_index("ix_device_account", "device", ["account"])
    op.add_column("account", sa.Column("password_set_at", sa.BigInteger))
    for name in _SEALED:
        op.add_column(name, sa.Column("seal", Words))
    op.execute(
        _account.update()
        .where(_account.c.must_change_password)
        .values(password_set_at=int(time.time()))
    )
    connection = op.get_bind()
    for name in _SEALED:
        seal_all(connection, sa.Table(name, sa.MetaData(), autoload_with=connection))

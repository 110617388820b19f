"""An index of the places that are not disclosed: they are looked for in every version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_place_hidden",
        "place",
        ["id", "directory_version"],
        sqlite_where=sa.text("disclosed = 0"),
        postgresql_where=sa.text("NOT disclosed"),
    )

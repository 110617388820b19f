"""The duty mobile of a person that the office shows to the public."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; nobody's mobile was shown before."""
    op.add_column("person", sa.Column("public_mobile", Words, nullable=False, server_default=""))

"""The tables of a later release, to migrate to: ours, and one revision more."""

from __future__ import annotations

import shutil
from pathlib import Path

from gis.store.migrate import SCRIPTS

LATER = "9999"
_REVISION = '''
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0006"


def upgrade():
    """Make every table of rows anew with a remark in it, and a table of visits."""
    for name in ("grid", "place", "duty"):
        with op.batch_alter_table(name, recreate="auto") as batch:
            batch.add_column(sa.Column("remark", sa.Text, nullable=False, server_default=""))
            batch.alter_column("id", type_=sa.String(200), existing_type=sa.Text)
        op.execute(f"UPDATE {name} SET remark = id || 'x'")
    op.create_table("visit", sa.Column("id", sa.Integer, primary_key=True))
'''


def later_scripts(folder: Path) -> Path:
    """Write the scripts of the later release into a folder; return where they are."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "r9999_later.py").write_text(_REVISION)
    return scripts

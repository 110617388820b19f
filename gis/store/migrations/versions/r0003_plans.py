"""Plans: frozen cells, steps as they are made, comments; and which grid came from which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Words

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of plans and of lineage."""
    op.create_table(
        "plan_ground",
        sa.Column("sha256", Words, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_plan_ground"),
    )
    op.create_table(
        "plan",
        sa.Column("id", Words, nullable=False),
        *(_text(n) for n in ("title", "reason", "state", "author", "created_at", "changed_at")),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("directory_version", sa.Integer, nullable=False),
        sa.Column("ground", Words, nullable=False),
        sa.Column("copied_from", Words),
        sa.Column("published_version", sa.Integer),
        sa.Column("effective_from", sa.Date),
        sa.Column("review", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.ForeignKeyConstraint(["ground"], ["plan_ground.sha256"], name="fk_plan_ground"),
    )
    _steps()
    _comments()
    _lineage()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, Words, nullable=nullable)


def _steps() -> None:
    op.create_table(
        "plan_step",
        _text("plan"),
        sa.Column("revision", sa.Integer, autoincrement=False, nullable=False),
        _text("move"),
        _text("kind", nullable=True),
        _text("author"),
        _text("at"),
        _text("key", nullable=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("plan", "revision", name="pk_plan_step"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_plan_step_plan"),
    )
    op.create_index("ix_plan_step_key", "plan_step", ["plan", "key"])


def _comments() -> None:
    op.create_table(
        "plan_comment",
        _text("plan"),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        _text("author"),
        _text("at"),
        _text("text"),
        sa.Column("about", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("plan", "number", name="pk_plan_comment"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_plan_comment_plan"),
    )


def _lineage() -> None:
    op.create_table(
        "lineage",
        sa.Column("division_version", sa.Integer, nullable=False),
        _text("old"),
        _text("new"),
        sa.Column("level", sa.SmallInteger, nullable=False),
        _text("old_code"),
        _text("new_code"),
        sa.Column("share", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("division_version", "old", "new", name="pk_lineage"),
        sa.ForeignKeyConstraint(
            ["division_version"], ["division.version"], name="fk_lineage_division_version"
        ),
    )
    op.create_index("ix_lineage_old_code", "lineage", ["old_code"])
    op.create_index("ix_lineage_new_code", "lineage", ["new_code"])

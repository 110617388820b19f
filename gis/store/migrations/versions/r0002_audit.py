"""The audit log: a chain that nothing may change, its values apart from it, and its head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.column_types import Words

revision = "0002"
down_revision = "0001"

_LINK = ("at", "role", "door", "action", "subject", "version")
_DIGESTS = ("who_digest", "reason_digest", "before_digest", "after_digest", "previous", "sha256")


def upgrade() -> None:
    """Make the tables and the triggers that keep them."""
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        *(sa.Column(name, Words, nullable=False) for name in (*_LINK, *_DIGESTS)),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action"])
    op.create_table(
        "audit_value",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("field", Words, nullable=False),
        sa.Column("salt", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.PrimaryKeyConstraint("entry", "field", name="pk_audit_value"),
        sa.ForeignKeyConstraint(["entry"], ["audit_entry.number"], name="fk_audit_value_entry"),
    )
    op.create_table(
        "audit_head",
        sa.Column("only", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_audit_head"),
        sa.CheckConstraint('"only" = 1', name="ck_audit_head_row"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


_ERASED = (
    "SELECT 1 FROM audit_entry WHERE action = 'audit.erase' "
    "AND subject = 'audit:' || OLD.entry || '/' || OLD.field"
)
_REFUSAL = "the audit log is only ever added to"


def _guard_sqlite() -> None:
    for table, verb in (
        ("audit_entry", "UPDATE"),
        ("audit_entry", "DELETE"),
        ("audit_value", "UPDATE"),
        ("audit_head", "DELETE"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    # INSERT OR REPLACE deletes without a trigger of deletion.
    for table, key in (("audit_entry", "number"), ("audit_value", "entry"), ("audit_head", "only")):
        twice = f"SELECT 1 FROM {table} WHERE {key} = NEW.{key}"  # noqa: S608
        twice += " AND field = NEW.field" if key == "entry" else ""
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({twice}) BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_value_no_delete BEFORE DELETE ON audit_value "
        f"WHEN NOT EXISTS ({_ERASED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_retreat BEFORE UPDATE ON audit_head "
        "WHEN NEW.count <= OLD.count "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION audit_may_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT EXISTS ({_ERASED}) "
        f"THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE FUNCTION audit_no_retreat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.count <= OLD.count THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; "
        "RETURN NEW; END $$"
    )
    for table, verbs, rows, function in (
        ("audit_entry", "UPDATE OR DELETE", "FOR EACH ROW", "audit_refuse"),
        ("audit_value", "UPDATE", "FOR EACH ROW", "audit_refuse"),
        ("audit_value", "DELETE", "FOR EACH ROW", "audit_may_erase"),
        ("audit_head", "DELETE", "FOR EACH ROW", "audit_refuse"),
        ("audit_head", "UPDATE", "FOR EACH ROW", "audit_no_retreat"),
        ("audit_entry", "TRUNCATE", "FOR EACH STATEMENT", "audit_refuse"),
        ("audit_value", "TRUNCATE", "FOR EACH STATEMENT", "audit_refuse"),
        ("audit_head", "TRUNCATE", "FOR EACH STATEMENT", "audit_refuse"),
    ):
        name = f"{table}_no_{verbs.split()[0].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verbs} ON {table} {rows} EXECUTE FUNCTION {function}()"
        )

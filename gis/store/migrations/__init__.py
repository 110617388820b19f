"""The Alembic scripts, one for each revision of the tables."""

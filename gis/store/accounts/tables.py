"""The tables of the accounts: a database of their own, apart from what is published.

Nothing that opens a door stands here in clear: passwords as argon2 hashes, tokens and keys as
SHA-256 of 256 random bits. Times are whole seconds since 1970, UTC. Each row has a ``seal``
(:mod:`gis.store.accounts.seals`): a migration that adds a column seals the rows anew.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, Table

from gis.store.column_types import Words
from gis.store.tables import metadata as published

metadata = MetaData(naming_convention=published.naming_convention)


def _words(name: str, *, nullable: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, Words, nullable=nullable, unique=unique)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _seal() -> Column[str]:
    return Column("seal", Words)


def _id() -> Column[str]:
    return Column("id", Words, primary_key=True)


def _account() -> Column[str]:
    return Column("account", Words, ForeignKey("account.id"), nullable=False, index=True)


account = Table(
    "account",
    metadata,
    _id(),
    _words("name"),
    _words("name_key", unique=True),
    _words("role"),
    Column("scope_grids", JSON(none_as_null=True)),
    _words("password_hash"),
    Column("must_change_password", Boolean(create_constraint=False), nullable=False),
    Column("disabled", Boolean(create_constraint=False), nullable=False),
    Column("epoch", Integer, nullable=False),
    _time("created_at"),
    _time("signed_in_at", nullable=True),
    _time("password_set_at", nullable=True),
    _seal(),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Words, primary_key=True),
    _account(),
    _words("csrf_token"),
    _words("agent"),
    _time("created_at"),
    _time("seen_at"),
    _time("expires_at"),
    _seal(),
)

api_key = Table(
    "api_key",
    metadata,
    _id(),
    _account(),
    _words("name"),
    _words("secret_sha256"),
    Column("scopes", JSON, nullable=False),
    _time("created_at"),
    _time("expires_at", nullable=True),
    _time("used_at", nullable=True),
    _time("revoked_at", nullable=True),
    _seal(),
)

signing_key = Table(
    "signing_key",
    metadata,
    _id(),
    _words("secret"),
    _time("created_at"),
    _seal(),
)

# Browsers in which somebody has signed in before.
device = Table(
    "device",
    metadata,
    Column("token_sha256", Words, primary_key=True),
    Column("account", Words, ForeignKey("account.id"), primary_key=True, index=True),
    _time("seen_at"),
    _seal(),
)

# Failed sign-ins of a name, from an address, in a browser; all only as a hash, known names or not.
attempt = Table(
    "attempt",
    metadata,
    Column("who_sha256", Words, primary_key=True),
    Column("failures", Integer, nullable=False),
    _time("failed_at"),
    _time("locked_until"),
    _seal(),
)

# What is still to be written into the audit log of the main store, in order.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("entry", JSON, nullable=False),
    _time("at"),
    _seal(),
)

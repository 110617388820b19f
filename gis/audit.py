"""Who changed what, when and why: the values of the audit log.

Every write, from whichever door, leaves an :class:`AuditEntry`. The entries form a chain: the hash
of each covers all its own fields and the hash of the one before it, so that an entry cannot be
changed, taken out or put in between without breaking every hash after it.

What an entry says of people (who wrote it, the reason, the values before and after) stands
apart from the chain: the chain holds only a salted digest of each, so that a value can be
erased, with its salt, and the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from gis.content_hash import plain

Channel = Literal["page", "api", "command"]
GENESIS = "0" * 64
NOTHING = ""
VALUES = ("who", "reason", "before", "after")


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the name of the account, its role, and the channel it came through."""

    name: str
    role: str
    channel: Channel


SYSTEM = Author("system", "system", "command")


@dataclass(frozen=True, slots=True)
class AuditChange:
    """One thing that a write changes, as an entry will say it.

    ``action`` is a verb with its kind, such as ``person.edit``; ``subject`` a kind and an
    identity, such as ``person:p1``, never a name. ``before`` and ``after`` are None, plain
    values, or frozen dataclasses.
    """

    action: str
    subject: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The link of the chain that stands for good: no personal value, only digests of them.

    ``at`` is ISO 8601 in UTC to the microsecond. ``version`` says which stored version the
    write made, such as ``roster 12``; "" for none. The digest of a value that was not given
    is "".
    """

    number: int
    at: str
    role: str
    door: str
    action: str
    subject: str
    version: str
    who_digest: str
    reason_digest: str
    before_digest: str
    after_digest: str
    previous: str

    @property
    def sha256(self) -> str:
        """The hash of the entry: of all its fields, the hash of the one before among them."""
        words = [getattr(self, name) for name in self.__slots__]
        return hashlib.sha256(canonical(words).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit log as people read it.

    ``who``, ``reason``, ``before`` and ``after`` are None where they are in ``erased``.
    """

    sealed: Sealed
    sha256: str
    who: str | None
    reason: str | None
    before: Any
    after: Any
    erased: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Its place in the chain, from 1."""
        return self.sealed.number


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How long a chain is, and the hash of its last entry: what one notes down elsewhere.

    >>> ChainHead.parse("12:" + "ab" * 32).count
    12
    """

    count: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.count}:{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> ChainHead | None:
        """Return the head that a text says, None when it says none."""
        count, _, sha256 = text.strip().partition(":")
        if not (count.isascii() and count.isdigit() and len(count) < 16 and len(sha256) == 64):
            return None
        return cls(int(count), sha256.lower())


def canonical(value: Any) -> str:
    """Return the one way a value is written as JSON here.

    >>> canonical({"b": 1, "a": "王"})
    '{"a":"王","b":1}'
    """
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(salt: str, text: str) -> str:
    """Return the salted digest that stands in the chain for a value written as ``text``.

    Without the salt nobody can find the value by trying the likely ones.
    """
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()

"""The digest of many digests, which a change of few of them changes at the cost of few."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterable

_BUCKETS = 256


class DigestTree:
    """A bag of digests in buckets by their first byte; the root covers all of them.

    It does not depend on the order they came in. Taking one in or out costs the digest of its
    bucket, the root that of all buckets.

    >>> a, b = bytes(32), bytes([255] * 32)
    >>> DigestTree([a, b]).root() == DigestTree([b, a]).root()
    True
    >>> DigestTree([a, b]).root() == DigestTree([a]).root()
    False
    """

    def __init__(self, digests: Iterable[bytes] = ()) -> None:
        self._held: list[list[bytes]] = [[] for _ in range(_BUCKETS)]
        for digest in digests:
            self._held[digest[0]].append(digest)
        for held in self._held:
            held.sort()
        self._digests = [_digest(held) for held in self._held]

    def add(self, digest: bytes) -> None:
        """Take a digest in."""
        insort(self._held[digest[0]], digest)
        self._digests[digest[0]] = _digest(self._held[digest[0]])

    def remove(self, digest: bytes) -> None:
        """Take one out that is there."""
        held = self._held[digest[0]]
        del held[bisect_left(held, digest)]
        self._digests[digest[0]] = _digest(held)

    def root(self) -> str:
        """Return the digest of all that is in it, in hexadecimal."""
        return hashlib.sha256(b"".join(self._digests)).hexdigest()

    def copy(self) -> DigestTree:
        """Return another one of the same content."""
        made = DigestTree.__new__(DigestTree)
        made._held = [held.copy() for held in self._held]
        made._digests = self._digests.copy()
        return made


def _digest(held: list[bytes]) -> bytes:
    return hashlib.sha256(b"".join(held)).digest()

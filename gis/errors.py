"""The errors of wangge.

::

    WanggeError
    ├── InvalidInput              a value from outside is not acceptable; names the field
    │   ├── InvalidBoundary       a ring or coordinate is wrong; names the place
    │   ├── TooLarge              a body, file or table is over its limit
    │   └── RefusedSet            a set of boundaries, places or people has errors; lists them
    ├── NotFound                  no grid, place or division of that name or date
    ├── Conflict                  the step does not fit what is stored meanwhile
    ├── PreconditionRequired      a write that does not say which state it was made from
    ├── Outdated                  the state a write was made from is no longer the newest
    ├── AccessRefused
    │   ├── NotSignedIn           nobody knows who asks
    │   ├── NotAllowed            it is known who asks, and they may not
    │   └── TooManyRequests       they may, but not so often; says when again
    ├── Cancelled                 somebody stopped a search; carries the best found so far
    ├── SettingsError             a setting or the surroundings keep the program from starting
    └── StoreError
        ├── StoreUnreachable      the database cannot be opened
        ├── StoreBusy             somebody else holds it
        └── StoreDamaged          what it holds is not what was written

Every error carries a :class:`~gis.findings.Text`: what is wrong and the way out,
in English and in Chinese. ``str(error)`` is the English sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gis.findings import Finding, Text


class WanggeError(Exception):
    """Anything wangge refuses or cannot do, with a sentence for the person who asked."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en, zh)


class InvalidInput(WanggeError):
    """A value from outside is not acceptable.

    ``field`` names it; ``accepted`` lists the values it may have, where they can be listed.
    """

    def __init__(self, field: str, en: str, zh: str, accepted: Sequence[str] = ()) -> None:
        super().__init__(en, zh)
        self.field = field
        self.accepted = tuple(accepted)


class InvalidBoundary(InvalidInput):
    """A boundary is not a polygon one can stand in; ``place`` is (lon, lat) or None."""

    def __init__(self, en: str, zh: str, place: tuple[float, float] | None = None) -> None:
        super().__init__("geometry", en, zh)
        self.place = place


class TooLarge(InvalidInput):
    """A body, a file or a table is larger than is read here; ``field`` names it."""


class RefusedSet(InvalidInput):
    """A set has errors, so nothing of it was loaded; ``findings`` lists everything found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = sum(f.times for f in self.findings if f.severity == "error")
        super().__init__(
            "set",
            f"{count} error(s) in the set; nothing was loaded: mend them and load again",
            f"数据中有 {count} 处错误，没有载入任何内容：请改正后重新载入",
        )


class NotFound(WanggeError):
    """There is no such grid, place, person or division."""


class Conflict(WanggeError):
    """The step does not fit what is stored; nothing was changed."""


class PreconditionRequired(WanggeError):
    """A write does not say which state it was made from; nothing was changed."""


class Outdated(WanggeError):
    """A write was made from a state that somebody has changed since; nothing was changed.

    ``members`` are what the answer carries besides: the newest state and its ``etag``, and
    who changed what.
    """

    def __init__(self, en: str, zh: str, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(en, zh)
        self.members = dict(members or {})


class AccessRefused(WanggeError):
    """Whoever asks may not do this, or not now; nothing was changed."""


class NotSignedIn(AccessRefused):
    """It is not known who asks, and it must be."""


class NotAllowed(AccessRefused):
    """It is known who asks, and they may not do this."""


class TooManyRequests(AccessRefused):
    """This was asked too often; ``retry_after_s`` says after how many seconds it may be again."""

    def __init__(self, en: str, zh: str, retry_after_s: int) -> None:
        super().__init__(en, zh)
        self.retry_after_s = retry_after_s


class Cancelled(WanggeError):
    """Somebody stopped a search; ``best`` is the best found so far, None if nothing was."""

    def __init__(self, en: str = "stopped before it was done", zh: str = "已中止，未算完") -> None:
        super().__init__(en, zh)
        self.best: object | None = None


class SettingsError(WanggeError):
    """A setting or the surroundings keep the program from starting."""


class StoreError(WanggeError):
    """The database cannot do what was asked; nothing was changed."""


class StoreUnreachable(StoreError):
    """The database cannot be opened or written."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StoreDamaged(StoreError):
    """What the database holds is not what was written to it."""

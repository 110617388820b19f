"""Undoing a load of places or people: a former version becomes the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gis.audit import Author
from gis.errors import Conflict, InvalidInput, NotFound
from gis.store import Store, Versions

PARTS = {"places": "directory", "people": "roster"}


@dataclass(frozen=True)
class Undo:
    """What is to be undone, by whom and why.

    ``version`` is the one to go back to, None: the one before the newest. ``expected`` is what
    the store held when it was looked at, None: whatever it holds.
    """

    part: str
    author: Author
    reason: str = ""
    version: int | None = None
    expected: Versions | None = None

    def __post_init__(self) -> None:
        """Refuse a part that is neither of the two."""
        if self.part not in PARTS:
            shown = self.part[:20]
            raise InvalidInput(
                "part",
                f"part {shown!r}: must be places or people",
                f"part {shown!r}：应为 places（地点）或 people（人员）",
                tuple(PARTS),
            )


@dataclass(frozen=True)
class Undone:
    """The version that was gone back to, and the one that it was stored as."""

    source: int
    version: int
    changed: bool


def undo_load(store: Store, undo: Undo, today: date) -> Undone:
    """Store a former version of the places or the people as the next one, from today.

    Raises
    ------
    NotFound
        There is no such version, or none before the newest.
    Conflict
        The newest is in force only later than today, or the store holds something else by now.
    """
    name = PARTS[undo.part]
    versions = store.versions()
    _check_unchanged(undo, versions)
    newest = getattr(versions, name)
    wanted = newest - 1 if undo.version is None else undo.version
    identity = store.identity()
    if wanted < 1 or wanted > newest or identity is None:
        raise NotFound(
            f"there is no version {wanted} of the {undo.part} to go back to (stored: 1..{newest})",
            f"没有可恢复的第 {wanted} 版（现有 1–{newest} 版）",
        )
    published = store.publish(
        identity=identity,
        directory=store.directory(wanted) if name == "directory" else None,
        roster=store.roster(wanted).mobiles_apart() if name == "roster" else None,
        effective_from=today,
        today=today,
        # Once more where nobody else can write.
        check=lambda found: _check_unchanged(undo, found),
        author=undo.author,
        reason=undo.reason or f"undo: {undo.part} as in version {wanted}",
    )
    return Undone(wanted, getattr(published.versions, name), bool(published.changed))


def _check_unchanged(undo: Undo, found: Versions) -> None:
    if undo.expected is not None and found != undo.expected:
        raise Conflict(
            "the store has changed since you looked: look again",
            "数据已有变动：请刷新后再试",
        )

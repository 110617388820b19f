"""Undoing a load of places or people: a former version becomes the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gis.audit import Author
from gis.errors import NotFound
from gis.store import Store

PARTS = {"places": "directory", "people": "roster"}


@dataclass(frozen=True)
class Undone:
    """The version that was gone back to, and the one that it was stored as."""

    source: int
    version: int
    changed: bool


def go_back(
    store: Store, part: str, version: int | None, *, today: date, author: Author, reason: str
) -> Undone:
    """Store a former version of the places or the people as the next one, from today.

    Raises
    ------
    NotFound
        There is no such version, or none before the newest.
    Conflict
        The newest is in force only later than today.
    """
    name = PARTS[part]
    newest = getattr(store.versions(), name)
    wanted = newest - 1 if version is None else version
    identity = store.identity()
    if wanted < 1 or wanted > newest or identity is None:
        raise NotFound(
            f"there is no version {wanted} of the {part} to go back to (stored: 1..{newest})",
            f"没有可恢复的第 {wanted} 版（现有 1–{newest} 版）",
        )
    published = store.publish(
        identity=identity,
        directory=store.directory(wanted) if name == "directory" else None,
        roster=store.roster(wanted) if name == "roster" else None,
        effective_from=today,
        today=today,
        author=author,
        reason=reason or f"undo: {part} as in version {wanted}",
    )
    return Undone(wanted, getattr(published.versions, name), bool(published.changed))

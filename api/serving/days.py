"""Days on which the same holds: an atlas is built for the first of them and serves them all."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from threading import Lock

from gis.store import Versions
from gis.workflows.atlases import Atlases

_MOST_KEPT = 10_000


class Days:
    """Knows since when what holds on a day has held: since a version, or a duty began or ended."""

    def __init__(self, atlases: Atlases) -> None:
        self._atlases = atlases
        self._lock = Lock()
        self._versions: Versions | None = None
        self._changes: tuple[date, ...] = ()
        self._duties: dict[date, tuple[date, ...]] = {}
        self._firsts: dict[date, date] = {}

    def known(self, day: date, versions: Versions) -> date | None:
        """Return the first day like a day, None where :meth:`first` has not been asked yet."""
        return self._firsts.get(day) if versions == self._versions else None

    def first(self, day: date, versions: Versions) -> date:
        """Return the first day since which everything has been as on a day.

        Parameters
        ----------
        day
            Any day on which a division is in force.
        versions
            The newest stored.

        Raises
        ------
        NotFound
            When no division is that old.
        """
        with self._lock:
            if versions != self._versions:
                self._changes = self._atlases.store.change_days()
                self._versions, self._duties, self._firsts = versions, {}, {}
            changes = self._changes
        at = bisect_right(changes, day)
        begun = changes[at - 1] if at else day
        duties = self._duties.get(begun)
        if duties is None:
            roster = self._atlases.on(begun).atlas.roster
            days = {d for duty in roster.duties for d in (duty.since, duty.until) if d is not None}
            duties = tuple(sorted(days))
            self._duties[begun] = duties
        at = bisect_right(duties, day)
        found = max(begun, duties[at - 1]) if at else begun
        if len(self._firsts) < _MOST_KEPT:
            self._firsts[day] = found
        return found

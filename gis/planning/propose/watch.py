"""Progress, a time limit and a way to stop, for a search that may take a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gis.errors import Cancelled

Progress = Callable[[int, int, Any], None]
"""Called as ``progress(done, total, best)``; it may raise :class:`gis.errors.Cancelled`."""


class Watch:
    """What a search asks between two steps: may I go on, and who wants to know?

    Parameters
    ----------
    progress
        Told how far the search is and the best found so far; None when nobody listens.
    limit_s
        Seconds after which the search ends with the best it has; None for no limit.
    """

    def __init__(self, progress: Progress | None, limit_s: float | None) -> None:
        self._progress = progress
        self._limit_s = limit_s
        self._began = time.monotonic()

    def left_s(self) -> float:
        """Return the seconds that are left; infinite without a limit."""
        if self._limit_s is None:
            return float("inf")
        return self._limit_s - (time.monotonic() - self._began)

    def over(self) -> bool:
        """Say whether the time is used up."""
        return self.left_s() <= 0

    def tell(self, done: int, total: int, best: Callable[[], Any]) -> None:
        """Report; ``best`` makes the best value so far and is called only if somebody listens.

        Raises
        ------
        Cancelled
            When the listener stops the search; its ``best`` is the best found so far.
        """
        if self._progress is None:
            return
        value = best()
        try:
            self._progress(done, total, value)
        except Cancelled as stop:
            stop.best = value
            raise

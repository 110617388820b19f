"""Progress, a time limit and a way to stop, for a search that may take a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

from gis.errors import Cancelled

Progress = Callable[[int, int, Any], None]
"""Called as ``progress(done, total, best)``; it may raise :class:`gis.errors.Cancelled`."""
Found = TypeVar("Found")

POLL_S = 0.05


class Deadline:
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
        self._stopped = threading.Event()
        self._asked = threading.Event()
        self._told: tuple[int, int, Any] = (0, 1, None)

    def left_s(self) -> float:
        """Return the seconds that are left; infinite without a limit, none when stopped."""
        if self._stopped.is_set():
            return 0.0
        if self._limit_s is None:
            return float("inf")
        return self._limit_s - (time.monotonic() - self._began)

    def over(self) -> bool:
        """Say whether the time is used up, or nobody wants the answer any more."""
        return self.left_s() <= 0

    def stopped(self) -> bool:
        """Say whether nobody wants the answer any more."""
        return self._stopped.is_set()

    def share(self, of_rest: float) -> Deadline:
        """Return one over that share of the time that is left; it is stopped with this one."""
        left = self.left_s()
        part = Deadline(None, None if left == float("inf") else left * of_rest)
        part._stopped = self._stopped
        return part

    def tell(self, done: int, total: int, best: Callable[[], Any]) -> None:
        """Say how far it is; ``best`` makes the best value so far, if somebody asked for it."""
        if self._asked.is_set():
            self._asked.clear()
            self._told = (done, total, best())

    def run(self, first: Any, search: Callable[[], Found]) -> Found:
        """Return what a search finds; the listener is asked again and again whether to go on.

        The search runs in a thread of its own, so that a step that cannot be interrupted (a
        solver, a compiler) does not keep the listener waiting.

        Parameters
        ----------
        first
            The best value before anything is found.
        search
            Calls :meth:`tell` and :meth:`over`.

        Raises
        ------
        Cancelled
            When the listener stops the search; its ``best`` is the best found so far. The search
            ends by itself at its next step.
        """
        if self._progress is None:
            return search()
        self._told = (0, 1, first)
        worker = ThreadPoolExecutor(1, thread_name_prefix="search")
        running = worker.submit(search)
        worker.shutdown(wait=False)
        try:
            while not running.done():
                wait([running], POLL_S)
                self._asked.set()
                self._progress(*self._told)
            total = self._told[1]
            self._told = (total, total, running.result())
            self._progress(*self._told)
        except Cancelled as stop:
            stop.best = self._told[2]
            raise
        finally:
            self._stopped.set()
        return running.result()

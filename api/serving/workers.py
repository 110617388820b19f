"""Threads for work that takes longer than a moment, so that the event loop goes on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from api.http.auth import Caller
from api.http.rate_limits import Rates
from api.settings import Settings
from gis.errors import TooManyRequests

_PUBLIC_THREADS, _STAFF_THREADS = 2, 6
_MOST_JOBS, _MOST_OF_ONE = 64, 16
_TRY_AGAIN_S = 5
Result = TypeVar("Result")


class Workers:
    """Runs work for callers, who use it up as it costs.

    What is done for the public has threads of its own and a short queue: staff never wait behind
    it. The time that it takes is counted for each address (``WANGGE_RATE_WORK``).
    """

    def __init__(self, settings: Settings) -> None:
        self._rates = Rates(work=settings.rate_work)
        self._public = ThreadPoolExecutor(_PUBLIC_THREADS, thread_name_prefix="public")
        self._staff = ThreadPoolExecutor(_STAFF_THREADS, thread_name_prefix="staff")
        self._jobs: Counter[str] = Counter()

    async def run(
        self, caller: Caller, work: Callable[..., Result], *given: Any, going_on: bool = False
    ) -> Result:
        """Return what some work returns; ``going_on``: of a request that was let in already.

        Raises
        ------
        TooManyRequests
            A public caller has used up their time, or too much waits to be done.
        """
        loop = asyncio.get_running_loop()
        if caller.signed_in:
            return await loop.run_in_executor(self._staff, work, *given)
        if not going_on:
            self.admit(caller)
        key, spent = caller.counted_as, _Stopwatch()
        self._jobs[key] += 1
        try:
            return await loop.run_in_executor(self._public, spent.time, work, given)
        finally:
            self._jobs[key] -= 1
            if not self._jobs[key]:
                del self._jobs[key]
            self._rates.spend("work", key, spent.ms)

    def admit(self, caller: Caller) -> None:
        """Refuse a public caller whose work cannot be done now (see :meth:`run`)."""
        if caller.signed_in:
            return
        self._rates.check("work", caller.counted_as)
        if self._jobs.total() >= _MOST_JOBS or self._jobs[caller.counted_as] >= _MOST_OF_ONE:
            raise TooManyRequests(
                f"too much else is being worked on: try again in {_TRY_AGAIN_S} s",
                f"服务正忙：请在 {_TRY_AGAIN_S} 秒后重试",
                _TRY_AGAIN_S,
            )

    def close(self) -> None:
        """End the threads; what has not begun is not done."""
        self._public.shutdown(wait=True, cancel_futures=True)
        self._staff.shutdown(wait=True, cancel_futures=True)


class _Stopwatch:
    """Measures what some work costs the processor, in the thread that does it."""

    ms = 0

    def time(self, work: Callable[..., Result], given: tuple[Any, ...]) -> Result:
        began = time.thread_time()
        try:
            return work(*given)
        finally:
            self.ms = int((time.thread_time() - began) * 1000)

"""Threads for work that takes longer than a moment, so that the event loop goes on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from api.http.auth import Caller
from api.http.rate_limits import Rates
from api.serving.memory import give_memory_back
from api.settings import Settings
from gis.errors import TooManyRequests

_PUBLIC_THREADS, _STAFF_THREADS = 2, 6
_MOST_JOBS, _MOST_OF_ONE, _LONG_JOBS = 64, 16, 2
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
        self._public_turns = asyncio.Semaphore(_LONG_JOBS)
        self._staff_turns = asyncio.Semaphore(_LONG_JOBS)

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
        with self._counted(key):
            try:
                return await loop.run_in_executor(self._public, spent.time, work, given)
            finally:
                self._rates.spend("work", key, spent.ms)

    @asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """Wait for one of the few turns that long lists and tables have, staff apart.

        Raises
        ------
        TooManyRequests
            As in :meth:`run`.
        """
        if caller.signed_in:
            async with self._staff_turns:
                yield
            self._staff.submit(give_memory_back)
            return
        self.admit(caller)
        with self._counted(caller.counted_as):
            async with self._public_turns:
                yield
        self._public.submit(give_memory_back)

    @contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        self._jobs[key] += 1
        try:
            yield
        finally:
            self._jobs[key] -= 1
            if not self._jobs[key]:
                del self._jobs[key]

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

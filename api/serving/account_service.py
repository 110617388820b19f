"""The accounts as the routes use them: on threads of their own, passwords two at a time."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from api.http import json_log
from api.http.metrics import Metrics
from gis.errors import NotSignedIn, TooManyRequests
from gis.findings import Text
from gis.store.accounts import AccountStore

_PASSWORDS_AT_ONCE = 2
_LOOKS_AT_ONCE = 4
MOST_WAITING = 32
_LOOK_EVERY_S = 60.0
Result = TypeVar("Result")


class _Queue:
    """Who waits at one address."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting = 0


class AccountService:
    """The accounts, with queues for passwords: hashing one takes memory and a core.

    From one address one password is looked at after the other, so that whoever sends many keeps
    only those at that address waiting.
    """

    def __init__(self, store: AccountStore, metrics: Metrics) -> None:
        self.store = store
        self._metrics = metrics
        self._hashing = ThreadPoolExecutor(_PASSWORDS_AT_ONCE, thread_name_prefix="password")
        self._looking = ThreadPoolExecutor(_LOOKS_AT_ONCE, thread_name_prefix="account")
        self._queues: dict[str, _Queue] = {}
        self._looked: tuple[float, list[Text]] = (-math.inf, [])

    async def look(self, work: Callable[..., Result], *given: Any) -> Result:
        """Look up who somebody is: behind nothing else that is being worked on."""
        return await asyncio.get_running_loop().run_in_executor(self._looking, work, *given)

    async def faults(self) -> list[Text]:
        """Return what is damaged in the accounts, as of the last minute."""
        if time.monotonic() - self._looked[0] > _LOOK_EVERY_S:
            self._looked = time.monotonic(), await self.look(self.store.faults)
        return self._looked[1]

    async def hash_in_thread(
        self, work: Callable[..., Result], *given: Any, **named: Any
    ) -> Result:
        """Hash a password in a thread, two at a time."""
        act = partial(work, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._hashing, act)

    @asynccontextmanager
    async def _turn_of(self, where: str) -> AsyncIterator[None]:
        """Wait until it is the turn of an attempt among those of its address or browser.

        Raises
        ------
        TooManyRequests
            Many are waiting there already.
        """
        queue = self._queues.setdefault(where, _Queue())
        if queue.waiting >= MOST_WAITING:
            raise TooManyRequests(
                "many are signing in from this address: try again in a moment",
                "同一地址正在登录的人较多：请稍后再试",
                1,
            )
        queue.waiting += 1
        try:
            async with queue.turn:
                yield
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                self._queues.pop(where, None)

    async def sign_in_attempt(
        self, work: Callable[..., Result], *given: Any, address: str, **named: Any
    ) -> Result:
        """Sign somebody in from an address; count and log a refusal, without saying who.

        A browser that is known (``device``) waits in a queue of its own.
        """
        device = named.get("device", "")
        known = bool(device) and await self.look(self.store.is_device, device)
        try:
            async with self._turn_of(device if known else address):
                return await self.hash_in_thread(work, *given, address=address, **named)
        except (NotSignedIn, TooManyRequests) as refused:
            locked = isinstance(refused, TooManyRequests)
            event = "sign_in_locked" if locked else "sign_in_failed"
            self._metrics.count_event(event)
            json_log.log_event(event)
            raise

    def close(self) -> None:
        """End the threads."""
        self._hashing.shutdown(wait=True, cancel_futures=True)
        self._looking.shutdown(wait=True, cancel_futures=True)

    def count_sign_in(self) -> None:
        """Count somebody who has signed in."""
        self._metrics.count_event("signed_in")

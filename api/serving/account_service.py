"""The accounts as the routes use them: on threads of their own, passwords two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from api.http import json_log
from api.http.metrics import Metrics
from gis.errors import NotSignedIn, TooManyRequests
from gis.store.accounts import AccountStore

_PASSWORDS_AT_ONCE = 2
_LOOKS_AT_ONCE = 4
Result = TypeVar("Result")


class AccountService:
    """The accounts, with a queue for passwords: hashing one takes memory and a core."""

    def __init__(self, store: AccountStore, metrics: Metrics) -> None:
        self.store = store
        self._metrics = metrics
        self._hashing = ThreadPoolExecutor(_PASSWORDS_AT_ONCE, thread_name_prefix="password")
        self._looking = ThreadPoolExecutor(_LOOKS_AT_ONCE, thread_name_prefix="account")

    async def look(self, work: Callable[..., Result], *given: Any) -> Result:
        """Look up who somebody is: behind nothing else that is being worked on."""
        return await asyncio.get_running_loop().run_in_executor(self._looking, work, *given)

    async def hash_in_thread(
        self, work: Callable[..., Result], *given: Any, **named: Any
    ) -> Result:
        """Hash a password in a thread, two at a time."""
        act = partial(work, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self._hashing, act)

    async def sign_in_attempt(
        self, work: Callable[..., Result], *given: Any, **named: Any
    ) -> Result:
        """Sign somebody in; count and log a refusal, without saying who."""
        try:
            return await self.hash_in_thread(work, *given, **named)
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

"""The accounts as the routes use them: off the event loop, passwords two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from api.http import json_log
from api.http.metrics import Metrics
from gis.errors import NotSignedIn, TooManyRequests
from gis.store.accounts import AccountStore

_PASSWORDS_AT_ONCE = 2
Result = TypeVar("Result")


class AccountService:
    """The accounts, with a queue for passwords: hashing one takes memory and a core."""

    def __init__(self, store: AccountStore, metrics: Metrics) -> None:
        self.store = store
        self._metrics = metrics
        self._turns = asyncio.Semaphore(_PASSWORDS_AT_ONCE)

    async def hash_in_thread(
        self, work: Callable[..., Result], *given: Any, **named: Any
    ) -> Result:
        """Hash a password in a thread, two at a time."""
        async with self._turns:
            return await asyncio.to_thread(work, *given, **named)

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

    def count_sign_in(self) -> None:
        """Count somebody who has signed in."""
        self._metrics.count_event("signed_in")

"""How often a caller may ask, by kind of request; counted in this process."""

from __future__ import annotations

import time
from typing import Literal

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from gis.errors import SettingsError, TooManyRequests

Kind = Literal["lookup", "write", "sign_in"]


class Rates:
    """The limits of the settings, and how far each caller has used them up."""

    def __init__(self, **limits: str) -> None:
        self._limits: dict[str, RateLimitItem] = {k: _limit(k, v) for k, v in limits.items()}
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, kind: Kind, caller: str) -> None:
        """Count a request.

        Raises
        ------
        TooManyRequests
            Over the limit; says after how many seconds there is room again.
        """
        limit = self._limits[kind]
        if self._counter.hit(limit, kind, caller):
            return
        raise self._over(limit, kind, caller)

    def check(self, kind: Kind, caller: str) -> None:
        """Refuse a caller who is over the limit already; count nothing."""
        limit = self._limits[kind]
        if not self._counter.test(limit, kind, caller):
            raise self._over(limit, kind, caller)

    def _over(self, limit: RateLimitItem, kind: Kind, caller: str) -> TooManyRequests:
        resets_at = self._counter.get_window_stats(limit, kind, caller).reset_time
        wait_s = max(1, int(resets_at - time.time()) + 1)
        return TooManyRequests(
            f"more than {limit.amount} requests in {limit.get_expiry()} s: wait {wait_s} s, or ask "
            "for many points at once with POST /locate",
            f"{limit.get_expiry()} 秒内请求超过 {limit.amount} 次：请等待 {wait_s} 秒，"
            "或用 POST /locate 批量查询",
            wait_s,
        )


def _limit(kind: str, text: str) -> RateLimitItem:
    try:
        return parse(text)
    except ValueError:
        name = f"WANGGE_RATE_{kind.upper()}"
        raise SettingsError(
            f"{name}: {text!r} is no limit such as 600/minute",
            f"{name}：{text!r} 不是 600/minute 这样的限制",
        ) from None

"""How often a caller may ask, by kind of request; counted in this process."""

from __future__ import annotations

import time
from typing import Literal

from limits import parse

from gis.errors import SettingsError, TooManyRequests

Kind = Literal["lookup", "write", "sign_in", "work"]
_MOST_CALLERS = 100_000


class Rates:
    """The limits of the settings, and how far each caller has used them up.

    Windows begin with a caller's first request. They are counted here because the storage of
    ``limits`` costs ten times as much and begins a thread every hundredth of a second.
    """

    def __init__(self, **limits: str) -> None:
        self._limits = {kind: _limit(kind, text) for kind, text in limits.items()}
        self._used: dict[tuple[str, str], tuple[float, int]] = {}
        """When the window of a kind and caller ends, and what is used of it."""

    def count(self, kind: Kind, caller: str, cost: int = 1) -> None:
        """Count a request.

        Raises
        ------
        TooManyRequests
            Over the limit; says after how many seconds there is room again.
        """
        most, window_s = self._limits[kind]
        now = time.monotonic()
        ends, used = self._used.get((kind, caller), (0.0, 0))
        if ends <= now:
            self._make_room(now)
            ends, used = now + window_s, 0
        if used + cost > most:
            raise self._over(kind, ends - now)
        self._used[kind, caller] = ends, used + cost

    def spend(self, kind: Kind, caller: str, cost: int) -> None:
        """Count what has been used already, however much it is."""
        now = time.monotonic()
        ends, used = self._used.get((kind, caller), (0.0, 0))
        if ends <= now:
            self._make_room(now)
            ends, used = now + self._limits[kind][1], 0
        self._used[kind, caller] = ends, used + cost

    def check(self, kind: Kind, caller: str) -> None:
        """Refuse a caller who is over the limit already; count nothing."""
        ends, used = self._used.get((kind, caller), (0.0, 0))
        now = time.monotonic()
        if ends > now and used >= self._limits[kind][0]:
            raise self._over(kind, ends - now)

    def _make_room(self, now: float) -> None:
        """Forget the windows that are over, and where that is not enough the oldest."""
        if len(self._used) < _MOST_CALLERS:
            return
        self._used = {k: v for k, v in self._used.items() if v[0] > now}
        for oldest in list(self._used)[: max(0, len(self._used) - _MOST_CALLERS // 2)]:
            del self._used[oldest]

    def _over(self, kind: str, left_s: float) -> TooManyRequests:
        most, window_s = self._limits[kind]
        wait_s = max(1, int(left_s) + 1)
        if kind == "work":
            return TooManyRequests(
                f"your requests took more than {most / 1000:g} s of the server's time in "
                f"{window_s} s: wait {wait_s} s, or sign in",
                f"{window_s} 秒内您的请求占用服务器超过 {most / 1000:g} 秒："
                f"请等待 {wait_s} 秒，或登录后再试",
                wait_s,
            )
        return TooManyRequests(
            f"more than {most} requests in {window_s} s: wait {wait_s} s, or ask "
            "for many points at once with POST /locate",
            f"{window_s} 秒内请求超过 {most} 次：请等待 {wait_s} 秒，或用 POST /locate 批量查询",
            wait_s,
        )


def _limit(kind: str, text: str) -> tuple[int, int]:
    """Return how many, and in how many seconds."""
    try:
        limit = parse(text)
    except ValueError:
        name = f"WANGGE_RATE_{kind.upper()}"
        raise SettingsError(
            f"{name}: {text!r} is no limit such as 600/minute",
            f"{name}：{text!r} 不是 600/minute 这样的限制",
        ) from None
    return limit.amount, limit.get_expiry()

"""Answers and bodies on their way: in pieces, in time, and not too many bytes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Message, Send

from api.http.auth import Caller
from gis.errors import TooManyRequests

PIECE = 64 << 10
_PATIENCE_S = 30.0
_LEAST_BYTES_PER_S = 256 << 10
_MOST_OF_ONE, _MOST_LONG, _MOST_IN_ALL = 48 << 20, 96 << 20, 192 << 20
_MOST_RECEIVED = 96 << 20
_TRY_AGAIN_S = 10


class Unread(Exception):
    """An answer was not read in time: the connection is closed."""


class InFlight:
    """The bytes of public callers that are held in memory while they are sent or received."""

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._received = 0

    @contextmanager
    def sending(self, caller: Caller, size: int) -> Iterator[None]:
        """Hold an answer in memory until it has been read."""
        key = caller.counted_as
        self._sent[key] += size
        try:
            yield
        finally:
            self._sent[key] -= size
            if not self._sent[key]:
                del self._sent[key]

    def check_sent(self, caller: Caller, *, long: bool = False) -> None:
        """Refuse a public caller an answer while many lie unread; a ``long`` one sooner.

        Raises
        ------
        TooManyRequests
            Theirs, or those of all together, are too many bytes.
        """
        if caller.signed_in or not self._sent:
            return
        most = _MOST_LONG if long else _MOST_IN_ALL
        if self._sent[caller.counted_as] >= _MOST_OF_ONE or self._sent.total() >= most:
            raise _too_much("answers that were not read yet", "尚有大量结果未被读取")

    def receive(self, caller: Caller, size: int) -> None:
        """Count a piece of a public caller's body; :meth:`received` gives it back.

        Raises
        ------
        TooManyRequests
            Too many bytes are being received already.
        """
        if not caller.signed_in and self._received + size > _MOST_RECEIVED:
            raise _too_much("large requests are being received", "正在接收的数据过多")
        self._received += 0 if caller.signed_in else size

    def received(self, caller: Caller, size: int) -> None:
        """Let go of a body."""
        self._received -= 0 if caller.signed_in else size


def _too_much(en: str, zh: str) -> TooManyRequests:
    return TooManyRequests(
        f"too many {en}: try again in {_TRY_AGAIN_S} s",
        f"{zh}：请在 {_TRY_AGAIN_S} 秒后重试",
        _TRY_AGAIN_S,
    )


async def send_in_pieces(send: Send, message: Message) -> None:
    """Send a long body piece by piece, as it is read.

    Raises
    ------
    Unread
        It is not read, or too slowly.
    """
    body, more = message["body"], message.get("more_body", False)
    try:
        async with asyncio.timeout(_PATIENCE_S + len(body) / _LEAST_BYTES_PER_S):
            for start in range(0, len(body), PIECE):
                last = start + PIECE >= len(body)
                await send(
                    {
                        "type": "http.response.body",
                        "body": body[start : start + PIECE],
                        "more_body": more or not last,
                    }
                )
    except TimeoutError:
        raise Unread from None

"""The connections of a server: how many an address may hold, and how long each may keep silent.

Uvicorn waits without end for the rest of a request and for an answer to be read. Here a head, a
body and a reader have deadlines, and whoever holds many connections gets no more of them.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.client_address import Network, counted_as, is_in

_SWEEP_S = 1.0
_NUMBERS = itertools.count()
_REFUSED = (
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 10\r\nconnection: close\r\n"
    b"content-length: 0\r\n\r\n"
)


@dataclass(frozen=True)
class ConnectionLimits:
    """What a connection may do.

    ``per_address`` and ``in_all`` are numbers of open connections; those of the ``trusted``
    proxies count in all only. ``head_s``: until the head of a request is there. ``body_s`` and
    ``bytes_per_s``: a body may take that long, and longer by its size. ``unread_s``: how long an
    answer may lie unread.
    """

    per_address: int = 200
    in_all: int = 2_000
    trusted: tuple[Network, ...] = ()
    head_s: float = 15.0
    body_s: float = 20.0
    bytes_per_s: int = 16 << 10
    unread_s: float = 30.0


class GuardedProtocol(HttpToolsProtocol):
    """A connection with deadlines; :func:`guarded` makes the class of a server."""

    limits: ClassVar[ConnectionLimits]
    held: ClassVar[Counter[str]]
    sweeping: ClassVar[list[asyncio.TimerHandle]]
    _counted = ""
    _number = 0
    _head_since: float | None = None
    _body_since: float | None = None
    _body_bytes = 0
    _unread_since: float | None = None

    # --- what asyncio and the parser call ---------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take a connection, unless its address or all together hold too many."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        self._counted, self._number = counted_as(address), next(_NUMBERS)
        self.held[self._counted] += 1
        self._head_since = self.loop.time()
        if not self.sweeping:
            self.sweeping.append(self.loop.call_later(_SWEEP_S, self._sweep))
        trusted = bool(self.limits.trusted) and is_in(address, self.limits.trusted)
        too_many = not trusted and self.held[self._counted] > self.limits.per_address
        if too_many or (len(self.connections) > self.limits.in_all and not self._make_room()):
            transport.write(_REFUSED)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self.held[self._counted] -= 1
        if not self.held[self._counted]:
            del self.held[self._counted]
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a head."""
        self._head_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        self._head_since, self._body_bytes = None, 0
        self._body_since = self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count what came of a body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for nothing more: the answer is our own matter."""
        self._body_since = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the answer to be read."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on with the answer."""
        self._unread_since = None
        super().resume_writing()

    # --- deadlines ----------------------------------------------------------------------------

    def _sweep(self) -> None:
        """End the connections that are overdue; look again as long as there are any."""
        self.sweeping.clear()
        now = self.loop.time()
        for connection in list(self.connections):
            if isinstance(connection, GuardedProtocol) and connection.is_overdue(now):
                connection.transport.abort()
        if self.connections:
            self.sweeping.append(self.loop.call_later(_SWEEP_S, self._sweep))

    def is_overdue(self, now: float) -> bool:
        """Tell whether a deadline has passed; ``now`` by the clock of the event loop."""
        limits = self.limits
        if self._unread_since is not None and now - self._unread_since > limits.unread_s:
            return True
        if self._head_since is not None and now - self._head_since > limits.head_s:
            return True
        if self._body_since is None or self.flow.read_paused:
            return False
        allowed_s = limits.body_s + self._body_bytes / limits.bytes_per_s
        return now - self._body_since > allowed_s

    def _make_room(self) -> bool:
        """End the connection that has waited longest for its head; tell whether there is one."""
        waiting = [
            c
            for c in self.connections
            if isinstance(c, GuardedProtocol) and c is not self and c._head_since is not None
        ]
        if not waiting:
            return False
        min(waiting, key=lambda c: (c._head_since or 0.0, c._number)).transport.abort()
        return True


def guarded(limits: ConnectionLimits) -> type[GuardedProtocol]:
    """Return the class of the connections of one server."""
    shared = {"limits": limits, "held": Counter(), "sweeping": []}
    return type("GuardedConnection", (GuardedProtocol,), shared)

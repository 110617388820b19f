"""What takes long to make of an atlas: made of the newest one, while the last one serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, Generic, TypeVar

from gis.atlas import Atlas

_log = logging.getLogger("wangge")
Made = TypeVar("Made")


class Renewed(Generic[Made]):
    """Makes a thing of one atlas after another, in a thread of its own, one at a time.

    Of several atlases that come while one is being made only the newest is made. What was made
    last serves until then, unless the new atlas takes back what the old one shows.

    Parameters
    ----------
    name
        Of the thread.
    make
        What makes it of an atlas.
    patience_s
        How long whoever asks waits for the newest before the last one will do.
    """

    def __init__(
        self, name: str, make: Callable[[Atlas], Made], *, patience_s: float = 0.0
    ) -> None:
        self._make, self._patience_s = make, patience_s
        self._newest: Atlas | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = Lock()
        self._wanted: Atlas | None = None
        self._busy = False
        self._ready: tuple[Atlas, Made] | None = None
        self._next = _promise()
        self._turn = self._kept_in = 0
        self.made = 0
        """How often it was made."""

    def want(self, atlas: Atlas) -> None:
        """Make it of an atlas, the newest there is."""
        with self._lock:
            if self._ready is not None and takes_back(self._ready[0], atlas):
                self._ready = None
            self._wanted, self._turn = atlas, self._turn + 1
            self._newest = atlas
            if not self._busy:
                self._busy = True
                self._thread.submit(self._work)

    def keep(self, atlas: Atlas) -> None:
        """Take what was made last for that of a newer atlas: it would be the same."""
        with self._lock:
            assert self._ready is not None
            self._turn, self._newest = self._turn + 1, atlas
            self._kept_in, self._wanted = self._turn, None
            self._set((atlas, self._ready[1]))

    @property
    def ready(self) -> tuple[Atlas, Made] | None:
        """What was made last and of which atlas; None where there is nothing to serve yet."""
        return self._ready

    async def get(self) -> tuple[Atlas, Made]:
        """Return what is made of the newest atlas; of the last one where that takes too long."""
        until = asyncio.get_running_loop().time() + self._patience_s
        while (ready := self._ready) is None or ready[0] is not self._newest:
            left_s = until - asyncio.get_running_loop().time()
            if ready is not None and left_s <= 0:
                return ready
            coming = asyncio.wrap_future(self._next)
            try:
                await asyncio.wait_for(coming, None if ready is None else left_s)
            except TimeoutError:
                continue
            except Exception:
                if self._ready is None:
                    raise
                return self._ready
        return ready

    def close(self) -> None:
        """Stop, after what is being made."""
        with self._lock:
            self._wanted = None
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            atlas, turn = taken
            try:
                made = self._make(atlas)
            except Exception as problem:
                _log.exception("the newest could not be made; the old one serves on")
                self._failed(problem)
                continue
            with self._lock:
                self.made += 1
                newer = self._wanted
                outdated = self._kept_in > turn
                if not outdated and (newer is None or not takes_back(atlas, newer)):
                    self._set((atlas, made))

    def _take(self) -> tuple[Atlas, int] | None:
        """Return the newest atlas and its turn, None when there is nothing to do."""
        with self._lock:
            atlas, self._wanted = self._wanted, None
            self._busy = atlas is not None
            return None if atlas is None else (atlas, self._turn)

    def _set(self, ready: tuple[Atlas, Made]) -> None:
        self._ready = ready
        waited, self._next = self._next, _promise()
        waited.set_result(ready)

    def _failed(self, problem: Exception) -> None:
        with self._lock:
            waited, self._next = self._next, _promise()
            waited.set_exception(problem)


def _promise() -> Future[Any]:
    """Return a future that those who wait for it cannot cancel."""
    made: Future[Any] = Future()
    made.set_running_or_notify_cancel()
    return made


def takes_back(before: Atlas, after: Atlas) -> bool:
    """Tell whether a newer atlas no longer shows some place or person that an older one shows."""
    if before.edition != after.edition or before is after:
        return False
    return not (
        before.directory.by_id.keys() <= after.directory.by_id.keys()
        and before.roster.by_id.keys() <= after.roster.by_id.keys()
    )

"""The versions read last, kept in memory: what was published never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any, cast

from gis.content_hash import KnownLines
from gis.store.parts import P, VersionedPart
from gis.store.versions import VersionHead


class VersionCache:
    """Keeps the versions used last; several threads that want one read it once.

    A version is known by its head: number, days in force and hash. One whose content is not
    what its head says is refused when it is read, so none is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, VersionHead], Future[Any]] = OrderedDict()
        self._lock = Lock()
        self._lines: dict[str, KnownLines] = {}

    def read(self, part: VersionedPart[P], head: VersionHead, read: Callable[[], P]) -> P:
        """Return a version: the one that is kept, or what ``read`` returns."""
        key = (part.name.en, head)
        with self._lock:
            found = self._kept.get(key)
            mine = found is None
            if found is None:
                found = self._kept[key] = Future()
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
        if mine:
            self._fill(key, found, read)
        return cast(P, found.result())

    def keep(self, part: VersionedPart[P], head: VersionHead, value: P) -> None:
        """Keep a version that was just written, as the database gave it back."""
        self.read(part, head, lambda: value)

    def hash(self, part: VersionedPart[P], value: P, base: P) -> None:
        """Hash a value that is mostly the rows of another one, if the lines of that are known."""
        if (known := self._lines.get(part.name.en)) is None:
            known = self._lines[part.name.en] = KnownLines(part.content(base))
        vars(value)["digest"] = known.digest(part.content(value))

    def keep_lines(self, part: VersionedPart[P], value: P) -> None:
        """Know the lines of a version that was just written, for the next one."""
        if known := self._lines.get(part.name.en):
            self._lines[part.name.en] = known.of(part.content(value))

    def _fill(
        self, key: tuple[str, VersionHead], promised: Future[Any], read: Callable[[], Any]
    ) -> None:
        try:
            promised.set_result(read())
        except BaseException as problem:
            with self._lock:
                self._kept.pop(key, None)
            promised.set_exception(problem)

"""The memory of the process: what long work took is given back to the machine.

The allocator of glibc keeps it, once for each of many threads. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_ARENA_MAX = -8
_ARENAS = 2


@cache
def _libc() -> Any:
    found = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return found if hasattr(found, "malloc_trim") else None


def share_memory_among_threads() -> None:
    """Have all threads take memory from the same few pools; before any is begun."""
    if _libc() is not None:
        _libc().mallopt(_ARENA_MAX, _ARENAS)


def give_memory_back() -> None:
    """Give free memory back to the machine; some milliseconds, other threads go on."""
    if _libc() is not None:
        _libc().malloc_trim(0)

"""A child process for reading what came from outside: little memory, little time, no network.

The parent calls :func:`run`; the child begins with :func:`confine` before it imports whatever
reads the file. The child gets a folder of its own to work in, hardly any environment, and no
descriptor of the parent's. The operating system stops it at its limits; where it has none of
them (Windows, macOS in part) the time limit of the parent remains. Standard library only, so
that a child starts in a fraction of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

REFUSED = 3
MAX_FILE_BYTES = 1 << 30
_LOOK_S = 0.25
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH")


class Refused(Exception):
    """The file is not read; args are the kind and the sentences in English and Chinese."""


def confine(cpu_s: int, memory_bytes: int) -> None:
    """Take memory, time, core dumps and the network away from this process, as far as it goes."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        with contextlib.suppress(Exception):
            _leave_the_network()


def _leave_the_network() -> None:
    """Go into a network of one's own, without any interface; best effort."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def tell(kind: str, en: str, zh: str) -> NoReturn:
    """End the child: ``kind`` is ``large`` or ``wrong``, the sentences go on after the file."""
    print(json.dumps({"kind": kind, "en": en, "zh": zh}), file=sys.stderr)
    sys.exit(REFUSED)


def run(
    module: str,
    words: Sequence[object],
    *,
    folder: Path,
    cpu_s: int,
    extra: Mapping[str, str] | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Mapping[str, str] | None:
    """Run ``python -m module words…`` confined; return None when it went well, else what it told.

    Parameters
    ----------
    module
        Of ours; it calls :func:`confine` first.
    words
        Its arguments.
    folder
        Where it works; also its place for temporary files.
    cpu_s
        Seconds of processor; after twice as long by the clock it is ended too.
    extra
        Further environment.
    watch
        Called a few times a second while it runs; what it raises ends it.

    Returns
    -------
    ``{"kind", "en", "zh"}``; empty when it was stopped without a word.
    """
    command = [sys.executable, "-m", module, *map(str, words)]
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # One thread of numpy: the stacks of others count as memory.
    env |= {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENPYXL_LXML": "False",
        "TMPDIR": str(folder),
        **(extra or {}),
    }
    with subprocess.Popen(  # noqa: S603
        command,
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            told = _finish(process, 2 * cpu_s, watch)
        except BaseException:
            process.kill()
            raise
    if told is None:
        return {}
    if process.returncode == 0:
        return None
    with contextlib.suppress(ValueError, IndexError):
        said: Mapping[str, str] = json.loads(told.splitlines()[-1])
        if isinstance(said, dict) and {"kind", "en", "zh"} <= set(said):
            return said
    return {}


def _finish(
    process: subprocess.Popen[bytes], timeout_s: float, watch: Callable[[], None]
) -> bytes | None:
    """Return what a process told on standard error until it ended; None: it took too long."""
    until = time.monotonic() + timeout_s
    while True:
        try:
            return process.communicate(timeout=_LOOK_S)[1]
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                process.kill()
                return None
            watch()

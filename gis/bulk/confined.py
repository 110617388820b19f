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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

REFUSED = 3
MAX_FILE_BYTES = 1 << 30
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
    try:
        done = subprocess.run(  # noqa: S603
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * cpu_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}
    if done.returncode == 0:
        return None
    with contextlib.suppress(ValueError, IndexError):
        told: Mapping[str, str] = json.loads(done.stderr.splitlines()[-1])
        if isinstance(told, dict) and {"kind", "en", "zh"} <= set(told):
            return told
    return {}

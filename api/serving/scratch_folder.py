"""Where a service keeps what is uploaded and made meanwhile, and how it goes with the service.

Everything temporary lies in one folder of the service's own, held by a lock that the kernel lets go
of when the process ends, however it ends. The next service to start removes what nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "wangge-serve-"
_LOCK = ".lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Let this process and its children keep temporary files in a folder of their own."""
    above = Path(tempfile.gettempdir())
    sweep(above)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above))
    before, named = tempfile.tempdir, os.environ.get("TMPDIR")
    lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        tempfile.tempdir = os.environ["TMPDIR"] = str(made)
        yield made
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if named is not None:
            os.environ["TMPDIR"] = named
        os.close(lock)
        shutil.rmtree(made, ignore_errors=True)


def sweep(above: Path) -> list[Path]:
    """Remove the folders of services that are gone; return them."""
    gone = [path for path in above.glob(f"{_PREFIX}*") if _is_left(path)]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _is_left(path: Path) -> bool:
    """Tell whether a folder is ours and nobody holds its lock."""
    try:
        if path.is_symlink() or path.stat().st_uid != os.geteuid():
            return False
        lock = os.open(path / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True

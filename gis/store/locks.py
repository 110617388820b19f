"""One server for each SQLite file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.errors import StoreBusy
from gis.store.driver_errors import StoreLocation, unreachable
from gis.store.engine import check_file, check_whole, make_folder


@contextmanager
def only_server(path: Path, place: StoreLocation) -> Iterator[None]:
    """Hold the lock file of a database for as long as one serves it (see :func:`held`).

    Raises
    ------
    StoreBusy
        When another server holds it.
    StoreDamaged
        When the file is not a whole database.
    StoreUnreachable
        When the lock file cannot be written.
    """
    with held(path, place):
        check_whole(path, place)
        yield


@contextmanager
def held(path: Path, place: StoreLocation) -> Iterator[None]:
    """Hold the lock file beside a database (``NAME.lock``).

    The kernel lets go of it when the process ends, however it ends. The file stays.

    Raises
    ------
    StoreBusy
        When another server holds it.
    StoreUnreachable
        When the lock file cannot be written.
    """
    check_file(path, place)
    make_folder(path, place)
    try:
        file = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as problem:
        raise unreachable(place, f"{path.name}.lock: {problem.strerror}") from None
    try:
        _take(file, place)
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, place: StoreLocation) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(file, 20, 0).decode("ascii", "replace") or "?"
        raise StoreBusy(
            f"another wangge server (process {holder}) serves {place.shown}: stop that one, "
            "or set WANGGE_DATABASE_URL to another file",
            f"另一个 wangge 服务（进程 {holder}）正在使用 {place.shown}：请先停止它，"
            "或将 WANGGE_DATABASE_URL 设为其他文件",
        ) from None

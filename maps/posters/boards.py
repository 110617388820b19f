"""The notice boards of many grids as one job, on all processors; whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from gis import disclosure
from gis.atlas import Atlas
from gis.errors import InvalidInput, WanggeError
from maps.posters.drawing import Prepared, check_size, draw, prepared
from maps.settings import MapSettings

if TYPE_CHECKING:
    from maps.posters.types import Progress

FORMS = ("pdf", "png")
# Starting a process costs about as much as drawing this many boards.
_WORTH_A_PROCESS = 4


def write_boards(
    atlas: Atlas,
    folder: Path,
    *,
    size: str = "A3",
    form: str = "pdf",
    edition: str = "public",
    settings: MapSettings | None = None,
    grids: Iterable[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """See :func:`maps.write_boards`."""
    shown = disclosure.in_edition(atlas, edition)
    check_size(size)
    _check_form(form)
    codes = [g.code for g in shown.division] if grids is None else list(dict.fromkeys(grids))
    for code in codes:
        shown.division.grid(code)
    report = progress or (lambda _done, _total: None)
    with _beside(folder) as scratch:
        count = _processes(workers, len(codes))
        if count <= 1:
            shared = prepared(shown, edition, settings)
            for done, code in enumerate(codes, 1):
                _save(shared, code, size, scratch / f"{code}.{form}")
                report(done, len(codes))
        else:
            # What keeps every board from being drawn is said before any process starts.
            prepared(shown, edition, settings)
            _in_processes(shown, settings, codes, (size, form, scratch), count, report)
        return _moved(scratch, folder, [f"{code}.{form}" for code in codes])


def _check_form(form: str) -> None:
    if form not in FORMS:
        raise InvalidInput(
            "form",
            f"form {form[:20]!r}: must be pdf or png",
            f"格式 {form[:20]!r}：应为 pdf 或 png",
            FORMS,
        )


def _processes(workers: int | None, boards: int) -> int:
    if workers is not None:
        return max(1, min(workers, boards))
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(allowed or 1, boards // _WORTH_A_PROCESS))


# --- the folder -----------------------------------------------------------------------------------


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Yield a folder beside the one wanted; it is gone afterwards whatever happens."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(20, "is a file, not a folder")
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as problem:
        raise _cannot_write(folder, problem) from None
    try:
        yield scratch
    except OSError as problem:
        raise _cannot_write(folder, problem) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _moved(scratch: Path, folder: Path, names: list[str]) -> tuple[Path, ...]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (scratch / name).replace(folder / name)
    return tuple(folder / name for name in names)


def _cannot_write(folder: Path, problem: OSError) -> InvalidInput:
    why = problem.strerror or "cannot be written"
    return InvalidInput(
        "folder",
        f"{folder}: {why}; name a folder that can be written",
        f"{folder}：无法写入（{why}）；请指定可写的文件夹",
    )


def _save(shared: Prepared, code: str, size: str, path: Path) -> None:
    draw(shared, code, size).figure.savefig(path)


# --- the processes --------------------------------------------------------------------------------

_shared: Prepared


def _start(atlas: Atlas, settings: MapSettings | None) -> None:
    """Prepare a process once for all the boards it will draw; it ends with its parent."""
    global _shared
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shared = prepared(atlas, atlas.edition, settings)


def _end_with_parent() -> None:
    """Wait until the parent is gone, killed perhaps, and go: nobody else would end this process."""
    parent = parent_process()
    assert parent is not None, "runs in a process that was started"
    parent.join()
    os._exit(1)


def _draw_one(code: str, size: str, path: str) -> None:
    _save(_shared, code, size, Path(path))


def _in_processes(
    atlas: Atlas,
    settings: MapSettings | None,
    codes: list[str],
    target: tuple[str, str, Path],
    count: int,
    report: Progress,
) -> None:
    size, form, scratch = target
    # Spawned, not forked: the parent may hold threads and database handles.
    # Without what the atlas keeps for quick answers: lookup tables do not travel.
    bare = replace(atlas)
    pool = ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_start, initargs=(bare, settings)
    )
    with pool:
        jobs: list[Future[None]] = [
            pool.submit(_draw_one, code, size, str(scratch / f"{code}.{form}")) for code in codes
        ]
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                job.result()
                report(done, len(codes))
        except BrokenProcessPool:
            raise WanggeError(
                "a process that drew notice boards died (out of memory?): nothing was written; "
                "try again with fewer workers",
                "绘制公示牌的进程意外结束（内存不足？），没有写入任何文件；请减少并行进程后重试",
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise

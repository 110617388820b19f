"""Put a whole folder in the place of another in one step, or not at all.

Everything is made in a hidden folder beside the target, ``.NAME.wangge``: the new site in ``new``,
and nobody else works there while ``lock`` is held. Then the two folders change names with each
other in one call of the kernel (Linux ``renameat2``, EXCHANGE). Where a file system cannot do that
(NFS, FAT, other systems), the old folder is set aside and the new one moved in: two steps, and
whoever comes next puts the old one back if the second was never made.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gis.errors import Conflict, InvalidInput

MANIFEST = "manifest.json"
GENERATOR = "wangge"
_DROPPINGS = {".DS_Store", "Thumbs.db", "desktop.ini"}
_CANNOT_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield an empty folder; when the block ends without an error, it stands at ``target``.

    Until then, and after any error or kill, ``target`` is what it was.

    Raises
    ------
    Conflict
        Something that is no site of ours stands at ``target``, or another process publishes there.
    InvalidInput
        ``target`` cannot be written.
    """
    target = Path(os.path.realpath(target))
    check_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _workshop(target) as shop:
            new = shop / "new"
            new.mkdir()
            yield new
            _sync(new)
            check_target(target)
            _put(new, target, shop / "old")
            _sync_folder(target.parent)
    except OSError as problem:
        raise _unwritable(target, problem) from None


def check_target(target: Path) -> None:
    """Refuse a target that is not free, not empty, and not one of our sites, whole.

    Raises
    ------
    Conflict
        Naming the first thing that is not ours.
    """
    if not target.is_dir():
        if target.exists():
            raise InvalidInput(
                "outdir", f"{target}: is a file: name a folder", f"{target} 是文件：请指定文件夹"
            )
        return
    found = sorted(_files_in(target))
    if not found:
        return
    ours = _listed(target)
    if ours is None:
        raise Conflict(
            f"{target}: holds files but is no site that wangge published: "
            "name an empty or new folder",
            f"{target}：其中有文件，但不是 wangge 发布的站点：请指定空文件夹或新文件夹",
        )
    for name in found:
        if name not in ours and Path(name).name not in _DROPPINGS:
            raise Conflict(
                f"{target}: {name[:100]} was not put there by wangge and would be lost: "
                "move it away, or name another folder",
                f"{target}：{name[:100]} 不是 wangge 写入的，继续发布会丢失它："
                "请移走，或另选文件夹",
            )


def _files_in(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix()


def _listed(folder: Path) -> set[str] | None:
    """Return the names that a site's manifest lists; None where there is no manifest of ours."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        if manifest["generator"] != GENERATOR:
            return None
        return {MANIFEST, *(str(row["name"]) for row in manifest["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


# --- the hidden folder beside the target ----------------------------------------------------------


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    shop = target.with_name(f".{target.name}.wangge")
    lock = _locked(shop, target)
    try:
        _clear(shop, target)
        yield shop
    finally:
        with suppress(OSError, Conflict):
            _clear(shop, target)
            (shop / "lock").unlink()
            shop.rmdir()
        os.close(lock)


def _locked(shop: Path, target: Path) -> int:
    """Return the lock's file, held; the kernel lets go of it however the process ends."""
    while True:
        shop.mkdir(exist_ok=True)
        path = shop / "lock"
        try:
            file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it before may have taken the file away meanwhile.
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass
        except OSError:
            os.close(file)
            raise Conflict(
                f"another wangge publishes to {target} just now: wait until it is done",
                f"另一个 wangge 正在向 {target} 发布：请等它完成",
            ) from None
        os.close(file)


def _clear(shop: Path, target: Path) -> None:
    """Put back what a killed publish had set aside; remove what it had begun."""
    strange = {p.name for p in shop.iterdir()} - {"lock", "new", "old"}
    if strange:
        raise Conflict(
            f"{shop}: holds {min(strange)[:100]}, which wangge did not put there: move it away",
            f"{shop}：其中的 {min(strange)[:100]} 不是 wangge 写入的：请移走",
        )
    new, old = shop / "new", shop / "old"
    if old.is_dir() and not (target.exists() and any(target.iterdir())):
        old.rename(target)
    for begun in (new, old):
        if begun.is_dir():
            shutil.rmtree(begun)


# --- the step itself ------------------------------------------------------------------------------


def _put(new: Path, target: Path, aside: Path) -> None:
    """Put ``new`` at ``target``; the former one is then at ``new`` or ``aside``."""
    if not target.exists() or not any(target.iterdir()):
        new.rename(target)
    elif not _exchanged(new, target):
        target.rename(aside)
        new.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; tell whether this system can."""
    renameat2 = _renameat2()
    if renameat2 is None:
        return False
    here, exchange = -100, 2
    done = renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange)
    if done == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number))


def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


# --- the disk -------------------------------------------------------------------------------------


def _sync(folder: Path) -> None:
    """Let everything in a folder reach the disk: a power cut shall not leave empty files."""
    for path in (folder, *folder.rglob("*")):
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        # Some file systems do not know how to sync a folder.
        with suppress(OSError):
            os.fsync(file)
    finally:
        os.close(file)


def _unwritable(target: Path, problem: OSError) -> InvalidInput:
    why = problem.strerror or "cannot be written"
    if problem.errno in (errno.EBUSY, errno.EXDEV):
        return InvalidInput(
            "outdir",
            f"{target}: is a mount point, which cannot be replaced whole: name a folder inside it",
            f"{target} 是挂载点，无法整体替换：请指定其中的一个文件夹",
        )
    return InvalidInput("outdir", f"{target}: {why}", f"{target}：无法写入（{why}）")

"""Files that were dropped on the page, held until somebody applies or forgets them.

A pending set is read once, by one thread at a time; what it would change is shown; then it is
applied by its id, as it was read. There are few of them, not large, and not for long.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gis.clock import today
from gis.errors import Conflict, InvalidInput, NotFound, TooLarge, WanggeError
from gis.intake import Intake, ReadOptions, find_files
from gis.intake.preview import preview_json
from gis.rules import OfficeRules
from gis.store import Store, Versions
from gis.workflows.load_set import read_for_store, read_options

MAX_PENDING = 8
MAX_UPLOAD_BYTES = 100 << 20
MAX_GEOJSON_BYTES = 40 << 20
MAX_FILES = 24
KEEP_S = 45 * 60
_log = logging.getLogger("wangge")


@dataclass
class PendingImport:
    """A set that waits: its files, how it is read, and what came of it.

    ``state``: reading, ready (look at the preview), asking (a datum is needed), failed, applied.
    """

    id: str
    owner: str
    folder: Path
    files: tuple[Path, ...]
    began: float
    state: str = "reading"
    done: float = 0.0
    intake: Intake | None = None
    shown: dict[str, Any] | None = None
    versions: Versions | None = None
    problem: WanggeError | None = None
    gone: threading.Event = field(default_factory=threading.Event)


class PendingImports:
    """The pending sets of a service."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[str, PendingImport] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def begin(self, owner: str) -> PendingImport:
        """Return a new pending set with an empty folder for its files.

        Raises
        ------
        Conflict
            When too many wait already.
        """
        self.forget_old()
        with self._lock:
            mine = [p for p in self._held.values() if p.owner == owner and p.state != "reading"]
            while len(self._held) >= MAX_PENDING and mine:
                self._drop(mine.pop(0))
            if len(self._held) >= MAX_PENDING:
                raise Conflict(
                    f"{MAX_PENDING} imports wait already: apply or discard one, or try again later",
                    f"已有 {MAX_PENDING} 份资料待处理：请先导入或放弃，或稍后再试",
                )
            folder = Path(mkdtemp(prefix="wangge-upload-"))
            made = PendingImport(secrets.token_urlsafe(16), owner, folder, (), time.monotonic())
            self._held[made.id] = made
            return made

    def get(self, identity: str, owner: str) -> PendingImport:
        """Return a pending set of its owner.

        Raises
        ------
        NotFound
            There is none of that id, or it was forgotten, or it is somebody else's.
        """
        self.forget_old()
        found = self._held.get(identity)
        if found is None or found.owner != owner:
            raise NotFound(
                "there is no such import: it was discarded, or waited too long; drop the files "
                "again",
                "没有这份待导入资料：可能已放弃或已过期，请重新拖入文件",
            )
        return found

    def drop(self, pending: PendingImport) -> None:
        """Forget a set and its files."""
        with self._lock:
            self._drop(pending)

    def _drop(self, pending: PendingImport) -> None:
        pending.gone.set()
        self._held.pop(pending.id, None)
        shutil.rmtree(pending.folder, ignore_errors=True)

    def forget_old(self) -> None:
        """Forget what has waited too long."""
        with self._lock:
            for pending in list(self._held.values()):
                if time.monotonic() - pending.began > KEEP_S:
                    self._drop(pending)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            for pending in list(self._held.values()):
                self._drop(pending)

    def start(self, pending: PendingImport, how: ReadOptions) -> None:
        """Begin to read a set in a thread; its state tells how far it is."""
        pending.state, pending.done = "reading", 0.0
        work = asyncio.create_task(asyncio.to_thread(self.read, pending, how))
        # Kept so that it is not collected while it runs.
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    def read(self, pending: PendingImport, how: ReadOptions) -> None:
        """Read a set and work out what it would change; tells its state, raises nothing."""
        pending.state, pending.done, pending.problem = "reading", 0.0, None
        with self._turn:
            try:
                self._read(pending, how)
            except InvalidInput as problem:
                pending.problem = problem
                pending.state = "asking" if problem.field == "datum" else "failed"
            except WanggeError as problem:
                pending.problem, pending.state = problem, "failed"
            except Exception:
                _log.exception("an upload could not be read")
                pending.problem = WanggeError(
                    "the files could not be read; it was recorded", "文件无法读取，错误已记录"
                )
                pending.state = "failed"

    def _read(self, pending: PendingImport, how: ReadOptions) -> None:
        done = read_for_store(self._store, pending.files, how, today())
        pending.intake = done.intake
        pending.shown = preview_json(done.preview(), done.intake)
        pending.versions = done.base.versions
        pending.done, pending.state = 1.0, "ready"


def how_of(
    given: Mapping[str, Any], report: Callable[[float], None], rules: OfficeRules
) -> ReadOptions:
    """Return how a set is to be read, from what the page says and the office's rules.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    tolerance = _tolerance(given.get("clean") or "")
    absent = given.get("absent") or "keep"
    if absent not in ("keep", "retire"):
        raise InvalidInput(
            "absent",
            f"absent {absent[:20]!r}: must be keep or retire",
            f"absent {absent[:20]!r}：应为 keep（保留）或 retire（停用）",
            ("keep", "retire"),
        )
    return read_options(
        datum=given.get("datum"),
        tolerance_m=tolerance,
        fill=given.get("fill"),
        keep_absent=absent == "keep",
        report=report,
        rules=rules,
        roles=given.get("roles"),
    )


def _tolerance(text: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", text, re.ASCII):
        raise InvalidInput(
            "clean",
            f"clean {text[:20]!r}: must be a tolerance in metres, such as 0.5",
            f"clean {text[:20]!r}：应为以米计的容差，例如 0.5",
            ("0..20",),
        )
    return float(text)


def safe_name(name: str) -> str:
    """Return the last part of a file's name, without anything that leads elsewhere.

    >>> [safe_name(n) for n in ("../../etc/passwd", "C:\\\\a\\\\边界.zip", "..", "a\\x00b.csv")]
    ['passwd', '边界.zip', 'upload', 'ab.csv']
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')[-100:].strip()
    return kept if kept.strip(".") else "upload"


def check_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a set to read.

    Raises
    ------
    InvalidInput
        None, or one of a kind that is not read.
    """
    files = sorted(p for p in folder.iterdir() if p.is_file())
    if not files:
        raise InvalidInput("file", "file is missing", "缺少文件 file", ("file",))
    try:
        found = tuple(find_files(files))
    except InvalidInput as problem:
        # Where it stands on this machine is nobody's business.
        here = f"{folder}/"
        en, zh = (t.replace(here, "") for t in (problem.text.en, problem.text.zh))
        raise InvalidInput("file", en, zh, problem.accepted) from None
    for path in found:
        if path.suffix.lower() in (".geojson", ".json") and path.stat().st_size > MAX_GEOJSON_BYTES:
            raise TooLarge(
                "file",
                f"{path.name}: larger than {MAX_GEOJSON_BYTES >> 20} MiB: send it as GeoPackage",
                f"{path.name}：超过 {MAX_GEOJSON_BYTES >> 20} MiB：请改用 GeoPackage",
            )
    return found

"""Cut the power at every kind of moment: what was acknowledged is there when the machine is back.

    python scripts/power_cuts.py [--cuts 1000] [--seed N] [--control]

A child process edits a store and says so after each edit; strace writes down its system calls.
From them the disk is played forward: what was written to a file is sure only once the file was
synced, and that a name came, went or changed is sure only once its folder was synced. At each cut
every write and every change of a name that is not sure happened or did not, by lot (a write by
sectors of 512 bytes). The image must then open, be whole, and hold the last acknowledged edit.

With ``--control`` the store runs with ``synchronous = FULL``, which does not sync the folder after
the journal is unlinked: an acknowledged edit must be lost, or this script could not find it.

Only on Linux, with strace.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.errors import StoreError
from gis.store import open_store
from tests.store.sets import TODAY, whole_set

ROOT = Path(__file__).resolve().parent.parent
SECTOR = 512
EDITS = 40
CALLS = ",".join((
    "openat", "creat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync",
    "unlink", "unlinkat", "rename", "renameat", "renameat2",
))  # fmt: skip
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")
_CHILD = """
import sys
from functools import partial
sys.path.insert(0, {root!r})
from gis.store import engine, open_store
from gis.audit import SYSTEM
from gis.editing import people
from tests.store.sets import TODAY
engine.SYNCHRONOUS = {synchronous!r}
def renumber(n, base):
    return people.edit_person(base.value, "p1", {{"office_phone": f"025-{{n}}"}})
store = open_store({url!r})
for n in range({edits}):
    version = store.versions().roster + 1
    store.revise_roster(partial(renumber, version), today=TODAY, author=SYSTEM)
    sys.stdout.write(f"stored {{version}}\\n")
    sys.stdout.flush()
"""


# --- the calls ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Write:
    """Bytes that went to a file at an offset."""

    path: str
    offset: int
    content: bytes


@dataclass(frozen=True)
class Truncate:
    """A file that was cut or stretched."""

    path: str
    size: int


@dataclass(frozen=True)
class Created:
    """A name that came."""

    path: str


@dataclass(frozen=True)
class Unlinked:
    """A name that went."""

    path: str


@dataclass(frozen=True)
class Renamed:
    """A name that changed."""

    path: str
    to: str


@dataclass(frozen=True)
class Synced:
    """A file or a folder that was synced."""

    path: str


@dataclass(frozen=True)
class Acknowledged:
    """The child said that a version is stored."""

    version: int


Call = Write | Truncate | Created | Unlinked | Renamed | Synced | Acknowledged


def calls_of(trace: Path, folder: Path) -> Iterator[Call]:
    """Yield what a trace says of the files of a folder, and the acknowledgements."""
    known: set[str] = {str(p) for p in folder.rglob("*")}
    offsets: dict[str, int] = {}
    for line in trace.read_text("utf-8", errors="replace").splitlines():
        if not (found := _CALL.match(line)) or int(found[3]) < 0:
            continue
        name, words = found[1], found[2]
        yield from _calls_of(name, words, _text(found[4] or ""), (folder, known, offsets))


def _calls_of(
    name: str, words: str, opened: str, state: tuple[Path, set[str], dict[str, int]]
) -> Iterator[Call]:
    folder, known, offsets = state
    if name in ("openat", "creat"):
        if _inside(opened, folder):
            offsets[opened] = 0
            if opened not in known and "O_CREAT" in words:
                known.add(opened)
                yield Created(opened)
            if "O_TRUNC" in words:
                yield Truncate(opened, 0)
        return
    if name in ("unlink", "unlinkat", "rename", "renameat", "renameat2"):
        paths = [_text(p) for p in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', words)]
        if not _inside(paths[0], folder):
            return
        known.discard(paths[0])
        if name.startswith("unlink"):
            yield Unlinked(paths[0])
        else:
            known.add(paths[-1])
            yield Renamed(paths[0], paths[-1])
        return
    target = re.match(r"\d+<([^>]*)>", words)
    path = _text(target[1]) if target else ""
    texts = re.findall(r'"((?:\\x[0-9a-f]{2})*)"', words)
    content = bytes.fromhex(texts[0].replace("\\x", "")) if texts else b""
    if name == "write" and words.startswith("1<") and content.startswith(b"stored "):
        yield Acknowledged(int(content.split()[1]))
    elif not _inside(path, folder):
        return
    elif name in ("fsync", "fdatasync"):
        yield Synced(path)
    elif name == "ftruncate":
        yield Truncate(path, int(words.rsplit(",", 1)[1]))
    elif name == "pwrite64":
        yield Write(path, int(words.rsplit(",", 1)[1]), content)
    elif name == "write":
        yield Write(path, offsets.get(path, 0), content)
        offsets[path] = offsets.get(path, 0) + len(content)


def _text(text: str) -> str:
    """Return what strace wrote in hexadecimals."""
    return bytes.fromhex(text.replace("\\x", "")).decode()


def _inside(path: str, folder: Path) -> bool:
    return path == str(folder) or path.startswith(f"{folder}/")


# --- the disk ----------------------------------------------------------------------------------


@dataclass
class Inode:
    """A file: its content as synced, and what was written since."""

    sure: bytes = b""
    pending: list[Write | Truncate] = field(default_factory=list)

    def after(self, lots: random.Random) -> bytes:
        """Return the content a cut may leave."""
        content = bytearray(self.sure)
        for call in self.pending:
            if isinstance(call, Truncate):
                if lots.random() < 0.5:
                    _resize(content, call.size)
                continue
            for at in range(0, len(call.content), SECTOR):
                if lots.random() < 0.5:
                    _put(content, call.offset + at, call.content[at : at + SECTOR])
        return bytes(content)

    def sync(self) -> None:
        """Make everything written sure."""
        content = bytearray(self.sure)
        for call in self.pending:
            if isinstance(call, Truncate):
                _resize(content, call.size)
            else:
                _put(content, call.offset, call.content)
        self.sure, self.pending = bytes(content), []


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _put(content: bytearray, at: int, piece: bytes) -> None:
    if len(content) < at + len(piece):
        _resize(content, at + len(piece))
    content[at : at + len(piece)] = piece


class Disk:
    """The files of a folder with subfolders, as a cut would find them."""

    def __init__(self, folder: Path) -> None:
        files = {str(p): Inode(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
        self.folder, self.sure, self.now = folder, dict(files), dict(files)
        self.pending: list[tuple[str, dict[str, Inode | None]]] = []
        self.acknowledged = 0

    def play(self, call: Call) -> None:
        """Let a call happen."""
        match call:
            case Acknowledged(version):
                self.acknowledged = version
            case Created(path):
                self._name({path: Inode()})
            case Unlinked(path):
                self._name({path: None})
            case Renamed(path, to):
                self._name({path: None, to: self.now[path]})
            case Synced(path) if path in self.now:
                self.now[path].sync()
            case Synced(path):
                self._sync_folder(path)
            case Write(path) | Truncate(path):
                # A file whose name has gone keeps no content that matters.
                if path in self.now:
                    self.now[path].pending.append(call)

    def _name(self, change: dict[str, Inode | None]) -> None:
        _rename(self.now, change)
        self.pending.append((str(Path(next(iter(change))).parent), change))

    def _sync_folder(self, folder: str) -> None:
        for where, change in self.pending:
            if where == folder:
                _rename(self.sure, change)
        self.pending = [(where, change) for where, change in self.pending if where != folder]

    def cut(self, into: Path, lots: random.Random) -> None:
        """Write what a cut may leave into a folder."""
        names = dict(self.sure)
        for _, change in self.pending:
            if lots.random() < 0.5:
                _rename(names, change)
        for path, inode in names.items():
            target = into / Path(path).relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(inode.after(lots))


def _rename(names: dict[str, Inode], change: dict[str, Inode | None]) -> None:
    for path, inode in change.items():
        if inode is None:
            names.pop(path, None)
        else:
            names[path] = inode


# --- cutting -----------------------------------------------------------------------------------


def fault_of(folder: Path, acknowledged: int) -> str | None:
    """Return what is wrong with what a cut left."""
    path = folder / "wangge.db"
    try:
        with closing(open_store(f"sqlite:///{path}")) as store:
            version = store.versions().roster
            held, log = store.holding(TODAY), store.verify_audit()
    except StoreError as problem:
        return str(problem)
    with closing(sqlite3.connect(path)) as connection:
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
    if integrity != "ok" or held.faults or log.broken:
        return f"torn: {integrity} {held.faults} {log.broken}"
    if version < acknowledged:
        return f"lost: version {acknowledged} was acknowledged, {version} is there"
    return None


def trace_edits(folder: Path, trace: Path, synchronous: str) -> None:
    """Let a child edit the store of a folder under strace."""
    program = _CHILD.format(
        root=str(ROOT),
        synchronous=synchronous,
        url=f"sqlite:///{folder / 'wangge.db'}",
        edits=EDITS,
    )
    subprocess.run(
        ["strace", "-f", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-o", trace,
         sys.executable, "-c", program],
        check=True, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip


def cut_over_and_over(cuts: int, seed: int, synchronous: str) -> list[str]:
    """Return the faults that so many cuts find, half of them right after an acknowledgement."""
    lots = random.Random(seed)
    faults = []
    with tempfile.TemporaryDirectory() as name:
        folder, image = Path(name) / "store", Path(name) / "image"
        folder.mkdir()
        with closing(open_store(f"sqlite:///{folder / 'wangge.db'}")) as store:
            store.migrate()
            store.publish(**whole_set(1))
        disk = Disk(folder)
        trace_edits(folder, Path(name) / "trace", synchronous)
        calls = list(calls_of(Path(name) / "trace", folder))
        told = [i for i, call in enumerate(calls) if isinstance(call, Acknowledged)]
        if len(told) != EDITS:
            raise SystemExit(f"{len(told)} of {EDITS} edits were told: is strace there?")
        moments = sorted(
            lots.choice(told) if lots.random() < 0.5 else lots.randrange(len(calls))
            for _ in range(cuts)
        )
        for i, call in enumerate(calls):
            disk.play(call)
            while moments and moments[0] == i:
                moments.pop(0)
                shutil.rmtree(image, ignore_errors=True)
                image.mkdir()
                disk.cut(image, lots)
                if fault := fault_of(image, disk.acknowledged):
                    faults.append(f"call {i} of {len(calls)}: {fault}")
    return faults


def main() -> int:
    """Cut, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", action="store_true")
    given = parser.parse_args()
    if not shutil.which("strace"):
        print("power cuts: strace is missing: skipped")
        return 0
    faults = cut_over_and_over(given.cuts, given.seed, "FULL" if given.control else "EXTRA")
    for fault in faults[:5]:
        print(fault)
    print(f"power cuts: {given.cuts} cuts, {len(faults)} lost or torn")
    return int(bool(faults) != given.control)


if __name__ == "__main__":
    sys.exit(main())

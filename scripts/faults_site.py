"""Kill `wangge publish` at random moments, and look each time whether the site is whole.

    python scripts/faults_site.py [--kills 100] [--commands 8] [--seed N]

one step    a child publishes one site after another and is killed; two folders change names at once
two steps   the same where a file system cannot do that: the next publish puts the old one back
command     the command itself, on the sample, is killed anywhere in its run

Whole means: every file that the manifest lists has its hash, and none is there that it does not
list. While the child publishes in one step, a reader looks all the time and must never find the
site gone, and the next publish must clear whatever a killed one left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gis.errors import WanggeError  # noqa: E402
from maps.site import atomic_replace  # noqa: E402
from maps.site.write import Part, file_part, write_site  # noqa: E402

FILES = 12
WANGGE = [sys.executable, "-c", "from api.cli import main; main()"]


@dataclass
class Tally:
    """What became of the sites whose publisher was killed."""

    old: int = 0
    new: int = 0
    debris: int = 0
    torn: list[str] = field(default_factory=list)


def site(number: int) -> list[Part]:
    """Return a site in which every file tells its number."""
    text = f"{number}\n".encode() * 2000
    return [file_part("page", f"part{i % 3}/{i}.txt", lambda: text) for i in range(FILES)]


def publish(target: Path, number: int) -> None:
    """Publish the site of a number."""
    write_site(target, site(number), {"number": number})


def number_of(target: Path) -> int:
    """Return the number of the site that stands there.

    Raises
    ------
    ValueError
        It is not whole.
    """
    manifest = json.loads((target / "manifest.json").read_bytes())
    listed = {f["name"]: f["sha256"] for f in manifest["files"]}
    found = {
        p.relative_to(target).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in target.rglob("*")
        if p.is_file() and p.name != "manifest.json"
    }
    if found != listed:
        raise ValueError(f"{sorted(set(found.items()) ^ set(listed.items()))[:3]}")
    return int(manifest.get("number", 0))


# --- a child that publishes, and its death -------------------------------------------------------


def kill_in(target: Path, first: int, within_s: float) -> int:
    """Let a child publish one number after another, kill it, return the last it told of."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _publish_until_killed(target, first, writer)
    os.close(writer)
    os.read(reader, 1)
    time.sleep(random.uniform(0, within_s))
    os.kill(child, signal.SIGKILL)
    told = b""
    while some := os.read(reader, 65536):
        told += some
    os.close(reader)
    os.waitpid(child, 0)
    lines = told.decode().split()
    return int(lines[-1]) if lines else first - 1


def _publish_until_killed(target: Path, number: int, writer: int) -> None:
    try:
        os.write(writer, b"\n")
        while True:
            publish(target, number)
            os.write(writer, f"{number}\n".encode())
            number += 1
    except BaseException as problem:
        os.write(2, f"child: {problem!r}\n".encode())
    os._exit(1)


class Reader(threading.Thread):
    """Looks for the site's first file all the time, as visitors do."""

    def __init__(self, target: Path) -> None:
        super().__init__(daemon=True)
        self.target, self.missing, self.looks, self.stopped = target, 0, 0, False

    def run(self) -> None:
        """Look until told to stop."""
        while not self.stopped:
            self.looks += 1
            self.missing += not (self.target / "manifest.json").exists()
            time.sleep(0.0002)


# --- the scenarios -------------------------------------------------------------------------------


def killed(folder: Path, kills: int, *, in_one_step: bool) -> Tally:
    """Kill a publisher of small sites again and again."""
    tally, target = Tally(), folder / "site"
    kept = atomic_replace._renameat2
    if not in_one_step:
        atomic_replace._renameat2 = lambda: None
    publish(target, 1)
    began = time.perf_counter()
    publish(target, 2)
    took_s = time.perf_counter() - began
    reader = Reader(target)
    reader.start()
    stored = 2
    for _ in range(kills):
        told = max(kill_in(target, stored + 1, 2.5 * took_s), stored)
        shop = folder / ".site.wangge"
        tally.debris += shop.exists()
        if in_one_step or target.exists():
            stored = _look(tally, target, told)
        try:
            _next_begins_with_a_whole_one(tally, target, told)
            stored = number_of(target) + 1
            publish(target, stored)
        except (OSError, ValueError, WanggeError) as problem:
            tally.torn.append(f"the work does not go on from there: {problem}")
            break
        if sorted(os.listdir(folder)) != ["site"]:
            tally.torn.append(f"left behind: {os.listdir(folder)}")
    reader.stopped = True
    reader.join()
    if in_one_step and reader.missing:
        tally.torn.append(f"gone in {reader.missing} of {reader.looks} looks")
    atomic_replace._renameat2 = kept
    return tally


def _look(tally: Tally, target: Path, told: int) -> int:
    try:
        found = number_of(target)
    except (OSError, ValueError) as problem:
        tally.torn.append(str(problem))
        return told
    if found not in (told, told + 1):
        tally.torn.append(f"{found}, expected {told} or {told + 1}")
    elif found == told:
        tally.old += 1
    else:
        tally.new += 1
    return found


class _Enough(Exception):
    pass


def _next_begins_with_a_whole_one(tally: Tally, target: Path, told: int) -> None:
    """Begin another publish that fails: what it found, or put back, must be whole."""

    def fails() -> bytes:
        raise _Enough

    with suppress(_Enough):
        write_site(target, [file_part("page", "x", fails)], {})
    try:
        if number_of(target) not in (told, told + 1):
            tally.torn.append(f"put back {number_of(target)}, expected {told} or {told + 1}")
    except (OSError, ValueError) as problem:
        tally.torn.append(f"not put back: {problem}")


def killed_command(folder: Path, kills: int) -> Tally:
    """Kill the command itself, which draws the sample."""
    tally, target = Tally(), folder / "site"
    env = {**os.environ, "WANGGE_DATABASE_URL": f"sqlite:///{folder / 'w.db'}"}

    def run(*words: str | Path) -> list[str]:
        return [*WANGGE, *map(str, words)]

    def published(day: str) -> list[str]:
        return run("publish", target, "--download", "csv", "--at", day)

    subprocess.run(run("load", ROOT / "data"), env=env, check=True, capture_output=True)
    today = subprocess.run(
        [sys.executable, "-c", "from gis.clock import today; print(today())"],
        env=env, check=True, capture_output=True, text=True, cwd=ROOT,
    ).stdout.strip()  # fmt: skip
    began = time.perf_counter()
    subprocess.run(published(today), env=env, check=True, capture_output=True, cwd=ROOT)
    took_s = time.perf_counter() - began
    first = (target / "manifest.json").read_bytes()
    for kill in range(kills):
        before = (target / "manifest.json").read_bytes()
        child = subprocess.Popen(
            published(f"29{kill:02}-01-01"), env=env, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(random.uniform(0.3, 1.05) * took_s)
        child.kill()
        child.wait()
        tally.debris += (folder / ".site.wangge").exists()
        try:
            number_of(target)
            if (target / "manifest.json").read_bytes() == before:
                tally.old += 1
            else:
                tally.new += 1
        except (OSError, ValueError) as problem:
            tally.torn.append(str(problem))
    subprocess.run(published(today), env=env, check=True, capture_output=True, cwd=ROOT)
    if (target / "manifest.json").read_bytes() != first:
        tally.torn.append("the same data and day gave another manifest")
    if (folder / ".site.wangge").exists():
        tally.torn.append("left behind: .site.wangge")
    return tally


def main() -> int:
    """Run the scenarios; return 1 when a site was torn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="for each way of changing folders")
    parser.add_argument("--commands", type=int, default=8, help="kills of the command itself")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    random.seed(given.seed)
    scenarios: dict[str, tuple[int, Callable[[Path], Tally]]] = {
        "one step": (given.kills, lambda f: killed(f, given.kills, in_one_step=True)),
        "two steps": (given.kills, lambda f: killed(f, given.kills, in_one_step=False)),
        "command": (given.commands, lambda f: killed_command(f, given.commands)),
    }
    torn = 0
    for name, (kills, scenario) in scenarios.items():
        if not kills:
            continue
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            tally = scenario(Path(folder))
        torn += len(tally.torn)
        print(
            f"site     {name:9} {kills} kills: {tally.old} old, {tally.new} new, "
            f"{len(tally.torn)} torn, {tally.debris} in mid-write "
            f"({time.perf_counter() - began:.0f} s)",
            flush=True,
        )
        for fault in tally.torn:
            print(f"  {fault}")
    return 1 if torn else 0


if __name__ == "__main__":
    sys.exit(main())

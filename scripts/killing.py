"""Kill a process at random moments of its work, again and again: what the fault scripts share.

A scenario is called with a place, where stores are made on an engine, and a number of kills;
it returns a tally. In a place on SQLite every other kill waits until the work has begun to write
(its journal is there): by the clock alone, most would hit the work between two writes.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# The child is forked: no library may have started threads by then.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import alembic.command

from tests.store.throwaway_postgis import Cluster, NotInstalled, throwaway_cluster

assert alembic.command, "loaded before the child is forked, so that a kill hits the work"

_LONGEST_S = 30
_WRITING_S = 0.02


@dataclass
class Place:
    """Where stores are made on one engine: new ones, and copies of one."""

    folder: Path
    cluster: Cluster | None = None
    made: int = 0

    @property
    def engine(self) -> str:
        return "postgis" if self.cluster else "sqlite"

    def new(self, template: str | None = None) -> str:
        """Return the URL of a new store, empty or a copy."""
        self.made += 1
        if self.cluster is None:
            path = self.folder / f"{self.made}" / "wangge.db"
            path.parent.mkdir()
            if template is not None:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        name = template.split("/")[3].split("?")[0] if template else self.bare
        return self.cluster.url(self.cluster.new_database(name))

    @property
    def bare(self) -> str:
        """A database that has PostGIS and nothing else; it takes long to make."""
        assert self.cluster is not None
        if not hasattr(self, "_bare"):
            self._bare = self.cluster.new_database()
            self.cluster.run("CREATE EXTENSION postgis", self._bare)
        return self._bare

    def drop(self, url: str) -> None:
        """Remove a store."""
        if self.cluster is None:
            shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)
        else:
            self.cluster.drop(url.split("/")[3].split("?")[0])

    def journal_of(self, url: str) -> Path | None:
        """Return the file that is there while the store is written to, on SQLite."""
        return None if self.cluster else Path(url.removeprefix("sqlite:///") + "-journal")


@dataclass
class Tally:
    """What became of the stores that were killed."""

    old: int = 0
    new: int = 0
    journals: int = 0
    torn: list[str] = field(default_factory=list)

    def note(self, fault: str | None, *, is_new: bool) -> None:
        """Count a store that was looked at."""
        if fault:
            self.torn.append(fault)
        elif is_new:
            self.new += 1
        else:
            self.old += 1


Work = Callable[[Callable[[int], None]], None]
Scenario = Callable[[Place, int], Tally]


# --- killing -----------------------------------------------------------------------------------


def kill_in(work: Work, within_s: float, tally: Tally, journal: Path | None = None) -> int:
    """Run some work in a child and kill it within a time; return the last number it told of.

    With a journal, every other time not before the child writes. Counts what was hit in mid-write.
    """
    with _child(work) as (child, reader):
        if journal is not None and random.random() < 0.5:
            _await_file(journal, within_s)
            time.sleep(random.uniform(0, _WRITING_S))
        else:
            time.sleep(random.uniform(0, within_s))
        os.kill(child, signal.SIGKILL)
        told = b""
        while some := os.read(reader, 65536):
            told += some
        tally.journals += journal is not None and journal.exists()
    lines = told.decode().split()
    return int(lines[-1]) if lines else 0


def _await_file(path: Path, within_s: float) -> None:
    """Wait a random time, then until a file is there, all in all no longer than a time."""
    ends = time.perf_counter() + within_s
    time.sleep(random.uniform(0, within_s / 2))
    while not path.exists() and time.perf_counter() < ends:
        pass


def kill_over_and_over(
    place: Place,
    url: str,
    kills: int,
    work: Work,
    stored: Callable[[], int],
    fault_of: Callable[[int], str | None],
) -> Tally:
    """Kill a writer that makes one numbered thing after another, and look at the store each time.

    Parameters
    ----------
    work
        Tells each number once the store has acknowledged it.
    stored
        Returns the last number in the store.
    fault_of
        Says what is wrong with a store that holds at least the number given, at most the next.
    """
    tally = Tally()
    took_s = seconds_to_first(work)
    held = stored()
    for _ in range(kills):
        told = max(kill_in(work, 3 * took_s, tally, place.journal_of(url)), held)
        fault = fault_of(told)
        held = stored()
        if held not in (told, told + 1):
            fault = f"{held} is stored, expected {told} or the next"
        tally.note(fault, is_new=held > told)
    return tally


def seconds_to_first(work: Work) -> float:
    """Return how long a child takes until it tells of something; then it is killed."""
    with _child(work) as (_, reader):
        began = time.perf_counter()
        _await_word(reader)
        return time.perf_counter() - began


@contextmanager
def _child(work: Work) -> Iterator[tuple[int, int]]:
    """Yield a child that has begun to work, and where to read what it tells."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work_until_killed(work, writer)
    os.close(writer)
    try:
        _await_word(reader)
        yield child, reader
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)


def _work_until_killed(work: Work, writer: int) -> None:
    status = 1
    try:
        os.write(writer, b"0\n")
        work(lambda number: os.write(writer, f"{number}\n".encode()) and None)
        status = 0
    except BaseException as problem:
        os.write(2, f"child: {problem!r}\n".encode())
    os._exit(status)


def _await_word(reader: int) -> None:
    if not select.select([reader], [], [], _LONGEST_S)[0] or not os.read(reader, 2):
        raise RuntimeError("the child did nothing")


# --- all of it ---------------------------------------------------------------------------------


@contextmanager
def places(engines: list[str], running: Path | None = None) -> Iterator[list[Place]]:
    """Yield a place on each engine that is installed.

    ``running`` is the folder of a PostGIS cluster that runs; without it one is begun.
    """
    with ExitStack() as stack:
        found = []
        for engine in engines:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                cluster = None if engine == "sqlite" else _cluster(stack, running)
            except NotInstalled as missing:
                print(f"postgis: left out: {missing}")
                continue
            found.append(Place(folder, cluster))
        yield found


def _cluster(stack: ExitStack, running: Path | None) -> Cluster:
    return Cluster(running) if running else stack.enter_context(throwaway_cluster())


def main(scenarios: Mapping[str, Scenario], about: str, *, kills: int = 100) -> int:
    """Run the scenarios as the command line says; return 1 when a store was torn."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--kills", type=int, default=kills, help="for each scenario and engine")
    parser.add_argument("--engine", choices=["sqlite", "postgis"])
    parser.add_argument("--cluster", type=Path, help="the folder of a PostGIS that runs")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    random.seed(given.seed)
    torn = 0
    engines = [given.engine] if given.engine else ["sqlite", "postgis"]
    with places(engines, given.cluster) as found:
        for place in found:
            for name, scenario in scenarios.items():
                began = time.perf_counter()
                tally = scenario(place, given.kills)
                torn += len(tally.torn)
                took = time.perf_counter() - began
                journals = f", {tally.journals} in mid-write" if place.engine == "sqlite" else ""
                print(
                    f"{place.engine:8} {name:8} {given.kills} kills: {tally.old} old, "
                    f"{tally.new} new, {len(tally.torn)} torn{journals} ({took:.0f} s)",
                    flush=True,
                )
                for fault in tally.torn:
                    print(f"  {fault}")
    return 1 if torn else 0

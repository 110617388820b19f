"""Kill writers at random moments, and look each time whether the store is whole.

    python scripts/faults.py [--kills 100] [--engine sqlite|postgis] [--seed N]

On each engine, for each of three scenarios, that many times: a child process works on a store
and is killed (SIGKILL) at a random moment of its work; then the store must hold the old or the
new, whole, nothing that was acknowledged may be missing, and the work must go on from there.

publish    the child publishes one set after another
set up     the child makes the first tables
migrate    the child migrates a store that holds data to a later release
"""

from __future__ import annotations

import argparse
import os
import random
import select
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

# The child is forked: no library may have started threads by then.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import alembic.command
from sqlalchemy import inspect

from gis.errors import StoreError
from gis.store import DivisionHead, Store, open_store
from gis.store.engine import open_database
from gis.store.migrate import HEAD, VERSION_TABLE, upgrade
from tests.store.later_release import LATER, later_scripts
from tests.store.sets import TODAY, directory, division, roster, whole_set
from tests.store.throwaway_postgis import Cluster, NotInstalled, throwaway_cluster

VERSIONS_BEFORE = 3
_LONGEST_S = 30


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


@dataclass
class Tally:
    """What became of the stores that were killed."""

    old: int = 0
    new: int = 0
    journals: int = 0
    torn: list[str] = field(default_factory=list)


# --- killing -----------------------------------------------------------------------------------


Work = Callable[[Callable[[int], None]], None]


def kill_in(work: Work, within_s: float) -> int:
    """Run some work in a child and kill it within a time; return the last number it told of."""
    with _child(work) as (child, reader):
        time.sleep(random.uniform(0, within_s))
        os.kill(child, signal.SIGKILL)
        told = b""
        while some := os.read(reader, 65536):
            told += some
    lines = told.decode().split()
    return int(lines[-1]) if lines else 0


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


# --- looking -----------------------------------------------------------------------------------


def fault_of(store: Store, versions: tuple[int, ...]) -> str | None:
    """Return what is wrong with a store that may hold one of some numbers of versions."""
    try:
        return _fault_of_content(store, versions) or (
            _structural_fault(store.path) if store.path else None
        )
    except StoreError as problem:
        return str(problem)


def _fault_of_content(store: Store, versions: tuple[int, ...]) -> str | None:
    found = store.versions()
    if len({found.division, found.directory, found.roster}) != 1:
        return f"parts of one publication stand apart: {found}"
    if found.division not in versions:
        return f"version {found.division}, expected one of {versions}"
    if found.division:
        held = store.holding(TODAY)
        expected = (f(found.division).sha256 for f in (division, directory, roster))
        if held.faults or [p.sha256 for p in (held.division, held.directory, held.roster)] != [
            *expected
        ]:
            return f"version {found.division} is not what was published: {held.faults}"
    return None


def _structural_fault(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if found != "ok" or orphans:
        return f"integrity: {found} {orphans}"
    return None


def _left_a_journal(url: str) -> bool:
    return url.startswith("sqlite") and Path(url.removeprefix("sqlite:///") + "-journal").exists()


# --- the scenarios -----------------------------------------------------------------------------


def publish(place: Place, kills: int) -> Tally:
    """Kill a process that publishes one set after another."""
    tally = Tally()
    url = place.new()
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(**whole_set(1))
    stored = 1

    def work(tell: Callable[[int], None]) -> None:
        with closing(open_store(url)) as store:
            number = stored
            while True:
                number += 1
                store.publish(**whole_set(number))
                tell(number)

    took_s = seconds_to_first(work)
    with closing(open_store(url)) as store:
        stored = store.versions().division
    for _ in range(kills):
        told = max(kill_in(work, 3 * took_s), stored)
        tally.journals += _left_a_journal(url)
        with closing(open_store(url)) as store:
            _note(tally, fault_of(store, (told, told + 1)), store.versions().division > told)
            stored = store.versions().division
    with closing(open_store(url)) as store:
        tally.torn += filter(None, (_fault_in_history(store, h) for h in store.divisions()))
    place.drop(url)
    return tally


def _fault_in_history(store: Store, head: DivisionHead) -> str | None:
    try:
        stored = store.division(head.version)
    except StoreError as problem:
        return str(problem)
    if stored.sha256 != division(head.version).sha256:
        return f"division {head.version} is another one now"
    return None


def set_up(place: Place, kills: int) -> Tally:
    """Kill a process that makes the first tables."""

    def work_on(url: str) -> None:
        with closing(open_store(url)) as store:
            store.migrate()

    def tables_of(url: str) -> int:
        path = Path(url.removeprefix("sqlite:///"))
        return 0 if url.startswith("sqlite") and not path.exists() else len(_tables(url))

    return _killed_once_each(place, kills, None, work_on, tables_of)


def migrate(place: Place, kills: int) -> Tally:
    """Kill a process that migrates a store with data to a later release."""
    template = place.new()
    with closing(open_store(template)) as store:
        store.migrate()
        for number in range(1, VERSIONS_BEFORE + 1):
            store.publish(**whole_set(number))
    scripts = later_scripts(place.folder / "later")

    def work_on(url: str) -> None:
        database = open_database(url)
        upgrade(database, scripts, LATER)
        database.engine.dispose()

    tally = _killed_once_each(place, kills, template, work_on, _remarks)
    place.drop(template)
    return tally


def _killed_once_each(
    place: Place,
    kills: int,
    template: str | None,
    work_on: Callable[[str], None],
    progress: Callable[[str], int],
) -> Tally:
    """Kill some work on a new store each time; what ``progress`` says may not lie between."""
    tally = Tally()
    versions = (VERSIONS_BEFORE if template else 0,)
    trial = place.new(template)
    before = progress(trial)
    took_s = seconds_to_first(partial(_then_tell, work_on, trial))
    after = progress(trial)
    place.drop(trial)
    for _ in range(kills):
        url = place.new(template)
        told = kill_in(partial(_then_tell, work_on, url), 1.2 * took_s)
        tally.journals += _left_a_journal(url)
        reached = progress(url)
        fault = None
        if reached not in (before, after):
            fault = f"half way: {reached} of {after}"
        elif told and reached != after:
            fault = "what was acknowledged is lost"
        elif template:
            fault = _fault_behind(url, versions) or _fault_of_copies(url, versions)
        work_on(url)
        if progress(url) != after:
            fault = fault or "the work does not go on from there"
        _note(tally, fault or _fault_behind(url, versions), reached == after)
        place.drop(url)
    return tally


def _then_tell(work_on: Callable[[str], None], url: str, tell: Callable[[int], None]) -> None:
    work_on(url)
    tell(1)


def _fault_behind(url: str, versions: tuple[int, ...]) -> str | None:
    with closing(open_store(url)) as store:
        return fault_of(store, versions)


def _fault_of_copies(url: str, versions: tuple[int, ...]) -> str | None:
    """Look at the copies made before the migration: those with a final name are whole."""
    if not url.startswith("sqlite"):
        return None
    folder = Path(url.removeprefix("sqlite:///")).parent
    for copy in folder.glob(f"*.before-migration.{HEAD}.*Z"):
        if fault := _fault_behind(f"sqlite:///{copy}", versions):
            return f"{copy.name}: {fault}"
    return None


def _tables(url: str) -> list[str]:
    database = open_database(url)
    schema = None if database.path else "wangge"
    try:
        with database.reading() as connection:
            return inspect(connection).get_table_names(schema=schema)
    finally:
        database.engine.dispose()


def _remarks(url: str) -> int:
    """Return how far a store is on the way to the later release, from 0 to 5."""
    database = open_database(url)
    try:
        with database.reading() as connection:
            look = inspect(connection)
            found = sum(
                "remark" in {c["name"] for c in look.get_columns(name)}
                for name in ("grid", "place", "duty")
            )
            at = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
            return found + look.has_table("visit") + (at == LATER)
    finally:
        database.engine.dispose()


def _note(tally: Tally, fault: str | None, is_new: bool) -> None:
    if fault:
        tally.torn.append(fault)
    elif is_new:
        tally.new += 1
    else:
        tally.old += 1


# --- all of it ---------------------------------------------------------------------------------

SCENARIOS = {"publish": publish, "set up": set_up, "migrate": migrate}


@contextmanager
def places(engines: list[str]) -> Iterator[list[Place]]:
    """Yield a place on each engine that is installed."""
    with ExitStack() as stack:
        found = []
        for engine in engines:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                cluster = stack.enter_context(throwaway_cluster()) if engine == "postgis" else None
            except NotInstalled as missing:
                print(f"postgis: left out: {missing}")
                continue
            found.append(Place(folder, cluster))
        yield found


def main(scenarios: dict[str, Callable[[Place, int], Tally]] = SCENARIOS) -> int:
    """Run the scenarios; return 1 when a store was torn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="for each scenario and engine")
    parser.add_argument("--engine", choices=["sqlite", "postgis"])
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    random.seed(given.seed)
    torn = 0
    with places([given.engine] if given.engine else ["sqlite", "postgis"]) as found:
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


if __name__ == "__main__":
    assert alembic.command, "loaded before the child is forked, so that a kill hits the work"
    sys.exit(main())

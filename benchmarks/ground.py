"""What small edits leave behind: growth, and a store after 10,000 of them, on both engines.

python benchmarks/ground.py [--edits 10000]        writes benchmarks/ground.md
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.audit import SYSTEM
from gis.clock import today
from gis.directory import PlaceKind
from gis.editing import people, places
from gis.store import Store, open_store
from gis.store.engine import open_database
from tests.store.throwaway_postgis import NotInstalled, throwaway_cluster

WANGGE = Path(sys.executable).with_name("wangge")
PORT = 18_471
_LONGEST_S = 60
HEAD = """# The ground: what an edit writes, and a store of many versions

`python benchmarks/ground.py --edits {edits}` · Python {python}, {processors} shared cores · the
sample, on a file system in memory, so that no disk is measured. An edit is a phone number of a
person or the households of a building, with a reason and its audit entry. The first column is what
7144090 did (whole copies, on SQLite, 500 such edits; the size after {edits} is reckoned from them).

| | 7144090 | aim | SQLite | PostGIS |
|---|---|---|---|---|
"""
AIMS = (
    ("the database grows by, a person edited, KB", "133", "≤ 4"),
    ("– a place edited, KB", "549", "≤ 8"),
    ("a person edited, CPU s in the store", "0.075", "≤ 0.05"),
    ("– a place edited", "0.189", "≤ 0.05"),
    ("after {edits} edits: size, MB", "3,490", "≤ 60"),
    ("– start-up until `/readyz` answers, s", "", "≤ 2"),
    ("– backup with its check, s", "", "≤ 3"),
    ("– the first version of the places read, s", "", ""),
    ("– the newest one, s", "", ""),
)


@dataclass(frozen=True)
class Engine:
    """A store to measure: its URL, and how to ask for its size in bytes."""

    url: str
    size: Callable[[], int]


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Engine]:
    """Yield a store on a file."""
    path = folder / "wangge.db"
    yield Engine(f"sqlite:///{path}", lambda: path.stat().st_size)


@contextmanager
def on_postgis() -> Iterator[Engine]:
    """Yield a store in a cluster that is thrown away."""
    with throwaway_cluster() as cluster:
        name = cluster.new_database()
        cluster.run("CREATE EXTENSION postgis", name)
        url = cluster.url(name)

        def size() -> int:
            database = open_database(url)
            with database.reading() as connection:
                found = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
                size = int(found.scalar() or 0)
            database.engine.dispose()
            return size

        yield Engine(url, size)


def edit(store: Store, number: int, who: Sequence[str], where: Sequence[str]) -> None:
    """Edit a person or, where nobody is named, a building, another one each time."""
    if who:
        given = {"mobile": f"000-{number:08d}"}
        identity = who[number % len(who)]
        store.revise_roster(
            lambda base: people.edit_person(base.value, identity, given),
            today=today(),
            author=SYSTEM,
            reason="示例",
        )
        return
    building = where[number % len(where)]
    store.revise_directory(
        lambda base: places.edit_place(base.value, building, {"households": number % 499 + 1}),
        today=today(),
        author=SYSTEM,
        reason="示例",
    )


def measured(engine: Engine, edits: int, folder: Path) -> list[str]:
    """Return the figures of an engine, in the order of the table."""
    subprocess.run(
        [str(WANGGE), "load", "data"],
        env={**os.environ, "WANGGE_DATABASE_URL": engine.url},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    each = edits // 2
    grown, cpu = [], []
    with closing(open_store(engine.url)) as bare:
        kept, before, held = bare.caching(12), bare.versions(), bare.holding(today())
        who = [person.id for person in held.roster.people]
        where = [p.id for p in held.directory.places if p.kind is PlaceKind.BUILDING]
        for some in (who, []):
            size, began = engine.size(), time.process_time()
            for number in range(each):
                edit(kept, number, some, where)
            cpu.append(f"{(time.process_time() - began) / each:.3f}")
            grown.append(f"{(engine.size() - size) / each / 1024:.1f}")
        made = bare.versions()
        assert made.roster - before.roster == each
        assert made.directory - before.directory == each
    figures = [*grown, *cpu, f"{engine.size() / 1e6:.1f}"]
    figures.append(f"{start_up_s(engine.url):.1f}")
    with closing(open_store(engine.url)) as store:
        figures.append(f"{seconds(lambda: back_up(store, folder)):.1f}")
        figures.append(f"{seconds(lambda: store.directory(1)):.2f}")
        figures.append(f"{seconds(lambda: store.directory(made.directory)):.2f}")
    return figures


def back_up(store: Store, folder: Path) -> None:
    """Make a backup, which must find nothing wrong."""
    assert store.back_up(folder / "ground.backup", author=SYSTEM, overwrite=True).faults == ()


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes by the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def start_up_s(url: str) -> float:
    """Return how long a service takes from its start until it is ready."""
    words = [str(WANGGE), "serve", "--port", str(PORT)]
    began = time.perf_counter()
    process = subprocess.Popen(
        words,
        env={**os.environ, "WANGGE_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < _LONGEST_S:
            with (
                suppress(urllib.error.URLError, ConnectionError),
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz") as answer,
            ):
                if answer.status == 200:
                    return time.perf_counter() - began
            time.sleep(0.02)
        raise TimeoutError(url)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measure both engines and write the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--edits", type=int, default=10_000)
    edits = words.parse_args().edits
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108
    folder = Path(tempfile.mkdtemp(dir=memory))
    try:
        with on_sqlite(folder) as engine:
            sqlite = measured(engine, edits, folder)
        try:
            with on_postgis() as engine:
                postgis = measured(engine, edits, folder)
        except NotInstalled:
            postgis = ["not installed"] * len(sqlite)
    finally:
        shutil.rmtree(folder)
    rows = zip(AIMS, sqlite, postgis, strict=True)
    table = HEAD.format(
        edits=edits, python=platform.python_version(), processors=os.cpu_count()
    ) + "".join(f"| {' | '.join((*row, a, b))} |\n" for row, a, b in rows).format(
        edits=f"{edits:,}"
    )
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()

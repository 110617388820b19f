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

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import inspect

from gis.errors import StoreError
from gis.store import DivisionHead, Store, open_store
from gis.store.engine import open_database
from gis.store.migrate import HEAD, VERSION_TABLE, upgrade
from scripts.killing import Place, Tally, kill_in, kill_over_and_over, main, seconds_to_first
from tests.store.later_release import LATER, later_scripts
from tests.store.sets import TODAY, directory, division, roster, whole_set

VERSIONS_BEFORE = 3


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


# --- the scenarios -----------------------------------------------------------------------------


def publish(place: Place, kills: int) -> Tally:
    """Kill a process that publishes one set after another."""
    url = place.new()
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(**whole_set(1))

    def stored() -> int:
        with closing(open_store(url)) as store:
            return store.versions().division

    def work(tell: Callable[[int], None]) -> None:
        number = stored()
        with closing(open_store(url)) as store:
            while True:
                number += 1
                store.publish(**whole_set(number))
                tell(number)

    tally = kill_over_and_over(
        place, url, kills, work, stored, lambda told: _fault_behind(url, (told, told + 1))
    )
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
        work = partial(_then_tell, work_on, url)
        told = kill_in(work, 1.2 * took_s, tally, place.journal_of(url))
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
        tally.note(fault or _fault_behind(url, versions), is_new=reached == after)
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


if __name__ == "__main__":
    sys.exit(main({"publish": publish, "set up": set_up, "migrate": migrate}, __doc__))

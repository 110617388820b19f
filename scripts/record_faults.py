"""Kill editors and restorers at random moments; the record is whole, the store old or new.

    python scripts/record_faults.py [--kills 100] [--engine sqlite|postgis] [--seed N]

edit       the child edits one person again and again: each edit and its entry stand together,
           the chain holds, and nothing that was acknowledged is missing
restore    the child puts a backup in the place of a store: the old store or the restored one,
           whole, with its audit log; and the restore goes on from there
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.audit import SYSTEM
from gis.editing import people
from gis.store import Store, open_store
from gis.store.restoring import restore as restore_into
from scripts.faults import fault_of
from scripts.killing import Place, Tally, kill_in, kill_over_and_over, main, seconds_to_first
from tests.store.sets import TODAY, whole_set

_HELD, _BACKED_UP = 3, 1


def edit(place: Place, kills: int) -> Tally:
    """Kill a process that edits one person again and again."""
    url = place.new()
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(**whole_set(1))

    def work(tell: Callable[[int], None]) -> None:
        with closing(open_store(url)) as store:
            while True:
                version = store.versions().roster + 1
                store.revise_roster(partial(_renumber, version), today=TODAY, author=SYSTEM)
                tell(version)

    tally = kill_over_and_over(
        place, url, kills, work, lambda: _roster(url), lambda _: _fault_of_edits(url)
    )
    place.drop(url)
    return tally


def _roster(url: str) -> int:
    with closing(open_store(url)) as store:
        return store.versions().roster


def _renumber(version: int, base: object) -> object:
    return people.edit_person(base.value, "p1", {"office_phone": f"025-{version}"})


def _fault_of_edits(url: str) -> str | None:
    with closing(open_store(url)) as store:
        version = store.versions().roster
        verified = store.verify_audit()
        if verified.broken:
            return verified.broken.en
        if verified.head.count != 3 + version - 1:
            return f"{verified.head.count} entries for roster {version}"
        held = store.holding(TODAY)
        phone = held.roster.by_id["p1"].office_phone
        if held.faults or (version > 1 and phone != f"025-{version}"):
            return f"roster {version} has phone {phone}: {held.faults}"
        return None


def restore(place: Place, kills: int) -> Tally:
    """Kill a process that puts a backup in the place of a store."""
    tally = Tally()
    made = place.new()
    backup = place.folder / "faults.backup"
    with closing(open_store(made)) as store:
        store.migrate()
        store.publish(**whole_set(1))
        store.back_up(backup, author=SYSTEM)
        for number in range(2, _HELD + 1):
            store.publish(**whole_set(number))

    def work_on(url: str, tell: Callable[[int], None]) -> None:
        restore_into(url, backup, author=SYSTEM, replace=True)
        tell(1)

    trial = place.new(made)
    took_s = seconds_to_first(partial(work_on, trial))
    place.drop(trial)
    for _ in range(kills):
        url = place.new(made)
        told = kill_in(partial(work_on, url), 1.2 * took_s, tally, place.journal_of(url))
        with closing(open_store(url)) as store:
            reached = store.versions().division
            fault = fault_of(store, (_BACKED_UP,) if told else (_BACKED_UP, _HELD))
            fault = fault or _broken(store)
            store.close()
            restore_into(url, backup, author=SYSTEM, replace=True)
            fault = fault or fault_of(store, (_BACKED_UP,)) or _broken(store)
        tally.note(fault, is_new=reached == _BACKED_UP)
        place.drop(url)
    place.drop(made)
    return tally


def _broken(store: Store) -> str | None:
    broken = store.verify_audit().broken
    return broken.en if broken else None


if __name__ == "__main__":
    sys.exit(main({"edit": edit, "restore": restore}, __doc__))

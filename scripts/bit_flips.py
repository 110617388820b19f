"""Flip bits of a store of many small edits: no version is ever given back as what it was not.

    python scripts/bit_flips.py [--flips 1000] [--seed N]

The store holds some loads and small edits, some while another version is scheduled. Each time
one bit of its file is flipped, and then, of every version: it is what was published, or it is
refused; looking through the whole store tells of exactly those that are refused, or SQLite's own
check tells that an index is not that of its table; and what is in force is what was published. A
file whose structure is broken may be refused as a whole.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.audit import SYSTEM
from gis.editing import people, places
from gis.errors import StoreError
from gis.store import Store, open_store
from gis.store.engine import open_database
from gis.store.parts import PARTS, VersionedPart
from gis.store.soundness import damaged_versions
from gis.store.versions import heads
from tests.store.sets import TODAY, directory, roster, whole_set

Known = dict[tuple[str, int], Any]


def filled(path: Path) -> Known:
    """Make the store; return every version of it."""
    later = {"effective_from": TODAY + timedelta(days=30), "division": None}
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.migrate()
        store.publish(**whole_set(1))
        store.publish(**whole_set(2))
        for number in range(6):
            _edit(store, number)
        store.publish(**{**whole_set(), **later, "directory": directory(7), "roster": roster(7)})
        for number in range(6, 12):
            _edit(store, number)
        newest = store.versions()
        return {
            (part.name.en, version): _read(store, part, version)
            for part in PARTS
            for version in range(1, getattr(newest, part.name.en) + 1)
        }


def _edit(store: Store, number: int) -> None:
    given = {"office_phone": f"025-0001-{number:04d}"}
    store.revise_roster(
        lambda base: people.edit_person(base.value, "p1", given), today=TODAY, author=SYSTEM
    )
    store.revise_directory(
        lambda base: places.edit_place(base.value, "b1", {"households": number + 1}),
        today=TODAY,
        author=SYSTEM,
    )


def _read(store: Store, part: VersionedPart[Any], version: int) -> Any:
    return getattr(store, part.name.en)(version)


def fault_after_a_flip(path: Path, known: Known) -> str | None:
    """Return what is wrong with how a file with a flipped bit is read, None for nothing."""
    with closing(open_store(f"sqlite:///{path}")) as store:
        try:
            with store.serve_lock():
                held = store.holding(TODAY)
                told = set(_told(path))
        except StoreError:
            return None
        refused = set()
        for (name, version), value in known.items():
            part = next(p for p in PARTS if p.name.en == name)
            try:
                found = _read(store, part, version)
            except StoreError:
                refused.add((name, version))
                continue
            if _content(part, found) != _content(part, value):
                return f"{name} {version} is another one"
        if told != refused - _gone(path, refused) and _is_sound(path):
            return f"told of {sorted(told - refused)}, not of {sorted(refused - told)}"
        for part in PARTS:
            value = getattr(held, part.name.en)
            if _content(part, value) != _content(part, known[part.name.en, value.version]):
                return f"{part.name.en} {value.version} in force is another one"
    return None


def _content(part: VersionedPart[Any], value: Any) -> tuple[Any, ...]:
    return value.version, value.sha256, *(getattr(value, table.name) for table in part.rows)


def _told(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the versions that looking through all of the store finds damaged."""
    database = open_database(f"sqlite:///{path}")
    with database.reading() as connection:
        for part in PARTS:
            for head in damaged_versions(connection, database, part):
                yield part.name.en, head.version
    database.engine.dispose()


def _is_sound(path: Path) -> bool:
    """Tell whether SQLite finds tables and indexes in order."""
    with closing(sqlite3.connect(path)) as connection:
        found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return found == "ok"


def _gone(path: Path, refused: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Return those refused whose number stands in no head any more."""
    database = open_database(f"sqlite:///{path}")
    with database.reading() as connection:
        there = {(p.name.en, head.version) for p in PARTS for head in heads(connection, p)}
    database.engine.dispose()
    return refused - there


def flip_over_and_over(flips: int, seed: int) -> list[str]:
    """Flip that many bits, each in a fresh copy; return what was wrong."""
    chance, wrong = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        path, broken = Path(folder) / "wangge.db", Path(folder) / "broken.db"
        known = filled(path)
        whole = path.read_bytes()
        for _ in range(flips):
            position, bit = chance.randrange(len(whole)), chance.randrange(8)
            flipped = bytearray(whole)
            flipped[position] ^= 1 << bit
            broken.write_bytes(flipped)
            if fault := fault_after_a_flip(broken, known):
                wrong.append(f"byte {position} bit {bit}: {fault}")
    return wrong


def main() -> int:
    """Flip, and say what was wrong."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--flips", type=int, default=1000)
    words.add_argument("--seed", type=int, default=20261201)
    given = words.parse_args()
    wrong = flip_over_and_over(given.flips, given.seed)
    print(f"bit flips: {given.flips}, {len(wrong)} wrong")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

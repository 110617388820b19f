"""A store of a release that kept whole copies becomes one of rows; every version stays itself."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, make_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, insert

from gis.audit import SYSTEM
from gis.clock import today
from gis.content_hash import release_of
from gis.editing import people
from gis.errors import StoreDamaged
from gis.ids import PersonId
from gis.roster import Person, Roster
from gis.store import Store, open_store, rows
from gis.store.backup_databases import faults_in
from gis.store.engine import open_database
from gis.store.parts import DIRECTORY, PARTS, ROSTER, VersionedPart
from tests.store.conftest import ENGINES
from tests.store.raw import run_sql
from tests.store.test_frozen import dump, thaw_sqlite, told

RELEASE = "0.1-7144090"
EDITS = 24
Thaw = Callable[[], str]


@pytest.fixture(params=ENGINES)
def thaw(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Thaw]:
    """Return how the frozen store of 7144090 is thawed, as often as one likes."""
    made: list[str] = []

    def to_file() -> str:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(thaw_sqlite(RELEASE, folder))
        return made[-1]

    if request.param == "sqlite":
        yield to_file
        return
    cluster = request.getfixturevalue("cluster")

    def to_postgis() -> str:
        made.append(cluster.new_database(request.getfixturevalue("template")))
        host = str(cluster.folder)
        with psycopg.connect(host=host, user="office", dbname=made[-1], autocommit=True) as to:
            to.execute(dump(RELEASE, "postgis"))
        return cluster.url(made[-1])

    yield to_postgis
    for name in made:
        cluster.drop(name)


def write_copy(connection: Connection, part: VersionedPart[Any], value: Any, day: date) -> None:
    """Write a version as that release did: its head, then all of its rows."""
    sealed = f"{part.name.en} {value.version} {day.isoformat()} {value.sha256}"
    connection.execute(
        insert(part.table).values(
            version=value.version,
            effective_from=day,
            sha256=value.sha256,
            seal=hashlib.sha256(sealed.encode()).hexdigest(),
            published_at="2026-11-27T00:00:00Z",
            **{name: getattr(value, name) for name in part.head_fields},
        )
    )
    for table in part.rows:
        stamp = {f"{part.name.en}_version": value.version}
        found = [as_released(row) for row in getattr(value, table.name)]
        rows.write(connection, table.table, found, stamp)


def as_released(row: Any) -> Any:
    """Return a row without the fields that came later."""
    names = [f.name for f in fields(row) if release_of(f) is None]
    kind = make_dataclass(type(row).__name__, names, frozen=True)
    return kind(*(getattr(row, name) for name in names))


def edited(value: Any, chance: random.Random) -> Any:
    """Return another roster or directory: one changed, one gone, one new or back, or as it is."""
    name = "people" if isinstance(value, Roster) else "places"
    held = list(getattr(value, name))
    act = chance.choice(("change", "change", "change", "take out", "put in", "nothing"))
    if act == "change":
        at = chance.randrange(len(held))
        held[at] = replace(held[at], name=f"示例{chance.randrange(10**6)}")
    elif act == "take out" and len(held) > 2:
        del held[chance.randrange(len(held))]
    elif act == "put in" and isinstance(value, Roster):
        new = Person(PersonId(f"p-new-{chance.randrange(4)}"), "张虚构")
        held = [*(p for p in held if p.id != new.id), new]
    return replace(value, **{name: tuple(held)})


def store_of_many_edits(url: str, known: str) -> dict[str, list[Any]]:
    """Write versions as small edits left them, after those there are; return all of them."""
    chance = random.Random(20261127)
    with closing(open_store(known)) as store:
        store.migrate()
        newest = store.versions()
        versions: dict[str, list[Any]] = {
            part.name.en: [
                getattr(store, part.name.en)(n + 1) for n in range(getattr(newest, part.name.en))
            ]
            for part in PARTS
        }
    database = open_database(url)
    with database.writing() as connection:
        for part in (ROSTER, DIRECTORY):
            found = versions[part.name.en]
            earlier = found[-1]
            for number in range(EDITS):
                # What is in force and what is scheduled were edited by turns.
                base = found[-1] if number % 5 else earlier
                earlier = found[-1]
                day = found[-1].effective_from + timedelta(days=number % 3 == 0)
                value = replace(edited(base, chance), version=len(found) + 1, effective_from=day)
                write_copy(connection, part, value, day)
                found.append(value)
    database.engine.dispose()
    return versions


def faults(store: Store) -> list[str]:
    database = open_database(store.url)
    with database.reading() as connection:
        found = [text.en for text in faults_in(connection, database)]
    database.engine.dispose()
    return found


def test_every_version_of_a_store_of_whole_copies_is_what_was_published(thaw: Thaw) -> None:
    known, url = thaw(), thaw()
    versions = store_of_many_edits(url, known)
    with closing(open_store(url)) as store:
        assert store.migrate()
        for part, values in versions.items():
            published = told(RELEASE)["sha256"][part]
            assert [v.sha256 for v in values[: len(published)]] == published
            for value in values:
                found = getattr(store, part)(value.version)
                assert found.sha256 == value.sha256 == store.sha256(parts()[part], value.version)
                assert found == replace(value, effective_from=found.effective_from)
        assert faults(store) == []
        assert store.verify_audit().broken is None


def parts() -> dict[str, VersionedPart[Any]]:
    return {part.name.en: part for part in PARTS}


def test_what_was_copied_into_every_version_is_there_once(thaw: Thaw) -> None:
    known, url = thaw(), thaw()
    versions = store_of_many_edits(url, known)
    with closing(open_store(url)) as store:
        store.migrate()
    database = open_database(url)
    with database.reading() as connection:
        count = len(ROSTER.rows[0].stored(connection, None))
    database.engine.dispose()
    copied = sum(len(v.people) for v in versions["roster"])
    changed = sum(
        len(set(a.people) ^ set(b.people))
        for a, b in zip((Roster(), *versions["roster"]), versions["roster"], strict=False)
    )
    assert count <= changed < copied


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ("UPDATE person SET name = 'x' WHERE roster_version = 20", "roster"),
        ("DELETE FROM duty WHERE roster_version = 20", "roster"),
        ("UPDATE roster SET sha256 = 'x' WHERE version = 20", "roster"),
        ("UPDATE place SET kind = 'x' WHERE directory_version = 20", "directory"),
        ("UPDATE directory SET seal = 'x' WHERE version = 20", "directory"),
        ("UPDATE grid SET id = 'x' WHERE division_version = 2 AND level = 1", "division"),
    ],
)
def test_a_version_that_was_damaged_is_so_afterwards_and_no_other(
    thaw: Thaw, damage: str, part: str
) -> None:
    known, url = thaw(), thaw()
    versions = store_of_many_edits(url, known)
    with closing(open_store(url)) as store:
        run_sql(store, damage)
        assert store.migrate()
        spoilt = 2 if part == "division" else 20
        assert [f.split(" in ")[0] for f in faults(store)] == [f"{part} {spoilt}"]
        with pytest.raises(StoreDamaged):
            getattr(store, part)(spoilt)
        for value in versions[part]:
            if value.version != spoilt:
                assert getattr(store, part)(value.version).sha256 == value.sha256


def test_edits_go_on_after_the_migration_and_write_what_they_change(thaw: Thaw) -> None:
    known, url = thaw(), thaw()
    store_of_many_edits(url, known)
    with closing(open_store(url)) as store:
        store.migrate()
        before = store.holding(today()).roster
        identity = before.people[0].id
        store.revise_roster(
            lambda base: people.edit_person(base.value, identity, {"mobile": "000-0001"}),
            today=today(), author=SYSTEM,
        )  # fmt: skip
        after = store.holding(today()).roster
        assert after.by_id[identity].mobile == "000-0001"
        assert store.roster(before.version) == before
        assert faults(store) == []
    database = open_database(url)
    with database.reading() as connection:
        written = [len(t.stored(connection, after.version)) for t in ROSTER.rows]
    database.engine.dispose()
    assert written == [1, 0, 0]

"""What is not what was published is refused, loudly, and the last good version serves."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gis.audit import SYSTEM
from gis.editing import people
from gis.errors import StoreDamaged, StoreError
from gis.store import Store, Versions, open_store
from gis.store.engine import open_database
from gis.store.parts import PARTS
from gis.store.soundness import damaged_versions
from scripts.bit_flips import flip_over_and_over
from tests.store.raw import run_sql
from tests.store.sets import TODAY, directory, division, roster, whole_set

TAMPERINGS = {
    "a name": "UPDATE grid SET name = 'x' WHERE division_version = 2 AND id = 'g1-1-1'",
    "a code": "UPDATE grid SET code = code || '0' WHERE division_version = 2 AND id = 'g1-1-1'",
    "a kind that is none": "UPDATE grid SET kind = 'x' WHERE division_version = 2 AND id = 'g1-1-1'",
    "a level that is none": "UPDATE grid SET level = 7 WHERE division_version = 2 AND id = 'g1-1-1'",
    "a row gone": "DELETE FROM grid WHERE division_version = 2 AND id = 'g1-1-2'",
    "all rows gone": "DELETE FROM grid WHERE division_version = 2",
    "a row from elsewhere": "UPDATE grid SET division_version = 2, id = 'n', code = 'n' "
    "WHERE division_version = 1 AND id = 'g1-1-2'",
    "members": "UPDATE grid SET members = '[]' WHERE division_version = 2",
    "members of another shape": "UPDATE grid SET members = '[1]' WHERE division_version = 2",
    "a title": "UPDATE division SET title = 'x' WHERE version = 2",
    "a hash": "UPDATE division SET sha256 = 'x' WHERE version = 2",
    "a seal": "UPDATE division SET seal = 'x' WHERE version = 2",
    "a date": "UPDATE division SET effective_from = '2026-11-22' WHERE version = 2",
}
SQLITE_TAMPERINGS = {
    "a byte of a boundary": "UPDATE grid SET boundary = substr(boundary, 1, 40) || x'00' || "
    "substr(boundary, 42) WHERE division_version = 2 AND id = 'g1-1-1'",
    "half a boundary": "UPDATE grid SET boundary = substr(boundary, 1, 40) "
    "WHERE division_version = 2 AND id = 'g1-1-1'",
    "a boundary that is text": "UPDATE grid SET boundary = 'x' WHERE division_version = 2",
    "text that is not UTF-8": "UPDATE grid SET name = CAST(x'ff41' AS TEXT) "
    "WHERE division_version = 2 AND id = 'g1-1-1'",
    "JSON cut off": "UPDATE grid SET members = '[' WHERE division_version = 2",
    "a date that is none": "UPDATE division SET effective_from = '2026-11-' WHERE version = 2",
    "a hash that is no text": "UPDATE division SET sha256 = x'ff' WHERE version = 2",
}


def _holds_two(store: Store) -> None:
    store.publish(**whole_set(1))
    store.publish(**whole_set(2))


def _expect_the_first_with_a_fault(store: Store) -> None:
    held = store.holding(TODAY)
    assert held.division.grids[1:2] == division(1).grids[1:2]
    assert held.division.version == 1
    (fault,) = held.faults
    assert (fault.severity, fault.rule) == ("error", "damaged_division")
    assert "division 2" in fault.text.en
    assert "第 2 版" in fault.text.zh
    assert held.versions == Versions(2, 2, 2)


@pytest.mark.parametrize("what", [k for k in TAMPERINGS if k != "a row from elsewhere"])
def test_a_division_that_was_tampered_with_does_not_serve(store: Store, what: str) -> None:
    _holds_two(store)
    run_sql(store, TAMPERINGS[what])
    _expect_the_first_with_a_fault(store)
    with pytest.raises(StoreDamaged, match="division 2"):
        store.division(2)


@pytest.mark.parametrize("what", SQLITE_TAMPERINGS)
def test_a_division_that_cannot_be_read_does_not_serve(file_store: Store, what: str) -> None:
    _holds_two(file_store)
    run_sql(file_store, SQLITE_TAMPERINGS[what])
    _expect_the_first_with_a_fault(file_store)


@pytest.mark.postgis
def test_a_boundary_moved_in_qgis_does_not_serve(cluster, tables_in_postgis) -> None:
    cluster.run(
        "TRUNCATE wangge.identity, wangge.division, wangge.directory, wangge.roster CASCADE",
        tables_in_postgis,
    )
    with closing(open_store(cluster.url(tables_in_postgis))) as store:
        _holds_two(store)
        moved = "UPDATE grid SET boundary = ST_Translate(boundary, 1e-7, 0)"
        run_sql(store, f"{moved} WHERE division_version = 2 AND id = 'g1-1-1'")
        _expect_the_first_with_a_fault(store)


def test_a_grid_moved_between_versions_spoils_both(store: Store) -> None:
    _holds_two(store)
    run_sql(store, TAMPERINGS["a row from elsewhere"])
    with pytest.raises(StoreDamaged, match="restore a backup"):
        store.holding(TODAY)


def _all_other() -> dict[str, Any]:
    """Return the second set, with every place, person, duty and organisation another one."""
    given = whole_set(2)
    places, people = given["directory"], given["roster"]
    places = replace(
        places,
        places=tuple(replace(p, name=f"{p.name}新") for p in places.places),
        context=tuple(replace(c, name=f"{c.name}新") for c in places.context),
    )
    people = replace(
        people,
        people=tuple(replace(p, name=f"{p.name}新") for p in people.people),
        duties=tuple(replace(d, since=TODAY) for d in people.duties),
        organisations=tuple(replace(o, name=f"{o.name}新") for o in people.organisations),
    )
    return {**given, "directory": places, "roster": people}


@pytest.mark.parametrize(
    ("part", "statement"),
    [
        ("directory", "UPDATE place SET disclosed = (1 = 1) WHERE directory_version = 2"),
        ("directory", "UPDATE context_feature SET name = 'x' WHERE directory_version = 2"),
        ("roster", "UPDATE person SET consent = (1 = 1) WHERE roster_version = 2"),
        ("roster", "UPDATE duty SET until = '2027-01-01' WHERE roster_version = 2"),
        ("roster", "UPDATE organisation SET phone = 'x' WHERE roster_version = 2"),
    ],
)
def test_places_and_people_that_were_tampered_with_do_not_serve(
    store: Store, part: str, statement: str
) -> None:
    store.publish(**whole_set(1))
    store.publish(**_all_other())
    run_sql(store, statement)
    held = store.holding(TODAY)
    assert [f.rule for f in held.faults] == [f"damaged_{part}"]
    served = {"directory": held.directory, "roster": held.roster}[part]
    assert served.sha256 == {"directory": directory(1), "roster": roster(1)}[part].sha256
    assert held.division.version == 2


def _phone(number: int) -> dict[str, str]:
    return {"office_phone": f"025-{number}"}


def _edited(store: Store, number: int) -> None:
    store.revise_roster(
        lambda base: people.edit_person(base.value, "p1", _phone(number)),
        today=TODAY,
        author=SYSTEM,
    )


def test_a_row_that_is_damaged_takes_the_versions_that_share_it_and_no_other(store: Store) -> None:
    store.publish(**whole_set(1))
    for number in range(2, 7):
        _edited(store, number)
    run_sql(store, "UPDATE person SET name = 'x' WHERE roster_version = 3 AND id = 'p1'")
    assert _damaged(store) == [("roster", 3)]
    run_sql(store, "UPDATE person SET name = 'x' WHERE roster_version = 1 AND id = 'p2'")
    assert _damaged(store) == [("roster", n) for n in range(1, 7)]


def test_after_damage_the_next_load_shares_nothing_with_it(store: Store) -> None:
    store.publish(**whole_set(1))
    _edited(store, 2)
    run_sql(store, "UPDATE person SET name = 'x' WHERE roster_version = 1 AND id = 'p2'")
    store.publish(**whole_set(3))
    assert _damaged(store) == [("roster", 1), ("roster", 2)]
    assert store.holding(TODAY).roster.sha256 == roster(3).sha256


def _damaged(store: Store) -> list[tuple[str, int]]:
    """Return what looking through the whole store finds, which reading one by one must find."""
    newest = store.versions()
    refused = []
    for part in ("division", "directory", "roster"):
        for version in range(1, getattr(newest, part) + 1):
            try:
                getattr(store, part)(version)
            except StoreDamaged:
                refused.append((part, version))
    database = open_database(store.url)
    with database.reading() as connection:
        told = [
            (part.name.en, head.version)
            for part in PARTS
            for head in damaged_versions(connection, database, part)
        ]
    database.engine.dispose()
    assert told == refused
    return told


def test_loading_the_set_again_mends_it(store: Store) -> None:
    _holds_two(store)
    run_sql(store, TAMPERINGS["a name"])
    mended = store.publish(**whole_set(2))
    assert mended.changed == ("division",)
    held = store.holding(TODAY)
    assert (held.division.version, held.faults) == (3, ())


def test_a_code_in_a_damaged_division_proves_nothing(store: Store) -> None:
    _holds_two(store)
    run_sql(store, "UPDATE grid SET id = 'x' WHERE division_version = 2 AND id = 'g1-1-2'")
    store.publish(**whole_set(2))
    assert store.holding(TODAY).division.version == 3


def test_a_flipped_bit_never_serves_anything_but_what_was_published(
    file_store: Store, tmp_path: Path
) -> None:
    _holds_two(file_store)
    assert file_store.path is not None
    whole = file_store.path.read_bytes()
    chance = random.Random(20261123)
    broken = tmp_path / "broken.db"
    for _ in range(100):
        position, bit = chance.randrange(len(whole)), chance.randrange(8)
        flipped = bytearray(whole)
        flipped[position] ^= 1 << bit
        broken.write_bytes(flipped)
        _expect_right_or_refused(broken, f"byte {position} bit {bit}")


def test_of_every_version_a_flipped_bit_is_told_or_changes_nothing() -> None:
    assert flip_over_and_over(flips=40, seed=1) == []


def _expect_right_or_refused(path: Path, where: str) -> None:
    with closing(open_store(f"sqlite:///{path}")) as store:
        try:
            with store.serve_lock():
                held = store.holding(TODAY)
        except StoreError:
            return
    expected = {1: division(1), 2: division(2)}[held.division.version]
    assert held.division.grids == expected.grids, where
    told = "damaged_division" in {fault.rule for fault in held.faults}
    assert told is (held.division.version == 1), where


def test_a_fault_that_the_driver_cannot_even_quote_is_refused_by_name(
    file_store: Store, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.db"
    whole = Path(str(file_store.path)).read_bytes()
    broken.write_bytes(whole.replace(b"CREATE TABLE place", b"CRE\xc1TE TABLE place"))
    with (
        closing(open_store(f"sqlite:///{broken}")) as store,
        pytest.raises(StoreDamaged, match=r"broken\.db is damaged"),
    ):
        store.versions()


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_file_cut_short_is_refused_by_name(
    file_store: Store, tmp_path: Path, kept: float
) -> None:
    _holds_two(file_store)
    cut = tmp_path / "cut.db"
    shutil.copy(str(file_store.path), cut)
    size = cut.stat().st_size
    with cut.open("r+b") as file:
        file.truncate(int(size * kept))
    with (
        closing(open_store(f"sqlite:///{cut}")) as store,
        pytest.raises(StoreDamaged, match=r"cut\.db is damaged.*backup"),
        store.serve_lock(),
    ):
        pass

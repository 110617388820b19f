"""What the office hides today is hidden on every day, on every public route."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.cli import main
from api.settings import Settings
from gis.accounts import AccountRole
from gis.atlas import Atlas
from gis.audit import SYSTEM
from gis.clock import today
from gis.directory import Directory, PlaceKind
from gis.disclosure import public
from gis.division import Division
from gis.editing import duties, people, places
from gis.store import Identity, Store, open_store
from gis.workflows.atlases import internal_atlas
from tests.api.callers import as_caller
from tests.ascii_maps import SIDE, SOUTH, WEST, atlas, place

UNIT = "某某保密单位示例"
YESTERDAY = today() - timedelta(days=1)


def drawn() -> Atlas:
    """Return the strip with a unit that nobody has hidden yet, and its name in a grid's."""
    unit = place("unit", PlaceKind.RESIDENT_UNIT, 1.5, 0.5, name=UNIT, address="示例路8号")
    house = place("house", PlaceKind.BUILDING, 0.5, 0.5, name="示例楼", households=20)
    found = atlas(Directory((unit, house), synthetic=True))
    grids = tuple(
        replace(g, name=f"示例楼群·{UNIT}") if g.code.endswith("001001002") else g
        for g in found.division
    )
    volunteer = next(p for p in found.roster.people if p.id == "pv")
    roster = replace(
        found.roster,
        people=(
            *(p for p in found.roster.people if p.id != "pv"),
            replace(volunteer, consent=True, office_phone="025-0000-7777"),
        ),
    )
    return replace(found, division=replace(found.division, grids=grids), roster=roster)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that has held the strip for ten days."""
    begun = today() - timedelta(days=10)
    found = drawn()
    with closing(open_store(f"sqlite:///{tmp_path / 'wangge.db'}")) as made:
        made.migrate()
        made.publish(
            identity=Identity("示例街道", "320106012", True),
            division=found.division,
            directory=found.directory,
            roster=found.roster,
            effective_from=begun,
            today=begun,
        )
        yield made


def hide_unit(store: Store) -> None:
    store.revise_directory(
        lambda base: places.edit_place(base.value, "unit", {"disclosed": False}),
        today=today(), author=SYSTEM,
    )  # fmt: skip


def withdraw_consent(store: Store) -> None:
    store.revise_roster(
        lambda base: people.edit_person(base.value, "pv", {"consent": False}),
        today=today(), author=SYSTEM,
    )  # fmt: skip


def everything_public(store: Store, client: TestClient) -> str:
    """Return all that anybody may read of yesterday and of today."""
    codes = [g.code for g in store.division(1)]
    lon, lat = WEST + 1.5 * SIDE, SOUTH + 0.5 * SIDE
    days: tuple[dict[str, str], ...] = ({}, {"as_of": YESTERDAY.isoformat()})
    texts = []
    for day in days:
        asked: list[tuple[str, dict[str, Any]]] = [
            ("/places", {}),
            ("/people", {}),
            ("/grids", {}),
            ("/locate", {"lon": lon, "lat": lat, "datum": "wgs84"}),
            ("/locate", {"address": UNIT}),
            *((f"/grids/{code}/sheet", {}) for code in codes),
        ]
        texts += [client.get(path, params={**more, **day}).text for path, more in asked]
    texts += [client.get(f"/grids/{code}/history").text for code in codes]
    texts += [client.get(path).text for path in ("/", "/notices", "/divisions")]
    return "\n".join(texts).replace(f'"address": "{UNIT}"', "").replace(f'"address":"{UNIT}"', "")


@pytest.fixture
def client(store: Store, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'wangge.db'}")
    with TestClient(create_app(settings)) as made:
        yield made


def seen(store: Store, tmp_path: Path) -> str:
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'wangge.db'}")
    with TestClient(create_app(settings)) as client:
        return everything_public(store, client)


def test_what_nobody_hid_is_seen_on_every_day(store: Store, tmp_path: Path) -> None:
    texts = seen(store, tmp_path)
    assert UNIT in texts
    assert "025-0000-7777" in texts


def test_a_unit_hidden_today_is_hidden_yesterday(store: Store, tmp_path: Path) -> None:
    hide_unit(store)
    assert UNIT not in seen(store, tmp_path)


def test_a_unit_that_was_hidden_and_then_removed_stays_hidden(store: Store, tmp_path: Path) -> None:
    hide_unit(store)
    store.revise_directory(
        lambda base: places.remove_place(base.value, "unit"), today=today(), author=SYSTEM
    )
    assert UNIT not in seen(store, tmp_path)


def test_a_unit_that_is_disclosed_again_is_seen(store: Store, tmp_path: Path) -> None:
    hide_unit(store)
    store.revise_directory(
        lambda base: places.edit_place(base.value, "unit", {"disclosed": True}),
        today=today(), author=SYSTEM,
    )  # fmt: skip
    assert UNIT in seen(store, tmp_path)


def test_a_consent_withdrawn_today_counts_for_yesterday(store: Store, tmp_path: Path) -> None:
    withdraw_consent(store)
    texts = seen(store, tmp_path)
    assert "李志愿示例" not in texts
    assert "025-0000-7777" not in texts


def test_a_leader_whose_duty_ended_is_not_read_off_yesterday(store: Store, tmp_path: Path) -> None:
    store.revise_roster(
        lambda base: duties.end_duty(base.value, drawn().division, "d001001001", today()),
        today=today(), author=SYSTEM,
    )  # fmt: skip
    assert "王示例001001001" not in seen(store, tmp_path)


def test_a_number_that_was_taken_away_is_not_read_off_yesterday(
    store: Store, tmp_path: Path
) -> None:
    store.revise_roster(
        lambda base: people.edit_person(base.value, "pv", {"office_phone": "025-0000-0002"}),
        today=today(), author=SYSTEM,
    )  # fmt: skip
    assert "025-0000-7777" not in seen(store, tmp_path)


def test_a_damaged_newest_version_brings_back_nothing_hidden(store: Store, tmp_path: Path) -> None:
    hide_unit(store)
    withdraw_consent(store)
    with closing(sqlite3.connect(tmp_path / "wangge.db")) as connection:
        connection.execute(
            "UPDATE place SET name = 'x' WHERE id = 'unit' AND directory_version = 2"
        )
        connection.execute("UPDATE person SET name = 'x' WHERE id = 'pv' AND roster_version = 2")
        connection.commit()
    found, faults, *_ = internal_atlas(store, today())
    assert len(faults) == 2
    shown = public(found)
    assert "unit" not in shown.directory.by_id
    assert "pv" not in shown.roster.by_id


def test_a_published_site_of_an_earlier_day_shows_no_more(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_unit(store)
    withdraw_consent(store)
    monkeypatch.setenv("WANGGE_DATABASE_URL", f"sqlite:///{tmp_path / 'wangge.db'}")
    out = tmp_path / "out.csv"
    words = ["wangge", "export", str(out), "--edition", "public", "--as-of", str(YESTERDAY)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert UNIT not in out.read_text("utf-8")
    assert "李志愿示例" not in out.read_text("utf-8")


def test_the_history_tells_nobody_of_divisions_to_come(
    store: Store, client: TestClient, tmp_path: Path
) -> None:
    held = store.division(1)
    renamed: Division = replace(
        held,
        grids=tuple(
            replace(g, name="将来的名字") if g.code.endswith("001001001") else g for g in held
        ),
    )
    later = today() + timedelta(days=30)
    store.publish(
        identity=Identity("示例街道", "320106012", True),
        division=renamed,
        effective_from=later,
        today=today(),
    )
    path = "/grids/320106012001001001/history"
    assert "将来的名字" not in client.get(path).text
    planner = TestClient(as_caller(client.app, AccountRole.PLANNER))
    assert "将来的名字" in planner.get(path).text

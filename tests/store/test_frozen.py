"""Databases as released schemas left them open, serve, take edits and go on (`freeze_store.py`)."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api import create_app
from api.settings import Settings
from gis.accounts import AccountRole
from gis.audit import SYSTEM
from gis.clock import today
from gis.editing import people
from gis.store import Store, open_store
from gis.store.accounts import open_accounts
from tests.api.callers import as_caller
from tests.store.conftest import ENGINES
from tests.store.throwaway_postgis import Cluster

FROZEN = Path(__file__).with_name("frozen")
RELEASES = sorted(p.stem for p in FROZEN.glob("*.json"))
PASSWORD = "shili-mima-2026-wangge"  # noqa: S105


def dump(release: str, which: str) -> str:
    return gzip.decompress((FROZEN / f"{release}.{which}.sql.gz").read_bytes()).decode()


def told(release: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FROZEN / f"{release}.json").read_text("utf-8"))
    return found


def thaw_sqlite(release: str, folder: Path) -> str:
    for which, name in (("sqlite", "wangge.db"), ("accounts", told(release)["accounts"])):
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.executescript(dump(release, which))
    return f"sqlite:///{folder / 'wangge.db'}"


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=ENGINES)
def thawed(request: pytest.FixtureRequest, release: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a frozen database, thawed on each engine."""
    if request.param == "sqlite":
        yield thaw_sqlite(release, tmp_path)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.new_database(request.getfixturevalue("template"))
    with psycopg.connect(
        host=str(cluster.folder), user="office", dbname=name, autocommit=True
    ) as connection:
        connection.execute(dump(release, "postgis"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def store(thawed: str) -> Iterator[Store]:
    with closing(open_store(thawed)) as opened:
        opened.migrate()
        yield opened


def service(url: str) -> Any:
    return create_app(Settings(_env_file=None, database_url=url, sample="never"))


def answered(client: TestClient, asked: dict[str, Any]) -> list[Any]:
    answer = client.get("/locate", params=asked)
    assert answer.status_code == 200, answer.text
    return [
        [g["code"], g["name"], [p["name"] for p in g["responsible"]]]
        for g in answer.json()["grids"]
    ]


def test_every_version_is_what_was_published(store: Store, release: str) -> None:
    frozen = told(release)["sha256"]
    newest = store.versions()
    assert [newest.division, newest.directory, newest.roster] == [len(h) for h in frozen.values()]
    assert [store.division(v + 1).sha256 for v in range(newest.division)] == frozen["division"]
    assert store.verify_audit().broken is None


def test_it_serves_what_it_served(thawed: str, release: str) -> None:
    app = service(thawed)
    with TestClient(app) as client:
        for row in told(release)["locate"]:
            assert answered(client, row["asked"]) == row["grids"]
        retired = client.get("/grids/320106012001002002/history")
        assert retired.status_code == 200


def test_people_and_places_can_be_edited(store: Store) -> None:
    store.revise_roster(
        lambda base: people.edit_person(base.value, "p-1", {"mobile": "000-0000-0001"}),
        today=today(), author=SYSTEM,
    )  # fmt: skip
    found = store.holding(today())
    assert not found.faults
    assert found.roster.by_id["p-1"].mobile == "000-0000-0001"
    assert store.verify_audit().broken is None


def test_its_plan_goes_on_and_is_published(thawed: str) -> None:
    app = service(thawed)
    with TestClient(app):
        planner = TestClient(as_caller(app, AccountRole.PLANNER, name="周规划示例"))
        approver = TestClient(as_caller(app, AccountRole.APPROVER, name="吴批准示例"))
        (plan,) = [p for p in planner.get("/plans").json()["plans"] if p["state"] == "draft"]
        path = f"/plans/{plan['id']}"
        tag = planner.get(path).headers["etag"]
        assert "改名示例" in planner.get(f"{path}/drawing").text

        def send(client: TestClient, act: str, body: dict[str, Any]) -> None:
            nonlocal tag
            answer = client.post(f"{path}/{act}", json=body, headers={"if-match": tag})
            assert answer.status_code == 200, answer.text
            tag = answer.headers.get("etag", tag)

        send(planner, "submit", {})
        send(approver, "approve", {})
        send(approver, "publish", {"effective_from": "2099-02-01", "reason": "示例"})


def test_it_is_backed_up_and_restored(store: Store, tmp_path: Path) -> None:
    made = store.back_up(tmp_path / "a.backup", author=SYSTEM)
    assert made.faults == ()
    with closing(open_store(f"sqlite:///{tmp_path}/other/wangge.db")) as empty:
        assert empty.restore(made.path, author=SYSTEM).faults == ()
        assert empty.versions() == store.versions()
        assert empty.verify_audit().broken is None


def test_its_people_sign_in_as_before(thawed: str) -> None:
    with closing(open_store(thawed)) as opened:
        opened.migrate()
        with closing(open_accounts(opened)) as accounts:
            accounts.migrate()
            for role in ("staff", "planner", "approver", "admin"):
                _, account, *_ = accounts.sign_in(
                    f"{role}示例", PASSWORD, address="127.0.0.1", agent="test"
                )
                assert str(account.role) == role

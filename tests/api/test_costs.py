"""What is dear is shared, bounded and made beside the event loop; what changed is all that is made."""

from __future__ import annotations

import asyncio
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

import api.routes.places as place_routes
from api import create_app
from api.serving.days import Days
from api.serving.renewed import Renewed
from gis.accounts import AccountRole
from gis.addresses import AddressBook
from gis.clock import today
from gis.disclosure import public
from gis.roster import Person, Roster
from gis.store import Identity, open_store
from gis.workflows.atlases import Atlases
from tests import ascii_maps
from tests.api.callers import as_caller
from tests.api.conftest import settings_for, wait_for

NOW = today()
SPOT = {"lon": "118.75", "lat": "32.11", "datum": "wgs84"}


def after(days: int) -> date:
    return NOW + timedelta(days=days)


@pytest.fixture
def app(sample_store, tmp_path):
    path = tmp_path / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path, poll_s=0.05))
    with TestClient(app):
        yield app


@pytest.fixture
def live(app):
    return app.state.services.live


# --- days of the past and the future ------------------------------------------------------------


@pytest.fixture
def dated(tmp_path):
    """A store whose leader serves for ten days from tomorrow, and whose division changes on the 30th day."""
    store = open_store(f"sqlite:///{tmp_path / 'w.db'}").caching(9)
    store.migrate()
    atlas = ascii_maps.atlas()
    first = atlas.roster.duties[0]
    duties = (replace(first, since=after(1), until=after(11)), *atlas.roster.duties[1:])

    def publish(division, day):
        store.publish(
            identity=Identity("示例街道", "320106012", True),
            division=division,
            roster=replace(atlas.roster, duties=duties),
            effective_from=day,
            today=NOW,
        )

    publish(atlas.division, NOW)
    grids = tuple(replace(g, name=f"新{g.name}") for g in atlas.division.grids)
    publish(replace(atlas.division, grids=grids), after(30))
    yield store
    store.close()


def test_days_on_which_the_same_holds_have_one_first_day(dated):
    days, versions = Days(Atlases(dated)), dated.versions()
    firsts = [days.first(after(n), versions) for n in range(40)]
    assert firsts == [NOW, *[after(1)] * 10, *[after(11)] * 19, *[after(30)] * 10]


def test_a_day_is_answered_as_if_it_had_been_built_for_itself(dated):
    atlases = Atlases(dated)
    days, versions = Days(atlases), dated.versions()
    for n in (0, 1, 5, 10, 11, 29, 30, 39):
        own = atlases.on(after(n)).atlas
        shared = atlases.on(days.first(after(n), versions)).atlas.dated(after(n))
        assert public(shared, today=NOW) == public(own, today=NOW)
        assert shared.as_of == own.as_of
        grid = own.division.level(3)[0]
        assert shared.sheet(grid) == own.sheet(grid)


def test_an_atlas_of_another_day_shares_what_was_built():
    atlas = ascii_maps.atlas()
    spot = atlas.locator
    assert atlas.dated(after(3)).locator is spot
    assert atlas.dated(after(3)).as_of == after(3)


def test_forty_days_of_one_period_are_built_once(app, live, monkeypatch):
    built = []
    see = live._see
    monkeypatch.setattr(live, "_see", lambda *given: built.append(given[1]) or see(*given))
    client = TestClient(app)
    asked = [client.get("/locate", params={**SPOT, "as_of": str(after(n))}) for n in range(1, 41)]
    assert [a.json()["as_of"] for a in asked] == [str(after(n)) for n in range(1, 41)]
    assert len(built) == 1


def test_many_days_neither_stay_in_memory_nor_push_out_what_staff_see_today(app, live, monkeypatch):
    clerk = TestClient(as_caller(app, AccountRole.PLANNER))
    clerk.get("/places?limit=1")
    (seen,) = live._present.values()
    monkeypatch.setattr(live._days, "first", lambda day, _versions: day)
    anybody = TestClient(app)
    for n in range(1, 40):
        assert anybody.get(f"/grids?limit=1&as_of={after(n)}").status_code == 200
    assert len(live._past) <= 12
    clerk.get("/places?limit=1")
    assert list(live._present.values()) == [seen]


# --- limits that count cost ---------------------------------------------------------------------


def test_who_has_used_up_their_time_is_told_when_to_come_back_and_staff_are_not(
    sample_store, tmp_path
):
    path = tmp_path / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path, rate_work="1/minute"))
    with TestClient(app) as client:
        assert client.get("/places?limit=1000").status_code == 200
        refused = client.get("/places?limit=1000")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 61
        assert client.get("/locate", params={**SPOT, "as_of": str(after(1))}).status_code == 429
        assert client.get("/locate", params=SPOT).status_code == 200
        assert TestClient(as_caller(app)).get("/places?limit=1000").status_code == 200


def test_one_caller_does_not_fill_the_queue(app, live, monkeypatch):
    gate = threading.Event()
    write = place_routes.place_json
    monkeypatch.setattr(place_routes, "place_json", lambda *g: gate.wait(20) and write(*g))
    found: list[int] = []

    def ask() -> None:
        found.append(TestClient(app).get("/locate", params=SPOT).status_code)

    client = TestClient(app)
    threads = [threading.Thread(target=lambda: client.get("/places?limit=1")) for _ in range(16)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: live.workers._jobs["testclient"] == 16)
        assert client.get("/places?limit=1").status_code == 429
        ask()
        assert found == [200]
    finally:
        gate.set()
        for thread in threads:
            thread.join()


# --- beside the event loop ----------------------------------------------------------------------


@pytest.mark.parametrize(("role", "lane"), [(AccountRole.PUBLIC, "public"), (AccountRole.STAFF, "staff")])  # fmt: skip
def test_a_long_list_is_written_beside_the_event_loop(app, monkeypatch, role, lane):
    threads = set()
    write = place_routes.place_json

    def noted(*given):
        threads.add(threading.current_thread().name.partition("_")[0])
        return write(*given)

    monkeypatch.setattr(place_routes, "place_json", noted)
    client = TestClient(app if role is AccountRole.PUBLIC else as_caller(app, role))
    assert client.get("/places?limit=1000").status_code == 200
    assert threads == {lane}


# --- rebuilds -----------------------------------------------------------------------------------


def test_of_many_versions_only_the_first_and_the_newest_are_made():
    begun, gate, made = threading.Event(), threading.Event(), []

    def make(atlas):
        begun.set()
        assert gate.wait(20)
        made.append(atlas.as_of)
        return atlas.as_of

    renewed = Renewed("test", make)
    atlas = public(ascii_maps.atlas())
    renewed.want(atlas.dated(after(0)))
    assert begun.wait(20)
    for n in range(1, 9):
        renewed.want(atlas.dated(after(n)))
    gate.set()
    wait_for(lambda: renewed.ready is not None and renewed.ready[1] == after(8))
    renewed.close()
    assert made == [after(0), after(8)]


def test_the_old_serves_until_the_new_is_ready_unless_something_was_taken_back():
    gate = threading.Event()
    gate.set()
    renewed = Renewed("test", lambda atlas: gate.wait(20) and atlas.as_of)
    atlas = public(ascii_maps.atlas())
    renewed.want(atlas)
    wait_for(lambda: renewed.ready is not None)
    gate.clear()
    renewed.want(atlas.dated(after(1)))
    assert renewed.ready is not None
    assert renewed.ready[1] == atlas.as_of
    people = (*atlas.roster.people, Person("p-x", "王示例"))
    renewed.want(replace(atlas, roster=Roster(people=people)))
    assert renewed.ready is not None
    renewed.want(replace(atlas, roster=Roster()))
    assert renewed.ready is None
    gate.set()
    wait_for(lambda: renewed.ready is not None)
    renewed.close()


def run(coroutine):
    """Run a coroutine in a thread: where browser tests were, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_whoever_asks_waits_a_little_for_the_newest_and_then_takes_the_last():
    gate = threading.Event()
    gate.set()
    renewed = Renewed("test", lambda atlas: gate.wait(20) and atlas.as_of, patience_s=2)
    atlas = public(ascii_maps.atlas())
    renewed.want(atlas)
    assert run(renewed.get()) == (atlas, atlas.as_of)
    renewed.want(atlas.dated(after(1)))
    assert run(renewed.get())[1] == after(1)
    gate.clear()
    renewed.want(atlas.dated(after(2)))
    assert run(renewed.get())[1] == after(1)
    gate.set()
    renewed.close()


def test_a_version_that_came_back_is_not_followed_by_the_one_between():
    gate, begun = threading.Event(), threading.Event()
    gate.set()

    def make(atlas):
        begun.set()
        assert gate.wait(20)
        return atlas.as_of

    renewed = Renewed("test", make)
    atlas = public(ascii_maps.atlas())
    renewed.want(atlas)
    wait_for(lambda: renewed.ready is not None)
    gate.clear()
    begun.clear()
    renewed.want(atlas.dated(after(1)))
    assert begun.wait(20)
    back = atlas.dated(after(2))
    renewed.keep(back)
    gate.set()
    wait_for(lambda: renewed.made == 2)
    assert renewed.ready == (back, atlas.as_of)
    renewed.close()


def test_a_phone_makes_no_book_and_no_locator_a_name_does(app, live):
    wait_for(lambda: live.books.ready is not None)
    clerk = TestClient(as_caller(app, AccountRole.PLANNER))
    before, (_, book) = live.bundle, live.books.ready
    person = next(p.id for p in before.atlas.roster.people if p.office_phone)
    etag = clerk.get(f"/people/{person}").headers["etag"]
    changed = clerk.patch(
        f"/people/{person}", json={"office_phone": "025-0000-9999"}, headers={"if-match": etag}
    )
    assert changed.status_code == 200
    wait_for(lambda: live.bundle is not before)
    assert live.bundle.atlas.roster.by_id[person].office_phone == "025-0000-9999"
    assert live.bundle.atlas.locator is before.atlas.locator
    assert live.bundle.atlas.grid_of is before.atlas.grid_of
    assert live.books.ready == (live.bundle.atlas, book)
    renamed = clerk.patch(
        f"/people/{person}",
        json={"name": "欧阳示例"},
        headers={"if-match": changed.headers["etag"]},
    )
    assert renamed.status_code == 200
    wait_for(lambda: live.books.made == 2)
    wait_for(lambda: live.books.ready[0] is live.bundle.atlas)
    found = clerk.get("/locate", params={"address": "欧阳示例"}).json()
    assert found["candidates"][0]["name"] == "欧阳示例"
    assert isinstance(live.books.ready[1], AddressBook)

"""While divisions are published, no answer is wrong and none is a mixture.

``WANGGE_TEST_REPUBLISHES=200 WANGGE_TEST_THREADS=40`` is the full count.
"""

import os
import threading
from dataclasses import replace

import httpx2
import pytest

from gis.clock import today
from gis.ids import Level
from gis.store import Identity, open_store
from tests import ascii_maps
from tests.api.conftest import serving, wait_for

REPUBLISHES = int(os.environ.get("WANGGE_TEST_REPUBLISHES", "12"))
THREADS = int(os.environ.get("WANGGE_TEST_THREADS", "8"))


def tagged(division, number):
    """The strip with its number in every name, so that a mixture would show."""
    return replace(division, grids=tuple(replace(g, name=f"{number}-{g.name}") for g in division))


@pytest.fixture
def published(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'w.db'}")
    store.migrate()
    atlas = ascii_maps.atlas()

    def publish(number):
        store.publish(
            identity=Identity("示例街道", "320106012", True),
            division=tagged(atlas.division, number),
            roster=atlas.roster,
            effective_from=today(),
            today=today(),
        )

    publish(1)
    yield publish
    store.close()


def test_answers_are_whole_while_divisions_are_published(tmp_path, published):
    wrong, seen, done = [], set(), threading.Event()
    point = {
        "lon": ascii_maps.WEST + 2.5 * ascii_maps.SIDE,
        "lat": ascii_maps.SOUTH + 0.5 * ascii_maps.SIDE,
    }

    def look(url):
        with httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
            while not done.is_set():
                body = http.get("/locate", params={**point, "datum": "wgs84"}).json()
                version = body["version"]["division"]
                seen.add(version)
                names = [g["name"] for g in body["grids"]]
                if len(names) != len(Level) or any(not n.startswith(f"{version}-") for n in names):
                    wrong.append(body)

    with serving(tmp_path / "w.db", WANGGE_POLL_S="0.05") as (_, http):
        threads = [
            threading.Thread(target=look, args=(str(http.base_url),)) for _ in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for number in range(2, REPUBLISHES + 2):
            published(number)
        wait_for(lambda: REPUBLISHES + 1 in seen)
        done.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[0]
    assert len(seen) > 2

"""Whatever an office does, every version stays what it was (`scripts/played_versions.py`: more)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from gis.store import open_store
from tests.store.played import new_file, play
from tests.store.throwaway_postgis import Cluster


def test_no_version_on_a_file_differs_from_a_whole_copy_of_it() -> None:
    play(new_file, examples=4, steps=25, always_alike=True)


@pytest.mark.postgis
def test_no_version_in_postgis_differs_from_a_whole_copy_of_it(
    cluster: Cluster, template: str
) -> None:
    empty = cluster.new_database(template)
    with closing(open_store(cluster.url(empty))) as store:
        store.migrate()

    @contextmanager
    def new_database() -> Iterator[str]:
        name = cluster.new_database(empty)
        yield cluster.url(name)
        cluster.drop(name)

    play(new_database, examples=2, steps=15, always_alike=True)

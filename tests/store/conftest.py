"""A store on each engine. The PostGIS ones share one private cluster, thrown away at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gis.store import Store, open_store
from tests.store.throwaway_postgis import Cluster, NotInstalled, throwaway_cluster

ENGINES = ("sqlite", pytest.param("postgis", marks=pytest.mark.postgis))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL with PostGIS."""
    try:
        with throwaway_cluster() as running:
            yield running
    except NotInstalled as missing:
        pytest.skip(f"PostGIS is not installed: {missing}")


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a database that has PostGIS and nothing else."""
    name = cluster.new_database()
    cluster.run("CREATE EXTENSION postgis", name)
    return name


@pytest.fixture(scope="session")
def tables_in_postgis(cluster: Cluster, template: str) -> str:
    """The name of a database that has our tables."""
    name = cluster.new_database(template)
    with closing(open_store(cluster.url(name))) as made:
        made.migrate()
    return name


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that has no tables yet, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/var/wangge.db"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.new_database(request.getfixturevalue("template"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store with its tables and nothing in them, on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("file_store")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = request.getfixturevalue("tables_in_postgis")
    cluster.run(
        "DROP SCHEMA IF EXISTS accounts CASCADE; "
        "SET search_path = wangge; SET session_replication_role = replica; "
        "TRUNCATE identity, division, directory, roster, plan, plan_ground CASCADE; "
        "TRUNCATE audit_head, audit_value, audit_entry",
        name,
    )
    with closing(open_store(cluster.url(name))) as made:
        yield made


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    """A store on a SQLite file, with its tables and nothing in them."""
    with closing(open_store(f"sqlite:///{tmp_path}/wangge.db")) as made:
        made.migrate()
        yield made

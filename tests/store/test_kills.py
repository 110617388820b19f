"""Killed at random moments, the store holds the old or the new, whole (`make faults`: more)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import forked
from tests.store.throwaway_postgis import Cluster

SCRIPTS = Path(__file__).parents[2] / "scripts"


def _expect_nothing_torn(
    on: Cluster | None, kills: int, script: str = "faults.py", scenarios: int = 3
) -> None:
    place = ["--engine", "postgis", "--cluster", on.folder] if on else ["--engine", "sqlite"]
    words = (SCRIPTS / script, "--kills", kills, *place)
    ran = forked.run(forked.script, *words, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" 0 torn") == scenarios, ran.stdout


@pytest.mark.slow
def test_a_killed_publication_or_migration_tears_no_file() -> None:
    _expect_nothing_torn(None, kills=5)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_publication_or_migration_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn(cluster, kills=3)


@pytest.mark.slow
def test_a_killed_edit_or_restore_tears_no_file() -> None:
    _expect_nothing_torn(None, 4, "record_faults.py", 2)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_edit_or_restore_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn(cluster, 2, "record_faults.py", 2)


@pytest.mark.slow
def test_a_killed_planner_or_publisher_of_plans_tears_no_file() -> None:
    _expect_nothing_torn(None, 2, "plan_faults.py", 2)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_planner_or_publisher_of_plans_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn(cluster, 2, "plan_faults.py", 2)


@pytest.mark.slow
def test_lookups_during_publications_of_plans_see_one_division() -> None:
    words = (SCRIPTS / "plan_publishes.py", "--count", 4, "--engine", "sqlite")
    ran = forked.run(forked.script, *words, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 none, 0 mixed, 0 backwards" in ran.stdout


@pytest.mark.slow
def test_a_killed_load_tears_no_file() -> None:
    _expect_nothing_torn(None, 3, "intake_faults.py", 1)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_load_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn(cluster, 2, "intake_faults.py", 1)

"""Killed at random moments, the store holds the old or the new, whole (`make faults`: more)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.throwaway_postgis import Cluster

SCRIPTS = Path(__file__).parents[2] / "scripts"


def _expect_nothing_torn(
    engine: str, kills: int, script: str = "faults.py", scenarios: int = 3
) -> None:
    ran = subprocess.run(
        [sys.executable, SCRIPTS / script, "--kills", str(kills), "--engine", engine],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" 0 torn") == scenarios, ran.stdout


@pytest.mark.slow
def test_a_killed_publication_or_migration_tears_no_file() -> None:
    _expect_nothing_torn("sqlite", kills=5)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_publication_or_migration_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn("postgis", kills=3)


@pytest.mark.slow
def test_a_killed_edit_or_restore_tears_no_file() -> None:
    _expect_nothing_torn("sqlite", 4, "record_faults.py", 2)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_edit_or_restore_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn("postgis", 2, "record_faults.py", 2)


@pytest.mark.slow
def test_a_killed_planner_or_publisher_of_plans_tears_no_file() -> None:
    _expect_nothing_torn("sqlite", 2, "plan_faults.py", 2)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_planner_or_publisher_of_plans_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn("postgis", 2, "plan_faults.py", 2)


@pytest.mark.slow
def test_lookups_during_publications_of_plans_see_one_division() -> None:
    ran = subprocess.run(
        [sys.executable, SCRIPTS / "plan_publishes.py", "--count", "4", "--engine", "sqlite"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 none, 0 mixed, 0 backwards" in ran.stdout


@pytest.mark.slow
def test_a_killed_load_tears_no_file() -> None:
    _expect_nothing_torn("sqlite", 3, "intake_faults.py", 1)


@pytest.mark.slow
@pytest.mark.postgis
def test_a_killed_load_tears_nothing_in_postgis(cluster: Cluster) -> None:
    _expect_nothing_torn("postgis", 2, "intake_faults.py", 1)

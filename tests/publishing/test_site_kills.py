"""Killed at random moments, a publish leaves the old site or the new, whole (`make faults`: more)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import forked

SCRIPT = Path(__file__).parents[2] / "scripts" / "faults_site.py"


@pytest.mark.slow
def test_a_killed_publish_tears_no_site() -> None:
    ran = forked.run(forked.script, SCRIPT, "--kills", 12, "--commands", 0, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" 0 torn") == 2, ran.stdout

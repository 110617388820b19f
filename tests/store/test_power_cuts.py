"""When the power goes, what was acknowledged stays (`make faults`: 1,000 cuts)."""

from __future__ import annotations

import shutil

import pytest

from scripts.power_cuts import cut_over_and_over

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]


def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    assert cut_over_and_over(cuts=60, seed=1, synchronous="EXTRA") == []


def test_without_the_folder_synced_a_cut_would_be_seen_to_lose_an_edit() -> None:
    assert any("lost" in f for f in cut_over_and_over(cuts=60, seed=1, synchronous="FULL"))

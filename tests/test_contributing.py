"""What CONTRIBUTING leads through is played through, in a copy of the house."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
_STEP = re.compile(r"^`([^`\n]+)`, (?:new|below `([^`\n]+)`):\n\n```\w*\n(.*?)^```", re.M | re.S)


class Step(NamedTuple):
    """Text for a file: a new one, or below a line of one that is there."""

    path: str
    below: str
    text: str


def steps_of(title: str) -> list[Step]:
    """Return the steps of a section of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return [Step(*found) for found in _STEP.findall(section)]


def take(steps: list[Step], house: Path) -> set[str]:
    """Carry the steps out in a copy of the house; return the files that changed."""
    for step in steps:
        path = house / step.path
        if not step.below:
            assert not path.exists()
            path.write_text(step.text, "utf-8")
            continue
        text = path.read_text("utf-8")
        assert text.count(f"{step.below}\n") == 1, step
        path.write_text(text.replace(f"{step.below}\n", f"{step.below}\n{step.text}"), "utf-8")
    return {step.path for step in steps}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house without its tests."""
    for package in ("gis", "maps", "api"):
        shutil.copytree(
            ROOT / package,
            tmp_path / "house" / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    shutil.copytree(ROOT / "data", tmp_path / "house" / "data")
    return tmp_path / "house"


def run(house: Path, program: str, *words: str) -> str:
    """Run a program in the copy; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=house,
        env={
            "PYTHONPATH": str(house),
            "PATH": "/usr/bin:/bin",
            "WANGGE_DATABASE_URL": f"sqlite:///{house.parent / 'w.db'}",
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_command_is_added_in_three_files_at_most(house: Path) -> None:
    assert len(take(steps_of("Adding a command"), house)) <= 3
    command = "import sys; from api.cli import main; main()"
    run(house, command, "load", "data")
    assert run(house, command, "count").splitlines() == ["1 12", "2 68", "3 247"]

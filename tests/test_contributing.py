"""What CONTRIBUTING leads through is played through, in a copy of the house."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.store.test_frozen import RELEASES, thaw_sqlite, told

ROOT = Path(__file__).resolve().parent.parent
_STEP = re.compile(
    r"^`([^`\n]+)`, (new|at the end|below|in place of)(?: `([^`\n]+)`)?:\n\n```\w*\n(.*?)^```",
    re.M | re.S,
)


class Step(NamedTuple):
    """Text for a file: a new one, or where a line of one that is there is, or at its end."""

    path: str
    where: str
    line: str
    text: str


def steps_of(title: str) -> list[Step]:
    """Return the steps of a section of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return [Step(*found) for found in _STEP.findall(section)]


def take(steps: list[Step], house: Path) -> set[str]:
    """Carry the steps out in a copy of the house; return the files that changed."""
    newest = max(int(p.stem[1:5]) for p in house.glob("gis/store/migrations/versions/r0*.py"))
    for step in steps:
        path, new = (
            part.replace("MMMM", f"{newest:04d}").replace("NNNN", f"{newest + 1:04d}")
            for part in (step.path, step.text)
        )
        file = house / path
        if step.where == "new":
            assert not file.exists()
            file.parent.mkdir(exist_ok=True)
            file.write_text(new, "utf-8")
            continue
        text = file.read_text("utf-8")
        if step.where == "at the end":
            file.write_text(text + new, "utf-8")
            continue
        line = f"{step.line}\n"
        assert f"\n{text}".count(f"\n{line}") == 1, step
        file.write_text(
            text.replace(line, new if step.where == "in place of" else line + new), "utf-8"
        )
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


# --- a route -----------------------------------------------------------------------------------

_ASK_ROUTE = """
import json
import jsonschema_rs
from starlette.testclient import TestClient
from api import create_app
with TestClient(create_app(), base_url="http://127.0.0.1") as client:
    answer = client.post("/counts", json={"level": 3})
    assert answer.json() == {"level": 3, "grids": 247}, answer.text
    refused = client.post("/counts", json={"level": 4})
    assert refused.status_code == 400 and refused.json()["field"] == "level", refused.text
    described = client.get("/openapi.json").json()["paths"]["/counts"]["post"]
    assert {"200", "400", "403"} <= described["responses"].keys()
"""


def test_a_route_is_added_with_its_body_its_answer_and_who_may(house: Path) -> None:
    shutil.copytree(
        ROOT / "tests", house / "tests", ignore=shutil.ignore_patterns("__pycache__", "frozen")
    )
    shutil.copy(ROOT / "pyproject.toml", house)
    take(steps_of("Adding a route"), house)
    run(house, _ASK_ROUTE)
    run_module(
        house, "pytest", "-q", "-p", "no:cacheprovider",
        "tests/api/test_matrix.py::test_every_route_declares_what_the_matrix_says",
        "tests/api/test_openapi.py::test_every_route_declares_what_it_answers",
        "tests/api/test_openapi.py::test_every_json_body_has_an_example_and_refuses_unknown_members",
        "tests/api/test_openapi.py::test_a_route_reads_the_body_that_it_declares",
    )  # fmt: skip


# --- a page ------------------------------------------------------------------------------------

_OPEN_PAGE = """
from starlette.testclient import TestClient
from api import create_app
with TestClient(create_app()) as client:
    assert "counts/counts" in client.get("/desk/counts").text
    assert client.get("/desk/static/counts/counts.js").status_code == 200
    assert client.get("/grids", params={"level": 3, "limit": 1}).json()["total"] == 247
"""


def test_a_page_is_added_with_its_script_and_words(house: Path) -> None:
    shutil.copytree(
        ROOT / "tests", house / "tests", ignore=shutil.ignore_patterns("__pycache__", "frozen")
    )
    shutil.copy(ROOT / "pyproject.toml", house)
    take(steps_of("Adding a page"), house)
    run(house, _OPEN_PAGE)
    checks = ("tests/api/test_page_scripts.py", "tests/api/test_page_words.py")
    run_module(house, "pytest", "-q", "-p", "no:cacheprovider", *checks)


# --- a field ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house_with_lifts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house, its tests too, in which a building has a lift."""
    house = tmp_path_factory.mktemp("lifts")
    for folder in ("gis", "maps", "api", "tests"):
        shutil.copytree(
            ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "frozen")
        )
    (house / "data").mkdir()
    for name in ("pyproject.toml", "CHANGELOG.md", "data/README.md"):
        shutil.copy(ROOT / name, house / name)
    assert len(take(steps_of("Adding a field"), house)) == 5
    run_module(house, "gis.schema.document", "data/README.md")
    return house


def run_module(house: Path, *words: str, **environment: str) -> str:
    """Run a module in the copy; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=house, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(house), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_field_that_was_added_is_in_the_documents_and_passes_the_tests_of_fields(
    house_with_lifts: Path,
) -> None:
    run_module(house_with_lifts, "ruff", "check", "-q", "gis")
    run_module(house_with_lifts, "ruff", "format", "-q", "--check", "gis")
    run_module(house_with_lifts, "pytest", "-q", "-p", "no:cacheprovider", "tests/gis/test_schema.py",
               "tests/publishing/test_disclosure.py")  # fmt: skip
    assert "电梯" in (house_with_lifts / "data" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("release", RELEASES)
def test_a_field_that_was_added_is_known_at_every_door(
    house_with_lifts: Path, release: str, tmp_path: Path
) -> None:
    hashes = json.dumps(told(release)["sha256"]["directory"])
    run_module(house_with_lifts, "pytest", "-q", "-p", "no:cacheprovider", "tests/gis/lift_is_known.py",
               FROZEN_URL=thaw_sqlite(release, tmp_path), FROZEN_SHA256=hashes)  # fmt: skip

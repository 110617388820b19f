"""What an office installs has no tools of tests in it, and is what was tested."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pinned(name: str) -> dict[str, str]:
    """Return the versions of a lock file, by package."""
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==([^\s;\\]+)", text, re.M))


def named(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", r) for r in requirements)
    return {m[0].lower().replace("_", "-").replace(".", "-") for m in found if m}


def test_the_tools_of_tests_are_not_what_an_office_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    tools = named(extras["dev"]) - named(extras["parquet"]) - named(project["dependencies"])
    production, all_of_it = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert tools & production.keys() == set()
    assert named(project["dependencies"]) <= production.keys()
    assert named(extras["dev"]) <= all_of_it.keys()
    assert production.items() <= all_of_it.items()


def test_no_lock_says_where_packages_were_fetched() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "http" not in re.sub(r"httptools|httpx2?|httpcore2?", "", text), name
        assert text.count("--hash=sha256:") > 100

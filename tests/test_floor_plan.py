"""The house: who may import whom, and what is kept off the start-up path."""

import ast
import re
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--config", "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("gis", "maps", "api"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def test_the_floor_plan_is_kept(house):
    kept = lint(house)
    assert kept.returncode == 0, kept.stdout


FORBIDDEN = {
    "gis/division.py": "gis.atlas",
    "gis/geometry.py": "gis.datum",
    "gis/datum.py": "maps",
    "gis/rules.py": "gis.exchange.roster_csv",
    "maps/__init__.py": "api.settings",
    "gis/atlas.py": "sqlalchemy",
    "api/cli.py": "folium",
    "gis/intake/checked_set.py": "fastapi",
}


def test_forbidden_imports_are_noticed_each_by_name(house):
    before = {path: (house / path).read_text(encoding="utf-8") for path in FORBIDDEN}
    for path, text in before.items():
        lazy = f"\n\ndef _forbidden() -> None:\n    import {FORBIDDEN[path]}\n"
        (house / path).write_text(text + lazy, encoding="utf-8")
    try:
        noticed = lint(house)
    finally:
        for path, text in before.items():
            (house / path).write_text(text, encoding="utf-8")
    assert noticed.returncode == 1
    for path, imported in FORBIDDEN.items():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert re.search(rf"\b{module} -> {re.escape(imported)}\b", noticed.stdout), path


def modules_of(folder: Path) -> dict[str, Path]:
    found = {}
    for package in ("gis", "maps", "api"):
        for path in (folder / package).rglob("*.py"):
            words = path.relative_to(folder).with_suffix("").parts
            found[".".join(words[:-1] if words[-1] == "__init__" else words)] = path
    return found


def imports_of(path: Path, known: dict[str, Path]) -> set[str]:
    """Every module of ours that a file imports, inside of functions and for types only too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found & known.keys()


def circle_in(folder: Path) -> list[str]:
    known = modules_of(folder)
    imports = {name: imports_of(path, known) - {name} for name, path in known.items()}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        return list(circle.args[1])
    return []


def test_no_module_imports_itself_through_others(house):
    assert circle_in(house) == []


@pytest.mark.parametrize(
    "line",
    [
        "def _later() -> None:\n    from gis.atlas import Atlas",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gis.atlas import Atlas",
        "import gis.atlas",
        "from gis import atlas",
    ],
)
def test_a_circle_is_noticed_even_where_nothing_runs_it(house, line):
    path = house / "gis/division.py"
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n\n{line}\n", encoding="utf-8")
    try:
        assert {"gis.atlas", "gis.division"} <= set(circle_in(house))
    finally:
        path.write_text(before, encoding="utf-8")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(m.split('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import gis", {"geopandas", "pandas", "folium", "fastapi", "sqlalchemy"}),
        (
            "import gis.atlas, gis.intake, gis.disclosure",
            {"geopandas", "pandas", "folium", "numba"},
        ),
        (
            "import api; api.create_app()",
            {"geopandas", "pandas", "folium", "alembic", "numba", "matplotlib"},
        ),
        (
            "import api.cli",
            {"fastapi", "folium", "geopandas", "sqlalchemy", "matplotlib", "shapely", "numpy"},
        ),
        ("import maps, maps.posters", {"matplotlib", "folium", "geopandas", "pandas"}),
    ],
)
def test_what_is_slow_to_import_is_not_on_the_way(statement, absent):
    assert not loaded_after(statement) & absent

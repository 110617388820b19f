"""The scripts of the pages: every import leads somewhere, and none leads up or round."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

from api.http import pages

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "api" / "pages" / "static"
MAP = ROOT / "maps" / "static"
SHARED = {f"core/{name}": MAP / name for name in pages._FROM_THE_MAP}
FILES = {p.relative_to(STATIC).as_posix(): p for p in STATIC.rglob("*.js")} | SHARED
IMPORT = re.compile(r'^import\s*(?:\{([^}]*)\}\s*from\s*)?"([^"]+)";', re.MULTILINE)
EXPORT = re.compile(
    r"^export\s+(?:async\s+)?(?:function\*?|class|const|let)\s+(\w+)|^export\s*\{([^}]*)\}",
    re.MULTILINE,
)


def names(text: str) -> list[str]:
    """Return the names of `{ a, b as c }` as the other side knows them."""
    return [part.split()[0] for part in text.split(",") if part.strip()]


def imports_of(path: str) -> list[tuple[str, list[str]]]:
    """Return what a script imports: from which script, which names."""
    found = IMPORT.findall(FILES[path].read_text("utf-8"))
    return [
        (posixpath.normpath(posixpath.join(posixpath.dirname(path), where)), names(named or ""))
        for named, where in found
    ]


def exports_of(path: str) -> set[str]:
    found = EXPORT.findall(FILES[path].read_text("utf-8"))
    return {name for one, many in found for name in ([one] if one else names(many))}


def test_no_script_lies_outside_a_folder():
    assert [path for path in FILES if "/" not in path] == []


@pytest.mark.parametrize("path", sorted(FILES))
def test_every_import_is_a_relative_path_to_a_name_that_is_exported(path):
    text = FILES[path].read_text("utf-8")
    assert len(re.findall(r"^import\b", text, re.MULTILINE)) == len(IMPORT.findall(text))
    assert not re.search(r"\bimport\(\s*[^\"\s]", text), "an import that nobody can check"
    assert all(where.startswith(("./", "../")) for _, where in IMPORT.findall(text))
    for other, wanted in imports_of(path):
        assert other in FILES
        assert set(wanted) <= exports_of(other), other


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_page_imports_from_its_own_folder_and_core_alone(path):
    folder = path.split("/")[0]
    assert {other.split("/")[0] for other, _ in imports_of(path)} <= {folder, "core"}


def test_no_script_imports_itself_by_way_of_others():
    done: set[str] = set()

    def visit(path: str, way: tuple[str, ...]) -> None:
        assert path not in way, " -> ".join((*way, path))
        if path not in done:
            for other, _ in imports_of(path):
                visit(other, (*way, path))
        done.add(path)

    for path in FILES:
        visit(path, ())


@pytest.mark.parametrize("page", sorted(pages._PAGES))
def test_every_page_loads_files_that_are_there(page):
    html = pages._page(page).content.decode()
    loaded = re.findall(r'(?:href|src)="/desk/static/([^"]+)"', html)
    assert len(loaded) >= 3
    assert set(loaded) <= set(pages._static_files())


def test_every_script_and_style_is_loaded_by_some_page():
    reached = {
        name
        for page in pages._PAGES
        for name in re.findall(r'"/desk/static/([^"]+)"', pages._page(page).content.decode())
    }
    ahead = [name for name in reached if name.endswith(".js")]
    while ahead:
        more = {other for other, _ in imports_of(ahead.pop())} - reached
        reached |= more
        ahead += more
    assert set(pages._static_files()) - reached == set()


def test_the_service_is_asked_in_one_place():
    asking = [path for path in FILES if re.search(r"\bfetch\(", FILES[path].read_text("utf-8"))]
    assert asking == ["core/api.js"]

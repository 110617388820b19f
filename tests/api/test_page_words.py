"""The words of the pages: the same keys in both languages, none without use, none amiss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.http import pages
from maps.bundle import WORD_FILES
from tests.api.test_page_scripts import FILES, imports_of

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "maps" / "static", ROOT / "api" / "pages" / "static"]
MAP_SCRIPTS = {path.name: path for path in FOLDERS[0].glob("*.js")}


def words(language: str) -> dict[str, Any]:
    """Return all words of a language that stand in files, those of the map too."""
    read = [json.loads((f / "words" / WORD_FILES[language]).read_text("utf-8")) for f in FOLDERS]
    assert not set(read[0]) & set(read[1])
    return {**read[0], **read[1]}


def texts(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text with its key, such as `plan.states.draft`."""
    if isinstance(found, str):
        yield path, found
        return
    for key, below in found.items() if isinstance(found, dict) else enumerate(found):
        yield from texts(below, f"{path}.{key}" if path else str(key))


CHINESE = pages.all_words()["zh-CN"]
KEYS = dict(texts(CHINESE))
TABLES = {known[:end] for known in KEYS for end, c in enumerate(known) if c == "."}
WRITTEN = dict(texts(words("zh-CN")))
PARTS = "|".join(CHINESE)
# A key stands in a script as a whole, or up to what is filled in: `plan.states.${state}`.
WHOLE = re.compile(rf'"((?:{PARTS})\.[\w.]+)"')
BEGUN = re.compile(rf"`((?:{PARTS})\.[\w.]*)(?:\$\{{|`)")


def without_comments(text: str) -> str:
    return re.sub(r"^\s*(?:/\*.*?\*/|//[^\n]*$)", "", text, flags=re.DOTALL | re.MULTILINE)


def keys_in(path: Path) -> tuple[set[str], set[str]]:
    """Return the keys that stand in a script, and the beginnings of keys."""
    text = without_comments(path.read_text("utf-8"))
    return set(WHOLE.findall(text)), set(BEGUN.findall(text))


SCRIPTS = {f"map/{name}": path for name, path in MAP_SCRIPTS.items()} | FILES


def test_both_languages_have_the_same_keys_and_as_many_gaps():
    english = dict(texts(pages.all_words()["en"]))
    assert list(english) == list(KEYS)
    gaps = re.compile(r"\{\d\}")
    for key, text in KEYS.items():
        assert sorted(gaps.findall(text)) == sorted(gaps.findall(english[key])), key


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_every_key_in_a_script_is_a_word_or_a_table_of_words(script):
    whole, begun = keys_in(SCRIPTS[script])
    for key in whole:
        assert key in KEYS.keys() | TABLES, key
    for beginning in begun:
        assert beginning.count(".") >= 2, f"{beginning}: would use a whole part of the words"
        assert any(known.startswith(beginning) for known in KEYS), beginning


def test_every_word_is_used_in_some_script():
    whole: set[str] = set()
    begun: set[str] = set()
    for path in SCRIPTS.values():
        more, beginnings = keys_in(path)
        whole |= more
        begun |= beginnings
    tables = tuple(begun | {f"{key}." for key in whole})
    assert [key for key in WRITTEN if key not in whole and not key.startswith(tables)] == []


@pytest.mark.parametrize("page", sorted(pages._PAGES))
def test_a_page_carries_the_words_that_its_scripts_use_and_no_other_part(page):
    ahead = [f"{pages._PAGES[page].script}.js"]
    reached = set(ahead)
    while ahead:
        more = {other for other, _ in imports_of(ahead.pop())} - reached
        reached |= more
        ahead += more
    used = {key.split(".")[0] for path in reached for keys in keys_in(FILES[path]) for key in keys}
    carried = set(pages._PAGES[page].words)
    assert used == carried
    html = pages._page(page).content.decode()
    found = re.search(r'<script type="application/json" id="wangge-words">([^<>&]+)</script>', html)
    assert found
    assert json.loads(found[1]) == {
        tag: {part: pages.all_words()[tag][part] for part in carried} for tag in WORD_FILES
    }


def test_the_map_uses_its_own_words_alone():
    used = {
        key.split(".")[0] for path in MAP_SCRIPTS.values() for keys in keys_in(path) for key in keys
    }
    assert used == {"common", "map"}

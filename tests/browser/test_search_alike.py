"""The page's own search and the address book of the service put the same first."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

import maps
from gis import disclosure
from gis.addresses import AddressBook, EntryKind
from gis.addresses.names import sounds_of
from gis.atlas import Atlas
from gis.intake import read_set

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
QUERIES = ROOT / "tests" / "locating" / "address_queries.csv"
DAY = date(2026, 10, 1)
# The page draws no road and no door plate of its own.
UNKNOWN_TO_THE_PAGE = (EntryKind.ROAD, EntryKind.DOOR_PLATE)


@pytest.fixture(scope="module")
def sample():
    taken = read_set([ROOT / "data"], today=DAY)
    named = {"name": "宝塔桥街道", "code": "320106012"}
    return Atlas(taken.division, taken.directory, taken.roster, DAY, **named)


@pytest.fixture(scope="module")
def book(sample):
    return AddressBook(disclosure.public(sample))


@pytest.fixture
def search(sample, visit, saved):
    page = visit(saved(maps.page_html(sample))).page

    def firsts(texts):
        return page.evaluate("texts => texts.map(text => wangge.find(text, 1)[0])", list(texts))

    return firsts


def spoken():
    with QUERIES.open(encoding="utf-8") as file:
        return [row["query"] for row in csv.DictReader(file)]


def same_first(candidate):
    """Return what the page calls what the service has first."""
    if candidate.match is EntryKind.PERSON:
        return candidate.name
    return candidate.grid_codes[0] if candidate.grid_codes else candidate.key


def test_what_is_clear_to_the_service_stands_first_on_the_page(book, search):
    asked = [(text, book.search(text)) for text in spoken()]
    known = [(t, f[0]) for t, f in asked if f.clear and f[0].match not in UNKNOWN_TO_THE_PAGE]
    assert len(known) >= 400
    wrong = [
        (text, best.name, first)
        for (text, best), first in zip(known, search(t for t, _ in known), strict=True)
        if first != same_first(best)
    ]
    assert wrong == []


def test_people_codes_and_office_telephones_are_found_alike(sample, book, search):
    shown = disclosure.public(sample)
    held = {d.person for d in shown.roster.duties if d.grid and d.in_force(DAY)}
    people = sorted(shown.roster.by_id[p].name for p in held)[::9]
    codes = [grid.code for grid in shown.division][::9]
    asked = [(text, book.search(text)) for text in (*people, *codes)]
    known = [(t, f[0]) for t, f in asked if f.clear]
    assert len(known) >= 40
    found = search(t for t, _ in known)
    assert found == [same_first(best) for _, best in known]


def test_full_pinyin_finds_a_compound_alike(sample, book, search):
    names = sorted({p.compound for p in sample.directory.places if p.compound})
    typed = {"".join(sounds_of(name)[0]) for name in names}
    asked = [(text, book.search(text)) for text in typed if text.isalpha()]
    known = [(t, f[0]) for t, f in asked if len(f) and f[0].grid_codes and f.tied == 1]
    assert len(known) >= 20
    found = search(t for t, _ in known)
    assert found == [same_first(best) for _, best in known]


def test_a_word_for_a_kind_lists_the_same_kind(book, search):
    for word in ("药店", "学校", "派出所", "菜场"):
        (first,) = search([word])
        assert first in {c.key for c in book.search(word, limit=50)}, word

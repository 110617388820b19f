"""Hostile text in what other programs read: it is there as it was typed, and no program runs it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from itertools import cycle

import openpyxl
import pytest

from gis.tables.formula_guard import guarded_text
from maps import MapSettings
from maps.site.downloads import download_names, download_parts
from maps.site.page import page_part
from maps.site.write import write_site
from tests.publishing.hostile import CORPUS
from tests.publishing.small_map import small_atlas
from tests.spreadsheets import would_run

STARTS = (0, 40)
# What a file format cannot hold at all: halves of characters, and letters XML has no place for.
NOT_UNICODE = [t for t in CORPUS if any("\ud800" <= c <= "\udfff" for c in t)]
NOT_XML = [
    t for t in CORPUS if any((ord(c) < 32 and c not in "\t\n\r") or c in "\ufffe\uffff" for c in t)
]


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Two sites in which every text field holds a string of the corpus, and every string is."""
    folders = []
    for start in STARTS:
        kept = [t for t in CORPUS if t not in NOT_UNICODE and "\0" not in t]
        strings = cycle((*kept[start:], *kept[:start]))
        atlas = small_atlas(lambda _, s=strings: next(s))
        settings = MapSettings(*(next(strings) for _ in range(5)))
        kinds = ("geojson", "gpkg", "csv", "xlsx")
        parts = [
            page_part(atlas, settings, "all", download_names(kinds)),
            *download_parts(atlas, kinds),
        ]
        folder = tmp_path_factory.mktemp("site") / "out"
        write_site(folder, parts, {"title": settings.title})
        folders.append(folder)
    return folders


def texts_of(value):
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def in_geojson(folder):
    for path in (folder / "downloads").glob("*.geojson"):
        yield from texts_of(json.loads(path.read_bytes()))


def in_csv(folder):
    text = (folder / "downloads" / "wangge.csv").read_bytes().decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from row


def in_xlsx(folder):
    book = openpyxl.load_workbook(folder / "downloads" / "wangge.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    yield cell.value


def in_gpkg(folder):
    with closing(sqlite3.connect(folder / "downloads" / "wangge.gpkg")) as database:
        for table in ("boundaries", "places", "context", "people", "organisations"):
            for row in database.execute(f"SELECT * FROM {table}"):
                yield from (value for value in row if isinstance(value, str))


@pytest.mark.parametrize("form", [in_geojson, in_csv, in_xlsx, in_gpkg])
def test_every_string_is_there_as_it_was_typed(sites, form):
    found = {text for folder in sites for text in form(folder)}
    lists = {t for text in found if text.startswith("[") for t in texts_of(_json_or_none(text))}
    missing = [
        t
        for t in CORPUS
        if t not in NOT_UNICODE
        and not (form is in_xlsx and t in NOT_XML)
        and not {t, guarded_text(t), t.strip()} & (found | lists)
        and t.replace("\r\n", "\n") not in found
    ]
    assert missing == []


def _json_or_none(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_no_cell_of_a_table_begins_like_a_formula(sites):
    for folder in sites:
        for form in (in_csv, in_xlsx):
            assert [t for t in form(folder) if would_run(t)] == []


def test_the_manifest_holds_the_title_as_it_was_typed(sites):
    for folder in sites:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert manifest["title"] in CORPUS


def test_halves_of_characters_stop_no_publication(tmp_path):
    strings = cycle(NOT_UNICODE)
    settings = MapSettings(*(next(strings) for _ in range(5)))
    atlas = small_atlas()
    write_site(tmp_path / "out", [page_part(atlas, settings, "all")], {"title": settings.title})
    assert (tmp_path / "out" / "index.html").read_bytes().decode()


def test_the_corpus_is_large():
    assert len(set(CORPUS)) >= 60

"""The first law, in a real browser: whatever people typed shows as it is, and runs nothing."""

from __future__ import annotations

from itertools import cycle

import pytest
from playwright.sync_api import expect

import maps
from gis.exchange.json_values import place_json, sheet_json
from maps import MapSettings
from maps.basemaps import chosen_basemap
from tests.browser.conftest import DESKTOP, Visit
from tests.publishing.hostile import CORPUS
from tests.publishing.small_map import small_atlas

pytestmark = pytest.mark.browser


def hostile_atlas(first: int = 0):
    """Return an atlas in which every text field holds the next string of the corpus."""
    strings = cycle((*CORPUS[first:], *CORPUS[:first]))
    return small_atlas(lambda _: next(strings))


def hostile_page(first: int = 0) -> bytes:
    strings = cycle(CORPUS[first:])
    settings = MapSettings(*(next(strings) for _ in range(5)))
    files = [f"{folder}/{next(strings)}.pdf" for folder in ("posters", "downloads", "boards")]
    return maps.page_html(hostile_atlas(first), "internal", settings=settings, files=files)


def everything_shown(page) -> str:
    """Open every card, fold and list there is and return all the text that was shown."""
    return page.evaluate(
        """() => {
          const texts = [];
          const read = () => texts.push(document.body.innerText, ...[...document.querySelectorAll(
            '.name, .label-line, summary, [role=option]')].map(n => n.textContent));
          const app = wangge.inspect();
          read();
          for (const grid of app.atlas.grids) { app.openGrid(grid); read(); }
          for (const place of app.atlas.places) {
            app.openEntry({ place, grid: app.atlas.byCode.get(place.row.grid) }); read();
          }
          const field = document.querySelector('[role=combobox]');
          for (const word of ['1', 'a', 'x', '<', '{', '示例']) {
            field.value = word;
            field.dispatchEvent(new Event('input')); read();
          }
          return texts.join('\\u0000');
        }"""
    )


# The whole corpus passes through every field: each page starts it at another string.
STARTS = range(0, len(CORPUS), 17)


@pytest.fixture(scope="module")
def tour(window, tmp_path_factory):
    """Open pages full of hostile text from a file, show all there is, and see what happens."""
    texts = ""
    for first in STARTS:
        path = tmp_path_factory.mktemp("tour") / "index.html"
        path.write_bytes(hostile_page(first))
        seen = Visit(window(DESKTOP, "light", True)).go(path.as_uri())
        texts += everything_shown(seen.page)
        seen.page.mouse.click(700, 450)
        seen.page.keyboard.press("Tab")
        seen.check_nothing_ran(path.as_uri())
        seen.leave()
    return texts


def test_hostile_text_runs_nothing_from_a_file(tour):
    assert tour


def test_a_hostile_credit_of_a_basemap_shows_as_it_is(visit, saved):
    credit = "</script><img src=x onerror=window.canary=1>{{7*191}}${alert(1)}"
    url = "http://127.0.0.1:9/{z}/{x}/{y}.png"
    basemap = chosen_basemap("custom", url=url, datum="wgs84", attribution=credit)
    page = visit(saved(maps.page_html(small_atlas(), settings=MapSettings(basemap=basemap)))).page
    expect(page.locator("footer")).to_contain_text(credit, use_inner_text=True)
    assert page.evaluate("window.canary") is None


def test_hostile_text_runs_nothing_from_a_server(visit, served):
    address = served(hostile_page())
    seen = visit(address, offline=False)
    everything_shown(seen.page)
    seen.check_nothing_ran(address)


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_hostile_text_is_shown_as_it_is(tour, text):
    assert text in tour


def test_the_block_holds_what_was_typed(visit, saved):
    atlas = hostile_atlas()
    seen = visit(saved(maps.page_html(atlas, "internal")))
    block = seen.page.evaluate("wangge.inspect().atlas.block.layers")
    assert block["grids"]["sheets"] == [sheet_json(atlas.sheet(g), atlas) for g in atlas.division]
    assert block["places"]["rows"] == [place_json(p, atlas) for p in atlas.directory.places]

"""The page: what folium draws, what is in the file, and what the file may do."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import folium
import pytest

import maps
from gis import disclosure
from gis.atlas import Atlas
from gis.errors import InvalidInput
from gis.exchange.json_values import sheet_json
from gis.intake import read_set
from maps import MapSettings
from tests.publishing.hostile import CORPUS
from tests.publishing.small_map import small_atlas

ROOT = Path(__file__).resolve().parents[2]
STATIC = sorted(filter(Path.is_file, (ROOT / "maps" / "static").rglob("*")))


@pytest.fixture(scope="module")
def atlas():
    return small_atlas()


@pytest.fixture(scope="module")
def page(atlas):
    return maps.page_html(atlas)


@pytest.fixture(scope="module")
def sample():
    day = date(2026, 11, 23)
    taken = read_set([ROOT / "data"], today=day)
    return Atlas(taken.division, taken.directory, taken.roster, day, name="宝塔桥街道")


def block(page: bytes) -> dict:
    found = re.search(rb'<script type="application/json" id="wangge-data">(.*?)</script>', page)
    return json.loads(found[1])


def shell(page: bytes) -> bytes:
    """Return the page without its data and its title."""
    data = rb'(?<=id="wangge-data">).*?(?=</script>)|<title>.*?</title>'
    return re.sub(data, b"", page, flags=re.DOTALL)


def parts(page: bytes, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", page.decode(), re.DOTALL)


# --- folium draws it -----------------------------------------------------------------------------


def test_a_drawn_map_is_a_folium_map_with_a_layer_for_each_family(atlas):
    drawn = maps.draw(atlas)
    assert isinstance(drawn, folium.Map)
    layers = [c for c in drawn._children.values() if isinstance(c, folium.map.Layer)]
    assert [layer.family for layer in layers] == ["context", "grids", "places"]


def test_saving_rendering_and_serving_give_the_same_bytes(atlas, page, tmp_path):
    drawn = maps.draw(atlas)
    drawn.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_bytes() == page
    assert drawn.get_root().render().encode() == page


def test_a_notebook_shows_the_page_in_a_frame(atlas, page):
    shown = maps.draw(atlas)._repr_html_()
    frame = re.search('srcdoc="(.*?)"', shown, re.DOTALL)
    assert html.unescape(frame[1]).encode() == page


def test_rendering_twice_changes_nothing(atlas, page):
    root = maps.draw(atlas).get_root()
    root.render()
    assert root.render().encode() == page


def test_other_folium_maps_keep_their_own_scripts(atlas):
    before = list(folium.Map.default_js)
    maps.page_html(atlas)
    assert folium.Map().default_js == before


def test_importing_maps_imports_no_folium():
    code = "import sys, maps; sys.exit('folium' in sys.modules or 'branca' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# --- what is in the file -------------------------------------------------------------------------


def test_the_page_holds_the_sheets_that_the_api_prints(atlas, page):
    public = disclosure.public(atlas)
    expected = [sheet_json(public.sheet(g), public) for g in public.division]
    assert block(page)["layers"]["grids"]["sheets"] == expected


def test_an_internal_atlas_passes_the_door_before_it_is_drawn_in_public(atlas, page):
    assert block(page)["provenance"]["edition"] == "public"
    for private in ("139-0000-0000", "示例单位"):
        assert private.encode() not in page
    assert b"139-0000-0000" in maps.page_html(atlas, "internal")


def test_a_public_atlas_is_drawn_as_it_is(atlas, page):
    assert maps.page_html(disclosure.public(atlas)) == page


def test_a_public_atlas_cannot_be_drawn_as_internal(atlas):
    with pytest.raises(InvalidInput, match="public edition"):
        maps.draw(disclosure.public(atlas), "internal")


def test_an_unknown_edition_is_refused(atlas):
    with pytest.raises(InvalidInput, match="must be public or internal"):
        maps.draw(atlas, "secret")


def test_the_title_and_date_are_the_division_s_unless_they_are_set(atlas, page):
    assert block(page)["settings"]["title"] == "示例街道网格地图"
    assert block(page)["settings"]["data_date"] == "2026-11-01"
    chosen = MapSettings(title="另一个题目", approval_no="审图号 X", language="en")
    other = maps.page_html(atlas, settings=chosen)
    assert "<title>另一个题目</title>" in other.decode()
    assert '<html lang="en">' in other.decode()
    assert block(other)["settings"]["approval_no"] == "审图号 X"


def test_no_approval_number_is_made_up(page):
    assert block(page)["settings"]["approval_no"] == ""


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_hostile_text_reaches_the_block_and_nothing_else(text):
    atlas = small_atlas(lambda _: text)
    page = maps.page_html(atlas, "internal", settings=MapSettings(*[text] * 5))
    assert block(page)["layers"]["grids"]["sheets"][0]["name"] == text
    quiet = maps.page_html(small_atlas(lambda _: "x"), "internal", settings=MapSettings(*["x"] * 5))
    assert shell(page) == shell(quiet)


def test_a_division_without_grids_can_be_drawn(atlas):
    bare = replace(atlas, division=replace(atlas.division, grids=()))
    assert block(maps.page_html(bare))["layers"]["grids"]["sheets"] == []


# --- what the file may do ------------------------------------------------------------------------


def test_only_the_page_s_own_scripts_and_styles_may_run(page):
    policy = maps.content_security_policy(page)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        allowed = re.search(rf"{directive} ([^;]+)", policy)[1].split()
        digests = (b64encode(sha256(p.encode()).digest()).decode() for p in parts(page, tag))
        assert allowed == [f"'sha256-{d}'" for d in digests]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy


def test_the_page_names_nothing_outside(page):
    leaflet, ours = parts(page, "script")
    in_comments = {"https://leafletjs.com", "https://bugzilla.mozilla.org/show_bug.cgi"}
    svg = "http://www.w3.org/2000/svg"
    assert set(re.findall(r"https?://[\w./-]+", page.decode())) <= {svg, *in_comments}
    assert set(re.findall(r"https?://[\w./-]+", ours)) == {svg}
    assert not re.search(r"sourceMappingURL|url\((?!#synthetic)|@import", page.decode())
    assert not re.search(r"<(?:img|link|iframe|script src|object|embed)\b", page.decode())
    assert leaflet.startswith("/* @preserve")


def test_the_page_has_no_inline_styles_or_handlers(page):
    shell = re.sub(rb"<(script|style)[ >].*?</\1>", b"", page, flags=re.DOTALL)
    assert not re.search(rb"\son\w+=|\sstyle=", shell)


@pytest.mark.parametrize("path", STATIC, ids=[p.name for p in STATIC])
def test_our_scripts_put_no_text_into_markup(path):
    text = path.read_text("utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert not re.search(forbidden, text)


def test_the_policy_of_a_page_without_one_is_asked_in_vain():
    with pytest.raises(ValueError, match="no Content-Security-Policy"):
        maps.content_security_policy(b"<html></html>")


# --- contrast ------------------------------------------------------------------------------------


def theme(name: str) -> dict[str, str]:
    """Return the colours of a theme of the style sheet."""
    text = (ROOT / "maps" / "static" / "page.css").read_text("utf-8")
    rules = {"light": r":root \{(.*?)\}", "dark": r':root\[data-theme="dark"\] \{(.*?)\}'}
    found = dict(re.findall(r"--([\w-]+): (#\w+);", re.search(rules["light"], text, re.DOTALL)[1]))
    if name == "dark":
        dark = re.search(rules["dark"], text, re.DOTALL)[1]
        found |= dict(re.findall(r"--([\w-]+): (#\w+);", dark))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "panel"), ("ink", "soft"), ("quiet", "panel"), ("quiet", "soft"),
        ("link", "panel"), ("accent", "panel"), ("on-accent", "accent"), ("name-ink", "halo"),
        ("road-ink", "halo"),
    ],
)  # fmt: skip
def test_text_can_be_read_wcag_aa(name, ink, ground):
    colours = theme(name)
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


# --- the sample ----------------------------------------------------------------------------------


def test_the_sample_s_page_is_small_enough_to_hand_on(sample):
    page = maps.page_html(sample)
    assert len(page) <= 1_800_000
    assert len(gzip.compress(page, 9)) <= 300_000


def test_two_builds_of_the_sample_are_the_same(sample):
    again = replace(sample)
    assert maps.page_html(sample) == maps.page_html(again)

"""The map page as a whole: at both sizes, light and dark, in both languages, from a file, offline."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

import maps
from maps.bundle import static_text
from tests.browser.conftest import DESKTOP, PHONE, becomes
from tests.publishing.small_map import COMPOUNDS, A, B, at, small_atlas

pytestmark = pytest.mark.browser

FILES = ("posters/subdistrict-A3.pdf", "downloads/wangge.xlsx", f"boards/{A}001001.pdf")


@pytest.fixture(scope="module")
def page_bytes():
    return maps.page_html(small_atlas(), "internal", files=FILES)


@pytest.fixture
def opened(visit, saved, page_bytes):
    address = saved(page_bytes)

    def open_(link: str = "", **how):
        return visit(address + link, **how).page

    return open_


LOOKS = [(size, scheme) for size in (DESKTOP, PHONE) for scheme in ("light", "dark")]


# --- everybody can read it -------------------------------------------------------------------------

# The contrast of every piece of text with what is painted behind it (WCAG 2.1, 1.4.3). Texts over
# the map have a halo and are measured against it.
CONTRAST = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = (front, back) => front.slice(0, 3).map((c, i) => {
    const alpha = front[3] ?? 1; return c * alpha + back[i] * (1 - alpha); });
  const light = ([r, g, b]) => [r, g, b].map(v => { v /= 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = node => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) layers.push(parse(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255]);
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.closest(".panel, .controls, .colophon, .measure")) continue;
    if (!node.getClientRects().length || node.closest(".unseen, [aria-hidden=true]")) continue;
    const style = getComputedStyle(node);
    const back = behind(node);
    const ink = over(parse(style.color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 ||
      (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    let seen = 1;
    for (let n = node; n; n = n.parentElement) seen *= Number(getComputedStyle(n).opacity);
    if (ratio < (large ? 3 : 4.5) || seen < 0.99)
      poor.push([text.data.trim().slice(0, 20), node.className, ratio.toFixed(2), seen]);
  }
  return poor;
}"""


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_text_stands_out_from_what_is_behind_it(opened, size, scheme):
    page = opened(f"#grid={A}001001", size=size, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    becomes([], page.evaluate, CONTRAST)
    page.evaluate("wangge.inspect().close()")
    if size == PHONE:
        page.get_by_role("button", name="图层").click()
    page.get_by_role("button", name="类别等级").click()
    becomes([], page.evaluate, CONTRAST)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_everything_that_can_be_pressed_has_a_name(opened, size):
    page = opened(f"#grid={A}001001", size=size)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, select, [role=option]')]
             .filter(n => n.getClientRects().length && !n.closest('[aria-hidden=true]'))
             .filter(n => !(n.getAttribute('aria-label') || n.textContent.trim() ||
                            n.labels?.[0]?.textContent.trim() || n.getAttribute('aria-labelledby') ||
                            n.getAttribute('role') === 'status' || n.placeholder))
             .map(n => n.outerHTML.slice(0, 90))"""
    )
    assert nameless == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(n => n.id)")
    assert len(set(ids)) == len(ids)


def test_a_screen_reader_hears_the_whole_card(opened):
    """What is on the card by sight is in the accessibility tree, in order."""
    page = opened(f"#grid={A}001001")
    told = page.locator(".cards").aria_snapshot()
    parts = [
        "三级网格（楼栋群）",
        'heading "第1网格" [level=3]',
        "编号",
        f"{A}001001",
        "三级网格负责人",
    ]
    parts += ["张示例11", 'link "张示例11 025-00001234"', "户数", "301", "楼栋", "2", "商业网点"]
    parts += ["A 级", 'heading "示例小区A" [level=3]', "甲类", 'heading "甲示例社区" [level=3]']
    at_ = 0
    for part in parts:
        found = told.find(part, at_)
        assert found >= 0, (part, told)
        at_ = found
    region = page.get_by_role("region", name="第1网格", exact=True)
    expect(region).to_have_count(1)


def test_the_whole_page_is_used_by_keyboard_alone(opened):
    page = opened()
    order = []
    for _ in range(60):
        page.keyboard.press("Tab")
        now = page.evaluate(
            "[document.activeElement.getAttribute('aria-label'), document.activeElement.textContent,"
            " document.activeElement.tagName]"
        )
        if now[2] == "BODY":
            break
        order.append((now[0] or now[1] or "").strip())
    for wanted in ("搜索", "一级", "类别等级", "深色", "English", "放大", "缩小", "测量"):
        assert any(wanted in name for name in order), (wanted, order)


# --- search ----------------------------------------------------------------------------------------


def test_the_list_of_hits_is_walked_with_the_keys(opened):
    page = opened()
    field = page.get_by_role("combobox", name="搜索")
    field.fill("示例")
    chosen = page.get_by_role("option", selected=True)
    options = page.get_by_role("option")
    page.keyboard.press("ArrowUp")
    becomes(options.last.get_attribute("id"), chosen.get_attribute, "id")
    page.keyboard.press("ArrowDown")
    becomes(options.first.get_attribute("id"), chosen.get_attribute, "id")
    page.keyboard.press("End")
    becomes(options.last.get_attribute("id"), chosen.get_attribute, "id")
    page.keyboard.press("Home")
    becomes(options.first.get_attribute("id"), chosen.get_attribute, "id")
    page.keyboard.press("PageDown")
    expect(chosen).to_have_attribute("id", "option-8")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value("示例")


def test_home_and_end_stay_with_the_text_until_a_hit_is_chosen(opened):
    page = opened()
    page.get_by_role("combobox", name="搜索").fill("示例")
    page.keyboard.press("Home")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    becomes(0, page.evaluate, "document.activeElement.selectionStart")


# --- the card --------------------------------------------------------------------------------------


def test_what_stands_on_the_ground_can_be_reached_from_the_card(opened):
    page = opened(f"#grid={A}001001")
    card = page.locator(".card-level-3")
    assert re.search(r"\d\.\d\d 公顷", card.inner_text())
    card.get_by_text("楼栋（2）").click()
    card.get_by_role("button", name="1幢").click()
    expect(page.locator(".card-here")).to_contain_text("示例药房", use_inner_text=True)


def test_the_area_of_a_card_is_that_of_the_ground(opened):
    from gis.geometry import area_m2

    atlas = small_atlas()
    page = opened()
    drawn = page.evaluate(
        """() => { const { atlas } = wangge.inspect();
             document.querySelector('.panel');
             return atlas.grids.map(g => g.sheet.code); }"""
    )
    page.evaluate("code => wangge.inspect().openGrid(wangge.inspect().atlas.byCode.get(code))", A)
    shown = page.locator(".card-level-1 .card-area").inner_text()
    truth = area_m2(atlas.division.grid(A).boundary)
    assert float(shown.split()[0]) == pytest.approx(truth / 10_000, rel=0.002)
    assert len(drawn) == len(atlas.division.grids)


def test_files_beside_the_page_are_offered_and_the_board_on_its_card(opened):
    page = opened()
    page.get_by_text("挂图与数据下载（2）").click()
    becomes(
        ["posters/subdistrict-A3.pdf", "downloads/wangge.xlsx"],
        page.locator(".fold-files a").evaluate_all,
        "all => all.map(a => a.getAttribute('href'))",
    )
    page.evaluate(f"wangge.inspect().openGrid(wangge.inspect().atlas.byCode.get('{A}001001'))")
    board = page.get_by_role("link", name="网格公示牌")
    expect(board).to_have_attribute("href", f"boards/{A}001001.pdf")


def test_without_files_none_are_offered(visit, saved):
    page = visit(saved(maps.page_html(small_atlas()))).page
    expect(page.locator(".fold-files")).to_have_count(0)


def test_a_page_of_grids_alone_offers_no_places(visit, saved):
    page = visit(saved(maps.page_html(small_atlas(), detail="grids"))).page
    legend = page.locator(".legend").inner_text()
    assert "楼栋\n" not in legend
    assert "商业网点" not in legend
    page.evaluate(f"wangge.inspect().openGrid(wangge.inspect().atlas.byCode.get('{A}001001'))")
    expect(page.locator(".card-level-3 .counts")).to_contain_text("楼栋", use_inner_text=True)


# --- links -----------------------------------------------------------------------------------------


def copied(page) -> str:
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    page.get_by_role("button", name="复制链接").first.click()
    return page.get_by_label("请手动复制").first.input_value()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_copied_link_brings_back_view_colours_card_and_spot(opened, visit, size):
    page = opened(size=size)
    page.evaluate(
        """([lng, lat]) => { const { map, state } = wangge.inspect();
             map.setView([lat, lng], 17.5, { animate: false });
             state.set("level", 3); state.set("number", "load"); state.set("colour", "number");
             wangge.inspect().ask(L.latLng(lat, lng)); }""",
        list(at(0.3, 1.5)),
    )
    link = copied(page)
    fresh = visit(link, size=size).page
    then, now = (
        p.evaluate(
            """() => { const { map, state } = wangge.inspect(); const spot = state.get("selection");
                 return [map.getZoom(), map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4),
                   state.get("level"), state.get("colour"), state.get("number"),
                   spot.grids.map(g => g.sheet.code), spot.places.map(p => p.row.id)]; }"""
        )
        for p in (page, fresh)
    )
    assert now == then
    assert now[-1] == [f"b{A}0010010", "s1"]


def test_sharing_hands_on_the_same_link(opened):
    page = opened()
    page.evaluate(
        "() => { navigator.share = given => { window.given = given; return Promise.resolve(); }; }"
    )
    page.evaluate(f"wangge.inspect().openGrid(wangge.inspect().atlas.byCode.get('{COMPOUNDS[2]}'))")
    page.get_by_role("button", name="分享").click()
    becomes(True, page.evaluate, "Boolean(window.given)")
    given = page.evaluate("window.given")
    assert given["title"] == "示例小区C"
    assert f"grid={B}001" in unquote(given["url"])


# --- names and levels ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "zoom"), [(DESKTOP, 15), (DESKTOP, 16.5), (DESKTOP, 18), (PHONE, 15), (PHONE, 17)]
)
def test_no_name_lies_over_another(opened, size, zoom):
    page = opened(size=size)
    page.evaluate(f"void wangge.inspect().map.setZoom({zoom}, {{ animate: false }})")
    page.wait_for_timeout(150)
    over = page.evaluate(
        """() => { const all = [...document.querySelectorAll('.label')].filter(n => !n.className.includes('road'))
             .map(n => [n.textContent, ...[...n.querySelectorAll('.label-line')].map(l => l.getBoundingClientRect())]);
             const bad = [];
             all.forEach(([a, ...as], i) => all.slice(i + 1).forEach(([b, ...bs]) => as.forEach(r => bs.forEach(s => {
               if (r.left + 1 < s.right && s.left + 1 < r.right && r.top + 3 < s.bottom && s.top + 3 < r.bottom)
                 bad.push([a, b]); }))));
             return bad; }"""
    )
    assert over == []


# --- old browsers ----------------------------------------------------------------------------------

# What came to Chromium after 109: an office PC with Windows 7 goes no further.
NEWER = {
    "script": [
        r"\.toSorted\(", r"\.toReversed\(", r"\.toSpliced\(", r"\.with\(\d", r"Object\.groupBy",
        r"Map\.groupBy", r"Promise\.withResolvers", r"Array\.fromAsync", r"\.isWellFormed\(",
        r"URL\.canParse", r"new Set\([^)]*\)\.(union|difference|intersection)\(", r"/[a-z]*v[a-z]*[;,)]\s*$",
        r"startViewTransition", r"\.showPopover\(", r"\.checkVisibility\(\{", r"AbortSignal\.any",
        r"scrollend", r"Iterator\.from", r"\.values\(\)\.(map|filter|take)\(", r"\busing\s+\w+\s*=",
    ],
    "style": [
        r"color-mix\(", r"light-dark\(", r"@scope", r"@starting-style", r"&[\s.:\[]", r"\boklch\(",
        r"text-wrap:", r"anchor-name", r"\bpopover\b", r"field-sizing", r"\blinear\(", r"@property\s+--\w+\s*\{\s*\}",
        r"interpolate-size", r"animation-timeline",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", NEWER)
def test_nothing_is_used_that_chromium_109_does_not_know(kind):
    folder = (maps.__path__[0]) + "/static"
    suffix = ".js" if kind == "script" else ".css"
    for name in sorted(os.listdir(folder)):
        if not name.endswith(suffix):
            continue
        text = re.sub(r"/\*.*?\*/", "", static_text(name), flags=re.DOTALL)
        for pattern in NEWER[kind]:
            found = re.search(pattern, text, re.MULTILINE)
            assert not found, (name, found and found[0])

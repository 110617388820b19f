"""The map page in a real browser: what a click answers, and what a reader can do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

import maps
from gis.atlas import Atlas
from gis.geometry import area_m2, length_m
from gis.intake import read_set
from maps import MapSettings
from tests.browser.conftest import PHONE, becomes
from tests.publishing.small_map import A, B, at, small_atlas

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sample():
    taken = read_set([ROOT / "data"], today=DAY)
    return Atlas(taken.division, taken.directory, taken.roster, DAY, name="宝塔桥街道")


@pytest.fixture(scope="module")
def sample_page(sample):
    return maps.page_html(sample)


@pytest.fixture
def small(visit, saved):
    """Open the small map; ``small(size=…)``."""
    address = saved(maps.page_html(small_atlas(), "internal"))

    def opened(link: str = "", **how):
        return visit(address + link, **how).page

    return opened


def tap(page, lon: float, lat: float) -> None:
    """Click on the map where a place is."""
    x, y = page.evaluate(
        "([lon, lat]) => { const p = wangge.inspect().map.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }",
        [lon, lat],
    )
    page.mouse.click(x, y)
    # The click is answered before the next picture but one is drawn.
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def names(page) -> list[str]:
    """Return the names on the grid cards, the smallest grid first."""
    return page.locator("h3.card-name").all_inner_texts()


def codes(page, points) -> list[list[str]]:
    """Return for each point the codes that the page answers, level 1 first."""
    return page.evaluate(
        """points => points.map(([lng, lat]) => {
             const app = wangge.inspect();
             app.ask({ lng, lat });
             return app.state.get("selection").grids.map(grid => grid.sheet.code);
           })""",
        points,
    )


# --- the same answer as the server's ---------------------------------------------------------------


def points_of(atlas: Atlas) -> list[tuple[float, float]]:
    """Return points inside, outside, on edges and on corners, seven decimals each."""
    chance = np.random.default_rng(3)
    west, south, east, north = shapely.total_bounds([g.boundary for g in atlas.division.level(1)])
    anywhere = chance.uniform([west, south], [east, north], (30, 2))
    corners = np.vstack([shapely.get_coordinates(g.boundary)[:2] for g in atlas.division.level(3)])
    close = chance.choice(corners, 20) + chance.integers(-2, 3, (20, 2)) * 1e-7
    found = np.vstack([anywhere, chance.choice(corners, 20), close])
    return [tuple(p) for p in np.round(found, 7).tolist()]


def test_a_click_answers_as_the_locator_does(visit, saved, sample, sample_page):
    points = points_of(sample)
    page = visit(saved(sample_page)).page
    expected = [[g.code for g in sample.locator.locate(*p).grids] for p in points]
    becomes(expected, codes, page, points)
    assert 3 in map(len, expected)
    assert 0 in map(len, expected)


def test_a_shared_corner_belongs_to_the_lowest_code(small):
    corners = [at(1, 1), at(2, 1), at(2, 0.5), at(0, 0), at(3, 2)]
    assert [c[-1] for c in codes(small(), corners)] == [
        f"{A}001001", f"{A}002001", f"{A}002002", f"{A}001002", f"{B}001001",
    ]  # fmt: skip


# --- the cards -------------------------------------------------------------------------------------


def test_a_click_opens_a_card_for_each_level(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    becomes(["第2网格", "示例小区A", "甲示例社区"], names, page)
    card = page.locator(".card-level-1")
    expect(card).to_contain_text("一级网格（社区）", use_inner_text=True)
    expect(card).to_contain_text("甲类", use_inner_text=True)
    expect(card).to_contain_text(f"编号 {A}", use_inner_text=True)
    expect(card).to_contain_text("一级网格责任人", use_inner_text=True)
    expect(card.get_by_role("link", name="王示例1 025-00001234")).to_have_attribute(
        "href", "tel:025-00001234"
    )
    expect(card).to_contain_text("1,204", use_inner_text=True)


def test_the_4_plus_4_bodies_hang_on_the_community(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    card = page.locator(".card-level-1")
    card.get_by_text("“4+4”组织（8）").click()
    expect(card).to_contain_text("居民委员会\n示例机构1", use_inner_text=True)


def test_an_inherited_leader_says_from_where(small):
    page = small()
    tap(page, *at(2.9, 0.1))
    expect(page.locator(".card-level-3")).to_contain_text(
        "由示例小区C责任人负责", use_inner_text=True
    )


def test_what_stands_at_the_spot_is_listed(small):
    page = small()
    tap(page, *at(0.3, 1.5))
    here = page.locator(".card-here")
    expect(here).to_contain_text("1幢", use_inner_text=True)
    expect(here).to_contain_text("示例药房", use_inner_text=True)
    expect(here).to_contain_text("3 个单元", use_inner_text=True)


def test_outside_is_said_to_be_outside(small):
    page = small()
    tap(page, *at(-0.5, 0.5))
    expect(page.locator(".cards")).to_contain_text("不在本街道范围内", use_inner_text=True)


def test_a_card_leads_to_the_grids_within(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    page.locator(".card-level-2").get_by_text("下级网格（2）").click()
    page.get_by_role("button", name="第1网格").click()
    expect(page.locator("h3.card-name").first).to_have_text("第1网格", use_inner_text=True)


# --- the keyboard ----------------------------------------------------------------------------------


def test_enter_asks_about_the_middle_and_escape_closes(small):
    page = small()
    page.get_by_role("application").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h3.card-name")).to_have_count(3)
    page.keyboard.press("Escape")
    becomes([], names, page)
    becomes(True, page.evaluate, "document.activeElement.classList.contains('leaflet-container')")


def test_the_panel_is_a_landmark_with_headings(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    panel = page.get_by_role("complementary", name="网格查询")
    becomes("示例街道网格地图", panel.get_by_role("heading", level=1).inner_text)
    expect(panel.get_by_role("heading", level=2)).to_have_count(1)
    expect(panel.get_by_role("heading", level=3)).to_have_count(3)
    said = page.locator(".panel > [role=status]")
    expect(said).to_have_text(re.compile("^已选中：甲示例社区"), use_inner_text=True)


# --- search ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("示例药房", "示例药房"),
        ("slyf", "示例药房"),
        ("shiliyaofang", "示例药房"),
        ("320106012001002", "示例小区B"),
        ("１幢 示例", "示例小区1幢"),
        ("老楼 2号", "示例小区2幢"),
        ("李示例", "李示例"),
        ("lsl", "李示例"),
    ],
)
def test_search_finds(small, words, first):
    page = small()
    page.get_by_role("combobox").fill(words)
    becomes(first, page.locator(".option-title").first.inner_text)


def test_search_is_used_without_a_mouse(small):
    page = small()
    field = page.get_by_role("combobox", name="搜索")
    field.fill("示例小学")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    becomes(chosen.get_attribute("id"), field.get_attribute, "aria-activedescendant")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.locator(".card-here")).to_contain_text("示例小学", use_inner_text=True)
    expect(page.locator("h3.card-name").last).to_have_text("乙示例社区", use_inner_text=True)


def test_a_search_in_vain_says_so(small):
    page = small()
    page.get_by_role("combobox").fill("没有这个")
    expect(page.get_by_text("没有找到")).to_be_visible()
    becomes("找到 0 项", page.locator(".search [role=status]").inner_text)


# --- links -----------------------------------------------------------------------------------------


def test_a_link_opens_the_card_and_a_click_makes_one(small):
    page = small(f"#grid={B}001")
    becomes(["示例小区C", "乙示例社区"], names, page)
    tap(page, *at(2.9, 1.9))
    becomes(f"#grid={B}001001", page.evaluate, "location.hash")


def test_a_link_brings_the_view_back(small):
    page = small(f"#grid={A}&at=17.5/32.11100/118.75200")
    becomes(17.5, page.evaluate, "wangge.inspect().map.getZoom()")
    becomes(["甲示例社区"], names, page)


def test_the_copied_link_opens_what_was_selected(small, visit):
    page = small()
    tap(page, *at(2.9, 1.9))
    # Where the browser does not let a page write to the clipboard, the link is shown.
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    page.get_by_role("button", name="复制链接").click()
    link = page.get_by_label("请手动复制").input_value()
    again = visit(link).page
    assert names(again)[0] == "第1网格"
    assert "at=" in link


def test_a_link_can_put_a_pin_and_speak_english(small):
    lon, lat = at(2.9, 1.9)
    page = small(f"#spot={lon},{lat}&lang=en")
    becomes(["第1网格", "示例小区C", "乙示例社区"], names, page)
    expect(page.locator(".pin")).to_have_count(1)
    becomes("en", page.evaluate, "document.documentElement.lang")


FRAME = """<!DOCTYPE html><title>frame</title><iframe width=800 height=600 src="/#embed=1"></iframe>
<script>addEventListener("message", ({ data }) => { window.told = data; });</script>"""


def test_in_a_frame_the_map_stands_alone_and_tells_where_it_was_clicked(visit, served):
    address = served(maps.page_html(small_atlas()))
    page = visit(address, offline=False).page
    page.route("**/frame.html", lambda route: route.fulfill(body=FRAME, content_type="text/html"))
    page.goto(f"{address}frame.html")
    inside = page.frame_locator("iframe")
    inside.locator("html.is-ready").wait_for()
    expect(inside.locator(".panel")).to_be_hidden()
    expect(inside.locator(".controls")).to_be_hidden()
    inside.get_by_role("application").click(position={"x": 400, "y": 300})
    page.wait_for_function("window.told")
    told = page.evaluate("window.told.wanggeSpot")
    assert told["lon"] == pytest.approx(at(1.5, 1)[0], abs=1e-3)
    assert told["lat"] == pytest.approx(at(1.5, 1)[1], abs=1e-3)
    page.unroute_all()


@pytest.mark.parametrize(
    "link",
    ["#grid=1", "#grid=%", "#at=x/y/z", "#at=9/999/0", "#<img>", "#spot=x", "#lang=__proto__"],
)
def test_a_bad_link_opens_the_map(small, link):
    assert names(small(link)) == []


# --- settings --------------------------------------------------------------------------------------


def labels(page) -> set[str]:
    page.wait_for_timeout(100)
    return set(page.locator(".label").all_inner_texts())


def test_a_level_can_be_chosen(small):
    page = small()
    page.get_by_role("button", name="一级", exact=True).click()
    becomes(True, lambda: "甲示例社区" in labels(page))
    page.get_by_role("button", name="二级", exact=True).click()
    becomes(True, lambda: {"示例小区A", "示例小区B", "示例小区C"} <= labels(page))


def test_the_legend_follows_what_is_shown(small):
    page = small()
    legend = page.locator(".legend")
    page.get_by_role("button", name="类别等级").click()
    page.get_by_role("button", name="一级", exact=True).click()
    expect(legend).to_contain_text("社区类别", use_inner_text=True)
    page.get_by_role("button", name="三级", exact=True).click()
    expect(legend).to_contain_text("小区等级", use_inner_text=True)
    expect(legend).to_contain_text("三级网格（楼栋群）", use_inner_text=True)


def test_layers_and_names_can_be_switched_off(small):
    page = small()
    becomes(True, lambda: "长江" in labels(page))
    page.get_by_label("名称标注").uncheck()
    becomes(set(), labels, page)


def test_the_page_speaks_english_too(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    page.get_by_role("button", name="English").click()
    becomes("en", page.evaluate, "document.documentElement.lang")
    expect(page.locator(".card-level-1")).to_contain_text(
        "Level 1 · community", use_inner_text=True
    )
    expect(page.locator(".card-level-1")).to_contain_text(
        "Grid leader (level 1)", use_inner_text=True
    )
    chinese = re.findall("[\u4e00-\u9fff]+", page.locator(".controls").inner_text())
    assert chinese == ["字", "中文"]


def test_dark_follows_the_system_and_can_be_chosen(small):
    page = small(scheme="dark")
    becomes("dark", page.evaluate, "document.documentElement.dataset.theme")
    page.get_by_role("button", name="浅色").click()
    becomes("light", page.evaluate, "document.documentElement.dataset.theme")


def grounds(page) -> set[str]:
    """Return the colours that the ground is painted in."""
    return set(
        page.evaluate(
            """() => Object.values(wangge.inspect().map._layers)
                 .filter(l => l.options.stroke === false && l.options.fillColor)
                 .map(l => l.options.fillColor)"""
        )
    )


def test_the_ground_can_be_coloured_by_a_number(small):
    page = small()
    page.get_by_role("button", name="数量").click()
    page.get_by_role("combobox", name="数量").select_option("load")
    page.get_by_role("button", name="三级", exact=True).click()
    # In B nobody leads a cluster: the compound's leader has both.
    told = "三级网格 · 网格长负责户数\n少于 600\n600 及以上"
    becomes(told, page.locator(".legend-ranks").inner_text)
    assert len(grounds(page)) == 2


def test_only_numbers_that_are_known_can_be_chosen(small, visit, saved):
    public = visit(saved(maps.page_html(small_atlas()))).page
    public.get_by_role("button", name="数量").click()
    expect(public.get_by_role("option", name="常住人口")).to_have_count(0)


def test_distance_and_area_are_measured_in_metres(small):
    page = small()
    page.get_by_role("button", name="测量").click()
    for corner in (at(0, 0), at(3, 0), at(3, 2)):
        tap(page, *corner)
    figures = page.locator(".measure-figures").inner_text()
    length, area = re.fullmatch(r"长度 (\d\.\d\d) km · 面积 (\d+\.\d\d) 公顷", figures).groups()
    corners = [at(0, 0), at(3, 0), at(3, 2)]
    assert float(length) == pytest.approx(length_m(shapely.LineString(corners)) / 1000, rel=0.02)
    assert float(area) == pytest.approx(area_m2(shapely.Polygon(corners)) / 10_000, rel=0.03)
    page.keyboard.press("Escape")
    expect(page.locator(".measure")).to_be_hidden()
    tap(page, *at(0.9, 0.1))
    expect(page.locator("h3.card-name")).to_have_count(3)


# --- what must be on a published map ---------------------------------------------------------------


def test_note_maker_date_and_approval_number_are_on_the_map(visit, saved):
    settings = MapSettings(maker="示例街道办事处", approval_no="示例审字1号", data_date="2026-10")
    page = visit(saved(maps.page_html(small_atlas(), settings=settings))).page
    foot = page.locator("footer").inner_text()
    for text in (
        "示意图，不作为权属和划界依据",
        "示例街道办事处",
        "审图号：示例审字1号",
        "2026-10",
    ):
        assert text in foot


@pytest.mark.parametrize("zoom", [12, 15, 20])
def test_a_synthetic_map_says_so_at_any_zoom_and_in_print(small, zoom):
    page = small()
    page.evaluate(f"void wangge.inspect().map.setZoom({zoom}, {{ animate: false }})")
    mark = page.locator(".watermark")
    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        expect(mark).to_be_visible()
        box = mark.bounding_box()
        assert box["width"] >= 1000
    expect(mark).to_contain_text("合成示例数据 · SYNTHETIC SAMPLE")


def test_a_real_map_has_no_watermark(visit, saved):
    from dataclasses import replace

    real = small_atlas()
    real = replace(
        real,
        division=replace(real.division, synthetic=False),
        directory=replace(real.directory, synthetic=False),
        roster=replace(real.roster, synthetic=False),
    )
    page = visit(saved(maps.page_html(real))).page
    expect(page.locator(".watermark")).to_have_count(0)
    assert "SYNTHETIC" not in page.locator("body").inner_text()


def test_printing_shows_the_map_its_title_and_its_note(small):
    page = small()
    tap(page, *at(0.9, 0.1))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for shown in ("h1", ".folium-map", ".legend", "footer", ".leaflet-control-scale", ".north"):
        expect(page.locator(shown), shown).to_be_visible()
    for hidden in (".search", ".cards", ".zooms", ".segments >> nth=0"):
        expect(page.locator(hidden), hidden).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".search")).to_be_visible()


PAINTED = """() => Object.fromEntries([...document.querySelectorAll("canvas")].map(canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.parentElement.className.match(/leaflet-(\\w+)-pane/)[1], data.some(b => b)];
}))"""


def test_what_is_printed_is_drawn_before_the_page_is_laid_out(small):
    page = small(scheme="dark")
    tap(page, *at(0.9, 0.1))
    theme = "document.documentElement.dataset.theme"
    page.evaluate(f"window.asked = () => ({{ theme: {theme}, painted: ({PAINTED})() }})")
    asked = page.evaluate("(window.dispatchEvent(new Event('beforeprint')), window.asked())")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert asked["theme"] == "light"
    assert {"grounds", "meshes", "selection", "context"} <= asked["painted"].keys()
    assert all(asked["painted"].values())
    becomes("dark", page.evaluate, theme)


# --- a phone ---------------------------------------------------------------------------------------


def test_on_a_phone_the_cards_come_up_from_below(small):
    page = small(size=PHONE)
    sheet = page.locator(".sheet")
    expect(sheet).to_be_hidden()
    tap(page, *at(1.5, 1.5))
    box = sheet.bounding_box()
    assert box["y"] > PHONE[1] * 0.45
    assert box["y"] + box["height"] == pytest.approx(PHONE[1], abs=1)
    page.get_by_role("button", name="展开").click()
    page.get_by_role("button", name="收起").wait_for()
    box = sheet.bounding_box()
    assert box["y"] < PHONE[1] * 0.45
    assert box["y"] + box["height"] == pytest.approx(PHONE[1], abs=1)
    expect(page.get_by_role("button", name="图层")).to_be_hidden()
    page.get_by_role("button", name="收起").click()
    page.get_by_role("button", name="关闭").click()
    expect(sheet).to_be_hidden()


def test_on_a_phone_the_settings_open_by_a_button(small):
    page = small(size=PHONE)
    expect(page.get_by_text("着色方式")).to_be_hidden()
    page.get_by_role("button", name="图层").click()
    expect(page.get_by_text("着色方式")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, (320, 568), (768, 1024), (1400, 900)])
def test_nothing_is_wider_than_the_screen(small, size):
    page = small(size=size)
    tap(page, *at(1.5, 1.5))
    becomes(True, page.evaluate, f"document.documentElement.scrollWidth <= {size[0]}")
    wide = page.evaluate(
        """width => [...document.querySelectorAll('.panel *, .controls *, footer *')]
             .filter(n => n.getClientRects().length)
             .filter(n => { const b = n.getBoundingClientRect();
                            return b.right > width + 1 || b.left < -1; })
             .map(n => n.className)""",
        size[0],
    )
    assert wide == []

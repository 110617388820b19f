"""The desk in a real browser: from what a caller says to a name that can be called."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from api import create_app
from api.settings import Settings
from gis.datum import from_wgs84
from gis.geometry import point_inside
from tests.browser.conftest import DESKTOP, PHONE, becomes, running
from tests.publishing.hostile import CORPUS

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "api" / "pages" / "static"
ADDRESS, BUILDING = "宝塔桥西街18号3幢", "320106012005001004"


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> FastAPI:
    path = tmp_path_factory.mktemp("desk") / "wangge.db"
    return create_app(Settings(_env_file=None, database_url=f"sqlite:///{path}"))


@pytest.fixture(scope="module")
def origin(app) -> Iterator[str]:
    """The service over the sample, on a free port of this machine."""
    with running(app) as address:
        httpx2.get(f"{address}/locate", params={"address": ADDRESS}, timeout=30, trust_env=False)
        yield address


@pytest.fixture
def desk(visit, origin) -> Iterator[Callable[..., Any]]:
    """Open the desk: ``desk(size=…, scheme=…)`` is its page. Nothing may leave the origin.

    On a phone, where it is quick to open: the map is fetched when it is wanted.
    """
    visits = []

    def opened(size: tuple[int, int] = PHONE, **how: Any) -> Any:
        visits.append(visit(f"{origin}/desk", offline=False, size=size, **how))
        return visits[-1].page

    yield opened
    for seen in visits:
        seen.page.unroute_all()
        assert [m for m in seen.misdeeds if "Failed to load resource" not in m] == []
        becomes([None, None], seen.page.evaluate, "[window.canary, window.violations]")
        assert [u for u in seen.requests if not u.startswith((origin, "data:", "blob:"))] == []
        seen.page.evaluate("sessionStorage.clear()")


@pytest.fixture
def atlas(app, origin):
    return app.state.services.live.bundle.atlas


def ask(page: Any, text: str) -> None:
    page.locator("#ask").fill(text)


def candidates(page: Any) -> Any:
    page.locator(".candidate, .notice-none").first.wait_for()
    return page.locator(".candidate")


def card(page: Any, level: int) -> Any:
    found = page.locator(f".card-level-{level}")
    found.wait_for()
    return found


def leader_of(atlas: Any, code: str) -> Any:
    grid = atlas.division.by_code[code]
    held = atlas.sheet(grid).responsible[0]
    assert held.duty.role == "grid_leader"
    return held.person


def choose_datum(page: Any, datum: str) -> None:
    page.locator(f"input[value={datum}]").check()


# --- from an address to a name that can be called --------------------------------------------------


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_three_actions_lead_from_an_address_to_a_call(desk, atlas, size):
    page = desk(size=size)
    ask(page, ADDRESS)
    candidates(page).first.click()
    leader = leader_of(atlas, BUILDING)
    call = card(page, 3).get_by_role("link", name=f"拨打 {leader.name}")
    call.wait_for()
    expect(call).to_have_attribute("href", f"tel:{leader.office_phone}")
    box = call.bounding_box()
    assert box["height"] >= 44
    assert box["y"] + box["height"] < size[1], "it can be called without scrolling"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_card_for_each_level_level_3_first(desk):
    page = desk()
    ask(page, ADDRESS)
    candidates(page).first.click()
    card(page, 3)
    assert page.locator(".card-level").all_inner_texts()[:3] == [
        "三级网格（楼栋群）", "二级网格（小区）\nB 级达标", "一级网格（社区）\n丙类混合社区",
    ]  # fmt: skip
    text = page.locator(".card-level-2").inner_text()
    assert "编号 320106012005001" in text
    assert "二级网格长" in text
    expect(page.locator(".provenance")).to_contain_text("合成示例数据", use_inner_text=True)
    expect(page.locator(".provenance")).to_contain_text("区划第 1 版", use_inner_text=True)


def test_an_inherited_leader_says_from_where(desk):
    page = desk()

    def inherit(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        *_, compound, cluster = body["candidates"][0]["grids"]
        cluster["responsible"] = [
            {**compound["responsible"][0], "inherited_from": compound["code"]}
        ]
        route.fulfill(response=answer, json=body)

    page.route("**/locate?address=*", inherit)
    ask(page, ADDRESS)
    candidates(page).first.click()
    expect(card(page, 3)).to_contain_text("由西街小区责任人负责", use_inner_text=True)
    expect(card(page, 3)).to_contain_text("二级网格长", use_inner_text=True)


def test_it_works_with_the_keyboard_alone(desk, atlas):
    page = desk(size=DESKTOP)
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Enter")
    card(page, 3)
    becomes("answer-title", page.evaluate, "document.activeElement.id")
    page.keyboard.press("Tab")
    leader = leader_of(atlas, BUILDING)
    becomes(f"tel:{leader.office_phone}", page.evaluate, "document.activeElement.href")
    page.keyboard.press("/")
    becomes("ask", page.evaluate, "document.activeElement.id")
    page.keyboard.type("幕府西路")
    candidates(page).nth(2).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    expect(chosen).to_have_attribute("id", "candidate-1")
    expect(page.locator("#ask")).to_have_attribute("aria-activedescendant", "candidate-1")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#ask")).to_have_attribute("aria-expanded", "true")


def test_enter_takes_no_candidate_that_is_not_certain(desk):
    page = desk()
    page.keyboard.type("宝塔桥")
    page.keyboard.press("Enter")
    expect(candidates(page).first).to_have_attribute("aria-selected", "true")
    expect(page.locator(".answer")).to_have_count(0)
    page.keyboard.press("Enter")
    page.locator(".answer").wait_for()


def test_certainty_and_reasons_are_words(desk):
    page = desk()
    ask(page, "恒盛家园3幢")
    first = candidates(page).first.inner_text()
    assert "确定" in first
    assert "读音相同" in first
    ask(page, "宝塔桥")
    page.locator(".notice", has_text="同样符合").wait_for()
    expect(candidates(page).first).to_contain_text("可能", use_inner_text=True)
    assert "确定" not in page.locator(".candidates").inner_text()


def test_a_tie_is_said_to_be_a_tie(desk):
    page = desk()
    ask(page, "宝塔桥")
    notice = page.locator(".notice")
    notice.wait_for()
    assert re.search(r"有 \d+ 处同样符合，请问清.+。", notice.inner_text())
    expect(page.locator(".ask [role=status]")).to_contain_text("同样符合", use_inner_text=True)


def test_nothing_found_says_what_to_ask_for(desk):
    page = desk()
    ask(page, "<b>火星大道</b>")
    notice = page.locator(".notice-none")
    notice.wait_for()
    expect(notice).to_contain_text("没有找到“<b>火星大道</b>”", use_inner_text=True)
    expect(notice).to_contain_text("街巷和门牌号", use_inner_text=True)
    expect(page.locator(".candidate")).to_have_count(0)


def test_a_compound_alone_leaves_level_3_to_be_asked_for(desk):
    page = desk()
    ask(page, "恒盛嘉园")
    candidates(page).first.click()
    expect(page.locator(".notice")).to_contain_text("请问清幢号或门牌号", use_inner_text=True)
    expect(page.locator(".card-level-3")).to_have_count(0)
    below = card(page, 2).get_by_text("三级网格（楼栋群）")
    page.route("**/grids?parent=*", lambda route: route.abort())
    below.click()
    card(page, 2).get_by_text("连不上服务器").wait_for()
    page.unroute_all()
    below.click()
    below.click()
    page.locator(".child").first.click()
    expect(card(page, 3)).to_contain_text("恒盛嘉园第1网格", use_inner_text=True)


def test_a_grid_code_opens_its_grid(desk):
    page = desk()
    page.keyboard.type(BUILDING)
    page.keyboard.press("Enter")
    expect(card(page, 3)).to_contain_text(BUILDING, use_inner_text=True)


def test_a_persons_name_opens_their_grids(desk, atlas):
    leader = leader_of(atlas, BUILDING)
    page = desk()
    ask(page, leader.name)
    candidates(page).first.click()
    card_of_grid = page.locator(".card", has_text=BUILDING)
    card_of_grid.wait_for()
    assert leader.name in card_of_grid.inner_text()


def test_typing_on_gives_up_older_questions(desk):
    page = desk()
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "address=" in r.url else None)
    # Typed faster than any machine can be slow between two keys.
    page.evaluate(
        """text => {
          const field = document.querySelector("#ask");
          for (let n = 1; n <= text.length; n += 1) {
            field.value = text.slice(0, n);
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }""",
        "宝塔桥西街18号",
    )
    candidates(page)
    assert len(asked) == 1


# --- coordinates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "wgs84"])
def test_coordinates_need_their_datum_and_are_read_in_it(desk, atlas, datum):
    lon, lat = point_inside(atlas.division.by_code[BUILDING].boundary)
    lon, lat = (round(float(v), 7) for v in from_wgs84(lon, lat, datum))
    page = desk()
    page.keyboard.type(f"{lat}，{lon}")
    page.keyboard.press("Enter")
    choice = page.locator(".datum")
    choice.wait_for()
    expect(choice).to_contain_text("必选", use_inner_text=True)
    expect(page.locator(".datum input:checked")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(0)
    choose_datum(page, datum)
    expect(card(page, 3)).to_contain_text(BUILDING, use_inner_text=True)


def test_the_datum_is_remembered_in_sight_and_can_be_changed(desk, atlas):
    lon, lat = point_inside(atlas.division.by_code[BUILDING].boundary)
    page = desk()
    ask(page, f"{lon} {lat}")
    choose_datum(page, "wgs84")
    expect(card(page, 3)).to_contain_text(BUILDING, use_inner_text=True)
    page.reload()
    ask(page, f"东经{lon}北纬{lat}")
    expect(card(page, 3)).to_contain_text(BUILDING, use_inner_text=True)
    expect(page.locator("input[value=wgs84]")).to_be_checked()
    choose_datum(page, "bd09")
    page.get_by_role("heading", name="百度 BD-09").wait_for()
    assert BUILDING not in page.locator(".answer").inner_text()


def test_a_point_outside_says_so_and_how_far_the_nearest_grid_is(desk):
    page = desk()
    ask(page, "118.80, 32.05")
    choose_datum(page, "wgs84")
    notice = page.locator(".answer .notice")
    notice.wait_for()
    assert re.search(
        r"不在本街道的任何网格内.*最近的网格是.+相距 \d.* 公里", notice.inner_text(), re.S
    )


READINGS = {
    "118.75, 32.11": {"lon": 118.75, "lat": 32.11},
    "32.11，118.75": {"lon": 118.75, "lat": 32.11},
    "（118.75　32.11）": {"lon": 118.75, "lat": 32.11},
    "东经118.75北纬32.11": {"lon": 118.75, "lat": 32.11},
    "N32.11 E118.75": {"lon": 118.75, "lat": 32.11},
    "lat: 32.11, lng: 118.75": {"lon": 118.75, "lat": 32.11},
    "118°45′0″E, 32°6′36″N": {"lon": 118.75, "lat": 32.11},
    "118.75,32": {"lon": 118.75, "lat": 32},
    "-77.5, 38.9": {"problem": "order"},
    "10.5 20.5": {"problem": "order"},
    "E118.75 E32.11": {"problem": "order"},
    "118.75, 132.11": {"problem": "range"},
    "18-3-2-501": None,
    "18 3": None,
    "320106012005": None,
    "宝塔桥西街18号": None,
    "118.75": None,
    "118.7532.11": None,
}


def test_coordinates_are_told_from_addresses_and_never_swapped_by_guess(desk):
    read = desk().evaluate(
        """async texts => {
          const { readCoordinates } = await import("/desk/static/core/coordinates.js");
          return texts.map(readCoordinates);
        }""",
        list(READINGS),
    )
    for text, found, expected in zip(READINGS, read, READINGS.values(), strict=True):
        assert (found and {k: pytest.approx(v) if isinstance(v, float) else v for k, v in found.items()}) == expected, text  # fmt: skip


# --- near the border -------------------------------------------------------------------------------


def test_near_the_border_the_neighbour_and_its_leader_are_named(desk, atlas):
    lon, lat, near = next(
        (*spot, found.near[0])
        for spot in map(tuple, (point_inside(p.geometry) for p in atlas.directory.places))
        if (found := atlas.locator.locate(*spot)).near and found.distance_to_boundary_m < 15
    )
    page = desk()
    ask(page, f"{lon}, {lat}")
    choose_datum(page, "wgs84")
    warning = page.locator(".notice-border")
    warning.wait_for()
    text = warning.inner_text()
    assert re.search(r"距边界 [\d.]+ 米，另一侧是", text)
    assert near.grid.name in text
    assert leader_of(atlas, near.grid.code).name in text
    assert warning.locator("a[href^='tel:']").count() >= 1


def test_far_from_the_border_nothing_is_said_of_it(desk, atlas):
    spot = next(
        spot
        for spot in (point_inside(p.geometry) for p in atlas.directory.places)
        if (atlas.locator.locate(*spot).distance_to_boundary_m or 0) > 16
    )
    page = desk()
    ask(page, f"{spot[0]}, {spot[1]}")
    choose_datum(page, "wgs84")
    card(page, 3)
    expect(page.locator(".notice-border")).to_have_count(0)


# --- copying ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("clipboard", ["", "Object.defineProperty(navigator, 'clipboard', {value: undefined})"])  # fmt: skip
def test_the_chain_is_copied_as_text_also_on_plain_http(desk, atlas, clipboard):
    page = desk()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(clipboard or "0")
    ask(page, ADDRESS)
    candidates(page).first.click()
    card(page, 1)
    page.get_by_role("button", name="复制全部").click()
    page.get_by_text("已复制").wait_for()
    page.locator("#ask").fill("")
    page.keyboard.press("Control+V")
    phone = leader_of(atlas, BUILDING).office_phone
    expect(page.locator("#ask")).to_have_value(re.compile(f"^{ADDRESS}.*{phone}", re.DOTALL))
    page.context.clear_permissions()


# --- my position -----------------------------------------------------------------------------------


def test_my_position_is_looked_up_as_wgs84(desk, atlas):
    lon, lat = point_inside(atlas.division.by_code[BUILDING].boundary)
    page = desk()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 400})
    page.get_by_role("button", name="使用我的位置").click()
    expect(card(page, 3)).to_contain_text(BUILDING, use_inner_text=True)
    text = page.locator(".answer").inner_text()
    assert "WGS84" in text
    assert "±400 米" in text
    assert "定位误差大于到边界的距离" in text
    page.context.clear_permissions()


def test_a_refused_position_is_explained(desk):
    page = desk()
    page.context.clear_permissions()
    page.get_by_role("button", name="使用我的位置").click()
    page.get_by_text("浏览器没有得到定位许可").wait_for()


def test_plain_http_is_explained_with_the_way_out(desk, origin):
    page = desk()
    page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.get_by_role("button", name="使用我的位置").click()
    notice = page.locator(".notice-none")
    notice.wait_for()
    expect(notice).to_contain_text(origin, use_inner_text=True)
    expect(notice).to_contain_text("反向代理", use_inner_text=True)


# --- a table ---------------------------------------------------------------------------------------

ROWS = [["来电人", "地址"], ["甲", ADDRESS], ["乙", "宝塔桥"], ["丙", "火星大道1号"]]


def as_csv() -> dict[str, Any]:
    text = io.StringIO()
    csv.writer(text).writerows(ROWS)
    return {"name": "来电.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("gb18030")}


def as_xlsx() -> dict[str, Any]:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return {"name": "来电.xlsx", "mimeType": "", "buffer": content.getvalue()}


def first_located(path: Path) -> list[str]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))[1]
    book = openpyxl.load_workbook(path)
    return [str(cell.value) for cell in book.worksheets[0][2]]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("table", [as_csv, as_xlsx])
def test_a_table_is_uploaded_and_comes_back_with_grids(desk, tmp_path, size, table):
    page = desk(size=size)
    page.get_by_role("button", name="表格批量查询").click()
    page.locator("#table-file").set_input_files(table())
    page.get_by_role("button", name="开始查询").click()
    page.get_by_text("查询完成，共 3 行").wait_for()
    counts = dict(zip(page.locator(".count dt").all_inner_texts(), page.locator(".count dd").all_inner_texts(), strict=True))  # fmt: skip
    assert counts == {"已定位": "1", "需要核对": "2", "未找到": "2", "有误": "0"}
    with page.expect_download() as download:
        page.get_by_role("link", name="下载结果").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name.startswith("来电-网格.")
    assert first_located(saved)[:2] == ROWS[1]
    assert BUILDING in first_located(saved)


DROP = """([name, text]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(type, {dataTransfer: dropped, bubbles: true, cancelable: true}));
}"""


def test_a_file_may_be_dropped_anywhere(desk):
    page = desk()
    page.evaluate(DROP, ["来电.csv", f"地址\n{ADDRESS}\n"])
    page.get_by_role("button", name="开始查询").click()
    page.get_by_text("查询完成，共 1 行").wait_for()
    expect(page.locator(".curtain")).to_be_hidden()


def test_points_in_a_table_without_a_datum_are_refused_in_words(desk):
    page = desk()
    page.evaluate(DROP, ["点位.csv", "lon,lat\n118.7485,32.1043\n"])
    page.get_by_role("button", name="开始查询").click()
    page.locator(".notice-error").wait_for()
    becomes("table-datum", page.evaluate, "document.activeElement.id")
    page.locator("#table-datum").select_option("wgs84")
    page.get_by_role("button", name="开始查询").click()
    page.get_by_text("查询完成，共 1 行").wait_for()


@pytest.mark.parametrize(
    ("name", "says"),
    [("旧表.xls", "另存为 XLSX"), ("照片.png", "不是 CSV 或 XLSX"), ("空.csv", "是空文件")],
)
def test_a_file_that_is_no_table_is_refused_before_it_is_sent(desk, name, says):
    page = desk()
    page.evaluate(DROP, [name, "" if name == "空.csv" else "x"])
    page.get_by_text(says).wait_for()
    expect(page.get_by_role("button", name="开始查询")).to_be_disabled()


# --- the map beside it -----------------------------------------------------------------------------


def test_the_map_jumps_to_what_was_chosen(desk):
    page = desk(size=DESKTOP)
    inside = page.frame_locator("iframe")
    inside.locator("html.is-ready").wait_for()
    ask(page, ADDRESS)
    candidates(page).first.click()
    card(page, 3)
    frame = page.frames[1]
    frame.wait_for_function(
        f"wangge.inspect().state.get('selection')?.grids.at(-1).sheet.code === '{BUILDING}'"
    )
    expect(frame.locator(".panel, .controls").first).to_be_hidden()
    expect(inside.locator(".pin")).to_have_count(1)


def test_a_click_on_the_map_is_answered_beside_it(desk):
    page = desk(size=DESKTOP)
    page.frame_locator("iframe").locator("html.is-ready").wait_for()
    page.mouse.click(1000, 450)
    expect(page.locator(".answer-kind")).to_contain_text("坐标点", use_inner_text=True)
    card(page, 3)


def test_on_a_phone_the_map_opens_when_it_is_wanted(desk):
    page = desk()
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("button", name="看地图").click()
    page.frame_locator("iframe").locator("html.is-ready").wait_for()
    assert page.locator(".map-body").bounding_box()["height"] > 300
    page.get_by_role("button", name="收起地图").click()
    expect(page.locator(".map-body")).to_be_hidden()


def shown_on(page: Any) -> Any:
    """The map's frame, once the map is there."""
    page.frame_locator("iframe").locator("html.is-ready").wait_for()
    return page.frames[1]


def test_the_old_answer_leaves_the_map_as_soon_as_something_else_is_typed(desk):
    page = desk(size=DESKTOP)
    frame = shown_on(page)
    ask(page, ADDRESS)
    candidates(page).first.click()
    expect(frame.locator(".pin")).to_have_count(1)
    page.route("**/locate?*", lambda _route: None)
    ask(page, "燕江路")
    expect(frame.locator(".pin")).to_have_count(0)
    becomes(None, frame.evaluate, "wangge.inspect().state.get('selection')")


def test_candidates_stand_on_the_map_under_the_numbers_of_their_rows(desk):
    page = desk(size=DESKTOP)
    frame = shown_on(page)
    ask(page, "金陵二村")
    numbers = candidates(page).locator(".candidate-number").all_inner_texts()
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    pins = frame.locator(".pin-number")
    expect(pins.first).to_be_visible()
    assert set(pins.all_inner_texts()) <= set(numbers)
    second = page.locator(".candidate-title").nth(1).inner_text()
    frame.locator(".pin-number", has_text=re.compile("^2$")).click()
    expect(page.locator(".answer-title")).to_have_text(second)
    expect(pins).to_have_count(0)


def test_escape_leads_from_the_answer_to_the_list_and_on_to_an_empty_box(desk):
    page = desk()
    ask(page, "金陵二村")
    candidates(page).first.click()
    page.locator(".answer-title").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".candidate").first).to_be_visible()
    expect(page.locator("#ask")).to_be_focused()
    expect(page.locator(".answer")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_have_value("")


def test_recent_lookups_are_offered_again_in_this_tab(desk):
    page = desk()
    ask(page, ADDRESS)
    candidates(page).first.click()
    card(page, 3)
    page.get_by_role("button", name="清除", exact=True).click()
    page.locator(".recent button").click()
    expect(page.locator(".answer-title")).to_have_text(ADDRESS)
    page.get_by_role("button", name="清除", exact=True).click()
    page.get_by_role("button", name="清除记录").click()
    expect(page.locator(".recent")).to_have_count(0)


@pytest.mark.parametrize("what", ["candidate", "grid", "point"])
def test_the_address_of_the_page_brings_a_lookup_back(desk, origin, what):
    page = desk()
    if what == "point":
        ask(page, "118.7485, 32.1043")
        choose_datum(page, "wgs84")
    else:
        ask(page, ADDRESS if what == "candidate" else BUILDING)
        candidates(page).first.click()
    title = page.locator(".answer-title")
    title.wait_for()
    said, address = title.inner_text(), page.url
    assert "#" in address
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".answer-title")).to_have_text(said)
    ask(page, "燕江路")
    becomes(f"{origin}/desk", page.evaluate, "location.href")


def test_a_click_on_the_map_is_titled_with_six_decimals(desk):
    page = desk(size=DESKTOP)
    shown_on(page)
    page.mouse.click(1000, 450)
    title = page.locator(".answer-title")
    title.wait_for()
    assert all(len(n) <= 6 for n in re.findall(r"\.(\d+)", title.inner_text()))


def test_near_a_border_whoever_is_responsible_stands_before_the_neighbours(desk, atlas):
    lon, lat = next(
        spot
        for spot in (tuple(point_inside(p.geometry)) for p in atlas.directory.places)
        if (found := atlas.locator.locate(*spot)).near and found.distance_to_boundary_m < 15
    )
    page = desk()
    ask(page, f"{lon}, {lat}")
    choose_datum(page, "wgs84")
    page.locator(".notice-border").wait_for()
    first = page.locator("a[href^='tel:']").first
    own = atlas.locator.locate(lon, lat).grids[-1]
    assert first.evaluate("a => Boolean(a.closest('.card-level-3'))")
    assert leader_of(atlas, own.code).office_phone in first.get_attribute("href")
    expect(page.locator(".notice-border .badge").first).to_have_text("邻近网格")


def test_what_stands_here_takes_two_lines_until_it_is_opened(desk):
    page = desk()
    ask(page, ADDRESS)
    candidates(page).first.click()
    here = page.locator(".card-here")
    here.wait_for()
    assert here.locator(".here-line").count() <= 2
    expect(here.locator(".place").first).to_be_hidden()
    here.locator("summary").click()
    expect(here.locator(".place").first).to_be_visible()


def test_a_phone_number_is_searched_among_office_phones(desk, atlas):
    leader = leader_of(atlas, BUILDING)
    page = desk()
    ask(page, leader.office_phone)
    expect(candidates(page).first).to_contain_text(leader.name, use_inner_text=True)
    ask(page, "139 0000 0001")
    expect(page.locator(".notice-none")).to_contain_text("电话号码", use_inner_text=True)


def test_the_column_of_an_unknown_table_is_chosen_on_the_page(desk):
    page = desk()
    page.evaluate(DROP, ["来电.csv", f"编号,诉求位置\n1,{ADDRESS}\n合计：1户,\n"])
    page.get_by_role("button", name="开始查询").click()
    page.locator("#table-column").select_option("诉求位置")
    page.get_by_role("button", name="按此查找").click()
    page.get_by_text("查询完成，共 1 行").wait_for()
    expect(page.locator(".table-said")).to_contain_text("合计", use_inner_text=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载结果").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_the_tallies_of_a_table_add_up(desk):
    page = desk()
    page.evaluate(DROP, ["来电.csv", f'地址\n{ADDRESS}\n没有的路9999号\n"  "\n金陵二村\n'])
    page.get_by_role("button", name="开始查询").click()
    page.get_by_text("查询完成").wait_for()
    said = dict(zip(page.locator(".count dt").all_inner_texts(), map(int, page.locator(".count dd").all_inner_texts()), strict=True))  # fmt: skip
    rows = int(re.search(r"共 (\d+) 行", page.locator(".table-said").inner_text())[1])
    assert said["已定位"] + said["未找到"] + said["有误"] == rows
    assert said["需要核对"] == rows - 1


# --- language, errors, hostile text ----------------------------------------------------------------


def test_english_is_one_click_away(desk):
    page = desk()
    ask(page, "恒盛家园3幢")
    candidates(page).first.click()
    card(page, 3)
    page.get_by_role("button", name="English").click()
    page.get_by_text("the name sounds the same").wait_for()
    becomes("en", page.evaluate, "document.documentElement.lang")
    expect(card(page, 3)).to_contain_text("Level 3", use_inner_text=True)
    assert page.get_by_role("link", name=re.compile("^Call ")).count() >= 3


def test_an_answer_never_mixes_two_versions(desk):
    page = desk()
    rounds = iter([2, 2, 2])

    def later(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["version"]["roster"] = next(rounds, 1)
        route.fulfill(response=answer, json=body)

    page.route("**/locate?lon=*", later)
    ask(page, ADDRESS)
    candidates(page).first.click()
    page.get_by_text("数据正在更新，请再查一次").wait_for()
    expect(page.locator(".card")).to_have_count(0)


def test_a_server_that_is_gone_is_said_to_be_gone(desk):
    page = desk()
    page.route("**/locate?address=*", lambda route: route.fulfill(status=502, body="<h1>bad</h1>"))
    ask(page, ADDRESS)
    page.get_by_text("服务器回答异常（502）").wait_for()


TYPED = {"name", "address", "title", "title_en", "text", "office_phone", "phone", "compound", "within", "former_names"}  # fmt: skip


def poisoned(value: Any, strings: Iterator[str], used: set[str], key: str = "") -> Any:
    """Return an answer in which every text a person may have typed is a hostile string."""
    if isinstance(value, dict):
        return {k: poisoned(v, strings, used, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, strings, used, key) for v in value]
    if isinstance(value, str) and key in TYPED:
        used.add(text := next(strings))
        return text
    return value


@pytest.mark.parametrize("first", range(0, len(CORPUS), 30))
def test_hostile_text_shows_as_it_is_and_runs_nothing(desk, first):
    page = desk()
    strings, used = cycle((*CORPUS[first:], *CORPUS[:first])), set()

    def poison(route: Any) -> None:
        answer = route.fetch()
        body = json.dumps(poisoned(answer.json(), strings, used))
        route.fulfill(response=answer, body=body)

    for pattern in ("**/locate?*", "**/grids/**"):
        page.route(pattern, poison)
    ask(page, ADDRESS)
    listed = candidates(page)
    shown = listed.first.evaluate("node => node.parentElement.textContent")
    listed.first.click()
    card(page, 1)
    page.locator("summary").first.click()
    shown += page.locator("main").evaluate("node => node.textContent")
    page.wait_for_timeout(50)
    assert used
    assert sum(text in shown for text in used) > len(used) / 2
    assert page.evaluate("window.canary") is None
    becomes(
        0,
        page.locator("main").evaluate,
        "node => node.querySelectorAll('script, img, iframe, style, base, meta').length",
    )


# --- what the page is made of ----------------------------------------------------------------------


def test_the_page_runs_only_its_own_scripts_and_asks_only_its_origin(origin):
    with httpx2.Client(base_url=origin, trust_env=False) as http:
        answer = http.get("/desk")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        block = r'<script type="application/json" id="wangge-words">[^<>&]+</script>'
        assert len(re.findall(block, answer.text)) == 1
        markup = re.sub(block, "", answer.text)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?://", markup)
        again = http.get("/desk", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert http.get("/desk/static/no.js").status_code == 404
        assert http.get("/desk/static/..%2f..%2fsettings.py").status_code == 404
        for path in (p for p in STATIC.rglob("*") if p.suffix in (".js", ".css")):
            name = path.relative_to(STATIC).as_posix()
            assert http.get(f"/desk/static/{name}").content == path.read_bytes()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda p: p.name)
def test_no_script_makes_markup_of_text(path):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\b|new Function|setTimeout\(\s*[\"'`]|https?://(?!127\.0\.0\.1)"  # fmt: skip
    assert not re.search(forbidden, path.read_text("utf-8"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_light_and_dark_and_text_can_be_read(desk, scheme):
    page = desk(scheme=scheme)
    ask(page, ADDRESS)
    candidates(page).first.click()
    card(page, 3)
    poor = page.evaluate(CONTRAST)
    assert poor == []


CONTRAST = """() => {
  const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll('main *')) {
    const own = [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !node.checkVisibility() || node.closest('.unseen')) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(channels(style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${node.className} ${node.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""

"""Data in, in a real browser: the first-run page; three mistakes seen, mended, imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from api import create_app
from api.http.auth import CALLER, Caller
from api.settings import Settings
from gis.accounts import AccountRole
from gis.store import Identity, open_store
from tests import ascii_maps
from tests.browser.conftest import DESKTOP, NOTE_VIOLATIONS, PHONE, becomes, running
from tests.intake import office_files

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=window.canary=1>{{7*191}}"
HEAD = ["网格编号", "姓名", "职务", "任职日期"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    """The service over an office's own store that was just begun; everybody is a planner."""
    path = tmp_path_factory.mktemp("office") / "office.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.begin(Identity("示例街道", "320106012", synthetic=False))
    store.close()
    app = create_app(Settings(_env_file=None, database_url=f"sqlite:///{path}"))

    async def signed_in(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, CALLER: Caller("王示例", AccountRole.PLANNER, None, "page")}
        await app(scope, receive, send)

    with running(signed_in) as address:
        yield address


@pytest.fixture
def page(browser, origin) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    context.set_default_timeout(60_000)
    context.add_init_script(NOTE_VIOLATIONS)
    tab = context.new_page()
    tab.misdeeds = []
    tab.on("pageerror", lambda e: tab.misdeeds.append(str(e)))
    tab.goto(f"{origin}/desk/data")
    tab.wait_for_selector("html.is-ready")
    yield tab
    assert tab.misdeeds == []
    assert tab.evaluate("window.canary") is None
    assert tab.evaluate("window.violations") is None
    context.close()


def drop(page: Any, *files: Path) -> None:
    page.set_input_files("#files", [str(f) for f in files])


def test_an_office_begins_with_three_steps_and_mends_three_mistakes(page, origin, tmp_path):
    page.goto(f"{origin}/")
    page.wait_for_selector("html.is-ready")
    expect(page).to_have_url(re.compile("/desk/data$"))
    first = page.locator("#first-run")
    expect(first).to_contain_text("示例街道", use_inner_text=True)
    expect(first.locator("li")).to_have_count(3)
    expect(page.locator("a[href='/data/templates/duties.xlsx']")).to_have_count(1)
    fc = ascii_maps.boundaries()
    fc["synthetic"] = False
    boundaries = tmp_path / "边界.geojson"
    boundaries.write_bytes(ascii_maps.as_bytes(fc))
    drop(page, boundaries)
    page.get_by_role("button", name="导入", exact=True).click()
    page.wait_for_selector(".notice-done")
    expect(page.locator("#first-run li.is-done")).to_have_count(1)

    wrong = [
        ["320106012009", "王示例", "网格长", "2026-01-01"],
        ["320106012001", HOSTILE, "国王", "2026-01-01"],
        ["320106012002", "张示例", "网格长", "明天"],
    ]
    table = office_files.workbook(tmp_path / "责任人.xlsx", {"责任人": [HEAD, *wrong]})
    drop(page, table)
    page.wait_for_selector("#problems")
    told = page.locator("#problems tbody tr.is-error")
    expect(told).to_have_count(3)
    expect(told.nth(0)).to_contain_text("责任人.xlsx [责任人] · 第 2 行", use_inner_text=True)
    expect(told.nth(1)).to_contain_text("国王", use_inner_text=True)
    expect(told.nth(2)).to_contain_text("任职日期", use_inner_text=True)
    expect(page.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    becomes(True, page.evaluate, f"document.documentElement.scrollWidth <= {PHONE[0]}")
    # No sentence is cut off.
    frame = page.locator("#problems .table-frame")
    becomes(True, frame.evaluate, "f => f.scrollWidth <= f.clientWidth")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})

    page.get_by_role("button", name="放弃").click()
    page.wait_for_selector("#files", state="attached")
    mended = [
        ["320106012001001", "王示例", "网格长", "2026-01-01"],
        ["320106012001", HOSTILE, "网格长", "2026-01-01"],
        ["320106012002", "张示例", "网格长", "2026-01-01"],
    ]
    office_files.workbook(table, {"责任人": [HEAD, *mended]})
    drop(page, table)
    page.wait_for_selector("#problems, .data-part")
    page.fill("#reason", "首次载入（示例）")
    page.get_by_role("button", name="导入", exact=True).click()
    page.wait_for_selector(".notice-done")
    expect(page.locator("#first-run li.is-done")).to_have_count(2)


def test_slivers_are_shown_on_a_map_and_cleaned(page, tmp_path):
    fc = ascii_maps.boundaries()
    fc["synthetic"] = False
    (ring,) = ascii_maps.feature(fc, "320106012001001001")["geometry"]["coordinates"]
    for position in ring:
        if position[0] > ascii_maps.WEST:
            position[0] = round(position[0] + 3e-6, 7)
    boundaries = tmp_path / "边界.geojson"
    boundaries.write_bytes(ascii_maps.as_bytes(fc))
    drop(page, boundaries)
    page.wait_for_selector("svg.data-map .fault-overlap")
    page.locator("svg.data-map .fault-overlap").first.focus()
    expect(page.locator(".data-map-said")).to_contain_text("狭缝", use_inner_text=True)
    page.get_by_role("button", name="按此清理并重新预览").click()
    page.wait_for_selector("text=清理结果")
    expect(page.get_by_role("button", name="导入", exact=True)).to_be_enabled()


def test_the_datum_is_asked_for(page, tmp_path):
    path = office_files.shapefile(
        tmp_path / "边界.zip", office_files.grids(), office_files.to_gcj02, prj=None
    )
    drop(page, path)
    page.wait_for_selector("#datum")
    page.check("input[value=gcj02]")
    page.get_by_role("button", name="继续").click()
    page.wait_for_selector(".data-part")

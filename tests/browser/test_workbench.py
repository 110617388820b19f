"""The planner's workbench in a real browser: everything a planner can do, once with the hands."""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, NOTE_VIOLATIONS, Visit, becomes
from tests.browser.drawn_town import COMMUNITIES, town
from tests.browser.workbench_desk import PLANNER, Desk, service

pytest.importorskip("api.routes.plans.plans")
pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="window.canary=1">{{7*191}}'


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    with service(tmp_path_factory.mktemp("workbench"), town()) as address:
        yield address


@pytest.fixture
def desk(visit, origin) -> Iterator[Callable[..., Desk]]:
    """Sit down at the workbench: ``desk(size=…, scheme=…)``. Nothing may leave the origin."""
    visits = []

    def opened(size: tuple[int, int] = DESKTOP, **how: Any) -> Desk:
        visits.append(visit(origin, offline=False, size=size, wait=False, **how))
        return Desk(visits[-1].page, origin).as_("planner")

    yield opened
    for seen in visits:
        seen.page.unroute_all()
        assert [m for m in seen.misdeeds if "Failed to load resource" not in m] == []
        becomes([None, None], seen.page.evaluate, "[window.canary, window.violations]")
        assert [u for u in seen.requests if not u.startswith((origin, "data:", "blob:"))] == []
        seen.page.evaluate("localStorage.clear()")


@pytest.fixture(scope="module")
def one_plan(browser, origin) -> Iterator[tuple[Desk, Visit]]:
    """One plan, open in one tab: opening a page for each stroke takes longer than the stroke."""
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    context.add_init_script(NOTE_VIOLATIONS)
    page = context.new_page()
    seen = Visit(page).go(f"{origin}/desk/plans")
    yield Desk(page, origin).new_plan("一份方案"), seen
    context.close()


@pytest.fixture
def bench(one_plan) -> Iterator[Desk]:
    at, seen = one_plan
    yield at
    at.page.unroute_all()
    at.saved()
    assert [m for m in seen.misdeeds if "Failed to load resource" not in m] == []
    becomes([None, None], at.page.evaluate, "[window.canary, window.violations]")


# --- 1: begin, copy, compare -------------------------------------------------------------------------


def test_a_plan_is_begun_with_title_and_reason_and_listed(desk):
    at = desk().begin("合并试验一", "户数下降")
    assert at.page.locator(".plan-name").inner_text().startswith("合并试验一")
    at.open("/desk/plans")
    row = at.page.get_by_role("link", name="合并试验一")
    expect(row).to_contain_text("户数下降", use_inner_text=True)
    expect(row).to_contain_text("草拟", use_inner_text=True)
    assert "undefined" not in at.page.locator("main").inner_text()


def test_a_plan_is_copied_and_two_are_compared(desk):
    at = desk().new_plan("原方案")
    first = at.plan_id
    into, _, cell = at.border_pair()
    at.ask("(app, a) => app.act({kind: 'paint', into: a[0], cells: [a[1]]})", [into, cell])
    at.done(1)
    at.page.get_by_text("更多", exact=True).click()
    at.page.get_by_role("menuitem", name="复制方案").click()
    at.page.wait_for_url(lambda url: first not in url)
    at.wait_for_map()
    assert at.steps == 1
    at.open(f"/desk/plans/compare?left=division:1&right=plan:{at.plan_id}")
    expect(at.page.locator(".sheet-sides")).to_contain_text("第 1 版", use_inner_text=True)
    expect(at.page.get_by_role("heading", name="住户去向（旧网格 → 新网格）")).to_have_count(1)


# --- 2: editing on the map ---------------------------------------------------------------------------


def test_cells_are_painted_with_a_click_and_undone_without_end(bench):
    at = bench.fresh()
    into, other, cell = at.border_pair()
    at.select(into).tool("涂划").show(into, other).click(cell).done(1)
    assert at.owner(cell) == into
    moved = at.impact
    assert moved["moved"]["cells"] >= 1
    shown = at.page.locator(".plan-live div").nth(0).inner_text().split()
    assert shown == ["变动网格", str(moved["grids_changed"])]
    at.page.keyboard.press("Control+z")
    at.done(0)
    assert at.owner(cell) == other
    at.page.keyboard.press("Control+Shift+Z")
    at.done(1)
    assert at.owner(cell) == into
    at.tab("步骤")
    expect(at.page.locator(".plan-steps li:not(.is-undone)")).to_have_count(at.steps)


def test_a_stroke_paints_what_it_crosses_and_is_seen_at_once(bench):
    at = bench.fresh()
    into, other, cell = at.border_pair()
    two = at.cells(other)[:3]
    at.select(into).tool("涂划").show(into, other)
    held: list[Any] = []
    at.page.route("**/operations", lambda route: held.append(route))  # nothing answers yet
    at.drag(cell, *two)
    drawn = at.ask("(app, c) => app.model.owner(app.model.cells.get(c))", cell)
    assert drawn == into, "the stroke is drawn before the server has answered"
    assert at.owner(cell) == other
    for _ in range(500):
        if held:
            break
        at.page.wait_for_timeout(20)
    held[0].continue_()
    at.done(1)
    assert at.owner(cell) == into


def test_a_box_paints_whole_grids(bench):
    at = bench.fresh()
    into, other, _ = at.border_pair()
    at.select(into).tool("框选").press("整个三级网格").show(into, other)
    spots = [at.spot(c) for c in at.cells(other)]
    left, top = min(x for x, _ in spots) - 3, min(y for _, y in spots) - 3
    right, bottom = max(x for x, _ in spots) + 3, max(y for _, y in spots) + 3
    at.page.mouse.move(left, top)
    at.page.mouse.down()
    at.page.mouse.move(right, bottom, steps=5)
    at.page.mouse.up()
    at.done(1)
    assert not at.has(other), "a grid without cells is retired"


def test_a_boundary_follows_a_drag_across_it(bench):
    at = bench.fresh()
    grows, shrinks, cell = at.border_pair()
    start = at.ask(
        "(app, a) => { const c = app.model.cells.get(a[0]).across.flat().find(o => o && o.grid === a[1]); return c.id; }",
        [cell, grows],
    )
    at.select(grows).tool("移界").show(grows, shrinks).drag(start, cell).done(1)
    assert at.owner(cell) == grows
    becomes("move_boundary", at.ask, "app => app.plan.steps_list.at(-1).kind")


def test_a_grid_is_split_with_a_drawn_line_and_the_new_part_named(bench):
    at = bench.fresh()
    grid = next(g for g in at.level(3) if g["kind"] == "building_cluster" and g["buildings"] >= 4)
    at.select(grid["id"]).tool("拆分").show(grid["id"])
    left, top, right, bottom = at.ask("(app, g) => app.model.extent(g)", grid["id"])
    ends = at.ask(
        "(app, l) => l.map(p => { const [x, y] = app.view.toScreen(p); const b = app.view.overlay.getBoundingClientRect(); return [x + b.left, y + b.top]; })",
        [[(left + right) / 2, top - 15], [(left + right) / 2, bottom + 15]],
    )
    at.page.mouse.click(*ends[0])
    at.page.mouse.dblclick(*ends[1])
    at.key("split-name").fill("拆出的网格")
    at.key("split-go").click()
    at.done(1)
    assert at.has("拆出的网格")
    assert at.grid("拆出的网格")["new"] is True
    at.page.wait_for_selector("text=拆出的网格")


def test_grids_are_merged_and_the_others_retired(bench):
    at = bench.fresh()
    a, b, _ = at.border_pair()
    at.show(a, b).ask("app => app.state.set('level', 3)")
    at.click(at.cells(a)[0]).click(at.cells(b)[0], shift=True)
    at.key("merge-name").fill("合并后网格")
    at.key("merge").click()
    at.done(1)
    assert at.has("合并后网格")
    assert at.has(a) != at.has(b)


def test_a_new_grid_is_made_of_picked_cells(bench):
    at = bench.fresh()
    _, other, _ = at.border_pair()
    one, two = at.cells(other)[:2]
    at.select(other).press("新建网格…").show(other).click(one).click(two)
    at.key("new-name").fill("新建的网格")
    at.key("create-go").click()
    at.done(1)
    assert sorted(at.cells(at.grid("新建的网格")["id"])) == sorted([one, two])


def test_a_cell_is_cut_only_by_the_tool_that_says_so(bench):
    at = bench.fresh()
    cell = at.ask(
        "app => [...app.model.cells.values()].filter(c => c.buildings === 0).sort((a, b) => b.area_m2 - a.area_m2)[0].id"
    )
    at.tool("切单元")
    at.ask(
        "(app, c) => { const b = app.model.cells.get(c).box, f = app.model.frame; app.view.fit([b[0] * f.kx, -b[3] * f.ky, b[2] * f.kx, -b[1] * f.ky]); app.view.drawNow(); }",
        cell,
    )
    before = at.ask("app => app.model.cells.size")
    x, _ = at.spot(cell)
    box = at.ask(
        "(app, c) => { const b = app.model.cells.get(c).box, f = app.model.frame, s = app.view.overlay.getBoundingClientRect();"
        " return [app.view.toScreen([0, -b[3] * f.ky])[1] + s.top, app.view.toScreen([0, -b[1] * f.ky])[1] + s.top]; }",
        cell,
    )
    at.page.mouse.click(x, box[0] - 12)
    at.page.mouse.click(x, box[1] + 12)
    at.page.keyboard.press("Enter")  # ends the line, wherever the middle of the map is
    at.done(1)
    at.until(f"app => app.model.cells.size > {before}")
    at.page.keyboard.press("Control+z")
    at.done(0)
    becomes(before, at.ask, "app => app.model.cells.size")


def test_names_kinds_grades_and_parents_are_changed_in_the_panel(bench):
    at = bench.fresh()
    grid = next(g for g in at.level(2) if g["kind"] == "compound")
    at.select(grid["id"])
    at.key("name").fill(HOSTILE)
    at.key("name").press("Enter")
    at.done(1)
    assert at.grid(grid["id"])["name"] == HOSTILE
    at.key("grade").select_option("A" if grid["grid_grade"] != "A" else "B")
    at.done(2)
    other = next(g["id"] for g in at.level(1) if g["id"] != grid["parent"])
    at.key("parent").select_option(other)
    at.done(3)
    assert at.grid(grid["id"])["parent"] == other
    community = at.level(1)[0]
    at.select(community["id"])
    at.key("class").select_option("丙" if community["grid_class"] != "丙" else "甲")
    at.done(4)
    assert at.page.evaluate("window.canary") is None


def test_a_grid_goes_into_its_neighbour_when_it_is_retired(bench):
    at = bench.fresh()
    _, other, _ = at.border_pair()
    at.select(other).key("deed-retire").click()
    at.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    at.done(1)
    assert not at.has(other)


def test_somebody_is_put_in_office_and_loads_follow(bench):
    at = bench.fresh()
    grid = next(g for g in at.level(3) if g["households"] > 50)
    at.select(grid["id"]).key("assign").click()
    at.page.locator(".plan-choose input").nth(3).check()
    at.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    at.done(1)
    at.tab("负担")
    assert at.page.locator(".plan-loads li").count() >= 1


def test_a_locked_grid_refuses_and_says_why(bench):
    at = bench.fresh()
    into, other, cell = at.border_pair()
    at.select(other).key("deed-lock").click()
    at.done(1)
    at.select(into).tool("涂划").show(into, other).click(cell)
    at.page.wait_for_selector(".plan-note.is-error")
    assert at.owner(cell) == other
    assert at.steps == at.before + 1


# --- 3: findings -------------------------------------------------------------------------------------


def test_a_finding_says_where_and_is_waived_with_a_reason_and_a_name(desk):
    at = desk().new_plan("豁免")
    into, _, cell = at.border_pair()
    for extra in [cell, *at.cells(at.owner(cell))[:2]]:
        at.ask("(app, a) => app.act({kind: 'paint', into: a[0], cells: [a[1]]})", [into, extra])
    at.saved()
    at.tab("问题")
    at.key("filter-touched").click()
    at.page.locator(".plan-finding").first.get_by_role("button", name="定位").click()
    at.until("app => app.view.scale > 0.5")  # the map goes there
    at.page.get_by_role("button", name="豁免…").first.click()
    at.page.get_by_label("豁免理由").fill("下月另行拆分")
    at.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    at.until("app => app.plan.counts.waived === 1")
    at.key("filter-waived").click()
    waived = at.page.locator(".plan-finding").first
    expect(waived).to_contain_text(f"{PLANNER} 豁免：下月另行拆分", use_inner_text=True)
    waived.get_by_role("button", name="取消豁免").click()
    at.until("app => app.plan.counts.waived === 0")


# --- 4: proposals ------------------------------------------------------------------------------------


def unbalanced(at: Desk, far: int = 2) -> tuple[str, str]:
    """Let one grid take buildings of its neighbour; return both."""
    into, other, cell = at.border_pair()
    beside = [cell, *(c for c in at.cells(other) if c != cell)][:far]
    at.ask("(app, a) => app.act({kind: 'paint', into: a[0], cells: a[1]})", [into, beside])
    at.done(1)
    return into, other


def test_a_proposal_is_seen_before_it_is_taken_in_part(desk):
    at = desk().new_plan("建议").fresh()
    first, _ = unbalanced(at)
    at.select(first).ask("app => app.state.set('level', 2)")
    compound = at.grid(first)["parent"]
    at.select(compound).tab("建议")
    at.key("kind-clusters").click()
    at.key("run").click()
    at.key("take").wait_for(timeout=30_000)
    assert at.steps == 1, "nothing is changed by itself"
    boxes = at.page.locator(".plan-part input")
    if boxes.count() > 1:
        whole = at.ask("app => app.offered().length")
        boxes.nth(0).uncheck()
        at.until(f"app => 0 < app.offered().length && app.offered().length < {whole}")
    at.key("take").click()
    at.done(2)


def test_a_finding_is_repaired_with_few_handovers(desk):
    at = desk().new_plan("修复").fresh()
    first, other = unbalanced(at, 3)
    at.tab("问题")
    found = next(f for f in at.findings("buildings_out_of_range") if f["grid"] == other)
    at.key(f"solve-repair-{found['id']}").click()
    at.key("take").click(timeout=30_000)
    at.done(2)
    assert found["id"] not in [f["id"] for f in at.findings()]
    assert first != other


def test_leaders_are_balanced_and_nothing_to_mend_is_no_fault(desk):
    at = desk().new_plan("均衡").fresh()
    first, other = unbalanced(at)
    at.select(first).tab("建议")
    at.key("kind-balance").click()
    at.key("run").click()
    at.key("take").wait_for(timeout=30_000)
    expect(at.page.locator(".plan-effect")).to_contain_text("移交户数", use_inner_text=True)
    at.key("take").click()
    at.done(2)
    households = {at.grid(g)["households"] for g in (first, other)}
    assert len(households) == 1, households
    at.key("kind-repair").click()
    at.key("scope").select_option("whole")
    at.key("run").click()
    at.page.locator(".plan-job .notice-none").wait_for()
    expect(at.page.locator(".plan-job .notice-error")).to_have_count(0)


def test_a_proposal_under_way_is_stopped(desk):
    at = desk().new_plan("取消")
    at.tab("建议").key("kind-merge_under").click()
    at.key("run").click()
    at.page.wait_for_selector('[data-key="stop"], [data-key="dismiss"]')
    if at.key("stop").count():
        at.key("stop").click()
    at.page.wait_for_selector('[data-key="dismiss"], .plan-job .notice')
    assert at.steps == 0


def test_a_search_that_the_server_knows_nothing_of_any_more_is_asked_for_no_longer(desk):
    at = desk().new_plan("重启")
    at.page.route("**/proposals/j-*", lambda route: route.continue_(url=f"{route.request.url}0"))
    at.tab("建议").key("kind-merge_under").click()
    at.key("run").click()
    at.page.locator(".plan-note.is-error").wait_for()
    at.until("app => app.state.get('job') === null")


# --- 5: the impact sheet -----------------------------------------------------------------------------


def test_the_impact_sheet_says_what_goes_where_and_is_downloaded(desk):
    at = desk().new_plan("影响")
    into, _, cell = at.border_pair()
    at.ask("(app, a) => app.act({kind: 'paint', into: a[0], cells: [a[1]]})", [into, cell])
    at.done(1)
    at.page.get_by_role("link", name="影响表").click()
    at.page.wait_for_selector(".swipe canvas")
    text = at.page.locator("main").inner_text()
    for heading in ("住户去向", "责任人交接", "变更网格的楼栋"):
        assert heading in text
    at.page.get_by_role("slider", name="左右拖动对比前后").fill("20")
    becomes("20%", at.page.evaluate, "document.querySelector('.swipe-bar').style.left")
    for kind, magic in (("XLSX", b"PK"), ("PDF", b"%PDF")):
        with at.page.expect_download() as waiting:
            at.page.get_by_role("link", name=f"下载 {kind}").click()
        assert waiting.value.path().read_bytes()[:4].startswith(magic)


# --- 7: two planners, and accidents ------------------------------------------------------------------


def other_paints(at: Desk, into: str, cell: int) -> None:
    """Somebody else paints a cell of the same plan."""
    etag = at.ask("app => app.outbox.etag")
    status = at.page.evaluate(
        "async ([id, etag, body]) => (await fetch(`/plans/${id}/operations`, {method: 'POST', body: JSON.stringify(body),"
        " headers: {'content-type': 'application/json', 'if-match': etag}})).status",
        [at.plan_id, etag, {"kind": "paint", "into": into, "cells": [cell]}],
    )
    assert status == 200


@pytest.mark.parametrize("way", ["保留我的", "保留对方的", "另存为新方案"])
def test_a_second_planner_gets_a_conflict_with_cells_and_three_ways_out(desk, way):
    at = desk().new_plan("冲突")
    into, other, cell = at.border_pair()
    mine, theirs = cell, next(c for c in at.cells(other) if c != cell)
    other_paints(at, into, theirs)
    first = at.plan_id
    at.ask("(app, a) => { app.act({kind: 'paint', into: a[0], cells: [a[1]]}); }", [into, mine])
    box = at.page.get_by_role("dialog")
    box.wait_for()
    expect(box).to_contain_text(f"#{theirs}", use_inner_text=True)
    box.get_by_role("button", name=way).click()
    if way == "另存为新方案":
        at.page.wait_for_url(lambda url: first not in url)
        at.wait_for_map()
        assert (at.owner(mine), at.owner(theirs)) == (into, other)
        return
    at.until("app => app.outbox.items.length === 0 && !app.outbox.halted")
    at.saved()
    assert at.owner(theirs) == into
    assert at.owner(mine) == (into if way == "保留我的" else other)


def test_what_was_done_without_a_network_is_kept_and_sent_later(desk):
    at = desk().new_plan("断网")
    into, other, cell = at.border_pair()
    at.page.route("**/operations", lambda route: route.abort())
    at.select(into).tool("涂划").show(into, other).click(cell)
    at.page.wait_for_selector(".plan-saved.is-offline")
    kept = at.page.evaluate("localStorage.getItem(`wangge-plan-outbox:${wanggePlan.id}`)")
    assert "paint" in kept
    at.page.unroute("**/operations")
    plan = at.plan_id
    at.page.goto("about:blank")  # the browser dies
    at.open(f"/desk/plans/{plan}").wait_for_map().done(1)
    assert at.owner(cell) == into


def test_an_answer_lost_on_the_way_does_not_do_the_step_twice(desk):
    at = desk().new_plan("丢失的回答")
    into, other, cell = at.border_pair()
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    at.page.route("**/operations", lose)
    at.select(into).tool("涂划").show(into, other).click(cell).done(1)
    at.until("(app, a) => app.model.cells.get(a[0]).grid === a[1]", [cell, into])
    assert lost == [200]
    assert at.api(f"/plans/{at.plan_id}")["steps"] == 1


# --- keyboard ----------------------------------------------------------------------------------------


def test_a_cell_is_painted_without_a_mouse(desk):
    at = desk().new_plan("键盘")
    into, other, cell = at.border_pair()
    at.select(into)
    at.page.keyboard.press("p")
    at.ask(
        "(app, c) => { const [x, y] = app.model.frame.metres(app.model.cells.get(c).point); app.view.fit([x - 60, y - 60, x + 60, y + 60]);"
        " const at = app.view.toScreen([x, y]), m = app.view.middle(); app.view.panBy(m[0] - at[0], m[1] - at[1]); app.view.overlay.focus(); }",
        cell,
    )
    at.page.keyboard.press("Enter")
    at.done(1)
    assert at.owner(cell) == into
    assert other


# --- 8 and 9: from nothing, and files ----------------------------------------------------------------


def png() -> bytes:
    """Return a picture of one grey dot."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    dot = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + head + dot + chunk(b"IEND", b"")


def test_a_division_is_drafted_from_a_table_and_traced_over_a_poster(bench, tmp_path):
    at = bench.fresh()
    rows = at.ask(
        """app => app.model.buildings.map(b => { const g = app.grid(app.model.cells.get(b.cell).grid);
          const p = app.grid(g.parent); return [b.id, g.name, p.name, app.grid(p.parent).name]; })"""
    )
    table = tmp_path / "table.csv"
    lines = ["building,cluster,compound,community", *(",".join(row) for row in rows)]
    table.write_text("\n".join(lines), "utf-8-sig")
    poster = tmp_path / "poster.png"
    poster.write_bytes(png())
    before = at.plan_id
    at.open("/desk/plans").press("从头划分")
    box = at.page.get_by_role("dialog")
    box.get_by_label("楼栋表").set_input_files(table)
    box.get_by_label("坐标系").select_option("wgs84")
    box.get_by_label("挂图扫描件").set_input_files(poster)
    box.get_by_role("button", name="起草初稿").click()
    box.get_by_role("link", name="到工作台改正").click(timeout=60_000)
    at.wait_for_map()
    assert at.plan_id != before
    assert len(at.level(1)) == COMMUNITIES
    assert sum(g["buildings"] for g in at.level(3)) == len(rows)
    at.until("app => app.poster.shown")
    at.open(f"/desk/plans/{before}").wait_for_map()


def test_a_poster_is_aligned_by_two_points_and_no_other_file_is_one(bench, tmp_path):
    at = bench.fresh()
    for name, content in (("poster.png", png()), ("poster.pdf", b"%PDF-1.4 nothing")):
        (tmp_path / name).write_bytes(content)
    at.page.get_by_text("更多", exact=True).click()
    at.page.get_by_role("menuitem", name="垫图").click()
    box = at.page.get_by_role("dialog")
    box.locator("input[type=file]").set_input_files(tmp_path / "poster.pdf")
    box.get_by_text("浏览器打不开这个文件").wait_for()
    expect(at.page.locator(".plan-poster")).to_have_count(0)
    box.locator("input[type=file]").set_input_files(tmp_path / "poster.png")
    at.page.get_by_role("button", name="两点对齐").click()
    b = at.page.locator(".plan-overlay").bounding_box()
    ends = [(300, 250), (340, 330), (500, 250), (340, 630)]  # here to there, twice
    for x, y in ends:
        at.page.mouse.click(b["x"] + x, b["y"] + y)
    place = at.ask("app => app.poster.place")
    assert place["turn"] == pytest.approx(math.pi / 2, abs=0.01)
    at.page.get_by_role("button", name="摆好了").click()
    at.page.get_by_text("更多", exact=True).click()
    at.page.get_by_role("menuitem", name="垫图").click()
    box.get_by_role("button", name="移除").click()
    at.until("app => app.poster.shown === false")


def test_a_plan_made_elsewhere_is_tried_then_taken_in(bench, tmp_path):
    at = bench.fresh()
    into, other, cell = at.border_pair()
    made = tmp_path / "cells.json"
    made.write_text(json.dumps({"cells": {str(cell): at.grid(into)["code"]}}), "utf-8")
    at.page.get_by_text("更多", exact=True).click()
    at.page.get_by_role("menuitem", name="导入方案").click()
    box = at.page.get_by_role("dialog")
    box.locator("input[type=file]").set_input_files(made)
    box.get_by_role("button", name="先试算").click()
    box.get_by_text("将有 1 个单元改变归属").wait_for()
    assert at.owner(cell) == other
    box.get_by_role("button", name="导入", exact=True).click()
    at.done(1)
    assert at.owner(cell) == into


@pytest.mark.parametrize(
    ("name", "magic"),
    [
        ("网格 GeoJSON", b"{"),
        ("GeoPackage", b"SQLite"),
        ("表格 XLSX", b"PK"),
        ("单元 GeoJSON", b"{"),
    ],
)
def test_a_plan_is_taken_away_as_a_file(bench, name, magic):
    at = bench.fresh()
    at.page.get_by_text("更多", exact=True).click()
    with at.page.expect_download() as waiting:
        at.page.get_by_role("menuitem", name=name, exact=True).click()
    assert waiting.value.path().read_bytes().startswith(magic)
    at.page.keyboard.press("Escape")

"""The six planted cases of data/changed-since.geojson, from the finding to the impact sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, NOTE_VIOLATIONS, Visit, becomes
from tests.browser.workbench_desk import DATA, Desk, sample, service

pytestmark = pytest.mark.browser
PLANTED = {
    one["case"]: one["grid_code"]
    for one in json.loads((DATA / "changed-since.geojson").read_text("utf-8"))["planted"]
}


@pytest.fixture(scope="module")
def planner(browser, tmp_path_factory) -> Iterator[Desk]:
    """A planner who has opened a plan for the sample some years on."""
    with service(tmp_path_factory.mktemp("cases"), sample("changed-since.geojson")) as origin:
        context = browser.new_context(
            viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        context.add_init_script(NOTE_VIOLATIONS)
        page = context.new_page()
        seen = Visit(page)
        page.goto(f"{origin}/desk/plans")
        yield Desk(page, origin).new_plan("若干年后的调整", "六个问题")
        assert seen.misdeeds == []
        context.close()


def finding(at: Desk, rule: str, code: str) -> dict[str, Any]:
    """Go to a finding as a planner does: in the list, by its button; the map shows the grid."""
    found = next(f for f in at.findings(rule) if f["code"] == code)
    at.tab("问题")
    at.key(f"find-{found['id']}").click()
    becomes([found["grid"]], at.ask, "app => app.state.get('selection')")
    return found


def gone(at: Desk, found: dict[str, Any]) -> None:
    at.saved()
    assert found["id"] not in [f["id"] for f in at.findings()]


def sheet_names(at: Desk, *names: str) -> None:
    """The impact sheet says what became of these grids; then go back to the map."""
    plan = at.plan_id
    at.page.get_by_role("link", name="影响表").click()
    at.page.wait_for_selector(".swipe canvas")
    text = at.page.locator("main").inner_text()
    for name in names:
        assert name in text
    at.open(f"/desk/plans/{plan}").wait_for_map()


def take_proposal(at: Desk, found: dict[str, Any], kind: str) -> None:
    """Run what a finding recommends, look at the effect, take it."""
    at.key(f"solve-{kind}-{found['id']}").click()
    at.key("take").wait_for(timeout=60_000)
    at.until("app => app.offered().length > 0")
    at.key("take").click()
    at.until("app => app.plan.steps_list.at(-1)?.kind === 'batch' && !app.state.get('job')")


def draw(at: Desk, line: list[list[float]]) -> None:
    """Click along a line of metres; a double click ends it."""
    at.tool("拆分")
    spots = at.ask(
        "(app, l) => { const b = app.view.overlay.getBoundingClientRect();"
        " return l.map(s => app.view.toScreen(s)).map(([x, y]) => [x + b.left, y + b.top]); }",
        line,
    )
    for spot in spots[:-1]:
        at.page.mouse.click(*spot)
    at.page.mouse.dblclick(*spots[-1])


def test_a_compound_under_300_is_merged(planner):
    at = planner.fresh()
    found = finding(at, "under_minimum", PLANTED["compound_under_300"])
    take_proposal(at, found, "merge_under")
    gone(at, found)
    sheet_names(at, "二村新寓", "废止编号")


def test_a_cluster_of_two_is_repaired_with_few_handovers(planner):
    at = planner.fresh()
    found = finding(at, "buildings_out_of_range", PLANTED["cluster_of_two"])
    before = at.impact["moved"]["buildings"]
    take_proposal(at, found, "repair")
    gone(at, found)
    assert at.impact["moved"]["buildings"] - before <= 4
    sheet_names(at, "金陵二村第1网格")


def test_an_estate_of_forty_is_divided_into_clusters(planner):
    at = planner.fresh()
    found = finding(at, "buildings_out_of_range", PLANTED["estate_of_forty"])
    compound = at.grid(found["grid"])["parent"]
    take_proposal(at, found, "clusters")
    gone(at, found)
    below = [g for g in at.level(3) if g["parent"] == compound and g["kind"] == "building_cluster"]
    assert sum(g["buildings"] for g in below) >= 40
    assert all(3 <= g["buildings"] <= 5 for g in below)
    sheet_names(at, "江畔新城第1网格", "新发编号")


def test_a_row_of_fourteen_shops_is_cut_in_two(planner):
    at = planner.fresh()
    found = finding(at, "shopfronts_out_of_range", PLANTED["row_of_fourteen"])
    left, top, right, bottom = at.ask("(app, g) => app.model.extent(g)", found["grid"])
    middle = (top + bottom) / 2
    draw(at, [[left - 12, middle], [right + 12, middle]])
    at.key("split-name").fill("宝塔桥东街门面房第2段")
    expect(at.key("split-cells"), "it is one long house").to_have_value("through")
    at.key("split-go").click()
    at.done(1)
    gone(at, found)
    assert 5 <= at.grid("宝塔桥东街门面房第2段")["shops"] <= 10
    sheet_names(at, "宝塔桥东街门面房第2段")


def test_a_compound_is_split_along_the_road_that_cuts_it(planner):
    at = planner.fresh()
    grid = at.grid(PLANTED["compound_cut_by_road"])
    at.select(grid["id"]).show(grid["id"])
    road = at.ask(
        """(app, id) => { const [l, t, r, b] = app.model.extent(id);
          const line = app.model.context.find(c => c.name.startsWith('规划一路')).lines[0];
          const spots = []; for (let i = 0; i < line.length; i += 2) spots.push([line[i], line[i + 1]]);
          const near = spots.filter(([x, y]) => x > l - 40 && x < r + 40 && y > t - 40 && y < b + 40);
          return near.length > 1 ? near : [spots[0], spots.at(-1)]; }""",
        grid["id"],
    )
    draw(at, road)
    at.key("split-name").fill("金陵新四村东区")
    at.key("split-go").click()
    at.done(1)
    assert at.grid("金陵新四村东区")["level"] == 2
    assert at.grid("金陵新四村东区")["households"] > 0
    sheet_names(at, "金陵新四村东区", "新发编号")


def give_part_away(at, grid, name, steps):
    """Split a grid across the middle, and let somebody free lead the new part."""
    left, top, right, bottom = at.ask("(app, g) => app.model.extent(g)", grid)
    draw(at, [[left - 20, (top + bottom) / 2], [right + 20, (top + bottom) / 2]])
    at.key("split-name").fill(name)
    at.key("split-go").click()
    at.done(steps + 1)
    at.select(at.grid(name)["id"]).key("assign").click()
    chosen = at.page.locator(".plan-choose label", has_text="0 户 · 0 个网格").first
    chosen.locator("input").check()
    at.page.get_by_role("dialog").get_by_role("button", name="确定").click()
    at.done(steps + 2)


def test_a_leader_with_thrice_the_median_is_relieved(planner):
    at = planner.fresh()
    found = finding(at, "load", PLANTED["leader_with_thrice_the_median"])
    give_part_away(at, found["grid"], "滨江花苑二区", 0)
    at.select(found["grid"])
    give_part_away(at, found["grid"], "滨江花苑三区", 2)
    gone(at, found)
    at.tab("负担")
    assert at.page.locator(".plan-loads li").count() >= 1
    sheet_names(at, "滨江花苑二区", "责任人交接")

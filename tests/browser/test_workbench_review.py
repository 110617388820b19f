"""Review at the workbench: another person approves, the public is told, versions follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from gis.clock import today
from tests.browser.conftest import DESKTOP, PHONE, becomes
from tests.browser.drawn_town import town
from tests.browser.workbench_desk import APPROVER, Desk, service

pytestmark = pytest.mark.browser
LATER = (today() + timedelta(days=10)).isoformat()


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    with service(tmp_path_factory.mktemp("review"), town()) as address:
        yield address


@pytest.fixture
def desk(visit, origin) -> Iterator[Callable[..., Desk]]:
    """Sit down at the workbench. Nothing may leave the origin."""
    visits = []

    def opened(size: tuple[int, int] = DESKTOP) -> Desk:
        visits.append(visit(origin, offline=False, size=size, wait=False))
        return Desk(visits[-1].page, origin).as_("planner")

    yield opened
    for seen in visits:
        assert [m for m in seen.misdeeds if "Failed to load resource" not in m] == []
        assert [u for u in seen.requests if not u.startswith((origin, "data:", "blob:"))] == []


def act(at: Desk, **operation: Any) -> None:
    """Do a step as the page does it."""
    before = at.steps
    at.ask("(app, o) => app.act(o)", operation)
    at.until("(app, n) => app.plan.steps === n", before + 1).saved()


def submitted(at: Desk, note: str = "") -> Desk:
    at.tab("审核").key("submit-note").fill(note)
    at.key("submit").click()
    return at.until("app => app.plan.state === 'submitted'")


def approved(at: Desk) -> Desk:
    at.as_("approver").open(f"/desk/plans/{at.plan_id}#tab=review").wait_for_map()
    at.key("approve").click()
    return at.until("app => app.plan.state === 'approved'")


def press_in_dialog(at: Desk, name: str) -> None:
    at.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def waive(at: Desk) -> Desk:
    """Waive the one finding that keeps the plan back."""
    at.tab("审核").press("豁免…")
    at.page.get_by_label("豁免理由").fill("试验")
    press_in_dialog(at, "确定")
    return at.until("app => app.plan.counts.waived === 1").saved()


def pair(at: Desk) -> tuple[str, list[int]]:
    """Return a grid, and two cells of its neighbour that touch it."""
    into, other, cell = at.border_pair()
    return into, [cell, *(c for c in at.cells(other) if c != cell)][:2]


def test_a_plan_is_returned_approved_by_another_and_told_to_the_public(desk):
    at = desk().new_plan("送审到公示")
    grid = at.level(2)[0]
    act(at, kind="rename", grid=grid["id"], name="改名小区")
    at.tab("审核").key("comment").fill("请核对名称")
    at.key("comment-send").click()
    at.page.wait_for_selector(".plan-comments li")
    submitted(at, "请审")
    expect(at.key("approve"), "not by the one who submitted it").to_have_count(0)
    plan = at.plan_id
    at.as_("approver").open(f"/desk/plans/{plan}#tab=review").wait_for_map()
    at.page.locator(".plan-note-of", has_text="请审").wait_for()
    at.key("return").click()
    press_in_dialog(at, "退回")
    expect(at.page.get_by_role("dialog"), "not without a reason").to_have_count(1)
    at.page.get_by_label("退回理由").fill("名称有误")
    press_in_dialog(at, "退回")
    at.until("app => app.plan.state === 'returned'")
    at.as_("planner").ask("app => app.reload()")
    at.page.get_by_text("名称有误").wait_for()
    approved(submitted(at))
    at.page.locator("summary", has_text="公示").click()
    at.key("notice").click()
    at.page.wait_for_selector("text=打开公示页")
    at.open(f"/notices/{plan}")
    shown = at.page.locator("main").inner_text()
    assert "网格调整公示" in shown
    assert APPROVER not in shown
    at.open(f"/desk/plans/{plan}#tab=review").wait_for_map()
    at.press("撤下公示")
    at.until("app => !app.plan.review.notice")
    at.open(f"/notices/{plan}")
    at.page.get_by_text("没有公示，或公示期已过。").wait_for()


def test_an_overtaken_plan_is_settled_and_a_later_day_and_a_rollback_are_published(desk):
    at = desk().new_plan("后到的")
    mine = at.plan_id
    into, cells = pair(at)
    act(at, kind="paint", into=into, cells=cells[:1])
    approved(submitted(waive(at)))
    at.as_("planner").new_plan("先到的")
    act(at, kind="paint", into=into, cells=cells[:1])
    act(at, kind="rename", grid=into, name="先到的名")
    approved(submitted(waive(at)))
    at.key("effective").fill(LATER)
    at.key("publish").click()
    press_in_dialog(at, "发布为新的网格划分")
    at.until("app => app.plan.state === 'published'")
    names = at.page.evaluate(NAMES, [at.grid(into)["code"], ["", LATER]])
    assert names[0] != names[1] == "先到的名"

    at.open(f"/desk/plans/{mine}#tab=review").wait_for_map()
    at.page.get_by_text(f"第 2 版已定于 {LATER} 生效").wait_for()
    expect(at.key("effective")).to_have_value(LATER)
    at.key("publish").click()
    press_in_dialog(at, "发布为新的网格划分")
    settle = at.page.get_by_role("dialog", name="网格划分已有新版")
    settle.wait_for()
    expect(settle).to_contain_text("界线已变动", use_inner_text=True)
    expect(settle).to_contain_text("退回草拟，须重新送审", use_inner_text=True)
    settle.get_by_role("button", name="保留我的").click()
    at.until("app => app.plan.state === 'draft' && app.plan.base_version === 2")
    assert at.owner(cells[0]) == into

    at.open("/desk/plans")
    expect(at.page.get_by_role("link", name="先到的").first).to_contain_text(
        "3 步", use_inner_text=True
    )
    at.press("恢复到此版…")
    at.page.get_by_label("恢复理由").fill("试验恢复")
    press_in_dialog(at, "确定")
    at.page.wait_for_selector(".notice-done")
    expect(at.page.locator(".plan-versions li").nth(1)).to_contain_text(
        "未生效即被取代", use_inner_text=True
    )
    at.open("/desk/plans/compare?left=division:1&right=division:2")
    at.page.wait_for_selector(".swipe canvas")
    expect(at.page.locator("main")).to_contain_text("先到的名", use_inner_text=True)


NAMES = """async ([code, days]) => Promise.all(days.map(async (day) => {
  const answer = await fetch(`/grids/${code}${day ? `?as_of=${day}` : ""}`);
  const body = await answer.json();
  return body.name ?? body.grid?.name;
}))"""


def test_a_plan_that_was_withdrawn_stays_on_record(desk):
    at = desk().new_plan("撤回的方案")
    at.page.get_by_text("更多", exact=True).click()
    at.page.get_by_role("menuitem", name="撤回方案").click()
    press_in_dialog(at, "撤回方案")
    at.until("app => app.plan.state === 'withdrawn'")
    expect(at.page.get_by_role("toolbar"), "nothing can be drawn any more").to_have_count(0)
    at.open("/desk/plans")
    expect(at.page.get_by_role("link", name="撤回的方案")).to_have_count(0)
    at.page.get_by_label("状态").select_option("withdrawn")
    at.page.get_by_role("link", name="撤回的方案").wait_for()


def test_on_a_phone_findings_impact_and_approval_are_at_hand(desk):
    at = desk().new_plan("手机")
    act(at, kind="rename", grid=at.level(2)[1]["id"], name="手机改名")
    plan = submitted(at).plan_id
    at = desk(PHONE).as_("approver").open(f"/desk/plans/{plan}").wait_for_map()
    becomes(True, at.page.evaluate, "document.documentElement.scrollWidth <= 390")
    at.page.locator(".plan-finding, .plan-tab-body p").first.wait_for()
    at.tab("审核").key("approve").click()
    at.until("app => app.plan.state === 'approved'")
    at.page.get_by_role("link", name="影响表").click()
    at.page.wait_for_selector(".swipe canvas")
    becomes(True, at.page.evaluate, "document.documentElement.scrollWidth <= 390")
    at.as_("planner")

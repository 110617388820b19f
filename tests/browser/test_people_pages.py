"""People kept current in a real browser: handed over, edited by two at once, read in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from api import create_app
from api.http.auth import CALLER, Caller
from api.settings import Settings
from gis.accounts import AccountRole
from gis.clock import today
from tests.browser.conftest import DESKTOP, NOTE_VIOLATIONS, PHONE, becomes, running

pytestmark = pytest.mark.browser
COMMUNITY = "320106012005"
HOSTILE = "<img src=x onerror=window.canary=1>{{7*191}}"


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    """The service over the sample; whoever names themselves in the agent string is signed in."""
    path = tmp_path_factory.mktemp("people") / "wangge.db"
    app = create_app(Settings(_env_file=None, database_url=f"sqlite:///{path}"))

    async def signed_in(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            agent = dict(scope["headers"]).get(b"user-agent", b"").decode()
            caller = Caller(f"{agent}示例", AccountRole.ADMIN, None, "page")
            scope = {**scope, CALLER: caller}
        await app(scope, receive, send)

    with running(signed_in) as address:
        yield address


class Desk:
    """A tab of somebody who is signed in."""

    def __init__(self, context: Any, origin: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.misdeeds: list[str] = []
        self.page.on("pageerror", lambda e: self.misdeeds.append(str(e)))
        self.page.on("dialog", lambda d: (self.misdeeds.append(d.message), d.dismiss()))
        self.origin = origin

    def go(self, path: str) -> Any:
        self.page.goto("about:blank")
        self.page.goto(f"{self.origin}{path}")
        self.page.wait_for_selector("html.is-ready")
        return self.page


@pytest.fixture
def desk(browser, origin) -> Iterator[Any]:
    contexts = []
    made: list[Desk] = []

    def opened(name: str = "Wang", size: tuple[int, int] = DESKTOP) -> Desk:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, user_agent=name, reduced_motion="reduce"
        )
        context.add_init_script(NOTE_VIOLATIONS)
        contexts.append(context)
        made.append(Desk(context, origin))
        return made[-1]

    yield opened
    for one in made:
        assert one.misdeeds == []
        assert one.page.evaluate("window.violations") is None
    for context in contexts:
        context.close()


def choose(page: Any, typed: str) -> None:
    """Choose the first that is found in a picker, by keyboard alone."""
    box = page.locator("dialog [role=combobox]")
    box.fill(typed)
    page.wait_for_selector("dialog [role=option]")
    box.press("ArrowDown")
    box.press("Enter")


def test_a_duty_is_handed_over_by_keyboard_and_read_in_the_log(desk) -> None:
    page = desk().go("/desk/people")
    page.fill(".find", COMMUNITY)
    page.locator(".found .pick", has_text=COMMUNITY).first.press("Enter")
    leader = page.locator(".duty", has_text="一级网格责任人").first
    name = leader.locator(".link").text_content()
    leader.locator(".hand-over").press("Enter")
    choose(page, "lyl")
    day = today().replace(year=today().year + 1).isoformat()
    page.fill("dialog input[type=date]", day)
    expect(page.locator("dialog .says")).to_contain_text(name)
    page.fill("dialog .reason", "轮岗")
    page.locator("dialog .reason").press("Enter")
    page.wait_for_selector("dialog", state="detached")
    planned = page.locator(".is-later .duty", has_text="一级网格责任人")
    expect(planned).to_contain_text(day)
    successor = planned.locator(".link").text_content()
    assert successor != name

    page.goto(page.url.split("/desk")[0] + "/desk/audit#action=duty.hand_over")
    entry = page.locator(".entry").first
    expect(entry).to_contain_text(f"{name} → {successor}")
    expect(entry).to_contain_text("轮岗")
    expect(entry).to_contain_text("Wang示例")
    page.wait_for_selector(".verdict.is-whole")


def edit(one: Desk, **fields: str) -> Any:
    """Fill some fields of the form that is open, and save."""
    for name, value in fields.items():
        one.page.fill(f"dialog [name={name}]", value)
    one.page.click("dialog [type=submit]")


def test_two_edit_the_same_person_and_neither_loses(desk) -> None:
    from playwright.sync_api import expect

    mine, theirs = desk("Wang"), desk("Li")
    for one in (mine, theirs):
        one.go("/desk/people#person=p-0003").click(".edit-person")
    edit(theirs, mobile="000-0000-7777")
    expect(theirs.page.locator("dialog")).to_have_count(0)
    edit(mine, office_phone="025-0000-8888")
    told = mine.page.locator(".conflict")
    expect(told).to_contain_text("Li示例")
    expect(told).to_contain_text("000-0000-7777")
    mine.page.click(".keep-mine")
    facts = mine.page.locator(".person .facts")
    expect(facts).to_contain_text("025-0000-8888")
    expect(facts).to_contain_text("000-0000-7777")

    for one in (mine, theirs):
        one.go("/desk/people#person=p-0003").click(".edit-person")
    edit(theirs, office_phone="025-0000-1111")
    expect(theirs.page.locator("dialog")).to_have_count(0)
    edit(mine, office_phone="025-0000-2222")
    mine.page.click(".take-theirs")
    expect(facts).to_contain_text("025-0000-1111")
    expect(mine.page.locator(".person .findings")).to_contain_text("已采用对方的内容")


def test_a_mobile_is_kept_as_such_and_a_duty_mobile_is_a_field_of_its_own(desk) -> None:
    page = desk().go("/desk/people")
    page.locator(".add-person").click()
    page.locator("input[name=name]").fill("手机示例")
    page.locator("input[name=office_phone]").fill("025-83500000/139 0000 0001")
    page.get_by_role("button", name="保存").click()
    facts = page.locator(".facts")
    expect(facts).to_contain_text("13900000001", use_inner_text=True)
    page.locator(".edit-person").click()
    expect(page.locator("input[name=office_phone]")).to_have_value("025-83500000")
    page.locator("input[name=public_mobile]").fill("13900000009")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".findings")).to_contain_text("将向公众显示", use_inner_text=True)


def test_a_shop_is_added_and_a_count_corrected_on_a_phone(desk) -> None:
    from playwright.sync_api import expect

    page = desk(size=PHONE).go("/desk/places")
    page.click(".add-place")
    page.fill("dialog [name=name]", HOSTILE)
    page.fill("dialog [name=position]", "118.7512, 32.1105")
    page.click("dialog [type=submit]")
    expect(page.locator("dialog .wrong:visible")).to_have_count(1)  # no datum, nothing sent
    page.select_option("dialog select >> nth=-1", "wgs84")
    page.click("dialog [type=submit]")
    page.wait_for_selector(".card.place")
    becomes(HOSTILE, page.text_content, ".place h2")
    expect(page.locator(".desk-side")).to_be_hidden()

    page.goto(page.url.split("#")[0] + "#place=b-0002")
    page.wait_for_selector(".place h2")
    expect(page.locator(".place .subject .code")).to_have_text("b-0002")
    page.click(".edit-place")
    page.fill("dialog [name=households]", "3")
    page.click("dialog [type=submit]")
    page.wait_for_selector(".findings .notice")
    expect(page.locator(".findings")).to_contain_text("网格户数在下次发布划分前保持不变")
    becomes(True, page.evaluate, f"document.documentElement.scrollWidth <= {PHONE[0]}")


def test_the_log_fits_a_phone_and_is_filtered(desk) -> None:
    from playwright.sync_api import expect

    page = desk(size=PHONE).go("/desk/audit")
    page.wait_for_selector(".entry")
    page.select_option("[name=action]", "division")
    page.click(".filters [type=submit]")
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry")).to_contain_text("发布网格划分")
    becomes(True, page.evaluate, f"document.documentElement.scrollWidth <= {PHONE[0]}")

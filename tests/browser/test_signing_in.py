"""Signing in as people do: the one-time password, one's own, a wrong one, too many, out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from api import create_app
from api.settings import Settings
from gis.audit import SYSTEM
from tests.browser.conftest import DESKTOP, PHONE, becomes, running

pytestmark = pytest.mark.browser
OWN = "三条鱼在水里游-example"


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Any:
    path = tmp_path_factory.mktemp("signin") / "wangge.db"
    return create_app(Settings(_env_file=None, database_url=f"sqlite:///{path}"))


@pytest.fixture(scope="module")
def origin(app) -> Iterator[str]:
    with running(app) as address:
        httpx2.get(f"{address}/grids", params={"limit": 1}, timeout=30, trust_env=False)
        yield address


@pytest.fixture
def page(browser, origin) -> Iterator[Callable[..., Any]]:
    """Open an address in a browser of its own, with no cookies: ``page("/signin", size=…)``."""
    contexts = []
    misdeeds: list[str] = []

    def opened(path: str, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda e: misdeeds.append(str(e)))
        tab.on("request", lambda r: r.url.startswith((origin, "data:")) or misdeeds.append(r.url))
        tab.goto(f"{origin}{path}")
        tab.wait_for_selector("html.is-ready")
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert misdeeds == []


@pytest.fixture
def once(app, origin, request) -> tuple[str, str]:
    """A new administrator, and the one-time password."""
    name = f"示例{abs(hash(request.node.name)) % 10_000}"
    app.state.services.accounts.store.begin()
    _, password = app.state.services.accounts.store.add(SYSTEM, name=name, role="admin")
    return name, password


def sign_in(tab: Any, name: str, password: str) -> None:
    tab.get_by_label("账号").fill(name)
    tab.get_by_label("密码", exact=True).fill(password)
    tab.get_by_role("button", name="登录").click()


def change(tab: Any, old: str, new: str) -> None:
    tab.get_by_label("一次性密码", exact=True).fill(old)
    tab.get_by_label("新密码", exact=True).fill(new)
    tab.get_by_label("再次输入新密码", exact=True).fill(new)
    tab.get_by_role("button", name="保存").click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_first_sign_in_asks_for_a_password_of_ones_own(page, once, size):
    name, password = once
    tab = page("/desk/users", size)
    assert "/signin?next=" in tab.url
    sign_in(tab, name, password)
    tab.wait_for_url("**/account?next=*")
    tab.get_by_text("请先设置自己的密码").wait_for()
    change(tab, password, "password123")
    expect(tab.locator(".wrong:visible")).to_contain_text("常见口令", use_inner_text=True)
    change(tab, password, OWN)
    tab.wait_for_url("**/desk/users")
    tab.get_by_role("heading", name="添加账号").wait_for()
    expect(tab.get_by_role("link", name=name)).to_be_visible()
    becomes(True, tab.evaluate, "document.documentElement.scrollWidth <= innerWidth")


def test_before_the_password_is_changed_every_page_leads_there(page, once, origin):
    name, password = once
    tab = page("/signin")
    sign_in(tab, name, password)
    tab.wait_for_url("**/account?next=*")
    tab.goto(f"{origin}/desk/users")
    tab.wait_for_url("**/account?next=*")


def test_a_wrong_password_says_so_and_too_many_lock(page, once):
    name, _ = once
    tab = page("/signin")
    for _ in range(5):
        sign_in(tab, name, "wrong password")
        tab.get_by_role("alert").get_by_text("账号或密码不正确").wait_for()
        becomes(True, tab.evaluate, "!document.querySelector('button[type=submit]').disabled")
    sign_in(tab, name, "wrong password")
    tab.get_by_role("alert").get_by_text("登录失败次数过多").wait_for()


def test_signing_out_ends_the_session(page, once, app, origin):
    name, password = once
    app.state.services.accounts.store.reset_password(SYSTEM, name, OWN)
    tab = page("/signin?next=/account")
    sign_in(tab, name, OWN)
    tab.wait_for_url("**/account")
    tab.get_by_role("button", name="退出", exact=True).click()
    tab.wait_for_url("**/signin")
    tab.goto(f"{origin}/desk/users")
    assert "/signin?next=" in tab.url


def test_who_could_not_be_signed_out_is_told_and_stays(page, once, app, origin):
    name, password = once
    app.state.services.accounts.store.reset_password(SYSTEM, name, OWN)
    tab = page("/signin?next=/account")
    sign_in(tab, name, OWN)
    tab.wait_for_url("**/account")
    out = tab.get_by_role("button", name="退出", exact=True)
    out.wait_for()
    tab.route("**/session", lambda route: route.abort())
    out.click()
    tab.locator("main > .notice-error").wait_for()
    assert tab.url == f"{origin}/account"
    tab.unroute("**/session")
    out.click()
    tab.wait_for_url("**/signin")


def test_an_administrator_adds_somebody_who_can_sign_in(page, once, app):
    name, _ = once
    app.state.services.accounts.store.reset_password(SYSTEM, name, OWN)
    tab = page("/signin?next=/desk/users")
    sign_in(tab, name, OWN)
    tab.get_by_role("heading", name="添加账号").wait_for()
    form = tab.locator("form")
    form.get_by_label("账号").fill("王示例")
    form.get_by_label("管辖范围").fill("999")
    form.get_by_role("button", name="添加账号").click()
    expect(tab.locator(".wrong:visible")).to_contain_text("999", use_inner_text=True)
    form.get_by_label("管辖范围").fill("320106012005")
    form.get_by_role("button", name="添加账号").click()
    password = tab.locator(".secret").inner_text()
    clerk = page("/signin", PHONE)
    sign_in(clerk, "王示例", password)
    clerk.wait_for_url("**/account?next=*")
    change(clerk, password, OWN)
    clerk.wait_for_url("**/desk")
    clerk.goto(clerk.url.replace("/desk", "/desk/users"))
    clerk.get_by_text("不能打开此页").wait_for()


def test_a_key_is_shown_once_and_works_until_it_is_revoked(page, once, app, origin):
    name, _ = once
    app.state.services.accounts.store.reset_password(SYSTEM, name, OWN)
    tab = page("/signin?next=/account")
    sign_in(tab, name, OWN)
    tab.wait_for_url("**/account")
    tab.locator("summary").click()
    tab.get_by_label("用途").fill("示例程序")
    tab.get_by_role("button", name="新建密钥").click()
    key = tab.locator(".secret").inner_text()
    asked = {"url": f"{origin}/grids/320106012005", "headers": {"authorization": f"Bearer {key}"}}
    assert httpx2.get(**asked, trust_env=False).json()["edition"] == "internal"
    tab.get_by_role("button", name="撤销").click()
    tab.get_by_text("已撤销").wait_for()
    assert httpx2.get(**asked, trust_env=False).status_code == 401


HOSTILE = ("//evil.example", "/%09/evil.example", "/%0A/evil.example", "/%5Cevil.example",
           "/.//evil.example", "https:%2F%2Fevil.example", "javascript:alert(1)")  # fmt: skip


def test_no_address_leads_from_signing_in_to_another_host(page, once, origin):
    """The page's own watch over requests fails the test where a browser asks another host."""
    name, password = once
    tab = page(f"/signin?next={HOSTILE[1]}")
    sign_in(tab, name, password)
    tab.wait_for_url("**/account?next=*")
    tab.goto(f"{origin}/account?next={HOSTILE[1]}")
    change(tab, password, OWN)
    tab.wait_for_url(f"{origin}/desk")
    tab.wait_for_load_state("networkidle")
    for wanted in HOSTILE:
        tab.goto(f"{origin}/signin?next={wanted}")
        link = tab.get_by_role("link", name="继续")
        link.wait_for()
        assert link.evaluate("a => a.href").startswith(f"{origin}/desk"), wanted

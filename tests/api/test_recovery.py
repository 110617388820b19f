"""Accounts over HTTP, signed in for real: who may change them, and what outlives nobody's recovery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from api import create_app
from api.serving.account_service import MOST_WAITING
from api.settings import Settings
from gis.accounts import Lifetimes, Scope
from gis.audit import SYSTEM
from gis.store import open_store
from gis.store.accounts import AccountStore, open_accounts, secrets
from tests.plans.drawn_plan import stored_strip

WRONG = "wrong"
OWN = "三条鱼在水里游-example"
LATER = 601


class Clock:
    """A clock that is turned by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as cheaply as argon2 can, with the real algorithm."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(secrets, "_hasher", lambda: cheap)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[AccountStore]:
    url = f"sqlite:///{tmp_path}/wangge.db"
    stored_strip(url)
    with closing(open_store(url)) as store:
        made = open_accounts(store, clock=clock, lifetimes=Lifetimes())
        made.migrate()
        for name, role in (("admin", "admin"), ("李示例", "staff")):
            made.add(SYSTEM, name=name, role=role, password=OWN)
        yield made
        made.close()


@pytest.fixture
def app(accounts: AccountStore, tmp_path: Path) -> Iterator[Any]:
    url = f"sqlite:///{tmp_path}/wangge.db"
    app = create_app(Settings(_env_file=None, database_url=url), accounts=accounts)
    with TestClient(app):
        yield app


def enter(app: Any, name: str = "admin", password: str = OWN, **headers: str) -> Any:
    """Return a browser that has tried to sign in, and the answer."""
    browser = TestClient(app)
    answer = sign_in(browser, name, password, **headers)
    return browser, answer


def sign_in(browser: TestClient, name: str, password: str, **headers: str) -> Any:
    answer = browser.post("/session", json={"name": name, "password": password}, headers=headers)
    if answer.status_code == 201:
        browser.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return answer


def with_key(app: Any, accounts: AccountStore, *scopes: Scope) -> TestClient:
    key, _ = accounts.make_key(SYSTEM, "admin", label="示例", scopes=scopes)
    return TestClient(app, headers={"authorization": f"Bearer {key}"})


NEW_ADMIN = {"name": "another", "role": "admin"}
POWERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/users", NEW_ADMIN),
    ("PATCH", "/users/李示例", {"role": "admin"}),
    ("PATCH", "/users/李示例", {"scope": None}),
    ("PATCH", "/users/李示例", {"disabled": False}),
    ("POST", "/users/李示例/password", {}),
)


@pytest.mark.parametrize(("method", "path", "body"), POWERS)
def test_no_key_or_token_makes_more_of_itself(
    app: Any, accounts: AccountStore, method: str, path: str, body: dict[str, Any]
) -> None:
    issued, _ = accounts.issue_token("admin", OWN, address="192.0.2.1")
    before = accounts.list()
    for program in (
        with_key(app, accounts, Scope.ACCOUNTS),
        TestClient(app, headers={"authorization": f"Bearer {issued}"}),
    ):
        assert program.get("/users").status_code == 200
        assert program.request(method, path, json=body).status_code == 403
        with_password = program.request(method, path, json={**body, "password": OWN})
        assert (with_password.status_code, with_password.json()["field"]) == (400, "password")
    assert accounts.list() == before


@pytest.mark.parametrize(("method", "path", "body"), POWERS)
def test_an_account_is_changed_by_who_has_just_shown_the_password_or_shows_it(
    app: Any, clock: Clock, method: str, path: str, body: dict[str, Any]
) -> None:
    browser, _ = enter(app)
    clock.now += LATER
    refused = browser.request(method, path, json=body)
    assert (refused.status_code, refused.json()["field"]) == (400, "password")
    wrong = browser.request(method, path, json={**body, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "password")
    right = browser.request(method, path, json={**body, "password": OWN})
    assert right.status_code in (200, 201), right.text


def test_a_stolen_session_does_not_guess_the_password_on(app: Any, clock: Clock) -> None:
    browser, _ = enter(app)
    clock.now += LATER
    answers = [
        browser.post("/users", json={**NEW_ADMIN, "password": f"wrong {n}"}).status_code
        for n in range(8)
    ]
    assert answers == [400] * 5 + [429] * 3


def test_keys_end_with_a_reset_and_with_an_account_that_is_disabled(
    app: Any, accounts: AccountStore
) -> None:
    browser, _ = enter(app)
    for end, body in (("", {"disabled": True}), ("/password", {})):
        key, _ = accounts.make_key(SYSTEM, "李示例", label="示例", scopes=[Scope.READ])
        program = TestClient(app, headers={"authorization": f"Bearer {key}"})
        assert program.get("/grids").json()["edition"] == "internal"
        method = "POST" if end else "PATCH"
        assert browser.request(method, f"/users/李示例{end}", json=body).status_code == 200
        assert program.get("/grids").status_code == 401
        assert browser.patch("/users/李示例", json={"disabled": False}).status_code == 200
        assert program.get("/grids").status_code == 401


def test_an_office_is_not_locked_out_by_failures_in_its_name(app: Any) -> None:
    """All come from one address; the administrator has signed in there before."""
    browser, _ = enter(app)
    assert browser.delete("/session").status_code == 204
    answers = [enter(app, password=WRONG)[1].status_code for _ in range(80)]
    assert answers[:5] == [401] * 5
    assert set(answers[5:]) == {429}
    assert sign_in(browser, "admin", OWN).status_code == 201
    assert browser.get("/me").status_code == 200


def test_a_made_up_browser_is_not_known(app: Any) -> None:
    for _ in range(5):
        enter(app, password=WRONG)
    for token in ("A" * 43, "x", ""):
        assert enter(app, cookie=f"wangge-device={token}")[1].status_code == 429


def test_who_sends_many_keeps_only_their_own_address_waiting(app: Any) -> None:
    """One address has fifty passwords looked at; somebody elsewhere does not wait for all of them."""
    order: list[str] = []

    async def enter_from(address: str, name: str) -> int:
        transport = httpx2.ASGITransport(app=app, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
            answer = await http.post("/session", json={"name": name, "password": OWN})
        order.append(address)
        return answer.status_code

    async def rush() -> list[int]:
        many = [enter_from("192.0.2.1", f"name{n}") for n in range(50)]
        return await asyncio.gather(*many, enter_from("192.0.2.2", "name50"))

    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(asyncio.run, rush()).result()
    assert answers[-1] == 401
    assert answers[:-1].count(429) == 50 - MOST_WAITING
    refused = 50 - MOST_WAITING
    assert order.index("192.0.2.2") < refused + MOST_WAITING - 5


FOREIGN = (
    "https://evil.example",
    "http://evil.example",
    "null",
    "http://testserver.evil.example",
    "http://testserver@evil.example",
    "http://evil.example/testserver",
    "http://testserver:8080",
    "https://testserver:8443",
    "file://",
    "",
)


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("site", ["same-origin", None])
def test_a_foreign_page_signs_nobody_in(app: Any, origin: str, site: str | None) -> None:
    headers = {"origin": origin, **({"sec-fetch-site": site} if site else {})}
    answer = enter(app, **headers)[1]
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    body = {"name": "admin", "password": OWN}
    assert TestClient(app).post("/token", json=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["http://testserver", "http://testserver:80", "http://TESTSERVER", "https://testserver"],
)
def test_our_own_pages_sign_in(app: Any, origin: str) -> None:
    assert enter(app, origin=origin)[1].status_code == 201


def test_over_https_a_page_of_http_is_foreign(app: Any) -> None:
    browser = TestClient(app, base_url="https://testserver")
    for origin, status in (("http://testserver", 403), ("https://testserver", 201)):
        body = {"name": "admin", "password": OWN}
        answer = browser.post("/session", json=body, headers={"origin": origin})
        assert answer.status_code == status


def test_the_browser_is_known_by_a_cookie_no_script_reads(app: Any) -> None:
    _, answer = enter(app)
    cookies = answer.headers.get_list("set-cookie")
    (device,) = [c for c in cookies if c.startswith("wangge-device=")]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(device.split("; "))

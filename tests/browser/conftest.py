"""One Chromium for all browser tests, cut off from the network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect

from scripts.browser import FLAGS, NAMES, chromium

DESKTOP, PHONE = (1400, 900), (390, 844)
PATIENCE_S = 15
"""How long a page on a busy machine may take to become what is expected of it."""
expect.set_options(timeout=PATIENCE_S * 1000)


def becomes(expected: Any, read: Callable[..., Any], *given: Any) -> None:
    """Assert that what is read of a page is what is expected, at once or in a while.

    What a page does after a click or a key it may do a moment later, the later the busier the
    machine. For what ``playwright.sync_api.expect`` can say of an element, say it by that.
    """
    until = time.monotonic() + PATIENCE_S
    while (found := read(*given)) != expected and time.monotonic() < until:
        time.sleep(0.02)
    assert found == expected


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is installed (or WANGGE_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve an application in a thread, on a free port of this machine; yields the address."""
    config = uvicorn.Config(app, port=0, ws="none", log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        assert time.monotonic() < until, "the service did not start in time"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


NOTE_VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation',"
    " e => (window.violations ||= []).push(e.violatedDirective + ' ' + e.blockedURI))"
)


class Visit:
    """A page that is being visited, and everything it does that it should not."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.misdeeds: list[str] = []
        self.requests: list[str] = []
        self._ears = {
            "pageerror": lambda e: self.misdeeds.append(f"error: {e}"),
            "dialog": self._dismiss,
            "console": self._hear,
            "popup": lambda p: self.misdeeds.append(f"popup: {p.url}"),
            "request": lambda r: self.requests.append(r.url),
        }
        for event, ear in self._ears.items():
            page.on(event, ear)

    def _dismiss(self, dialog: Any) -> None:
        self.misdeeds.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.misdeeds.append(f"console: {message.text}")

    def go(self, url: str) -> Visit:
        """Open an address and wait until the map stands."""
        self.page.goto(url)
        self.page.wait_for_selector("html.is-ready")
        return self

    def leave(self) -> None:
        for event, ear in self._ears.items():
            self.page.remove_listener(event, ear)
        self.page.emulate_media(media="screen")
        self.page.goto("about:blank")

    def check_nothing_ran(self, address: str) -> None:
        """Assert that the page ran nothing of what it shows and asked nothing but itself."""
        assert self.misdeeds == []
        assert self.page.evaluate("window.canary") is None
        assert self.page.evaluate("window.violations") is None
        assert [u for u in self.requests if u.split("#")[0] != address] == []


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def window(browser: Any) -> Callable[..., Any]:
    """Return a tab of a size and colour scheme: opening a new one for each test takes longer."""

    @cache
    def tab(size: tuple[int, int], scheme: str, offline: bool) -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            offline=offline,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        context.add_init_script(NOTE_VIOLATIONS)
        return context.new_page()

    return tab


@pytest.fixture
def visit(window: Callable[..., Any]) -> Iterator[Open]:
    """Open an address, cut off from the network: ``visit(url, size=…, scheme=…)``."""
    visits: list[Visit] = []

    def opened(
        url: str,
        *,
        size: tuple[int, int] = DESKTOP,
        scheme: str = "light",
        offline: bool = True,
        wait: bool = True,
    ) -> Visit:
        visits.append(Visit(window(size, scheme, offline)))
        return visits[-1].go(url) if wait else visits[-1]

    yield opened
    for visited in visits:
        visited.leave()


class _OnePage(BaseHTTPRequestHandler):
    """Serves the same page for every path, as the API serves it: with its policy as a header."""

    def __init__(self, html: bytes, policy: str, *args: Any) -> None:
        self.html, self.policy = html, policy
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Content-Length", str(len(self.html)))
        self.end_headers()
        self.wfile.write(self.html)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served() -> Iterator[Callable[[bytes], str]]:
    """Serve a page on this machine: ``served(html)`` is its address."""
    import maps

    servers = []

    def address(html: bytes) -> str:
        handler = partial(_OnePage, html, maps.content_security_policy(html))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield address
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], str]:
    """Write a page to a file: ``saved(html)`` is its address."""

    def address(html: bytes) -> str:
        path = tmp_path / "index.html"
        path.write_bytes(html)
        return path.as_uri()

    return address

"""The guide's pictures of the workbench: a plan for the sample some years on, in the real page.

Called by `scripts/screenshots.py`; alone: `python -m scripts.workbench_pictures [FOLDER]`.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
FILES = ("changed-since.geojson", "people.csv", "duties.csv", "organisations.csv")


@contextmanager
def workbench(folder: Path) -> Iterator[str]:
    """Serve the changed sample to a planner who may also approve; yields the address."""
    import uvicorn

    from api import create_app
    from api.http.auth import CALLER, Caller
    from api.settings import Settings
    from gis.accounts import AccountRole
    from gis.clock import today
    from gis.intake import read_set
    from gis.store import Identity, open_store

    database = f"sqlite:///{folder / 'workbench.db'}"
    taken = read_set([ROOT / "data" / name for name in FILES], today=date(2031, 10, 1))
    store = open_store(database)
    store.migrate()
    store.publish(
        identity=Identity("宝塔桥街道", "320106012", taken.synthetic),
        division=taken.division,
        directory=taken.directory,
        roster=taken.roster,
        effective_from=today(),
        today=today(),
    )
    store.close()
    app = create_app(Settings(_env_file=None, database_url=database, sample="never"))

    async def as_planner(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, CALLER: Caller("王示例", AccountRole.APPROVER)}
        await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(as_planner, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def take_all(browser: Any, folder: Path) -> Iterator[Path]:
    """Take every picture of the workbench."""
    with tempfile.TemporaryDirectory() as scratch, workbench(Path(scratch)) as address:
        page = _page(browser)
        page.goto(f"{address}/desk/plans")
        page.get_by_role("button", name="新建方案").click()
        page.get_by_label("标题").fill("二村新寓与邻近小区合并")
        page.get_by_label("事由").fill("二村新寓降至271户，少于300户。")
        page.get_by_role("button", name="开始编辑").click()
        _until(page, "window.wanggePlan && wanggePlan.view.width > 0")
        yield _save(page, folder, "workbench")
        page.get_by_role("button", name="合并不足 300 户").first.click()
        page.wait_for_selector('[data-key="take"]', timeout=60_000)
        yield _save(page, folder, "workbench-proposal")
        page.locator('[data-key="take"]').click()
        _until(page, "wanggePlan.plan.steps === 1")
        link = page.url.split("#")[0]
        page.goto(f"{link}/impact")
        page.wait_for_selector("html.is-ready")
        yield _save(page, folder, "workbench-impact", full_page=True)
        page.context.close()
        for name, how in (
            ("workbench-phone", {"size": (390, 844), "scale": 2}),
            ("workbench-dark", {"scheme": "dark"}),
        ):
            page = _page(browser, **how)
            page.goto(f"{link}#tab=review" if name.endswith("phone") else f"{link}#tab=steps")
            _until(page, "window.wanggePlan && wanggePlan.view.width > 0")
            yield _save(page, folder, name)
            page.context.close()


def _page(
    browser: Any, size: tuple[int, int] = (1400, 900), scale: int = 1, scheme: str = "light"
) -> Any:
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=scale,
        color_scheme=scheme,
        reduced_motion="reduce",
    ).new_page()


def _until(page: Any, condition: str) -> None:
    until = time.monotonic() + 60
    while not page.evaluate(f"Boolean({condition})") and time.monotonic() < until:
        page.wait_for_timeout(50)


def _save(page: Any, folder: Path, name: str, *, full_page: bool = False) -> Path:
    page.wait_for_timeout(700)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def main() -> None:
    """Take the pictures of the workbench only."""
    from playwright.sync_api import sync_playwright

    from scripts.browser import FLAGS, needed_chromium

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needed_chromium(), args=list(FLAGS))
        for path in take_all(browser, folder):
            print(path)
        browser.close()


if __name__ == "__main__":
    main()

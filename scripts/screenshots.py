"""Take the README's pictures of the map and the desk, from the sample, in the real pages.

    python scripts/screenshots.py [FOLDER]      (default: docs/images)

Needs the system's Chromium (or WANGGE_CHROMIUM); nothing is fetched from anywhere.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.browser import FLAGS, needed_chromium

if TYPE_CHECKING:
    from gis.atlas import Atlas

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 1)
Act = Callable[[Any], object]


@dataclass(frozen=True)
class Picture:
    """What one picture shows: its size, the link it opens, what is done before it is taken."""

    name: str
    link: str = ""
    size: tuple[int, int] = (1400, 900)
    scale: int = 1
    scheme: str = "light"
    acts: tuple[Act, ...] = ()


def press(name: str) -> Act:
    """Press the button of a name."""
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def ask(lon: float, lat: float) -> Act:
    """Ask about a place, as a click on it does."""
    return lambda page: page.evaluate(f"wangge.inspect().ask(L.latLng({lat}, {lon}))")


def look_up(words: str) -> Act:
    """Write into the search field."""
    return lambda page: page.get_by_role("combobox", name="搜索").fill(words)


BOARD = "320106012005003"
POSTER_DPI = 80
SPOKEN = "下关区西街１８号三幢"
SPOT = (118.7477, 32.1118)
PICTURES = (
    Picture("map-desktop"),
    Picture("map-card", f"#at=17/{SPOT[1]}/{SPOT[0]}", acts=(ask(*SPOT),)),
    Picture("map-search", acts=(look_up("yjl"), lambda page: page.keyboard.press("ArrowDown"))),
    Picture("map-grade", acts=(press("二级"), press("类别等级"))),
    Picture("map-number", acts=(press("三级"), press("数量"))),
    Picture("map-dark", f"#at=16.5/{SPOT[1]}/{SPOT[0]}", scheme="dark", acts=(ask(*SPOT),)),
    Picture("map-phone", size=(390, 844), scale=2),
    Picture("map-phone-card", f"#at=16.5/{SPOT[1]}/{SPOT[0]}", (390, 844), 2, acts=(ask(*SPOT),)),
    Picture(
        "map-phone-dark", f"#at=16.5/{SPOT[1]}/{SPOT[0]}", (390, 844), 2, "dark", (ask(*SPOT),)
    ),
    Picture("map-english", f"#at=16/{SPOT[1]}/{SPOT[0]}&lang=en", acts=(ask(*SPOT),)),
)


def sample_atlas() -> Atlas:
    """Return the sample, for staff."""
    from gis.atlas import Atlas
    from gis.intake import read_set

    taken = read_set([ROOT / "data"], today=DAY).require_sound()
    if not (taken.division and taken.directory and taken.roster):
        sys.exit("data/ does not hold a whole sample")
    return Atlas(
        taken.division, taken.directory, taken.roster, DAY, name="宝塔桥街道", code="320106012"
    )


def sample_page() -> bytes:
    """Return the public page of the sample."""
    import maps

    return maps.page_html(sample_atlas(), settings=maps.MapSettings(maker="宝塔桥街道（示例）"))


def print_posters(folder: Path) -> Iterator[Path]:
    """Draw the wall map and a notice board of the sample as pictures."""
    import maps

    settings = maps.MapSettings(
        maker="宝塔桥街道（示例）",
        hotline="025-0000-0000（示例）",
        public_url="https://grid.example/",
    )
    for name, grid in (("poster", None), ("board", BOARD)):
        path = folder / f"{name}.png"
        maps.poster(sample_atlas(), grid, "A3", settings=settings).savefig(path, dpi=POSTER_DPI)
        yield path


def take(browser: Any, picture: Picture, address: str, folder: Path) -> Path:
    """Open the page as a picture wants it and save what it shows."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=picture.scale,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        offline=True,
    )
    page = context.new_page()
    page.goto(address + picture.link)
    page.wait_for_selector("html.is-ready")
    for act in picture.acts:
        act(page)
    page.wait_for_timeout(800)
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """Serve the sample from a store of its own; yields the address."""
    import uvicorn

    from api import create_app
    from api.settings import Settings

    settings = Settings(database_url=f"sqlite:///{folder / 'wangge.db'}")
    config = uvicorn.Config(create_app(settings), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def take_desk(browser: Any, name: str, size: tuple[int, int], address: str, folder: Path) -> Path:
    """Ask the desk for an address as a caller says it, and save the cards it answers with."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{address}/desk")
    page.get_by_role("combobox").first.fill(SPOKEN)
    page.get_by_role("option").first.click()
    page.get_by_role("link", name="拨打").first.wait_for()
    page.wait_for_timeout(2500)
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    page.close()
    return path


def main() -> None:
    """Take every picture."""
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    from scripts import workbench_pictures

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        page = Path(scratch) / "index.html"
        page.write_bytes(sample_page())
        browser = playwright.chromium.launch(executable_path=needed_chromium(), args=list(FLAGS))
        for picture in PICTURES:
            print(take(browser, picture, page.as_uri(), folder))
        with service(Path(scratch)) as address:
            print(take_desk(browser, "desk", (1400, 900), address, folder))
            print(take_desk(browser, "desk-phone", (390, 844), address, folder))
        for path in print_posters(folder):
            print(path)
        for path in workbench_pictures.take_all(browser, folder):
            print(path)
        browser.close()


if __name__ == "__main__":
    main()

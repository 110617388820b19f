"""How large the map page is, and how quick: drawing, opening, a click, a search, zoom and pan.

    python benchmarks/page.py        writes benchmarks/page.md

Of the sample, of ten times the sample, and what becomes of more; and how long it takes to publish.
Needs the system's Chromium (or WANGGE_CHROMIUM); the page is opened from a file.
"""

from __future__ import annotations

import gzip
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from page_many import many
from playwright.sync_api import sync_playwright

import maps
from gis.atlas import Atlas
from gis.disclosure import public
from gis.errors import TooLarge
from gis.intake import read_set
from maps.detail import DETAILS, MOST_BYTES, Detail
from maps.site.downloads import KINDS, download_parts
from maps.site.page import page_part
from maps.site.write import write_site
from scripts.browser import FLAGS, needed_chromium

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
TIMES = """() => {
  const app = wangge.inspect();
  const middle = app.map.getCenter();
  const median = act => {
    const all = [...Array(9).keys()].map(i => {
      const before = performance.now(); act(i); return performance.now() - before;
    });
    return all.sort((a, b) => a - b)[4];
  };
  const field = document.querySelector('[role=combobox]');
  const words = ['y', 'yj', 'yjl', '燕江', '药房', '3201', '王', '1', 'zhong'];
  const find = i => { field.value = words[i]; field.dispatchEvent(new Event('input')); };
  find(0);
  const { map } = app;
  const zooms = [13.5, 15, 16, 17, 16, 15, 16, 17, 15];
  const zoom = median(i => map.setZoom(zooms[i], { animate: false }));
  const pan = median(i => map.panBy([i % 2 ? 300 : -300, 150], { animate: false }));
  return [
    performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
    median(i => app.ask(L.latLng(middle.lat + i * 3e-4, middle.lng + i * 2e-4))),
    median(find),
    zoom,
    pan,
  ];
}"""


def sample() -> Atlas:
    """Return the sample as an atlas."""
    day = date(2026, 11, 1)
    read = read_set([ROOT / "data"], today=day).require_sound()
    assert read.division
    assert read.directory
    assert read.roster
    return Atlas(read.division, read.directory, read.roster, day)


def measured_in_chromium(html: bytes) -> list[float]:
    """Return ready, click to card and search in milliseconds, each the median of RUNS visits."""
    visits = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "index.html"
        file.write_bytes(html)
        browser = play.chromium.launch(executable_path=needed_chromium(), args=list(FLAGS))
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.goto(file.as_uri())
            visits.append(page.evaluate(TIMES))
            page.close()
        browser.close()
    return [statistics.median(column) for column in zip(*visits, strict=True)]


TIMES_MORE = 10
BEYOND = 20


def page_rows(times: int, aims: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what is measured of the page of so many samples, beside its aims."""
    maps.page_html(sample())
    drawn = []
    for _ in range(RUNS if times == 1 else 2):
        atlas = many(sample(), times) if times > 1 else sample()
        start = time.process_time()
        html = maps.page_html(atlas)
        drawn.append(time.process_time() - start)
    ready, card, search, zoom, pan = measured_in_chromium(html)
    values = {
        "size, MB": f"{len(html) / 1e6:.2f}",
        "gzipped, MB": f"{len(gzip.compress(html, 6)) / 1e6:.3f}",
        "drawn, CPU s (folium imported)": f"{statistics.median(drawn):.2f}",
        "interactive in Chromium, ms": f"{ready:.0f}",
        "click to card, ms": f"{card:.1f}",
        "search, ms": f"{search:.1f}",
        "zoom by a level, ms": f"{zoom:.1f}",
        "pan by a third, ms": f"{pan:.1f}",
    }
    return [(name, aims.get(name, ""), value) for name, value in values.items()]


def beyond_rows() -> list[tuple[str, str, str]]:
    """Return what becomes of a page that is too large: the size of each detail, or the refusal."""
    atlas = many(sample(), BEYOND)
    rows = []
    for detail in reversed(DETAILS):
        rows.append((f"--detail {detail}", "", _size_or_refusal(atlas, detail)))
    return rows


def _size_or_refusal(atlas: Atlas, detail: Detail) -> str:
    try:
        html = maps.page_html(atlas, detail=detail, most_bytes=MOST_BYTES)
    except TooLarge as refused:
        return str(refused)
    return f"{len(html) / 1e6:.1f} MB"


def publish_rows() -> list[tuple[str, str, str]]:
    """Return how long it takes to publish the sample: the page alone, and with all downloads."""
    rows = []
    for name, kinds in (("page", ()), ("page, GeoJSON, GeoPackage, CSV, XLSX", tuple(KINDS))):
        times = []
        for _ in range(RUNS):
            atlas = public(sample())
            start = time.process_time()
            with tempfile.TemporaryDirectory() as folder:
                parts = [page_part(atlas, maps.MapSettings(), "all"), *download_parts(atlas, kinds)]
                write_site(Path(folder) / "site", parts, {})
            times.append(time.process_time() - start)
        rows.append((f"published, CPU s: {name}", "", f"{statistics.median(times):.2f}"))
    return rows


def table_of(rows: list[tuple[str, str, str]]) -> str:
    """Return the rows as a table."""
    lines = [f"| {name} | {'≤ ' + aim if aim else ''} | {value} |" for name, aim, value in rows]
    return "\n".join(["| | aim | measured |", "|---|---|---|", *lines])


ONCE = {
    "size, MB": "1.8",
    "gzipped, MB": "0.3",
    "drawn, CPU s (folium imported)": "1",
    "interactive in Chromium, ms": "1000",
    "click to card, ms": "10",
    "search, ms": "5",
}
TEN = {"size, MB": "16", "interactive in Chromium, ms": "4000"}


def main() -> None:
    """Measure and write the tables."""
    text = (
        "# The map page\n\n"
        f"`python benchmarks/page.py`: medians, Chromium headless, 1400 × 900, from a file.\n\n"
        f"## The sample (12 / 68 / 247 grids)\n\n{table_of(page_rows(1, ONCE))}\n\n"
        f"{table_of(publish_rows())}\n\n"
        f"## {TIMES_MORE} times the sample\n\n{table_of(page_rows(TIMES_MORE, TEN))}\n\n"
        f"## {BEYOND} times the sample\n\n{table_of(beyond_rows())}\n"
    )
    (ROOT / "benchmarks" / "page.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

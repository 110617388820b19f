"""How large the map page of the sample is, and how quick: drawing, opening, a click, a search.

    python benchmarks/page.py        writes benchmarks/page.md

Needs the system's Chromium (or WANGGE_CHROMIUM); the page is opened from a file.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

import maps
from gis.atlas import Atlas
from gis.intake import read_set

ROOT = Path(__file__).resolve().parent.parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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
  return [
    performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
    median(i => app.ask(L.latLng(middle.lat + i * 3e-4, middle.lng + i * 2e-4))),
    median(find),
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
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("WANGGE_CHROMIUM") or next(filter(None, map(shutil.which, names)))
    visits = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "index.html"
        file.write_bytes(html)
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.goto(file.as_uri())
            visits.append(page.evaluate(TIMES))
            page.close()
        browser.close()
    return [statistics.median(column) for column in zip(*visits, strict=True)]


def main() -> None:
    """Measure and write the table."""
    maps.page_html(sample())
    drawn = []
    for _ in range(RUNS):
        atlas, start = sample(), time.process_time()
        html = maps.page_html(atlas)
        drawn.append(time.process_time() - start)
    ready, card, search = measured_in_chromium(html)
    rows = [
        ("size, MB", "1.8", f"{len(html) / 1e6:.2f}"),
        ("gzipped, MB", "0.3", f"{len(gzip.compress(html, 6)) / 1e6:.3f}"),
        ("drawn, CPU s (folium imported)", "1", f"{statistics.median(drawn):.2f}"),
        ("ready in Chromium, ms", "1000", f"{ready:.0f}"),
        ("click to card, ms", "10", f"{card:.1f}"),
        ("search, ms", "5", f"{search:.1f}"),
    ]
    table = "\n".join(f"| {name} | ≤ {aim} | {value} |" for name, aim, value in rows)
    (ROOT / "benchmarks" / "page.md").write_text(
        "# The map page of the sample\n\n"
        f"`python benchmarks/page.py`: medians of {RUNS}, Chromium headless, 1400 × 900.\n\n"
        f"| | aim | measured |\n|---|---|---|\n{table}\n",
        encoding="utf-8",
    )
    print(table)


if __name__ == "__main__":
    main()

"""Tiles under the grids, in a real browser: they lie where they should, and nothing else is loaded."""

from __future__ import annotations

import io
import math
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

import maps
from gis.datum import from_wgs84
from maps import MapSettings
from maps.basemaps import chosen_basemap
from tests.publishing.small_map import at, small_atlas

pytestmark = pytest.mark.browser
LANDMARK = at(2.5, 1.7)
GROUND, MARK = (10, 200, 10), (250, 0, 0)


def tile(datum, z, x, y) -> bytes:
    """Draw a tile as a server of that datum would: green, with a red dot at the landmark."""
    lon, lat = from_wgs84(*LANDMARK, datum)
    size = 256 * 2**z
    px = (float(lon) / 360 + 0.5) * size - 256 * x
    py = (0.5 - math.asinh(math.tan(math.radians(float(lat)))) / (2 * math.pi)) * size - 256 * y
    picture = Image.new("RGB", (256, 256), GROUND)
    ImageDraw.Draw(picture).ellipse((px - 5, py - 5, px + 5, py + 5), fill=MARK)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def tiles():
    """Serve tiles on this machine: ``tiles(datum)`` is the template of their addresses."""
    servers = []

    def template(datum, rows="{y}"):
        class Tiles(BaseHTTPRequestHandler):
            def do_GET(self):
                z, x, y = map(int, re.findall(r"\d+", self.path))
                content = tile(datum, z, x, 2**z - 1 - y if rows == "{-y}" else y)
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Tiles))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/{{z}}/{{x}}/{rows}.png"

    yield template
    for server in servers:
        server.shutdown()
        server.server_close()


def page_with(basemap) -> bytes:
    return maps.page_html(small_atlas(), settings=MapSettings(basemap=basemap))


def metres_off(page) -> float:
    """Return how far the landmark on the tiles is from where the map has it, in metres."""
    page.evaluate(
        """([lng, lat]) => {
             const { map } = wangge.inspect();
             map.setView([lat, lng], 19, { animate: false });
             map.panBy([37, -23], { animate: false });
             document.querySelectorAll(".leaflet-map-pane > .leaflet-pane").forEach(pane => {
               if (!pane.className.includes("tiles")) pane.style.visibility = "hidden"; });
             document.querySelectorAll(".panel, .controls, .watermark, .compass").forEach(n => {
               n.style.visibility = "hidden"; });
           }""",
        list(LANDMARK),
    )
    loaded = """() => { const all = [...document.querySelectorAll(".leaflet-tiles-pane img")];
                       return all.length > 0 && all.every(i => i.complete); }"""
    for _ in range(100):
        if page.evaluate(loaded):
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(400)
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    red = (picture[..., 0] > 150) & (picture[..., 1] < 100)
    assert red.sum() > 30
    y, x = (values.mean() + 0.5 for values in np.nonzero(red))
    there = page.evaluate(
        "([x, y]) => { const p = wangge.inspect().map.containerPointToLatLng([x, y]);"
        " return [p.lng, p.lat]; }",
        [x, y],
    )
    metre = math.pi * 6378137 / 180
    east = (there[0] - LANDMARK[0]) * metre * math.cos(math.radians(LANDMARK[1]))
    return math.hypot(east, (there[1] - LANDMARK[1]) * metre)


@pytest.mark.parametrize(
    ("datum", "rows"), [("wgs84", "{y}"), ("gcj02", "{y}"), ("cgcs2000", "{-y}")]
)
def test_tiles_of_an_intranet_server_lie_where_they_should(visit, saved, tiles, datum, rows):
    basemap = chosen_basemap("custom", url=tiles(datum, rows), datum=datum)
    seen = visit(saved(page_with(basemap)), offline=False)
    assert metres_off(seen.page) < 2
    assert seen.misdeeds == []
    assert seen.page.evaluate("window.violations") is None


def test_tiles_declared_in_the_wrong_datum_would_be_seen(visit, saved, tiles):
    basemap = chosen_basemap("custom", url=tiles("gcj02"), datum="wgs84")
    page = visit(saved(page_with(basemap)), offline=False).page
    page.evaluate("wangge.inspect().map.options.maxZoom = 19")
    # The dot is half a kilometre away: out of sight at this zoom.
    with pytest.raises(AssertionError):
        metres_off(page)


def asked(url):
    """Return z, x, y of a request to one of the sources of the registry."""
    parts = urlsplit(url)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    if "tianditu" in parts.netloc:
        return [int(query[k]) for k in ("TILEMATRIX", "TILECOL", "TILEROW")]
    if "autonavi" in parts.netloc:
        return [int(query[k]) for k in "zxy"]
    return [int(n) for n in re.findall(r"\d+", parts.path)]


@pytest.mark.parametrize("key", ["tianditu", "osm", "gaode"])
def test_each_source_of_the_registry_lies_where_it_should(visit, saved, key):
    basemap = chosen_basemap(key, token="示例密钥")  # noqa: S106
    seen = visit("about:blank", offline=False, wait=False)
    hosts = set()

    def answer(route):
        parts = urlsplit(route.request.url)
        hosts.add(f"{parts.scheme}://{parts.netloc}")
        z, x, y = asked(route.request.url)
        route.fulfill(body=tile(basemap.datum, z, x, y), content_type="image/png")

    seen.page.route(re.compile("^https?:"), answer)
    seen.go(saved(page_with(basemap)))
    assert metres_off(seen.page) < 2
    assert hosts <= set(basemap.origins)
    assert seen.misdeeds == []
    assert seen.page.evaluate("window.violations") is None
    credit = seen.page.locator("footer").inner_text()
    assert basemap.attribution.zh in credit
    seen.page.unroute_all()


def test_a_basemap_can_be_switched_off_and_credits_leave_with_it(visit, saved, tiles):
    basemap = chosen_basemap("custom", url=tiles("wgs84"), datum="wgs84", attribution="示例测绘院")
    page = visit(saved(page_with(basemap)), offline=False).page
    expect(page.locator("footer")).to_contain_text("示例测绘院", use_inner_text=True)
    page.get_by_label("底图").uncheck()
    expect(page.locator(".leaflet-tiles-pane img")).to_have_count(0)
    assert "示例测绘院" not in page.locator("footer").inner_text()


def test_without_the_network_the_map_stands_all_the_same(visit, saved):
    basemap = chosen_basemap("osm")
    page = visit(saved(page_with(basemap))).page
    page.evaluate("([lng, lat]) => wangge.inspect().ask(L.latLng(lat, lng))", list(at(0.9, 0.1)))
    expect(page.locator("h3.card-name")).to_have_count(3)

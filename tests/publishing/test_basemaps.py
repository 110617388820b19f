"""Basemaps: every source has a datum, is refused without what it needs, and is all a page may load."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import maps
from api.settings import read_settings
from gis.datum import from_wgs84
from gis.errors import SettingsError
from maps import MapSettings
from maps.basemaps import REGISTRY, chosen_basemap
from tests.publishing.small_map import small_atlas

OWN = {"url": "http://tiles.office.example:8080/{z}/{x}/{y}.png", "datum": "wgs84"}


def own(**other):
    return chosen_basemap("custom", **{**OWN, **other})


def pictures_from(basemap):
    """Return what the page's policy lets pictures come from."""
    html = maps.page_html(small_atlas(), settings=MapSettings(basemap=basemap))
    return re.search(r"img-src ([^;]*)", maps.content_security_policy(html))[1].split()


def test_without_a_basemap_nothing_outside_may_be_loaded():
    assert chosen_basemap("none") is None
    assert pictures_from(None) == ["data:"]


def test_the_policy_lets_in_the_hosts_of_the_tiles_and_nothing_else():
    assert pictures_from(own()) == ["data:", "http://tiles.office.example:8080"]
    assert pictures_from(chosen_basemap("osm")) == ["data:", "https://tile.openstreetmap.org"]
    gaode = [f"https://webrd0{n}.is.autonavi.com" for n in "1234"]
    assert pictures_from(chosen_basemap("gaode")) == ["data:", *gaode]
    tianditu = [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
    chosen = chosen_basemap("tianditu", token="t")  # noqa: S106
    assert pictures_from(chosen) == ["data:", *tianditu]


def test_a_token_cannot_break_out_of_the_url():
    basemap = chosen_basemap("tianditu", token="a b&c={x}'\"<")  # noqa: S106
    assert basemap.urls[0].endswith("&tk=a%20b%26c%3D%7Bx%7D%27%22%3C")


@pytest.mark.parametrize(
    ("key", "given", "setting"),
    [
        ("tianditu", {}, "WANGGE_BASEMAP_TOKEN"),
        ("tianditu", {"token": "  "}, "WANGGE_BASEMAP_TOKEN"),
        ("baidu", {}, "WANGGE_BASEMAP 'baidu'"),
        ("custom", {}, "WANGGE_BASEMAP_URL"),
        ("custom", {**OWN, "datum": ""}, "WANGGE_BASEMAP_DATUM is missing"),
        ("custom", {**OWN, "datum": "WGS84"}, "WANGGE_BASEMAP_DATUM"),
        ("custom", {**OWN, "datum": "bd09"}, "Baidu cuts its tiles"),
        ("custom", {**OWN, "max_zoom": 0}, "WANGGE_BASEMAP_MAX_ZOOM"),
    ],
)
def test_what_is_missing_is_named_in_both_languages(key, given, setting):
    with pytest.raises(SettingsError, match=re.escape(setting)) as refused:
        chosen_basemap(key, **given)
    assert re.search("[\u4e00-\u9fff]", refused.value.text.zh)
    named = {f"basemap_{k}": v for k, v in given.items()}
    with pytest.raises(SettingsError):
        read_settings(basemap=key, **named)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/{z}/{x}/{y}.png",
        "javascript:alert(1)//{x}{y}{z}",
        "//a.example/{z}/{x}/{y}.png",
        "/tiles/{z}/{x}/{y}.png",
        "https://a.example/{z}/{x}.png",
        "https://a.example/{z}/{x}/{y}/{q}.png",
        "https://a.example/{z}/{x}/{y}/{y}.png",
        "https://a.example/{z}/{x}/{y}}.png",
        "https://{x}.example/{z}/{x}/{y}.png",
        "https://user:secret@a.example/{z}/{x}/{y}.png",
        "https://a.example; script-src */{z}/{x}/{y}.png",
        "https://a.example'/{z}/{x}/{y}.png",
        'https://a.example/{z}/{x}/{y}.png" onload="',
        "https://*/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "https://[::1]/{z}/{x}/{y}.png",
        "https://a.example:port/{z}/{x}/{y}.png",
        "https://例子.example/{z}/{x}/{y}.png",
        "https://a.example/{z}/{x}/{y}.png\n",
        "https://a.example/{z}/{x}/{y}" + "a" * 500,
    ],
)
def test_a_template_that_is_none_is_refused(url):
    with pytest.raises(SettingsError, match="WANGGE_BASEMAP_URL"):
        own(url=url)


@pytest.mark.parametrize("key", REGISTRY)
def test_one_shift_lays_the_tiles_right_all_over_the_subdistrict(key):
    """The offset of GCJ-02 varies; taken in the middle it is right to a metre at the edges."""
    source = REGISTRY[key]
    middle = (118.7525, 32.113)
    east, north = source.shift(*middle)
    lon, lat = np.meshgrid(np.linspace(118.735, 118.77, 9), np.linspace(32.098, 32.128, 9))
    there = from_wgs84(lon, lat, source.datum)
    metre = math.pi * 6378137 / 180
    off = np.hypot(
        (there[0] - lon - east) * metre * math.cos(math.radians(32.1)),
        (there[1] - lat - north) * metre,
    )
    assert off.max() < 2
    assert (key == "gaode") == (abs(east) > 0.004)

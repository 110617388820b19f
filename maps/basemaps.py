"""Pictures of the ground from a tile server, under the grids: our own registry.

Public lists of tile servers leave out what matters most here, the datum: Gaode's tiles are GCJ-02
and lie 543 m off at Baotaqiao. So each source names its datum, and one of an office's own is
refused without it. None is used unless an office chooses one: a page without a basemap asks
nothing outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gis.datum import DATUMS, Datum, from_wgs84
from gis.errors import SettingsError
from gis.findings import Text

NONE, OWN = "none", "custom"
_MAX_ZOOM = 22
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")
# What may stand in a URL (RFC 3986), and our placeholders.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%{}]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Basemap:
    """A source of tiles in Web Mercator.

    Parameters
    ----------
    name
        What the page calls it.
    datum
        What its tiles are drawn in; every source has one.
    urls
        Templates with ``{x}``, ``{y}`` (or ``{-y}``), ``{z}``, and ``{s}`` where there are
        ``servers``; several lie one over the other (ground, names).
    servers
        What ``{s}`` stands for.
    attribution
        Whom it must name.
    max_zoom
        The last zoom it has tiles of; beyond, they are drawn larger.
    needs_token
        Whether ``{token}`` stands in its templates.
    sends_origin
        Whether it answers only who says where the page stands (OpenStreetMap's tile policy).
    """

    key: str
    name: Text
    datum: Datum
    urls: tuple[str, ...]
    attribution: Text
    servers: tuple[str, ...] = ()
    max_zoom: int = 18
    needs_token: bool = False
    sends_origin: bool = False

    @property
    def origins(self) -> tuple[str, ...]:
        """The schemes and hosts its tiles come from: all that a page must be let load."""
        found = []
        for url in self.urls:
            for server in self.servers or ("",):
                parts = urlsplit(url.replace("{s}", server))
                found.append(f"{parts.scheme}://{parts.netloc}")
        return tuple(dict.fromkeys(found))

    def shift(self, lon: float, lat: float) -> tuple[float, float]:
        """Return how far east and north, in degrees, its tiles show what is at a WGS84 point."""
        there = from_wgs84(lon, lat, self.datum)
        return float(there[0]) - lon, float(there[1]) - lat


def _tianditu(layer: str) -> str:
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={token}"
    )


REGISTRY = {
    b.key: b
    for b in (
        Basemap(
            "tianditu",
            Text("Tianditu", "天地图"),
            Datum.CGCS2000,
            (_tianditu("vec"), _tianditu("cva")),
            Text("© Tianditu", "© 天地图·国家地理信息公共服务平台"),
            servers=tuple("01234567"),
            needs_token=True,
        ),
        Basemap(
            "osm",
            Text("OpenStreetMap", "OpenStreetMap"),
            Datum.WGS84,
            ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
            Text("© OpenStreetMap contributors", "© OpenStreetMap 贡献者"),
            max_zoom=19,
            sends_origin=True,
        ),
        Basemap(
            "gaode",
            Text("Gaode (Amap)", "高德地图"),
            Datum.GCJ02,
            (
                "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
                "&x={x}&y={y}&z={z}",
            ),
            Text("© AutoNavi Gaode Map", "© 高德地图"),
            servers=tuple("1234"),
        ),
    )
}  # fmt: skip


def chosen_basemap(
    key: str,
    *,
    token: str = "",
    url: str = "",
    datum: str = "",
    attribution: str = "",
    max_zoom: int = 18,
) -> Basemap | None:
    """Return the basemap an office chose; None for ``none``.

    Parameters
    ----------
    key
        One of the registry, ``custom``, or ``none``.
    token
        The key that Tianditu gives out.
    url, datum, attribution, max_zoom
        Of an office's own tile server.

    Raises
    ------
    SettingsError
        Naming the setting that is missing or not acceptable.
    """
    if key == NONE:
        return None
    if key == OWN:
        return _own(url, datum, attribution, max_zoom)
    known = REGISTRY.get(key)
    if known is None:
        keys = (NONE, *REGISTRY, OWN)
        raise SettingsError(
            f"WANGGE_BASEMAP {key[:40]!r}: must be {', '.join(keys)}",
            f"WANGGE_BASEMAP {key[:40]!r}：应为 {'、'.join(keys)} 之一",
        )
    return _with_token(known, token.strip()) if known.needs_token else known


def _with_token(basemap: Basemap, token: str) -> Basemap:
    from dataclasses import replace

    if not token:
        raise SettingsError(
            f"WANGGE_BASEMAP_TOKEN is missing: {basemap.name.en} answers only with a token",
            f"缺少 WANGGE_BASEMAP_TOKEN：{basemap.name.zh}需要密钥（tk）才能使用",
        )
    urls = tuple(u.replace("{token}", quote(token, safe="")) for u in basemap.urls)
    return replace(basemap, urls=urls)


def _own(url: str, datum: str, attribution: str, max_zoom: int) -> Basemap:
    _check_url(url)
    if not 1 <= max_zoom <= _MAX_ZOOM:
        raise SettingsError(
            f"WANGGE_BASEMAP_MAX_ZOOM {max_zoom}: must be 1 to {_MAX_ZOOM}",
            f"WANGGE_BASEMAP_MAX_ZOOM {max_zoom}：应为 1 至 {_MAX_ZOOM}",
        )
    named = attribution.strip()
    return Basemap(
        OWN,
        Text("Basemap", "底图"),
        _own_datum(datum),
        (url,),
        Text(named, named),
        max_zoom=max_zoom,
    )


def _own_datum(datum: str) -> Datum:
    if datum == Datum.BD09:
        raise SettingsError(
            "WANGGE_BASEMAP_DATUM bd09: Baidu cuts its tiles along a grid of its own, so that no "
            "shift can lay them right: name another tile server",
            "WANGGE_BASEMAP_DATUM bd09：百度瓦片使用自有的切片网格，平移无法对准："
            "请改用其他瓦片服务",
        )
    usable = [d for d in DATUMS if d != Datum.BD09]
    if datum in usable:
        return Datum(datum)
    given = f"{datum[:40]!r} is not known" if datum else "is missing"
    raise SettingsError(
        f"WANGGE_BASEMAP_DATUM {given}: name what the tiles are drawn in "
        f"({', '.join(usable)}); it is never guessed",
        f"WANGGE_BASEMAP_DATUM {f'{datum[:40]!r} 无法识别' if datum else '缺失'}："
        f"请写明瓦片的坐标系（{'、'.join(usable)}），系统不会猜测",
    )


def _check_url(url: str) -> None:
    parts = urlsplit(url) if _PLAIN.fullmatch(url) and len(url) <= 500 else None
    names = _PLACEHOLDER.findall(url)
    sound = (
        parts is not None
        and parts.scheme in ("http", "https")
        and _HOST.fullmatch(parts.netloc)
        and sorted(n.removeprefix("-") for n in names) == ["x", "y", "z"]
        and set(names) <= {"x", "y", "-y", "z"}
        and not re.search(r"[{}]", _PLACEHOLDER.sub("", url))
    )
    if not sound:
        raise SettingsError(
            f"WANGGE_BASEMAP_URL {url[:200]!r}: must be like "
            "https://tiles.office.example/{z}/{x}/{y}.png, {-y} where rows count from below",
            f"WANGGE_BASEMAP_URL {url[:200]!r}：应形如 https://tiles.office.example/{{z}}/{{x}}/{{y}}.png，"
            "行号自下而上时用 {-y}",
        )

"""Drawing an atlas: from the values of a division, its places and people to a folium map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from gis import disclosure
from gis.addresses.categories import CATEGORIES
from gis.atlas import Atlas, Edition
from gis.exchange.json_values import provenance_json, responsible_json
from maps.basemaps import Basemap
from maps.detail import DETAILS, KINDS, MOST_BYTES, Detail, sizes_by_detail, too_large
from maps.labels import pinyin_table
from maps.layers import AtlasLayer, ContextLayer, GridLayer, PlaceLayer
from maps.lean_folium import Template, folium
from maps.page import MapPage, RawRender
from maps.palette import DARK, LIGHT
from maps.settings import MapSettings
from maps.topology import UNITS, Position

_NOWHERE = (32.11, 118.75)


class GridMap(folium.Map, RawRender):
    """A folium map without tiles whose page is self-contained and runs no text.

    Parameters
    ----------
    bounds
        West, south, east, north of what it opens on, degrees.
    """

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        west, south, east, north = bounds
        super().__init__(
            location=((south + north) / 2, (west + east) / 2),
            tiles=None,
            zoom_start=14,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            wheel_px_per_zoom_level=90,
            min_zoom=11,
        )
        # `Map(max_zoom=…)` is for the tile layer that is not there.
        self.options["maxZoom"] = 21
        # Assigned here, not appended: the lists of the class belong to every other map.
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []


class Start(RawRender):
    """The last line of the page's script."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "wangge.start({{ this._parent.get_name() }});\n"
        "{% endmacro %}"
    )


def draw(
    atlas: Atlas,
    edition: Edition = "public",
    *,
    settings: MapSettings | None = None,
    detail: Detail = "all",
    files: Sequence[str] = (),
) -> folium.Map:
    """Return the interactive map of an atlas.

    ``.save(path)``, ``.get_root().render()`` and a notebook all give the same self-contained
    page. The same atlas and settings give the same bytes.

    Parameters
    ----------
    atlas
        What to draw.
    edition
        ``public`` passes an internal atlas through :func:`gis.disclosure.public` first, so that
        nothing else is in the page; ``internal`` draws what staff may see.
    settings
        Title, maker, approval number and the like.
    detail
        Which places are in the page; counts are of all.
    files
        What lies beside the page to be downloaded: paths from it.

    Raises
    ------
    InvalidInput
        An edition there is none of, or an internal one wanted of a public atlas.
    """
    atlas = disclosure.in_edition(atlas, edition)
    settings = (settings or MapSettings()).filled_from(atlas)
    bounds = _bounds(atlas)
    origin = (round(bounds[0] * UNITS), round(bounds[1] * UNITS))
    origins = settings.basemap.origins if settings.basemap else ()
    page = MapPage(settings.title, settings.language, {}, origins)
    drawn = GridMap(bounds)
    page.add_child(drawn)
    layers = [
        ContextLayer(atlas, origin),
        GridLayer(atlas, origin),
        PlaceLayer(atlas, origin, KINDS[detail]),
    ]
    for layer in layers:
        layer.add_to(drawn)
    Start().add_to(drawn)  # type: ignore[no-untyped-call]
    page.block = _block(atlas, settings, origin, bounds, layers)
    page.block["files"] = list(files)
    return drawn


def page_html(
    atlas: Atlas,
    edition: Edition = "public",
    *,
    settings: MapSettings | None = None,
    detail: Detail = "all",
    files: Sequence[str] = (),
    most_bytes: int | None = None,
) -> bytes:
    """Return the page of :func:`draw`, as a server or a file holds it: UTF-8.

    Raises
    ------
    TooLarge
        It has more than ``most_bytes``; the error names the details that have less.
    """
    page: Any = draw(atlas, edition, settings=settings, detail=detail, files=files).get_root()
    html: bytes = page.render().encode()
    if most_bytes is not None and len(html) > most_bytes:
        raise too_large(len(html), sizes_by_detail(len(html), page.block, detail), most_bytes)
    return html


def fitting_page_html(
    atlas: Atlas, edition: Edition = "public", *, settings: MapSettings | None = None
) -> bytes:
    """Return the page with as much detail as browsers open well; the least, if none is."""
    for detail in reversed(DETAILS):
        html = page_html(atlas, edition, settings=settings, detail=detail)
        if len(html) <= MOST_BYTES:
            break
    return html


def _bounds(atlas: Atlas) -> tuple[float, float, float, float]:
    grids = [g.boundary for g in atlas.division]
    if not grids:
        lat, lon = _NOWHERE
        return (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
    west, south, east, north = shapely.total_bounds(np.array(grids, dtype=object)).tolist()
    return (west, south, east, north)


def _block(
    atlas: Atlas,
    settings: MapSettings,
    origin: Position,
    bounds: tuple[float, float, float, float],
    layers: Iterable[AtlasLayer],
) -> dict[str, Any]:
    held = atlas.roster.duties_on(None, atlas.as_of)
    found: dict[str, Any] = {
        "settings": {
            "title": settings.title,
            "maker": settings.maker,
            "approval_no": settings.approval_no,
            "data_date": settings.data_date,
            "note": settings.note,
            "language": settings.language,
        },
        "provenance": provenance_json(atlas),
        "subdistrict": {
            "name": atlas.name,
            "code": atlas.code,
            "responsible": [responsible_json(r, None, atlas.division) for r in held],
        },
        "origin": list(origin),
        "bounds": list(bounds),
        "palette": {"light": LIGHT, "dark": DARK},
        "layers": {layer.family: layer.payload for layer in layers},
        "basemap": _basemap(settings.basemap, bounds),
    }
    if atlas.retired:
        found["retired"] = {old: list(codes) for old, codes in atlas.retired.items()}
    found["pinyin"] = pinyin_table(_names(found))
    found["kinds"] = {word: [list(k.kinds), list(k.names)] for word, k in CATEGORIES.items()}
    return found


def _basemap(
    source: Basemap | None, bounds: tuple[float, float, float, float]
) -> dict[str, Any] | None:
    if source is None:
        return None
    west, south, east, north = bounds
    return {
        "name": source.name._asdict(),
        "attribution": source.attribution._asdict(),
        "urls": list(source.urls),
        "servers": list(source.servers) or ["a"],
        "max_zoom": source.max_zoom,
        "sends_origin": source.sends_origin,
        "shift": list(source.shift((west + east) / 2, (south + north) / 2)),
    }


def _names(block: dict[str, Any]) -> Iterable[str]:
    """Yield the names that can be found by their pinyin."""
    layers = block["layers"]
    for sheet in layers["grids"]["sheets"]:
        yield sheet["name"]
        yield from (held["name"] for held in sheet["responsible"])
    for row in layers["places"]["rows"]:
        yield row["name"]
        yield row.get("compound", "")

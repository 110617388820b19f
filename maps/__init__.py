"""The grid map, drawn with folium: one self-contained page, safe to open and to hand on.

folium and matplotlib cost more than a second to import, so the names below are fetched when they
are first used; ``import maps`` alone loads nothing of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maps.draw_map import draw, page_html
    from maps.page import content_security_policy
    from maps.posters import poster, write_boards
    from maps.settings import MapSettings

__all__ = [
    "MapSettings",
    "content_security_policy",
    "draw",
    "page_html",
    "poster",
    "write_boards",
]

_HOME = {
    "MapSettings": "maps.settings",
    "content_security_policy": "maps.page",
    "draw": "maps.draw_map",
    "page_html": "maps.draw_map",
    "poster": "maps.posters",
    "write_boards": "maps.posters",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'maps' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)

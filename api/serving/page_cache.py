"""Drawn map pages, kept beside the database so that a second start need not draw again.

A page is a function of the content it shows, of the settings printed on it, and of the program;
its file is named by the hash of all three. Nothing but public pages is kept, and a page that
cannot be kept or read is simply drawn.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from api.settings import Settings
from gis.atlas import Atlas
from maps.settings import MapSettings

_KEPT = 4
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class DrawnPage:
    """The map page as it is sent: plain and gzipped bytes, its tag, its content policy."""

    html: bytes
    gzipped: bytes
    etag: str
    policy: str


def page_of(atlas: Atlas, settings: Settings, folder: Path | None) -> DrawnPage:
    """Return the page of an atlas in its edition, kept or drawn.

    Parameters
    ----------
    atlas
        A public edition, or an internal one, which is never kept.
    settings
        What is printed on the map.
    folder
        Where pages are kept; None keeps none.
    """
    from maps.page import content_security_policy

    key = _key(atlas, settings)
    file = folder / f"{key}.html.gz" if folder and atlas.edition == "public" else None
    gzipped = _read(file) if file else None
    if gzipped is None:
        gzipped = gzip.compress(_draw(atlas, settings), 6, mtime=0)
        if file:
            _keep(file, gzipped)
    html = gzip.decompress(gzipped)
    return DrawnPage(html, gzipped, f'"{key[:32]}"', content_security_policy(html))


def _draw(atlas: Atlas, settings: Settings) -> bytes:
    from maps.draw_map import fitting_page_html

    return fitting_page_html(atlas, atlas.edition, settings=map_settings(atlas, settings))


def map_settings(atlas: Atlas, settings: Settings) -> MapSettings:
    """Return what the office has printed on its maps and posters."""
    return MapSettings(
        title=settings.map_title,
        maker=settings.map_maker or settings.office_name or atlas.name,
        approval_no=settings.map_approval_no.strip(),
        public_url=settings.public_url,
        hotline=settings.hotline.strip(),
        basemap=settings.chosen_basemap(),
    )


def _key(atlas: Atlas, settings: Settings) -> str:
    parts = (
        atlas.edition,
        atlas.division.sha256,
        atlas.directory.sha256,
        atlas.roster.sha256,
        repr(atlas.version),
        atlas.as_of.isoformat(),
        atlas.name,
        atlas.code,
        repr(map_settings(atlas, settings)),
        _program(),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _program() -> str:
    """Return a hash of what draws: our source, folium, Leaflet."""
    digest = hashlib.sha256()
    for folder in ("gis", "maps"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".js", ".css", ".json"):
                digest.update(path.read_bytes())
    for package in ("folium", "branca", "XStatic-Leaflet"):
        digest.update(version(package).encode())
    return digest.hexdigest()


def _read(file: Path) -> bytes | None:
    try:
        gzipped = file.read_bytes()
        gzip.decompress(gzipped)
    except (OSError, EOFError, ValueError):
        return None
    return gzipped


def _keep(file: Path, gzipped: bytes) -> None:
    partial = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        partial.write_bytes(gzipped)
        partial.replace(file)
        kept = sorted(file.parent.glob("*.html.gz"), key=lambda p: p.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)

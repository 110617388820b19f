"""The page of a site."""

from __future__ import annotations

from collections.abc import Sequence

from gis.atlas import Atlas
from maps.detail import MOST_BYTES, Detail
from maps.settings import MapSettings
from maps.site.write import Part, file_part

INDEX = "index.html"


def page_part(
    atlas: Atlas, settings: MapSettings, detail: Detail, files: Sequence[str] = ()
) -> Part:
    """Return the part that draws the page; it refuses one that browsers would not open.

    ``files`` are the site's other files, which the page offers.
    """

    def content() -> bytes:
        from maps.draw_map import page_html

        return page_html(
            atlas,
            atlas.edition,
            settings=settings,
            detail=detail,
            files=files,
            most_bytes=MOST_BYTES,
        )

    return file_part("page", INDEX, content)

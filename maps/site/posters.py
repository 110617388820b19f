"""The posters and notice boards of a site."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from gis.atlas import Atlas
from maps.posters import PaperSize, poster, write_boards
from maps.settings import MapSettings
from maps.site.write import Part, file_part

POSTERS, BOARDS = "posters", "boards"
_FORMS: tuple[Literal["pdf", "png"], ...] = ("pdf", "png")
_PNG_DPI = 150


def poster_names(size: PaperSize) -> tuple[str, ...]:
    """Return where in the site the subdistrict's poster stands."""
    return tuple(f"{POSTERS}/subdistrict-{size}.{form}" for form in _FORMS)


def poster_parts(atlas: Atlas, settings: MapSettings, size: PaperSize) -> list[Part]:
    """Return the parts that draw the subdistrict's poster: vectors, and a picture for chats."""

    def content(form: str) -> bytes:
        figure = poster(atlas, size=size, edition=atlas.edition, settings=settings)
        out = io.BytesIO()
        # No day of making: the same data give the same bytes.
        quiet = {"CreationDate": None} if form == "pdf" else {"Software": None}
        figure.savefig(out, format=form, dpi=_PNG_DPI, metadata=quiet)
        return out.getvalue()

    return [
        file_part("poster", name, partial(content, form))
        for name, form in zip(poster_names(size), _FORMS, strict=True)
    ]


def board_names(atlas: Atlas) -> tuple[str, ...]:
    """Return where in the site the notice board of each grid stands."""
    return tuple(f"{BOARDS}/{grid.code}.pdf" for grid in atlas.division)


def board_part(atlas: Atlas, settings: MapSettings) -> Part:
    """Return the part that draws the notice board of every grid."""

    def write(folder: Path, report: Callable[[int, int], None]) -> None:
        write_boards(
            atlas,
            folder / BOARDS,
            edition=atlas.edition,
            settings=settings,
            progress=report,
        )

    return Part("boards", write)

"""Posters and notice boards on paper: vector PDF with embedded fonts and searchable text, or PNG.

matplotlib is imported when the first figure is drawn, never by ``import maps.posters``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gis.atlas import Atlas, Edition
from maps.posters.types import PaperSize, Progress
from maps.settings import MapSettings

if TYPE_CHECKING:
    from maps.posters.paper import PosterFigure

__all__ = ["PaperSize", "Progress", "poster", "write_boards"]


def poster(
    atlas: Atlas,
    grid: str | None = None,
    size: PaperSize = "A3",
    *,
    edition: Edition = "public",
    settings: MapSettings | None = None,
) -> PosterFigure:
    """Return the poster of the subdistrict, or the notice board (网格公示牌) of one grid.

    ``.savefig("OUT.pdf")`` gives vectors with embedded, searchable letters, ``"OUT.png"`` a
    picture; the same atlas and settings give the same bytes. Nothing of pyplot is used, so it
    works without a display and in any thread.

    Parameters
    ----------
    atlas
        What to draw.
    grid
        The code of the grid of a notice board; None: the poster of the whole.
    size
        A0 to A4; the layout is the same, a larger sheet shows more names.
    edition
        ``public`` passes an internal atlas through :func:`gis.disclosure.public` first.
    settings
        Title, maker, approval number, hotline, public address and the like.

    Raises
    ------
    InvalidInput
        A size or edition there is none of.
    NotFound
        No grid carries the code.
    SettingsError
        No Chinese font is installed.
    """
    from maps.posters.drawing import draw, prepared

    return draw(prepared(atlas, edition, settings), grid, size).figure


def write_boards(
    atlas: Atlas,
    folder: Path,
    *,
    size: PaperSize = "A3",
    form: Literal["pdf", "png"] = "pdf",
    edition: Edition = "public",
    settings: MapSettings | None = None,
    grids: Iterable[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Write the notice board of every grid (or of the codes given) as FOLDER/CODE.pdf.

    Parameters
    ----------
    workers
        How many processes draw at once; None: as many as there are processors.
    progress
        ``progress(done, total)`` is called in the caller's process after each board.

    Returns
    -------
    The files, by code. They appear in the folder only when all of them are drawn.
    """
    from maps.posters.boards import write_boards as write

    return write(
        atlas,
        folder,
        size=size,
        form=form,
        edition=edition,
        settings=settings,
        grids=grids,
        workers=workers,
        progress=progress,
    )

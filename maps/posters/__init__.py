"""Posters and notice boards on paper: vector PDF with embedded fonts and searchable text, or PNG.

matplotlib is imported when the first figure is drawn, never by ``import maps.posters``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from gis.atlas import Atlas, Edition
from maps.settings import MapSettings

__all__ = ["PaperSize", "Progress", "poster", "write_boards"]

PaperSize = Literal["A0", "A1", "A2", "A3", "A4"]
Progress = Callable[[int, int], None]


def poster(
    atlas: Atlas,
    grid: str | None = None,
    size: PaperSize = "A3",
    *,
    edition: Edition = "public",
    settings: MapSettings | None = None,
) -> Any:
    """Return the poster of the subdistrict, or the notice board of the grid of a code: a Figure."""
    raise NotImplementedError


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

    ``progress(done, total)`` is called in the caller's process after each board.
    """
    raise NotImplementedError

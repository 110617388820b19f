"""The numbers by which the map of a board and its lists name the same thing."""

from __future__ import annotations

import re

from gis.directory import Place
from maps.posters import style
from maps.posters.base_map import draw_signs
from maps.posters.board.context import Board
from maps.posters.fonts import PT_MM


def natural(place: Place) -> tuple[list[tuple[int, int, str]], str]:
    """Return what sorts 2号 before 10号."""
    parts = re.findall(r"\d{1,9}|\D+", f"{place.address} {place.name}")
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts], place.id


def draw_number(board: Board, number: str, middle: tuple[float, float], radius: float) -> None:
    """Draw a business's number in its sign."""
    draw_signs(board.paper, "business", [middle], radius)
    size = min(radius * 1.35, radius * 2.6 / len(number)) / PT_MM
    at = (middle[0], middle[1] + 0.36 * size * PT_MM)
    board.paper.text(at, number, size, bold=True, colour=style.WHITE, align="center")

"""Fitting texts of any length into boxes: where lines break, and how large they may be set."""

from __future__ import annotations

import re
from dataclasses import dataclass

from maps.posters.fonts import PT_MM, Typeface, printable

LEADING = 1.32
# A line may end after these; elsewhere only between Chinese characters or blanks.
_PIECES = re.compile(r"[^\s·、，；（(]*[\s·、，；]|[（(]|[^\s·、，；（(]+")
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# A Chinese word up to this long stays in one piece where it can.
_KEPT = 8
_NOT_FIRST = "·，。、；：！？）】》·”’…%"


@dataclass(frozen=True)
class Setting:
    """A text as it is set: the lines, the size, and whether all of it could be shown."""

    lines: tuple[str, ...]
    size_pt: float
    whole: bool = True

    @property
    def height_mm(self) -> float:
        """How high all lines stand together."""
        return self.size_pt * (1.14 + LEADING * (len(self.lines) - 1)) * PT_MM


def wrap(
    letters: Typeface, text: str, width_mm: float, size_pt: float, *, bold: bool = False
) -> tuple[str, ...]:
    """Return the lines of a text in a width; a word that is too long breaks anywhere."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(printable(text)):
        if not line or letters.width_mm(line + piece.rstrip(), size_pt, bold=bold) <= width_mm:
            line += piece
        else:
            lines.append(line)
            line = piece.lstrip()
        while letters.width_mm(line.rstrip(), size_pt, bold=bold) > width_mm and len(line) > 1:
            cut = _room_for(letters, line, width_mm, size_pt, bold)
            if cut > 1 and line[cut] in _NOT_FIRST:
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:].lstrip()
    return tuple(s.strip() for s in [*lines, line] if s.strip())


def _pieces(text: str) -> list[str]:
    """Return the parts of a text between which a line may break."""
    pieces: list[str] = []
    for word in _PIECES.findall(text):
        if len(word) > _KEPT and _CHINESE.search(word):
            for character in word:
                joins = pieces and (
                    character in _NOT_FIRST
                    or not (_CHINESE.match(character) or _CHINESE.match(pieces[-1][-1]))
                )
                if joins:
                    pieces[-1] += character
                else:
                    pieces.append(character)
        else:
            pieces.append(word)
    return pieces


def _room_for(letters: Typeface, line: str, width_mm: float, size_pt: float, bold: bool) -> int:
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if letters.width_mm(line[:middle], size_pt, bold=bold) <= width_mm:
            low = middle
        else:
            high = middle - 1
    return low


def fit(
    letters: Typeface,
    text: str,
    room: tuple[float, float],
    sizes: tuple[float, float],
    *,
    bold: bool = False,
    most_lines: int = 99,
) -> Setting:
    """Return a text at the largest size at which all of it stands in a width and height.

    Parameters
    ----------
    room
        Width and height in millimetres.
    sizes
        The largest and the smallest size in points; at the smallest, what is left over is
        cut off with ``…`` (``whole`` is False then).
    """
    largest, smallest = sizes
    size = largest
    while True:
        lines = wrap(letters, text, room[0], size, bold=bold)
        setting = Setting(lines, size)
        if len(lines) <= most_lines and setting.height_mm <= room[1]:
            return setting
        if size <= smallest:
            return _cut_short(letters, setting, room, most_lines, bold)
        size = max(smallest, size * 0.94)


def one_line(
    letters: Typeface, text: str, width_mm: float, sizes: tuple[float, float], *, bold: bool = False
) -> Setting:
    """Return a text on one line, smaller or cut short when it is too long."""
    return fit(letters, text, (width_mm, 1e9), sizes, bold=bold, most_lines=1)


def _cut_short(
    letters: Typeface, setting: Setting, room: tuple[float, float], most_lines: int, bold: bool
) -> Setting:
    size = setting.size_pt
    by_height = int((room[1] / PT_MM / size - 1.14) / LEADING + 1 + 1e-9)
    count = max(1, min(most_lines, by_height))
    kept = list(setting.lines[:count])
    if len(setting.lines) > count and kept:
        last = kept[-1]
        while last and letters.width_mm(last + "…", size, bold=bold) > room[0]:
            last = last[:-1]
        kept[-1] = last + "…"
        return Setting(tuple(kept), size, whole=False)
    return Setting(tuple(kept), size)

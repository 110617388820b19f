"""What stands around a map: scale bar, north arrow, legend, QR code, watermark, footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from gis.atlas import Atlas
from gis.errors import InvalidInput
from maps.posters import style
from maps.posters.base_map import SHAPES, Scene, draw_signs
from maps.posters.fonts import PT_MM, printable
from maps.posters.paper import Paper, Rect, outline_of
from maps.posters.scale import round_down
from maps.posters.text_fit import fit, one_line
from maps.posters.words import put
from maps.settings import MapSettings

_QUIET = 4


# --- north and scale ------------------------------------------------------------------------------


def north_arrow(paper: Paper, at: tuple[float, float], size: float, word: str) -> None:
    """Draw a north arrow whose tip is at ``at``, ``size`` millimetres long."""
    x, y = at
    half = size * 0.26
    left = [(x, y), (x - half, y + size), (x, y + size * 0.76), (x, y)]
    right = [(x, y), (x + half, y + size), (x, y + size * 0.76), (x, y)]
    paper.shape(outline_of([left], closed=True), fill=style.WHITE, edge=style.INK, width_pt=0.5)
    paper.shape(outline_of([right], closed=True), fill=style.INK, edge=style.INK, width_pt=0.5)
    paper.text((x, y - size * 0.12), word, size * 1.25, bold=True, align="center")


def scale_bar(scene: Scene, at: tuple[float, float], longest_mm: float, size_pt: float) -> Rect:
    """Draw a scale bar with its left end at ``at``; return the room it takes: x, y, w, h."""
    paper, words = scene.paper, scene.words
    metres = round_down(longest_mm / scene.view.mm_per_m)
    length = metres * scene.view.mm_per_m
    x, y = at
    high = size_pt * 0.16
    pieces = 4 if metres >= 4 else 2
    for i in range(pieces):
        fill = style.INK if i % 2 == 0 else style.WHITE
        box = (x + length * i / pieces, y, length / pieces, high)
        paper.rect(box, fill=fill, edge=style.INK, width_pt=0.45)
    below = y + high + size_pt * 0.42
    paper.text((x, below), "0", size_pt, align="center")
    half = metres / 2 / (1000 if metres >= 1000 else 1)
    paper.text((x + length / 2, below), f"{half:g}", size_pt, align="center")
    paper.text((x + length, below), distance(words, metres), size_pt, align="center")
    return (x, y, length, below - y)


def distance(words: Mapping[str, Any], metres: float) -> str:
    """Return a distance as people write it."""
    if metres >= 1000:
        return put(words["kilometres"], f"{metres / 1000:g}")
    return put(words["metres"], f"{metres:g}")


def scale_text(scene: Scene) -> str:
    """Return the scale as a ratio."""
    return put(scene.words["scale"], f"{scene.view.denominator:,.0f}")


# --- legend ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend: what kind of swatch, and the word beside it."""

    kind: str
    word: str
    colour: str = style.INK
    width_pt: float = 1.0
    dash: tuple[float, ...] | None = None


def legend_entries(scene: Scene, signs: Sequence[str]) -> list[LegendEntry]:
    """Return what a reader of this map needs explained."""
    words, w = scene.words, scene.weights
    names = words["boundaries"]
    found = []
    if scene.focus is not None:
        found.append(LegendEntry("line", words["this_grid"], style.SELECTION, 3.2 * scene.factor))
        low = scene.focus.level + 1
    else:
        found.append(LegendEntry("line", names[1], style.BOUNDARY, w.boundary[1]))
        low = 2
    for level in range(low, 4):
        thick = w.boundary[level] * (1.7 if scene.focus else 1)
        dash = (2.4, 1.6) if level == 3 else None
        found.append(LegendEntry("line", names[level], style.BOUNDARY, thick, dash))
    if scene.ground.lots_in(scene.view.bounds):
        found.append(LegendEntry("building", words["building"]))
    found += [LegendEntry(sign, words["signs"][sign]) for sign in SHAPES if sign in signs]
    if scene.ground.roads:
        found.append(LegendEntry("road", words["road"]))
    west, south, east, north = scene.view.bounds
    if any(_touches(r, (west, south, east, north)) for _, r in scene.ground.rivers):
        found.append(LegendEntry("water", words["water"]))
    return found


def _touches(geometry: Any, bounds: tuple[float, float, float, float]) -> bool:
    return bool(geometry.intersects(shapely.box(*bounds)))


def draw_entry(scene: Scene, entry: LegendEntry, at: tuple[float, float], size_pt: float) -> float:
    """Draw a line of the legend with its baseline at ``at``; return how wide it is."""
    paper = scene.paper
    em = size_pt * PT_MM
    x, y = at
    middle, wide = y - 0.36 * em, 2.4 * em
    if entry.kind == "line":
        ends = [[(x, middle), (x + wide, middle)]]
        paper.lines(ends, entry.colour, entry.width_pt, dash=entry.dash)
    elif entry.kind == "road":
        ends = [[(x, middle), (x + wide, middle)]]
        paper.lines(ends, style.FAINT, size_pt * 0.5)
        paper.lines(ends, style.ROAD, size_pt * 0.36)
    elif entry.kind in ("building", "water"):
        fill, edge = {
            "building": (style.BUILDING, style.BUILDING_EDGE),
            "water": (style.WATER, style.SHORE),
        }[entry.kind]
        box = (x + 0.35 * em, middle - 0.4 * em, wide - 0.7 * em, 0.8 * em)
        paper.rect(box, fill=fill, edge=edge, width_pt=0.5)
    else:
        spot = np.array([[x + wide / 2, middle]])
        draw_signs(paper, entry.kind, spot, 0.36 * em)  # type: ignore[arg-type]
    text_x = x + wide + 0.5 * em
    box = paper.text((text_x, y), entry.word, size_pt, colour=style.INK)
    return box[2] - x


# --- QR -------------------------------------------------------------------------------------------


def deep_link(settings: MapSettings, code: str | None) -> str:
    """Return the address that opens the page on a grid; "" where no public page is known.

    >>> deep_link(MapSettings(public_url="https://grid.example/"), "320106012005")
    'https://grid.example/#grid=320106012005'
    """
    if not settings.public_url:
        return ""
    base = settings.public_url.split("#")[0]
    return f"{base}#grid={quote(code, safe='')}" if code else base


def qr_code(paper: Paper, address: str, box: Rect) -> None:
    """Draw a QR code as vectors, its quiet zone included, into a square box."""
    import segno

    try:
        matrix = segno.make(address, error="m", micro=False, boost_error=False).matrix
    except segno.DataOverflowError:
        raise InvalidInput(
            "public_url",
            f"public_url has {len(address):,} characters: too many for a QR code",
            f"public_url 有 {len(address):,} 个字符，超出二维码容量",
        ) from None
    size = len(matrix) + 2 * _QUIET
    x, y, width, _ = box
    step = width / size
    paper.rect(box, fill=style.WHITE)
    rings = []
    for row, modules in enumerate(matrix):
        column = 0
        while column < len(modules):
            run = column
            while run < len(modules) and modules[run]:
                run += 1
            if run > column:
                x0, x1 = x + (column + _QUIET) * step, x + (run + _QUIET) * step
                y0 = y + (row + _QUIET) * step
                rings.append([(x0, y0), (x1, y0), (x1, y0 + step), (x0, y0 + step), (x0, y0)])
            column = max(run, column + 1)
    dark = outline_of(rings, closed=True)
    paper.shape(dark, fill="#000000")


# --- what the map must say ------------------------------------------------------------------------


def watermark(paper: Paper, frame: Rect, text: str, size_pt: float) -> None:
    """Lay a text across a frame again and again, as outlines that no search finds."""
    rim = paper.rim(printable(text), size_pt, bold=True)
    turned = np.asarray(Affine2D().rotate_deg(-24).transform(rim.vertices))
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y, width, height = frame
    wide = paper.letters.width_mm(printable(text), size_pt, bold=True)
    across, down = wide * 1.25, size_pt * PT_MM * 7
    vertices, codes = [], []
    for row in range(int((height + width) / down) + 2):
        for column in range(-1, int((width + height) / across) + 2):
            start_x = x + column * across + (row % 2) * across / 2 - height * 0.3
            start = np.array([start_x, y + row * down])
            west, north = low + start
            east, south = high + start
            if east > x and west < x + width and south > y and north < y + height:
                vertices.append(turned + start)
                codes.append(np.asarray(rim.codes))
    if vertices:
        whole = Outline(np.concatenate(vertices), np.concatenate(codes))
        paper.shape(whole, fill=style.INK, alpha=0.075, clip=frame)


def footer_text(atlas: Atlas, settings: MapSettings, words: Mapping[str, Any]) -> list[str]:
    """Return what every published map says: note, data date, maker, approval number, version."""
    found = [settings.note or words["note"], put(words["data_date"], settings.data_date)]
    if settings.maker:
        found.append(put(words["maker"], settings.maker))
    if settings.approval_no:
        found.append(put(words["approval"], settings.approval_no))
    if atlas.division.version:
        found.append(put(words["version"], atlas.division.version))
    return found


def draw_footer(
    paper: Paper,
    texts: Sequence[str],
    box: Rect,
    size_pt: float,
    *,
    tags: Sequence[str] = (),
) -> None:
    """Write the footer into a box, and its tags (synthetic, internal) framed at the right."""
    x, y, width, height = box
    right = x + width
    for tag in reversed(tags):
        wide = paper.letters.width_mm(printable(tag), size_pt, bold=True) + size_pt * 0.55
        high = size_pt * 0.62
        paper.rect(
            (right - wide, y + height / 2 - high / 2, wide, high),
            radius=high * 0.25,
            fill=style.BRAND_SOFT,
            edge=style.BRAND,
            width_pt=size_pt * 0.07,
        )
        baseline = y + height / 2 + 0.125 * size_pt
        paper.text((right - wide / 2, baseline), tag, size_pt, bold=True, colour=style.BRAND,
                   align="center")  # fmt: skip
        right -= wide + size_pt * 0.5
    setting = fit(
        paper.letters, "   ·   ".join(texts), (right - x - 2, height), (size_pt, size_pt * 0.5)
    )
    top = y + (height - setting.height_mm) / 2
    write_setting(paper, (x, top), setting.lines, setting.size_pt, colour=style.SOFT)


def write_setting(
    paper: Paper,
    at: tuple[float, float],
    lines: Sequence[str],
    size_pt: float,
    *,
    leading: float = 1.32,
    **how: Any,
) -> float:
    """Write lines below each other from an upper edge; return the lower edge."""
    y = at[1]
    for number, line in enumerate(lines):
        baseline = y + (0.88 + leading * number) * size_pt * PT_MM
        paper.text((at[0], baseline), line, size_pt, **how)
    return y + (1.14 + leading * (len(lines) - 1)) * size_pt * PT_MM


def write_line(
    paper: Paper,
    at: tuple[float, float],
    text: str,
    width_mm: float,
    size_pt: float,
    *,
    smallest: float = 0.6,
    bold: bool = False,
    **how: Any,
) -> Rect:
    """Write a text on one line with its baseline at ``at``, smaller or cut short to a width."""
    sizes = (size_pt, size_pt * smallest)
    setting = one_line(paper.letters, text, width_mm, sizes, bold=bold)
    line = setting.lines[0] if setting.lines else ""
    return paper.text(at, line, setting.size_pt, bold=bold, **how)

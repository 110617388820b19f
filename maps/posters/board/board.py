"""The notice board of one grid (网格公示牌): where it is, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis.division import Grid
from gis.ids import Level
from maps.posters import style
from maps.posters.board.context import EDGE, Board
from maps.posters.board.lists import draw_lists, height_wanted
from maps.posters.board.map import draw_board_map, draw_inset
from maps.posters.board.people import draw_people
from maps.posters.fonts import PT_MM, Typeface, printable
from maps.posters.furniture import (
    deep_link,
    draw_footer,
    footer_text,
    qr_code,
    write_line,
    write_setting,
)
from maps.posters.paper import SIZES, Paper, Rect
from maps.posters.projected import ProjectedAtlas
from maps.posters.text_fit import fit
from maps.posters.words import WORDS, put
from maps.settings import MapSettings


def draw_board(
    ground: ProjectedAtlas, grid: Grid, size: str, settings: MapSettings, letters: Typeface
) -> Paper:
    """Return the notice board of a grid on a sheet of a size."""
    width, height = SIZES[size]
    f = width / SIZES["A3"][0]
    words = WORDS[settings.language]
    paper = Paper(width, height, letters)
    board = Board(paper, ground, grid, f, settings, words)
    paper.describe(f"{grid.name} {words['board']}", settings.maker)
    _heading(board)
    map_box = (EDGE * f, 60 * f, 182 * f, 196 * f)
    shops = draw_board_map(board, map_box, (EDGE * f, 256 * f, 182 * f, 13 * f))
    column = (202 * f, 60 * f, 81 * f, 209 * f)
    needed = height_wanted(board, shops) + 5 * f
    inset_height = min(96 * f, max(70 * f, column[3] - needed))
    inset = draw_inset(board, (column[0], column[1], column[2], inset_height))
    lists = (column[0], inset + 5 * f, column[2], column[1] + column[3] - inset - 5 * f)
    draw_lists(board, lists, shops)
    _facts(board, (EDGE * f, 274 * f, 269 * f, 18 * f))
    draw_people(board, (EDGE * f, 298 * f, 207 * f, 96 * f))
    _contact(board, (227 * f, 298 * f, 56 * f, 96 * f))
    _footer(board)
    return paper


def _heading(board: Board) -> None:
    paper, grid, f, words = board.paper, board.grid, board.f, board.words
    paper.rect((0, 0, paper.width, 53 * f), fill=style.BRAND)
    paper.rect((0, 53 * f, paper.width, 1.1 * f), fill=style.mixed(style.BRAND, style.WHITE, 0.55))
    right = _badge(board)
    left, wide, pale = EDGE * f, right - EDGE * f - 6 * f, "#f1dcd9"
    kicker = "   ·   ".join(t for t in (board.ground.atlas.name, words["board"]) if t)
    write_line(paper, (left, 12 * f), kicker, wide, 14 * f, bold=True, colour=pale)
    members = members_text(grid, words)
    high = (20.5 if members else 25) * f
    name = fit(paper.letters, grid.name, (wide, high), (48 * f, 7 * f), bold=True, most_lines=4)
    top = 14.6 * f + (high - name.height_mm) / 2
    write_setting(paper, (left, top), name.lines, name.size_pt, bold=True, colour=style.WHITE)
    chain = [printable(g.name) for g in board.ground.division.chain(grid.id)[:-1]]
    parts = [words["levels"][grid.level], f"{words['code']} {grid.code}", " › ".join(chain)]
    y = (43.2 if members else 47) * f
    line = "   ·   ".join(p for p in parts if p)
    write_line(paper, (left, y), line, wide, 12.5 * f, smallest=0.45, colour=style.WHITE)
    if members:
        write_line(paper, (left, 49.6 * f), members, wide, 11 * f, smallest=0.4, colour=pale)


def members_text(grid: Grid, words: Mapping[str, Any]) -> str:
    """Return what a merged grid is made of; "" for one compound."""
    if len(grid.members) < 2:
        return ""
    names = []
    for member in grid.members:
        name = printable(member.name)
        if member.kind == "enterprise":
            name = put(words["enterprise"], name)
        if member.under_construction:
            name = put(words["building_site"], name)
        names.append(name)
    return put(words["members"], words["listing"].join(names))


def _badge(board: Board) -> float:
    """Draw class or grade, or the kind of a level-3 grid; return where what is left of it ends."""
    paper, grid, f, words = board.paper, board.grid, board.f, board.words
    rank = grid.grid_class or grid.grid_grade
    texts = words["ranks"].get(rank, (rank, "")) if rank else (words["kinds"][grid.kind], "")
    wide, high = 46 * f, 31 * f
    x, y = paper.width - EDGE * f - wide, 11 * f
    paper.rect((x, y, wide, high), radius=3 * f, fill=style.WHITE)
    size = fit(paper.letters, texts[0], (wide - 6 * f, 99), (32 * f, 9 * f), bold=True,
               most_lines=1)  # fmt: skip
    middle = x + wide / 2
    baseline = y + (19.5 if not texts[1] else 16) * f
    line = size.lines[0] if size.lines else ""
    paper.text((middle, baseline), line, size.size_pt, bold=True, colour=style.BRAND,
               align="center")  # fmt: skip
    if texts[1]:
        small = fit(paper.letters, texts[1], (wide - 6 * f, 99), (12 * f, 7 * f), most_lines=1)
        paper.text((middle, y + 25 * f), small.lines[0], small.size_pt, colour=style.SOFT,
                   align="center")  # fmt: skip
    return x


def _facts(board: Board, box: Rect) -> None:
    """Write how many households, buildings, businesses and resident units there are."""
    paper, f = board.paper, board.f
    facts = facts_of(board)
    if not facts:
        return
    x, y, width, height = box
    gap = 3.5 * f
    wide = (width - gap * (len(facts) - 1)) / len(facts)
    for number, (word, value) in enumerate(facts):
        left = x + number * (wide + gap)
        paper.rect((left, y, wide, height), radius=2 * f, fill=style.PANEL, edge=style.RULE,
                   width_pt=0.6 * f)  # fmt: skip
        middle = left + wide / 2
        paper.text((middle, y + 6.3 * f), word, 10.5 * f, colour=style.SOFT, align="center")
        size = fit(paper.letters, value, (wide - 3 * f, 99), (21 * f, 8 * f), bold=True,
                   most_lines=1)  # fmt: skip
        paper.text((middle, y + 15 * f), size.lines[0], size.size_pt, bold=True,
                   align="center")  # fmt: skip


def facts_of(board: Board) -> list[tuple[str, str]]:
    """Return the numbers of a grid that are known, each with its word."""
    words, grid = board.words["counts"], board.grid
    counts = board.ground.atlas.sheet(grid).counts
    public = board.ground.atlas.edition == "public"
    found = []
    if counts.households is not None:
        about = public and counts.households > 0
        word, text = words["households" if about else "households_exact"]
        found.append((word, put(text, f"{counts.households:,}")))
    if counts.resident_population is not None:
        word, text = words["resident_population"]
        found.append((word, put(text, f"{counts.resident_population:,}")))
    if grid.level < Level.BUILDING_CLUSTER:
        children = board.ground.division.children(grid.id)
        found.append((words["grids"][0], str(len(children))))
    for key in ("buildings", "businesses", "resident_units"):
        found.append((words[key][0], f"{getattr(counts, key):,}"))
    # What a grid has none of need not be said in numbers that large.
    return [fact for fact in found if fact[1] != "0"]


def _contact(board: Board, box: Rect) -> None:
    """Draw the QR code (without a public address: the code in letters) and the hotline."""
    paper, f, words, grid = board.paper, board.f, board.words, board.grid
    x, y, width, height = box
    paper.rect(box, radius=2.5 * f, fill=style.PANEL, edge=style.RULE, width_pt=0.6 * f)
    middle = x + width / 2
    hotline = board.settings.hotline
    high = height - (25 * f if hotline else 0)
    if link := deep_link(board.settings, grid.code):
        size = min(width - 8 * f, high - 15 * f)
        top = y + (high - size - 9 * f) / 2
        qr_code(paper, link, (middle - size / 2, top, size, size))
        _centred(board, (middle, top + size + 4.6 * f), words["scan_board"], width, 11 * f)
        _centred(board, (middle, top + size + 9.2 * f), grid.code, width, 8.5 * f)
    else:
        _centred(board, (middle, y + high / 2 - 3 * f), words["code"], width, 11 * f)
        _centred(board, (middle, y + high / 2 + 4 * f), grid.code, width, 15 * f, bold=True)
    if hotline:
        top = y + high
        paper.rect((x, top, width, 25 * f), radius=2.5 * f, fill=style.BRAND)
        paper.text((middle, top + 8 * f), words["hotline"], 11 * f, colour="#f1dcd9",
                   align="center")  # fmt: skip
        _centred(board, (middle, top + 19 * f), hotline, width, 26 * f, bold=True,
                 colour=style.WHITE)  # fmt: skip


def _centred(
    board: Board,
    at: tuple[float, float],
    text: str,
    width: float,
    size_pt: float,
    *,
    bold: bool = False,
    colour: str = style.INK,
) -> None:
    room = (width - 4 * board.f, size_pt * 2 * PT_MM)
    setting = fit(
        board.paper.letters, text, room, (size_pt, size_pt * 0.35), bold=bold, most_lines=1
    )
    line = setting.lines[0] if setting.lines else ""
    board.paper.text(at, line, setting.size_pt, bold=bold, colour=colour, align="center")


def _footer(board: Board) -> None:
    paper, f, words = board.paper, board.f, board.words
    atlas = board.ground.atlas
    tags = [words["internal"]] if atlas.edition == "internal" else []
    tags += [words["synthetic"]] if atlas.synthetic else []
    box = (EDGE * f, paper.height - 20 * f, paper.width - 2 * EDGE * f, 9 * f)
    draw_footer(paper, footer_text(atlas, board.settings, words), box, 9.2 * f, tags=tags)

"""The list of responsible people on the poster: a block to each community, its compounds below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.division import Grid
from gis.ids import Level
from gis.roster import GridRole
from maps.posters import style
from maps.posters.fonts import PT_MM, printable
from maps.posters.furniture import write_line
from maps.posters.paper import Paper, Rect
from maps.posters.projected import ProjectedAtlas
from maps.posters.words import put

_HEAD, _ROW, _GAP = 1.9, 1.36, 0.9


@dataclass(frozen=True)
class Line:
    """A grid in the list: its name, rank, leader and phone."""

    grid: Grid
    name: str
    rank: str
    leader: str
    phone: str


@dataclass(frozen=True)
class Block:
    """A community and its compounds."""

    head: Line
    rows: tuple[Line, ...]

    def height(self, size_pt: float) -> float:
        """Return how high it stands, the gap below it included."""
        return (_HEAD + _ROW * len(self.rows) + _GAP) * size_pt * PT_MM


def blocks_of(ground: ProjectedAtlas) -> list[Block]:
    """Return a block to each community, by code."""
    division = ground.division
    return [
        Block(_line(ground, g), tuple(_line(ground, c) for c in division.children(g.id)))
        for g in division.level(Level.COMMUNITY)
    ]


def _line(ground: ProjectedAtlas, grid: Grid) -> Line:
    held = ground.atlas.sheet(grid).responsible
    leader = next((r for r in held if r.duty.role is GridRole.GRID_LEADER), None)
    rank = grid.grid_class or grid.grid_grade or ""
    name = printable(leader.person.name) if leader else ""
    phone = printable(leader.person.posted_phone) if leader else ""
    return Line(grid, printable(grid.name), rank, name, phone)


def draw_directory(
    paper: Paper, ground: ProjectedAtlas, box: Rect, factor: float, words: Mapping[str, Any]
) -> None:
    """Write the list into a box, as large as it can be."""
    x, y, width, height = box
    title = 10.5 * factor
    paper.text((x, y + 0.8 * title * PT_MM), words["directory"], title, bold=True,
               colour=style.BRAND)  # fmt: skip
    top = y + 1.55 * title * PT_MM
    blocks = blocks_of(ground)
    room = (width, y + height - top)
    size, columns, shown = _arrangement(blocks, room, factor)
    gap = 1.5 * size * PT_MM
    wide = (width - gap * (columns - 1)) / columns
    for column, members in enumerate(_dealt(shown, columns, size, room[1])):
        cursor = top
        for block in members:
            _draw_block(
                paper, ground, block, (x + column * (wide + gap), cursor), wide, size, words
            )
            cursor += block.height(size)
    left = len(blocks) - sum(len(c) for c in _dealt(shown, columns, size, room[1]))
    if left:
        paper.text((x + width, y + 0.8 * title * PT_MM), put(words["more"], left), title * 0.8,
                   align="right", colour=style.SOFT)  # fmt: skip


def _arrangement(
    blocks: Sequence[Block], room: tuple[float, float], factor: float
) -> tuple[float, int, Sequence[Block]]:
    """Return the largest size at which everything stands in the room, and how many columns.

    When even the smallest size is too large, only the communities are listed.
    """
    bare = [Block(b.head, ()) for b in blocks]
    for given in (blocks, bare):
        size = 9.0 * factor
        while size >= 4.4 * factor:
            for columns in range(1, 9):
                wide = room[0] / columns
                if wide < 30 * size * PT_MM:
                    break
                dealt = _dealt(given, columns, size, room[1])
                if sum(len(c) for c in dealt) == len(given):
                    return size, columns, given
            size *= 0.96
    return 4.4 * factor, max(1, int(room[0] / (30 * 4.4 * factor * PT_MM))), bare


def _dealt(blocks: Sequence[Block], columns: int, size: float, height: float) -> list[list[Block]]:
    """Deal blocks into columns, as evenly as their heights allow; what finds no room is left."""
    total = sum(b.height(size) for b in blocks)
    limit = height + _GAP * size * PT_MM
    for share in (1.0, 1.06, 1.12, 1.2, 1.3, 1.45, 9.0):
        aim = min(limit, total / columns * share)
        dealt: list[list[Block]] = [[]]
        used = 0.0
        for block in blocks:
            high = block.height(size)
            if used + high > aim + 1e-6 and dealt[-1]:
                dealt.append([])
                used = 0.0
            if high > limit:
                continue
            dealt[-1].append(block)
            used += high
        if len(dealt) <= columns:
            return dealt
    return dealt[:columns]


def _draw_block(
    paper: Paper,
    ground: ProjectedAtlas,
    block: Block,
    at: tuple[float, float],
    width: float,
    size: float,
    words: Mapping[str, Any],
) -> None:
    x, y = at
    em = size * PT_MM
    colour = style.ground_colour(ground.community_colour(block.head.grid))
    paper.rect((x, y, width, _HEAD * em * 0.94), fill=colour)
    paper.rect((x, y, 0.35 * em, _HEAD * em * 0.94), fill=style.BOUNDARY)
    _draw_line(paper, block.head, (x, y + 1.25 * em), width, size, words, bold=True)
    baseline = y + (_HEAD + 0.96) * em
    for number, line in enumerate(block.rows):
        _draw_line(paper, line, (x, baseline + number * _ROW * em), width, size, words, bold=False)
        if number:
            rule = baseline + (number - 0.98) * _ROW * em + 0.3 * em
            paper.lines([[(x, rule), (x + width, rule)]], style.RULE, 0.05 * size)


def _draw_line(
    paper: Paper,
    line: Line,
    at: tuple[float, float],
    width: float,
    size: float,
    words: Mapping[str, Any],
    *,
    bold: bool,
) -> None:
    """Write name, rank, leader and phone: the phone at the right edge, the rest from the left."""
    x, y = at
    em = size * PT_MM
    left, right = x + 0.8 * em, x + width - 0.4 * em
    if line.phone:
        phone_width = min(9.6 * em, width * 0.36)
        wide = paper.letters.width_mm(line.phone, size, bold=bold)
        small = min(1.0, phone_width / wide) if wide else 1.0
        paper.text((right, y), line.phone[:40], size * small, bold=bold, align="right")
        right -= phone_width
    who = line.leader or words["nobody"]
    colour = style.INK if line.leader else style.FAINT
    write_line(paper, (right - 5.4 * em, y), who, 5.1 * em, size, bold=bold, colour=colour)
    right -= 5.4 * em
    if line.rank:
        rank = words["ranks"].get(line.rank, (line.rank,))[0]
        wide = paper.letters.width_mm(rank, size * 0.88)
        paper.text((right - 0.7 * em, y), rank, size * 0.88, align="right", colour=style.SOFT)
        right -= wide + 1.0 * em
    name_colour = style.INK if bold else "#2f2740"
    write_line(paper, (left, y), line.name, right - left - 0.4 * em, size * (1.08 if bold else 1),
               bold=bold, colour=name_colour)  # fmt: skip

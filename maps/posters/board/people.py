"""Whom to call: the grid leader so large that one reads it from two metres, then the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis.division import Grid
from gis.ids import Level
from gis.roster import GridRole, Responsible, role_title
from maps.posters import style
from maps.posters.board.context import Board
from maps.posters.fonts import PT_MM, printable
from maps.posters.furniture import write_line, write_setting
from maps.posters.paper import Rect
from maps.posters.text_fit import fit, one_line
from maps.posters.words import put


@dataclass(frozen=True)
class Contact:
    """A responsible person as printed."""

    title: str
    name: str
    phone: str


def contact_of(board: Board, held: Responsible, grid: Grid) -> Contact:
    """Return a responsible person of a grid as printed."""
    title = role_title(held.duty.role, grid.level).in_language(board.settings.language)
    phone = held.person.phone
    return Contact(title, printable(held.person.name), printable(phone))


def contacts_of(board: Board) -> tuple[Contact | None, str, list[Contact]]:
    """Return the leader, whose leader it is when inherited, and the others whom one may call.

    The others are those of the grid itself, then the leaders above it; on a level-3 grid, also
    the commissioner and the social workers of its compound.
    """
    atlas, grid = board.ground.atlas, board.grid
    chain = board.ground.division.chain(grid.id)
    leader, inherited, others = None, "", []
    for held in atlas.sheet(grid).responsible:
        if held.duty.role is GridRole.GRID_LEADER and leader is None:
            source = board.ground.division.by_id.get(held.inherited_from or grid.id, grid)
            leader = contact_of(board, held, source)
            inherited = printable(source.name) if held.inherited_from else ""
        else:
            others.append(contact_of(board, held, grid))
    for above in reversed(chain[:-1]):
        for held in atlas.roster.duties_on(above.id, atlas.as_of):
            near = grid.level == Level.BUILDING_CLUSTER and above.level == Level.COMPOUND
            called = (GridRole.SERVICE_COMMISSIONER, GridRole.SOCIAL_WORKER) if near else ()
            if held.duty.role is GridRole.GRID_LEADER or held.duty.role in called:
                others.append(contact_of(board, held, above))
    return leader, inherited, [c for c in _once(others) if c != leader]


def _once(contacts: Sequence[Contact]) -> list[Contact]:
    return list(dict.fromkeys(contacts))


def draw_people(board: Board, box: Rect) -> None:
    """Draw the panel of responsible people."""
    paper, f, words = board.paper, board.f, board.words
    x, y, width, height = box
    leader, inherited, others = contacts_of(board)
    first = (x, y, 96 * f if others else width, height)
    paper.rect(first, radius=2.5 * f, fill=style.BRAND_SOFT, edge=style.BRAND, width_pt=0.9 * f)
    left, wide = x + 7 * f, first[2] - 13 * f
    if leader is None:
        setting = fit(paper.letters, words["nobody"], (wide, 30 * f), (20 * f, 9 * f), bold=True)
        write_setting(paper, (left, y + height / 2 - setting.height_mm / 2), setting.lines,
                      setting.size_pt, bold=True, colour=style.SOFT)  # fmt: skip
    else:
        write_line(paper, (left, y + 18 * f), leader.title, wide, 19 * f, colour=style.BRAND,
                   bold=True)  # fmt: skip
        name = fit(
            paper.letters, leader.name, (wide, 30 * f), (54 * f, 8 * f), bold=True, most_lines=4
        )
        top = y + 29 * f + (30 * f - name.height_mm) / 2
        write_setting(paper, (left, top), name.lines, name.size_pt, bold=True)
        phone = one_line(paper.letters, leader.phone, wide, (36 * f, 10 * f), bold=True)
        if phone.lines:
            paper.text((left, y + 79 * f), phone.lines[0], phone.size_pt, bold=True,
                       colour=style.BRAND)  # fmt: skip
        if inherited:
            note = put(words["inherited"], inherited)
            write_line(paper, (left, y + 89.5 * f), note, wide, 10.5 * f, smallest=0.5,
                       colour=style.SOFT)  # fmt: skip
    if others:
        _draw_others(board, others, (x + 101 * f, y, width - 101 * f, height))


def _draw_others(board: Board, others: Sequence[Contact], box: Rect) -> None:
    """Write the others, one below the other, as large as they can be."""
    paper, f = board.paper, board.f
    x, y, width, height = box
    per_row = min(19 * f, height / len(others))
    least = 6.2 * f
    shown = list(others)
    if per_row < least:
        per_row = least
        shown = shown[: max(1, int(height / per_row) - 1)]
    size = min(17 * f, per_row / PT_MM * 0.5)
    for number, contact in enumerate(shown):
        top = y + number * per_row
        baseline = top + per_row / 2 + 0.36 * size * PT_MM
        if number:
            paper.lines([[(x, top), (x + width, top)]], style.RULE, 0.7 * f)
        write_line(paper, (x, baseline), contact.title, width * 0.32, size * 0.66, smallest=0.5,
                   colour=style.SOFT)  # fmt: skip
        write_line(paper, (x + width * 0.345, baseline), contact.name, width * 0.27, size,
                   smallest=0.25, bold=True)  # fmt: skip
        phone = one_line(paper.letters, contact.phone, width * 0.37, (size, size * 0.4), bold=True)
        if phone.lines:
            paper.text((x + width, baseline), phone.lines[0], phone.size_pt, bold=True,
                       align="right", colour=style.BRAND)  # fmt: skip
    if left := len(others) - len(shown):
        at = (x, y + len(shown) * per_row + 0.7 * per_row)
        paper.text(at, put(board.words["more"], left), size * 0.8, colour=style.SOFT)

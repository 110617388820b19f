"""The lists of a board: the grids within, or the buildings, businesses and units of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis.directory import Place, PlaceKind
from gis.division import Grid
from gis.ids import Level
from gis.roster import OrganisationKind
from maps.posters import style
from maps.posters.board.context import Board
from maps.posters.board.numbering import draw_number, natural
from maps.posters.board.people import contact_of
from maps.posters.fonts import PT_MM, printable
from maps.posters.furniture import write_line
from maps.posters.paper import Rect
from maps.posters.subdistrict import leader_of, short_name
from maps.posters.words import put

_CORE = (
    OrganisationKind.PARTY_ORGANISATION,
    OrganisationKind.RESIDENTS_COMMITTEE,
    OrganisationKind.PUBLIC_SERVICE_STATION,
    OrganisationKind.GOVERNANCE_OFFICE,
)
_TITLE_ROWS = 1.9
_GAP_ROWS = 0.9
_LEFT_ROWS = 1.6
_LARGEST = 14.5


@dataclass(frozen=True)
class Item:
    """One item of a list: what stands in front of it, its name, and what is said of it."""

    name: str
    more: str = ""
    right: str = ""
    number: str = ""
    two_lines: bool = False

    @property
    def rows(self) -> float:
        """How many lines it takes."""
        return 2.85 if self.two_lines else 1.7


@dataclass(frozen=True)
class Listing:
    """A titled list."""

    title: str
    items: tuple[Item, ...]


def listings_of(board: Board, shops: Sequence[Place]) -> list[Listing]:
    """Return the lists of a board, the most important first.

    ``shops`` are the businesses that carry numbers on the map, in that order.
    """
    words, ground, grid = board.words, board.ground, board.grid
    found = []
    children = ground.division.children(grid.id)
    if children:
        items = tuple(_grid_item(board, child) for child in children)
        title = f"{words['children'][grid.level]} · {len(items)}"
        found.append(Listing(title, items))
    if grid.level == Level.COMMUNITY:
        bodies = ground.atlas.roster.organisations_of(grid.id)
        core = [b for b in bodies if b.kind in _CORE]
        items = tuple(Item(printable(b.name), right=printable(b.phone)) for b in core)
        found.append(Listing(words["organisations"], items))
    if grid.level == Level.BUILDING_CLUSTER:
        places = ground.atlas.places_in(grid.id)
        buildings = sorted((p for p in places if p.kind is PlaceKind.BUILDING), key=natural)
        found.append(_places(words["buildings"], buildings))
        numbered = tuple(
            Item(printable(p.name), right=_door(p), number=str(n)) for n, p in enumerate(shops, 1)
        )
        found.append(Listing(f"{words['businesses']} · {len(numbered)}", numbered))
    if grid.level > Level.COMMUNITY:
        places = ground.atlas.places_in(grid.id)
        units = sorted((p for p in places if p.kind is PlaceKind.RESIDENT_UNIT), key=natural)
        found.append(_places(words["resident_units"], units))
    return [listing for listing in found if listing.items]


def _places(title: str, places: Sequence[Place]) -> Listing:
    items = tuple(Item(printable(p.name), right=_door(p)) for p in places)
    return Listing(f"{title} · {len(items)}", items)


def _door(place: Place) -> str:
    """Return an address without what the name says already."""
    address = printable(place.address)
    shorter = address.removesuffix(printable(place.name))
    return shorter or ("" if address == printable(place.name) else address)


def _grid_item(board: Board, grid: Grid) -> Item:
    leader = leader_of(board.ground, grid)
    contact = contact_of(board, leader, grid) if leader else None
    rank = board.words["ranks"].get(grid.grid_grade or "", ("",))[0]
    name = short_name(grid, board.grid)
    if contact is None:
        return Item(name, board.words["nobody"], rank, two_lines=True)
    return Item(name, f"{contact.name}   {contact.phone}".strip(), rank, two_lines=True)


def draw_lists(board: Board, box: Rect, shops: Sequence[Place]) -> None:
    """Write the lists below each other into a box, as large as they can be."""
    f = board.f
    x, y, width, height = box
    listings = listings_of(board, shops)
    if not listings:
        return
    size, floor = _LARGEST * f, 8.2 * f
    while size > floor and _rows(listings) * size * PT_MM > height:
        size = max(floor, size * 0.96)
    cut = _cut(listings, height / (size * PT_MM))
    cursor = y
    for listing, left in cut:
        cursor = _draw(board, listing, left, (x, cursor, width), size)


def height_wanted(board: Board, shops: Sequence[Place]) -> float:
    """Return how high the lists stand at their largest."""
    return _rows(listings_of(board, shops)) * _LARGEST * board.f * PT_MM


def _rows(listings: Sequence[Listing]) -> float:
    return sum(_TITLE_ROWS + sum(i.rows for i in one.items) + _GAP_ROWS for one in listings)


def _cut(listings: Sequence[Listing], rows: float) -> list[tuple[Listing, int]]:
    """Return the lists with what finds room, and how many items of each do not."""
    found = []
    for listing in listings:
        room = rows - _TITLE_ROWS - _GAP_ROWS
        kept: list[Item] = []
        for number, item in enumerate(listing.items):
            last = number == len(listing.items) - 1
            if item.rows + (0 if last else _LEFT_ROWS) > room + 1e-6:
                break
            kept.append(item)
            room -= item.rows
        left = len(listing.items) - len(kept)
        if not kept and room < _LEFT_ROWS:
            break
        found.append((Listing(listing.title, tuple(kept)), left))
        rows = room - (_LEFT_ROWS if left else 0)
    return found


def _draw(
    board: Board, listing: Listing, left: int, at: tuple[float, float, float], size: float
) -> float:
    paper, words = board.paper, board.words
    x, y, width = at
    em = size * PT_MM
    paper.rect((x, y + 0.25 * em, 0.32 * em, 1.05 * em), fill=style.BRAND)
    write_line(paper, (x + 0.75 * em, y + 1.14 * em), listing.title, width - em, size, bold=True,
               colour=style.BRAND)  # fmt: skip
    y += _TITLE_ROWS * em
    for item in listing.items:
        _draw_item(board, item, (x, y, width), size)
        y += item.rows * em
    if left:
        text = put(words["more_scan" if board.settings.public_url else "more"], left)
        write_line(paper, (x, y + 1.05 * em), text, width, size * 0.9, colour=style.SOFT)
        y += _LEFT_ROWS * em
    return y + _GAP_ROWS * em


def _draw_item(board: Board, item: Item, at: tuple[float, float, float], size: float) -> None:
    paper = board.paper
    x, y, width = at
    em = size * PT_MM
    paper.lines([[(x, y), (x + width, y)]], style.RULE, 0.055 * size)
    baseline = y + 1.2 * em
    left = x
    if item.number:
        draw_number(board, item.number, (x + 0.72 * em, y + 0.84 * em), 0.62 * em)
        left += 1.8 * em
    right = x + width
    if item.right:
        wanted = paper.letters.width_mm(item.right, size * 0.88)
        name = paper.letters.width_mm(item.name, size, bold=item.two_lines)
        # Where both are too long, both become smaller.
        box_width = wanted * min(1.0, (right - left - 0.7 * em) / max(wanted + name, 1e-6))
        box_width = max(min(wanted, width * 0.3), box_width)
        write_line(paper, (right - box_width, baseline), item.right, box_width + 0.05, size * 0.88,
                   smallest=0.5, colour=style.SOFT)  # fmt: skip
        right -= box_width + 0.6 * em
    write_line(paper, (left, baseline), item.name, right - left, size, smallest=0.5,
               bold=item.two_lines)  # fmt: skip
    if item.two_lines:
        write_line(paper, (x, baseline + 1.22 * em), item.more, width, size * 0.95, smallest=0.4)

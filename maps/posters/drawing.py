"""What all sheets of one atlas share, and drawing one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gis import disclosure
from gis.atlas import Atlas
from gis.errors import InvalidInput
from gis.ids import Level
from gis.roster import ROLES, GridRole, role_title
from maps.posters.fonts import Typeface, letters_for, printable
from maps.posters.paper import SIZES, Paper
from maps.posters.projected import ProjectedAtlas
from maps.posters.words import WORDS
from maps.settings import MapSettings

_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "·›…—（）“”‘’，。：；、×²"


@dataclass(frozen=True)
class Prepared:
    """An atlas in its edition, ready to be drawn on any number of sheets."""

    ground: ProjectedAtlas
    settings: MapSettings
    letters: Typeface


def prepared(atlas: Atlas, edition: str, settings: MapSettings | None) -> Prepared:
    """Return what all sheets of an atlas share.

    Raises
    ------
    InvalidInput
        An edition there is none of, or an internal one wanted of a public atlas.
    SettingsError
        No Chinese font is installed.
    """
    shown = disclosure.in_edition(atlas, edition)
    filled = (settings or MapSettings()).filled_from(shown)
    letters = letters_for(frozenset("".join(map(printable, _texts(shown, filled)))))
    return Prepared(ProjectedAtlas(shown), filled, letters)


def draw(shared: Prepared, grid: str | None, size: str) -> Paper:
    """Return one sheet: the poster, or the board of a grid.

    Raises
    ------
    InvalidInput
        A size there is none of.
    NotFound
        No grid carries the code.
    """
    from maps.posters.board.board import draw_board
    from maps.posters.subdistrict import draw_poster

    check_size(size)
    if grid is None:
        return draw_poster(shared.ground, size, shared.settings, shared.letters)
    found = shared.ground.division.grid(grid)
    return draw_board(shared.ground, found, size, shared.settings, shared.letters)


def check_size(size: str) -> None:
    """Refuse a size of paper there is none of.

    Raises
    ------
    InvalidInput
        Naming the sizes there are.
    """
    if size not in SIZES:
        raise InvalidInput(
            "size",
            f"size {str(size)[:20]!r}: must be one of {', '.join(SIZES)}",
            f"纸张 {str(size)[:20]!r}：应为 {'、'.join(SIZES)} 之一",
            tuple(SIZES),
        )


# --- every letter that may be printed -------------------------------------------------------------


def _texts(atlas: Atlas, settings: MapSettings) -> Iterator[str]:
    yield _ALWAYS
    yield from _strings(WORDS[settings.language])
    yield from (atlas.name, atlas.code, settings.title, settings.maker, settings.approval_no)
    yield from (settings.data_date, settings.note, settings.hotline)
    for grid in atlas.division:
        yield from (grid.name, grid.code, grid.grid_class or "", grid.grid_grade or "")
        yield from (member.name for member in grid.members)
    for place in atlas.directory.places:
        yield from (place.name, place.address)
    yield from (feature.name for feature in atlas.directory.context)
    for person in atlas.roster.people:
        yield from (person.name, person.office_phone, person.public_mobile, person.mobile)
    for body in atlas.roster.organisations:
        yield from (body.name, body.phone)
    for role in ROLES:
        yield from role_title(role, None)
    for level in Level:
        yield from role_title(GridRole.GRID_LEADER, level)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _strings(inner)

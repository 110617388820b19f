"""The entries of an atlas: its places, compounds, communities, grids and people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import shapely

from gis.addresses.entries import BookEntry, EntryKind
from gis.atlas import Atlas
from gis.directory import ContextKind, Place
from gis.division import Grid, GridKind
from gis.ids import Level, PersonId


def roads_of(atlas: Atlas) -> tuple[str, ...]:
    """Return the names of the roads that are drawn."""
    context = atlas.directory.context
    return tuple(dict.fromkeys(c.name for c in context if c.kind is ContextKind.ROAD and c.name))


def entries_of(atlas: Atlas) -> Iterator[BookEntry]:
    """Yield an entry for every place, compound, grid, and person in office of an atlas."""
    retired: dict[str, list[str]] = {}
    for old, codes in atlas.retired.items():
        for code in codes:
            retired.setdefault(code, []).append(old)
    for grid in atlas.division:
        for number, entry in enumerate(_grid_entries(atlas, grid)):
            before = () if number else tuple(retired.get(grid.code, ()))
            yield replace(entry, retired_codes=before) if before else entry
    for place in atlas.directory.places:
        yield _place_entry(atlas, place)
    yield from _people(atlas)


def _point(grid: Grid) -> tuple[float, float]:
    inside = shapely.point_on_surface(grid.boundary)
    return inside.x, inside.y


def _grid_entries(atlas: Atlas, grid: Grid) -> Iterator[BookEntry]:
    """Yield a community, the compounds of a level-2 grid, or a grid by its name."""
    community = atlas.division.chain(grid.id)[0].name
    point, codes = _point(grid), (grid.code,)
    if grid.level is Level.COMMUNITY:
        yield BookEntry(
            grid.id,
            EntryKind.COMMUNITY,
            grid.name,
            community=community,
            point=point,
            grid_codes=codes,
        )
        return
    names = [m.name for m in grid.members if m.kind != "enterprise"]
    if grid.level is Level.COMPOUND and not grid.members and grid.kind is GridKind.COMPOUND:
        names = [grid.name]
    for name in names:
        yield BookEntry(
            f"compound:{name}",
            EntryKind.COMPOUND,
            name,
            community=community,
            point=point,
            grid_codes=codes,
        )
    if names != [grid.name]:
        yield BookEntry(
            grid.id, EntryKind.GRID, grid.name, community=community, point=point, grid_codes=codes
        )


def _place_entry(atlas: Atlas, place: Place) -> BookEntry:
    inside = shapely.point_on_surface(place.geometry)
    grid = atlas.grid_of.get(place.id)
    chain = atlas.division.chain(grid) if grid is not None else ()
    return BookEntry(
        key=place.id,
        kind=EntryKind(place.kind.value),
        name=place.name,
        address=place.address,
        compound=place.compound,
        community=chain[0].name if chain else None,
        aliases=place.aliases,
        former_names=place.former_names,
        building=place.building,
        units=place.units,
        point=(inside.x, inside.y),
        category=place.category or "",
    )


def _people(atlas: Atlas) -> Iterator[BookEntry]:
    """Yield everyone in office with the grids they are responsible for."""
    grids: dict[PersonId, list[Grid]] = {}
    for duty in atlas.roster.duties:
        if duty.in_force(atlas.as_of):
            held = grids.setdefault(duty.person, [])
            if duty.grid is not None and (grid := atlas.division.by_id.get(duty.grid)):
                held.append(grid)
    for person, held in grids.items():
        if who := atlas.roster.by_id.get(person):
            held.sort(key=lambda g: (g.level, g.code))
            codes = tuple(dict.fromkeys(g.code for g in held)) or (atlas.code,)
            point = _point(held[0]) if held else None
            yield BookEntry(
                person,
                EntryKind.PERSON,
                who.name,
                point=point,
                grid_codes=codes,
                phones=(who.office_phone,) if who.office_phone else (),
            )

"""The sample many times over, side by side: a district of subdistricts, to measure with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gis.atlas import Atlas
from gis.directory import Directory
from gis.division import Division
from gis.ids import GridId, PersonId, PlaceId
from gis.roster import Roster

_COLUMNS = 5


def many(atlas: Atlas, times: int) -> Atlas:
    """Return an atlas of ``times`` copies of one, five to a row, each with codes of its own."""
    west, south, east, north = shapely.total_bounds([g.boundary for g in atlas.division])
    copies = [
        _copy(atlas, n, (n % _COLUMNS) * (east - west), (n // _COLUMNS) * (north - south))
        for n in range(times)
    ]
    division = replace(atlas.division, grids=tuple(g for c in copies for g in c[0]))
    directory = replace(
        atlas.directory,
        places=tuple(p for c in copies for p in c[1]),
        context=tuple(x for c in copies for x in c[2]),
    )
    roster = replace(
        atlas.roster,
        people=tuple(p for c in copies for p in c[3]),
        duties=tuple(d for c in copies for d in c[4]),
        organisations=tuple(o for c in copies for o in c[5]),
    )
    return replace(atlas, division=division, directory=directory, roster=roster)


def _copy(atlas: Atlas, n: int, east: float, north: float) -> tuple[list[Any], ...]:
    def moved(shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: np.round(np.add(xy, (east, north)), 7))

    def grid_id(old: GridId | None) -> GridId | None:
        return GridId(f"{old}.{n}") if old else None

    def code(old: str) -> str:
        return f"{old[:6]}{200 + n}{old[9:]}"

    division: Division = atlas.division
    directory: Directory = atlas.directory
    roster: Roster = atlas.roster
    return (
        [
            replace(
                g,
                id=grid_id(g.id),
                parent=grid_id(g.parent),
                code=code(g.code),
                boundary=moved(g.boundary),
            )
            for g in division
        ],
        [
            replace(
                p,
                id=PlaceId(f"{p.id}.{n}"),
                building=PlaceId(f"{p.building}.{n}") if p.building else None,
                geometry=moved(p.geometry),
            )
            for p in directory.places
        ],
        [replace(c, id=f"{c.id}.{n}", geometry=moved(c.geometry)) for c in directory.context],
        [replace(p, id=PersonId(f"{p.id}.{n}")) for p in roster.people],
        [
            replace(d, id=f"{d.id}.{n}", person=PersonId(f"{d.person}.{n}"), grid=grid_id(d.grid))
            for d in roster.duties
        ],
        [replace(o, id=f"{o.id}.{n}", grid=grid_id(o.grid)) for o in roster.organisations],
    )

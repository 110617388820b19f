"""A drawn town for the workbench: three communities of sixteen squares, five houses in each.

Small enough that a plan of it opens at once. A community is a block of four compounds, a compound
one of four clusters; the last cluster of each community is bare ground (`residual`).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely

from gis.atlas import Atlas
from gis.directory import Directory, Place, PlaceKind
from gis.ids import GridId, PersonId
from gis.intake import read_set
from gis.roster import Duty, GridRole, Person, Roster
from tests.ascii_maps import SIDE, SOUTH, TODAY, WEST, collection, grid, place

COMMUNITIES, SIZE, HOUSEHOLDS = 3, 4, 22
_HOUSES = ((0.08, 0.1), (0.65, 0.1), (0.08, 0.7), (0.65, 0.7), (0.37, 0.4))


def block(x: int, y: int, size: int) -> dict[str, Any]:
    """Return a GeoJSON square of `size` units, counter-clockwise, with a vertex a unit."""
    along = range(size)
    ring = [
        *((x + i, y) for i in along),
        *((x + size, y + i) for i in along),
        *((x + size - i, y + size) for i in along),
        *((x, y + size - i) for i in along),
        (x, y),
    ]
    spots = [[round(WEST + a * SIDE, 7), round(SOUTH + b * SIDE, 7)] for a, b in ring]
    return {"type": "Polygon", "coordinates": [spots]}


def _grids() -> list[dict[str, Any]]:
    features = []
    for a in range(COMMUNITIES):
        community = f"320106012{a + 1:03d}"
        houses = (SIZE * SIZE - 1) * len(_HOUSES)
        features.append(_grid(community, block(a * SIZE, 0, SIZE), houses))
        for b in range(4):
            compound = f"{community}{b + 1:03d}"
            x, y = a * SIZE + b % 2 * 2, b // 2 * 2
            bare = b == 3
            features.append(_grid(compound, block(x, y, 2), (4 - bare) * len(_HOUSES)))
            for c in range(4):
                square = block(x + c % 2, y + c // 2, 1)
                empty = bare and c == 3
                features.append(
                    _grid(
                        f"{compound}{c + 1:03d}",
                        square,
                        0 if empty else len(_HOUSES),
                        kind="residual" if empty else "building_cluster",
                    )
                )
    return sorted(features, key=lambda f: len(f["properties"]["code"]))


def _grid(code: str, geometry: dict[str, Any], houses: int, **fields: Any) -> dict[str, Any]:
    kind = {12: "community", 15: "compound", 18: "building_cluster"}[len(code)]
    counted = {"households": houses * HOUSEHOLDS, "resident_population": houses * HOUSEHOLDS * 2}
    return grid(code, geometry, **{"kind": kind, **counted, **fields})


def _places(features: list[dict[str, Any]]) -> tuple[Place, ...]:
    found = []
    for feature in features:
        code = feature["properties"]["code"]
        if len(code) < 18 or feature["properties"]["kind"] == "residual":
            continue
        west, south = feature["geometry"]["coordinates"][0][0]
        for n, (dx, dy) in enumerate(_HOUSES):
            x, y = west + dx * SIDE, south + dy * SIDE
            house = shapely.box(x, y, x + 0.24 * SIDE, y + 0.18 * SIDE)
            house = shapely.transform(house, lambda xy: xy.round(7))
            name = f"{code[11:12]}{code[14:15]}{code[17:]}{n}"
            found.append(
                place(name, PlaceKind.BUILDING, 0, 0, geometry=house, households=HOUSEHOLDS)
            )
    return tuple(found)


def town() -> Atlas:
    """Return the town, its houses, and a leader for each grid."""
    features = _grids()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.geojson"
        path.write_text(json.dumps(collection(features), ensure_ascii=False), "utf-8")
        division = read_set([path], today=TODAY).require_sound().division
    assert division is not None
    codes = [f["properties"]["code"] for f in features]
    people = tuple(Person(PersonId(f"p{c[9:]}"), f"示例{c[9:]}") for c in codes)
    duties = tuple(
        Duty(f"d{p.id}", p.id, GridId(f"g{c[9:]}"), GridRole.GRID_LEADER, date(2026, 1, 1))
        for c, p in zip(codes, people, strict=True)
    )
    directory = Directory(_places(features), synthetic=True)
    return Atlas(division, directory, Roster(people, duties, synthetic=True), TODAY)

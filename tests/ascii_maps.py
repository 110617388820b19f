"""Tiny drawn maps: two communities of unit squares, for tests one can check by eye.

The ground is a strip of squares of 0.001 degrees from (118.7500, 32.1100), one row::

    | 1 1 | 1 2 | 2 1 | 2 2 |      community . compound; each compound has two clusters
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from gis.atlas import Atlas
from gis.directory import Directory, Place, PlaceKind
from gis.ids import GridId, PersonId, PlaceId
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster

WEST, SOUTH, SIDE = 118.75, 32.11, 0.001
TODAY = date(2026, 11, 23)


def square(column: float, row: float = 0, width: float = 1, height: float = 1) -> dict[str, Any]:
    """Return a GeoJSON rectangle in units of SIDE, counter-clockwise, with a vertex a unit."""

    def at(x: float, y: float) -> list[float]:
        return [round(WEST + x * SIDE, 7), round(SOUTH + y * SIDE, 7)]

    steps = int(width)
    bottom = [at(column + i, row) for i in range(steps)] + [at(column + width, row)]
    top = [at(column + width - i, row + height) for i in range(steps)] + [at(column, row + height)]
    return {"type": "Polygon", "coordinates": [[*bottom, *top, list(bottom[0])]]}


def grid(code: str, geometry: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the feature of a grid whose level and parent follow from the code's length."""
    level = {12: 1, 15: 2, 18: 3}[len(code)]
    kind = {1: "community", 2: "compound", 3: "building_cluster"}[level]
    properties = {
        "id": f"g{code[9:]}",
        "code": code,
        "code_scheme": "nbs-2023",
        "level": level,
        "parent": code[:-3] if level > 1 else None,
        "name": f"{code[9:]}网格",
        "kind": kind,
        "grid_class": "甲" if level == 1 else None,
        "grid_grade": "A" if level == 2 else None,
        "households": {1: 1400, 2: 700, 3: 350}[level],
        "resident_population": {1: 3600, 2: 1800, 3: 900}[level],
        **fields,
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(features: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a FeatureCollection with our members."""
    return {
        "type": "FeatureCollection",
        "title": "小示例",
        "datum": "wgs84",
        "synthetic": True,
        "data_date": "2026-10-01",
        "note": "示意图",
        **members,
        "features": features,
    }


def boundaries() -> dict[str, Any]:
    """Return the strip: 2 communities, 4 compounds, 8 clusters, each cluster a square."""
    features = []
    for a in (1, 2):
        community = f"320106012{a:03d}"
        features.append(grid(community, square((a - 1) * 4, width=4)))
        for b in (1, 2):
            compound = f"{community}{b:03d}"
            features.append(grid(compound, square((a - 1) * 4 + (b - 1) * 2, width=2)))
            for c in (1, 2):
                x = (a - 1) * 4 + (b - 1) * 2 + (c - 1)
                features.append(grid(f"{compound}{c:03d}", square(x)))
    return collection(sorted(features, key=lambda f: len(f["properties"]["code"])))


def feature(fc: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the feature of a collection with a code."""
    found: dict[str, Any] = next(f for f in fc["features"] if f["properties"].get("code") == code)
    return found


def as_bytes(fc: dict[str, Any]) -> bytes:
    """Return a collection as a file's bytes (NaN is written as NaN)."""
    return json.dumps(fc, ensure_ascii=False).encode()


def roster(*extra: Duty) -> Roster:
    """Return a leader on every grid of the strip, and a volunteer without consent."""
    codes = [f["properties"]["code"] for f in boundaries()["features"]]
    people = [
        Person(
            PersonId(f"p{c[9:]}"), f"王示例{c[9:]}", office_phone="025-0000-0001", mobile="000-1"
        )
        for c in codes
    ]
    duties = [
        Duty(
            f"d{c[9:]}",
            PersonId(f"p{c[9:]}"),
            GridId(f"g{c[9:]}"),
            GridRole.GRID_LEADER,
            date(2026, 1, 1),
        )
        for c in codes
    ]
    people.append(Person(PersonId("pv"), "李志愿示例", mobile="000-2", party_member=True))
    duties.append(
        Duty("dv", PersonId("pv"), GridId("g001001"), GridRole.VOLUNTEER, date(2026, 1, 1))
    )
    bodies = [
        Organisation(
            "o1", GridId("g001"), OrganisationKind.RESIDENTS_COMMITTEE, "居委会(示例)", "1"
        )
    ]
    return Roster(tuple(people), (*duties, *extra), tuple(bodies), synthetic=True)


def place(identity: str, kind: PlaceKind, x: float, y: float, **fields: Any) -> Place:
    """Return a place at a point of the strip, in units of SIDE."""
    import shapely

    given = {"name": identity, "address": f"示例路{identity}号", **fields}
    point = shapely.Point(round(WEST + x * SIDE, 7), round(SOUTH + y * SIDE, 7))
    return Place(PlaceId(identity), kind, geometry=given.pop("geometry", point), **given)


def atlas(directory: Directory | None = None, people: Roster | None = None) -> Atlas:
    """Return the strip as an atlas, with the places and people given."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from gis.intake import read_set

    with TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.geojson"
        path.write_bytes(as_bytes(boundaries()))
        division = read_set([path], today=TODAY).require_sound().division
    assert division is not None
    return Atlas(division, directory or Directory(synthetic=True), people or roster(), TODAY)

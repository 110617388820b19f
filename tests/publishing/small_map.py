"""A small map on which every text a person may have typed can be replaced.

Two communities, three compounds, six clusters, in a patch of 600 by 400 m::

    lat ↑   ┌────────┬────────┬────────┐
            │ A1·1   │ A2·1   │ B1·1   │     A and B are communities,
            ├────────┼────────┼────────┤     A1, A2 and B1 compounds,
            │ A1·2   │ A2·2   │ B1·2   │     ·1 and ·2 clusters
            └────────┴────────┴────────┘ → lon
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.directory import ContextFeature, ContextKind, Directory, Place, PlaceKind
from gis.division import Division, Grid, GridKind, Member
from gis.ids import GridId, Level, PersonId, PlaceId
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster

WEST, SOUTH, STEP_X, STEP_Y = 118.75, 32.11, 0.0022, 0.0018
DAY = date(2026, 11, 1)
A, B = "320106012001", "320106012002"
COMPOUNDS = (f"{A}001", f"{A}002", f"{B}001")
CLUSTERS = {f"{c}00{n}": (column, 2 - n) for column, c in enumerate(COMPOUNDS) for n in (1, 2)}
_KINDS = {1: GridKind.COMMUNITY, 2: GridKind.COMPOUND, 3: GridKind.BUILDING_CLUSTER}
Text = Callable[[str], str]


def at(column: float, row: float) -> tuple[float, float]:
    """Return longitude and latitude of a place counted in clusters from the south-west."""
    return round(WEST + column * STEP_X, 7), round(SOUTH + row * STEP_Y, 7)


def cell(column: int, row: int) -> BaseGeometry:
    return shapely.box(*at(column, row), *at(column + 1, row + 1))


def grid(code: str, boundary: BaseGeometry, name: str, **more: Any) -> Grid:
    level = Level({12: 1, 15: 2, 18: 3}[len(code)])
    parent = GridId(f"g{code[:-3]}") if level > 1 else None
    return Grid(GridId(f"g{code}"), code, level, parent, name, _KINDS[level], boundary, **more)


def small_division(text: Text = str) -> Division:
    cells = {code: cell(*place) for code, place in CLUSTERS.items()}

    def union(code: str) -> BaseGeometry:
        return shapely.union_all([g for c, g in cells.items() if c.startswith(code)])

    grids = [
        grid(A, union(A), text("甲示例社区"), grid_class="甲", households=1204),
        grid(B, union(B), text("乙示例社区"), grid_class="丙", households=602),
    ]
    for code, grade in zip(COMPOUNDS, "ABC", strict=True):
        members = (Member(text(f"示例{grade}东院")), Member(text(f"示例{grade}西院")))
        name = text(f"示例小区{grade}")
        grids.append(
            grid(code, union(code), name, grid_grade=grade, households=602, members=members)
        )
    grids += [
        grid(code, ground, text(f"第{code[-1]}网格"), households=301)
        for code, ground in cells.items()
    ]
    title, day = text("示例街道网格地图"), text("2026-11-01")
    return Division(tuple(grids), title=title, data_date=day, synthetic=True, version=1)


def building(code: str, number: int, text: Text) -> Place:
    column, row = CLUSTERS[code]
    west = column + 0.2 + 0.4 * number
    return Place(
        id=PlaceId(f"b{code}{number}"),
        kind=PlaceKind.BUILDING,
        name=text(f"{number + 1}幢"),
        geometry=shapely.box(*at(west, row + 0.35), *at(west + 0.2, row + 0.75)),
        address=text(f"示例路{number + 1}号"),
        aliases=(text("旧楼"),),
        former_names=(text("老楼"),),
        category=text("dwelling"),
        households=120,
        units=3,
        floors=6,
        compound=text("示例小区"),
        status="occupied",
    )


def small_directory(text: Text = str) -> Directory:
    """Return two buildings to a cluster, one with a shop in it, a school, a river and a road."""
    places = [building(code, number, text) for code in CLUSTERS for number in (0, 1)]
    home = places[0]
    shop = Place(
        id=PlaceId("s1"),
        kind=PlaceKind.BUSINESS,
        name=text("示例药房"),
        geometry=shapely.point_on_surface(home.geometry),
        address=text("示例路1-1号"),
        category=text("pharmacy"),
        building=home.id,
    )
    school = Place(
        id=PlaceId("u1"),
        kind=PlaceKind.RESIDENT_UNIT,
        name=text("示例小学"),
        geometry=shapely.Point(at(2.5, 0.2)),
        address=text("示例路9号"),
        category=text("school"),
    )
    river = shapely.box(*at(-6, -4), *at(-1, 12))
    road = shapely.LineString([at(-0.5, 1), at(3.5, 1)])
    context = (
        ContextFeature("c1", ContextKind.RIVER, text("长江"), river),
        ContextFeature("c2", ContextKind.ROAD, text("示例路"), road),
    )
    return Directory((*places, shop, school), context, synthetic=True, version=1)


def small_roster(text: Text = str) -> Roster:
    """Return a leader for every grid but the clusters of B, others, and the "4+4" bodies of A."""
    held = [
        *((code, GridRole.GRID_LEADER, f"王示例{code[-1]}") for code in (A, B, *COMPOUNDS)),
        *((c, GridRole.GRID_LEADER, f"张示例{c[-4]}{c[-1]}") for c in CLUSTERS if c.startswith(A)),
        (A, GridRole.SOCIAL_WORKER, "李示例"),
        (A, GridRole.VOLUNTEER, "赵示例"),
        (None, GridRole.GRID_OFFICE_STAFF, "孙示例"),
    ]
    people = tuple(
        Person(
            id=PersonId(f"p{number:02}"),
            name=text(name),
            office_phone=text("025-00001234"),
            mobile=text("139-0000-0000"),
            organisation=text("示例单位"),
            party_member=True,
            consent=True,
        )
        for number, (_, _, name) in enumerate(held)
    )
    duties = tuple(
        Duty(f"d{n:02}", p.id, GridId(f"g{code}") if code else None, role, date(2020, 1, 1))
        for n, (p, (code, role, _)) in enumerate(zip(people, held, strict=True))
    )
    bodies = tuple(
        Organisation(f"o{n}", GridId(f"g{A}"), kind, text(f"示例机构{n}"), text("025-00005678"))
        for n, kind in enumerate(OrganisationKind)
    )
    return Roster(people, duties, bodies, synthetic=True, version=1)


def small_atlas(text: Text = str) -> Atlas:
    """Return the whole; ``text`` is put over every text a person may have typed."""
    parts = (small_division(text), small_directory(text), small_roster(text))
    return Atlas(*parts, DAY, name=text("示例街道"), code="320106012")

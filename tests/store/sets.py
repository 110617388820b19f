"""Tiny sets to publish: two communities of squares, a few places, a few people.

``number`` makes each set another one, so that it can be told which was stored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.directory import ContextFeature, ContextKind, Directory, Place, PlaceKind
from gis.division import Division, Grid, GridKind, Member
from gis.ids import GridId, Level, PersonId, PlaceId
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster
from gis.store import Identity

TODAY = date(2026, 11, 23)
OURS = Identity("宝塔桥街道", "320106012", True)
OFFICE = Identity("宝塔桥街道", "320106012", False)


def square(column: float, row: float = 0, width: float = 1) -> BaseGeometry:
    """Return a square of 0.001 degrees, or a longer rectangle."""
    west, south = 118.75 + column / 1000, 32.11 + row / 1000
    corners = shapely.get_coordinates(shapely.box(west, south, west + width / 1000, south + 0.001))
    return shapely.polygons(corners.round(7))


def grids(number: int = 0) -> tuple[Grid, ...]:
    """Return a community, its compound, and two clusters, one of them in two pieces."""
    cluster = Grid(
        id=GridId("g1-1-1"),
        code="320106012001001001",
        level=Level.BUILDING_CLUSTER,
        parent=GridId("g1-1"),
        name=f"一号楼群 {number}",
        kind=GridKind.BUILDING_CLUSTER,
        boundary=square(0),
    )
    compound = Grid(
        id=GridId("g1-1"),
        code="320106012001001",
        level=Level.COMPOUND,
        parent=GridId("g1"),
        name="象山小区",
        kind=GridKind.MERGED_COMPOUND,
        boundary=square(0, width=2),
        grid_grade="B",
        households=number,
        resident_population=812,
        members=(
            Member("象山新村", housing="commercial", households=212),
            Member("红旗棚户", kind="shanty_site", housing="shanty", under_construction=True),
        ),
    )
    community = Grid(
        id=GridId("g1"),
        code="320106012001",
        level=Level.COMMUNITY,
        parent=None,
        name="燕江路社区",
        kind=GridKind.COMMUNITY,
        boundary=square(0, width=2),
        code_scheme="nbs-2023",
        grid_class="丙",
    )
    pieces = shapely.multipolygons([square(1), square(1, row=3)])
    other = replace(cluster, id=GridId("g1-1-2"), code="320106012001001002", boundary=pieces)
    return community, compound, cluster, other


def division(number: int = 0, *, synthetic: bool = True, **fields: Any) -> Division:
    """Return a division of four grids."""
    given = {"grids": grids(number), "title": f"第{number}稿", "data_date": "2026-10", **fields}
    return Division(**given, note="示意图", source_datum="gcj02", synthetic=synthetic)


def directory(number: int = 0, *, synthetic: bool = True) -> Directory:
    """Return a building with a footprint, a shop in it, a barracks; a road and a river."""
    building = Place(
        id=PlaceId("b1"),
        kind=PlaceKind.BUILDING,
        name=f"1幢 {number}",
        geometry=square(0.2, width=0.5),
        address="宝塔桥西街18号1幢",
        aliases=("一号楼", "1号楼"),
        former_names=("下关1幢",),
        category="residential",
        households=60,
        units=3,
        floors=7,
        compound="象山新村",
        status="occupied",
    )
    shop = Place(
        PlaceId("s1"),
        PlaceKind.BUSINESS,
        "{{7*191}}</script>",
        shapely.Point(118.7503, 32.1103),
        building=PlaceId("b1"),
    )
    barracks = Place(
        PlaceId("u1"), PlaceKind.RESIDENT_UNIT, "某部", square(1.5, width=0.2), disclosed=False
    )
    road = ContextFeature(
        "r1",
        ContextKind.ROAD,
        "宝塔桥西街",
        shapely.LineString([(118.75, 32.1101), (118.76, 32.1109)]),
    )
    river = ContextFeature("r2", ContextKind.RIVER, "长江", square(-3))
    return Directory((building, shop, barracks), (road, river), synthetic=synthetic)


def roster(number: int = 0, *, synthetic: bool = True) -> Roster:
    """Return a leader and a volunteer, their duties, and a residents' committee."""
    leader = Person(PersonId("p1"), "王示例", f"025-0000-{number:04d}", "000-0001", "街道", True)
    volunteer = Person(PersonId("p2"), "李示例", consent=True)
    duties = (
        Duty("d1", leader.id, GridId("g1"), GridRole.GRID_LEADER, date(2026, 1, 1)),
        Duty("d2", leader.id, None, GridRole.LEADING_GROUP_MEMBER, date(2025, 1, 1), TODAY),
        Duty("d3", volunteer.id, GridId("g1-1"), GridRole.VOLUNTEER, date(2026, 3, 1)),
    )
    committee = Organisation(
        "o1", GridId("g1"), OrganisationKind.RESIDENTS_COMMITTEE, "居委会", "025-1"
    )
    return Roster((leader, volunteer), duties, (committee,), synthetic=synthetic)


def whole_set(number: int = 0) -> dict[str, Any]:
    """Return all that a publication takes, beginning today."""
    return {
        "identity": OURS,
        "division": division(number),
        "directory": directory(number),
        "roster": roster(number),
        "effective_from": TODAY,
        "today": TODAY,
    }

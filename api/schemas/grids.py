"""Grids, sheets, places and people as the readers of the map are answered.

The functions that write them are in :mod:`gis.exchange.json_values`; a member that is not known,
or that the edition does not hold, is left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field

from api.schemas.common import JsonObject, OneOf, Provenance
from api.schemas.record_fields import answered_fields
from gis.directory import PlaceKind
from gis.division import GRID_CLASSES, GRID_GRADES, GridKind
from gis.exchange.json_values import MORE_OF_A_GRID, MORE_OF_A_PLACE
from gis.roster import GridRole, OrganisationKind
from gis.schema import RECORDS, Kind

LevelNumber = Literal[1, 2, 3]
GridClass = Annotated[str, OneOf(GRID_CLASSES)]
GridGrade = Annotated[str, OneOf(GRID_GRADES)]
Position = Annotated[list[float], Field(min_length=2, max_length=2, examples=[[118.75, 32.11]])]
"""Longitude and latitude."""


class Geometry(JsonObject):
    """A GeoJSON geometry in WGS84."""

    type: Literal["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class GridMember(JsonObject):
    """One of the compounds that a merged compound was made of."""

    name: str
    kind: str
    housing: NotRequired[str]
    households: NotRequired[int]
    under_construction: NotRequired[bool]


class GridRow(JsonObject):
    """A grid of any level."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        json_schema_extra=answered_fields(
            RECORDS[Kind.BOUNDARIES], MORE_OF_A_GRID, unknown="left out"
        )
    )

    id: str
    """Stays for the life of the grid; its code may change."""
    code: str
    code_scheme: str
    level: LevelNumber
    """1 community, 2 compound, 3 building cluster."""
    parent: str | None
    """The code of the grid above."""
    name: str
    kind: GridKind
    members: NotRequired[list[GridMember]]


class ListedGrid(GridRow):
    """A grid of a list; its boundary where `geometry=true` asks for it."""

    geometry: NotRequired[Geometry]


class OneGrid(GridRow, Provenance):
    """A grid with its boundary."""

    geometry: Geometry
    children: list[str]
    """The codes of the grids below."""


class Page(Provenance):
    """A part of a list."""

    total: int
    """How many match, on all pages."""
    offset: int
    limit: int


class GridPage(Page):
    """Grids by level and code."""

    grids: list[ListedGrid]


class GridName(JsonObject):
    """A grid above another, or the grid itself."""

    code: str
    name: str
    level: LevelNumber


class ChildGrid(JsonObject):
    """A grid below another."""

    code: str
    name: str
    kind: GridKind


class GridCounts(JsonObject):
    """How much there is on a grid, where it is known."""

    households: NotRequired[int]
    resident_population: NotRequired[int]
    buildings: NotRequired[int]
    businesses: NotRequired[int]
    resident_units: NotRequired[int]


class ResponsiblePerson(JsonObject):
    """Somebody responsible for a grid."""

    name: str
    role: GridRole
    title: str
    """The role as the office calls it, in Chinese."""
    title_en: str
    office_phone: NotRequired[str]
    public_mobile: NotRequired[str]
    """A duty mobile that the office shows to the public."""
    mobile: NotRequired[str]
    """In the internal edition only."""
    organisation: NotRequired[str]
    inherited_from: NotRequired[str]
    """The code of the grid above whose leader answers here too."""
    since: str


class OrganisationRow(JsonObject):
    """One of the "4+4" bodies of a community."""

    kind: OrganisationKind
    name: str
    phone: NotRequired[str]


class Sheet(GridRow):
    """Everything about one grid."""

    chain: list[GridName]
    """The grids it lies in and itself, level 1 first."""
    point: Position
    """A point inside, WGS84."""
    counts: GridCounts
    responsible: list[ResponsiblePerson]
    organisations: list[OrganisationRow]


class PlaceRow(JsonObject):
    """A building, a business or a resident unit."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        json_schema_extra=answered_fields(RECORDS[Kind.PLACES], MORE_OF_A_PLACE, unknown="left out")
    )

    id: str
    kind: PlaceKind
    name: str
    grid: str | None
    """The code of the grid it stands on."""
    lon: float
    lat: float
    undisclosed: NotRequired[Literal[True]]
    """The public does not see it."""


class GridSheet(Sheet, Provenance):
    """Everything about one grid, with the grids below and the places on it."""

    children: list[ChildGrid]
    places: list[PlaceRow]


class PlacePage(Page):
    """Places by id."""

    places: list[PlaceRow]


class PersonRow(ResponsiblePerson):
    """One duty in force: who serves where."""

    id: NotRequired[str]
    """The id of the person, for those who are signed in."""
    grid: str | None
    """The code of the grid; null: the subdistrict itself."""
    grid_name: str | None
    level: Literal[0, 1, 2, 3]
    """The level of the grid; 0: the subdistrict."""


class PersonPage(Page):
    """Duties in force, by grid and role."""

    people: list[PersonRow]

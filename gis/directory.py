"""The places of a subdistrict: buildings, businesses, resident units; and its river and roads.

A place stores no grid: its grid is derived by looking its point up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from gis.content_hash import ContentDigest, content_digest
from gis.ids import PlaceId


class PlaceKind(StrEnum):
    """Buildings 楼栋, business outlets 商业网点, resident units 驻区单位 (organisations)."""

    BUILDING = "building"
    BUSINESS = "business"
    RESIDENT_UNIT = "resident_unit"


class ContextKind(StrEnum):
    """What is drawn to find one's way: no part of any grid."""

    RIVER = "river"
    ROAD = "road"


@dataclass(frozen=True, slots=True)
class Place:
    """A building, a business or a resident unit.

    ``geometry`` is a Point or a footprint (Polygon, MultiPolygon) in WGS84 degrees.
    ``households``, ``units`` and ``floors`` are of buildings. ``building`` is the building a
    business sits in. ``disclosed`` is False for military and other units that never appear
    in public.
    """

    id: PlaceId
    kind: PlaceKind
    name: str
    geometry: BaseGeometry
    address: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    category: str | None = None
    households: int | None = None
    units: int | None = None
    floors: int | None = None
    compound: str | None = None
    building: PlaceId | None = None
    status: str | None = None
    disclosed: bool = True


@dataclass(frozen=True, slots=True)
class ContextFeature:
    """A river (area) or a road (line) that the map is drawn over; WGS84 degrees."""

    id: str
    kind: ContextKind
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class Directory:
    """One version of all places, sorted by id, and of the river and roads around them."""

    places: tuple[Place, ...] = ()
    context: tuple[ContextFeature, ...] = ()
    synthetic: bool = False
    version: int = 0
    effective_from: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", tuple(sorted(self.places, key=lambda p: p.id)))
        object.__setattr__(self, "context", tuple(sorted(self.context, key=lambda c: c.id)))

    @cached_property
    def by_id(self) -> dict[PlaceId, Place]:
        """Every place by its identity."""
        return {p.id: p for p in self.places}

    def of_kind(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Return the places of one kind, by id."""
        return tuple(p for p in self.places if p.kind is kind)

    @cached_property
    def digest(self) -> ContentDigest:
        """The SHA-256 of its content; one each of its head, its places and its context."""
        return content_digest([self.synthetic, *self.places, *self.context])

    @property
    def sha256(self) -> str:
        """The SHA-256 of its content, not of the version or the date."""
        return self.digest.sha256

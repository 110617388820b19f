"""The atlas: a division, its places and its people on one day, and what hangs on a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import shapely

from gis.directory import Directory, Place, PlaceKind
from gis.division import Division, Grid
from gis.ids import GridId, PersonId, PlaceId
from gis.lookup.boxes import BoxIndex
from gis.lookup.locator import DEFAULT_TOLERANCE_M, Location, Locator
from gis.roster import Duty, GridRole, Organisation, Person, Responsible, Roster

Edition = Literal["internal", "public"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things stand on a grid; None: not known or not in this edition."""

    households: int | None
    resident_population: int | None
    buildings: int
    businesses: int
    resident_units: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one grid: the value that page, JSON, table and poster all print.

    ``chain`` is the grid and those above it, level 1 first.
    """

    grid: Grid
    chain: tuple[Grid, ...]
    responsible: tuple[Responsible, ...]
    organisations: tuple[Organisation, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Spot:
    """Everything about one point: the sheets of the three levels and what stands there."""

    location: Location
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Disclosures:
    """What an office discloses today: by it the public edition of every day is made.

    What was hidden since, a consent that was withdrawn and a duty that ended count for the days
    before as well; otherwise a question about yesterday would undo them.

    ``hidden`` are the places that are not disclosed now, and those that were not when they were
    last known; ``shown`` the places that are. ``people`` are those of today's roster, ``held``
    the duties in force today, ``answering`` the grids that answer for each of the people today
    (:func:`gis.roster.answering`).
    """

    hidden: tuple[Place, ...] = ()
    shown: frozenset[PlaceId] = frozenset()
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    held: frozenset[tuple[PersonId, GridId | None, GridRole]] = frozenset()
    answering: Mapping[PersonId, frozenset[GridId | None]] = field(default_factory=dict)

    def holds(self, duty: Duty) -> bool:
        """Tell whether the person of a duty has that office today."""
        return (duty.person, duty.grid, duty.role) in self.held


def disclosures_of(
    directory: Directory, roster: Roster, day: date, hidden_before: tuple[Place, ...] = ()
) -> Disclosures:
    """Return what the places and people of a day disclose.

    ``hidden_before`` are places that former versions did not disclose and that nobody has
    disclosed since.
    """
    hidden = {p.id: p for p in (*hidden_before, *directory.places) if not p.disclosed}
    return Disclosures(
        hidden=tuple(hidden.values()),
        shown=frozenset(p.id for p in directory.places if p.id not in hidden),
        people=roster.by_id,
        held=frozenset((d.person, d.grid, d.role) for d in roster.duties if d.in_force(day)),
        answering={
            p.id: frozenset(d.grid for d in roster.answering_for(p.id, day)) for p in roster.people
        },
    )


@dataclass(frozen=True)
class Atlas:
    """Boundaries, places and people as of one day (Asia/Shanghai); immutable.

    ``disclosures`` are those of today where the atlas was read from a store; without, it is
    its own judge. ``edition`` is ``public`` only for what :func:`gis.disclosure.public`
    returned. One that
    :func:`gis.disclosure.scoped` returned holds the internal edition of the grids ``covered``
    and refers to the public atlas ``elsewhere`` for all others. ``retired``: codes that are no
    longer in use, with those of the grids that have their ground today.
    """

    division: Division
    directory: Directory
    roster: Roster
    as_of: date
    edition: Edition = "internal"
    name: str = ""
    code: str = ""
    elsewhere: Atlas | None = None
    covered: frozenset[GridId] = frozenset()
    disclosures: Disclosures | None = field(default=None, compare=False)
    retired: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def on(self, grid: GridId | None) -> Atlas:
        """Return the atlas that answers for a grid: this one, or the public one elsewhere."""
        if self.elsewhere is None or grid in self.covered:
            return self
        return self.elsewhere

    def dated(self, day: date) -> Atlas:
        """Return this atlas as of another day on which nothing in it differs."""
        if day == self.as_of:
            return self
        elsewhere = self.elsewhere.dated(day) if self.elsewhere else None
        return self._with_tables_of(self, replace(self, as_of=day, elsewhere=elsewhere))

    def built_on(self, before: Atlas) -> Atlas:
        """Return this atlas with the parts of an earlier one that are the same.

        What was built of those, such as the locator of the division, need not be built again.
        """
        parts = {p: getattr(self, p) for p in ("division", "directory", "roster")}
        same = {p: b for p, v in parts.items() if (b := getattr(before, p)) == v}
        return self._with_tables_of(before, replace(self, **same)) if same else self

    @staticmethod
    def _with_tables_of(before: Atlas, after: Atlas) -> Atlas:
        """Let an atlas have the tables of another that are of parts they share."""
        tables: tuple[str, ...] = ()
        if after.division is before.division:
            tables += ("locator",)
        if after.directory is before.directory:
            tables += ("_place_boxes", "_inside")
        if after.division is before.division and after.directory is before.directory:
            tables += ("grid_of", "_places_by_grid")
        vars(after).update({t: vars(before)[t] for t in tables if t in vars(before)})
        return after

    @property
    def synthetic(self) -> bool:
        """Tell whether any part of it is invented."""
        return self.division.synthetic or self.directory.synthetic or self.roster.synthetic

    @property
    def version(self) -> dict[str, int]:
        """The version of each part."""
        return {
            "division": self.division.version,
            "directory": self.directory.version,
            "roster": self.roster.version,
        }

    @cached_property
    def locator(self) -> Locator:
        """The locator of its division."""
        return Locator(self.division)

    @cached_property
    def grid_of(self) -> dict[PlaceId, GridId | None]:
        """The level-3 grid of every place, derived from its point; None outside."""
        places = self.directory.places
        if not places:
            return {}
        points = shapely.point_on_surface(np.array([p.geometry for p in places], dtype=object))
        rows = self.locator.locate_many(shapely.get_coordinates(points)).tolist()
        grids = self.locator.grids
        return {p.id: grids[i].id if i >= 0 else None for p, i in zip(places, rows, strict=True)}

    @cached_property
    def _places_by_grid(self) -> dict[GridId, tuple[Place, ...]]:
        lists: dict[GridId, list[Place]] = {g.id: [] for g in self.division}
        above: dict[GridId, list[list[Place]]] = {}
        grid_of = self.grid_of
        for place in self.directory.places:
            if (grid := grid_of[place.id]) is not None:
                if grid not in above:
                    above[grid] = [lists[a.id] for a in self.division.chain(grid)]
                for places in above[grid]:
                    places.append(place)
        return {grid: tuple(places) for grid, places in lists.items()}

    def places_in(self, grid: GridId) -> tuple[Place, ...]:
        """Return the places on a grid of any level, by id."""
        return self._places_by_grid.get(grid, ())

    def counts(self, grid: Grid) -> Counts:
        """Return how many things stand on a grid."""
        kinds = [p.kind for p in self.places_in(grid.id)]
        return Counts(
            households=grid.households,
            resident_population=grid.resident_population,
            buildings=kinds.count(PlaceKind.BUILDING),
            businesses=kinds.count(PlaceKind.BUSINESS),
            resident_units=kinds.count(PlaceKind.RESIDENT_UNIT),
        )

    def sheet(self, grid: Grid) -> Sheet:
        """Return everything about a grid of this division."""
        answering = self.on(grid.id)
        if answering is not self:
            return answering.sheet(answering.division.by_id[grid.id])
        chain = self.division.chain(grid.id)
        return Sheet(
            grid=grid,
            chain=chain,
            responsible=self.roster.responsible(tuple(g.id for g in chain), self.as_of),
            organisations=self.roster.organisations_of(grid.id),
            counts=self.counts(grid),
        )

    @cached_property
    def _place_boxes(self) -> BoxIndex:
        geometries = np.array([p.geometry for p in self.directory.places], dtype=object)
        return BoxIndex(shapely.bounds(geometries))

    def places_at(self, lon: float, lat: float) -> tuple[Place, ...]:
        """Return the places whose footprint or point is at a WGS84 point, buildings first.

        The businesses of a building stand there too.
        """
        near = [self.directory.places[i] for i in self._place_boxes.at(lon, lat)]
        if not near:
            return ()
        point = shapely.Point(lon, lat)
        found = [p for p in near if shapely.intersects(p.geometry, point)]
        here = {p.id for p in found}
        found += [p for b in sorted(here) for p in self._inside.get(b, ()) if p.id not in here]
        order = list(PlaceKind)
        return tuple(sorted(found, key=lambda p: (order.index(p.kind), p.id)))

    @cached_property
    def _inside(self) -> dict[PlaceId, tuple[Place, ...]]:
        lists: dict[PlaceId, list[Place]] = {}
        for place in self.directory.places:
            if place.building is not None:
                lists.setdefault(place.building, []).append(place)
        return {building: tuple(places) for building, places in lists.items()}

    def spot(self, lon: float, lat: float, *, tolerance_m: float = DEFAULT_TOLERANCE_M) -> Spot:
        """Return everything about a WGS84 point.

        Raises
        ------
        InvalidInput
            A coordinate that is not finite or out of range.
        """
        location = self.locator.locate(lon, lat, tolerance_m=tolerance_m)
        sheets = tuple(self.sheet(g) for g in location.grids)
        return Spot(location, sheets, self.places_at(lon, lat))

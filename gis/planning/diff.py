"""What a plan changes, or how any two divisions differ: who and what changes grid.

Ground is compared in *pieces* that lie in one grid on either side: the cells of a plan, or the
places and the cut-up areas of two divisions. A :class:`Side` says of a grid what it lies in, what
it is called and who leads it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely

from gis.atlas import Atlas
from gis.directory import Directory, Place, PlaceKind
from gis.division import Grid
from gis.geometry import area_m2, same_shape
from gis.ids import GridId, Level, PersonId, PlaceId
from gis.planning.cell_map import Cell
from gis.planning.evaluation import PlanView
from gis.planning.leaders import leaders_before
from gis.planning.state import GridAttributes, attributes_of


class MovedCounts(NamedTuple):
    """How much changes grid."""

    cells: int = 0
    buildings: int = 0
    households: int = 0
    shops: int = 0
    units: int = 0

    def plus(self, other: MovedCounts) -> MovedCounts:
        """Return the sum."""
        return MovedCounts(
            self.cells + other.cells,
            self.buildings + other.buildings,
            self.households + other.households,
            self.shops + other.shops,
            self.units + other.units,
        )


class Brief(NamedTuple):
    """A grid as one names it."""

    id: GridId
    code: str
    name: str


@dataclass(frozen=True)
class Side:
    """One of two things compared: its grids, their codes and leaders."""

    grids: Mapping[GridId, GridAttributes]
    code: Callable[[GridId], str]
    leaders: Mapping[GridId, tuple[PersonId, ...]]

    @cached_property
    def _chains(self) -> dict[GridId, tuple[GridId | None, ...]]:
        return {}

    def chain(self, grid: GridId | None) -> tuple[GridId | None, ...]:
        """Return the grids of level 1, 2 and 3 above and at a level-3 grid, None where none is."""
        if grid is None or grid not in self.grids:
            return (None, None, None)
        if grid not in self._chains:
            two = self.grids[grid].parent
            one = self.grids[two].parent if two is not None and two in self.grids else None
            self._chains[grid] = (one, two, grid)
        return self._chains[grid]

    def brief(self, grid: GridId | None) -> Brief | None:
        """Return how a grid is named."""
        if grid is None or grid not in self.grids:
            return None
        return Brief(grid, self.code(grid), self.grids[grid].name)


def side_of(view: PlanView) -> Side:
    """Return a plan as it stands, as one side."""
    return Side(view.state.grids, view.code, view.leaders)


def base_side(view: PlanView) -> Side:
    """Return what a plan was begun from, as one side."""
    grids = view.base.state.grids
    return Side(grids, lambda g: grids[g].code or "", view.base.leaders)


def atlas_side(atlas: Atlas) -> Side:
    """Return a division as one side."""
    grids = {g.id: attributes_of(g) for g in atlas.division}
    people = leaders_before(atlas.division, atlas.roster, atlas.as_of)
    return Side(grids, lambda g: grids[g].code or "", people)


@dataclass
class ChangedPiece:
    """What lies in one level-3 grid before and in one after."""

    before: GridId | None
    after: GridId | None
    moved: MovedCounts = field(default_factory=MovedCounts)
    area_m2: float = 0.0
    places: list[PlaceId] = field(default_factory=list)


def pieces_of(view: PlanView) -> list[ChangedPiece]:
    """Return the ground of a plan in pieces, by its cells."""
    cells: dict[tuple[GridId | None, GridId | None], list[Cell]] = {}
    owner = view.state.owner
    for cell in view.state.cell_map.cells.values():
        cells.setdefault((cell.grid, owner.get(cell.id)), []).append(cell)
    return [
        ChangedPiece(
            before,
            after,
            MovedCounts(
                len(mine),
                sum(len(c.buildings) for c in mine),
                sum(c.households for c in mine),
                sum(len(c.shops) for c in mine),
                sum(len(c.units) for c in mine),
            ),
            math.fsum(c.area_m2 for c in mine),
            [p for c in mine for p in (*c.buildings, *c.shops, *c.units)],
        )
        for (before, after), mine in cells.items()
    ]


def pieces_between(left: Atlas, right: Atlas) -> list[ChangedPiece]:
    """Return the ground of two divisions in pieces: the places of the right one, and areas."""
    found: dict[tuple[GridId | None, GridId | None], ChangedPiece] = {}
    here = Atlas(left.division, right.directory, left.roster, left.as_of)
    for place in right.directory.places:
        key = (here.grid_of[place.id], right.grid_of[place.id])
        piece = found.setdefault(key, ChangedPiece(*key))
        piece.moved = piece.moved.plus(_weight(place))
        piece.places.append(place.id)
    for one, other, area in _areas(left, right):
        piece = found.setdefault((one, other), ChangedPiece(one, other))
        piece.area_m2 += area
    return list(found.values())


def _weight(place: Place) -> MovedCounts:
    return MovedCounts(
        0,
        int(place.kind is PlaceKind.BUILDING),
        (place.households or 0) if place.kind is PlaceKind.BUILDING else 0,
        int(place.kind is PlaceKind.BUSINESS),
        int(place.kind is PlaceKind.RESIDENT_UNIT),
    )


def _areas(left: Atlas, right: Atlas) -> Iterable[tuple[GridId, GridId, float]]:
    """Yield the area in m² that each grid has in common with each of the other side."""
    before, after = left.division.level(3), right.division.level(3)
    if not before or not after:
        return
    old = np.array([g.boundary for g in before], dtype=object)
    new = np.array([g.boundary for g in after], dtype=object)
    rows, columns = shapely.STRtree(new).query(old, predicate="intersects")
    # Neighbours only touch: what is the same grid with the same boundary need not be cut.
    same = {
        g.id: area_m2(g.boundary)
        for g in before
        if (n := right.division.by_id.get(g.id)) is not None and same_shape(n.boundary, g.boundary)
    }
    for grid, area in same.items():
        yield grid, grid, area
    pairs = [
        (i, j)
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        if before[i].id not in same and after[j].id not in same
    ]
    if not pairs:
        return
    cut = shapely.intersection(old[[i for i, _ in pairs]], new[[j for _, j in pairs]])
    for (i, j), area in zip(pairs, area_m2(cut).tolist(), strict=True):
        if area > 0.5:
            yield before[i].id, after[j].id, area


# --- the sheet -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Impact:
    """What changes, in numbers.

    ``moved`` is what changes grid on any level; ``handed_over`` are the households that get
    another leader on any level, ``leaders`` the leaders who give up or get households.
    """

    grids_changed: int
    grids_new: int
    grids_retired: int
    moved: MovedCounts
    handed_over: int
    leaders: int
    codes_new: int
    codes_retired: int


def impact_of(view: PlanView) -> Impact:
    """Return what a plan changes against its base, in numbers."""
    return Comparison(base_side(view), side_of(view), pieces_of(view), view.touched).impact


@dataclass(frozen=True)
class MatrixRow:
    """A line of the matrix; ``share`` is of the old grid's households, of its area without any."""

    level: Level
    before: GridId | None
    after: GridId | None
    moved: MovedCounts
    area_m2: float
    share: float


@dataclass(frozen=True)
class Handover:
    """What passes from one leader to another on a level."""

    level: Level
    before: PersonId | None
    after: PersonId | None
    grids: tuple[tuple[GridId | None, GridId | None], ...]
    moved: MovedCounts


@dataclass(frozen=True)
class Comparison:
    """Two sides, and the pieces of ground they have in common.

    ``reshaped`` are the grids of the right side that are not as they were.
    """

    left: Side
    right: Side
    pieces: list[ChangedPiece]
    reshaped: frozenset[GridId]

    @cached_property
    def changed(self) -> frozenset[GridId]:
        """The grids of both sides that are new, gone or not as they were."""
        gone = {g for g in self.left.grids if g not in self.right.grids}
        return self.reshaped | gone

    def rows(self, level: Level) -> list[MatrixRow]:
        """Return the old to new matrix of a level, where either grid changed."""
        sums: dict[tuple[GridId | None, GridId | None], tuple[MovedCounts, float]] = {}
        wholes: dict[GridId | None, tuple[int, float]] = {}
        for piece in self.pieces:
            old = self.left.chain(piece.before)[level - 1]
            new = self.right.chain(piece.after)[level - 1]
            moved, area = sums.get((old, new), (MovedCounts(), 0.0))
            sums[old, new] = (moved.plus(piece.moved), area + piece.area_m2)
            households, whole = wholes.get(old, (0, 0.0))
            wholes[old] = (households + piece.moved.households, whole + piece.area_m2)
        found = []
        for (old, new), (moved, area) in sums.items():
            if old == new and old not in self.changed:
                continue
            households, whole = wholes[old]
            share = moved.households / households if households else area / whole if whole else 1.0
            found.append(MatrixRow(level, old, new, moved, area, share))
        return sorted(found, key=lambda r: (self._order(self.left, r.before), -r.share))

    @staticmethod
    def _order(side: Side, grid: GridId | None) -> str:
        return side.code(grid) if grid is not None and grid in side.grids else "~"

    @cached_property
    def moving(self) -> list[ChangedPiece]:
        """The pieces that change grid on any level."""
        return [p for p in self.pieces if self.left.chain(p.before) != self.right.chain(p.after)]

    def levels(self, piece: ChangedPiece) -> list[int]:
        """Return the levels on which a piece changes grid."""
        pairs = zip(self.left.chain(piece.before), self.right.chain(piece.after), strict=True)
        return [i for i, (a, b) in enumerate(pairs, start=1) if a != b]

    @cached_property
    def handovers(self) -> list[Handover]:
        """Who hands over to whom, level by level, the most households first."""
        sums: dict[tuple[Level, PersonId | None, PersonId | None], MovedCounts] = {}
        grids: dict[
            tuple[Level, PersonId | None, PersonId | None],
            dict[tuple[GridId | None, GridId | None], None],
        ] = {}
        for piece in self.pieces:
            before, after = self.left.chain(piece.before), self.right.chain(piece.after)
            for level, old, new in zip(Level, before, after, strict=True):
                giver, taker = _leader(self.left, old), _leader(self.right, new)
                if giver != taker:
                    key = (level, giver, taker)
                    sums[key] = sums.get(key, MovedCounts()).plus(piece.moved)
                    grids.setdefault(key, {})[old, new] = None
        found = [Handover(*key, tuple(grids[key]), moved) for key, moved in sums.items()]
        return sorted(found, key=lambda h: (h.level, -h.moved.households))

    @cached_property
    def impact(self) -> Impact:
        """What changes, in numbers."""
        moved, handed = MovedCounts(), 0
        people: set[PersonId | None] = set()
        for piece in self.pieces:
            before, after = self.left.chain(piece.before), self.right.chain(piece.after)
            if before != after:
                moved = moved.plus(piece.moved)
            pairs = [
                (_leader(self.left, a), _leader(self.right, b))
                for a, b in zip(before, after, strict=True)
            ]
            other = [(a, b) for a, b in pairs if a != b]
            if other:
                handed += piece.moved.households
                people.update(p for pair in other for p in pair)
        new = [g for g in self.right.grids if g not in self.left.grids]
        gone = [g for g in self.left.grids if g not in self.right.grids]
        fresh, retired = self.codes
        return Impact(
            grids_changed=len(self.reshaped) - len(new),
            grids_new=len(new),
            grids_retired=len(gone),
            moved=moved,
            handed_over=handed,
            leaders=len(people - {None}),
            codes_new=len(fresh),
            codes_retired=len(retired),
        )

    @cached_property
    def codes(self) -> tuple[dict[str, GridId], dict[str, GridId]]:
        """The codes that begin and those that end, each with its grid."""
        old = {self.left.code(g): g for g in self.left.grids}
        new = {self.right.code(g): g for g in self.right.grids}
        return (
            {c: g for c, g in new.items() if c not in old},
            {c: g for c, g in old.items() if c not in new},
        )

    @cached_property
    def lineage(self) -> list[MatrixRow]:
        """Which grid took over how much of which, where a grid is not simply itself.

        Rows of one level after the other; shares under a thousandth are left out.
        """
        found = []
        for level in Level:
            for row in self.rows(level):
                if row.before is None or row.after is None or row.share < 0.001:
                    continue
                renumbered = self.left.code(row.before) != self.right.code(row.after)
                if row.before != row.after or renumbered:
                    found.append(row)
        return found

    def successors(self, grid: GridId) -> list[tuple[GridId, float]]:
        """Return the grids that took over a grid of the left side, the largest share first."""
        level = self.left.grids[grid].level
        found = [
            (r.after, r.share) for r in self.rows(level) if r.before == grid and r.after is not None
        ]
        return sorted(found, key=lambda pair: -pair[1])


def _leader(side: Side, grid: GridId | None) -> PersonId | None:
    if grid is None:
        return None
    return next(iter(side.leaders.get(grid, ())), None)


def comparison_of(view: PlanView) -> Comparison:
    """Return a plan against its base."""
    return Comparison(base_side(view), side_of(view), pieces_of(view), view.touched)


def comparison_between(left: Atlas, right: Atlas) -> Comparison:
    """Return any two divisions compared, with the places of the right one."""
    before = left.division.by_id
    reshaped = frozenset(
        g.id for g in right.division if (old := before.get(g.id)) is None or _differs(old, g)
    )
    return Comparison(atlas_side(left), atlas_side(right), pieces_between(left, right), reshaped)


def _differs(old: Grid, new: Grid) -> bool:
    names = ("code", "parent", "name", "kind", "grid_class", "grid_grade", "members")
    if any(getattr(old, n) != getattr(new, n) for n in names):
        return True
    return not same_shape(old.boundary, new.boundary)


def changes_of(
    old: GridAttributes | None, new: GridAttributes | None, *, reshaped: bool, codes: bool
) -> list[str]:
    """Return what changed about a grid, as the sheet names it."""
    if old is None:
        return ["new"]
    if new is None:
        return ["retired"]
    found = ["boundary"] if reshaped else []
    found += ["parent"] if old.parent != new.parent else []
    names = ("name", "kind", "grid_class", "grid_grade", "members", "parts")
    found += [n for n in names if getattr(old, n) != getattr(new, n)]
    return found + (["code"] if codes else [])


def places_of(directory: Directory, places: Iterable[PlaceId]) -> list[Place]:
    """Return places by identity, in the order of their kinds."""
    order = list(PlaceKind)
    known = [directory.by_id[p] for p in places if p in directory.by_id]
    return sorted(known, key=lambda p: (order.index(p.kind), p.id))

"""Grids, and the division of a subdistrict into three nested levels of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from gis.content_hash import ContentDigest, content_digest
from gis.errors import NotFound
from gis.ids import GridId, Level

CODE_SCHEME = "nbs-2023"
GRID_CLASSES = ("甲", "乙", "丙")
GRID_GRADES = ("A", "B", "C")


class GridKind(StrEnum):
    """What a grid is made of; the count rules apply by kind."""

    COMMUNITY = "community"
    COMPOUND = "compound"
    MERGED_COMPOUND = "merged_compound"
    BUILDING_CLUSTER = "building_cluster"
    SHOPFRONT_ROW = "shopfront_row"
    DEDICATED = "dedicated"
    RESIDUAL = "residual"


KINDS_OF_LEVEL: dict[Level, tuple[GridKind, ...]] = {
    Level.COMMUNITY: (GridKind.COMMUNITY,),
    Level.COMPOUND: (GridKind.COMPOUND, GridKind.MERGED_COMPOUND, GridKind.DEDICATED),
    Level.BUILDING_CLUSTER: (
        GridKind.BUILDING_CLUSTER,
        GridKind.SHOPFRONT_ROW,
        GridKind.DEDICATED,
        GridKind.RESIDUAL,
    ),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One of the compounds or enterprises that a level-2 grid is made of.

    ``kind`` is compound, shanty_site or enterprise; ``housing`` is commercial,
    indemnificatory, shanty or None.
    """

    name: str
    kind: str = "compound"
    housing: str | None = None
    households: int | None = None
    under_construction: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid: a stable identity, the code it is printed with, and its ground.

    ``boundary`` is a Polygon or MultiPolygon in WGS84 degrees. ``parent`` is the id of the
    grid one level up, None on level 1. ``grid_class`` (甲 commercial housing only,
    乙 indemnificatory only, 丙 mixed) is of level 1, ``grid_grade`` (A demonstration,
    B up to standard, C ordinary) of level 2 (seed).
    """

    id: GridId
    code: str
    level: Level
    parent: GridId | None
    name: str
    kind: GridKind
    boundary: BaseGeometry
    code_scheme: str = CODE_SCHEME
    grid_class: str | None = None
    grid_grade: str | None = None
    households: int | None = None
    resident_population: int | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Division:
    """One version of the whole three-level tree of grids; immutable once published.

    It is in force on the days ``effective_from <= day < effective_until`` (half open; until
    None: no end is set). ``grids`` are sorted by level, then code. Level 3 tiles the whole;
    levels 2 and 1 are the unions of their children.
    """

    grids: tuple[Grid, ...]
    title: str = ""
    data_date: str = ""
    note: str = ""
    synthetic: bool = False
    source_datum: str = "wgs84"
    version: int = 0
    effective_from: date | None = None
    effective_until: date | None = None

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.grids, key=lambda g: (g.level, g.code)))
        object.__setattr__(self, "grids", ordered)

    def __iter__(self) -> Iterator[Grid]:
        return iter(self.grids)

    @cached_property
    def by_id(self) -> dict[GridId, Grid]:
        """Every grid by its identity."""
        return {g.id: g for g in self.grids}

    @cached_property
    def by_code(self) -> dict[str, Grid]:
        """Every grid by its printed code."""
        return {g.code: g for g in self.grids}

    @cached_property
    def _children(self) -> dict[GridId | None, tuple[Grid, ...]]:
        lists: dict[GridId | None, list[Grid]] = {}
        for grid in self.grids:
            lists.setdefault(grid.parent, []).append(grid)
        return {parent: tuple(grids) for parent, grids in lists.items()}

    def level(self, level: int) -> tuple[Grid, ...]:
        """Return the grids of one level, by code."""
        return tuple(g for g in self.grids if g.level == level)

    def children(self, grid: GridId | None) -> tuple[Grid, ...]:
        """Return the grids one level down, by code; of None, the level-1 grids."""
        return self._children.get(grid, ())

    def chain(self, grid: GridId) -> tuple[Grid, ...]:
        """Return the grid and those above it, level 1 first."""
        found = [self.by_id[grid]]
        while found[-1].parent is not None:
            found.append(self.by_id[found[-1].parent])
        return tuple(reversed(found))

    def grid(self, code: str) -> Grid:
        """Return the grid that carries a code.

        Raises
        ------
        NotFound
            When no grid of this division carries it.
        """
        if found := self.by_code.get(code):
            return found
        raise NotFound(
            f"no grid has the code {code[:40]!r} in division {self.version}",
            f"第 {self.version} 版划分中没有编号为 {code[:40]!r} 的网格",
        )

    @cached_property
    def digest(self) -> ContentDigest:
        """The SHA-256 of its content; one each of its head and its grids."""
        head = (self.title, self.data_date, self.note, self.synthetic, self.source_datum)
        return content_digest([head, *self.grids])

    @property
    def sha256(self) -> str:
        """The SHA-256 of its content: the head and every grid, not the version or the dates."""
        return self.digest.sha256

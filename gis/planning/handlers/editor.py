"""A state being changed, and what every act on it may name and do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gis.directory import Directory
from gis.division import KINDS_OF_LEVEL, GridKind
from gis.errors import Conflict, InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level, PersonId
from gis.planning.state import GridAttributes, PlanChange, PlanState, apply_change, combined
from gis.roster import Roster


@dataclass(frozen=True)
class Context:
    """What an operation may need besides the state.

    ``new_id`` gives the id of a new grid, one that no grid ever had. ``waivable`` returns the
    sentence of each finding that may be waived. ``author`` and ``now`` (ISO 8601, UTC) stand
    on a waiver.
    """

    directory: Directory
    roster: Roster
    day: date
    new_id: Callable[[Level], GridId]
    waivable: Callable[[PlanState], Mapping[str, Text]]
    author: str = ""
    now: str = ""


class PlanEditor:
    """A state being changed: every act replaces ``state`` by the next."""

    def __init__(self, state: PlanState, context: Context) -> None:
        self.state = state
        self.context = context
        self._changes: list[PlanChange] = []

    def apply(self, change: PlanChange) -> None:
        """Replace the state by the one after a change."""
        self.state = apply_change(self.state, change)
        self._changes.append(change)

    @property
    def change(self) -> PlanChange:
        """All that was changed so far, as one change."""
        return combined(self._changes)

    # --- what is named ---

    def grid(self, name: str, field: str) -> GridAttributes:
        """Return the grid with an id or code."""
        found = self.state.grids.get(GridId(name))
        if found is None:
            found = next((s for s in self.state.grids.values() if s.code == name), None)
        if found is None:
            raise InvalidInput(
                field,
                f"{field}: this plan has no grid {name[:40]!r}",
                f"{field}：本方案中没有网格 {name[:40]!r}",
            )
        return found

    def of_level(self, name: str, field: str, level: Level) -> GridAttributes:
        found = self.grid(name, field)
        if found.level is not level:
            raise InvalidInput(
                field,
                f"{field}: {found.name} is of level {int(found.level)}, must be of {int(level)}",
                f"{field}：{found.name} 是第 {int(found.level)} 级网格，应为第 {int(level)} 级",
            )
        return found

    def cells(self, numbers: Iterable[int]) -> list[int]:
        named = list(dict.fromkeys(numbers))
        for number in named:
            if number not in self.state.cell_map.cells:
                raise InvalidInput(
                    "cells",
                    f"cells: this plan has no cell {number}; fetch the drawing anew",
                    f"cells：本方案中没有单元 {number}；请重新读取图形",
                )
        return named

    def person(self, name: str, field: str = "person") -> PersonId:
        if PersonId(name) not in self.context.roster.by_id:
            raise InvalidInput(
                field,
                f"{field}: nobody in the roster has the id {name[:40]!r}",
                f"{field}：名册中没有 id 为 {name[:40]!r} 的人员",
            )
        return PersonId(name)

    def name_of(self, grid: GridId | None) -> str:
        attributes = self.state.grids.get(grid) if grid else None
        return attributes.name if attributes else "—"

    # --- what is changed ---

    def check_open(self, *grids: GridId | None) -> None:
        """Refuse to change a grid that is locked, or lies in one that is."""
        for grid in grids:
            for attributes in self.state.chain(grid) if grid else ():
                if attributes.id in self.state.locked:
                    raise Conflict(
                        f"grid {attributes.name} is locked: unlock it first",
                        f"网格“{attributes.name}”已锁定：请先解锁",
                    )

    def move(self, cells: Collection[int], to: GridId, *, drop: bool = True) -> list[int]:
        """Give cells to a level-3 grid; grids left without any are retired, unless told not to."""
        owner = self.state.owner
        moving = [c for c in cells if owner.get(c) != to]
        sources = list(dict.fromkeys(owner[c] for c in moving if c in owner))
        self.check_open(to, *sources)
        change = PlanChange(cells={c: (owner.get(c), to) for c in moving})
        self.apply(change)
        for source in sources:
            if drop and source not in self.state.cells_of and source != to:
                self.drop(source)
        return moving

    def drop(self, grid: GridId) -> None:
        """Take a grid out that has nothing in it; those above that held nothing else go too."""
        attributes = self.state.grids[grid]
        self.put(grid, None)
        parent = attributes.parent
        if parent is not None and parent in self.state.grids and not self.state.children(parent):
            self.drop(parent)

    def put(self, grid: GridId, attributes: GridAttributes | None) -> None:
        before = self.state.grids.get(grid)
        locks = {}
        if attributes is None and grid in self.state.locked:
            locks[grid] = (True, None)
        self.apply(PlanChange(grids={grid: (before, attributes)}, locks=locks))

    def edit(self, grid: GridId, **fields: Any) -> None:
        self.check_open(grid)
        self.put(grid, replace(self.state.grids[grid], **fields))

    def adopt(self, grid: GridId, parent: GridId) -> None:
        """Give a grid another parent; the one it leaves goes when it is left with none."""
        attributes = self.state.grids[grid]
        old = attributes.parent
        self.check_open(grid, parent)
        self.put(grid, replace(attributes, parent=parent))
        if old is not None and old in self.state.grids and not self.state.children(old):
            self.check_open(old)
            self.drop(old)

    def new(self, attributes: GridAttributes) -> GridId:
        self.put(attributes.id, attributes)
        return attributes.id


def exactly_one(op: Any, *members: str) -> None:
    """Refuse an operation that does not have exactly one of some members."""
    given = [m for m in members if getattr(op, m)]
    if len(given) != 1:
        listed = ", ".join(members)
        raise InvalidInput(
            given[1] if given else members[0],
            f"give exactly one of {listed}",
            f"{listed} 应恰好给出其一",
            members,
        )


def check_kind(level: Level, kind: str, field: str) -> GridKind:
    """Return a kind that a level allows."""
    allowed = KINDS_OF_LEVEL[level]
    if kind in allowed:
        return GridKind(kind)
    listed = ", ".join(allowed)
    raise InvalidInput(
        field,
        f"{field} = {kind[:40]!r}: a grid of level {int(level)} is one of {listed}",
        f"{field} = {kind[:40]!r}：第 {int(level)} 级网格应为以下之一：{listed}",
        tuple(allowed),
    )

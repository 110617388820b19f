"""Duties passed on: what becomes of people's duties when grids are split, merged and retired.

- A grid that stays keeps its duties, but for what the plan assigns.
- The duties on a retired grid end on the day the plan takes effect; each passes to the successor
  with the largest share, unless the person holds that role there already. A leader passes on only
  where the successor would have none.
- A new grid takes over the leader of the grid it has most from, and that grid's other officials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from gis.ids import GridId, Level, PersonId
from gis.planning.diff import Comparison
from gis.planning.evaluation import PlanView
from gis.roster import ROLES, Duty, GridRole, Roster


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A duty that ends, begins, or passes from ``grid`` on to ``to``."""

    change: Literal["ends", "begins", "passes"]
    person: PersonId
    role: GridRole
    grid: GridId
    to: GridId | None
    day: date


@dataclass(frozen=True)
class Succession:
    """The roster once a plan takes effect, and what changes in it."""

    roster: Roster
    changes: tuple[DutyChange, ...]


def succession(
    view: PlanView,
    comparison: Comparison,
    roster: Roster,
    day: date,
    new_id: Callable[[], str],
) -> Succession:
    """Return a roster with the duties that a plan leads to from a day on."""
    work = _Work(view, comparison, roster, day, new_id)
    work.retired()
    work.assigned()
    work.inherited()
    moved = {g: s[0][0] for g in view.retired if (s := comparison.successors(g))}
    organisations = tuple(
        replace(o, grid=moved[o.grid]) if o.grid in moved else o for o in roster.organisations
    )
    changed = replace(roster, duties=tuple(work.duties.values()), organisations=organisations)
    return Succession(changed, tuple(work.changes))


class _Work:
    def __init__(
        self,
        view: PlanView,
        comparison: Comparison,
        roster: Roster,
        day: date,
        new_id: Callable[[], str],
    ) -> None:
        self.view, self.comparison, self.day, self.new_id = view, comparison, day, new_id
        self.duties = {d.id: d for d in roster.duties}
        self.changes: list[DutyChange] = []

    def _held(self, grid: GridId) -> list[Duty]:
        return [
            d
            for d in self.duties.values()
            if d.grid == grid and (d.until is None or d.until > self.day)
        ]

    def _end(self, duty: Duty, day: date) -> None:
        if duty.since < day:
            self.duties[duty.id] = replace(duty, until=day)
        else:
            del self.duties[duty.id]

    def _begin(self, person: PersonId, grid: GridId, role: GridRole, day: date) -> bool:
        if any(d.person == person and d.role is role for d in self._held(grid)):
            return False
        identity = self.new_id()
        self.duties[identity] = Duty(identity, person, grid, role, day)
        return True

    def retired(self) -> None:
        for grid in self.view.retired:
            successors = self.comparison.successors(grid)
            heir = successors[0][0] if successors else None
            for duty in self._held(grid):
                self._end(duty, self.day)
                led = duty.role is GridRole.GRID_LEADER
                passes = heir is not None and not (led and self.view.leaders.get(heir))
                if passes and heir is not None:
                    passes = self._begin(duty.person, heir, duty.role, self.day)
                self._note("passes" if passes else "ends", duty, heir if passes else None)

    def _note(self, change: Literal["ends", "passes"], duty: Duty, to: GridId | None) -> None:
        if duty.grid is not None:
            self.changes.append(DutyChange(change, duty.person, duty.role, duty.grid, to, self.day))

    def assigned(self) -> None:
        for wish in self.view.state.duties.values():
            day = max(wish.since or self.day, self.day)
            if wish.grid not in self.view.grids:
                continue
            if wish.held:
                if self._begin(wish.person, wish.grid, wish.role, day):
                    self.changes.append(
                        DutyChange("begins", wish.person, wish.role, wish.grid, None, day)
                    )
                continue
            for duty in self._held(wish.grid):
                if duty.person == wish.person and duty.role is wish.role:
                    self._end(duty, day)
                    self.changes.append(
                        DutyChange("ends", wish.person, wish.role, wish.grid, None, day)
                    )

    def inherited(self) -> None:
        """Give new grids the leader, and compounds the other officials, of their predecessor."""
        before = self.view.base.state.grids
        for grid, grid_view in self.view.grids.items():
            if grid in before:
                continue
            old = self.view.predecessor(grid)
            for person in self.view.leaders.get(grid, ()):
                if self._begin(person, grid, GridRole.GRID_LEADER, self.day) and old is not None:
                    self.changes.append(
                        DutyChange("passes", person, GridRole.GRID_LEADER, old, grid, self.day)
                    )
            if old is None or grid_view.attributes.level is Level.BUILDING_CLUSTER:
                continue
            for duty in self._held(old) if old in self.view.grids else []:
                if duty.role is GridRole.GRID_LEADER or not ROLES[duty.role].official:
                    continue
                if self._begin(duty.person, grid, duty.role, self.day):
                    self.changes.append(
                        DutyChange("passes", duty.person, duty.role, old, grid, self.day)
                    )

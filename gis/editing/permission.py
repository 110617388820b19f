"""Who may edit what: planners and those above them everything, staff what is on their grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gis.atlas import Atlas
from gis.audit import Author
from gis.division import Division
from gis.errors import NotAllowed
from gis.ids import GridId
from gis.roster import Duty, Person, Roster, answering


@dataclass(frozen=True)
class Editor:
    """Somebody at a desk: as the audit log says it, and the grids they may edit.

    ``grids`` cover all grids below them; None is the whole subdistrict and everything in it.
    """

    author: Author
    grids: frozenset[GridId] | None

    def may_edit_grid(self, division: Division, grid: GridId | None) -> bool:
        """Tell whether they may change who serves on a grid, and what stands on it.

        ``grid`` None is the subdistrict, or no grid at all.
        """
        if self.grids is None:
            return True
        if grid is None or grid not in division.by_id:
            return False
        return any(above.id in self.grids for above in division.chain(grid))

    def check_grid(self, division: Division, grid: GridId | None) -> None:
        """Refuse a grid they may not edit.

        Raises
        ------
        NotAllowed
            Naming the grid.
        """
        if self.may_edit_grid(division, grid):
            return
        found = division.by_id.get(grid) if grid is not None else None
        shown = found.code if found else grid or "the subdistrict"
        name = self.author.name
        raise NotAllowed(
            f"grid {shown} is not among the grids of {name or 'the public'}: "
            "ask an administrator to widen the scope of the account",
            f"网格 {shown} 不在{name or '公众'}的管辖范围内：请联系管理员调整账号范围",
        )

    def may_edit_person(self, atlas: Atlas, person: Person) -> bool:
        """Tell whether they may change somebody: one of the grids that answer for them is theirs.

        Of those who hold no duty now or later the last one counts; somebody who never held any
        may be changed by everybody on the staff (:func:`gis.roster.answering`).
        """
        held = atlas.roster.duties_of(person.id)
        return self._answers_for(atlas.division, held, atlas.as_of)

    def _answers_for(self, division: Division, held: Sequence[Duty], day: date) -> bool:
        counting = answering(held, day)
        return not counting or any(self.may_edit_grid(division, d.grid) for d in counting)

    def check_person(self, atlas: Atlas, person: Person) -> None:
        """Refuse somebody they may not change.

        Raises
        ------
        NotAllowed
            Naming the person.
        """
        if not self.may_edit_person(atlas, person):
            raise NotAllowed(
                f"{person.name} serves on grids that are not among yours: ask an administrator",
                f"{person.name} 任职的网格不在您的管辖范围内：请联系管理员",
            )

    def check_not_widened(
        self, division: Division, before: Roster, after: Roster, day: date
    ) -> None:
        """Refuse a change of duties by which they would come to see or change somebody.

        On no day from ``day`` on may a grid of theirs answer for somebody for whom none would
        have answered without the change: not by a duty of somebody else's colleague, not by one
        that begins in many years, not by one that is held longer.

        Raises
        ------
        NotAllowed
            Naming the person, and who may do it.
        """
        if self.grids is None:
            return
        for person in after.people:
            was, now = before.duties_of(person.id), after.duties_of(person.id)
            if was != now and self._widened(division, was, now, day):
                raise NotAllowed(
                    f"{person.name} serves, or last served, on grids that are not among yours: "
                    "a planner makes this appointment, or their own staff consent to your request",
                    f"{person.name} 在您管辖范围以外的网格任职（或最近任职）："
                    "请由规划员办理任命，或向其所在网格的工作人员提出申请",
                )

    def _widened(
        self, division: Division, was: Sequence[Duty], now: Sequence[Duty], day: date
    ) -> bool:
        ends = {d.until for d in (*was, *now) if d.until is not None and d.until > day}
        return any(
            self._answers_for(division, now, at) and not self._answers_for(division, was, at)
            for at in (day, *sorted(ends))
        )


def duties_of(atlas: Atlas, person: Person) -> list[Duty]:
    """Return every duty somebody holds, held or will hold, the newest first."""
    return list(atlas.roster.duties_of(person.id))

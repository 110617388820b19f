"""Who may edit what: planners and those above them everything, staff what is on their grids."""

from __future__ import annotations

from dataclasses import dataclass

from gis.atlas import Atlas
from gis.audit import Author
from gis.division import Division
from gis.errors import NotAllowed
from gis.ids import GridId
from gis.roster import Duty, Person


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
        """Tell whether they may change somebody: one of the duties is on their grids.

        Of those who hold none now or later the last one counts; somebody who never held any may
        be changed by everybody on the staff.
        """
        held = duties_of(atlas, person)
        counting = [d for d in held if d.until is None or d.until > atlas.as_of] or held[:1]
        if not counting:
            return True
        return any(self.may_edit_grid(atlas.division, d.grid) for d in counting)

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


def duties_of(atlas: Atlas, person: Person) -> list[Duty]:
    """Return every duty somebody holds, held or will hold, the newest first."""
    held = [d for d in atlas.roster.duties if d.person == person.id]
    return sorted(held, key=lambda d: (d.since, d.id), reverse=True)

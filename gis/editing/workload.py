"""Which grids nobody leads, and what the buildings say of a grid's count."""

from __future__ import annotations

from gis.atlas import Atlas
from gis.directory import PlaceKind
from gis.division import Grid
from gis.findings import Finding, Text, note
from gis.ids import GridId
from gis.roster import GridRole


def without_leader(atlas: Atlas) -> tuple[Grid, ...]:
    """Return the grids that nobody leads on the day of an atlas, by level and code."""
    return tuple(
        grid
        for grid in atlas.division
        if not any(
            held.duty.role is GridRole.GRID_LEADER
            for held in atlas.roster.duties_on(grid.id, atlas.as_of)
        )
    )


def count_against_buildings(atlas: Atlas, grid: GridId | None) -> tuple[Finding, ...]:
    """Return a remark for a grid, and each above it, whose count its buildings do not make up.

    The count of a grid belongs to the division and is not changed by an edit of a building.
    Grids without a count, or whose buildings have none, are passed over.
    """
    if grid is None or grid not in atlas.division.by_id:
        return ()
    findings = []
    for one in reversed(atlas.division.chain(grid)):
        known = [
            p.households
            for p in atlas.places_in(one.id)
            if p.kind is PlaceKind.BUILDING and p.households is not None
        ]
        if one.households is None or not known or sum(known) == one.households:
            continue
        off = sum(known) - one.households
        text = Text(
            f"the buildings of {one.name} have {sum(known)} households, its stored count is "
            f"{one.households} ({off:+d}): the division keeps its count until it is published anew",
            f"{one.name} 各楼栋合计 {sum(known)} 户，网格登记为 {one.households} 户（{off:+d}）："
            "网格户数在下次发布划分前保持不变",
        )
        findings.append(
            note("households_differ", text, grid_code=one.code, size=float(off), unit="households")
        )
    return tuple(findings)

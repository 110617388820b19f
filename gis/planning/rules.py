"""The rules of the seed: what a grid should hold, and that somebody leads it.

- a natural compound of under 300 households is merged with a neighbouring compound or enterprise
  of the same community; the seed does not say the merged grid must reach 300;
- a level-3 grid holds 3 to 5 buildings, or 5 to 10 shopfronts;
- a grid has exactly one leader in force.

All of them are soft: they are reported, and a planner may waive one with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.atlas import Atlas
from gis.division import Grid, GridKind
from gis.findings import Finding, Text, note, warning
from gis.geometry import point_inside
from gis.ids import Level
from gis.roster import Role


@dataclass(frozen=True, slots=True)
class SizeRules:
    """The numbers of the rules; the seed's by default, an office may set its own.

    ``load_factor``: a leader is overburdened with more than so many times the median households
    of the leaders of that level (ours: the seed gives no number).
    """

    least_households: int = 300
    buildings: tuple[int, int] = (3, 5)
    shopfronts: tuple[int, int] = (5, 10)
    load_factor: float = 3.0


def check_sizes(atlas: Atlas, rules: SizeRules | None = None) -> list[Finding]:
    """Return a warning or note for each grid that the size rules speak of.

    Buildings and shopfronts are counted only when the atlas has places: without them a count of
    nought says nothing.
    """
    rules = rules or SizeRules()
    findings = [_households(g, rules) for g in atlas.division.level(Level.COMPOUND)]
    if atlas.directory.places:
        findings += [_count(g, atlas, rules) for g in atlas.division.level(Level.BUILDING_CLUSTER)]
    return [f for f in findings if f is not None]


def _households(grid: Grid, rules: SizeRules) -> Finding | None:
    number, least = grid.households, rules.least_households
    if number is None or number >= least or grid.kind is GridKind.DEDICATED:
        return None
    where = {"grid_code": grid.code, "place": point_inside(grid.boundary)}
    if grid.kind is GridKind.MERGED_COMPOUND:
        text = Text(
            f"{number} households, a merged grid still under the {least} of the seed's rule",
            f"{number} 户，合并后仍少于规则的 {least} 户",
        )
        return note("merged_under_minimum", text, size=number, unit="households", **where)
    text = Text(
        f"{number} households, under the {least} of the seed's rule: merge it with a "
        "neighbour, or waive the rule with a reason",
        f"{number} 户，少于规则的 {least} 户：应与邻近小区或企业合并，或注明理由予以豁免",
    )
    return warning("under_minimum", text, size=number, unit="households", **where)


def _count(grid: Grid, atlas: Atlas, rules: SizeRules) -> Finding | None:
    counts = atlas.counts(grid)
    if grid.kind is GridKind.BUILDING_CLUSTER:
        return _out_of_range(grid, counts.buildings, rules.buildings, ("buildings", "栋楼"))
    if grid.kind is GridKind.SHOPFRONT_ROW:
        return _out_of_range(grid, counts.businesses, rules.shopfronts, ("shopfronts", "户门面房"))
    return None


def _out_of_range(
    grid: Grid, number: int, allowed: tuple[int, int], unit: tuple[str, str]
) -> Finding | None:
    low, high = allowed
    if low <= number <= high:
        return None
    way, way_zh = ("split it", "拆分") if number > high else ("merge it", "与相邻网格合并")
    text = Text(
        f"{number} {unit[0]}, outside the {low}–{high} of the seed's rule: {way}, or waive the "
        "rule with a reason",
        f"{number} {unit[1]}，不在规则的 {low}–{high} 之内：应{way_zh}，或注明理由予以豁免",
    )
    return warning(
        f"{unit[0]}_out_of_range",
        text,
        grid_code=grid.code,
        place=point_inside(grid.boundary),
        size=number,
        unit=unit[0],
    )


def check_leaders(atlas: Atlas) -> list[Finding]:
    """Return a warning for each grid that has no leader in force, or more than one."""
    findings = []
    for grid in atlas.division:
        held = atlas.roster.duties_on(grid.id, atlas.as_of)
        number = sum(r.duty.role is Role.GRID_LEADER for r in held)
        if number == 1:
            continue
        text = Text(
            f"{number or 'no'} leaders in force: a grid has exactly one",
            f"现任网格长 {number} 人：每个网格应恰有一人",
        )
        where = {"grid_code": grid.code, "place": point_inside(grid.boundary)}
        findings.append(warning("leaders", text, size=number, unit="leaders", **where))
    return findings

"""The office's rules: what a grid should hold, who leads it, and how much is too much for one.

- a natural compound of under 300 households is merged with a neighbouring compound or enterprise
  of the same community; the seed does not say the merged grid must reach 300;
- a level-3 grid holds 3 to 5 buildings, or 5 to 10 shopfronts;
- a grid has exactly one leader in force;
- a mobile number is no office phone: it is never shown in public (ours);
- a leader has too much with more households than the office says, or, where it says none, with
  more than twice the median of the leaders of the same level (ours: the seed gives no number).

All of them are soft: they are reported, and a planner may waive one with a reason. Numbers and
sentences stand here once: a set that is loaded, a plan and the pages of people ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from gis.atlas import Atlas
from gis.division import Grid, GridKind
from gis.findings import Finding, Text, note, warning
from gis.geometry import point_inside
from gis.ids import GridId, Level, PersonId
from gis.roster import GridRole, mobiles_apart


@dataclass(frozen=True, slots=True)
class OfficeRules:
    """The numbers of the rules; the seed's by default, an office may set its own.

    ``leader_households``: what one leader may have at most. None: ``load_factor`` times the
    median of the leaders of the same level.
    """

    least_households: int = 300
    buildings: tuple[int, int] = (3, 5)
    shopfronts: tuple[int, int] = (5, 10)
    load_factor: float = 2.0
    leader_households: int | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is not kept. ``note``: it is only said, not held against anybody."""

    rule: str
    text: Text
    size: int
    unit: str
    note: bool = False


# --- sizes ----------------------------------------------------------------------------------------


def household_breach(kind: GridKind, households: int, rules: OfficeRules) -> Breach | None:
    """Return what the households of a level-2 grid break: None for dedicated ones."""
    least = rules.least_households
    if kind not in (GridKind.COMPOUND, GridKind.MERGED_COMPOUND) or households >= least:
        return None
    if kind is GridKind.MERGED_COMPOUND:
        text = Text(
            f"{households} households, a merged grid still under the {least} of the rule",
            f"{households} 户，合并后仍少于规则的 {least} 户",
        )
        return Breach("merged_under_minimum", text, households, "households", note=True)
    text = Text(
        f"{households} households, under the {least} of the rule: merge it with a neighbour, or "
        "waive the rule with a reason",
        f"{households} 户，少于规则的 {least} 户：应与邻近小区或企业合并，或注明理由予以豁免",
    )
    return Breach("under_minimum", text, households, "households")


def count_breach(
    kind: GridKind, buildings: int, shopfronts: int, rules: OfficeRules
) -> Breach | None:
    """Return what the number of buildings or shopfronts in a level-3 grid breaks."""
    if kind is GridKind.BUILDING_CLUSTER:
        return _out_of_range(buildings, rules.buildings, "buildings", "栋楼")
    if kind is GridKind.SHOPFRONT_ROW:
        return _out_of_range(shopfronts, rules.shopfronts, "shopfronts", "户门面房")
    return None


def _out_of_range(number: int, allowed: tuple[int, int], unit: str, unit_zh: str) -> Breach | None:
    low, high = allowed
    if low <= number <= high:
        return None
    way, way_zh = ("split it", "拆分") if number > high else ("merge it", "与相邻网格合并")
    text = Text(
        f"{number} {unit}, outside the {low}–{high} of the rule: {way}, or waive the rule with a "
        "reason",
        f"{number} {unit_zh}，不在规则的 {low}–{high} 之内：应{way_zh}，或注明理由予以豁免",
    )
    return Breach(f"{unit}_out_of_range", text, number, unit)


def leader_breach(number: int) -> Breach | None:
    """Return what the number of leaders of a grid breaks."""
    if number == 1:
        return None
    text = Text(
        f"{number or 'no'} leaders: a grid has exactly one; assign one",
        f"网格长 {number} 人：每个网格应恰有一人，请指定",
    )
    return Breach("leaders", text, number, "leaders")


# --- too much work --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelLoad:
    """The households of the grids that a person leads on one level, and how many are usual."""

    person: PersonId
    level: Level
    grids: tuple[GridId, ...]
    households: int
    median: float


def level_loads(led: Iterable[tuple[PersonId, Level, GridId, int]]) -> tuple[LevelLoad, ...]:
    """Return the load of every leader, by level, the heaviest first.

    ``led`` names who leads which grid, its level and its households. The median is that of the
    leaders of the same level.
    """
    grids: dict[tuple[Level, PersonId], dict[GridId, int]] = {}
    for person, level, grid, households in led:
        grids.setdefault((level, person), {})[grid] = households
    sums = {key: sum(own.values()) for key, own in grids.items()}
    usual = {
        level: float(median(s for (of, _), s in sums.items() if of is level))
        for level in {level for level, _ in sums}
    }
    found = [
        LevelLoad(person, level, tuple(own), sums[level, person], usual[level])
        for (level, person), own in grids.items()
    ]
    return tuple(sorted(found, key=lambda x: (x.level, -x.households, x.person)))


def is_too_much(load: LevelLoad, rules: OfficeRules) -> bool:
    """Tell whether a leader has too much on a level.

    Where the office gives no number and the median is nought, nothing is too much.
    """
    if rules.leader_households is not None:
        return load.households > rules.leader_households
    return 0 < rules.load_factor * load.median < load.households


def load_breach(load: LevelLoad, name: str, rules: OfficeRules) -> Breach | None:
    """Return what the load of a leader of a name breaks."""
    if not is_too_much(load, rules):
        return None
    most = rules.leader_households
    if most is not None:
        than = Text(f"over the {most} of the rule", f"超过规则的 {most} 户")
    else:
        times = load.households / load.median
        than = Text(
            f"{times:.1f} times the median of {load.median:g}",
            f"为中位数 {load.median:g} 户的 {times:.1f} 倍",
        )
    text = Text(
        f"{name} leads {load.households} households on level {int(load.level)}, {than.en}: share "
        "the load, or waive the rule with a reason",
        f"{name} 在第 {int(load.level)} 级网格负责 {load.households} 户，{than.zh}："
        "应分担，或注明理由予以豁免",
    )
    return Breach("load", text, load.households, "households")


# --- of an atlas ----------------------------------------------------------------------------------


def check_sizes(atlas: Atlas, rules: OfficeRules | None = None) -> list[Finding]:
    """Return a warning or note for each grid that the size rules speak of.

    Buildings and shopfronts are counted only when the atlas has places: without them a count of
    nought says nothing. Nor is a grid held to households that nobody knows.
    """
    rules = rules or OfficeRules()
    findings = []
    for grid in atlas.division.level(Level.COMPOUND):
        if grid.households is not None:
            breach = household_breach(grid.kind, grid.households, rules)
            findings += _of_grid(grid, breach)
    for grid in atlas.division.level(Level.BUILDING_CLUSTER) if atlas.directory.places else ():
        counts = atlas.counts(grid)
        breach = count_breach(grid.kind, counts.buildings, counts.businesses, rules)
        findings += _of_grid(grid, breach)
    return findings


def check_leaders(atlas: Atlas) -> list[Finding]:
    """Return a warning for each grid that has no leader in force, or more than one."""
    findings = []
    for grid in atlas.division:
        held = atlas.roster.duties_on(grid.id, atlas.as_of)
        breach = leader_breach(sum(r.duty.role is GridRole.GRID_LEADER for r in held))
        findings += _of_grid(grid, breach)
    return findings


def check_phones(atlas: Atlas) -> list[Finding]:
    """Return a warning for everybody of whom a mobile stands where office phones do."""
    return [
        warning(
            "mobile_as_office_phone",
            Text(
                f"person {p.id} {p.name[:40]!r}: a mobile number stands as office phone: move it "
                "(people page, or load the table again)",
                f"人员 {p.id} {p.name[:40]!r}：办公电话一栏是手机号：请移到“手机”"
                "（在人员页面点“移到手机”，或重新载入该表）",
            ),
        )
        for p in atlas.roster.people
        if mobiles_apart(p) != p
    ]


def _of_grid(grid: Grid, breach: Breach | None) -> list[Finding]:
    if breach is None:
        return []
    make = note if breach.note else warning
    return [
        make(
            breach.rule, breach.text, grid_code=grid.code, place=point_inside(grid.boundary),
            size=breach.size, unit=breach.unit,
        )
    ]  # fmt: skip


def loads(atlas: Atlas) -> tuple[LevelLoad, ...]:
    """Return the load of every leader in force, by level, the heaviest first.

    Grids whose households are not known count as nought.
    """
    return level_loads(
        (held.person.id, grid.level, grid.id, grid.households or 0)
        for grid in atlas.division
        for held in atlas.roster.duties_on(grid.id, atlas.as_of)
        if held.duty.role is GridRole.GRID_LEADER
    )

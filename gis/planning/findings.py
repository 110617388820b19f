"""What the rules find in a plan as it stands: each finding with a place and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from gis.division import GridKind
from gis.errors import Conflict
from gis.findings import Text
from gis.geometry import LonLat
from gis.ids import GridId
from gis.planning.leaders import overburdened
from gis.planning.rules import SizeRules

if TYPE_CHECKING:
    from gis.planning.evaluation import Seen, View


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about a plan. ``severity`` is hard, soft or note; only soft ones may be waived.

    ``id`` stays the same as long as it is about the same thing.
    """

    id: str
    rule: str
    severity: str
    text: Text
    grid: GridId | None
    place: LonLat | None
    size: float | None = None
    unit: str | None = None
    repairs: tuple[str, ...] = ()


def problems_of(view: View) -> tuple[Problem, ...]:
    """Return everything the rules find in a plan, hard ones first."""
    found = [*_coverage(view), *_codes(view)]
    for seen in view.grids.values():
        found += _of_grid(seen, view)
    found += _leaderless(view)
    found += _loaded(view)
    found += _cut_buildings(view)
    return tuple(sorted(found, key=lambda p: ("hard", "soft", "note").index(p.severity)))


def _coverage(view: View) -> list[Problem]:
    state = view.state
    missing = [c for c in state.ground.cells.values() if state.owner.get(c.id) not in state.grids]
    return [
        Problem(
            f"coverage:{cell.id}",
            "coverage",
            "hard",
            Text(
                f"cell {cell.id} belongs to no grid: paint it into one",
                f"单元 {cell.id} 不属于任何网格：请将其划入一个网格",
            ),
            None,
            cell.lon_lat,
            cell.area_m2,
            "m2",
        )
        for cell in missing
    ]


def _codes(view: View) -> list[Problem]:
    try:
        codes = view.codes
    except Conflict as problem:
        return [Problem("codes_exhausted", "codes_exhausted", "hard", problem.text, None, None)]
    seen: dict[str, GridId] = {}
    found = []
    for grid, code in codes.items():
        if seen.setdefault(code, grid) != grid:
            text = Text(f"code {code} stands twice", f"编号 {code} 重复")
            place = view.grids[grid].place
            found.append(
                Problem(f"duplicate_code:{grid}", "duplicate_code", "hard", text, grid, place)
            )
    return found


def _of_grid(seen: Seen, view: View) -> list[Problem]:
    found = []
    sketch = seen.sketch
    above = view.state.grids.get(sketch.parent) if sketch.parent else None
    if (above.level if above else None) is not sketch.level.above:
        found.append(
            _problem(
                seen, "nesting", "hard",
                Text("its parent is missing or of a wrong level: give it a parent",
                     "上级网格缺失或级别不符：请指定上级"),
            )
        )  # fmt: skip
    if not seen.cells:
        found.append(
            _problem(
                seen, "empty", "hard",
                Text("it has nothing in it: give it grids of the level below, or retire it",
                     "其中没有任何网格：请划入下级网格，或予以撤销"),
            )
        )  # fmt: skip
    elif seen.pieces > seen.allowed:
        found.append(
            _problem(
                seen, "contiguity", "hard",
                Text(f"it lies in {seen.pieces} pieces that do not touch: join them, or state "
                     f"that {seen.pieces} parts are meant",
                     f"由互不相连的 {seen.pieces} 块组成：请连成一片，或声明应为 {seen.pieces} 块"),
                seen.pieces, "parts",
            )
        )  # fmt: skip
    return found + _sizes(seen, view.base.rules)


def _problem(
    seen: Seen,
    rule: str,
    severity: str,
    text: Text,
    size: float | None = None,
    unit: str | None = None,
    repairs: tuple[str, ...] = (),
) -> Problem:
    sketch = seen.sketch
    return Problem(
        f"{rule}:{sketch.id}",
        rule,
        severity,
        Text(f"{sketch.name}: {text.en}", f"{sketch.name}：{text.zh}"),
        sketch.id,
        seen.place if seen.cells else None,
        size,
        unit,
        repairs,
    )


def _sizes(seen: Seen, rules: SizeRules) -> list[Problem]:
    kind = seen.sketch.kind
    if kind in (GridKind.COMPOUND, GridKind.MERGED_COMPOUND):
        return _households(seen, rules.least_households)
    if kind is GridKind.BUILDING_CLUSTER:
        return _count(seen, seen.buildings, rules.buildings, Text("buildings", "栋楼"))
    if kind is GridKind.SHOPFRONT_ROW:
        return _count(seen, seen.shops, rules.shopfronts, Text("shopfronts", "户门面房"))
    return []


def _households(seen: Seen, least: int) -> list[Problem]:
    number = seen.households
    if number >= least:
        return []
    if seen.sketch.kind is GridKind.MERGED_COMPOUND:
        text = Text(
            f"{number} households, a merged grid still under the {least} of the rule",
            f"{number} 户，合并后仍少于规则的 {least} 户",
        )
        return [_problem(seen, "merged_under_minimum", "note", text, number, "households")]
    text = Text(
        f"{number} households, under the {least} of the rule: merge it with a neighbour, or "
        "waive the rule with a reason",
        f"{number} 户，少于规则的 {least} 户：应与邻近小区或企业合并，或注明理由予以豁免",
    )
    return [_problem(seen, "under_minimum", "soft", text, number, "households", ("merge_under",))]


def _count(seen: Seen, number: int, allowed: tuple[int, int], unit: Text) -> list[Problem]:
    low, high = allowed
    if low <= number <= high:
        return []
    way, way_zh = ("split it", "拆分") if number > high else ("merge it", "与相邻网格合并")
    text = Text(
        f"{number} {unit.en}, outside the {low}–{high} of the rule: {way}, or waive the rule "
        "with a reason",
        f"{number} {unit.zh}，不在规则的 {low}–{high} 之内：应{way_zh}，或注明理由予以豁免",
    )
    repairs = ("clusters", "repair") if number > 2 * high else ("repair", "clusters")
    rule = f"{unit.en}_out_of_range"
    return [_problem(seen, rule, "soft", text, number, unit.en, repairs)]


def _leaderless(view: View) -> list[Problem]:
    found = []
    if not view.base.atlas.roster.duties:
        return []
    for grid, seen in view.grids.items():
        number = len(view.leaders.get(grid, ()))
        if number != 1:
            text = Text(
                f"{number or 'no'} leaders: a grid has exactly one; assign one",
                f"网格长 {number} 人：每个网格应恰有一人，请指定",
            )
            found.append(_problem(seen, "leaders", "soft", text, number, "leaders"))
    return found


def _loaded(view: View) -> list[Problem]:
    rows = overburdened(
        view.leaders,
        lambda g: view.grids[g].sketch.level,
        lambda g: view.grids[g].households,
        view.base.rules.load_factor,
    )
    people = view.base.atlas.roster.by_id
    found = []
    for person, level, total, middle, largest in rows:
        times = total / middle
        seen = view.grids[largest]
        several = (
            sum(
                person in led_by and view.grids[g].sketch.level is level
                for g, led_by in view.leaders.items()
            )
            > 1
        )
        name = people[person].name
        text = Text(
            f"{name} leads {total} households on level {int(level)}, {times:.1f} times the "
            f"median of {middle:g}: share the load, or waive the rule with a reason",
            f"{name} 在第 {int(level)} 级网格负责 {total} 户，为中位数 {middle:g} 户的 "
            f"{times:.1f} 倍：应分担，或注明理由予以豁免",
        )
        found.append(
            Problem(
                f"load:{int(level)}:{person}",
                "load",
                "soft",
                text,
                largest,
                seen.place,
                total,
                "households",
                ("balance_leaders", "balance") if several else ("balance", "clusters"),
            )
        )
    return found


def _cut_buildings(view: View) -> list[Problem]:
    by_id = view.base.atlas.directory.by_id
    found = []
    for identity in view.state.ground.cut_buildings:
        place = by_id[identity]
        shown = (place.address or place.name)[:60]
        text = Text(
            f"the boundary goes through {shown}: it counts where its middle lies",
            f"界线穿过 {shown}：按其中心所在计入",
        )
        middle = shapely.point_on_surface(place.geometry)
        found.append(
            Problem(
                f"building_cut:{identity}", "building_cut", "note", text, None, (middle.x, middle.y)
            )
        )
    return found

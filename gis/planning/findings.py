"""What the rules find in a plan as it stands: each finding with a place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import shapely

from gis.division import GridKind
from gis.errors import Conflict
from gis.findings import Text
from gis.geometry import LonLat
from gis.ids import GridId
from gis.planning.evaluation import GridView, PlanView
from gis.planning.leaders import overburdened
from gis.planning.rules import SizeRules
from gis.planning.state import Waiver


@dataclass(frozen=True, slots=True)
class PlanFinding:
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


_FOUND: WeakKeyDictionary[PlanView, tuple[PlanFinding, ...]] = WeakKeyDictionary()


def findings_of(view: PlanView) -> tuple[PlanFinding, ...]:
    """Return everything the rules find in a plan, hard ones first.

    A view never changes, so this is worked out once for as long as the view is kept.
    """
    found = _FOUND.get(view)
    if found is None:
        found = _FOUND[view] = _find(view)
    return found


def finding_ids(view: PlanView) -> frozenset[str]:
    """Return the ids of all findings of a plan."""
    return frozenset(f.id for f in findings_of(view))


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding as a list shows it.

    ``code`` and ``name`` are of its grid, None without one. ``waiver`` is None while it counts.
    ``in_base``: the division had it before the plan; ``touched``: the plan changes its grid.
    """

    finding: PlanFinding
    code: str | None
    name: str | None
    waiver: Waiver | None
    in_base: bool
    touched: bool


def listed(view: PlanView, findings: Iterable[PlanFinding]) -> tuple[ListedFinding, ...]:
    """Return some findings of a view as a list shows them."""
    before = finding_ids(view.base.view)
    return tuple(_listed(f, view, before) for f in findings)


def _listed(finding: PlanFinding, view: PlanView, before: frozenset[str]) -> ListedFinding:
    grid = view.grids.get(finding.grid) if finding.grid is not None else None
    return ListedFinding(
        finding,
        view.code(grid.attributes.id) if grid else None,
        grid.attributes.name if grid else None,
        waiver_of(view, finding),
        finding.id in before,
        finding.grid is not None and finding.grid in view.touched,
    )


def waiver_of(view: PlanView, finding: PlanFinding) -> Waiver | None:
    """Return why a finding is let stand; None when it is not: hard ones never are."""
    return view.state.waivers.get(finding.id) if finding.severity == "soft" else None


def finding_counts(view: PlanView) -> dict[str, int]:
    """Return how many findings there are of each weight; waived ones apart."""
    counts = {"hard": 0, "soft": 0, "note": 0, "waived": 0}
    for finding in findings_of(view):
        counts["waived" if waiver_of(view, finding) else finding.severity] += 1
    return counts


def blocking(view: PlanView) -> tuple[PlanFinding, ...]:
    """Return the findings that keep a plan from being submitted, approved and published.

    Hard ones, and soft ones on what the plan changes that are neither solved nor waived.
    """
    return tuple(
        f
        for f in findings_of(view)
        if f.severity == "hard"
        or (f.severity == "soft" and f.grid in view.touched and not waiver_of(view, f))
    )


def _find(view: PlanView) -> tuple[PlanFinding, ...]:
    found = [*_coverage(view), *_codes(view)]
    for grid_view in view.grids.values():
        found += _of_grid(grid_view, view)
    found += _leaderless(view)
    found += _loaded(view)
    found += _cut_buildings(view)
    return tuple(sorted(found, key=lambda f: ("hard", "soft", "note").index(f.severity)))


def _coverage(view: PlanView) -> list[PlanFinding]:
    state = view.state
    missing = [c for c in state.cell_map.cells.values() if state.owner.get(c.id) not in state.grids]
    return [
        PlanFinding(
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


def _codes(view: PlanView) -> list[PlanFinding]:
    try:
        codes = view.codes
    except Conflict as problem:
        return [PlanFinding("codes_exhausted", "codes_exhausted", "hard", problem.text, None, None)]
    carriers: dict[str, GridId] = {}
    found = []
    for grid, code in codes.items():
        if carriers.setdefault(code, grid) != grid:
            text = Text(f"code {code} stands twice", f"编号 {code} 重复")
            place = view.grids[grid].place
            found.append(
                PlanFinding(f"duplicate_code:{grid}", "duplicate_code", "hard", text, grid, place)
            )
    return found


def _of_grid(grid_view: GridView, view: PlanView) -> list[PlanFinding]:
    found = []
    attributes = grid_view.attributes
    above = view.state.grids.get(attributes.parent) if attributes.parent else None
    if (above.level if above else None) is not attributes.level.above:
        found.append(
            _finding(
                grid_view, "nesting", "hard",
                Text("its parent is missing or of a wrong level: give it a parent",
                     "上级网格缺失或级别不符：请指定上级"),
            )
        )  # fmt: skip
    if not grid_view.cells:
        found.append(
            _finding(
                grid_view, "empty", "hard",
                Text("it has nothing in it: give it grids of the level below, or retire it",
                     "其中没有任何网格：请划入下级网格，或予以撤销"),
            )
        )  # fmt: skip
    elif grid_view.pieces > grid_view.allowed:
        found.append(
            _finding(
                grid_view, "contiguity", "hard",
                Text(f"it lies in {grid_view.pieces} pieces that do not touch: join them, or state "
                     f"that {grid_view.pieces} parts are meant",
                     f"由互不相连的 {grid_view.pieces} 块组成：请连成一片，"
                     f"或声明应为 {grid_view.pieces} 块"),
                grid_view.pieces, "parts",
            )
        )  # fmt: skip
    return found + _sizes(grid_view, view.base.rules)


def _finding(
    grid_view: GridView,
    rule: str,
    severity: str,
    text: Text,
    size: float | None = None,
    unit: str | None = None,
    repairs: tuple[str, ...] = (),
) -> PlanFinding:
    attributes = grid_view.attributes
    return PlanFinding(
        f"{rule}:{attributes.id}",
        rule,
        severity,
        Text(f"{attributes.name}: {text.en}", f"{attributes.name}：{text.zh}"),
        attributes.id,
        grid_view.place if grid_view.cells else None,
        size,
        unit,
        repairs,
    )


def _sizes(grid_view: GridView, rules: SizeRules) -> list[PlanFinding]:
    kind = grid_view.attributes.kind
    if kind in (GridKind.COMPOUND, GridKind.MERGED_COMPOUND):
        return _households(grid_view, rules.least_households)
    if kind is GridKind.BUILDING_CLUSTER:
        return _count(grid_view, grid_view.buildings, rules.buildings, Text("buildings", "栋楼"))
    if kind is GridKind.SHOPFRONT_ROW:
        return _count(grid_view, grid_view.shops, rules.shopfronts, Text("shopfronts", "户门面房"))
    return []


def _households(grid_view: GridView, least: int) -> list[PlanFinding]:
    number = grid_view.households
    if number >= least:
        return []
    if grid_view.attributes.kind is GridKind.MERGED_COMPOUND:
        text = Text(
            f"{number} households, a merged grid still under the {least} of the rule",
            f"{number} 户，合并后仍少于规则的 {least} 户",
        )
        return [_finding(grid_view, "merged_under_minimum", "note", text, number, "households")]
    text = Text(
        f"{number} households, under the {least} of the rule: merge it with a neighbour, or "
        "waive the rule with a reason",
        f"{number} 户，少于规则的 {least} 户：应与邻近小区或企业合并，或注明理由予以豁免",
    )
    return [
        _finding(grid_view, "under_minimum", "soft", text, number, "households", ("merge_under",))
    ]


def _count(
    grid_view: GridView, number: int, allowed: tuple[int, int], unit: Text
) -> list[PlanFinding]:
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
    return [_finding(grid_view, rule, "soft", text, number, unit.en, repairs)]


def _leaderless(view: PlanView) -> list[PlanFinding]:
    found = []
    if not view.base.atlas.roster.duties:
        return []
    for grid, grid_view in view.grids.items():
        number = len(view.leaders.get(grid, ()))
        if number != 1:
            text = Text(
                f"{number or 'no'} leaders: a grid has exactly one; assign one",
                f"网格长 {number} 人：每个网格应恰有一人，请指定",
            )
            found.append(_finding(grid_view, "leaders", "soft", text, number, "leaders"))
    return found


def _loaded(view: PlanView) -> list[PlanFinding]:
    rows = overburdened(
        view.leaders,
        lambda g: view.grids[g].attributes.level,
        lambda g: view.grids[g].households,
        view.base.rules.load_factor,
    )
    people = view.base.atlas.roster.by_id
    found = []
    for person, level, total, middle, largest in rows:
        times = total / middle
        grid_view = view.grids[largest]
        several = (
            sum(
                person in led_by and view.grids[g].attributes.level is level
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
            PlanFinding(
                f"load:{int(level)}:{person}",
                "load",
                "soft",
                text,
                largest,
                grid_view.place,
                total,
                "households",
                ("balance_leaders", "balance") if several else ("balance", "clusters"),
            )
        )
    return found


def _cut_buildings(view: PlanView) -> list[PlanFinding]:
    by_id = view.base.atlas.directory.by_id
    found = []
    for identity in view.state.cell_map.cut_buildings:
        place = by_id[identity]
        shown = (place.address or place.name)[:60]
        text = Text(
            f"the boundary goes through {shown}: it counts where its middle lies",
            f"界线穿过 {shown}：按其中心所在计入",
        )
        middle = shapely.point_on_surface(place.geometry)
        found.append(
            PlanFinding(
                f"building_cut:{identity}", "building_cut", "note", text, None, (middle.x, middle.y)
            )
        )
    return found

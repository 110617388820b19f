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
from gis.planning.state import Waiver
from gis.rules import (
    Breach,
    LevelLoad,
    OfficeRules,
    count_breach,
    household_breach,
    leader_breach,
    level_loads,
    load_breach,
)


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


def _of_breach(
    grid_view: GridView, breach: Breach | None, repairs: tuple[str, ...] = ()
) -> list[PlanFinding]:
    if breach is None:
        return []
    severity = "note" if breach.note else "soft"
    return [
        _finding(
            grid_view, breach.rule, severity, breach.text, breach.size, breach.unit,
            () if breach.note else repairs,
        )
    ]  # fmt: skip


def _sizes(grid_view: GridView, rules: OfficeRules) -> list[PlanFinding]:
    kind, buildings, shops = grid_view.attributes.kind, grid_view.buildings, grid_view.shops
    found = _of_breach(
        grid_view, household_breach(kind, grid_view.households, rules), ("merge_under",)
    )
    breach = count_breach(kind, buildings, shops, rules)
    most = rules.buildings[1] if kind is GridKind.BUILDING_CLUSTER else rules.shopfronts[1]
    far_over = breach is not None and breach.size > 2 * most
    repairs = ("clusters", "repair") if far_over else ("repair", "clusters")
    return found + _of_breach(grid_view, breach, repairs)


def _leaderless(view: PlanView) -> list[PlanFinding]:
    if not view.base.atlas.roster.duties:
        return []
    found = []
    for grid, grid_view in view.grids.items():
        found += _of_breach(grid_view, leader_breach(len(view.leaders.get(grid, ()))))
    return found


def _loaded(view: PlanView) -> list[PlanFinding]:
    grids, people = view.grids, view.base.atlas.roster.by_id
    loads = level_loads(
        (person, grids[grid].attributes.level, grid, grids[grid].households)
        for grid, led_by in view.leaders.items()
        for person in led_by
    )
    found = []
    for load in loads:
        breach = load_breach(load, people[load.person].name, view.base.rules)
        if breach is not None:
            found.append(_of_load(load, breach, view))
    return found


def _of_load(load: LevelLoad, breach: Breach, view: PlanView) -> PlanFinding:
    """Return the finding of a load, at the largest of the grids."""
    largest = max(load.grids, key=lambda g: (view.grids[g].households, g))
    several = len(load.grids) > 1
    return PlanFinding(
        f"load:{int(load.level)}:{load.person}",
        breach.rule,
        "soft",
        breach.text,
        largest,
        view.grids[largest].place,
        breach.size,
        breach.unit,
        ("balance_leaders", "balance") if several else ("balance", "clusters"),
    )


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

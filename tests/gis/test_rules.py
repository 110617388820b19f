"""The office's rules: sizes, leaders, and how much is too much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.division import GridKind
from gis.ids import GridId, Level, PersonId
from gis.planning.findings import findings_of
from gis.rules import (
    LevelLoad,
    OfficeRules,
    check_sizes,
    count_breach,
    household_breach,
    is_too_much,
    leader_breach,
    level_loads,
    load_breach,
    loads,
)
from tests.plans.drawn_plan import act, strip

SEED = OfficeRules()


def led(*rows: tuple[str, int, str, int]) -> tuple[LevelLoad, ...]:
    return level_loads((PersonId(p), Level(at), GridId(g), n) for p, at, g, n in rows)


def test_loads_are_told_by_level_with_the_median_of_that_level() -> None:
    found = led(("a", 2, "g1", 300), ("b", 2, "g2", 400), ("b", 2, "g3", 300), ("c", 3, "g4", 9))
    assert [(x.person, x.level, x.households, x.median) for x in found] == [
        ("b", 2, 700, 500.0),
        ("a", 2, 300, 500.0),
        ("c", 3, 9, 9.0),
    ]
    assert found[0].grids == ("g2", "g3")


@pytest.mark.parametrize(
    ("households", "median", "rules", "much"),
    [
        (600, 300, SEED, False),
        (601, 300, SEED, True),
        (700, 0, SEED, False),
        (700, 300, replace(SEED, load_factor=3.0), False),
        (600, 300, replace(SEED, leader_households=500), True),
        (500, 100, replace(SEED, leader_households=500), False),
        (700, 0, replace(SEED, leader_households=500), True),
    ],
)
def test_too_much_is_over_twice_the_median_or_over_the_number_of_the_office(
    households: int, median: float, rules: OfficeRules, much: bool
) -> None:
    load = LevelLoad(PersonId("p"), Level.COMPOUND, (GridId("g"),), households, median)
    breach = load_breach(load, "王示例", rules)
    assert is_too_much(load, rules) is much
    assert (breach is not None) is much
    if breach is not None and rules.leader_households:
        assert "over the 500 of the rule" in breach.text.en


@pytest.mark.parametrize(
    ("kind", "households", "rule"),
    [
        (GridKind.COMPOUND, 299, "under_minimum"),
        (GridKind.COMPOUND, 300, None),
        (GridKind.MERGED_COMPOUND, 299, "merged_under_minimum"),
        (GridKind.DEDICATED, 1, None),
        (GridKind.COMMUNITY, 1, None),
    ],
)
def test_a_natural_compound_has_300_households(
    kind: GridKind, households: int, rule: str | None
) -> None:
    breach = household_breach(kind, households, SEED)
    assert (breach.rule if breach else None) == rule


@pytest.mark.parametrize(
    ("kind", "buildings", "shops", "rule"),
    [
        (GridKind.BUILDING_CLUSTER, 2, 7, "buildings_out_of_range"),
        (GridKind.BUILDING_CLUSTER, 3, 0, None),
        (GridKind.BUILDING_CLUSTER, 6, 7, "buildings_out_of_range"),
        (GridKind.SHOPFRONT_ROW, 4, 4, "shopfronts_out_of_range"),
        (GridKind.SHOPFRONT_ROW, 0, 10, None),
        (GridKind.RESIDUAL, 0, 0, None),
    ],
)
def test_a_cluster_has_3_to_5_buildings_and_a_row_5_to_10_shopfronts(
    kind: GridKind, buildings: int, shops: int, rule: str | None
) -> None:
    breach = count_breach(kind, buildings, shops, SEED)
    assert (breach.rule if breach else None) == rule


def test_a_grid_has_exactly_one_leader() -> None:
    assert leader_breach(1) is None
    assert [b.text.en[:10] for n in (0, 2) if (b := leader_breach(n))] == [
        "no leaders",
        "2 leaders:",
    ]


def test_a_set_and_a_plan_say_the_same_sentence() -> None:
    base = strip()
    rules = replace(SEED, buildings=(5, 6))
    said = {f.text.en for f in check_sizes(base.atlas, rules) if f.rule.startswith("buildings")}
    plan = act(_plan(base), kind="rename", grid="g001001001", name="改名").plan
    found = [f for f in findings_of(replace_rules(plan, rules)) if f.rule.startswith("buildings")]
    assert len(found) == 8
    assert {f.text.en.partition(": ")[2] for f in found} == said


def _plan(base):
    from gis.planning.plan import empty_plan

    return empty_plan(base)


def replace_rules(plan, rules):
    from gis.planning.evaluation import view_of

    return view_of(replace(plan.base, rules=rules), plan.state)


def test_the_loads_of_an_atlas_are_those_of_its_leaders_in_force() -> None:
    found = loads(strip().atlas)
    assert found == tuple(sorted(found, key=lambda x: (x.level, -x.households, x.person)))

"""Evening out leaders: whole grids pass to the leader of a neighbour, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gis.errors import InvalidInput
from gis.ids import Level, PersonId
from gis.planning.evaluation import PlanBase
from gis.planning.operations import Assign
from gis.planning.plan import apply_operation, empty_plan
from gis.planning.proposals import ProposalOptions, find_proposal
from gis.roster import Duty, GridRole, Person, Roster
from tests.plans.drawn_plan import act, context, strip

SINCE = date(2026, 1, 1)
# Who leads the eight clusters of the strip from west to east; the first four are one community.
LED = ("a", "a", "a", "b", "c", "c", "c", "c")


def led(people=LED):
    """The strip with these leaders of its clusters."""
    base = strip()
    ids = [g.id for g in base.atlas.division.level(Level.BUILDING_CLUSTER)]
    duties = [
        Duty(f"d{n}", PersonId(p), ids[n], GridRole.GRID_LEADER, SINCE)
        for n, p in enumerate(people)
        if p
    ]
    roster = Roster(
        people=tuple(Person(PersonId(p), f"{p}示例") for p in sorted({*people} - {""})),
        duties=tuple(duties),
        synthetic=True,
    )
    return empty_plan(PlanBase(replace(base.atlas, roster=roster), base.cell_map, base.book)), ids


def found(plan, *grids, **options):
    """The operations of the proposal for some grids."""
    asked = ProposalOptions(grids=grids, **options)
    parts = find_proposal(plan.view, "balance_leaders", asked, lambda *_: None).parts
    return [o for p in parts for o in p.operations]


def test_a_leader_of_three_hands_one_to_the_neighbour_who_has_one():
    plan, ids = led()
    (handed,) = found(plan, ids[0])
    assert handed == Assign(PersonId("b"), ids[2], GridRole.GRID_LEADER)
    after = apply_operation(plan, handed, context(plan.base)).plan
    assert {p: load.grids for p, load in after.view.loads.items()} == {"a": 2, "b": 2, "c": 4}
    assert found(after, ids[0]) == []
    assert after.state.owner == plan.state.owner


def test_a_locked_grid_stays_with_its_leader():
    plan, ids = led()
    locked = act(plan, kind="lock", grids=[ids[2]]).plan
    assert ids[2] not in [o.grid for o in found(locked, ids[0])]


def test_nobody_is_left_without_a_grid():
    plan, ids = led(("a", "b", "a", "a", "c", "c", "c", "c"))
    after = plan
    for operation in found(plan, ids[0], tolerance=0.0):
        after = apply_operation(after, operation, context(plan.base)).plan
    assert all(after.view.loads[p].grids for p in ("a", "b"))


def test_grids_of_another_community_are_left_alone():
    plan, ids = led(("a", "a", "a", "b", "b", "c", "c", "c"))
    moved = [o.grid for o in found(plan, ids[0], tolerance=0.0)]
    assert set(moved) <= set(ids[:4])


@pytest.mark.parametrize("people", [LED, ("", "", "", "", "", "", "", "")])
def test_where_fewer_than_two_lead_it_is_said(people):
    plan, ids = led(people)
    with pytest.raises(InvalidInput, match="assign leaders first"):
        found(plan, ids[4])


def test_grids_of_two_levels_are_refused():
    plan, ids = led()
    above = plan.state.grids[ids[0]].parent
    with pytest.raises(InvalidInput, match="one level"):
        found(plan, ids[0], above)

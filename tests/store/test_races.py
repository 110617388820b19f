"""Two people act on a plan at the same moment, on each engine: the log reads as if they took turns.

``make faults`` races every pair of acts a thousand times (scripts/races.py).
"""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from gis.errors import Conflict, NotAllowed
from gis.store import open_store
from gis.store.plans import APPROVED, SUBMITTED, HeadChange, Superseded, approval
from gis.workflows.plans import review
from gis.workflows.plans.workspace import PlanWorkspace
from scripts.races import ACTS, ONE, OTHER, PLANNER, Begun, fault_of, prepare, race_all
from tests.plans.drawn_plan import stored_strip

RACED = [
    ("submit by an approver", "approve"),
    ("submit by an approver", "approve and publish"),
    ("approve", "approve by another"),
    ("approve", "edit"),
    ("edit", "publish"),
    ("return", "publish"),
    ("put up", "withdraw"),
]
EACH = 2


def test_acts_at_the_same_moment_take_turns(url: str) -> None:
    stored_strip(url)
    faults, acknowledged = race_all(url, EACH, random.Random(1), RACED)
    assert faults == []
    assert acknowledged >= len(RACED)


def test_who_submitted_is_looked_up_where_the_approval_is_written(url: str) -> None:
    """Whatever a desk has read before: the same person's approval is not written."""
    stored_strip(url)
    with closing(open_store(url)) as store:
        plan = prepare(PlanWorkspace(store), Begun(ONE))
        with pytest.raises(NotAllowed, match="another person approves it"):
            store.plans.change(plan, None, ONE, approval(ONE))
        assert store.plans.head(plan).state == SUBMITTED
        store.plans.change(plan, None, OTHER, approval(OTHER))
        assert store.plans.head(plan).state == APPROVED


def test_a_state_that_has_passed_is_refused_where_the_act_is_written(url: str) -> None:
    stored_strip(url)
    with closing(open_store(url)) as store:
        desk = PlanWorkspace(store)
        plan = prepare(desk, Begun(PLANNER))
        before = store.plans.head(plan).revision
        review.send_back(desk, plan, desk.open(plan).etag, OTHER, "示例")
        with pytest.raises(Superseded):
            store.plans.change(plan, before, OTHER, approval(OTHER))
        with pytest.raises(Conflict, match="returned"):
            store.plans.change(plan, None, OTHER, approval(OTHER))


def test_an_approval_of_ones_own_would_be_found_in_the_log(url: str) -> None:
    stored_strip(url)
    with closing(open_store(url)) as store:
        plan = prepare(PlanWorkspace(store), Begun(ONE))
        unchecked = HeadChange("plan.approve", (SUBMITTED,), {"state": APPROVED})
        store.plans.change(plan, None, ONE, unchecked)
        assert (
            fault_of(store, plan, dict.fromkeys(ACTS, 0)) == "approved by the submitter, 赵批准示例"
        )

"""Race every pair of acts of a plan's review, and read in the log whether they took turns.

    python scripts/races.py [--tries 1000] [--engine sqlite|postgis] [--seed N]

A plan of the drawn strip is brought into a state; two people act on it at the same moment, each
with a store and a desk of their own, and each sending the state the plan will be in if the other
was first as well as the state it is in. Then the log must be one that a single clerk could have
written: every act from a state it may be done in, approved by somebody who did not submit it,
published only what was approved and not changed since, each acknowledged act once and no other.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.audit import Author
from gis.clock import today
from gis.errors import WanggeError
from gis.planning.operations import read_operation
from gis.store import Store, open_store
from gis.store.audit import AuditQuery
from gis.workflows.plans import review
from gis.workflows.plans.publish import publish
from gis.workflows.plans.workspace import PlanWorkspace
from scripts.killing import Place, places
from tests.plans.drawn_plan import stored_strip

PLANNER = Author("王规划示例", "planner", "page")
ONE, OTHER = Author("赵批准示例", "approver", "page"), Author("钱批准示例", "approver", "page")
_PAINTED = ("g001001001", "g001001002")

Act = Callable[[PlanWorkspace, str, str], object]
"""Something done with a plan, in the state that a text names."""


def _edit(desk: PlanWorkspace, plan: str, revision: str) -> object:
    into = _PAINTED[desk.open(plan).head.revision % 2]
    operation = read_operation({"kind": "paint", "cells": [0], "into": into})
    return desk.operate(plan, revision, operation, PLANNER)


ACTS: dict[str, tuple[str, Author, Act]] = {
    "edit": ("plan.paint", PLANNER, _edit),
    "submit": ("plan.submit", PLANNER, lambda d, p, r: review.submit(d, p, r, PLANNER)),
    "submit by an approver": ("plan.submit", ONE, lambda d, p, r: review.submit(d, p, r, ONE)),
    "approve": ("plan.approve", ONE, lambda d, p, r: review.approve(d, p, r, ONE)),
    "approve by another": ("plan.approve", OTHER, lambda d, p, r: review.approve(d, p, r, OTHER)),
    "return": ("plan.return", OTHER, lambda d, p, r: review.send_back(d, p, r, OTHER, "示例")),
    "withdraw": ("plan.withdraw", PLANNER, lambda d, p, r: review.withdraw(d, p, r, PLANNER)),
    "put up": (
        "plan.notice",
        ONE,
        lambda d, p, r: review.put_up_notice(d, p, r, ONE, review.Notice(today(), today())),
    ),
    "publish": ("plan.published", ONE, lambda d, p, r: publish(d, p, r, today(), ONE)),
    "approve and publish": (
        "plan.published",
        ONE,
        lambda d, p, r: publish(d, p, r, today(), ONE, approver=ONE),
    ),
}
"""Each act: what the log calls it, who does it, and how."""
PAIRS = tuple(itertools.combinations_with_replacement(ACTS, 2))

_FROM = {
    "plan.paint": {"draft": "draft", "returned": "returned"},
    "plan.submit": {"draft": "submitted", "returned": "submitted"},
    "plan.approve": {"submitted": "approved"},
    "plan.return": {"submitted": "returned", "approved": "returned"},
    "plan.withdraw": {"draft": "withdrawn", "returned": "withdrawn"},
    "plan.notice": {"approved": "approved"},
    "plan.published": {"approved": "published"},
}
"""From which state into which each act leads."""


@dataclass(frozen=True)
class Begun:
    """How a plan is prepared: who submitted it, and whether it was approved."""

    submitter: Author | None = None
    approver: Author | None = None


BEGINNINGS = (Begun(), Begun(PLANNER), Begun(ONE), Begun(PLANNER, OTHER))


def prepare(desk: PlanWorkspace, begun: Begun) -> str:
    """Return a new plan of one step, submitted and approved as is said."""
    plan = desk.begin("竞争示例", "", None, PLANNER).head.id
    operation = read_operation({"kind": "rename", "grid": _PAINTED[0], "name": f"更名{plan}"})
    desk.operate(plan, desk.open(plan).etag, operation, PLANNER)
    for who, act in ((begun.submitter, review.submit), (begun.approver, review.approve)):
        if who is not None:
            act(desk, plan, desk.open(plan).etag, who)
    return plan


def next_state(revision: str) -> str:
    """Return the state a plan will be in after one more act."""
    plan, _, number = revision.rpartition("-")
    return f"{plan}-{int(number) + 1}"


def race(desks: Sequence[PlanWorkspace], plan: str, names: Sequence[str]) -> dict[str, int]:
    """Let both do their act at the same moment; return how often each was acknowledged.

    Whoever is refused tries once more, as if the other's act had been awaited.
    """
    begin, revision = threading.Barrier(2), desks[0].open(plan).etag
    done: dict[str, int] = dict.fromkeys(names, 0)

    def work(desk: PlanWorkspace, name: str) -> None:
        begin.wait()
        for state in (revision, next_state(revision)):
            try:
                ACTS[name][2](desk, plan, state)
            except WanggeError:
                continue
            done[name] += 1
            return

    threads = [threading.Thread(target=work, args=pair) for pair in zip(desks, names, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def fault_of(store: Store, plan: str, done: dict[str, int]) -> str | None:
    """Return what is wrong with the log of a plan that two raced for, None for nothing."""
    entries = store.audit_log(AuditQuery(subject=f"plan:{plan}", limit=100)).entries
    state, submitter = "draft", None
    written: dict[tuple[str, str], int] = {}
    for entry in reversed(entries):
        action, who = entry.sealed.action, entry.who or ""
        if action not in _FROM:
            continue
        if state not in _FROM[action]:
            return f"{action} by {who} when it was {state}"
        if action == "plan.approve" and who == submitter:
            return f"approved by the submitter, {who}"
        state = _FROM[action][state]
        submitter = who if action == "plan.submit" else submitter
        written[action, who] = written.get((action, who), 0) + 1
    if store.plans.head(plan).state != state:
        return f"the plan is {store.plans.head(plan).state}, its log says {state}"
    for name, times in done.items():
        action, who, _ = ACTS[name]
        if written.get((action, who.name), 0) < times:
            return f"{name} was acknowledged and is not in the log"
    return None


def race_all(
    url: str, tries: int, draw: random.Random, pairs: Sequence[tuple[str, str]]
) -> tuple[list[str], int]:
    """Race each pair of acts so many times; return the faults and how many took effect."""
    faults, acknowledged = [], 0
    with closing(open_store(url)) as one, closing(open_store(url)) as other:
        desks = PlanWorkspace(one), PlanWorkspace(other)
        for pair in pairs:
            for _ in range(tries):
                plan = prepare(desks[0], draw.choice(BEGINNINGS))
                done = race(desks, plan, pair)
                acknowledged += sum(done.values())
                fault = fault_of(one, plan, done)
                if fault is not None:
                    faults.append(f"{' × '.join(pair)}: {fault}")
    return faults, acknowledged


def races(place: Place, tries: int, draw: random.Random) -> list[str]:
    """Race on one engine; print a line that says what came of it."""
    url, began = place.new(), time.perf_counter()
    stored_strip(url)
    faults, acknowledged = race_all(url, tries, draw, PAIRS)
    place.drop(url)
    took = time.perf_counter() - began
    print(
        f"{place.engine:8} {len(PAIRS)} pairs × {tries}: {acknowledged} acts acknowledged, "
        f"{len(faults)} out of turn ({took:.0f} s)",
        flush=True,
    )
    for fault in faults[:20]:
        print(f"  {fault}", flush=True)
    return faults


def main() -> int:
    """Race on the engines asked for; return 1 when an act was out of turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=1000)
    parser.add_argument("--engine", choices=["sqlite", "postgis"])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with places([given.engine] if given.engine else ["sqlite", "postgis"]) as found:
        faults = [f for p in found for f in races(p, given.tries, random.Random(given.seed))]
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

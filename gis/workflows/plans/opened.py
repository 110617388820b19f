"""A plan that is worked on, and what may be said of a write that comes too late to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gis.errors import Conflict, Outdated
from gis.ids import GridId
from gis.planning.operations import Operation
from gis.planning.plan import Plan, PlanMove, Step
from gis.store.plans import PlanHead


@dataclass(frozen=True)
class OpenPlan:
    """A plan as it is worked on: what is said of it, and how it stands."""

    head: PlanHead
    plan: Plan

    @property
    def etag(self) -> str:
        """The state a write says it was made from."""
        return etag(self.head)


class AppliedStep(NamedTuple):
    """A plan before and after one more line in its log, and that line."""

    before: OpenPlan
    after: OpenPlan
    move: PlanMove


def etag(head: PlanHead) -> str:
    """Return the state of a plan as it stands in ETag and If-Match, without quotation marks.

    The revision goes up with every step and every change of the head, so it says all.
    """
    return f"{head.id}-{head.revision}"


class PlanOutdated(Outdated):
    """A write was made from a state of a plan that is no longer the newest.

    ``steps`` were made since, and changed ``cells`` and ``grids``; ``clash`` are the cells that
    the write names too.
    """

    def __init__(
        self,
        opened: OpenPlan,
        steps: Sequence[Step],
        clash: Sequence[int],
        cells: Sequence[int],
        grids: Sequence[GridId],
    ) -> None:
        super().__init__(
            f"this plan was changed meanwhile ({len(steps)} steps): fetch it anew, send the same "
            "operation with the new ETag, or copy the plan",
            f"该方案已被他人修改（{len(steps)} 步）：可重新读取、以新的 ETag 重发同一操作，"
            "或另存为新方案",
        )
        self.opened = opened
        self.steps = tuple(steps)
        self.clash = tuple(clash)
        self.cells = tuple(cells)
        self.grids = tuple(grids)


class DuplicateOperation(Conflict):
    """An operation was sent a second time with the same key; it is in the plan already."""

    def __init__(self, opened: OpenPlan) -> None:
        super().__init__(
            "this operation was sent before: it is in the plan already",
            "该操作此前已发送，已在方案中",
        )
        self.opened = opened


def outdated(opened: OpenPlan, revision: str, operation: Operation | None = None) -> PlanOutdated:
    """Return the error of a write that comes too late: what was changed, and whether they clash."""
    plan, _, number = revision.rpartition("-")
    since = int(number) if plan == opened.head.id and number.isdigit() and len(number) < 9 else 0
    steps = [s for s in opened.plan.steps if s.number > since]
    cells = sorted({c for s in steps for c in (*s.change.cells, *s.change.cut_cells)})
    grids = sorted({g for s in steps for g in s.change.grids})
    named = set(getattr(operation, "cells", ()) or ())
    return PlanOutdated(opened, steps, [c for c in cells if c in named], cells, grids)

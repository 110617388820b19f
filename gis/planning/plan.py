"""A plan: a base, the steps made from it, and what one sees after the last.

The state is a pure fold of the steps over the base. Undoing takes the last step back and keeps
it for redo, without end; a new step forgets what was undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from gis.errors import Conflict
from gis.findings import Text
from gis.planning.evaluation import PlanBase, PlanView, view_after, view_of
from gis.planning.handlers import Context, apply
from gis.planning.operations import Operation, operation_json
from gis.planning.state import PlanChange, PlanState, apply_change

EntryKind = Literal["do", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the list names it; ``number`` is the revision it made.

    ``operation`` is the JSON it was asked for with, None for a step that the program made, such
    as carrying a plan over to a newer division.
    """

    number: int
    kind: str
    text: Text
    change: PlanChange
    author: str
    at: str
    operation: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A line of a plan's log: a step done (``step``), or the last one undone or redone."""

    revision: int
    move: EntryKind
    step: Step | None = None


@dataclass(frozen=True)
class Plan:
    """A plan as it stands: ``undone`` are the steps that redo brings back, the next one last."""

    base: PlanBase
    view: PlanView
    steps: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    revision: int = 0

    @property
    def state(self) -> PlanState:
        """The state after the last step."""
        return self.view.state


@dataclass(frozen=True)
class PlanMove:
    """A plan after one more line in its log, and what that changed."""

    plan: Plan
    entry: StepEntry
    change: PlanChange


def empty_plan(base: PlanBase) -> Plan:
    """Return a plan without steps."""
    return Plan(base, base.view)


def fold(base: PlanBase, log: Iterable[StepEntry]) -> Plan:
    """Return the plan that a log leads to.

    Raises
    ------
    Conflict
        A step does not fit the ones before it: the log is not what was written.
    """
    state, steps, undone, revision = base.state, list[Step](), list[Step](), 0
    for entry in log:
        state = apply_change(state, _turn(entry, steps, undone))
        revision = entry.revision
    view = base.view if state is base.state else view_of(base, state)
    return Plan(base, view, tuple(steps), tuple(undone), revision)


def _turn(entry: StepEntry, steps: list[Step], undone: list[Step]) -> PlanChange:
    """Move a step between the lists as an entry says; return what that changes."""
    if entry.move == "do" and entry.step is not None:
        steps.append(entry.step)
        undone.clear()
        return entry.step.change
    if entry.move == "undo" and steps:
        undone.append(steps.pop())
        return undone[-1].change.inverse
    if entry.move == "redo" and undone:
        steps.append(undone.pop())
        return steps[-1].change
    raise Conflict("there is no step to undo or redo", "没有可撤销或重做的步骤")


def apply_operation(plan: Plan, operation: Operation, context: Context) -> PlanMove:
    """Return the plan after an operation (see :func:`gis.planning.handlers.apply`)."""
    done = apply(operation, plan.state, context)
    given = operation_json(operation)
    step = Step(
        plan.revision + 1,
        given["kind"],
        done.text,
        done.change,
        context.author,
        context.now,
        given,
    )
    return replay(plan, StepEntry(step.number, "do", step), done.state)


def undo(plan: Plan) -> PlanMove:
    """Return the plan without its last step.

    Raises
    ------
    Conflict
        There is none.
    """
    return replay(plan, StepEntry(plan.revision + 1, "undo"))


def redo(plan: Plan) -> PlanMove:
    """Return the plan with the step that was undone last.

    Raises
    ------
    Conflict
        There is none, or another step was made since.
    """
    return replay(plan, StepEntry(plan.revision + 1, "redo"))


def replay(plan: Plan, entry: StepEntry, state: PlanState | None = None) -> PlanMove:
    """Return a plan after one more line of its log; ``state`` is the one it leads to, if known."""
    steps, undone = list(plan.steps), list(plan.undone)
    change = _turn(entry, steps, undone)
    state = state or apply_change(plan.state, change)
    view = view_after(plan.view, state, change)
    after = replace(
        plan, view=view, steps=tuple(steps), undone=tuple(undone), revision=entry.revision
    )
    return PlanMove(after, entry, change)

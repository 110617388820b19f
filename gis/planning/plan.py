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
from gis.planning.evaluation import Base, View, view_after, view_of
from gis.planning.handlers import Context, carry_out
from gis.planning.operations import Operation, operation_json
from gis.planning.state import Change, State, apply

Move = Literal["do", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the list names it; ``number`` is the revision it made.

    ``operation`` is the JSON it was asked for with, None for a step that the program made, such
    as carrying a plan over to a newer division.
    """

    number: int
    kind: str
    text: Text
    change: Change
    author: str
    at: str
    operation: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a plan's log: a step done (``step``), or the last one undone or redone."""

    revision: int
    move: Move
    step: Step | None = None


@dataclass(frozen=True)
class Plan:
    """A plan as it stands: ``undone`` are the steps that redo brings back, the next one last."""

    base: Base
    view: View
    steps: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    revision: int = 0

    @property
    def state(self) -> State:
        """The state after the last step."""
        return self.view.state


@dataclass(frozen=True)
class Moved:
    """A plan after one more line in its log, and what that changed."""

    plan: Plan
    entry: Entry
    change: Change


def begun(base: Base) -> Plan:
    """Return a plan without steps."""
    return Plan(base, base.view)


def fold(base: Base, log: Iterable[Entry]) -> Plan:
    """Return the plan that a log leads to.

    Raises
    ------
    Conflict
        A step does not fit the ones before it: the log is not what was written.
    """
    state, steps, undone, revision = base.state, list[Step](), list[Step](), 0
    for entry in log:
        state = apply(state, _turn(entry, steps, undone))
        revision = entry.revision
    view = base.view if state is base.state else view_of(base, state)
    return Plan(base, view, tuple(steps), tuple(undone), revision)


def _turn(entry: Entry, steps: list[Step], undone: list[Step]) -> Change:
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


def do(plan: Plan, operation: Operation, context: Context) -> Moved:
    """Return the plan after an operation (see :func:`gis.planning.handlers.carry_out`)."""
    done = carry_out(operation, plan.state, context)
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
    return turned(plan, Entry(step.number, "do", step), done.state)


def undo(plan: Plan) -> Moved:
    """Return the plan without its last step.

    Raises
    ------
    Conflict
        There is none.
    """
    return turned(plan, Entry(plan.revision + 1, "undo"))


def redo(plan: Plan) -> Moved:
    """Return the plan with the step that was undone last.

    Raises
    ------
    Conflict
        There is none, or another step was made since.
    """
    return turned(plan, Entry(plan.revision + 1, "redo"))


def turned(plan: Plan, entry: Entry, state: State | None = None) -> Moved:
    """Return a plan after one more line of its log; ``state`` is the one it leads to, if known."""
    steps, undone = list(plan.steps), list(plan.undone)
    change = _turn(entry, steps, undone)
    state = state or apply(plan.state, change)
    view = view_after(plan.view, state, change)
    after = replace(
        plan, view=view, steps=tuple(steps), undone=tuple(undone), revision=entry.revision
    )
    return Moved(after, entry, change)

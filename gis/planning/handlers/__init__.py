"""Operations applied: from one state of a plan to the next, and a sentence about it.

Nothing here looks at a clock or draws lots: ids of new grids, the day and the author come in a
:class:`Context`. A step is refused as a whole, with the field that is wrong or the grid that is
locked; a state is never half changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gis.errors import Conflict
from gis.findings import Text
from gis.planning.handlers import assign, attributes, merge, paint, split, waive
from gis.planning.handlers.editor import Context, PlanEditor
from gis.planning.operations import (
    Assign,
    Batch,
    Create,
    CutCell,
    ExpectParts,
    Lock,
    Merge,
    MoveBoundary,
    Operation,
    Paint,
    ReassignCells,
    Rename,
    Retire,
    SetClass,
    SetGrade,
    SetKind,
    SetParent,
    Split,
    Unassign,
    Unlock,
    Unwaive,
    Waive,
)
from gis.planning.state import PlanChange, PlanState


@dataclass(frozen=True)
class Done:
    """A state after an operation, the change that led there, and what it says in the list."""

    state: PlanState
    change: PlanChange
    text: Text


def apply(operation: Operation, state: PlanState, context: Context) -> Done:
    """Return what an operation makes of a state.

    Raises
    ------
    InvalidInput
        A member names a grid, cell, person or finding that is not there, or one that the
        operation cannot be done to.
    Conflict
        It would change a locked grid, or change nothing.
    """
    editor = PlanEditor(state, context)
    text = _act(editor, operation)
    change = editor.change
    if change.is_empty:
        raise Conflict(
            f"nothing changes: {text.en}; it is so already",
            f"没有任何变化：{text.zh}，现状已是如此",
        )
    return Done(editor.state, change, text)


def _act(editor: PlanEditor, operation: Operation) -> Text:
    return _ACTS[type(operation)](editor, operation)


def _batch(editor: PlanEditor, op: Batch) -> Text:
    first = Text("", "")
    for number, operation in enumerate(op.operations):
        text = _act(editor, operation)
        first = first if number else text
    if op.text:
        return Text(op.text, op.text)
    more = len(op.operations) - 1
    return Text(f"{first.en} (+{more})", f"{first.zh}（等 {more + 1} 步）") if more else first


_ACTS: Mapping[type[Any], Callable[[PlanEditor, Any], Text]] = {
    Paint: paint.paint,
    MoveBoundary: paint.move_boundary,
    Split: split.split,
    CutCell: split.cut_cell,
    Merge: merge.merge,
    Create: merge.create,
    Retire: merge.retire,
    Rename: attributes.rename,
    SetClass: attributes.set_class,
    SetGrade: attributes.set_grade,
    SetKind: attributes.set_kind,
    SetParent: attributes.set_parent,
    Assign: assign.assign,
    Unassign: assign.unassign,
    Lock: attributes.lock,
    Unlock: attributes.unlock,
    Waive: waive.waive,
    Unwaive: waive.unwaive,
    ExpectParts: attributes.expect_parts,
    ReassignCells: merge.arrange,
    Batch: _batch,
}

__all__ = ["Context", "Done", "apply"]

"""Soft findings set aside with a reason and a name, and taken up again."""

from __future__ import annotations

from gis.errors import InvalidInput
from gis.findings import Text
from gis.planning.handlers.editor import PlanEditor
from gis.planning.operations import Unwaive, Waive
from gis.planning.state import PlanChange, Waiver


def waive(editor: PlanEditor, op: Waive) -> Text:
    """Waive a soft finding, with a reason and a name."""
    sentence = editor.context.waivable(editor.state).get(op.finding)
    if sentence is None:
        raise InvalidInput(
            "finding",
            f"finding: there is no soft finding {op.finding[:60]!r} to waive",
            f"finding：没有可豁免的问题 {op.finding[:60]!r}",
        )
    waiver = Waiver(op.reason, editor.context.author, editor.context.now)
    before = editor.state.waivers.get(op.finding)
    editor.apply(PlanChange(waivers={op.finding: (before, waiver)}))
    return Text(f"waived: {sentence.en[:120]}", f"豁免：{sentence.zh[:80]}")


def unwaive(editor: PlanEditor, op: Unwaive) -> Text:
    """Take a waiver back."""
    before = editor.state.waivers.get(op.finding)
    if before is None:
        raise InvalidInput(
            "finding",
            f"finding: {op.finding[:60]!r} is not waived",
            f"finding：{op.finding[:60]!r} 没有被豁免",
        )
    editor.apply(PlanChange(waivers={op.finding: (before, None)}))
    return Text("a waiver is taken back", "撤回一项豁免")

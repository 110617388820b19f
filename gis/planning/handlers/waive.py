"""Soft findings set aside with a reason and a name, and taken up again."""

from __future__ import annotations

from gis.errors import InvalidInput
from gis.findings import Text
from gis.planning.handlers.editor import Work
from gis.planning.operations import Unwaive, Waive
from gis.planning.state import Change, Waiver, apply


def waive(work: Work, op: Waive) -> Text:
    """Waive a soft finding, with a reason and a name."""
    sentence = work.context.waivable(work.state).get(op.finding)
    if sentence is None:
        raise InvalidInput(
            "finding",
            f"finding: there is no soft finding {op.finding[:60]!r} to waive",
            f"finding：没有可豁免的问题 {op.finding[:60]!r}",
        )
    waiver = Waiver(op.reason, work.context.author, work.context.now)
    before = work.state.waivers.get(op.finding)
    work.state = apply(work.state, Change(waivers={op.finding: (before, waiver)}))
    return Text(f"waived: {sentence.en[:120]}", f"豁免：{sentence.zh[:80]}")


def unwaive(work: Work, op: Unwaive) -> Text:
    """Take a waiver back."""
    before = work.state.waivers.get(op.finding)
    if before is None:
        raise InvalidInput(
            "finding",
            f"finding: {op.finding[:60]!r} is not waived",
            f"finding：{op.finding[:60]!r} 没有被豁免",
        )
    work.state = apply(work.state, Change(waivers={op.finding: (before, None)}))
    return Text("a waiver is taken back", "撤回一项豁免")

"""What became of a grid: every version that changed it, what it came from and what took over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from gis.disclosure import public_name
from gis.errors import NotFound
from gis.findings import Text
from gis.store import Store
from gis.store.plans import Appearance, Descent


@dataclass(frozen=True, slots=True)
class GridEvent:
    """What a version of the division did to a grid; ``code`` and ``name`` are those it had then."""

    version: int
    effective_from: date
    kind: str
    text: Text
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A grid that another came from or went into: the ``share`` of it, in which version."""

    code: str
    name: str
    share: float
    version: int


@dataclass(frozen=True)
class GridHistory:
    """The history of a grid; ``in_force``: it carries the code today."""

    id: str
    name: str
    in_force: bool
    events: tuple[GridEvent, ...]
    predecessors: tuple[Relative, ...]
    successors: tuple[Relative, ...]


def history_of(
    store: Store, code: str, day: date, *, hidden_names: frozenset[str] | None = None
) -> GridHistory:
    """Return the history of the grid that carries a code, or carried it last.

    ``hidden_names``: for the public, without the divisions that are not in force yet and the
    names that must not be read; None for staff.

    Raises
    ------
    NotFound
        No grid ever carried it.
    """
    days = {h.version: h.effective_from for h in store.divisions()}
    begun = [v for v, begins in days.items() if begins <= day]
    shown = days if hidden_names is None else {v: days[v] for v in begun}
    look = partial(_appearances, store, shown, hidden_names or frozenset())
    found = look(code)
    carriers = [a for a in found if a.code == code]
    if not carriers:
        raise NotFound(
            f"no grid ever had the code {code[:40]!r}", f"从未有网格使用过编号 {code[:40]!r}"
        )
    grid = carriers[-1].id
    own = [a for a in found if a.id == grid]
    lineage = [d for d in store.plans.lineage(grid) if d.version in shown]
    now = next((a for a in own if begun and a.version == begun[-1]), None)
    before = [d for d in lineage if d.new == grid and d.old != grid]
    after = [d for d in lineage if d.old == grid and (d.new != grid or d.new_code != d.old_code)]
    return GridHistory(
        grid,
        own[-1].name,
        now is not None and now.code == code,
        tuple(_events(own, lineage, days)),
        tuple(_relative(look, d.old_code, d) for d in before),
        tuple(_relative(look, d.new_code, d) for d in after),
    )


def _appearances(
    store: Store, shown: Mapping[int, date], hidden: frozenset[str], code: str
) -> list[Appearance]:
    """Return the appearances in the divisions shown, with names as they may be read."""
    last = max(shown, default=0)
    return [
        replace(a, name=public_name(a.name, a.code, hidden), last=last)
        for a in store.plans.appearances(code)
        if a.version in shown
    ]


def _relative(look: Callable[[str], list[Appearance]], code: str, descent: Descent) -> Relative:
    found = [a for a in look(code) if a.code == code]
    return Relative(code, found[-1].name if found else "", descent.share, descent.version)


def _events(
    own: Sequence[Appearance], lineage: Sequence[Descent], days: dict[int, date]
) -> list[GridEvent]:
    events = []
    before: Appearance | None = None
    for at in own:
        if before is None:
            events.append(_event(at, "first", Text("first published", "首次发布")))
        elif at.version > before.version + 1:
            events.append(_event(at, "restored", Text("it is back", "恢复")))
        if before is not None:
            events += _changes(before, at, lineage)
        before = at
    if before is not None and before.version < before.last:
        gone = before.version + 1
        text = Text("retired", "撤销")
        events.append(GridEvent(gone, days[gone], "retired", text, before.code, before.name))
    return events


def _changes(before: Appearance, at: Appearance, lineage: Sequence[Descent]) -> list[GridEvent]:
    events = []
    if at.boundary != before.boundary:
        events.append(_reshaped(at, lineage))
    if at.name != before.name:
        text = Text(f"renamed from {before.name}", f"由“{before.name}”更名")
        events.append(_event(at, "renamed", text))
    if at.parent != before.parent:
        events.append(_event(at, "moved", Text("it went to another parent", "调整上级")))
    if at.code != before.code:
        text = Text(f"renumbered from {before.code}", f"原编号 {before.code}")
        events.append(_event(at, "renumbered", text))
    was = (before.grid_class, before.grid_grade, before.kind)
    if (at.grid_class, at.grid_grade, at.kind) != was:
        text = Text("class, grade or kind changed", "类别、等级变更")
        events.append(_event(at, "regraded", text))
    return events


def _reshaped(at: Appearance, lineage: Sequence[Descent]) -> GridEvent:
    now = [d for d in lineage if d.version == at.version and d.old != d.new]
    given, taken = any(d.old == at.id for d in now), any(d.new == at.id for d in now)
    if given and not taken:
        return _event(at, "split", Text("it gave ground away", "划出部分范围"))
    if taken and not given:
        return _event(at, "merged", Text("it took ground over", "并入其他范围"))
    return _event(at, "boundary", Text("its boundary moved", "界线调整"))


def _event(at: Appearance, kind: str, text: Text) -> GridEvent:
    return GridEvent(at.version, at.effective_from, kind, text, at.code, at.name)

"""A plan and a newer division: what both changed, and the plan put on the newer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gis.audit import Author
from gis.errors import Conflict
from gis.findings import Text
from gis.ids import GridId
from gis.planning.plan import Step, StepEntry
from gis.planning.rebase import Rebased, conflicts_of, rebased
from gis.planning.state import difference
from gis.store.plans import Superseded, utc_now
from gis.workflows.plans.opened import OpenPlan, outdated
from gis.workflows.plans.workspace import PlanWorkspace


@dataclass(frozen=True, slots=True)
class GridInConflict:
    """A grid that a plan and a newer division both changed, and what each did to it."""

    grid: GridId
    code: str | None
    name: str
    mine: Text
    theirs: Text


@dataclass(frozen=True)
class NewerDivision:
    """What stands between a plan and the newest division; nothing, when ``grids`` is empty.

    ``cells`` changed grid on both sides.
    """

    base_version: int
    newest_version: int
    grids: tuple[GridInConflict, ...] = ()
    cells: tuple[int, ...] = ()


def compare_with_newest(workspace: PlanWorkspace, opened: OpenPlan) -> NewerDivision:
    """Return what a plan and the divisions published meanwhile have both changed."""
    newest = workspace.store.versions().division
    version = opened.head.base_version
    if not 0 < version < newest:
        return NewerDivision(version, newest)
    view = opened.plan.view
    found = conflicts_of(view, workspace.store.division(newest))
    before = view.base.state.grids
    grids = tuple(
        GridInConflict(
            c.grid,
            view.code(c.grid) if c.grid in view.grids else before[c.grid].code,
            (view.state.grids.get(c.grid) or before[c.grid]).name,
            c.mine,
            c.theirs,
        )
        for c in found.conflicts
    )
    return NewerDivision(version, newest, grids, found.cells)


def on_newest(
    workspace: PlanWorkspace, opened: OpenPlan, keep: Mapping[GridId, bool], *, mine: bool
) -> Rebased:
    """Return a plan as it would stand on the newest division; nothing is stored."""
    version = workspace.store.versions().division
    atlas = workspace.atlas(version, opened.head.directory_version)
    base = replace(opened.plan.base, book=workspace.book())
    return rebased(opened.plan.view, atlas, base, keep, mine=mine)


def rebase(
    workspace: PlanWorkspace,
    plan: str,
    revision: str,
    keep: Mapping[GridId, bool],
    author: Author,
    *,
    mine: bool,
) -> OpenPlan:
    """Put a plan on the newest division; it is a draft again.

    Parameters
    ----------
    plan, revision
        The plan, and the state of it that this was decided on.
    keep
        Of single grids that both changed: True keeps the plan's, False the newer division's.
    author
        Who decided.
    mine
        What holds for all other grids.

    Raises
    ------
    PlanOutdated
        Somebody changed the plan since ``revision``.
    Conflict
        It starts from nothing, or may not be edited in its state.
    """
    opened = workspace.open(plan)
    workspace.check_current(opened, revision)
    if opened.head.base_version == 0:
        raise Conflict(
            "a plan that starts from nothing has no division to be carried over to",
            "从零起草的方案没有可跟进的划分",
        )
    found = on_newest(workspace, opened, keep, mine=mine)
    version = found.base.atlas.division.version
    change = difference(found.base.state, found.view.state)
    text = Text(f"carried over to division {version}", f"跟进到第 {version} 版划分")
    step = Step(opened.head.revision + 1, "rebase", text, change, author.name, utc_now())
    head = replace(opened.head, base_version=version)
    entry = StepEntry(step.number, "do", step)
    try:
        workspace.store.plans.rebase(head, found.base.cell_map, entry, author)
    except Superseded:
        raise outdated(workspace.open(plan), revision) from None
    return workspace.open(plan)

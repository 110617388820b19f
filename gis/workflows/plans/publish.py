"""From an approved plan to the next division: assembled, rebased where need be, published."""

from __future__ import annotations

import uuid
from datetime import date

from gis.audit import Author
from gis.clock import today
from gis.errors import Conflict
from gis.findings import errors_among
from gis.planning.assemble import division_of
from gis.planning.diff import Comparison, comparison_of
from gis.planning.evaluation import PlanView
from gis.planning.findings import findings_of
from gis.planning.succession import succession
from gis.planning.topology import check_topology
from gis.roster import Roster
from gis.store import Identity
from gis.store.plans import (
    APPROVED,
    SUBMITTED,
    Descent,
    HeadChange,
    Release,
    Superseded,
    approval,
    wrong_state,
)
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.rebase import NewerDivision, compare_with_newest, on_newest
from gis.workflows.plans.review import check_ready
from gis.workflows.plans.workspace import PlanWorkspace

_TRIES = 4


class PlanConflict(Conflict):
    """The division moved on, and this plan and that one changed the same grids: ``newer``."""

    def __init__(self, newer: NewerDivision) -> None:
        count = len(newer.grids)
        super().__init__(
            f"{count} grids of this plan were changed meanwhile in a newer division: keep mine, "
            "keep theirs, or copy the plan",
            f"本方案涉及的 {count} 个网格已在新版划分中变动："
            "可保留本方案、采用新版，或另存为新方案",
        )
        self.newer = newer


def publish(
    workspace: PlanWorkspace,
    plan: str,
    revision: str,
    day: date,
    author: Author,
    *,
    reason: str = "",
    approver: Author | None = None,
) -> OpenPlan:
    """Publish an approved plan as of a day.

    Parameters
    ----------
    plan, revision
        The plan, and the state of it that is to be published.
    day
        The first day the division is in force.
    author, reason
        Who publishes it, and why, for the audit log.
    approver
        Approves it in the same transaction where it was submitted and not approved yet: when
        it cannot be published it stays submitted.

    Raises
    ------
    PlanOutdated
        Somebody changed the plan since ``revision``.
    PlanConflict
        Grids that it touches were changed in a newer division.
    NotReady, NotAllowed
        It may not be approved, or not by ``approver``.
    Conflict
        It is not approved, its codes have run out, or the date is not possible.
    """
    for _ in range(_TRIES):
        opened = workspace.open(plan)
        workspace.check_current(opened, revision)
        given = _approval(opened, approver)
        release = _release(workspace, opened, day)
        try:
            workspace.store.plans.publish(
                plan,
                opened.head.revision,
                release,
                author,
                today=today(),
                reason=reason,
                approval=given,
                approver=approver,
            )
        except Superseded:
            continue
        return workspace.open(plan)
    raise Conflict(
        "other publications came in between again and again: try again",
        "其间不断有其他发布：请重试",
    )


def _approval(opened: OpenPlan, approver: Author | None) -> HeadChange | None:
    """Return the approval that is missing, None where it is on record."""
    if opened.head.state == APPROVED:
        return None
    if approver is None or opened.head.state != SUBMITTED:
        raise wrong_state(opened.head, (APPROVED,))
    check_ready(opened)
    return approval(approver)


def _release(workspace: PlanWorkspace, opened: OpenPlan, day: date) -> Release:
    versions = workspace.store.versions()
    view = _on_newest(workspace, opened)
    hard = [f for f in findings_of(view) if f.severity == "hard"]
    if hard:
        raise Conflict(
            f"the plan breaks a rule that cannot be waived: {hard[0].text.en}",
            f"方案违反不可豁免的规则：{hard[0].text.zh}",
        )
    division = division_of(view)
    faults = errors_among(check_topology(division))
    if faults:
        raise Conflict(
            f"the division does not close: {faults[0].grid_code} {faults[0].text.en}",
            f"划分不闭合：{faults[0].grid_code} {faults[0].text.zh}",
        )
    comparison = comparison_of(view)
    return Release(
        division,
        _roster(workspace, view, comparison, versions.roster, day),
        _descents(comparison),
        day,
        (versions.division, versions.roster),
        _identity(workspace, view),
        None if versions.directory or opened.head.base_version else view.base.atlas.directory,
    )


def _on_newest(workspace: PlanWorkspace, opened: OpenPlan) -> PlanView:
    """Return a plan on the newest division, which may be the one it was begun from.

    Raises
    ------
    PlanConflict
        Both changed the same grids.
    Conflict
        It starts from nothing, and there is a division by now.
    """
    newest = workspace.store.versions().division
    if opened.head.base_version == newest:
        return opened.plan.view
    if opened.head.base_version == 0:
        raise Conflict(
            "there is a division already: a plan that starts from nothing makes only the first",
            "已有网格划分：从零起草的方案只能作为第一版发布",
        )
    newer = compare_with_newest(workspace, opened)
    if newer.grids:
        raise PlanConflict(newer)
    return on_newest(workspace, opened, {}, mine=True).view


def _identity(workspace: PlanWorkspace, view: PlanView) -> Identity:
    found = workspace.store.identity()
    if found is not None:
        return found
    atlas = view.base.atlas
    return Identity(atlas.name, atlas.code, atlas.synthetic)


def _roster(
    workspace: PlanWorkspace, view: PlanView, comparison: Comparison, version: int, day: date
) -> Roster | None:
    if version == 0:
        return None
    roster = workspace.roster(version)
    done = succession(view, comparison, roster, day, lambda: f"d-{uuid.uuid4().hex[:12]}")
    return done.roster if done.roster.sha256 != roster.sha256 else None


def _descents(comparison: Comparison) -> list[Descent]:
    return [
        Descent(
            row.before,
            row.after,
            int(row.level),
            comparison.left.code(row.before),
            comparison.right.code(row.after),
            row.share,
        )
        for row in comparison.lineage
        if row.before is not None and row.after is not None
    ]

"""From an approved plan to the next division: assembled, carried over where need be, published."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from api.schemas.plans import text_json
from gis.atlas import Atlas
from gis.audit import Author
from gis.clock import today
from gis.division import Division
from gis.errors import Conflict, NotFound
from gis.findings import Text, errors_among
from gis.ids import GridId
from gis.planning.assemble import division_of
from gis.planning.diff import Comparison, comparison_of
from gis.planning.evaluation import PlanView
from gis.planning.findings import findings_of
from gis.planning.plan import Step, StepEntry
from gis.planning.rebase import Conflicts, Rebased, conflicts_of, rebased
from gis.planning.state import difference
from gis.planning.succession import succession
from gis.planning.topology import check_topology
from gis.roster import Duty, Roster
from gis.store import Identity
from gis.store.plans import APPROVED, Descent, Release, Superseded, utc_now, wrong_state
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace, outdated

_TRIES = 4


class PlanConflict(Conflict):
    """The division moved on, and this plan and that one changed the same grids."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        count = len(members["grids"])
        super().__init__(
            f"{count} grids of this plan were changed meanwhile in a newer division: keep mine, "
            "keep theirs, or copy the plan",
            f"本方案涉及的 {count} 个网格已在新版划分中变动："
            "可保留本方案、采用新版，或另存为新方案",
        )
        self.members = dict(members)


def newest_atlas(workspace: PlanWorkspace, opened: OpenPlan) -> Atlas:
    """Return the newest division stored, with the places of a plan and the people of today."""
    version = workspace.store.versions().division
    return workspace.atlas(version, opened.head.directory_version)


def conflicts_json(workspace: PlanWorkspace, opened: OpenPlan) -> dict[str, Any]:
    """Return what stands between a plan and the newest division."""
    newest = workspace.store.versions().division
    found = Conflicts((), ())
    if 0 < opened.head.base_version < newest:
        found = conflicts_of(opened.plan.view, workspace.store.division(newest))
    view = opened.plan.view
    before = view.base.state.grids
    return {
        "type": "urn:wangge:problem:plan-conflict",
        "base_version": opened.head.base_version,
        "newest_version": newest,
        "grids": [
            {
                "id": c.grid,
                "code": view.code(c.grid) if c.grid in view.grids else before[c.grid].code,
                "name": (view.state.grids.get(c.grid) or before[c.grid]).name,
                "mine": text_json(c.mine),
                "theirs": text_json(c.theirs),
            }
            for c in found.clashes
        ],
        "cells": list(found.cells),
        "free": not found.clashes,
        "ways": ["mine", "theirs", "copy"],
    }


def carried(
    workspace: PlanWorkspace, opened: OpenPlan, keep: Mapping[GridId, bool], *, mine: bool
) -> tuple[Rebased, int]:
    """Return a plan on the newest division, and that division's version."""
    atlas = newest_atlas(workspace, opened)
    base = replace(opened.plan.base, book=workspace.book())
    found = rebased(opened.plan.view, atlas, base, keep, mine=mine)
    return found, atlas.division.version


def rebase(
    workspace: PlanWorkspace,
    plan: str,
    revision: str,
    keep: Mapping[GridId, bool],
    author: Author,
    *,
    mine: bool,
) -> OpenPlan:
    """Put a plan on the newest division; it is a draft again."""
    opened = workspace.open(plan)
    workspace.check_current(opened, revision)
    if opened.head.base_version == 0:
        raise Conflict(
            "a plan that starts from nothing has no division to be carried over to",
            "从零起草的方案没有可跟进的划分",
        )
    found, version = carried(workspace, opened, keep, mine=mine)
    change = difference(found.base.state, found.view.state)
    number = opened.head.revision + 1
    text = Text(f"carried over to division {version}", f"跟进到第 {version} 版划分")
    step = Step(number, "rebase", text, change, author.name, utc_now())
    head = replace(opened.head, base_version=version)
    try:
        workspace.store.plans.rebase(
            head, found.base.cell_map, StepEntry(number, "do", step), author
        )
    except Superseded:
        raise outdated(workspace.open(plan), revision, None) from None
    return workspace.open(plan)


def publish(
    workspace: PlanWorkspace, plan: str, revision: str, day: date, author: Author, *, reason: str
) -> OpenPlan:
    """Publish an approved plan as of a day.

    Raises
    ------
    PlanConflict
        Grids that it touches were changed in a newer division.
    Conflict
        It is not approved, its codes have run out, or the date is not possible.
    """
    for _ in range(_TRIES):
        opened = workspace.open(plan)
        workspace.check_current(opened, revision)
        if opened.head.state != APPROVED:
            raise wrong_state(opened.head, (APPROVED,))
        release = _release(workspace, opened, day)
        try:
            workspace.store.plans.publish(
                plan, opened.head.revision, release, author, today=today(), reason=reason
            )
        except Superseded:
            continue
        return workspace.open(plan)
    raise Conflict(
        "other publications came in between again and again: try again",
        "其间不断有其他发布：请重试",
    )


def _release(workspace: PlanWorkspace, opened: OpenPlan, day: date) -> Release:
    versions = workspace.store.versions()
    view = opened.plan.view
    if opened.head.base_version != versions.division and opened.head.base_version:
        members = conflicts_json(workspace, opened)
        if not members["free"]:
            raise PlanConflict(members)
        view = carried(workspace, opened, {}, mine=True)[0].view
    elif opened.head.base_version == 0 and versions.division:
        raise Conflict(
            "there is a division already: a plan that starts from nothing makes only the first",
            "已有网格划分：从零起草的方案只能作为第一版发布",
        )
    hard = [p for p in findings_of(view) if p.severity == "hard"]
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


# --- back to an earlier division -----------------------------------------------------------------


def restore(
    workspace: PlanWorkspace, version: int, day: date, author: Author, reason: str
) -> tuple[int, date]:
    """Publish the content of an earlier division as the next version.

    The duties of grids that come back begin anew with whoever held them last; those of grids
    that go end.

    Raises
    ------
    NotFound
        There is no such division.
    Conflict
        It is what the newest one holds already, or the date is not possible.
    """
    store = workspace.store
    versions = store.versions()
    division = store.division(version)
    newest = store.division(versions.division)
    if newest.sha256 == division.sha256:
        raise Conflict(
            f"division {version} is what the newest one, {versions.division}, holds already",
            f"第 {version} 版与最新的第 {versions.division} 版内容相同",
        )
    identity = store.identity()
    if identity is None:
        raise NotFound("nothing has been loaded yet", "尚未载入任何数据")
    roster = _with_duties_back(
        store.roster(versions.roster) if versions.roster else None, newest, division, day
    )
    head = store.plans.restore(
        division, roster, day, (versions.division, versions.roster), identity, author,
        today=today(), reason=reason, version=version,
    )  # fmt: skip
    return head, day


def _with_duties_back(
    roster: Roster | None, old: Division, new: Division, day: date
) -> Roster | None:
    if roster is None:
        return None
    gone = {g.id for g in old} - {g.id for g in new}
    back = {g.id for g in new} - {g.id for g in old}
    duties: list[Duty] = []
    for duty in roster.duties:
        if duty.grid in gone and (duty.until is None or duty.until > day):
            if duty.since < day:
                duties.append(replace(duty, until=day))
            continue
        duties.append(duty)
    for grid in back:
        ended = [d for d in duties if d.grid == grid and d.until is not None and d.until <= day]
        last = max((d.until for d in ended if d.until), default=None)
        duties += [
            Duty(f"d-{uuid.uuid4().hex[:12]}", d.person, d.grid, d.role, day)
            for d in ended
            if d.until == last
        ]
    changed = replace(roster, duties=tuple(duties))
    return changed if changed.sha256 != roster.sha256 else None

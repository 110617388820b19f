"""Any two plans or divisions compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gis.atlas import Atlas
from gis.errors import InvalidInput
from gis.planning.assemble import division_of
from gis.planning.diff import Comparison, comparison_between
from gis.workflows.plans.workspace import PlanWorkspace


@dataclass(frozen=True)
class ComparedSide:
    """One of two things compared: ``kind`` is ``plan`` or ``division``, ``id`` names it."""

    kind: str
    id: str
    title: str
    atlas: Atlas


@dataclass(frozen=True)
class Compared:
    """Two plans or divisions, and how they differ."""

    left: ComparedSide
    right: ComparedSide
    comparison: Comparison


def compare(workspace: PlanWorkspace, left: str, right: str) -> Compared:
    """Return how two plans or divisions differ.

    Raises
    ------
    InvalidInput
        A name that is not ``plan:ID`` or ``division:VERSION``.
    NotFound
        There is no such plan or division.
    """
    before, after = _side(workspace, left, "left"), _side(workspace, right, "right")
    return Compared(before, after, comparison_between(before.atlas, after.atlas))


def _side(workspace: PlanWorkspace, name: str, field: str) -> ComparedSide:
    kind, _, identity = name.partition(":")
    if kind == "division" and re.fullmatch(r"[1-9]\d{0,8}", identity, re.ASCII):
        atlas = workspace.atlas(int(identity), workspace.store.versions().directory)
        return ComparedSide(kind, identity, atlas.division.title, atlas)
    if kind == "plan" and identity:
        opened = workspace.open(identity)
        view = opened.plan.view
        base = view.base.atlas
        atlas = Atlas(
            division_of(view), base.directory, base.roster, base.as_of, name=base.name,
            code=base.code,
        )  # fmt: skip
        return ComparedSide(kind, identity, opened.head.title, atlas)
    raise InvalidInput(
        field,
        f"{field} = {name[:60]!r} must be plan:ID or division:VERSION",
        f"{field} = {name[:60]!r} 应为 plan:编号 或 division:版本",
        ("plan:ID", "division:VERSION"),
    )

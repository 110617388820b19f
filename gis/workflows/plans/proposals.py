"""Proposals for a plan: what is asked for, searched for, and taken as one step."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gis.audit import Author
from gis.errors import Conflict, InvalidInput
from gis.ids import GridId
from gis.planning.operations import Batch
from gis.planning.proposals import (
    KINDS,
    Progress,
    ProposalOptions,
    ProposalPart,
    find_proposal,
    joined,
)
from gis.planning.proposals.effects import ProposalEffect, effect_of
from gis.rules import OfficeRules
from gis.workflows.plans.opened import AppliedStep, OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

MOST_SECONDS = 120.0
_STEP_TEXTS = {
    "repair": "采用建议：修复",
    "clusters": "采用建议：划分楼栋群",
    "merge_under": "采用建议：合并不足户数的小区",
    "balance": "采用建议：均衡户数",
    "balance_leaders": "采用建议：均衡网格长的负担",
}
assert set(_STEP_TEXTS) == set(KINDS)


def options_of(
    opened: OpenPlan,
    rules: OfficeRules,
    kind: str,
    grids: Sequence[str] = (),
    *,
    low: float | None = None,
    high: float | None = None,
    minimum: float | None = None,
    preserve: bool = True,
    move_penalty: float | None = None,
    tolerance: float | None = None,
    time_limit_s: float | None = None,
) -> ProposalOptions:
    """Return what a search is to do; what is None is as the office's rules have it.

    Parameters
    ----------
    opened, rules
        The plan, and the numbers of the office's rules.
    kind
        One of :data:`gis.planning.proposals.KINDS`.
    grids
        Ids or codes; ``repair`` and ``merge_under`` need none.
    low, high
        The buildings of a cluster.
    minimum
        The households of a compound.
    preserve
        Leave compounds alone that are large enough and nobody's only partner.
    move_penalty
        Metres that a building which changes hands must save, of ``repair``.
    tolerance
        How uneven loads may stay: 0.1 is ten per cent.
    time_limit_s
        Seconds to search at most, 20 when None.

    Raises
    ------
    InvalidInput
        Naming the option.
    """
    check_kind(kind)
    found = tuple(_grid(opened, name) for name in grids)
    if kind in ("clusters", "balance", "balance_leaders") and not found:
        raise InvalidInput("grid", "grid is missing", "缺少 grid")
    least, most = rules.buildings
    fewest = int(_within("low", low, 1, 100, least))
    greatest = int(_within("high", high, 1, 100, most))
    if fewest > greatest:
        raise InvalidInput("high", "high: under low", "high 小于 low")
    return ProposalOptions(
        low=fewest,
        high=greatest,
        minimum=int(_within("minimum", minimum, 1, 10**6, max(1, rules.least_households))),
        preserve=preserve,
        move_penalty=None
        if move_penalty is None
        else _within("move_penalty", move_penalty, 0, 10**9, 0),
        tolerance=_within("tolerance", tolerance, 0, 10, 0.1),
        time_limit_s=_within("time_limit_s", time_limit_s, 0.1, MOST_SECONDS, 20),
        grids=found,
    )


def check_kind(kind: object) -> None:
    """Refuse a kind of proposal that there is not.

    Raises
    ------
    InvalidInput
        Listing those that there are.
    """
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        raise InvalidInput(
            "kind",
            f"kind = {str(kind)[:20]!r} must be one of {listed}",
            f"kind = {str(kind)[:20]!r} 应为以下之一：{listed}",
            KINDS,
        )


def _grid(opened: OpenPlan, name: str) -> GridId:
    grids = opened.plan.state.grids
    if name in grids:
        return GridId(name)
    for grid, attributes in grids.items():
        if attributes.code == name:
            return grid
    raise InvalidInput(
        "grid",
        f"grid: this plan has no grid {name[:40]!r}",
        f"grid：本方案中没有网格 {name[:40]!r}",
    )


def _within(field: str, value: float | None, least: float, most: float, otherwise: float) -> float:
    value = otherwise if value is None else value
    if not least <= value <= most:
        raise InvalidInput(
            field,
            f"{field} must be a number from {least:g} to {most:g}",
            f"{field} 应为 {least:g} 到 {most:g} 的数",
            (f"{least:g}..{most:g}",),
        )
    return float(value)


def search(
    workspace: PlanWorkspace,
    opened: OpenPlan,
    kind: str,
    options: ProposalOptions,
    author: Author,
    progress: Progress = lambda *_: None,
) -> ProposalEffect:
    """Search for a proposal, and say what it would do; the plan stays as it is.

    Raises
    ------
    InvalidInput
        A grid of a level that this kind is not for, or nothing to search in.
    Cancelled
        When ``progress`` raises it.
    """
    found = find_proposal(opened.plan.view, kind, options, progress)
    return effect_of(opened.plan.view, found, workspace.context(author, opened.plan))


def take_parts(
    workspace: PlanWorkspace,
    plan: str,
    revision: str,
    author: Author,
    *,
    kind: str,
    parts: Sequence[ProposalPart],
    chosen: Collection[int] | None = None,
) -> AppliedStep:
    """Apply a proposal, or some parts of it, as one step.

    Parameters
    ----------
    plan, revision
        The plan, and the state of it that this was decided on.
    author
        Who takes it.
    kind, parts
        What was searched for and found.
    chosen
        The numbers of the parts to take, from 1 on; None: all.

    Raises
    ------
    InvalidInput
        A part that it does not have.
    Conflict
        There is nothing to take.
    """
    for number in chosen or ():
        if not 1 <= number <= len(parts):
            raise InvalidInput(
                "parts",
                f"parts: there is no part {number} (1 to {len(parts)})",
                f"parts：没有第 {number} 部分（1 到 {len(parts)}）",
            )
    taken = [p for n, p in enumerate(parts, start=1) if chosen is None or n in chosen]
    if not taken:
        raise Conflict("this proposal has nothing to take", "该建议没有可采用的内容")
    operation = Batch(joined(taken), _STEP_TEXTS[kind])
    return workspace.operate(plan, revision, operation, author)

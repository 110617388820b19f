"""What a proposal would do if it were taken, of the whole and of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis.ids import GridId
from gis.planning.diff import Impact, impact_of
from gis.planning.evaluation import LoadChange, PlanView, load_changes, view_after
from gis.planning.findings import (
    ListedFinding,
    finding_counts,
    finding_ids,
    findings_of,
    listed,
)
from gis.planning.handlers import Context, apply
from gis.planning.operations import Assign, Batch, Operation, ReassignCells
from gis.planning.proposals import joined
from gis.planning.proposals.values import Proposal, ProposalPart


@dataclass(frozen=True)
class PlanEffect:
    """A plan in numbers: its impact, its findings by weight, whose load changes."""

    impact: Impact
    counts: Mapping[str, int]
    loads: tuple[LoadChange, ...]


@dataclass(frozen=True)
class PartEffect:
    """What one part does by itself.

    ``cells`` go to grids; ``grids`` are all that it names or takes from. ``buildings`` to
    ``units`` count what changes grid.
    """

    part: ProposalPart
    cells: tuple[tuple[int, GridId], ...]
    grids: tuple[GridId, ...]
    buildings: int
    households: int
    shops: int
    units: int
    solved: tuple[str, ...]
    new: tuple[ListedFinding, ...]


@dataclass(frozen=True)
class ProposalEffect:
    """A proposal with what it would do: all of it (``whole``), and each part by itself."""

    proposal: Proposal
    whole: PlanEffect
    parts: tuple[PartEffect, ...]


def effect_of(view: PlanView, proposal: Proposal, context: Context) -> ProposalEffect:
    """Return what a proposal for a plan would do; the plan stays as it is."""
    parts = tuple(_part(view, part, context) for part in proposal.parts)
    if not proposal.parts:
        return ProposalEffect(proposal, PlanEffect(impact_of(view), finding_counts(view), ()), ())
    after = _after(view, joined(proposal.parts), context)
    whole = PlanEffect(impact_of(after), finding_counts(after), load_changes(after))
    return ProposalEffect(proposal, whole, parts)


def _after(view: PlanView, operations: tuple[Operation, ...], context: Context) -> PlanView:
    operation = operations[0] if len(operations) == 1 else Batch(operations)
    done = apply(operation, view.state, context)
    return view_after(view, done.state, done.change)


def _part(before: PlanView, part: ProposalPart, context: Context) -> PartEffect:
    after = _after(before, part.operations, context)
    owner, held = after.state.owner, before.state.cell_map.cells
    moved = [c for c in owner if owner[c] != before.state.owner.get(c)]
    cells = [held[c] for c in moved if c in held]
    ids = finding_ids(before)
    fresh = [f for f in findings_of(after) if f.id not in ids]
    return PartEffect(
        part,
        tuple((c, owner[c]) for c in moved),
        _grids_named(part, moved, before),
        sum(len(c.buildings) for c in cells),
        sum(c.households for c in cells),
        sum(len(c.shops) for c in cells),
        sum(len(c.units) for c in cells),
        tuple(sorted(ids - finding_ids(after))),
        listed(after, fresh),
    )


def _grids_named(part: ProposalPart, moved: Sequence[int], before: PlanView) -> tuple[GridId, ...]:
    named = {before.state.owner[c] for c in moved if c in before.state.owner}
    for operation in part.operations:
        names = [m.into for m in operation.moves] if isinstance(operation, ReassignCells) else []
        names += [*getattr(operation, "grids", ()), *filter(None, [getattr(operation, "into", "")])]
        names += [operation.grid] if isinstance(operation, Assign) else []
        named.update(GridId(n) for n in names)
    return tuple(sorted(named))

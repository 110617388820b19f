"""Proposals for a plan: what :mod:`gis.planning.propose` finds, as operations one may take.

Each is a list of parts. A part holds operations that make sense together; any of the parts may be
taken without the others. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import Level
from gis.planning.evaluation import GridView, PlanView
from gis.planning.findings import findings_of
from gis.planning.lattice import components, geometry_of
from gis.planning.operations import CellMove, Merge, Operation, ReassignCells
from gis.planning.proposals.balancing import balance_ground, balance_leaders
from gis.planning.proposals.cells import (
    clusters_in,
    left_out,
    named_after,
    rearranged,
    require,
    units_of,
)
from gis.planning.proposals.values import Progress, Proposal, ProposalOptions, ProposalPart

KINDS = ("repair", "clusters", "merge_under", "balance", "balance_leaders")


def find_proposal(
    view: PlanView, kind: str, options: ProposalOptions, progress: Progress
) -> Proposal:
    """Return a proposal of a kind.

    Raises
    ------
    InvalidInput
        A grid of a level that this kind is not for.
    Cancelled
        When ``progress`` raises it.
    """
    search = {
        "repair": _repair,
        "clusters": _clusters,
        "merge_under": _merge_under,
        "balance": balance_ground,
        "balance_leaders": balance_leaders,
    }[kind]
    return search(view, options, progress)


# --- clusters and repair --------------------------------------------------------------------------


def _clusters(view: PlanView, options: ProposalOptions, progress: Progress) -> Proposal:
    from gis.planning.propose import clusters

    own = clusters_in(view, options.grids)
    require(own, Text("it has no unlocked building cluster to divide", "其中没有可划分的楼栋群"))
    units = units_of(view, [s.attributes.id for s in own])
    found = clusters(
        units.shapes(view),
        options.low,
        options.high,
        pairs=units.pairs,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    labels = found.labels.tolist()
    parts = rearranged(view, units, labels, named_after(view, units, labels))
    text = Text(
        f"{max(labels, default=-1) + 1} clusters of {options.low} to {options.high} buildings",
        f"划为 {max(labels, default=-1) + 1} 个 {options.low}–{options.high} 栋的楼栋群",
    )
    return Proposal(
        text, parts, found.cost_m, found.bound_m, found.gap, found.proven,
        left_out(view, units, found.left_out),
    )  # fmt: skip


def _repair(view: PlanView, options: ProposalOptions, progress: Progress) -> Proposal:
    from gis.planning.propose import repair

    grids = options.grids or tuple(
        g for p in findings_of(view) if p.rule == "buildings_out_of_range" and (g := p.grid)
    )
    require(grids, Text("no cluster has a wrong size", "没有规模不符的楼栋群"))
    # A cluster is mended with the help of the others of its compound.
    around = {view.grids[g].attributes.parent or g for g in grids}
    own = clusters_in(view, around)
    require(own, Text("it has no unlocked building cluster to repair", "其中没有可调整的楼栋群"))
    units = units_of(view, [s.attributes.id for s in own])
    numbers = {s.attributes.id: i for i, s in enumerate(own)}
    labels = [numbers[view.state.owner[c]] for c in units.cells]
    extra = {} if options.move_penalty is None else {"move_m": options.move_penalty}
    found = repair(
        units.shapes(view),
        labels,
        options.low,
        options.high,
        pairs=units.pairs,
        progress=progress,
        limit_s=options.time_limit_s,
        **extra,
    )
    named = {i: g for g, i in numbers.items()}
    parts = rearranged(view, units, found.labels.tolist(), named)
    text = Text(
        f"{len(found.moved)} buildings change hands, {len(found.broken)} clusters mended",
        f"{len(found.moved)} 栋易手，调整 {len(found.broken)} 个楼栋群",
    )
    return Proposal(
        text, parts, float(len(found.moved)), None, None, False,
        left_out(view, units, found.left_out),
    )  # fmt: skip


# --- merging what is under the minimum ------------------------------------------------------------


def _merge_under(view: PlanView, options: ProposalOptions, progress: Progress) -> Proposal:
    from gis.planning.propose import merge_under

    chosen = [view.grids[g] for g in options.grids]
    if any(s.attributes.level is not Level.COMMUNITY for s in chosen):
        raise InvalidInput("grid", "grid: name a community", "grid：请指明社区")
    inside = {s.attributes.id for s in chosen}
    units = [
        s
        for s in view.grids.values()
        if s.attributes.level is Level.COMPOUND
        and s.cells
        and (not inside or s.attributes.parent in inside)
        and not any(c.id in view.state.locked for c in view.state.chain(s.attributes.id))
    ]
    require(units, Text("it has no compound", "其中没有小区"))
    within = {g: i for i, g in enumerate(dict.fromkeys(s.attributes.parent for s in units))}
    found = merge_under(
        np.array([geometry_of(s.faces) for s in units], dtype=object),
        [s.households for s in units],
        options.minimum,
        within=[within[s.attributes.parent] for s in units],
        preserve=options.preserve,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    groups: dict[int, list[GridView]] = {}
    for grid_view, label in zip(units, found.labels.tolist(), strict=True):
        groups.setdefault(label, []).append(grid_view)
    needed = [_needed(view, g, options.minimum) for g in groups.values()]
    parts = tuple(_merging(g) for g in needed if len(g) > 1)
    text = Text(
        f"{len(parts)} merges; {found.valid} grids of {options.minimum} households or more, "
        f"at most {found.reachable} are possible",
        f"合并 {len(parts)} 处；达到 {options.minimum} 户的网格 {found.valid} 个，"
        f"上限 {found.reachable} 个",
    )
    impossible = tuple(
        (
            groups[label][0].attributes.id,
            Text(
                f"{groups[label][0].attributes.name}: no partner brings it to {options.minimum}",
                f"{groups[label][0].attributes.name}："
                f"与任何邻近小区合并都不足 {options.minimum} 户",
            ),
        )
        for label in found.under
        if len(groups[label]) == 1 and _needed(view, groups[label], options.minimum)
    )
    reachable = float(found.reachable)
    return Proposal(text, parts, float(found.valid), reachable, found.gap, found.proven, impossible)


def _needed(view: PlanView, group: list[GridView], minimum: int) -> list[GridView]:
    """Return a group without those that no compound under the minimum needs as a partner.

    Enterprises and grids merged before are partners: they are not merged for their own sake.
    """
    wanting = {
        s.attributes.id
        for s in group
        if s.attributes.kind is GridKind.COMPOUND and s.households < minimum
    }
    kept = list(group)
    for one in sorted(group, key=lambda s: (-s.households, s.attributes.id)):
        rest = [s for s in kept if s is not one]
        enough = sum(s.households for s in rest) >= minimum
        short = sum(s.households for s in kept) < minimum
        if one.attributes.id not in wanting and (enough or short or not wanting) and len(rest) > 1:
            cells = frozenset().union(*(s.cells for s in rest))
            if len(components(cells, lambda c: view.state.cell_map.beside[c])) == 1:
                kept = rest
    return kept if wanting else []


def _merging(group: list[GridView]) -> ProposalPart:
    ordered = sorted(group, key=lambda s: (-s.households, s.attributes.code or ""))
    names = "、".join(s.attributes.name for s in ordered)[:80]
    total = sum(s.households for s in ordered)
    operation = Merge(tuple(s.attributes.id for s in ordered), into=ordered[0].attributes.id)
    return ProposalPart(
        Text(f"{names} become one: {total} households", f"{names} 合并为一：{total} 户"),
        (operation,),
    )


def joined(parts: Iterable[ProposalPart]) -> tuple[Operation, ...]:
    """Return the operations of some parts, all rearrangements of cells as one."""
    operations = [o for part in parts for o in part.operations]
    arrangements = [o for o in operations if isinstance(o, ReassignCells)]
    others = [o for o in operations if not isinstance(o, ReassignCells)]
    if not arrangements:
        return tuple(others)
    moves: dict[str, tuple[int, ...]] = {}
    for move in (m for a in arrangements for m in a.moves):
        moves[move.into] = (*moves.get(move.into, ()), *move.cells)
    one = ReassignCells(
        tuple(CellMove(into, cells) for into, cells in moves.items()),
        tuple(n for a in arrangements for n in a.new),
    )
    return (one, *others)


__all__ = [
    "KINDS",
    "Progress",
    "Proposal",
    "ProposalOptions",
    "ProposalPart",
    "find_proposal",
    "joined",
]

"""Proposals for a plan: repair, divide, merge, balance. Each shows its effect; nothing is changed.

A :class:`Proposal` is a value: parts, each of them steps that can be taken without the others,
what cannot be done, and how good it is. The caller carries the steps of the parts it wants out
as one step of the plan, and :func:`effect_of` says beforehand what that would change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level
from gis.planning.acts import Context, carry_out
from gis.planning.draft import Change
from gis.planning.lattice import components
from gis.planning.operations import Batch, Merge, Operation, Paint
from gis.planning.patches import (
    Patchwork,
    Target,
    changes,
    clusters_of,
    compounds_among,
    kept_grids,
    steps,
)
from gis.planning.propose.balance import balance
from gis.planning.propose.clusters import divided
from gis.planning.propose.merge import merge_under
from gis.planning.propose.repair import MOVE_M, Mending
from gis.planning.propose.sets import graph
from gis.planning.propose.watch import Progress, Watch
from gis.planning.view import Problem, View, view_after

KINDS = ("repair", "clusters", "merge_under", "balance")
_Draft = tuple[Text, tuple[Operation, ...], tuple[GridId, ...]]


@dataclass(frozen=True, slots=True)
class Options:
    """What a planner may set; None: the office's rule.

    ``move_m`` is what a hand-over weighs against distance, metres; ``tolerance`` how far a load
    may be from the mean, as a share of it.
    """

    low: int | None = None
    high: int | None = None
    minimum: int | None = None
    preserve: bool = True
    tolerance: float = 0.1
    move_m: float = MOVE_M
    limit_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that can be taken by themselves."""

    id: int
    text: Text
    operations: tuple[Operation, ...]
    grids: tuple[GridId, ...]


@dataclass(frozen=True, slots=True)
class Impossible:
    """A grid for which nothing is proposed, and why."""

    grid: GridId
    text: Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed.

    ``cost`` and ``bound`` are metres for clusters, valid groups for merging, the farthest load's
    distance from the mean (before in ``bound``) for balancing; None where there is none.
    ``gap`` is how much better it could be at most: 0.01 is one per cent.
    """

    kind: str
    parts: tuple[Part, ...]
    impossible: tuple[Impossible, ...] = ()
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    proven: bool = False

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The steps of all parts."""
        return tuple(o for p in self.parts for o in p.operations)


@dataclass(frozen=True)
class Effect:
    """What steps would change: the view after, what changes hands, findings solved and new."""

    view: View
    change: Change
    cells: tuple[int, ...]
    households: int
    buildings: int
    shops: int
    units: int
    solved: tuple[str, ...]
    new: tuple[Problem, ...]


def propose(
    kind: str,
    view: View,
    grids: Sequence[GridId] = (),
    options: Options | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Return a proposal for a plan as it stands.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    grids
        The grids it is about; none: all that have the trouble it cures.
    progress
        Called as ``progress(done, total, best)``; it may raise ``Cancelled``.

    Raises
    ------
    InvalidInput
        An unknown kind, a grid that is not there, no grid where one must be named, sizes or
        numbers that cannot be kept.
    """
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        raise InvalidInput("kind", f"kind must be one of {listed}", f"kind 应为：{listed}", KINDS)
    for grid in grids:
        if grid not in view.state.grids:
            raise InvalidInput("grid", f"no grid {grid[:60]!r}", f"没有网格 {grid[:60]!r}")
    return _PROPOSERS[kind](view, tuple(grids), options or Options(), progress)


def effect_of(view: View, operations: Sequence[Operation], context: Context) -> Effect:
    """Return what steps would change if they were taken.

    Raises
    ------
    Conflict, InvalidInput
        They do not fit the plan as it stands.
    """
    done = carry_out(Batch(tuple(operations)), view.state, context)
    after = view_after(view, done.state, done.change)
    cells = dict.fromkeys(done.change.cells)
    for grid, (old, new) in done.change.grids.items():
        if old is not None and new is not None and old.parent != new.parent:
            cells.update(dict.fromkeys(sorted(view.state.cells(grid))))
    held = [view.state.ground.cells[c] for c in cells]
    return Effect(
        after,
        done.change,
        tuple(cells),
        sum(c.households for c in held),
        sum(len(c.buildings) for c in held),
        sum(len(c.shops) for c in held),
        sum(len(c.units) for c in held),
        tuple(sorted(view.problem_ids - after.problem_ids)),
        tuple(p for p in after.problems if p.id not in view.problem_ids),
    )


# --- repair and divide ---


def _repair(
    view: View, grids: tuple[GridId, ...], options: Options, progress: Progress | None
) -> Proposal:
    sizes = _sizes(view, options)
    wanted = set(grids) or {
        p.grid for p in view.problems if p.rule == "buildings_out_of_range" and p.grid
    }
    watch = Watch(progress, options.limit_s)
    parts: list[_Draft] = []
    impossible: list[Impossible] = []
    for compound in compounds_among(view, sorted(wanted)):
        patchwork = Patchwork(view, tuple(clusters_of(view, compound)))
        cells = patchwork.built
        before = patchwork.labels(cells)
        whole = wanted.isdisjoint(patchwork.grids)
        only = frozenset(i for i, g in enumerate(patchwork.grids) if whole or g in wanted)
        net = graph(patchwork.points(cells), patchwork.pairs(cells))
        mended = Mending(net, before, sizes, options.move_m, only).run(watch)
        owner: dict[int, Target] = {}
        for cell, number in zip(cells, mended.labels.tolist(), strict=True):
            if number >= 0:
                known = number < len(patchwork.grids)
                owner[cell] = patchwork.grids[number] if known else number
        impossible += [
            Impossible(view.state.owner[cells[one.buildings[0]]], one.text)
            for one in mended.left_out
        ]
        parts += _parts(view, patchwork, owner, compound)
    return Proposal("repair", _numbered(parts), tuple(impossible))


def _clusters(
    view: View, grids: tuple[GridId, ...], options: Options, progress: Progress | None
) -> Proposal:
    if not grids:
        raise InvalidInput("grid", "grid: name the compound to divide", "grid：请指明要划分的小区")
    sizes = _sizes(view, options)
    watch = Watch(progress, options.limit_s)
    parts: list[_Draft] = []
    impossible: list[Impossible] = []
    cost = bound = 0.0
    for compound in compounds_among(view, grids):
        named = [g for g in clusters_of(view, compound) if g in grids]
        patchwork = Patchwork(view, tuple(named or clusters_of(view, compound)))
        cells = patchwork.built
        net = graph(patchwork.points(cells), patchwork.pairs(cells))
        found = divided(net, sizes, watch)
        cost, bound = cost + found.cost_m, bound + found.bound_m
        labels = found.labels.copy()
        for one in found.left_out:
            labels[list(one.buildings)] = labels.max(initial=-1) + 1
            impossible.append(Impossible(view.state.owner[cells[one.buildings[0]]], one.text))
        held = [view.state.ground.cells[c].households for c in cells]
        kept = kept_grids(labels, patchwork.labels(cells), held)
        owner: dict[int, Target] = {
            cell: patchwork.grids[kept[number]] if number in kept else number
            for cell, number in zip(cells, labels.tolist(), strict=True)
        }
        parts += _parts(view, patchwork, owner, compound)
    proven = cost - bound <= 1e-6 * max(1.0, cost)
    gap = 0.0 if proven else cost / max(bound, 1e-9) - 1
    return Proposal("clusters", _numbered(parts), tuple(impossible), cost, bound, gap, proven)


def _sizes(view: View, options: Options) -> tuple[int, int]:
    from gis.planning.propose import checks

    low, high = view.base.rules.buildings
    low = low if options.low is None else options.low
    high = high if options.high is None else options.high
    checks.size_range(low, high)
    return low, high


def _parts(
    view: View, patchwork: Patchwork, owner: dict[int, Target], compound: GridId
) -> list[_Draft]:
    found = []
    for moving in changes(view, patchwork.settled(owner)):
        touched = {view.state.owner[c] for c in moving} | {
            t for t in moving.values() if isinstance(t, str)
        }
        buildings = sum(len(view.state.ground.cells[c].buildings) for c in moving)
        where = view.state.grids[compound].name
        text = Text(
            f"{where}: {buildings} buildings change hands between {len(touched)} grids",
            f"{where}：{len(touched)} 个网格之间移交 {buildings} 栋楼",
        )
        found.append((text, steps(view, moving, compound), tuple(sorted(touched))))
    return found


def _numbered(
    parts: Sequence[_Draft],
) -> tuple[Part, ...]:
    return tuple(Part(i, *part) for i, part in enumerate(parts, start=1))


# --- merge ---


def _merge_under(
    view: View, grids: tuple[GridId, ...], options: Options, progress: Progress | None
) -> Proposal:
    minimum = view.base.rules.least_households if options.minimum is None else options.minimum
    regions = _regions(view, grids)
    households = [view.grids[g].households for g in regions]
    links = _beside(view, regions)
    found = merge_under(
        None,
        households,
        minimum,
        [str(view.state.grids[g].parent) for g in regions],
        options.preserve,
        pairs=links,
        progress=progress,
        limit_s=options.limit_s,
    )
    wanting = [
        view.state.grids[g].kind is GridKind.COMPOUND and h < minimum
        for g, h in zip(regions, households, strict=True)
    ]
    near: dict[int, set[int]] = {i: set() for i in range(len(regions))}
    for a, b in links.tolist():
        near[a].add(b)
        near[b].add(a)
    parts: list[_Draft] = []
    impossible: list[Impossible] = []
    for number in range(int(found.labels.max(initial=-1)) + 1):
        members = set(np.flatnonzero(found.labels == number).tolist())
        needed = {i for i in members if wanting[i]}
        members = _spared(members, needed, households, minimum, near)
        if needed and len(members) > 1:
            parts.append(_merging(view, [regions[i] for i in sorted(members)]))
        elif needed:
            impossible.append(_without_partner(view, regions[next(iter(needed))]))
    return Proposal(
        "merge_under",
        _numbered(parts),
        tuple(impossible),
        float(found.valid),
        float(found.reachable),
        found.reachable / max(found.valid, 1) - 1,
        found.proven,
    )


def _regions(view: View, grids: tuple[GridId, ...]) -> list[GridId]:
    """Return the compounds and enterprises of the communities named, all when none is."""
    communities = {view.state.chain(g)[0].id for g in grids}
    kinds = (GridKind.COMPOUND, GridKind.MERGED_COMPOUND, GridKind.DEDICATED)
    return [
        s.id
        for s in view.state.of_level(Level.COMPOUND)
        if s.kind in kinds
        and not view.state.locked.get(s.id)
        and (not grids or s.parent in communities)
    ]


def _beside(view: View, grids: Sequence[GridId]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return the pairs of grids of one level that share an edge, by their places, int (m, 2)."""
    of = {c: i for i, g in enumerate(grids) for c in view.state.cells(g)}
    beside = view.state.ground.beside
    pairs = {(of[c], of[o]) for c in of for o in beside[c] if o in of and of[c] < of[o]}
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _spared(
    members: set[int],
    needed: set[int],
    households: Sequence[int],
    minimum: int,
    near: dict[int, set[int]],
) -> set[int]:
    """Return the members without those that no compound under the minimum needs as a partner."""
    from gis.planning.propose.packing import connected

    near_lists = [sorted(near[i]) for i in range(len(households))]
    kept = set(members)
    for one in sorted(members - needed, key=lambda i: (-households[i], i)):
        rest = kept - {one}
        enough = sum(households[i] for i in rest) >= minimum
        was = sum(households[i] for i in kept) >= minimum
        if len(rest) > 1 and (enough or not was) and connected(rest, near_lists):
            kept = rest
    return kept


def _merging(view: View, grids: list[GridId]) -> _Draft:
    into = max(grids, key=lambda g: (view.grids[g].households, g))
    names = "、".join(view.state.grids[g].name for g in grids)
    total = sum(view.grids[g].households for g in grids)
    text = Text(f"merge {names}: {total} households", f"合并 {names}：共 {total} 户")
    operation = Merge(tuple(grids), into)
    return text, (operation,), tuple(grids)


def _without_partner(view: View, grid: GridId) -> Impossible:
    name, number = view.state.grids[grid].name, view.grids[grid].households
    return Impossible(
        grid,
        Text(
            f"{name}, {number} households: no neighbour in its community can be merged with it; "
            "waive the rule with a reason",
            f"{name}（{number} 户）：本社区内没有可合并的相邻小区或单位，请注明理由予以豁免",
        ),
    )


# --- balance ---


def _balance(
    view: View, grids: tuple[GridId, ...], options: Options, progress: Progress | None
) -> Proposal:
    if not grids:
        raise InvalidInput(
            "grid", "grid: name a grid whose load to share", "grid：请指明要分担负担的网格"
        )
    siblings = _siblings(view, grids)
    if view.state.grids[siblings[0]].level is Level.BUILDING_CLUSTER:
        parts, spread = _cells_balanced(view, siblings, options, progress)
    else:
        parts, spread = _clusters_balanced(view, siblings, options, progress)
    return Proposal("balance", _numbered(parts), (), spread[1], spread[0])


def _siblings(view: View, grids: tuple[GridId, ...]) -> list[GridId]:
    """Return the grids to balance: those named, or when it is one, it and those beside it."""
    state = view.state
    given = [g for g in dict.fromkeys(grids) if state.grids[g].level is not Level.COMMUNITY]
    if not given:
        given = list(state.children(grids[0]))
    if len(given) == 1:
        given = list(state.children(state.grids[given[0]].parent))
    level = state.grids[given[0]].level
    kinds = (GridKind.BUILDING_CLUSTER, GridKind.COMPOUND, GridKind.MERGED_COMPOUND)
    found = [
        g
        for g in given
        if state.grids[g].level is level
        and state.grids[g].kind in kinds
        and not state.locked.get(g)
    ]
    if len(found) < 2:
        raise InvalidInput(
            "grids",
            "grids: name at least two unlocked grids of one level to balance",
            "grids：请指明至少两个未锁定的同级网格",
        )
    return sorted(found)


_Found = tuple[list[_Draft], tuple[float, float]]


def _cells_balanced(
    view: View, grids: list[GridId], options: Options, progress: Progress | None
) -> _Found:
    patchwork = Patchwork(view, tuple(grids))
    cells = patchwork.cells
    held = [view.state.ground.cells[c] for c in cells]
    low, high = _sizes(view, options)
    found = balance(
        [c.households for c in held],
        patchwork.labels(cells),
        patchwork.pairs(cells),
        tolerance=options.tolerance,
        counts=[len(c.buildings) for c in held],
        low=low,
        high=high,
        progress=progress,
        limit_s=options.limit_s,
    )
    owner: dict[int, Target] = {
        c: patchwork.grids[n] for c, n in zip(cells, found.labels.tolist(), strict=True)
    }
    parent = view.state.grids[grids[0]].parent
    assert parent is not None
    return _parts(view, patchwork, owner, parent), (found.spread_before, found.spread_after)


def _clusters_balanced(
    view: View, grids: list[GridId], options: Options, progress: Progress | None
) -> _Found:
    children = [c for g in grids for c in view.state.children(g)]
    place = {g: i for i, g in enumerate(grids)}
    found = balance(
        [view.grids[c].households for c in children],
        [place[view.state.grids[c].parent] for c in children],  # type: ignore[index]
        _beside(view, children),
        tolerance=options.tolerance,
        counts=[view.grids[c].households for c in children],
        low=view.base.rules.least_households,
        locked=[bool(view.state.locked.get(c)) for c in children],
        progress=progress,
        limit_s=options.limit_s,
    )
    moves = [(children[i], grids[int(found.labels[i])]) for i in found.moved]
    names = {g: s.name for g, s in view.state.grids.items()}
    parts: list[_Draft] = []
    for grid, into in moves:
        text = Text(f"{names[grid]} goes to {names[into]}", f"{names[grid]} 划归 {names[into]}")
        parts.append((text, (Paint(into, grids=(grid,)),), (grid, into)))
    if len(parts) > 1 and not all(_hangs_together(view, *move) for move in moves):
        text = Text(f"{len(parts)} grids change compound together", f"{len(parts)} 个网格一并改划")
        touched = tuple(dict.fromkeys(g for part in parts for g in part[2]))
        parts = [(text, tuple(o for part in parts for o in part[1]), touched)]
    return parts, (found.spread_before, found.spread_after)


def _hangs_together(view: View, child: GridId, into: GridId) -> bool:
    """Say whether neither compound lies in more pieces when one child alone goes over."""
    beside = view.state.ground.beside
    source = view.state.grids[child].parent
    assert source is not None
    moving, left, there = (view.state.cells(g) for g in (child, source, into))

    def pieces(cells: frozenset[int]) -> int:
        return len(components(cells, lambda c: beside[c]))

    return pieces(left - moving) <= pieces(left) and pieces(there | moving) <= pieces(there)


_Proposer = Callable[[View, tuple[GridId, ...], Options, Progress | None], Proposal]
_PROPOSERS: dict[str, _Proposer] = {
    "repair": _repair,
    "clusters": _clusters,
    "merge_under": _merge_under,
    "balance": _balance,
}

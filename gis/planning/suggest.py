"""Proposals for a plan: what :mod:`gis.planning.propose` finds, as operations one may take.

Each is a list of parts. A part holds operations that make sense together; any of the parts may be
taken without the others. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.geometry import to_metres
from gis.ids import GridId, Level
from gis.planning.lattice import components, geometry_of
from gis.planning.operations import Arrange, Founded, Merge, Move, Operation, Paint
from gis.planning.view import Seen, View

KINDS = ("repair", "clusters", "merge_under", "balance")
Progress = Callable[[int, int, Any], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Operations that make sense together, and what they are for."""

    text: Text
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a search found: parts to take, how good it is, and what cannot be had.

    ``cost`` and ``bound`` are of the search: metres, households or groups. ``gap`` 0.01 is one
    per cent; ``proven``: nothing is better.
    """

    text: Text
    parts: tuple[Part, ...]
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    proven: bool = False
    impossible: tuple[tuple[GridId | None, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What one may set: sizes, the minimum, the move penalty, the tolerance, the time."""

    low: int = 3
    high: int = 5
    minimum: int = 300
    preserve: bool = True
    move_penalty: float | None = None
    tolerance: float = 0.1
    time_limit_s: float = 20.0
    grids: tuple[GridId, ...] = field(default_factory=tuple)


def suggest(view: View, kind: str, options: Options, progress: Progress) -> Suggestion:
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
        "balance": _balance,
    }[kind]
    return search(view, options, progress)


# --- what is searched -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Units:
    """Cells with buildings, and those without that go along with a neighbour."""

    cells: list[int]
    pairs: list[tuple[int, int]]
    bare: list[int]

    def shapes(self, view: View) -> Any:
        """Return what stands on each, in metres: a footprint, else the cell itself."""
        by_id = view.base.atlas.directory.by_id
        ground = view.state.ground
        found = []
        for number in self.cells:
            cell = ground.cells[number]
            shape = by_id[cell.buildings[0]].geometry
            found.append(shape if shape.area > 0 else geometry_of((cell.face,)))
        return to_metres(np.array(found, dtype=object))


def _units(view: View, grids: Iterable[GridId]) -> _Units:
    ground, cells = view.state.ground, sorted({c for g in grids for c in view.grids[g].cells})
    built = [c for c in cells if ground.cells[c].buildings]
    row = {c: i for i, c in enumerate(built)}
    pairs = [
        (row[c], row[o]) for c in built for o in ground.beside[c] if o in row and row[c] < row[o]
    ]
    return _Units(built, pairs, [c for c in cells if c not in row])


def _clusters_in(view: View, grids: Iterable[GridId]) -> list[Seen]:
    """Return the unlocked building clusters among or under some grids."""
    found: dict[GridId, Seen] = {}
    for grid in grids:
        for seen in _below(view, grid):
            locked = any(s.id in view.state.locked for s in view.state.chain(seen.sketch.id))
            if seen.sketch.kind is GridKind.BUILDING_CLUSTER and not locked:
                found[seen.sketch.id] = seen
    return list(found.values())


def _below(view: View, grid: GridId) -> list[Seen]:
    seen = view.grids[grid]
    if seen.sketch.level is Level.BUILDING_CLUSTER:
        return [seen]
    return [s for child in seen.children for s in _below(view, child)]


def _require(found: Sequence[Any], what: Text) -> None:
    if not found:
        raise InvalidInput("grid", f"grid: {what.en}", f"grid：{what.zh}")


# --- clusters and repair --------------------------------------------------------------------------


def _clusters(view: View, options: Options, progress: Progress) -> Suggestion:
    from gis.planning.propose import clusters

    own = _clusters_in(view, options.grids)
    _require(own, Text("it has no unlocked building cluster to divide", "其中没有可划分的楼栋群"))
    units = _units(view, [s.sketch.id for s in own])
    found = clusters(
        units.shapes(view),
        options.low,
        options.high,
        pairs=units.pairs,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    labels = found.labels.tolist()
    parts = _rearranged(view, units, labels, _named(view, units, labels))
    text = Text(
        f"{max(labels, default=-1) + 1} clusters of {options.low} to {options.high} buildings",
        f"划为 {max(labels, default=-1) + 1} 个 {options.low}–{options.high} 栋的楼栋群",
    )
    return Suggestion(
        text, parts, found.cost_m, found.bound_m, found.gap, found.proven,
        _left_out(view, units, found.left_out),
    )  # fmt: skip


def _left_out(
    view: View, units: _Units, left_out: Iterable[Any]
) -> tuple[tuple[GridId | None, Text], ...]:
    return tuple((view.state.owner.get(units.cells[piece.buildings[0]]), piece.text)
                 for piece in left_out)  # fmt: skip


def _named(view: View, units: _Units, labels: list[int]) -> dict[int, GridId]:
    """Return which clusters go on as an existing grid: as many buildings as can stay do."""
    votes: dict[tuple[int, GridId], int] = {}
    for cell, label in zip(units.cells, labels, strict=True):
        if label >= 0:
            key = (label, view.state.owner[cell])
            votes[key] = votes.get(key, 0) + 1
    named: dict[int, GridId] = {}
    for (label, grid), _ in sorted(votes.items(), key=lambda v: (-v[1], v[0])):
        if label not in named and grid not in named.values():
            named[label] = grid
    return named


def _rearranged(
    view: View, units: _Units, labels: list[int], named: Mapping[int, GridId]
) -> tuple[Part, ...]:
    owner = view.state.owner
    target: dict[int, int] = {
        c: label for c, label in zip(units.cells, labels, strict=True) if label >= 0
    }
    _attach_bare(view, units, target, named)
    moves: dict[int, list[int]] = {}
    for cell, label in target.items():
        if named.get(label) != owner[cell]:
            moves.setdefault(label, []).append(cell)
    parts = [_founding(view, label, cells) for label, cells in moves.items() if label not in named]
    staying = {named[label]: cells for label, cells in moves.items() if label in named}
    parts += [_handing_over(view, group) for group in _together(staying, owner)]
    return tuple(parts)


def _attach_bare(
    view: View, units: _Units, target: dict[int, int], named: Mapping[int, GridId]
) -> None:
    """Let cells without buildings stay with their grid, or go along with a neighbour."""
    label_of = {grid: label for label, grid in named.items()}
    left = [c for c in units.bare if view.state.owner[c] not in label_of]
    while left:
        reached = [c for c in left if any(b in target for b in view.state.ground.beside[c])]
        if not reached:
            return
        for cell in reached:
            target[cell] = next(target[b] for b in view.state.ground.beside[cell] if b in target)
        left = [c for c in left if c not in target]


def _founding(view: View, label: int, cells: list[int]) -> Part:
    source = view.grids[view.state.owner[cells[0]]]
    parent = source.sketch.parent
    stem = view.grids[parent].sketch.name if parent else source.sketch.name
    name = f"{stem}新{label + 1}"[:100]
    new = Founded(name, parent or "", tuple(sorted(cells)))
    count = sum(len(view.state.ground.cells[c].buildings) for c in cells)
    text = Text(f"new cluster {name}: {count} buildings", f"新建 {name}：{count} 栋")
    return Part(text, (Arrange(new=(new,)),))


def _together(
    moves: Mapping[GridId, list[int]], owner: Mapping[int, GridId]
) -> list[dict[GridId, list[int]]]:
    """Return moves in groups that hand over to each other."""
    leads: dict[GridId, GridId] = {}

    def lead(grid: GridId) -> GridId:
        while leads.setdefault(grid, grid) != grid:
            grid = leads[grid]
        return grid

    for target, cells in moves.items():
        for cell in cells:
            leads[lead(owner[cell])] = lead(target)
    groups: dict[GridId, dict[GridId, list[int]]] = {}
    for target, cells in moves.items():
        groups.setdefault(lead(target), {})[target] = cells
    return list(groups.values())


def _handing_over(view: View, moves: Mapping[GridId, list[int]]) -> Part:
    rows = tuple(Move(grid, tuple(sorted(cells))) for grid, cells in moves.items())
    names = "、".join(view.grids[g].sketch.name for g in moves)[:60]
    count = sum(
        len(view.state.ground.cells[c].buildings) for cells in moves.values() for c in cells
    )
    text = Text(f"{count} buildings go to {names}", f"{count} 栋划入 {names}")
    return Part(text, (Arrange(moves=rows),))


def _repair(view: View, options: Options, progress: Progress) -> Suggestion:
    from gis.planning.propose import repair

    grids = options.grids or tuple(
        g for p in view.problems if p.rule == "buildings_out_of_range" and (g := p.grid)
    )
    _require(grids, Text("no cluster has a wrong size", "没有规模不符的楼栋群"))
    # A cluster is mended with the help of the others of its compound.
    around = {view.grids[g].sketch.parent or g for g in grids}
    own = _clusters_in(view, around)
    _require(own, Text("it has no unlocked building cluster to repair", "其中没有可调整的楼栋群"))
    units = _units(view, [s.sketch.id for s in own])
    numbers = {s.sketch.id: i for i, s in enumerate(own)}
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
    parts = _rearranged(view, units, found.labels.tolist(), named)
    text = Text(
        f"{len(found.moved)} buildings change hands, {len(found.broken)} clusters mended",
        f"{len(found.moved)} 栋易手，调整 {len(found.broken)} 个楼栋群",
    )
    return Suggestion(
        text, parts, float(len(found.moved)), None, None, False,
        _left_out(view, units, found.left_out),
    )  # fmt: skip


# --- merging what is under the minimum ------------------------------------------------------------


def _merge_under(view: View, options: Options, progress: Progress) -> Suggestion:
    from gis.planning.propose import merge_under

    chosen = [view.grids[g] for g in options.grids]
    if any(s.sketch.level is not Level.COMMUNITY for s in chosen):
        raise InvalidInput("grid", "grid: name a community", "grid：请指明社区")
    inside = {s.sketch.id for s in chosen}
    units = [
        s
        for s in view.grids.values()
        if s.sketch.level is Level.COMPOUND
        and s.cells
        and (not inside or s.sketch.parent in inside)
        and not any(c.id in view.state.locked for c in view.state.chain(s.sketch.id))
    ]
    _require(units, Text("it has no compound", "其中没有小区"))
    within = {g: i for i, g in enumerate(dict.fromkeys(s.sketch.parent for s in units))}
    found = merge_under(
        np.array([geometry_of(s.faces) for s in units], dtype=object),
        [s.households for s in units],
        options.minimum,
        within=[within[s.sketch.parent] for s in units],
        preserve=options.preserve,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    groups: dict[int, list[Seen]] = {}
    for seen, label in zip(units, found.labels.tolist(), strict=True):
        groups.setdefault(label, []).append(seen)
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
            groups[label][0].sketch.id,
            Text(
                f"{groups[label][0].sketch.name}: no partner brings it to {options.minimum}",
                f"{groups[label][0].sketch.name}：与任何邻近小区合并都不足 {options.minimum} 户",
            ),
        )
        for label in found.under
        if len(groups[label]) == 1 and _needed(view, groups[label], options.minimum)
    )
    reachable = float(found.reachable)
    return Suggestion(
        text, parts, float(found.valid), reachable, found.gap, found.proven, impossible
    )


def _needed(view: View, group: list[Seen], minimum: int) -> list[Seen]:
    """Return a group without those that no compound under the minimum needs as a partner.

    Enterprises and grids merged before are partners: they are not merged for their own sake.
    """
    wanting = {
        s.sketch.id for s in group if s.sketch.kind is GridKind.COMPOUND and s.households < minimum
    }
    kept = list(group)
    for one in sorted(group, key=lambda s: (-s.households, s.sketch.id)):
        rest = [s for s in kept if s is not one]
        enough = sum(s.households for s in rest) >= minimum
        short = sum(s.households for s in kept) < minimum
        if one.sketch.id not in wanting and (enough or short or not wanting) and len(rest) > 1:
            cells = frozenset().union(*(s.cells for s in rest))
            if len(components(cells, lambda c: view.state.ground.beside[c])) == 1:
                kept = rest
    return kept if wanting else []


def _merging(group: list[Seen]) -> Part:
    ordered = sorted(group, key=lambda s: (-s.households, s.sketch.code or ""))
    names = "、".join(s.sketch.name for s in ordered)[:80]
    total = sum(s.households for s in ordered)
    operation = Merge(tuple(s.sketch.id for s in ordered), into=ordered[0].sketch.id)
    return Part(
        Text(f"{names} become one: {total} households", f"{names} 合并为一：{total} 户"),
        (operation,),
    )


# --- balancing ------------------------------------------------------------------------------------


def _balance(view: View, options: Options, progress: Progress) -> Suggestion:
    parents = _parents(view, options.grids)
    level = view.grids[parents[0]].sketch.level
    if level is Level.COMPOUND:
        return _balance_cells(view, parents, options, progress)
    return _balance_grids(view, parents, options, progress)


def _parents(view: View, grids: Iterable[GridId]) -> list[GridId]:
    """Return the grids whose parts are to be evened out: those named, of clusters their parents."""
    found: dict[GridId, None] = {}
    for grid in grids:
        sketch = view.grids[grid].sketch
        above = sketch.parent if sketch.level is Level.BUILDING_CLUSTER else grid
        if above is not None:
            found[above] = None
    levels = {view.grids[g].sketch.level for g in found}
    if len(levels) != 1:
        raise InvalidInput(
            "grids",
            "grids: name a compound, or a community, or clusters of one compound",
            "grids：请指明一个小区、一个社区，或同一小区的楼栋群",
        )
    return list(found)


def _balance_cells(
    view: View, parents: list[GridId], options: Options, progress: Progress
) -> Suggestion:
    from gis.planning.propose import balance

    own = _clusters_in(view, parents)
    _require(own, Text("it has no unlocked building cluster", "其中没有可调整的楼栋群"))
    units = _units(view, [s.sketch.id for s in own])
    ground = view.state.ground
    numbers = {s.sketch.id: i for i, s in enumerate(own)}
    found = balance(
        [ground.cells[c].households for c in units.cells],
        [numbers[view.state.owner[c]] for c in units.cells],
        units.pairs,
        tolerance=options.tolerance,
        counts=[len(ground.cells[c].buildings) for c in units.cells],
        low=options.low,
        high=options.high,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    named = {i: g for g, i in numbers.items()}
    parts = _rearranged(view, units, found.labels.tolist(), named)
    return _balanced(found, parts)


def _balance_grids(
    view: View, parents: list[GridId], options: Options, progress: Progress
) -> Suggestion:
    from gis.planning.propose import balance

    compounds = [view.grids[c] for p in parents for c in view.grids[p].children]
    units = [view.grids[c] for s in compounds for c in s.children]
    _require(units, Text("it has no compound", "其中没有小区"))
    row = {c: i for i, s in enumerate(units) for c in s.cells}
    beside = view.state.ground.beside
    pairs = sorted(
        {(row[c], row[o]) for c in row for o in beside[c] if o in row and row[c] < row[o]}
    )
    numbers = {s.sketch.id: i for i, s in enumerate(compounds)}
    locked = [any(c.id in view.state.locked for c in view.state.chain(s.sketch.id)) for s in units]
    found = balance(
        [s.households for s in units],
        [numbers[s.sketch.parent] for s in units if s.sketch.parent is not None],
        pairs,
        tolerance=options.tolerance,
        counts=[s.households for s in units],
        low=options.minimum,
        locked=locked,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    parts = []
    for unit in found.moved:
        seen = units[unit]
        target = compounds[int(found.labels[unit])].sketch
        text = Text(
            f"{seen.sketch.name} goes to {target.name}", f"{seen.sketch.name} 划归 {target.name}"
        )
        parts.append(Part(text, (Paint(into=target.id, grids=(seen.sketch.id,)),)))
    return _balanced(found, tuple(parts))


def _balanced(found: Any, parts: tuple[Part, ...]) -> Suggestion:
    text = Text(
        f"the farthest load from the mean goes from {found.spread_before:.0%} to "
        f"{found.spread_after:.0%}",
        f"与平均负担的最大偏差由 {found.spread_before:.0%} 降到 {found.spread_after:.0%}",
    )
    return Suggestion(text, parts, found.spread_after)


def joined(parts: Iterable[Part]) -> tuple[Operation, ...]:
    """Return the operations of some parts, all rearrangements of cells as one."""
    operations = [o for part in parts for o in part.operations]
    arrangements = [o for o in operations if isinstance(o, Arrange)]
    others = [o for o in operations if not isinstance(o, Arrange)]
    if not arrangements:
        return tuple(others)
    moves: dict[str, tuple[int, ...]] = {}
    for move in (m for a in arrangements for m in a.moves):
        moves[move.into] = (*moves.get(move.into, ()), *move.cells)
    one = Arrange(
        tuple(Move(into, cells) for into, cells in moves.items()),
        tuple(n for a in arrangements for n in a.new),
    )
    return (one, *others)

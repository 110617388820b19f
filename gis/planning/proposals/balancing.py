"""Evening out: ground between grids, or grids between leaders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId, Level
from gis.planning.evaluation import GridView, PlanView
from gis.planning.operations import Assign, Paint
from gis.planning.proposals.cells import clusters_in, rearranged, require, units_of
from gis.planning.proposals.values import Progress, Proposal, ProposalOptions, ProposalPart
from gis.roster import GridRole


def balance_ground(view: PlanView, options: ProposalOptions, progress: Progress) -> Proposal:
    """Even out the households of the clusters of a compound, or the compounds of a community.

    Raises
    ------
    InvalidInput
        The grids have parents of different levels, or nothing in them may move.
    """
    parents = _parents(view, options.grids)
    level = view.grids[parents[0]].attributes.level
    if level is Level.COMPOUND:
        return _balance_cells(view, parents, options, progress)
    return _balance_grids(view, parents, options, progress)


def _parents(view: PlanView, grids: Iterable[GridId]) -> list[GridId]:
    """Return the grids whose parts are to be evened out: those named, of clusters their parents."""
    found: dict[GridId, None] = {}
    for grid in grids:
        attributes = view.grids[grid].attributes
        above = attributes.parent if attributes.level is Level.BUILDING_CLUSTER else grid
        if above is not None:
            found[above] = None
    levels = {view.grids[g].attributes.level for g in found}
    if len(levels) != 1:
        raise InvalidInput(
            "grids",
            "grids: name a compound, or a community, or clusters of one compound",
            "grids：请指明一个小区、一个社区，或同一小区的楼栋群",
        )
    return list(found)


def _balance_cells(
    view: PlanView, parents: list[GridId], options: ProposalOptions, progress: Progress
) -> Proposal:
    from gis.planning.propose import balance

    own = clusters_in(view, parents)
    require(own, Text("it has no unlocked building cluster", "其中没有可调整的楼栋群"))
    units = units_of(view, [s.attributes.id for s in own])
    cell_map = view.state.cell_map
    numbers = {s.attributes.id: i for i, s in enumerate(own)}
    found = balance(
        [cell_map.cells[c].households for c in units.cells],
        [numbers[view.state.owner[c]] for c in units.cells],
        units.pairs,
        tolerance=options.tolerance,
        counts=[len(cell_map.cells[c].buildings) for c in units.cells],
        low=options.low,
        high=options.high,
        progress=progress,
        limit_s=options.time_limit_s,
    )
    named = {i: g for g, i in numbers.items()}
    parts = rearranged(view, units, found.labels.tolist(), named)
    return _balanced(found, parts)


def _balance_grids(
    view: PlanView, parents: list[GridId], options: ProposalOptions, progress: Progress
) -> Proposal:
    from gis.planning.propose import balance

    compounds = [view.grids[c] for p in parents for c in view.grids[p].children]
    units = [view.grids[c] for s in compounds for c in s.children]
    require(units, Text("it has no compound", "其中没有小区"))
    numbers = {s.attributes.id: i for i, s in enumerate(compounds)}
    found = balance(
        [s.households for s in units],
        [numbers[s.attributes.parent] for s in units if s.attributes.parent is not None],
        _beside(view, units),
        tolerance=options.tolerance,
        counts=[s.households for s in units],
        low=options.minimum,
        locked=[_is_locked(view, s) for s in units],
        progress=progress,
        limit_s=options.time_limit_s,
    )
    parts = []
    for unit in found.moved:
        grid_view = units[unit]
        target = compounds[int(found.labels[unit])].attributes
        text = Text(
            f"{grid_view.attributes.name} goes to {target.name}",
            f"{grid_view.attributes.name} 划归 {target.name}",
        )
        parts.append(ProposalPart(text, (Paint(into=target.id, grids=(grid_view.attributes.id,)),)))
    return _balanced(found, tuple(parts))


def balance_leaders(view: PlanView, options: ProposalOptions, progress: Progress) -> Proposal:
    """Even out what the leaders of a level look after: whole grids get another leader.

    The leaders are those of the grids that are named and of their fellows: the grids of the
    same level in the same community, of level 1 all communities. A leader takes over only what
    touches ground of theirs, and keeps at least one grid.

    Raises
    ------
    InvalidInput
        The grids are of different levels, or nobody leads them.
    """
    from gis.planning.propose import balance

    level, fellows = _fellows(view, options.grids)
    leader = {
        s.attributes.id: led_by[0]
        for s in view.grids.values()
        if s.attributes.level is level and s.cells and (led_by := view.leaders.get(s.attributes.id))
    }
    people = list(dict.fromkeys(person for g, person in leader.items() if g in fellows))
    if len(people) < 2:
        raise InvalidInput(
            "grid",
            "grid: fewer than two people lead it and the grids around it: assign leaders first",
            "grid：它与周围网格的网格长不足两人：请先指定网格长",
        )
    units = [view.grids[g] for g, person in leader.items() if person in people]
    found = balance(
        [s.households for s in units],
        [people.index(leader[s.attributes.id]) for s in units],
        _beside(view, units),
        tolerance=options.tolerance,
        counts=[1] * len(units),
        locked=[s.attributes.id not in fellows or _is_locked(view, s) for s in units],
        progress=progress,
        limit_s=options.time_limit_s,
    )
    named = view.base.atlas.roster.by_id
    parts = []
    for unit in found.moved:
        attributes, after = units[unit].attributes, people[int(found.labels[unit])]
        old, new = named[leader[attributes.id]].name, named[after].name
        text = Text(
            f"{new} leads {attributes.name} in place of {old}",
            f"{attributes.name} 的网格长由 {old} 改为 {new}",
        )
        parts.append(ProposalPart(text, (Assign(after, attributes.id, GridRole.GRID_LEADER),)))
    return _balanced(found, tuple(parts))


def _fellows(view: PlanView, grids: Iterable[GridId]) -> tuple[Level, set[GridId]]:
    """Return the level of some grids, and the grids of it in their communities."""
    chosen = [view.grids[g].attributes for g in grids]
    levels = {s.level for s in chosen}
    if len(levels) != 1:
        raise InvalidInput("grids", "grids: name grids of one level", "grids：请指明同一级别的网格")
    level = levels.pop()
    if level is Level.COMMUNITY:
        return level, {s.attributes.id for s in view.grids.values() if s.attributes.level is level}
    within = {view.state.chain(s.id)[0].id for s in chosen}
    below = [s for g in within for s in _at_or_below(view, view.grids[g])]
    return level, {s.attributes.id for s in below if s.attributes.level is level}


def _at_or_below(view: PlanView, grid_view: GridView) -> list[GridView]:
    return [grid_view, *(s for c in grid_view.children for s in _at_or_below(view, view.grids[c]))]


def _is_locked(view: PlanView, grid_view: GridView) -> bool:
    return any(s.id in view.state.locked for s in view.state.chain(grid_view.attributes.id))


def _beside(view: PlanView, units: Sequence[GridView]) -> list[tuple[int, int]]:
    """Return which grids touch, by their places in a list."""
    row = {c: i for i, s in enumerate(units) for c in s.cells}
    beside = view.state.cell_map.beside
    return sorted(
        {(row[c], row[o]) for c in row for o in beside[c] if o in row and row[c] < row[o]}
    )


def _balanced(found: Any, parts: tuple[ProposalPart, ...]) -> Proposal:
    text = Text(
        f"the farthest load from the mean goes from {found.spread_before:.0%} to "
        f"{found.spread_after:.0%}",
        f"与平均负担的最大偏差由 {found.spread_before:.0%} 降到 {found.spread_after:.0%}",
    )
    return Proposal(text, parts, found.spread_after)

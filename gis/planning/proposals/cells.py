"""The cells that a search is about, and its answer as operations on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.geometry import MetricFrame
from gis.ids import GridId, Level
from gis.planning.evaluation import GridView, PlanView
from gis.planning.lattice import geometry_of
from gis.planning.operations import CellMove, NewCluster, ReassignCells
from gis.planning.proposals.values import ProposalPart


@dataclass(frozen=True)
class Units:
    """Cells with buildings, and those without that go along with a neighbour."""

    cells: list[int]
    pairs: list[tuple[int, int]]
    bare: list[int]

    def shapes(self, view: PlanView) -> Any:
        """Return what stands on each, in metres: a footprint, else the cell itself."""
        by_id = view.base.atlas.directory.by_id
        cell_map = view.state.cell_map
        found = []
        for number in self.cells:
            cell = cell_map.cells[number]
            shape = by_id[cell.buildings[0]].geometry
            found.append(shape if shape.area > 0 else geometry_of((cell.face,)))
        return MetricFrame.of(found).to_metres(np.array(found, dtype=object))


def units_of(view: PlanView, grids: Iterable[GridId]) -> Units:
    cell_map, cells = view.state.cell_map, sorted({c for g in grids for c in view.grids[g].cells})
    built = [c for c in cells if cell_map.cells[c].buildings]
    row = {c: i for i, c in enumerate(built)}
    pairs = [
        (row[c], row[o]) for c in built for o in cell_map.beside[c] if o in row and row[c] < row[o]
    ]
    return Units(built, pairs, [c for c in cells if c not in row])


def clusters_in(view: PlanView, grids: Iterable[GridId]) -> list[GridView]:
    """Return the unlocked building clusters among or under some grids."""
    found: dict[GridId, GridView] = {}
    for grid in grids:
        for grid_view in _below(view, grid):
            locked = any(
                s.id in view.state.locked for s in view.state.chain(grid_view.attributes.id)
            )
            if grid_view.attributes.kind is GridKind.BUILDING_CLUSTER and not locked:
                found[grid_view.attributes.id] = grid_view
    return list(found.values())


def _below(view: PlanView, grid: GridId) -> list[GridView]:
    grid_view = view.grids[grid]
    if grid_view.attributes.level is Level.BUILDING_CLUSTER:
        return [grid_view]
    return [s for child in grid_view.children for s in _below(view, child)]


def require(found: Sequence[Any], what: Text) -> None:
    """Refuse to search when there is nothing to search in."""
    if not found:
        raise InvalidInput("grid", f"grid: {what.en}", f"grid：{what.zh}")


def left_out(
    view: PlanView, units: Units, left_out: Iterable[Any]
) -> tuple[tuple[GridId | None, Text], ...]:
    """Return what no division can cluster, each with its grid and why."""
    return tuple((view.state.owner.get(units.cells[piece.buildings[0]]), piece.text)
                 for piece in left_out)  # fmt: skip


def named_after(view: PlanView, units: Units, labels: list[int]) -> dict[int, GridId]:
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


def rearranged(
    view: PlanView, units: Units, labels: list[int], named: Mapping[int, GridId]
) -> tuple[ProposalPart, ...]:
    """Return the parts that bring the cells under their labels; those not named are founded."""
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
    view: PlanView, units: Units, target: dict[int, int], named: Mapping[int, GridId]
) -> None:
    """Let cells without buildings stay with their grid, or go along with a neighbour."""
    label_of = {grid: label for label, grid in named.items()}
    left = [c for c in units.bare if view.state.owner[c] not in label_of]
    while left:
        reached = [c for c in left if any(b in target for b in view.state.cell_map.beside[c])]
        if not reached:
            return
        for cell in reached:
            target[cell] = next(target[b] for b in view.state.cell_map.beside[cell] if b in target)
        left = [c for c in left if c not in target]


def _founding(view: PlanView, label: int, cells: list[int]) -> ProposalPart:
    source = view.grids[view.state.owner[cells[0]]]
    parent = source.attributes.parent
    stem = view.grids[parent].attributes.name if parent else source.attributes.name
    name = f"{stem}新{label + 1}"[:100]
    new = NewCluster(name, parent or "", tuple(sorted(cells)))
    count = sum(len(view.state.cell_map.cells[c].buildings) for c in cells)
    text = Text(f"new cluster {name}: {count} buildings", f"新建 {name}：{count} 栋")
    return ProposalPart(text, (ReassignCells(new=(new,)),))


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


def _handing_over(view: PlanView, moves: Mapping[GridId, list[int]]) -> ProposalPart:
    rows = tuple(CellMove(grid, tuple(sorted(cells))) for grid, cells in moves.items())
    names = "、".join(view.grids[g].attributes.name for g in moves)[:60]
    count = sum(
        len(view.state.cell_map.cells[c].buildings) for cells in moves.values() for c in cells
    )
    text = Text(f"{count} buildings go to {names}", f"{count} 栋划入 {names}")
    return ProposalPart(text, (ReassignCells(moves=rows),))

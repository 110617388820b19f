"""The cells that a search is about, and its answer as operations on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.geometry import to_metres
from gis.ids import GridId, Level
from gis.planning.evaluation import Seen, View
from gis.planning.lattice import geometry_of
from gis.planning.operations import Arrange, Founded, Move
from gis.planning.proposals.values import Part


@dataclass(frozen=True)
class Units:
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


def units_of(view: View, grids: Iterable[GridId]) -> Units:
    ground, cells = view.state.ground, sorted({c for g in grids for c in view.grids[g].cells})
    built = [c for c in cells if ground.cells[c].buildings]
    row = {c: i for i, c in enumerate(built)}
    pairs = [
        (row[c], row[o]) for c in built for o in ground.beside[c] if o in row and row[c] < row[o]
    ]
    return Units(built, pairs, [c for c in cells if c not in row])


def clusters_in(view: View, grids: Iterable[GridId]) -> list[Seen]:
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


def require(found: Sequence[Any], what: Text) -> None:
    """Refuse to search when there is nothing to search in."""
    if not found:
        raise InvalidInput("grid", f"grid: {what.en}", f"grid：{what.zh}")


def left_out(
    view: View, units: Units, left_out: Iterable[Any]
) -> tuple[tuple[GridId | None, Text], ...]:
    """Return what no division can cluster, each with its grid and why."""
    return tuple((view.state.owner.get(units.cells[piece.buildings[0]]), piece.text)
                 for piece in left_out)  # fmt: skip


def named_after(view: View, units: Units, labels: list[int]) -> dict[int, GridId]:
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
    view: View, units: Units, labels: list[int], named: Mapping[int, GridId]
) -> tuple[Part, ...]:
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
    view: View, units: Units, target: dict[int, int], named: Mapping[int, GridId]
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

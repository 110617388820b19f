"""What a search sees of a plan, and how its answer becomes steps.

Buildings are the cells that hold one; they are neighbours where their cells share an edge inside
one compound. An answer says which grid each cell goes to. What touches no common grid can be
taken by itself: each such group of changes is one part of a proposal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from gis.division import GridKind
from gis.geometry import project, to_metres
from gis.ids import GridId, Level
from gis.planning.lattice import components
from gis.planning.operations import Create, Operation, Paint
from gis.planning.propose.sets import Floats, Ints
from gis.planning.view import View

Target = GridId | int
"""A grid there is, or the number of a new one."""


def clusters_of(view: View, compound: GridId) -> list[GridId]:
    """Return the building clusters of a compound that are not locked, in order of their id."""
    state = view.state
    found = [
        g
        for g in state.children(compound)
        if state.grids[g].kind is GridKind.BUILDING_CLUSTER and not state.locked.get(g)
    ]
    return sorted(found)


@dataclass(frozen=True)
class Patchwork:
    """The cells of some level-3 grids: ``cells`` in order, and whose each one is."""

    view: View
    grids: tuple[GridId, ...]
    cells: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        state = self.view.state
        found = sorted(c for g in self.grids for c in state.cells_of.get(g, ()))
        object.__setattr__(self, "cells", tuple(found))

    @property
    def built(self) -> list[int]:
        """The cells with a building."""
        return [c for c in self.cells if self.view.state.ground.cells[c].buildings]

    def labels(self, cells: Sequence[int]) -> Ints:
        """Return for each cell the place of its grid in ``grids``."""
        place = {g: i for i, g in enumerate(self.grids)}
        return np.array([place[self.view.state.owner[c]] for c in cells], dtype=np.int64)

    def pairs(self, cells: Sequence[int]) -> Ints:
        """Return which of the cells share an edge, by their places, int (m, 2)."""
        place = {c: i for i, c in enumerate(cells)}
        beside = self.view.state.ground.beside
        found = [(place[c], place[o]) for c in cells for o in beside[c] if o in place and c < o]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def points(self, cells: Sequence[int]) -> Floats:
        """Return a point for each cell, metres: the centroid of its first building."""
        ground, places = self.view.state.ground.cells, self.view.base.atlas.directory.by_id
        found = []
        for cell in cells:
            building = places.get(ground[cell].buildings[0]) if ground[cell].buildings else None
            if building is None:
                found.append(project(*ground[cell].lon_lat))
            else:
                centre = shapely.centroid(to_metres(building.geometry))
                found.append((centre.x, centre.y))
        return np.array(found, dtype=float).reshape(-1, 2)

    def settled(self, owner: Mapping[int, Target]) -> dict[int, Target]:
        """Return owners of all the cells: ground without a building follows what it lies by.

        Ground stays with its grid as long as it hangs together with a building of it.
        """
        full: dict[int, Target] = {c: self.view.state.owner[c] for c in self.cells}
        full.update(owner)
        beside = self.view.state.ground.beside
        for _ in range(len(self.cells)):
            loose = self._loose(full)
            moved = False
            for cell in sorted(loose):
                around = Counter(full[o] for o in beside[cell] if o in full and o not in loose)
                if around:
                    full[cell] = min(around, key=lambda t: (-around[t], str(t)))
                    moved = True
            if not moved:
                return full
        return full

    def _loose(self, owner: Mapping[int, Target]) -> set[int]:
        """Return the cells without building that hang together with no building of their grid."""
        beside, built = self.view.state.ground.beside, set(self.built)
        by_target: dict[Target, set[int]] = {}
        for cell, target in owner.items():
            by_target.setdefault(target, set()).add(cell)
        loose: set[int] = set()
        for target, cells in by_target.items():
            if target in self.grids and not built & self._now(target):
                continue
            for piece in components(frozenset(cells), lambda c: beside[c]):
                if not built.intersection(piece):
                    loose.update(piece)
        return loose

    def _now(self, grid: Target) -> frozenset[int]:
        return (
            self.view.state.cells_of.get(grid, frozenset())
            if isinstance(grid, str)
            else frozenset()
        )


def changes(view: View, owner: Mapping[int, Target]) -> list[dict[int, Target]]:
    """Return the cells that change grid, in groups that touch no grid in common."""
    moving = {c: t for c, t in owner.items() if view.state.owner[c] != t}
    root: dict[Target, Target] = {}

    def find(target: Target) -> Target:
        while root.setdefault(target, target) != target:
            target = root[target]
        return target

    for cell, target in moving.items():
        root[find(view.state.owner[cell])] = find(target)
    groups: dict[Target, dict[int, Target]] = {}
    for cell in sorted(moving):
        groups.setdefault(find(moving[cell]), {})[cell] = moving[cell]
    return list(groups.values())


def steps(view: View, moving: Mapping[int, Target], parent: GridId) -> tuple[Operation, ...]:
    """Return the steps that move cells; new grids first, in ``parent``.

    Every grid that is painted into keeps a cell of its own meanwhile, or it would be retired.
    """
    by_target: dict[Target, list[int]] = {}
    for cell, target in moving.items():
        by_target.setdefault(target, []).append(cell)
    new = sorted(t for t in by_target if isinstance(t, int))
    names = new_names(view, parent, len(new))
    made: list[Operation] = [
        Create(name, parent, tuple(by_target[t])) for name, t in zip(names, new, strict=True)
    ]
    kept = sorted(t for t in by_target if isinstance(t, str))
    return (*made, *(Paint(t, tuple(by_target[t])) for t in kept))


def new_names(view: View, parent: GridId, number: int) -> list[str]:
    """Return names like those of the grids beside: 金陵二村第7网格."""
    known = {s.name for s in view.state.grids.values()}
    siblings = (view.state.grids[g].name for g in view.state.children(parent))
    heads = [n.rpartition("第")[0] for n in siblings if n.endswith("网格") and "第" in n]
    head = max(set(heads), key=lambda h: (heads.count(h), h)) if heads else ""
    head = head or view.state.grids[parent].name
    fresh = (n for i in range(1, len(known) + number + 1) if (n := f"{head}第{i}网格") not in known)
    return [name for name, _ in zip(fresh, range(number), strict=False)]


def kept_grids(labels: Ints, before: Ints, weight: Sequence[int]) -> dict[int, int]:
    """Return for each new label the old one it continues, so that most weight stays; not all have.

    ``labels`` and ``before`` are int (n,), ``weight`` what each item counts.
    """
    from scipy.optimize import linear_sum_assignment

    common = np.zeros((int(labels.max(initial=-1)) + 1, int(before.max(initial=-1)) + 1))
    np.add.at(common, (labels, before), np.asarray(weight, dtype=float) + 1e-3)
    rows, columns = linear_sum_assignment(-common)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {r: c for r, c in pairs if common[r, c] > 0}


def compounds_among(view: View, grids: Iterable[GridId]) -> list[GridId]:
    """Return the level-2 grids that hold or are the grids given, without repeats."""
    found: dict[GridId, None] = {}
    for grid in grids:
        sketch = view.state.grids[grid]
        if sketch.level is Level.COMPOUND:
            found[grid] = None
        elif sketch.level is Level.BUILDING_CLUSTER and sketch.parent is not None:
            found[sketch.parent] = None
        else:
            found.update(dict.fromkeys(sorted(view.state.children(grid))))
    return list(found)

"""The drawn strip of :mod:`tests.ascii_maps` as the base of a plan: four buildings in each cluster."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import Any

import shapely

from gis.clock import today
from gis.directory import Directory, PlaceKind
from gis.ids import GridId, Level
from gis.planning.cell_map import cell_map_of
from gis.planning.codes import CodeBook
from gis.planning.evaluation import PlanBase
from gis.planning.handlers import Context
from gis.planning.operations import read_operation
from gis.planning.plan import Plan, PlanMove, apply_operation
from gis.store import Identity, open_store
from tests.ascii_maps import SIDE, SOUTH, WEST, atlas, place


def strip() -> PlanBase:
    """Return the base: 8 clusters in a row, each with four houses of 20 households and a shop."""
    places = []
    for cluster in range(8):
        for n, (dx, dy) in enumerate(itertools.product((0.15, 0.6), (0.15, 0.6))):
            x, y = WEST + (cluster + dx) * SIDE, SOUTH + dy * SIDE
            house = shapely.box(x, y, x + 0.25 * SIDE, y + 0.2 * SIDE)
            house = shapely.transform(house, lambda xy: xy.round(7))
            places.append(
                place(f"b{cluster}{n}", PlaceKind.BUILDING, 0, 0, geometry=house, households=20)
            )
        places.append(place(f"s{cluster}", PlaceKind.BUSINESS, cluster + 0.5, 0.5))
    drawn = atlas(Directory(tuple(places), synthetic=True))
    book = CodeBook(frozenset(g.code for g in drawn.division), "320106012")
    return PlanBase(drawn, cell_map_of(drawn), book)


def stored_strip(url: str) -> None:
    """Publish the strip in a new store, in force from today on."""
    drawn = strip().atlas
    with closing(open_store(url)) as store:
        store.migrate()
        store.publish(
            identity=Identity("示例街道", "320106012", True),
            division=drawn.division,
            directory=drawn.directory,
            roster=drawn.roster,
            effective_from=today(),
            today=today(),
        )


_numbers = itertools.count(1)


def context(base: PlanBase, waivable: Any = None) -> Context:
    """Return what an operation needs."""
    return Context(
        base.atlas.directory,
        base.atlas.roster,
        base.atlas.as_of,
        lambda level: GridId(f"new{int(level)}-{next(_numbers)}"),
        waivable or (lambda _: {}),
        "王规划示例",
        "2026-11-23T00:00:00Z",
    )


def act(plan: Plan, **operation: Any) -> PlanMove:
    """Return a plan after an operation given as JSON."""
    return apply_operation(plan, read_operation(operation), context(plan.base))


def clusters(plan: Plan) -> list[GridId]:
    """Return the level-3 grids, by their ids."""
    return sorted(s.id for s in plan.state.of_level(Level.BUILDING_CLUSTER))

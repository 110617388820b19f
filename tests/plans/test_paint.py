"""Ground goes from grid to grid: by cells, by a stroke, by a box, and whole grids at a time.

The strip has 8 clusters in a row, each with four cells: south-west, north-west, south-east,
north-east of its middle.
"""

from __future__ import annotations

from typing import Any

import pytest

from gis.errors import InvalidInput
from gis.ids import GridId, Level
from gis.planning.evaluation import PlanBase
from gis.planning.plan import Plan, empty_plan
from tests.ascii_maps import SIDE, SOUTH, WEST
from tests.plans.drawn_plan import act, clusters, strip


@pytest.fixture(scope="module")
def base() -> PlanBase:
    return strip()


@pytest.fixture
def plan(base: PlanBase) -> Plan:
    return empty_plan(base)


def at(x: float, y: float) -> list[float]:
    """A position: so many clusters east of the west end, and up from the south side."""
    return [WEST + x * SIDE, SOUTH + y * SIDE]


def sizes(plan: Plan) -> list[int]:
    return [len(plan.state.cells_of.get(one, ())) for one in clusters(plan)]


def compounds(plan: Plan) -> list[GridId]:
    return sorted(s.id for s in plan.state.of_level(Level.COMPOUND))


def test_a_stroke_paints_every_cell_it_touches(plan: Plan) -> None:
    first = clusters(plan)[0]
    painted = act(plan, kind="paint", line=[at(1.25, 0.25), at(2.25, 0.25)], into=first)
    assert sizes(painted.plan) == [7, 2, 3, 4, 4, 4, 4, 4]


def test_a_stroke_that_takes_from_one_grid_leaves_the_others(plan: Plan) -> None:
    first, second = clusters(plan)[:2]
    stroke = [at(1.25, 0.25), at(2.25, 0.25)]
    painted = act(plan, kind="paint", line=stroke, into=first, only_from=second)
    assert sizes(painted.plan) == [6, 2, 4, 4, 4, 4, 4, 4]


def test_a_box_paints_what_it_touches(plan: Plan) -> None:
    second = clusters(plan)[1]
    painted = act(plan, kind="paint", box=[*at(0.6, 0.1), *at(0.9, 0.9)], into=second)
    assert sizes(painted.plan) == [2, 6, 4, 4, 4, 4, 4, 4]


def test_whole_clusters_go_into_another_and_nothing_is_left_of_them(plan: Plan) -> None:
    first, second, third = clusters(plan)[:3]
    painted = act(plan, kind="paint", grids=[second, third], into=first).plan
    assert len(painted.state.cells_of[first]) == 12
    assert not painted.state.cells_of.get(second)


def test_a_cluster_goes_to_another_compound_with_all_its_cells(plan: Plan) -> None:
    second = clusters(plan)[1]
    here, there = compounds(plan)[:2]
    assert plan.state.grids[second].parent == here
    painted = act(plan, kind="paint", grids=[second], into=there).plan
    assert painted.state.grids[second].parent == there
    assert sizes(painted) == sizes(plan)


def test_a_dragged_boundary_takes_from_one_grid_alone(plan: Plan) -> None:
    first, second = clusters(plan)[:2]
    line = [at(0.25, 0.25), at(2.25, 0.25)]
    moved = act(plan, kind="move_boundary", **{"from": second, "to": first}, line=line)
    assert sizes(moved.plan) == [6, 2, 4, 4, 4, 4, 4, 4]


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ({"cells": [1], "into": "compound"}, "into"),
        ({"cells": [1], "box": [0, 0, 1, 1], "into": "cluster"}, "box"),
        ({"cells": [10_000], "into": "cluster"}, "cells"),
        ({"grids": ["compound"], "into": "cluster"}, "grids"),
        ({"cells": [1], "into": "nowhere"}, "into"),
    ],
)
def test_what_cannot_be_painted_is_refused_by_its_field(
    plan: Plan, operation: dict[str, Any], field: str
) -> None:
    names = {"compound": compounds(plan)[0], "cluster": clusters(plan)[0]}
    given = {**operation, "into": names.get(operation["into"], operation["into"])}
    if "grids" in given:
        given["grids"] = [names[one] for one in given["grids"]]
    with pytest.raises(InvalidInput) as refused:
        act(plan, kind="paint", **given)
    assert refused.value.field == field

"""Which compounds a proposal merges: for the sake of those under the minimum, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.division import GridKind
from gis.ids import Level
from gis.planning.cell_map import cell_map_of
from gis.planning.codes import CodeBook
from gis.planning.evaluation import PlanBase
from gis.planning.proposals import ProposalOptions, find_proposal
from tests import ascii_maps


def view_with(households, kinds):
    """The strip, its four compounds with these households and kinds."""
    atlas = ascii_maps.atlas()
    grids = []
    number = {g.code: i for i, g in enumerate(atlas.division.level(Level.COMPOUND))}
    for grid in atlas.division:
        compound = grid.code[:15]
        if grid.level is Level.COMPOUND:
            i = number[compound]
            grid = replace(grid, households=households[i], kind=kinds[i])
        elif grid.level is Level.BUILDING_CLUSTER:
            grid = replace(grid, households=households[number[compound]] // 2)
        grids.append(grid)
    changed = replace(atlas, division=replace(atlas.division, grids=tuple(grids)))
    book = CodeBook(frozenset(g.code for g in grids))
    return PlanBase(changed, cell_map_of(changed), book).view


C, M, D = GridKind.COMPOUND, GridKind.MERGED_COMPOUND, GridKind.DEDICATED


@pytest.mark.parametrize(
    ("households", "kinds", "merges"),
    [
        ([100, 400, 500, 600], [C, C, C, C], 1),
        ([400, 400, 500, 600], [C, C, C, C], 0),
        ([100, 400, 500, 600], [M, C, C, C], 0),
        ([0, 400, 500, 600], [D, C, C, C], 0),
        ([100, 40, 500, 600], [C, D, C, C], 1),
    ],
)
def test_only_a_compound_under_the_minimum_brings_a_merge_about(households, kinds, merges):
    found = find_proposal(
        view_with(households, kinds), "merge_under", ProposalOptions(), lambda *_: None
    )
    assert len(found.parts) == merges

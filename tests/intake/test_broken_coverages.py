"""Crooked towns, broken every way an office breaks them: cleaned within the tolerance, or refused.

``scripts/broken_coverages.py`` (``make faults``) tries many more, also on polygons of a file.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.datum import from_wgs84, to_wgs84
from gis.division import Division, Grid, GridKind
from gis.findings import errors_among
from gis.ids import GridId, Level
from gis.intake import read_set
from gis.intake.location_check import check_whereabouts
from scripts.broken_coverages import try_one
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake import broken


@pytest.fixture(scope="module")
def town():
    return broken.town(broken.crooked(0, cells=8), groups=4)


@pytest.mark.parametrize("how", broken.BREAKS)
def test_what_is_broken_is_cleaned_within_the_tolerance_or_refused(town, how):
    case = broken.break_it(town, how, 1, 0.8)
    end, wrong = try_one(case, 0.8)
    assert wrong == [], end


def test_the_oracle_sees_a_vertex_that_moved_and_a_line_that_does_not_match(town):
    shapes = {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in town["features"]
    }
    assert broken.faults_of(town, shapes, 0.5) == []
    code = next(c for c in shapes if len(c) == 18)
    shapes[code] = shapely.transform(shapes[code], lambda xy: xy + 1e-5)
    assert {"level 3 is no coverage"} < set(broken.faults_of(town, shapes, 0.5))


STORED = Division(
    tuple(
        Grid(
            GridId(str(n)), f"32010601200{n}", Level.COMMUNITY, None, "示例", GridKind.COMMUNITY,
            shapely.box(118.75 + n / 100, 32.11, 118.76 + n / 100, 32.12),
        )
        for n in range(3)
    )
)  # fmt: skip


def moved(move):
    """The stored grids, every vertex moved."""
    return Division(tuple(replace(g, boundary=shapely.transform(g.boundary, move)) for g in STORED))


def rules(division, stored=STORED):
    return [f.rule for f in check_whereabouts(division, stored)]


def test_grids_that_all_moved_as_far_as_a_datum_is_off_are_doubted():
    assert rules(STORED) == []
    assert rules(moved(lambda xy: xy + 0.0005)) == []
    for datum in ("gcj02", "bd09"):
        for turn in (from_wgs84, to_wgs84):
            shifted = moved(lambda xy, t=turn, d=datum: np.column_stack(t(xy[:, 0], xy[:, 1], d)))
            assert rules(shifted) == ["datum_doubt"], datum


def test_another_zone_and_swapped_axes_are_told():
    assert rules(moved(lambda xy: xy - [6, 0])) == ["far_from_stored"]
    assert rules(moved(lambda xy: xy - [6, 0]), None) == []
    assert rules(moved(lambda xy: xy - [-30, 29])) == ["outside_china"]


def test_latitude_first_says_so_and_nothing_besides(tmp_path):
    turned = broken.break_it(ascii_maps.boundaries(), broken.swapped_axes, 0, 1).boundaries
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(turned))
    found = errors_among(read_set([tmp_path / "b.geojson"], today=TODAY).findings)
    assert {f.rule for f in found} == {"coordinate_out_of_range"}
    assert all("longitude first" in f.text.en and f.place for f in found)

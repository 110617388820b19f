"""Copies of the sample with one planted fault each: found with code and place, nothing loaded."""

import json
import math
from pathlib import Path

import pytest
import shapely

from gis.findings import errors_among
from gis.intake import read_set
from tests.ascii_maps import TODAY

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "boundaries.geojson"
CELL = "320106012005001004"
COMPOUND = "320106012008003"
COMMUNITY = "320106012003"


@pytest.fixture(scope="module")
def text():
    return SAMPLE.read_text(encoding="utf-8")


def of(fc, code):
    return next(f for f in fc["features"] if f["properties"]["code"] == code)


def ring(fc, code):
    return of(fc, code)["geometry"]["coordinates"][0]


def drop(fc, code):
    fc["features"].remove(of(fc, code))


def bow_tie(fc):
    r = ring(fc, CELL)
    r[5], r[15] = r[15], r[5]


def sliver(fc):
    inner = next(i for i, p in enumerate(ring(fc, CELL)[1:-1], 1) if shared(fc, p))
    ring(fc, CELL)[inner][0] += 2e-6


def shared(fc, position):
    """Whether exactly two level-3 grids of one compound meet at a vertex."""
    owners = [
        f["properties"]
        for f in fc["features"]
        if f["properties"]["level"] == 3 and position in f["geometry"]["coordinates"][0]
    ]
    return len(owners) == 2 and len({o["parent"] for o in owners}) == 1


def overlap(fc):
    """Grow a cell by a wedge into its neighbour: a vertex in it is drawn 8 m to each side."""
    r = ring(fc, CELL)
    middle = shapely.Polygon(r).centroid
    at = next(i for i, p in enumerate(r[1:-1], 1) if shared(fc, p))
    r[at] = [round(v + (v - c) * 0.3, 7) for v, c in zip(r[at], (middle.x, middle.y), strict=True)]


def outside(fc):
    """Push a vertex of a border cell out over the southern rim of the subdistrict."""
    level3 = [f for f in fc["features"] if f["properties"]["level"] == 3]
    south = min(level3, key=lambda f: min(p[1] for p in f["geometry"]["coordinates"][0]))
    r = south["geometry"]["coordinates"][0]
    at = min(range(1, len(r) - 1), key=lambda i: r[i][1])
    r[at][1] = round(r[at][1] - 0.0005, 7)
    return south["properties"]["code"]


FAULTS = {
    "invalid ring": (bow_tie, "invalid_ring", CELL),
    "a sliver": (sliver, "gap", CELL[:-3]),
    "a missing cluster": (lambda fc: drop(fc, CELL), "gap", CELL[:-3]),
    "a missing compound": (lambda fc: drop(fc, COMPOUND), "gap", COMPOUND[:-3]),
    "a missing community": (lambda fc: drop(fc, COMMUNITY), "wrong_parent", f"{COMMUNITY}001"),
    "an overlap": (overlap, "overlap", f"{CELL[:-3]}002"),
    "outside its parent": (outside, "outside_parent", None),
    "no code": (lambda fc: of(fc, CELL)["properties"].update(code=None), "missing_code", None),
    "a code twice": (
        lambda fc: of(fc, CELL)["properties"].update(code="320106012005001003"),
        "duplicate_code",
        "320106012005001003",
    ),
    "a wrong level": (lambda fc: of(fc, CELL)["properties"].update(level=2), "wrong_level", CELL),
    "no datum": (lambda fc: fc.pop("datum"), "missing_datum", None),
    "NaN": (lambda fc: ring(fc, CELL)[3].__setitem__(0, math.nan), "coordinate_out_of_range", CELL),
    "out of range": (
        lambda fc: ring(fc, CELL)[3].__setitem__(1, 3211.0),
        "coordinate_out_of_range",
        CELL,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_refuses_the_set(text, tmp_path, name):
    plant, rule, code = FAULTS[name]
    fc = json.loads(text)
    planted = plant(fc)
    code = planted if rule == "outside_parent" else code
    path = tmp_path / "planted.geojson"
    path.write_text(json.dumps(fc, ensure_ascii=False), encoding="utf-8")
    intake = read_set([path], today=TODAY)
    found = [f for f in errors_among(intake.findings) if f.rule == rule]
    assert found, [(f.rule, f.grid_code, f.text.en) for f in intake.findings]
    assert code in {f.grid_code for f in found}
    if rule != "missing_datum":
        lon, lat = found[0].place
        assert 118.7 < lon < 118.8
        assert 32.05 < lat < 32.15
    if rule in ("gap", "overlap", "outside_parent"):
        assert found[0].size > 0
        assert found[0].unit == "m2"
    assert intake.division is None

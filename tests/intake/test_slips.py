"""Pinholes, slits and specks: mended wherever they lie, and no metre is counted for them."""

import json

import numpy as np
import pytest
import shapely

from gis.cleaning import Piece, clean, find_faults
from gis.cleaning.moves import Measure, measure_moves
from gis.findings import errors_among
from gis.geometry import MetricFrame, area_m2, on_lattice, read_geometry
from gis.intake import ReadOptions, read_set
from tests import ascii_maps
from tests.ascii_maps import SIDE, SOUTH, TODAY, WEST

FIRST, SECOND = "320106012001001001", "320106012001001002"
CHAIN = (FIRST, FIRST[:-3], FIRST[:-6])
METRE = np.array([1 / 94_400, 1 / 110_900])


def ring(east_m, north_m, wide_m, high_m):
    """A rectangle some metres from the lower left corner of the strip."""
    corners = np.array([(0, 0), (0, high_m), (wide_m, high_m), (wide_m, 0), (0, 0)])
    xy = np.add([WEST, SOUTH], np.add(corners, [east_m, north_m]) * METRE)
    return np.round(xy, 7).tolist()


def with_hole(codes, hole):
    fc = ascii_maps.boundaries()
    for code in codes:
        ascii_maps.feature(fc, code)["geometry"]["coordinates"].append(hole)
    return fc


def with_part(code, part):
    fc = ascii_maps.boundaries()
    geometry = ascii_maps.feature(fc, code)["geometry"]
    geometry["coordinates"] = [geometry["coordinates"], [part[::-1]]]
    geometry["type"] = "MultiPolygon"
    return fc


def cleaned(fc, folder, tolerance_m):
    (folder / "b.geojson").write_text(json.dumps(fc), "utf-8")
    read = read_set([folder / "b.geojson"], today=TODAY, how=ReadOptions(tolerance_m=tolerance_m))
    assert [f.text.en for f in errors_among(read.findings)] == []
    return read


def as_drawn_first():
    return {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in ascii_maps.boundaries()["features"]
    }


SLIPS = {
    "pinhole": (ring(47, 55, 0.1, 0.1), 0.5),
    "hole of a metre": (ring(47, 55, 0.94, 1.1), 1.0),
    "hole that no line is further from than the tolerance": (ring(47, 55, 0.94, 1.1), 0.6),
    "slit": (ring(19, 55, 56, 0.33), 0.5),
    "upright slit": (ring(47, 10, 0.33, 80), 0.5),
    "speck": (ring(47, 55, 0.58, 0.58), 0.5),
}


@pytest.mark.parametrize("codes", [CHAIN[:1], CHAIN[:2], CHAIN], ids=["l3", "l3 and l2", "all"])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_hole_without_room_is_filled_through_all_levels_and_moves_no_line(slip, codes, tmp_path):
    hole, tolerance_m = SLIPS[slip]
    read = cleaned(with_hole(codes, hole), tmp_path, tolerance_m)
    for code, shape in as_drawn_first().items():
        assert read.division.by_code[code].boundary.equals(shape), code
    assert {c.code for c in read.cleaned.changes} == set(codes)
    for change in read.cleaned.changes:
        assert change.moved_m == 0
        assert change.change_m2 == pytest.approx(area_m2(shapely.Polygon(hole)), rel=0.01)


@pytest.mark.parametrize("codes", [CHAIN[:1], CHAIN], ids=["l3", "all"])
def test_a_hole_with_room_is_refused(codes, tmp_path):
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(with_hole(codes, ring(40, 50, 6, 6))), "utf-8")
    read = read_set([path], today=TODAY, how=ReadOptions(tolerance_m=1.0))
    wanted = {"uncovered", "gap"} if codes == CHAIN[:1] else {"gap"}
    assert {f.rule for f in errors_among(read.findings)} == wanted


ISLANDS = {
    "speck of a third of a square metre": ring(130, 50, 0.58, 0.58),
    "thin strip in a neighbour": ring(130, 50, 40, 0.2),
    "speck outside everything": ring(47, 400, 0.4, 0.4),
    "strip far outside everything": ring(5000, 400, 60, 0.3),
}


@pytest.mark.parametrize("island", ISLANDS)
def test_a_slip_of_ground_apart_is_dropped_and_moves_no_line(island, tmp_path):
    """It blocked a whole town, or was told as a move of kilometres."""
    read = cleaned(with_part(FIRST, ISLANDS[island]), tmp_path, 0.5)
    assert read.division.by_code[FIRST].boundary.equals(as_drawn_first()[FIRST])
    assert read.division.by_code[SECOND].boundary.equals(as_drawn_first()[SECOND])
    assert max(c.moved_m for c in read.cleaned.changes) <= 0.02


@pytest.mark.parametrize("side_m", [0.3, 0.58])
def test_a_speck_between_two_grids_goes_to_one_of_them(side_m, tmp_path):
    """A notch in the right edge of one square, level with nothing of its neighbour."""
    fc = ascii_maps.boundaries()
    edge = WEST + SIDE
    (outer,) = ascii_maps.feature(fc, FIRST)["geometry"]["coordinates"]
    at = next(i for i in range(len(outer) - 1) if outer[i][0] == edge == outer[i + 1][0])
    up = 1 if outer[at + 1][1] > outer[at][1] else -1
    deep, high = side_m * METRE
    notch = [(0, 0), (-deep, 0), (-deep, up * high), (0, up * high)]
    middle = np.array([edge, SOUTH + SIDE / 2])
    outer[at + 1 : at + 1] = np.round(middle + notch, 7).tolist()
    read = cleaned(fc, tmp_path, 0.5)
    both = [read.division.by_code[c].boundary for c in (FIRST, SECOND)]
    assert shapely.coverage_is_valid(np.array(both, dtype=object))
    ground = sum(area_m2(as_drawn_first()[c]) for c in (FIRST, SECOND))
    assert sum(area_m2(b) for b in both) == pytest.approx(ground, abs=0.01)


def test_a_move_is_measured_to_the_nearest_line_and_a_spike_counts_in_full():
    frame = MetricFrame(105.0)
    by = Measure(frame, 0.5)
    before = shapely.box(0, 3_000_000, 100, 3_000_100)
    piece = Piece(FIRST, 3, FIRST[:-3], "示例", frame.to_degrees(before))
    slit = shapely.box(20, 3_000_050, 80, 3_000_050.3)
    assert measure_moves(piece, before.difference(slit), before, by) == (0.0, [])
    inlet = shapely.box(20, 3_000_050, 100, 3_000_050.3)
    assert measure_moves(piece, before.difference(inlet), before, by)[1] == []
    spike = shapely.union(before, shapely.box(100, 3_000_050, 160, 3_000_050.3))
    moved, told = measure_moves(piece, before, spike, by)
    assert moved == pytest.approx(60)
    assert [f.rule for f in told] == ["over_tolerance"]
    assert [f.rule for f in measure_moves(piece, spike, before, by)[1]] == ["over_tolerance"]
    wider = shapely.box(0, 3_000_000, 103, 3_000_100)
    moved, told = measure_moves(piece, before, wider, by)
    assert moved == pytest.approx(3)
    assert told[0].size == pytest.approx(3)


# --- real life ------------------------------------------------------------------------------------


def tangle(seed):
    """Polygons as nobody should draw them: crossing, in parts, with holes, of any size."""
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.integers(-5, -2)
    pieces = []
    for i in range(int(rng.integers(2, 8))):
        middle = rng.uniform(0, 2, 2) * scale
        shape = shapely.Polygon(middle + rng.normal(0, scale, (int(rng.integers(3, 10)), 2)))
        if rng.random() < 0.6:
            spot = shapely.Point(middle + rng.normal(0, scale, 2))
            small = spot.buffer(scale * 10.0 ** rng.integers(-4, 0))
            act = shapely.union if rng.random() < 0.5 else shapely.difference
            shape = act(shapely.make_valid(shape), small)
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
        if parts:
            drawn = shapely.transform(
                shapely.multipolygons(parts), lambda xy: np.round(np.add(xy, [WEST, SOUTH]), 7)
            )
            pieces.append(Piece(f"{FIRST[:-3]}{i:03d}", 3, FIRST[:-3], "示例", drawn))
    whole = shapely.union_all([shapely.make_valid(p.shape) for p in pieces])
    parts = [p for p in shapely.get_parts(whole) if p.geom_type == "Polygon"]
    whole = on_lattice(shapely.multipolygons(parts))
    return [*pieces, *(Piece(c, n, p, "示例", whole) for c, n, p in
                       ((CHAIN[1], 2, CHAIN[2]), (CHAIN[2], 1, None)))]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fill", [None, {CHAIN[1]: 50}])
def test_no_tangle_ends_in_a_crash_nor_in_what_is_called_clean_and_is_not(seed, fill):
    pieces = tangle(seed)
    find_faults(pieces)
    found = clean(pieces, 0.5, fill_codes=fill)
    if not found.refusals:
        ground = [s for c, s in found.shapes.items() if len(c) == 18]
        assert shapely.coverage_is_valid(np.array(ground, dtype=object))
        assert shapely.union_all(ground).equals(found.shapes[CHAIN[1]])


@pytest.mark.parametrize("how", ["trembling", "overlaps", "slivers"])
def test_precincts_drawn_by_many_hands_are_cleaned_without_a_false_refusal(how):
    from benchmarks.cleaning_sets import BREAKS, pieces_of, precincts

    drawn = BREAKS[how](precincts(40, 30.0), np.random.default_rng(2))
    pieces = pieces_of(drawn)
    found = clean(pieces, 1.0)
    assert [f.text.en for f in found.refusals] == []
    ground = np.array([s for c, s in found.shapes.items() if len(c) == 18], dtype=object)
    assert shapely.coverage_is_valid(ground)
    moved = [c.moved_m for c in found.changes]
    assert 0.05 < max(moved) <= 1.02


def test_a_valid_ring_stays_valid_when_it_is_rounded():
    """Two vertices come to lie on one, across a neck of a few millimetres."""
    neck = 4e-9
    corners = [(0, 0), (1e-4, 0), (1e-4, 1e-4), (5e-5 + neck, 5e-5), (0, 1e-4), (0, 6e-5),
               (5e-5 - neck, 5e-5 - neck), (0, 4e-5), (0, 0)]  # fmt: skip
    xy = np.add(corners, [WEST, SOUTH]).tolist()
    given = {"type": "Polygon", "coordinates": [xy]}
    assert shapely.Polygon(xy).is_valid
    assert not shapely.Polygon(np.round(xy, 7)).is_valid
    read = read_geometry(given, ("Polygon", "MultiPolygon"))
    assert read.is_valid
    assert (np.round(shapely.get_coordinates(read), 7) == shapely.get_coordinates(read)).all()
    assert area_m2(read) == pytest.approx(area_m2(shapely.Polygon(xy)), rel=1e-3)

"""Cleaning: exact afterwards, no vertex further than the tolerance, or refused with the place."""

import copy
import itertools
import json

import numpy as np
import pytest
import shapely

from gis.cleaning import Piece, clean, find_faults
from gis.findings import errors_among
from gis.geometry import MetricFrame, area_m2
from gis.intake import ReadOptions, read_set
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake import office_files
from tests.intake.forked_children import Nursery

FRAME = MetricFrame(118.75)
M = 1 / 94_500  # about a metre of longitude at 32 degrees north
FIRST, SECOND = "320106012001001001", "320106012001001002"


def pieces(fc):
    return [
        Piece(
            f["properties"]["code"],
            f["properties"]["level"],
            f["properties"]["parent"],
            f["properties"]["name"],
            shapely.from_geojson(json.dumps(f["geometry"])),
        )
        for f in fc["features"]
    ]


def moved(fc, code, by_m, where):
    """Move the vertices of a grid east, those that ``where`` picks."""
    (ring,) = ascii_maps.feature(fc, code)["geometry"]["coordinates"]
    for position in ring:
        if where(position[0]):
            position[0] = round(position[0] + by_m * M, 7)
    return fc


def is_exact(shapes, parents):
    by = {}
    for code in shapes:
        if parents.get(code):
            by.setdefault(parents[code], []).append(shapes[code])
    level3 = [s for c, s in shapes.items() if len(c) == 18]
    assert shapely.coverage_is_valid(np.array(level3, dtype=object))
    for parent, children in by.items():
        assert shapely.union_all(children).equals(shapes[parent]), parent
    return True


def checked(fc, tolerance_m, **given):
    before = pieces(fc)
    cleaned = clean(before, tolerance_m, **given)
    parents = {p.code: p.parent for p in (*before, *cleaned.added.values())}
    if not cleaned.refusals:
        assert is_exact(cleaned.shapes, parents)
        for piece in before:
            if not piece.shape.is_valid:
                continue
            line = shapely.boundary(FRAME.to_metres(piece.shape))
            vertices = shapely.points(
                shapely.get_coordinates(FRAME.to_metres(cleaned.shapes[piece.code]))
            )
            assert shapely.distance(vertices, line).max() <= tolerance_m + 0.02
    return cleaned


def test_what_is_clean_already_keeps_its_very_bytes():
    before = pieces(ascii_maps.boundaries())
    cleaned = clean(before, 0.5)
    assert not cleaned.changes
    assert not cleaned.refusals
    assert all(cleaned.shapes[p.code] is p.shape for p in before)


@pytest.mark.parametrize("by_m", [0.3, -0.3])
def test_a_sliver_goes_to_a_neighbour_and_every_area_that_changed_is_listed(by_m):
    fc = moved(ascii_maps.boundaries(), FIRST, by_m, lambda x: x > ascii_maps.WEST)
    (fault,) = [f for f in find_faults(pieces(fc)) if f.kind == ("overlap" if by_m > 0 else "gap")]
    assert fault.is_sliver
    assert fault.area_m2 == pytest.approx(0.3 * 111, rel=0.05)
    cleaned = checked(fc, 0.5)
    assert not cleaned.refusals
    listed = {c.code: c.change_m2 for c in cleaned.changes}
    assert set(listed) <= {FIRST, SECOND}
    after = {c: area_m2(s) for c, s in cleaned.shapes.items()}
    for piece in pieces(fc):
        change = after[piece.code] - area_m2(piece.shape)
        assert change == pytest.approx(listed.get(piece.code, 0), abs=0.01)


def test_a_line_that_would_move_too_far_is_refused_with_the_place():
    fc = moved(ascii_maps.boundaries(), FIRST, 3, lambda x: x > ascii_maps.WEST)
    cleaned = checked(fc, 0.5)
    assert {f.rule for f in cleaned.refusals} == {"over_tolerance"}
    for refused in cleaned.refusals:
        assert refused.place is not None
        assert refused.place[0] == pytest.approx(ascii_maps.WEST + ascii_maps.SIDE, abs=5 * M)
    assert not checked(fc, 4).refusals


def test_a_vertex_that_only_one_side_has_is_given_to_the_other():
    fc = ascii_maps.boundaries()
    (ring,) = ascii_maps.feature(fc, FIRST)["geometry"]["coordinates"]
    middle = [ascii_maps.WEST + ascii_maps.SIDE, ascii_maps.SOUTH + ascii_maps.SIDE / 2]
    at = next(i for i, (a, b) in enumerate(itertools.pairwise(ring)) if a[0] == b[0] == middle[0])
    ring.insert(at + 1, [middle[0] + 0.1 * M, middle[1]])
    assert not checked(fc, 0.5).refusals


def test_uncovered_ground_is_offered_as_a_grid_of_its_own(tmp_path):
    fc = ascii_maps.boundaries()
    fc["features"].remove(ascii_maps.feature(fc, SECOND))
    refused = checked(fc, 0.5)
    assert {f.rule for f in refused.refusals} >= {"uncovered"}
    (ground,) = refused.uncovered
    assert ground.parent == FIRST[:-3]
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(fc))
    from gis.division import GridKind

    intake = read_set(
        [tmp_path / "b.geojson"],
        today=TODAY,
        how=ReadOptions(tolerance_m=0.5, fill=GridKind.RESIDUAL),
    )
    assert not errors_among(intake.findings)
    new = intake.division.by_code[SECOND]
    assert new.kind is GridKind.RESIDUAL
    assert intake.division.by_id[new.parent].code == FIRST[:-3]


def test_a_filled_grid_never_takes_a_code_that_was_used():
    fc = ascii_maps.boundaries()
    fc["features"].remove(ascii_maps.feature(fc, FIRST))
    cleaned = checked(fc, 0.5, fill_codes={FIRST[:-3]: 7})
    assert list(cleaned.added) == [f"{FIRST[:-3]}008"]


def test_a_ring_that_crosses_itself_is_refused_where_two_pieces_come_out():
    fc = ascii_maps.boundaries()
    (ring,) = ascii_maps.feature(fc, FIRST)["geometry"]["coordinates"]
    ring[1], ring[2] = ring[2], ring[1]
    cleaned = checked(fc, 0.5)
    assert "not_mendable" in {f.rule for f in cleaned.refusals}


def test_a_loop_narrower_than_the_tolerance_and_an_open_ring_are_mended(tmp_path):
    fc = ascii_maps.boundaries()
    (ring,) = ascii_maps.feature(fc, FIRST)["geometry"]["coordinates"]
    x, y = ring[0]
    ring[-1] = [round(x + 0.2 * M, 7), round(y - 0.2 * M, 7)]
    ring.append([round(x - 0.2 * M, 7), round(y + 0.2 * M, 7)])
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(fc))
    plain = read_set([tmp_path / "b.geojson"], today=TODAY)
    assert "invalid_ring" in {f.rule for f in errors_among(plain.findings)}
    intake = read_set([tmp_path / "b.geojson"], today=TODAY, how=ReadOptions(tolerance_m=0.5))
    assert not errors_among(intake.findings), errors_among(intake.findings)
    assert len(intake.division.grids) == 14


def test_the_gaps_that_a_valid_coverage_hides_are_seen():
    fc = ascii_maps.boundaries()
    fc["features"].remove(ascii_maps.feature(fc, SECOND))
    level3 = [p.shape for p in pieces(fc) if p.level == 3]
    assert shapely.coverage_is_valid(np.array(level3, dtype=object))
    assert {f.kind for f in find_faults(pieces(fc))} == {"gap"}
    assert checked(fc, 0.5).refusals


def test_the_sample_drawn_twice_by_hand_is_cleaned_or_refused_never_wrong():
    """Every level-3 grid of a piece of the sample is drawn with a hand that trembles."""
    from pathlib import Path

    rng = np.random.default_rng(5)
    whole = json.loads(
        (Path(__file__).parents[2] / "data" / "boundaries.geojson").read_text("utf-8")
    )
    community = "320106012005"
    fc = {
        "features": [
            copy.deepcopy(f)
            for f in whole["features"]
            if f["properties"]["code"].startswith(community)
        ]
    }
    for feature in fc["features"]:
        if feature["properties"]["level"] == 3:
            for ring in feature["geometry"]["coordinates"]:
                shake = np.round(rng.normal(0, 0.08 * M, (len(ring), 2)), 7)
                shake[-1] = shake[0]
                ring[:] = np.round(np.array(ring) + shake, 7).tolist()
    cleaned = checked(fc, 1.0)
    assert not cleaned.refusals, [f.text.en for f in cleaned.refusals][:3]
    assert len(cleaned.changes) > 10
    refused = checked(fc, 0.05)
    assert refused.refusals
    assert all(f.place for f in refused.refusals)


def test_a_shapefile_without_prj_in_gcj02_asks_for_its_datum(tmp_path):
    from gis.errors import InvalidInput
    from gis.exchange.crs import parse_reference

    path = office_files.shapefile(
        tmp_path / "边界.zip", office_files.grids(), office_files.to_gcj02, prj=None
    )
    with pytest.raises(InvalidInput, match="datum is missing") as asked:
        read_set([path], today=TODAY)
    assert "gcj02" in asked.value.accepted
    intake = read_set([path], today=TODAY, how=ReadOptions(parse_reference("gcj02")))
    assert not errors_among(intake.findings), intake.findings
    assert intake.division.source_datum == "gcj02"
    first = intake.division.by_code[FIRST].boundary
    assert first.bounds == pytest.approx((118.75, 32.11, 118.751, 32.111), abs=2e-7)


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


@pytest.mark.parametrize("epsg", [4326, 4490, 4549, 4547, 4528, 32650])
def test_projected_systems_come_in_as_degrees(epsg, tmp_path, nursery, monkeypatch):
    monkeypatch.setattr("gis.intake.readers.run", nursery.run)
    from pyproj import CRS, Transformer

    crs = CRS.from_epsg(epsg)
    there = Transformer.from_crs(4490, crs, always_xy=True)
    path = office_files.shapefile(
        tmp_path / "b.zip",
        office_files.grids(),
        lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])),
        prj=crs.to_wkt("WKT1_ESRI"),
    )
    intake = read_set([path], today=TODAY)
    assert not errors_among(intake.findings), intake.findings
    first = intake.division.by_code[FIRST].boundary
    assert first.bounds == pytest.approx((118.75, 32.11, 118.751, 32.111), abs=2e-7)


def test_a_prj_of_beijing_1954_is_refused(tmp_path):
    from pyproj import CRS

    from gis.errors import InvalidInput

    path = office_files.shapefile(
        tmp_path / "b.zip", office_files.grids(), prj=CRS.from_epsg(4214).to_wkt("WKT1_ESRI")
    )
    with pytest.raises(InvalidInput, match="CGCS2000"):
        read_set([path], today=TODAY)

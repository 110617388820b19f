"""The cell index gives shapely's answer on every point, and says where a set is no coverage."""

import json
import math
import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.errors import InvalidInput
from gis.lookup import _kernel, _raster, _tables, cellindex
from gis.lookup.cellindex import CellIndex

EXAMPLES = int(os.environ.get("WANGGE_LOOKUP_EXAMPLES", "25"))
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SAMPLE = Path(__file__).parents[2] / "data" / "boundaries.geojson"
BOXES = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 1, 2, 2)]
NAN, INF = math.nan, math.inf


@pytest.fixture(autouse=True, scope="module")
def _compiled():
    cellindex.warm()


# --- what is right ---------------------------------------------------------------------------


@np.errstate(all="ignore")
def by_shapely(polygons, xy):
    """Return the lowest index of the polygons that intersect each point, one by one.

    Not by ``intersects_xy``: that prepares the polygon, and leaves it so.
    """
    points = shapely.points(xy)
    found = np.full(len(xy), -1)
    for i in reversed(range(len(polygons))):
        found[shapely.intersects(polygons[i], points)] = i
    return found


@np.errstate(all="ignore")
def hard_points(polygons, generator):
    """Return vertices, midpoints and other points on edges, all also one double away in four
    directions and a billionth of the extent away; points that share x or y with vertices; and
    points all over.
    """
    rings = shapely.get_rings(shapely.get_parts(polygons))
    places, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(places):
        return generator.normal(size=(20, 2))
    joined = ring[1:] == ring[:-1]
    start, end = places[:-1][joined], places[1:][joined]
    share = generator.uniform(size=(len(start), 1))
    on = np.concatenate([places, (start + end) / 2, start + (end - start) * share])
    near = [on]
    for axis in (0, 1):
        for direction in (-INF, INF):
            beside = on.copy()
            beside[:, axis] = np.nextafter(on[:, axis], direction)
            near.append(beside)
    low, high = places.min(axis=0), places.max(axis=0)
    near.append(on + (high - low) * generator.normal(size=on.shape) * 1e-9)
    near.append(generator.uniform(low - (high - low) / 9, high + (high - low) / 9, (200, 2)))
    near.append(np.stack([generator.choice(places[:, k], 50) for k in (0, 1)], axis=1))
    for axis in (0, 1):
        shared = generator.uniform(low, high, (50, 2))
        shared[:, axis] = generator.choice(places[:, axis], 50)
        near.append(shared)
    return np.concatenate(near)


def check(polygons, seed=0):
    """Compare the index with shapely, as an array and point by point; return the index."""
    generator = np.random.default_rng(seed)
    index = CellIndex(polygons)
    xy = hard_points(polygons, generator)
    found = index.query(xy)
    np.testing.assert_array_equal(found, by_shapely(polygons, xy))
    for i in generator.choice(len(xy), 100):
        assert index.query_one(*xy[i].tolist()) == found[i]
    return index


def position_by_fractions(polygon, x, y):
    """Return whether a point with rational coordinates lies in or on a polygon."""
    inside = False
    for ring in [polygon.exterior, *polygon.interiors]:
        corners = [(Fraction(a), Fraction(b)) for a, b in ring.coords]
        for (ax, ay), (bx, by) in pairwise(corners):
            turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            within = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
            if turn == 0 and within:
                return True
            if (ay <= y) != (by <= y):
                inside ^= (turn > 0) == (by > ay)
    return inside


# --- sets of polygons ------------------------------------------------------------------------

SCALES = {
    "as drawn": lambda c: c,
    "degrees": lambda c: np.round(c * 1e-5 + [118.74, 32.09], 7),
    "turned": lambda c: c @ np.array([[0.8, -0.6], [0.6, 0.8]]),
    "tiny": lambda c: c * 2.0**-200,
    "huge": lambda c: c * 2.0**200,
    "close together": lambda c: c * 1e-13 + 118,
    "flat": lambda c: c * [1e-80, 1e5],
}
BEYOND_GEOS = {"under": lambda c: c * 2.0**-600, "over": lambda c: c * 2.0**600}
places = st.tuples(st.integers(0, 24), st.integers(0, 24))
corners = st.lists(places, min_size=3, max_size=7, unique=True)


def polygonal(geometries):
    areas = [g for g in geometries if isinstance(g, shapely.Polygon | shapely.MultiPolygon)]
    return np.array([*areas, None])[:-1]


@st.composite
def coverages(draw):
    """Voronoi cells snapped to a grid, with islands in them; some joined, some left out."""
    seeds = draw(st.lists(places, min_size=2, max_size=14, unique=True))
    lines = [
        shapely.voronoi_polygons(shapely.MultiPoint(seeds), only_edges=True),
        shapely.box(-3, -3, 27, 27).exterior,
    ]
    for x, y in draw(st.lists(places, max_size=3)):
        size = draw(st.sampled_from([1, 2, 5]))
        lines.append(shapely.box(x, y, x + size, y + size).exterior)
    grid_size = draw(st.sampled_from([1.0, 0.125, 0.001]))
    cells = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.union_all(lines, grid_size=grid_size)))
    )
    groups = draw(st.lists(st.integers(0, 9), min_size=len(cells), max_size=len(cells)))
    kept = sorted(set(groups) - draw(st.sets(st.integers(0, 9), max_size=2)))
    joined = [shapely.coverage_union_all(cells[np.equal(groups, g)]) for g in kept]
    return draw(st.permutations(list(polygonal(joined))))


@st.composite
def faulty_sets(draw):
    """Polygons that overlap, repeat or contain each other, cross themselves, or touch in a T."""
    polygons = draw(coverages())
    polygons += [shapely.Polygon(c) for c in draw(st.lists(corners, max_size=3))]
    for k in draw(st.lists(st.integers(0, 30), max_size=4)):
        if polygons:
            old = polygons[k % len(polygons)]
            step = np.array([draw(st.sampled_from([0, 1, 1e-13, 0.1])), 0])
            moved = shapely.transform(old, lambda c, step=step: c + step)
            change = draw(st.sampled_from(["repeat", "move", "split edges", "fill holes"]))
            if change == "repeat":
                polygons.append(moved)
            elif change == "move":
                polygons[k % len(polygons)] = moved
            elif change == "split edges":
                polygons[k % len(polygons)] = shapely.segmentize(old, 2.7)
            else:
                polygons.append(shapely.convex_hull(old))
    return draw(st.permutations(list(polygonal(polygons))))


def scaled(polygons, scale):
    return [shapely.transform(p, scale) for p in polygons]


@thorough
@given(coverages(), st.sampled_from(sorted(SCALES)), st.integers(0, 2**32))
def test_every_point_of_a_coverage_has_the_answer_of_shapely(polygons, scale, seed):
    index = check(scaled(polygons, SCALES[scale]), seed)
    if scale == "as drawn":
        assert index.is_coverage
        assert index.faulty_cells == 0


@thorough
@given(faulty_sets(), st.sampled_from(sorted(SCALES)), st.integers(0, 2**32))
def test_every_point_of_a_faulty_set_has_the_answer_of_shapely(polygons, scale, seed):
    check(scaled(polygons, SCALES[scale]), seed)


@thorough
@given(faulty_sets(), st.sampled_from(sorted(BEYOND_GEOS)), st.integers(0, 2**32))
def test_where_geos_underflows_or_overflows_its_answer_is_still_given(polygons, scale, seed):
    check(scaled(polygons, BEYOND_GEOS[scale]), seed)


@settings(thorough, max_examples=max(1, EXAMPLES // 8))
@given(coverages(), st.integers(0, 2**32))
def test_the_answers_are_those_of_rational_arithmetic(polygons, seed):
    parts = list(shapely.get_parts(polygons))
    xy = hard_points(parts, np.random.default_rng(seed))
    xy = xy[np.abs(xy).min(axis=1) != 5e-324]  # where GEOS underflows: beside coordinates of 0
    found = CellIndex(parts).query(xy[::7])
    for (x, y), i in zip(xy[::7].tolist(), found.tolist(), strict=True):
        inside = (
            k
            for k, part in enumerate(parts)
            if position_by_fractions(part, Fraction(x), Fraction(y))
        )
        assert next(inside, -1) == i


def test_the_sample_is_a_coverage_and_its_points_have_the_answer_of_shapely():
    features = json.loads(SAMPLE.read_text(encoding="utf-8"))["features"]
    grids = [f["geometry"] for f in features if f["properties"]["level"] == 3]
    polygons = [shapely.from_geojson(json.dumps(grid)) for grid in grids]
    assert CellIndex(polygons).is_coverage
    check(polygons[::4])


# --- boundaries, holes, parts ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.5, 0.5, 0),
        (1.5, 0.5, 1),
        (1.0, 0.5, 0),
        (math.nextafter(1, 2), 0.5, 1),
        (1.0, 1.0, 0),
        (1.5, 1.0, 1),
        (1.0, math.nextafter(1, 2), 2),
        (2.0, 2.0, 2),
        (math.nextafter(2, 3), 2.0, -1),
        (-1e9, 0.5, -1),
        (1e300, -1e300, -1),
        (0, 1, 0),
    ],
)
def test_a_point_on_a_boundary_belongs_to_the_lowest_index(x, y, expected):
    index = CellIndex(BOXES)
    assert index.query_one(x, y) == expected
    assert index.query([(x, y)]).tolist() == [expected]


def test_a_vertex_belongs_to_a_polygon_that_touches_only_there():
    corner_only = shapely.Polygon([(1, 1), (2, 2), (1, 2)])
    right, left = shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)
    assert CellIndex([corner_only, right, left]).query_one(1, 1) == 0
    assert CellIndex([right, left, corner_only]).query_one(1, 1) == 0


def test_a_hole_is_outside_and_an_island_in_it_its_own():
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(2, 2, 7, 7))
    index = CellIndex([ring, shapely.box(4, 4, 5, 5)])
    assert index.is_coverage
    assert index.query([(1, 1), (3, 3), (4.5, 4.5), (2, 5), (4, 4)]).tolist() == [0, -1, 1, 0, 1]


def test_the_parts_of_a_multipolygon_have_its_index():
    two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    index = CellIndex([two, shapely.box(1, 0, 2, 1)])
    assert index.query([(0.5, 0.5), (1.5, 0.5), (2.5, 0.5), (2, 0)]).tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize(
    "polygons",
    [[], [shapely.Polygon()], [shapely.MultiPolygon()], np.empty(0, object)],
    ids=["none", "empty polygon", "empty multipolygon", "empty array"],
)
def test_without_ground_every_point_is_outside(polygons):
    index = CellIndex(polygons)
    assert index.query([(0, 0), (NAN, 1), (5e-324, -1e308)]).tolist() == [-1, -1, -1]
    assert index.query_one(0, 0) == -1
    assert index.is_coverage


# --- what comes in ---------------------------------------------------------------------------


@pytest.mark.parametrize("polygons", [BOXES, scaled(BOXES, BEYOND_GEOS["over"]), []])
def test_infinite_and_nan_points_are_outside(polygons):
    odd = [(x, y) for x in (0.5, NAN, INF, -INF) for y in (0.5, NAN, INF, -INF)][1:]
    assert set(CellIndex(polygons).query(odd).tolist()) == {-1}


@pytest.mark.parametrize(
    ("x", "y", "field"), [(NAN, 0, "x"), (0, NAN, "y"), (INF, 0, "x"), (0, -INF, "y")]
)
@pytest.mark.parametrize("polygons", [BOXES, []])
def test_one_infinite_or_nan_point_is_an_error_that_names_the_coordinate(polygons, x, y, field):
    with pytest.raises(InvalidInput, match=f"{field} = ") as caught:
        CellIndex(polygons).query_one(x, y)
    assert caught.value.field == field


@pytest.mark.parametrize("shape", [(), (2,), (3, 3), (0, 3), (1, 2, 2)])
def test_an_array_of_another_shape_is_refused(shape):
    with pytest.raises(InvalidInput, match="shape"):
        CellIndex(BOXES).query(np.zeros(shape))


@pytest.mark.parametrize("none", [[], np.empty((0, 2))])
def test_no_points_have_no_answers(none):
    assert CellIndex(BOXES).query(none).shape == (0,)


@pytest.mark.parametrize("count", [1, 2047, 2048, 2049, 10_000])
def test_any_layout_of_any_number_of_points_will_do(count):
    xy = np.random.default_rng(count).uniform(-1, 3, (count, 2))
    index = CellIndex(BOXES)
    expected = by_shapely(BOXES, xy)
    fixed = xy.copy()
    fixed.flags.writeable = False
    for given_as in (xy, fixed, np.asfortranarray(xy), xy.astype(">f8"), xy.tolist()):
        np.testing.assert_array_equal(index.query(given_as), expected)
    np.testing.assert_array_equal(index.query(xy[::-3]), expected[::-3])
    assert index.query(xy).dtype == np.intp


def broken_ring():
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(0, 0), (NAN, 1), (1, 1)])


@pytest.mark.parametrize(
    "wrong", [None, shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), broken_ring()]
)
def test_what_is_no_polygon_is_refused_by_its_index(wrong):
    with pytest.raises(InvalidInput, match="polygon 1 "):
        CellIndex([shapely.box(0, 0, 1, 1), wrong])


# --- faults ----------------------------------------------------------------------------------


def chessboard(count):
    """Return count x count unit squares, column by column."""
    return [shapely.box(i, j, i + 1, j + 1) for i in range(count) for j in range(count)]


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        (shapely.box(3, 3, 4.25, 4), (32, 33, 34, 43)),
        (shapely.Polygon([(3, 3), (4, 4), (4, 3), (3, 4)]), (33,)),
        (shapely.Polygon([(3, 3), (4, 3), (4 + 4e-15, 3.5), (4, 4), (3, 4)]), (33, 43)),
        (shapely.Polygon([(3, 3), (4, 3), (4, 3.5), (4, 4), (3, 4)]), (33, 43)),
        (shapely.box(5.25, 5.25, 5.5, 5.5), (33,)),
        (shapely.box(5, 5, 6, 6), (33, 55)),
    ],
    ids=["overlap", "crosses itself", "sliver", "T", "inside another", "repeated"],
)
def test_a_fault_is_announced_and_stays_local(wrong, faults):
    polygons = chessboard(10)
    polygons[33] = wrong
    index = check(polygons)
    assert index.faults == faults
    assert not index.is_coverage
    columns, rows = index._tables[4:6]
    assert 0 < index.faulty_cells < columns * rows / 500


def test_holes_and_either_direction_of_rings_are_no_fault():
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(2, 2, 7, 7))
    sound = [ring, shapely.reverse(shapely.box(4, 4, 5, 5)), shapely.box(9, 0, 18, 9, ccw=False)]
    crossing = [shapely.box(19, 0, 19.5, 0.5), shapely.box(19.25, 0.25, 19.75, 0.75)]
    index = check([*sound, *crossing])
    assert index.faults == (3, 4)
    assert index.faulty_cells < 40


def test_repeated_vertices_and_negative_zeros_are_no_fault():
    right = shapely.Polygon([(-0.0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (0, 1), (-0.0, 0)])
    index = check([right, shapely.box(-1, -0.0, 0, 1)])
    assert index.is_coverage


def test_gaps_are_no_fault():
    polygons = chessboard(4)
    del polygons[5]
    index = check(polygons)
    assert index.is_coverage
    assert index.faulty_cells == 0


def shifted(polygons, by=1e-3):
    """Return polygons each drawn by hand: no vertex of a neighbour is met exactly."""
    return [
        shapely.transform(shapely.segmentize(p, 0.4), lambda c, k=k: c + by * np.sin(9 * c + k))
        for k, p in enumerate(polygons)
    ]


def test_borders_that_do_not_match_are_decided_without_shapely(monkeypatch):
    polygons = shifted(chessboard(6))
    index = check(polygons)
    assert len(index.faults) == 36
    xy = np.random.default_rng(3).uniform(0, 6, (20_000, 2))
    expected = by_shapely(polygons, xy)
    monkeypatch.delattr(CellIndex, "_ask")
    np.testing.assert_array_equal(index.query(xy), expected)
    assert [index.query_one(*p) for p in xy[:500].tolist()] == expected[:500].tolist()


def test_a_polygon_that_crosses_itself_is_decided_without_shapely(monkeypatch):
    polygons = [shapely.Polygon([(3, 3), (4, 4), (4, 3), (3, 4)]), *chessboard(5)]
    index = check(polygons)
    assert index.faults == (0,)
    xy = np.random.default_rng(4).uniform(2.5, 4.5, (2_000, 2))
    expected = by_shapely(polygons, xy)
    monkeypatch.delattr(CellIndex, "_ask")
    np.testing.assert_array_equal(index.query(xy), expected)


def stacked(layers):
    return [shapely.box(0, 0, 9 + k % 3, 9) for k in range(layers)]


def test_polygons_stacked_by_the_hundred_are_decided_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr("gis.lookup._overlaps.PAIRS_AT_ONCE", 200_000)
    check(stacked(200))


def test_stacked_polygons_take_a_fraction_of_the_memory_of_all_their_cells_at_once(monkeypatch):
    monkeypatch.setattr("gis.lookup._overlaps.PAIRS_AT_ONCE", 200_000)
    tracemalloc.start()
    try:
        CellIndex(stacked(20))
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert peak_mb < 500, "at once it would be 2,700"


def test_ground_under_two_polygons_needs_shapely_only_at_its_edges():
    index = check([shapely.box(2, 2, 8, 8), shapely.box(0, 0, 10, 10)])
    columns, rows = index._tables[4:6]
    assert index.faulty_cells < 8 * (columns + rows)


def contents(index):
    """Return what each cell of the raster holds, wherever its words stand."""
    _, values, words, *_ = index._arrays
    starts = sorted({_tables.FIRST_CELL - v for v in values.tolist() if v <= _tables.FIRST_CELL})
    held = dict(zip(starts, np.split(words, starts[1:]), strict=True))
    return [
        held[_tables.FIRST_CELL - v].tolist() if v <= _tables.FIRST_CELL else v
        for v in values.tolist()
    ]


def test_a_raster_built_strip_by_strip_is_the_same(monkeypatch):
    polygons = chessboard(10)
    polygons[33] = shapely.box(3, 3, 4.25, 4)
    whole = CellIndex(polygons)
    monkeypatch.setattr(_tables, "STRIP_CELLS", 1)
    strips = check(polygons)
    assert strips.faulty_cells == whole.faulty_cells
    assert contents(strips) == contents(whole)


def test_polygons_that_others_prepared_are_looked_up_by_many_threads():
    polygons = chessboard(4)
    polygons[5] = shapely.box(1, 1, 2.5, 2)
    shapely.prepare(polygons)
    index = CellIndex(polygons)
    xy = np.random.default_rng(1).uniform(0.9, 2.6, (20_000, 2))
    expected = index.query(xy)
    assert index.faulty_cells
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(index.query, [xy] * 16):
            np.testing.assert_array_equal(found, expected)


# --- the raster ------------------------------------------------------------------------------


def test_a_cell_lists_the_edges_that_pass_it_by_less_than_rounding_could_move_them():
    frame = _raster.Frame(0.0, 0.0, 1.0, 1.0, 8, 8)
    edges = np.array([[1.5, 3 + 1e-9, 4.5, 3 + 1e-9], [1.5, 5 - 1e-9, 4.5, 5 - 1e-9]])
    passages = _raster.Strip(frame, 0, 8).passages(edges)
    assert passages.column.tolist() == [1, 2, 3, 4, 1, 2, 3, 4]
    assert passages.low.tolist() == [2, 2, 2, 2, 4, 4, 4, 4]
    assert passages.high.tolist() == [3, 3, 3, 3, 5, 5, 5, 5]


@pytest.mark.parametrize(
    ("extent", "has_cells"), [(1e-6, True), (1e-7, False), (1e101, False), (1e-101, False)]
)
def test_there_are_no_cells_where_doubles_are_too_coarse_or_lengths_cannot_be_multiplied(
    extent, has_cells
):
    low = 118.0 if extent < 1e-2 else 0.0
    square = np.array([[low, low, low + extent, low], [low, low, low, low + extent]])
    assert (_raster.frame_of(square) is not None) == has_cells


# --- the compiled code -----------------------------------------------------------------------


def test_numba_is_loaded_only_when_large_arrays_come():
    script = (
        "import sys; import numpy as np; from gis.lookup import cellindex\n"
        "index = cellindex.CellIndex([])\n"
        "index.query_one(0, 0); index.query(np.zeros((cellindex.WITHOUT_KERNEL, 2)))\n"
        "print('numba' in sys.modules)\n"
        "index.query(np.zeros((cellindex.WITHOUT_KERNEL + 1, 2)))\n"
        "print('numba' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (["False", "True"], "")


def test_points_are_looked_up_one_by_one_until_the_compiled_code_is_there(monkeypatch):
    xy = np.vstack([np.random.default_rng(0).uniform(-1, 3, (500, 2)), [(NAN, 0), (0, INF)]])
    index = CellIndex(BOXES)
    compiled = index.query(xy)
    monkeypatch.setattr(cellindex, "_locate", None)
    np.testing.assert_array_equal(index.query(xy), compiled)
    assert cellindex._locate is None


def test_where_no_cache_can_be_written_the_code_is_compiled_without(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(by_shapely)
    assert _kernel.compiled()(_kernel.in_range.py_func)(1.0)


def test_the_kernel_agrees_with_the_rest_about_its_constants():
    for home, names in {
        _tables: ("OUTSIDE", "LEFT_TO_SHAPELY", "FIRST_CELL"),
        _raster: ("FROM_BELOW", "TO_ABOVE"),
    }.items():
        assert [getattr(_kernel, n) for n in names] == [getattr(home, n) for n in names]
    assert (_kernel.FILTER, _kernel.FLOOR) == (cellindex.FILTER, cellindex.FLOOR)

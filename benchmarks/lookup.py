"""Points to polygons: the cell index beside its peers, in one run on one core.

``python benchmarks/lookup.py`` writes ``lookup.md`` beside this file. Workloads: the sample's
level-3 grids, a hundred times the sample, and the counties of the USA, as they are and each drawn
by hand so that no border matches, when ``npm pack us-atlas`` has been unpacked so that
``var/us-atlas/counties-10m.json`` is there. Shapely and geopandas are
always measured, sedonadb and duckdb's spatial extension when they are to be had: for example
``.venv/bin/pip install sedonadb geoarrow-pyarrow duckdb duckdb-extension-spatial``.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas
import numba
import numpy as np
import shapely
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import lookup_workloads as workloads  # noqa: E402

from gis.lookup import cellindex  # noqa: E402

REPORT = Path(__file__).with_suffix(".md")
POINTS = 500_000
RUNS = 5
SINGLE_POINTS = 20_000
AIMS = {"sample": 24, "sample x 100": 40, "US counties": 14, "drawn by hand": 15}

Points = NDArray[np.float64]
Found = NDArray[np.intp]
Peer = Callable[[], object]


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the median CPU time of a call, repeated within a run to last a tenth of a second."""
    start = time.process_time()
    call()
    times = max(1, int(0.1 / (time.process_time() - start + 1e-9)))
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        for _ in range(times):
            call()
        taken.append((time.process_time() - start) / times)
    return statistics.median(taken)


def single_us(call: Callable[[float, float], object], xy: Points) -> float:
    """Return the median time of one call, in microseconds, from batches of 50."""
    points = xy.tolist()
    taken = []
    for first in range(0, len(points), 50):
        batch = points[first : first + 50]
        start = time.perf_counter()
        for x, y in batch:
            call(x, y)
        taken.append((time.perf_counter() - start) / len(batch))
    return statistics.median(taken) * 1e6


def _memory_mb(key: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def _build_memory(polygons: workloads.Polygons, answer: multiprocessing.SimpleQueue[float]) -> None:
    before = _memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets VmHWM
    cellindex.CellIndex(polygons)
    answer.put(_memory_mb("VmHWM") - before)


def build_memory_mb(polygons: workloads.Polygons) -> float:
    """Return the peak of extra memory while the index is built, in a process of its own."""
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=_build_memory, args=(polygons, answer))
    process.start()
    process.join()
    return answer.get()


@numba.njit(nogil=True)
def _gather(xy, found, frame, table):
    """Look points up in a flat table as fast as it goes, right only where no edge is near."""
    x0, y0, x_scale, y_scale, _, rows = frame
    cell = np.empty(2048, np.int32)
    for chunk in range(0, len(xy), 2048):
        size = min(2048, len(xy) - chunk)
        for k in range(size):
            column = np.int32((xy[chunk + k, 0] - x0) * x_scale)
            row = np.int32((xy[chunk + k, 1] - y0) * y_scale)
            cell[k] = column * np.int32(rows) + row
        for k in range(size):
            found[chunk + k] = table[cell[k]]


def bare_gather(index: cellindex.CellIndex, xy: Points) -> Peer:
    """Return a look-up in a flat table with the cells of the index: the limit for any raster."""
    frame = index._arrays[0]
    x0, y0, x_scale, y_scale, columns, rows = frame
    y = y0 + (np.arange(rows) + 0.5) / y_scale
    table = np.empty((int(columns), int(rows)), np.int32)
    for column in range(int(columns)):
        x = np.full(len(y), x0 + (column + 0.5) / x_scale)
        table[column] = index.query(np.stack([x, y], axis=1))

    def gather() -> Found:
        found = np.empty(len(xy), np.intp)
        _gather(xy, found, frame, table.reshape(-1))
        return found

    return gather


def shapely_tree(polygons: workloads.Polygons, xy: Points) -> Peer:
    """Return shapely's bulk query; the points are made beforehand."""
    tree, points = shapely.STRtree(polygons), shapely.points(xy)
    return lambda: tree.query(points, predicate="intersects")


def shapely_prepared(polygons: workloads.Polygons, xy: Points) -> Peer:
    """Return prepared polygons, each asked about the points in its box; a tree finds those."""
    tree = shapely.STRtree(shapely.points(xy))
    owned = shapely.from_wkb(shapely.to_wkb(polygons))
    shapely.prepare(owned)
    shapely.intersects_xy(owned, 0.0, 0.0)

    def join() -> Found:
        found = np.full(len(xy), len(owned))
        polygon, point = tree.query(shapely.box(*shapely.bounds(owned).T))
        first = np.searchsorted(polygon, np.arange(len(owned) + 1))
        for i in reversed(range(len(owned))):
            near = point[first[i] : first[i + 1]]
            found[near[shapely.intersects_xy(owned[i], xy[near])]] = i
        return found

    return join


def geopandas_join(polygons: workloads.Polygons, xy: Points) -> Peer:
    """Return geopandas' spatial join; the frames are made beforehand."""
    points = geopandas.GeoDataFrame(geometry=shapely.points(xy))
    areas = geopandas.GeoDataFrame(geometry=polygons)
    return lambda: geopandas.sjoin(points, areas, predicate="intersects")


def sedona_join(polygons: workloads.Polygons, xy: Points) -> Peer:
    """Return sedonadb's spatial join of tables that are in memory beforehand."""
    import sedonadb

    base = sedonadb.connect()
    base.sql("SET datafusion.execution.target_partitions = 1").execute()
    for name, geometries in (("points", shapely.points(xy)), ("areas", polygons)):
        frame = geopandas.GeoDataFrame({name: np.arange(len(geometries))}, geometry=geometries)
        base.create_data_frame(frame).to_memtable().to_view(name, overwrite=True)
    join = (
        "SELECT points, areas FROM points JOIN areas"
        " ON ST_Intersects(areas.geometry, points.geometry)"
    )
    return lambda: base.sql(join).to_arrow_table()


def duckdb_join(polygons: workloads.Polygons, xy: Points) -> Peer:
    """Return the join of duckdb's spatial extension."""
    import duckdb

    base = duckdb.connect(config={"threads": 1})
    base.execute(_load_spatial())
    for name, geometries in (("points", shapely.points(xy)), ("areas", polygons)):
        given = {"n": np.arange(len(geometries)), "wkb": shapely.to_wkb(geometries)}
        base.register("given", geopandas.pd.DataFrame(given))
        base.execute(f"CREATE TABLE {name} AS SELECT n, ST_GeomFromWKB(wkb) AS g FROM given")  # noqa: S608
    join = "SELECT points.n, areas.n FROM points JOIN areas ON ST_Intersects(areas.g, points.g)"
    return lambda: base.execute(join).to_arrow_table()


def _load_spatial() -> str:
    """Return what loads the extension: from its package, else from where duckdb gets its own."""
    found = importlib.util.find_spec("duckdb_extension_spatial")
    if found is None or found.origin is None:
        return "INSTALL spatial; LOAD spatial"
    file = next(Path(found.origin).parent.glob("extensions/*/spatial.duckdb_extension"))
    return f"LOAD '{file}'"


PEERS = {
    "shapely STRtree": shapely_tree,
    "shapely, prepared and grouped": shapely_prepared,
    "geopandas sjoin": geopandas_join,
    "sedonadb": sedona_join,
    "duckdb spatial": duckdb_join,
}


def wrong_answers(index: cellindex.CellIndex, polygons: workloads.Polygons, xy: Points) -> str:
    """Return how many answers differ from shapely's."""
    point, polygon = shapely.STRtree(polygons).query(shapely.points(xy), predicate="intersects")
    expected = np.full(len(xy), len(polygons))
    np.minimum.at(expected, point, polygon)
    expected[expected == len(polygons)] = -1
    return f"{(index.query(xy) != expected).sum()} of {len(xy):,}"


def measure(polygons: workloads.Polygons, bounds: tuple[float, ...], aim: int) -> dict[str, str]:
    """Return the column of one workload."""
    generator = np.random.default_rng(20260730)
    xy = generator.uniform(bounds[:2], bounds[2:], (POINTS, 2))
    index = cellindex.CellIndex(polygons)
    speeds = {"CellIndex.query": POINTS / cpu_seconds(lambda: index.query(xy)) / 1e6}
    speeds["bare table gather"] = POINTS / cpu_seconds(bare_gather(index, xy)) / 1e6
    missing, peers = {}, {}
    for name, prepare in PEERS.items():
        try:
            peers[name] = POINTS / cpu_seconds(prepare(polygons, xy)) / 1e6
        except ImportError:
            missing[name] = "not installed"
        except Exception as error:
            if "download" not in str(error):
                raise
            missing[name] = "not to be had offline"
    tree = shapely.STRtree(polygons)
    one = single_us(index.query_one, xy[:SINGLE_POINTS])
    tree_one = single_us(
        lambda x, y: tree.query(shapely.Point(x, y), predicate="intersects"), xy[:SINGLE_POINTS]
    )
    build = cpu_seconds(lambda: cellindex.CellIndex(polygons))
    ratio = speeds["CellIndex.query"] / max(peers.values())
    coordinates = shapely.get_num_coordinates(polygons).sum()
    gather = speeds["bare table gather"] / speeds["CellIndex.query"]
    edges = workloads.on_edges(polygons, POINTS // 2, generator)
    beside = len(edges) / cpu_seconds(lambda: index.query(edges)) / 1e6
    return {
        "polygons": f"{len(polygons):,}",
        "coordinates": f"{coordinates:,}",
        **{f"{name}, million points/s": f"{v:.2f}" for name, v in (speeds | peers).items()},
        **{f"{name}, million points/s": reason for name, reason in missing.items()},
        "times the fastest peer (aim)": f"{ratio:.0f} ({aim})",
        "gather ÷ query (aim: sample 2, counties 2.5)": f"{gather:.1f}",
        "on or beside edges, million points/s (aim: by hand 1)": f"{beside:.2f}",
        "query_one, µs (aim: sample 0.8)": f"{one:.2f}",
        "STRtree query of one point, µs": f"{tree_one:.1f}",
        "build, CPU s (aims: x 100: 5, by hand: 6)": f"{build:.2f}",
        "build, peak extra MB (aim: x 100: 300)": f"{build_memory_mb(polygons):.0f}",
        "polygons with faults": str(len(index.faults)),
        "answers unlike shapely's, points all over": wrong_answers(index, polygons, xy),
        "answers unlike shapely's, points on or beside edges": wrong_answers(
            index, polygons, edges
        ),
    }


def main() -> None:
    """Measure all workloads and write the report."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ |= dict.fromkeys(("RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS"), "1")
    cellindex.warm()
    sample = workloads.sample()
    sets = {"sample": (sample, tuple(shapely.total_bounds(sample)))}
    many = workloads.hundredfold(sample)
    sets["sample x 100"] = (many, tuple(shapely.total_bounds(many)))
    if workloads.COUNTIES.exists():
        counties = workloads.counties()
        sets["US counties"] = (counties, workloads.CONTIGUOUS_STATES)
        sets["drawn by hand"] = (workloads.by_hand(counties), workloads.CONTIGUOUS_STATES)
    columns = {name: measure(*given, AIMS[name]) for name, given in sets.items()}
    rows = list(next(iter(columns.values())))
    lines = [
        "# Lookup: points to polygons",
        "",
        f"`python benchmarks/lookup.py`: one core, CPU time, median of {RUNS} runs, {POINTS:,}"
        " random points over the bounds (counties: the contiguous states; drawn by hand: each"
        " county by itself, thirty vertices for one, no border matching its neighbour's). Peers get"
        " their points, tables and trees made beforehand; the index gets an array.",
        "",
        f"{processor()}, Python {platform.python_version()}, numpy {np.__version__},"
        f" numba {numba.__version__}, shapely {shapely.__version__} (GEOS"
        f" {shapely.geos_version_string}), geopandas {geopandas.__version__}",
        "",
        f"| | {' | '.join(columns)} |",
        f"|---|{'---:|' * len(columns)}",
        *(f"| {row} | {' | '.join(c[row] for c in columns.values())} |" for row in rows),
    ]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(line.split(":")[1].strip() for line in info if line.startswith("model name"))


if __name__ == "__main__":
    main()

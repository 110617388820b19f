"""Cleaning against shapely's coverage_clean on the same sets: ``python benchmarks/cleaning.py``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.cleaning_sets import BREAKS, pieces_of, precincts
from gis.cleaning import clean
from gis.geometry import MetricFrame

SIZES = ((100, 60.0), (400, 20.0))
TOLERANCE_M = 1.0


def main() -> None:
    """Print a table of both, each the best of two."""
    print("| set | polygons | vertices | coverage_clean, s | wangge, s | times | refusals |")
    print("|---|---|---|---|---|---|---|")
    for count, vertex_m in SIZES:
        whole = precincts(count, vertex_m)
        for name, break_it in BREAKS.items():
            pieces = pieces_of(break_it(whole, np.random.default_rng(2)))
            ground = np.array([p.shape for p in pieces if p.level == 3], dtype=object)
            metres = MetricFrame.of(ground).to_metres(ground)
            by = {"gap_width": TOLERANCE_M, "snapping_distance": 0.01}
            theirs, _ = _best(partial(shapely.coverage_clean, metres, **by))
            took, cleaned = _best(partial(clean, pieces, TOLERANCE_M))
            vertices = int(shapely.get_num_coordinates(ground).sum())
            print(
                f"| {name} | {len(ground):,} | {vertices:,} | {theirs:.2f} | {took:.2f} | "
                f"{took / theirs:.1f} | {len(cleaned.refusals)} |",
                flush=True,
            )


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    took, made = float("inf"), None
    for _ in range(2):
        start = time.perf_counter()
        made = work()
        took = min(took, time.perf_counter() - start)
    return took, made


if __name__ == "__main__":
    main()

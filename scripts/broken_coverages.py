"""Breaks irregular coverages in every way known: each is cleaned within the tolerance or refused.

``python scripts/broken_coverages.py [--towns N] [--seeds N] [POLYGONS.shp …]`` (``make faults``).
Without files the towns are grown from seeds; files may hold any polygons that tile some ground,
such as the examples that come with libpysal. Exit code 1 when something was wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.errors import InvalidInput
from gis.findings import errors_among
from gis.intake import ReadOptions, read_set
from gis.intake.preview import preview
from tests.ascii_maps import TODAY
from tests.intake import broken


def main() -> int:
    """Break every town every way; print what came out, and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="polygons that tile some ground")
    parser.add_argument("--towns", type=int, default=3, help="how many are grown from seeds")
    parser.add_argument("--seeds", type=int, default=3, help="how often each way is tried")
    parser.add_argument("--verbose", action="store_true", help="print each case")
    asked = parser.parse_args()
    towns = {f.stem: polygons_of(f) for f in asked.files} or {
        f"seed {n}": broken.crooked(n) for n in range(asked.towns)
    }
    wrong = 0
    for name, polygons in towns.items():
        whole = broken.town(polygons)
        for how in broken.BREAKS:
            ends: Counter[str] = Counter()
            for seed in range(asked.seeds):
                for tolerance_m in (0.5, 2.0):
                    case = broken.break_it(whole, how, seed, tolerance_m)
                    end, told = try_one(case, tolerance_m, of_a_file=bool(asked.files))
                    ends[end] += 1
                    for line in told:
                        wrong += 1
                        print(f"  WRONG {name} {how.__name__} {seed} {tolerance_m}: {line}")
            if asked.verbose:
                print(f"{name} {how.__name__}: {dict(ends)}", flush=True)
        print(f"{name}: {len(whole['features'])} grids, {len(broken.BREAKS)} ways", flush=True)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


def polygons_of(path: Path) -> list[Any]:
    """Return the polygons of a file."""
    from pyogrio.raw import read

    shapes = shapely.from_wkb(read(path)[2])
    return [s for s in shapes.tolist() if s is not None and s.is_valid]


def try_one(
    case: broken.Broken, tolerance_m: float, *, of_a_file: bool = False
) -> tuple[str, list[str]]:
    """Preview and clean one; return how it ended and what was wrong with that.

    Polygons of a file may have inlets and islands as narrow as the tolerance: they may be refused.
    """
    told: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.geojson"
        path.write_text(json.dumps(case.boundaries), "utf-8")
        try:
            plain = read_set([path], today=TODAY)
            found = preview(plain, None)
            cleaned = read_set([path], today=TODAY, how=ReadOptions(tolerance_m=tolerance_m))
        except InvalidInput as problem:
            return f"refused whole: {problem.text.en[:60]}", told
    refusals = errors_among(cleaned.findings)
    if not refusals:
        assert cleaned.division is not None
        shapes = {g.code: g.boundary for g in cleaned.division}
        told += broken.faults_of(case.boundaries, shapes, tolerance_m)
        if case.wants == "refused":
            told.append("was cleaned, should have been refused")
        return "clean", told
    if case.wants == "clean" and not of_a_file:
        told.append(f"was refused: {refusals[0].rule} {refusals[0].text.en[:100]}")
    if not errors_among(found.findings):
        told.append("the preview without cleaning says nothing is wrong")
    for each in (*refusals, *errors_among(found.findings)):
        if each.place is None and each.grid_code is None:
            told.append(f"nobody knows where: {each.rule} {each.text.en[:80]}")
    if not any(f.place for f in refusals):
        told.append(f"no place is marked: {refusals[0].rule} {refusals[0].text.en[:80]}")
    return "refused: " + ", ".join(sorted({f.rule for f in refusals})), told


if __name__ == "__main__":
    sys.exit(main())

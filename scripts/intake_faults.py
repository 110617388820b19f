"""Kill ``wangge load`` at random moments; the store holds the old set or the new one, whole.

    python scripts/intake_faults.py [--kills 50] [--engine sqlite|postgis] [--seed N]

load       the child runs the command again and again on a changed set, boundaries as GeoJSON and
           people as XLSX: both parts of a set stand together or neither does, each load that
           was acknowledged is there, and its record with it
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import gis.intake.preview
import gis.workflows.load_set
from api import cli
from gis.store import open_store
from scripts.killing import Place, Tally, kill_over_and_over, main
from tests import ascii_maps
from tests.intake.office_files import workbook

GRID = "320106012001001001"


def sets(folder: Path) -> list[list[str]]:
    """Write two sets that differ in their boundaries and their people; return their files."""
    made = []
    for number in (0, 1):
        here = folder / f"set{number}"
        here.mkdir(parents=True, exist_ok=True)
        fc = ascii_maps.boundaries()
        ascii_maps.feature(fc, GRID)["properties"]["name"] = f"一号楼群 {number}"
        (here / "boundaries.geojson").write_bytes(ascii_maps.as_bytes(fc))
        rows = [
            ["网格编号", "姓名", "职务", "办公电话", "任职日期"],
            ["320106012001", "王示例", "网格长", f"025-0000-000{number}", "2026-03-01"],
            [GRID, "李样例", "网格长", f"025-0000-001{number}", "2026-03-01"],
        ]
        workbook(here / "责任人.xlsx", {"责任人": rows})
        made.append([str(here / "boundaries.geojson"), str(here / "责任人.xlsx")])
    return made


def run_load(url: str, files: list[str]) -> None:
    """Run the command in this process.

    Raises
    ------
    SystemExit
        When it fails.
    """
    os.environ["WANGGE_DATABASE_URL"] = url
    sys.argv = ["wangge", "load", *files]
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        try:
            cli.main()
        except SystemExit as ended:
            if ended.code:
                raise


def load(place: Place, kills: int) -> Tally:
    """Kill a process that loads one changed set after another."""
    url = place.new()
    files = sets(place.folder / "sets")
    tempfile.tempdir = str(place.folder)
    with closing(open_store(url)) as store:
        store.migrate()

    def work(tell: Callable[[int], None]) -> None:
        with closing(open_store(url)) as store:
            number = store.versions().division
        while True:
            number += 1
            run_load(url, files[number % 2])
            tell(number)

    tally = kill_over_and_over(
        place, url, kills, work, lambda: _version(url), lambda _: _fault_of(url)
    )
    place.drop(url)
    return tally


def _version(url: str) -> int:
    with closing(open_store(url)) as store:
        return store.versions().division


def _fault_of(url: str) -> str | None:
    with closing(open_store(url)) as store:
        found = store.versions()
        if found.roster != found.division:
            return f"{found}, expected as many of each"
        verified = store.verify_audit()
        if verified.broken:
            return verified.broken.en
        if verified.head.count != 2 * found.division:
            return f"{verified.head.count} entries for {found.division} loads of two parts"
        if not found.division:
            return None
        division, roster = store.division(found.division), store.roster(found.roster)
    number = found.division % 2
    name = division.by_code[GRID].name
    phones = sorted(p.office_phone for p in roster.people)
    if name != f"一号楼群 {number}" or phones != [f"025-0000-000{number}", f"025-0000-001{number}"]:
        return f"load {found.division} stands as {name}, {phones}"
    return None


if __name__ == "__main__":
    assert all((gis.workflows.load_set, gis.intake.preview)), "loaded before the child is forked"
    sys.exit(main({"load": load}, __doc__, kills=50))

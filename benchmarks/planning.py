"""What a planner waits for, on the sample: cells, one paint, undo, publishing.

    python benchmarks/planning.py            # prints the table of benchmarks/planning.md

Each figure is the median of several runs; "server" is from the operation read to the answer's
bytes, with the step synced to a SQLite file in between. "Seen" is in headless Chromium at
1400 x 900, from the planner's stroke until the frame after the page has the server's answer: new
shapes, findings, impact and loads are on the screen. Browser and server share the machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from math import isnan
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
import shapely

from api.schemas.plans import DrawingFrame, delta_json, drawing_json
from gis.atlas import Atlas
from gis.audit import SYSTEM, Author
from gis.clock import today
from gis.intake import read_set
from gis.planning.cell_map import cell_map_of
from gis.planning.findings import findings_of
from gis.planning.lattice import geometry_of
from gis.planning.operations import read_operation
from gis.store import Identity, open_store
from gis.store.plans import APPROVED, DRAFT, HeadChange
from gis.workflows.plans import publish
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

_ROOT = Path(__file__).resolve().parent.parent
_PLANNER = Author("王规划示例", "planner", "command")


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the median of wall and CPU seconds."""
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return median(walls), median(cpus)


def main() -> None:
    """Measure, and print a table."""
    intake = read_set([_ROOT / "data"], today=today()).require_sound()
    assert intake.division
    assert intake.directory
    assert intake.roster
    atlas = Atlas(intake.division, intake.directory, intake.roster, today())
    _ = atlas.grid_of
    print("| | aim | wall | CPU |")
    print("|---|---|---|---|")
    row("cells of the sample (868 around 857 buildings)", *timed(lambda: cell_map_of(atlas), 3))
    cell_map = cell_map_of(atlas)
    whole = sum(
        shapely.union_all(
            [geometry_of((c.face,)) for c in cell_map.cells.values() if c.grid == g.id]
        ).equals(g.boundary)
        for g in atlas.division.level(3)
    )
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/w.db")) as store:
        store.migrate()
        store.publish(
            identity=Identity("宝塔桥街道", "320106012", True),
            division=intake.division,
            directory=intake.directory,
            roster=intake.roster,
            effective_from=today(),
            today=today(),
        )
        workspace = PlanWorkspace(store)
        opened = workspace.begin("测量", "", None, _PLANNER)
        frame = DrawingFrame(opened.plan.base)
        row(
            "the drawing",
            *timed(lambda: orjson.dumps(drawing_json(opened, frame, with_base=False)), 5),
        )
        cell, target = a_move(opened)
        source = opened.plan.state.owner[cell]
        targets = [target, source] * 20
        operate(workspace, opened.head.id, cell, target, frame)
        operate(workspace, opened.head.id, cell, source, frame)
        row(
            "one paint: server, all of it",
            *timed(lambda: operate(workspace, opened.head.id, cell, targets.pop(0), frame), 30),
        )
        row("the same without the store", *timed(lambda: pure(workspace, opened, cell, target), 10))
        row("publish a plan that is approved", *published(workspace, 3))
    row("one paint, seen", *seen())
    print(f"\nUnion of the cells equal to the grid: {whole} of {len(atlas.division.level(3))}.")


_AIMS = {
    "cells of the sample (868 around 857 buildings)": "≤ 2 s",
    "one paint: server, all of it": "≤ 50 ms",
    "publish a plan that is approved": "≤ 2 s",
    "one paint, seen": "≤ 100 ms",
}


def row(name: str, wall: float, cpu: float) -> None:
    """Print a line of the table."""
    shown = "" if isnan(cpu) else f"{cpu * 1000:,.0f} ms"
    print(f"| {name} | {_AIMS.get(name, '')} | {wall * 1000:,.0f} ms | {shown} |", flush=True)


def a_move(opened: OpenPlan) -> tuple[int, str]:
    """Return a cell and a grid beside it in the same compound."""
    state = opened.plan.state
    for cell, others in state.cell_map.beside.items():
        for other in others:
            here, there = state.owner[cell], state.owner[other]
            parents = state.grids[here].parent, state.grids[there].parent
            if here != there and parents[0] == parents[1]:
                return cell, there
    raise AssertionError("no grid has a neighbour")


def operate(
    workspace: PlanWorkspace, plan: str, cell: int, into: str, frame: DrawingFrame
) -> bytes:
    """Paint, and make the answer."""
    operation = read_operation({"kind": "paint", "cells": [cell], "into": into})
    etag = workspace.open(plan).etag
    applied = workspace.operate(plan, etag, operation, _PLANNER)
    return orjson.dumps(delta_json(applied, frame, 0))


def pure(workspace: PlanWorkspace, opened: OpenPlan, cell: int, into: str) -> object:
    """Paint a value, and look at what follows."""
    from gis.planning.plan import apply_operation

    operation = read_operation({"kind": "paint", "cells": [cell], "into": into})
    plan = apply_operation(opened.plan, operation, workspace.context(_PLANNER, opened.plan)).plan
    return findings_of(plan.view), plan.view.loads


def seen() -> tuple[float, float]:
    """Return the median seconds from a stroke to the frame that shows it; CPU is not measured."""
    from playwright.sync_api import sync_playwright

    from scripts.browser import FLAGS, needed_chromium
    from tests.browser.workbench_desk import Desk, sample, service

    stroke = """async (app, [into, cell]) => {
      const began = performance.now();
      app.state.set("selection", [into]);
      await app.act({ kind: "paint", into, cells: [cell] }, { preview: [[cell, into]] });
      await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
      return performance.now() - began; }"""
    with (
        TemporaryDirectory() as folder,
        service(Path(folder), sample("places.geojson")) as origin,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=needed_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        desk = Desk(page, origin).as_("planner").open("/desk/plans").new_plan("测量")
        into, other, cell = desk.border_pair()
        desk.show(into, other)
        walls = [desk.ask(stroke, [g, cell]) / 1000 for g in [into, other] * 15]
        browser.close()
    return median(walls), float("nan")


def published(workspace: PlanWorkspace, runs: int) -> tuple[float, float]:
    """Return the median seconds it takes to publish plans of one paint."""
    rows = []
    for _ in range(runs):
        opened = workspace.begin("发布测量", "", None, _PLANNER)
        cell, target = a_move(opened)
        operation = read_operation({"kind": "paint", "cells": [cell], "into": target})
        _, opened, _ = workspace.operate(opened.head.id, opened.etag, operation, _PLANNER)
        opened = workspace.change(
            opened.head.id,
            opened.etag,
            SYSTEM,
            HeadChange("plan.approve", (DRAFT,), {"state": APPROVED}),
        )
        plan, etag = opened.head.id, opened.etag
        rows.append(
            timed(partial(publish.publish, workspace, plan, etag, today(), SYSTEM, reason=""), 1)
        )
    walls, cpus = zip(*rows, strict=True)
    return median(walls), median(cpus)


if __name__ == "__main__":
    main()

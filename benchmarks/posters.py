"""What posters and notice boards cost: seconds of work, size of the file, memory.

    python benchmarks/posters.py [--boards]        (writes benchmarks/posters.md)

Side by side with the plainest drawing of the same map that matplotlib gives (three layers of
polygons and their names, no collision control, the whole Chinese font for every file). With
``--boards`` all 327 boards are drawn on all processors as well, which takes minutes.
"""

from __future__ import annotations

import io
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gis.atlas import Atlas  # noqa: E402
from gis.intake import read_set  # noqa: E402

DAY = date(2026, 11, 1)
BOARDS = {
    "board of a community, A3": "320106012005",
    "board of a merged compound, A3": "320106012001001",
    "board of a shopfront row, A3": "320106012001003002",
}


def sample() -> Atlas:
    """Return the sample."""
    taken = read_set([ROOT / "data"], today=DAY).require_sound()
    if not (taken.division and taken.directory and taken.roster):
        sys.exit("data/ does not hold a whole sample")
    return Atlas(taken.division, taken.directory, taken.roster, DAY, name="宝塔桥街道")


def measured(work: Callable[[], bytes]) -> tuple[float, float, int]:
    """Return seconds by the clock, seconds of processor, and bytes."""
    clock, work_s = time.perf_counter(), time.process_time()
    size = len(work())
    return time.perf_counter() - clock, time.process_time() - work_s, size


def plain(atlas: Atlas, width_mm: float, height_mm: float) -> bytes:
    """Return the same grids drawn as plainly as can be."""
    from matplotlib import rc_context
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4))
    axes = figure.add_axes((0.05, 0.05, 0.9, 0.9))
    for level in (3, 2, 1):
        rings = [list(g.boundary.exterior.coords) for g in atlas.division.level(level)]
        axes.add_collection(PolyCollection(rings, facecolor="none", edgecolor="black"))
    for grid in atlas.division:
        spot = grid.boundary.point_on_surface()
        axes.text(spot.x, spot.y, grid.name, family="Noto Sans CJK SC", parse_math=False)
    axes.autoscale_view()
    out = io.BytesIO()
    with rc_context({"pdf.fonttype": 42}):
        figure.savefig(out, format="pdf")
    return out.getvalue()


def saved(figure: Any, form: str) -> bytes:
    """Return a figure as a file."""
    out = io.BytesIO()
    figure.savefig(out, format=form)
    return out.getvalue()


def main() -> None:
    """Measure, print and write the table."""
    atlas = sample()
    import maps
    from maps.posters.drawing import draw, prepared
    from maps.posters.overlap_check import overlaps

    settings = maps.MapSettings(public_url="https://grid.example/", hotline="025-0000-1234")
    rows: list[tuple[str, float, float, int]] = []
    rows.append(("plain matplotlib, A0", *measured(lambda: plain(atlas, 841, 1189))))
    rows.append(
        ("**poster A0**, first of a process",
         *measured(lambda: saved(maps.poster(atlas, size="A0", settings=settings), "pdf")))
    )  # fmt: skip
    shared = prepared(atlas, "public", settings)
    for size in ("A0", "A3"):
        rows.append(
            (f"poster {size}, letters and ground at hand",
             *measured(lambda s=size: saved(draw(shared, None, s).figure, "pdf")))
        )  # fmt: skip
    rows.append(
        ("poster A3 as PNG", *measured(lambda: saved(draw(shared, None, "A3").figure, "png")))
    )
    for title, code in BOARDS.items():
        rows.append((title, *measured(lambda c=code: saved(draw(shared, c, "A3").figure, "pdf"))))
    faults = sum(
        len(overlaps(draw(shared, code, "A3").figure)) for code in (None, *BOARDS.values())
    )
    lines = [
        "# Posters and notice boards",
        "",
        f"The sample (12/68/247 grids, 857 buildings, 586 businesses, 150 resident units); Python "
        f"{platform.python_version()}, {os.cpu_count()} processors. Texts that lie over another on "
        f"the sheets below (plain matplotlib aside): {faults}.",
        "",
        "| | s by the clock | s of processor | KB |",
        "|---|---|---|---|",
        *(f"| {title} | {clock:.1f} | {work:.1f} | {size / 1000:,.0f} |"
          for title, clock, work, size in rows),
    ]  # fmt: skip
    if "--boards" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            clock = time.perf_counter()
            written = maps.write_boards(atlas, Path(folder) / "boards", settings=settings)
            clock = time.perf_counter() - clock
            size = sum(path.stat().st_size for path in written)
        work = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = work.ru_utime + work.ru_stime
        title = f"**{len(written)} boards, A3**"
        lines.append(f"| {title} | {clock:.0f} | {used:.0f} | {size / 1000:,.0f} |")
        lines += ["", f"A process that draws boards holds {work.ru_maxrss / 1024:.0f} MB at most."]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines += ["", f"The process that drew the sheets above held {own:.0f} MB at most.", ""]
    text = "\n".join(lines)
    print(text)
    (ROOT / "benchmarks" / "posters.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

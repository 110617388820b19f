"""The tables of an earlier commit and of today, side by side; writes benchmarks/against.md.

    .venv/bin/python scripts/bench_against.py 7144090 one_point planning page lookup

The earlier commit is checked out and set up beside this one (var/against), and each benchmark runs
there and here, in turns, each with its own script. Of every figure that both print, the median of
the turns is shown; a benchmark's own noise is the spread of its turns.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "benchmarks" / "against.md"
_NUMBER = re.compile(r"^[\d,]+(\.\d+)?(?= |$)")


class Figure(NamedTuple):
    """Which number of a table: the heading above it, its row, its column."""

    heading: str
    row: str
    column: str


def figures_of(text: str) -> dict[Figure, float]:
    """Return the numbers in the tables of a Markdown text."""
    found: dict[Figure, float] = {}
    heading, columns = "", []
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            columns = []
            continue
        cells = [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]
        if not columns:
            columns = cells
            continue
        for column, cell in zip(columns[1:], cells[1:], strict=False):
            number = _NUMBER.match(cell)
            if number and column != "aim":
                key = Figure(heading, cells[0], column)
                found[key] = float(number[0].replace(",", ""))
    return found


def checkout(revision: str) -> Path:
    """Return a checkout of a commit that is set up to run."""
    folder = ROOT / "var" / "against" / revision
    if not folder.exists():
        subprocess.run(
            ["git", "worktree", "add", "--detach", folder, revision], cwd=ROOT, check=True
        )
        subprocess.run(["sh", "scripts/setup.sh"], cwd=folder, check=True)
    atlas, theirs = ROOT / "var" / "us-atlas", folder / "var" / "us-atlas"
    if atlas.exists() and not theirs.exists():
        theirs.parent.mkdir(exist_ok=True)
        theirs.symlink_to(atlas)
    return folder


def measure(folder: Path, bench: str) -> str:
    """Return what a benchmark prints; the tables it writes there stay as they were."""
    kept = {path: path.read_bytes() for path in (folder / "benchmarks").glob("*.md")}
    try:
        return subprocess.run(
            [folder / ".venv/bin/python", f"benchmarks/{bench}.py"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        for path, text in kept.items():
            path.write_bytes(text)


def report(revision: str, turns: int, texts: dict[tuple[str, str], list[str]]) -> str:
    """Return the table of all benchmarks, from what they printed (by benchmark and side)."""
    lines = [
        "# Before and after\n",
        f"`.venv/bin/python scripts/bench_against.py {revision} "
        f"{' '.join(dict.fromkeys(bench for bench, _ in texts))}` · {turns} turns, "
        "each commit with its own scripts; medians, and in brackets the lowest and highest turn.\n",
        f"| | {revision} | today | today ÷ {revision} |",
        "|---|---:|---:|---:|",
    ]
    for bench in dict.fromkeys(bench for bench, _ in texts):
        sides: list[dict[Figure, list[float]]] = []
        for side in (revision, "today"):
            values: dict[Figure, list[float]] = defaultdict(list)
            for text in texts[bench, side]:
                for figure, value in figures_of(text).items():
                    values[figure].append(value)
            sides.append(values)
        before, after = sides
        for figure in before:
            if figure in after:
                lines.append(
                    f"| {bench}: {', '.join(filter(None, figure))} | {shown(before[figure])} "
                    f"| {shown(after[figure])} | {ratio(after[figure], before[figure])} |"
                )
    return "\n".join(lines) + "\n"


def shown(values: list[float]) -> str:
    """Return a median with its lowest and highest."""
    return f"{statistics.median(values):,g} ({min(values):,g}–{max(values):,g})"


def ratio(after: list[float], before: list[float]) -> str:
    """Return how the medians relate."""
    base = statistics.median(before)
    return f"{statistics.median(after) / base:.2f}" if base else ""


def main() -> None:
    """Run the benchmarks in turns and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("bench", nargs="+")
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    sides = {given.revision: checkout(given.revision), "today": ROOT}
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for bench in given.bench:
        for turn in range(given.turns):
            for side, folder in sides.items():
                print(f"{bench}, turn {turn + 1}, {side}", file=sys.stderr, flush=True)
                texts[bench, side].append(measure(folder, bench))
    text = report(given.revision, given.turns, texts)
    REPORT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()

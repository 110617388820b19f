"""How fast lists and tables are answered, over the sample; writes bulk.md beside it.

    .venv/bin/python benchmarks/bulk.py

``POST /locate`` runs in process through the whole application (routing, middleware, parsing,
lookup, serialising), without a socket; time is the CPU time of the process, all threads. The
table is answered by ``wangge locate`` in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.settings import Settings  # noqa: E402
from gis.datum import from_wgs84  # noqa: E402
from gis.lookup import cellindex  # noqa: E402

ROUNDS = 15
ROWS = 300_000
WEST, SOUTH, EAST, NORTH = 118.735, 32.098, 118.770, 32.128


def some_points(count: int, datum: str) -> list[list[float]]:
    """Return points over the subdistrict, in a datum, with 7 decimals."""
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)
    return np.round(np.column_stack(from_wgs84(lon, lat, datum)), 7).tolist()


async def post(app: Any, path: str, body: bytes) -> tuple[int, int, float]:
    """Return the status, the bytes answered and the CPU seconds of one request."""
    sent: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    began = time.process_time()
    await app(scope, receive, send)
    spent = time.process_time() - began
    return sent[0]["status"], sum(len(m.get("body", b"")) for m in sent), spent


async def lists(database: str) -> list[tuple[str, int, str, float, int]]:
    """Return for each kind of list its name, rows, kernel, median seconds and bytes."""
    app = create_app(Settings(_env_file=None, database_url=database))
    figures = []
    async with app.router.lifespan_context(app):
        # So that no request begins to load it.
        app.state.services.bulk.kernel = asyncio.create_task(asyncio.sleep(0))
        await app.state.services.live.atlas_and_book(None)
        for kernel in ("not yet loaded", "loaded"):
            if kernel == "loaded":
                cellindex.warm()
            for datum, fields, count in (
                ("wgs84", "ids", 10_000),
                ("gcj02", "ids", 10_000),
                ("wgs84", "ids", 100_000),
                ("wgs84", "full", 10_000),
            ):
                asked = {"datum": datum, "points": some_points(count, datum), "fields": fields}
                body = json.dumps(asked).encode()
                rounds = [await post(app, "/locate", body) for _ in range(ROUNDS)]
                assert {status for status, _, _ in rounds} == {200}
                spent = statistics.median(s for _, _, s in rounds)
                figures.append((f"{fields}, {datum}", count, kernel, spent, rounds[0][1]))
    return figures


def table(database: str, folder: Path) -> tuple[float, int]:
    """Return the CPU seconds and the peak memory (MB) of a CSV of ROWS rows."""
    source, target = folder / "rows.csv", folder / "out.csv"
    with source.open("w", encoding="gbk") as out:
        out.write("编号,经度,纬度,备注\n")
        for n, (lon, lat) in enumerate(some_points(ROWS, "gcj02")):
            out.write(f"{n},{lon},{lat},某某小区的一段说明\n")
    words = ("locate", "--input", source, "--output", target, "--datum", "gcj02")
    # A small process between: a child's peak counts that of the process it was forked from.
    watch = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)"
    )
    wangge = ROOT / ".venv" / "bin" / "wangge"
    done = subprocess.run(
        [sys.executable, "-c", watch, wangge, *map(str, words)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "WANGGE_DATABASE_URL": database},
    )
    spent, megabytes = done.stdout.split()
    return float(spent), int(megabytes)


def main() -> None:
    """Measure, and write the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder}/wangge.db"
        figures = asyncio.run(lists(database))
        spent, megabytes = table(database, folder)
    lines = [
        "# Lists and tables of points",
        "",
        "`.venv/bin/python benchmarks/bulk.py` · the sample (247 level-3 grids) · Python "
        f"{platform.python_version()}, {os.cpu_count()} shared cores · CPU time of the server "
        f"process, median of {ROUNDS}, the whole application without the socket.",
        "",
        "| `POST /locate` | rows | compiled lookup | CPU ms | rows/s | answer, kB |",
        "|---|---|---|---|---|---|",
    ]
    for what, count, kernel, seconds, size in figures:
        rate = f"{count / seconds:,.0f}"
        lines.append(
            f"| {what} | {count:,} | {kernel} | {seconds * 1e3:.1f} | {rate} | {size / 1e3:,.0f} |"
        )
    lines += [
        "",
        f"`wangge locate --input rows.csv --output out.csv --datum gcj02`, {ROWS:,} rows in GBK: "
        f"{spent:.1f} s CPU ({ROWS / spent:,.0f} rows/s, all columns, distances and the file to "
        f"look at included), peak memory {megabytes} MB.",
        "",
    ]
    text = "\n".join(lines)
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

"""What `GET /locate` costs a server beside a bare FastAPI hello; writes one_point.md.

    .venv/bin/python benchmarks/one_point.py

Two servers in processes of their own, run as ``wangge serve`` runs: one holds nothing but a FastAPI
application that says hello, the other the service over the sample. One client keeps 16
connections busy with one kind of request, then the next, in turns; a turn's cost is the CPU time
of the server's process over the requests of the turn.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

REPORT = Path(__file__).with_suffix(".md")
CONNECTIONS = 16
TURNS = 7
REQUESTS = 1_000
HELLO = "hello of a bare FastAPI application"
AIMS = {
    "by point, wgs84": "≤ 1.5",
    "by point, gcj02": "≤ 1.5",
    "by point, bd09, datum first": "≤ 2",
    "by point, spelled otherwise": "≤ 2",
    "by address, asked before": "≤ 5",
    "by address, asked for the first time": "≤ 5",
}
FIRST = "by address, asked for the first time"
WEST, SOUTH, EAST, NORTH = 118.735, 32.098, 118.770, 32.128


def serve(kind: str, port: int, database: str) -> None:
    """Serve the bare hello or the service with a hello route of its own, until killed."""
    import uvicorn
    from fastapi import FastAPI

    from api import create_app
    from api.server import server_config
    from api.settings import Settings

    most = "100000000/minute"
    settings = Settings(_env_file=None, database_url=database, poll_s=60, rate_lookup=most)
    app = FastAPI() if kind == "bare" else create_app(settings)

    @app.get("/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    config = server_config(app)
    config.port = port
    uvicorn.Server(config).run()


@dataclass
class Turn:
    """What one turn took: CPU of the server per request, and the seconds of each request."""

    cpu_us: float
    seconds: list[float]


class Client:
    """Sixteen connections to a server for each turn, and an eye on its CPU time."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    async def wait(self) -> None:
        """Return as soon as the server answers."""
        for _ in range(600):
            try:
                await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                return

    def cpu_s(self) -> float:
        """Return the CPU seconds of the server's process so far."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9

    async def ask(self, pipe: Any, path: str) -> float:
        """Return the seconds of one request."""
        reader, writer = pipe
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        return time.perf_counter() - began

    async def turn(self, paths: list[str]) -> Turn:
        """Ask for the paths over all connections."""
        waiting, seconds = list(paths), []
        pipes = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(CONNECTIONS)]

        async def busy(pipe: Any) -> None:
            while waiting:
                seconds.append(await self.ask(pipe, waiting.pop()))

        before = self.cpu_s()
        await asyncio.gather(*(busy(pipe) for pipe in pipes))
        spent_s = self.cpu_s() - before
        for _, writer in pipes:
            writer.close()
        return Turn(spent_s / len(paths) * 1e6, seconds)


def points(*, outside: bool = False) -> list[tuple[str, str]]:
    """Return points all over the grids of the sample, or around them."""
    grids = json.loads((ROOT / "data/boundaries.geojson").read_text(encoding="utf-8"))["features"]
    ground = shapely.union_all([shapely.geometry.shape(g["geometry"]) for g in grids])
    shapely.prepare(ground)
    generator = np.random.default_rng(11)
    xy = generator.uniform((WEST, SOUTH), (EAST, NORTH), (8 * REQUESTS, 2)).round(6)
    kept = xy[shapely.contains_xy(ground, xy) != outside][:REQUESTS]
    return [(f"{x:.6f}", f"{y:.6f}") for x, y in kept]


def addresses() -> list[str]:
    """Return what people ask for, as the test of the address book has it."""
    with (ROOT / "tests/locating/address_queries.csv").open(encoding="utf-8", newline="") as file:
        asked = [row["query"] for row in csv.DictReader(file)]
    return [f"/locate?address={quote(query)}" for query in asked]


def kinds() -> dict[str, tuple[str, list[str]]]:
    """Return the kinds of requests, each with the server that is asked."""
    inside, asked = points(), addresses()
    spelled = {
        "by point, wgs84": "lon={}&lat={}&datum=wgs84",
        "by point, gcj02": "lon={}&lat={}&datum=gcj02",
        "by point, bd09, datum first": "datum=bd09&lon={}&lat={}",
        "by point, spelled otherwise": "lon=%2B{}e0&lat=0{}&datum=%67cj02",
    }
    found = {
        HELLO: ("bare", ["/hello"] * REQUESTS),
        "hello as a route of the service": ("service", ["/hello"] * REQUESTS),
    }
    for name, query in spelled.items():
        found[name] = "service", [f"/locate?{query.format(x, y)}" for x, y in inside]
    around = [f"/locate?lon={x}&lat={y}&datum=wgs84" for x, y in points(outside=True)]
    return {
        **found,
        "by point outside, wgs84": ("service", around),
        "by address, asked before": ("service", asked),
        "by address, asked for the first time": ("service", asked),
    }


async def measure(clients: dict[str, Client]) -> dict[str, list[Turn]]:
    """Return the turns of each kind of request."""
    for client in clients.values():
        await client.wait()
    asked = kinds()
    turns: dict[str, list[Turn]] = {name: [] for name in asked}
    for server, paths in asked.values():
        await clients[server].turn(paths)
    for turn in range(TURNS):
        for name, (server, given) in asked.items():
            # A blank more makes it another text, which is not answered from memory.
            paths = [f"{p}{'%20' * (turn + 1)}" for p in given] if name == FIRST else given
            turns[name].append(await clients[server].turn(paths))
    return turns


def report(turns: dict[str, list[Turn]]) -> str:
    """Return the table."""
    load = os.getloadavg()[0]
    lines = [
        "# Points and addresses over HTTP",
        "",
        f"`.venv/bin/python benchmarks/one_point.py` · Python {platform.python_version()} · a"
        f" server process each, {CONNECTIONS} connections, {TURNS} turns of {REQUESTS:,} requests,"
        " in rotation; points all over the sample's grids;"
        f" the queries of the address book's test. Load of the machine at the end: {load:.1f}.",
        "",
        "| | server CPU per request, µs | ratio to a bare FastAPI hello, turn by turn | aim"
        " | p99, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, of_kind in turns.items():
        ratios = [a.cpu_us / b.cpu_us for a, b in zip(of_kind, turns[HELLO], strict=True)]
        p99 = np.percentile(np.concatenate([t.seconds for t in of_kind]), 99) * 1e3
        cpu = statistics.median(t.cpu_us for t in of_kind)
        ratio = statistics.median(ratios)
        lines.append(f"| {name} | {cpu:.0f} | {ratio:.2f} | {AIMS.get(name, '')} | {p99:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", nargs=3, metavar=("KIND", "PORT", "DATABASE"))
    given = parser.parse_args()
    if given.serve:
        serve(given.serve[0], int(given.serve[1]), given.serve[2])
        return
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        clients = {}
        for number, kind in enumerate(("bare", "service")):
            port = 20_000 + (os.getpid() * 2 + number) % 20_000
            words = ["--serve", kind, str(port), f"sqlite:///{folder}/wangge.db"]
            process = subprocess.Popen([sys.executable, __file__, *words], cwd=ROOT)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            clients[kind] = Client(port, process)
        turns = asyncio.run(measure(clients))
    REPORT.write_text(report(turns), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

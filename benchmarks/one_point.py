"""What `GET /locate` by point costs a server beside a route that says hello; writes one_point.md.

    .venv/bin/python benchmarks/one_point.py

A real server (uvicorn, as ``wangge serve`` runs it) in a process of its own holds both routes,
behind the same middleware. One client keeps 16 connections busy with one route, then the other,
in turns; a turn's cost is the CPU time of the server's process over the requests of the turn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

REPORT = Path(__file__).with_suffix(".md")
CONNECTIONS = 16
TURNS = 7
REQUESTS = 2_000
WEST, SOUTH, EAST, NORTH = 118.735, 32.098, 118.770, 32.128


def serve(port: int, database: str) -> None:
    """Serve the application and a hello route of it, until killed."""
    import uvicorn

    from api import create_app
    from api.settings import Settings

    app = create_app(Settings(_env_file=None, database_url=database, poll_s=60))

    @app.get("/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    uvicorn.run(app, port=port, log_level="warning", access_log=False, server_header=False)


@dataclass
class Turn:
    """What one turn took: CPU of the server per request, and the seconds of each request."""

    cpu_us: float
    seconds: list[float]


class Client:
    """Sixteen connections to a server, and an eye on its CPU time."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process
        self.pipes: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def connect(self) -> None:
        """Open the connections, as soon as the server answers."""
        for _ in range(600):
            try:
                self.pipes.append(await asyncio.open_connection("127.0.0.1", self.port))
                break
            except OSError:
                await asyncio.sleep(0.1)
        while len(self.pipes) < CONNECTIONS:
            self.pipes.append(await asyncio.open_connection("127.0.0.1", self.port))

    def cpu_s(self) -> float:
        """Return the CPU seconds of the server's process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

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

        async def busy(pipe: Any) -> None:
            while waiting:
                seconds.append(await self.ask(pipe, waiting.pop()))

        before = self.cpu_s()
        await asyncio.gather(*(busy(pipe) for pipe in self.pipes))
        return Turn((self.cpu_s() - before) / len(paths) * 1e6, seconds)


def locate_paths(datum: str) -> list[str]:
    """Return requests for points over the subdistrict and a little beyond."""
    generator = np.random.default_rng(11)
    lon = generator.uniform(WEST, EAST, REQUESTS)
    lat = generator.uniform(SOUTH, NORTH, REQUESTS)
    return [f"/locate?lon={x:.6f}&lat={y:.6f}&datum={datum}" for x, y in zip(lon, lat, strict=True)]


async def measure(client: Client) -> dict[str, list[Turn]]:
    """Return the turns of each kind of request."""
    await client.connect()
    kinds = {
        "hello": ["/hello"] * REQUESTS,
        "locate, wgs84": locate_paths("wgs84"),
        "locate, gcj02": locate_paths("gcj02"),
    }
    turns: dict[str, list[Turn]] = {name: [] for name in kinds}
    for paths in kinds.values():
        await client.turn(paths)
    for _ in range(TURNS):
        for name, paths in kinds.items():
            turns[name].append(await client.turn(paths))
    return turns


def report(turns: dict[str, list[Turn]]) -> str:
    """Return the table."""
    lines = [
        "# Points over HTTP",
        "",
        f"`.venv/bin/python benchmarks/one_point.py` · Python {platform.python_version()} · one"
        f" server process, {CONNECTIONS} connections, {TURNS} turns of {REQUESTS:,} requests each,"
        " in rotation; points all over the sample's bounds, about a third of them outside it.",
        "",
        "| | server CPU per request, µs | ratio to hello, turn by turn (aim ≤ 1.45)"
        " | p99, ms (aim < 50) |",
        "|---|---:|---:|---:|",
    ]
    for name, of_kind in turns.items():
        ratios = [a.cpu_us / b.cpu_us for a, b in zip(of_kind, turns["hello"], strict=True)]
        p99 = np.percentile(np.concatenate([t.seconds for t in of_kind]), 99) * 1e3
        cpu = statistics.median(t.cpu_us for t in of_kind)
        lines.append(f"| {name} | {cpu:.0f} | {statistics.median(ratios):.2f} | {p99:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", nargs=2, metavar=("PORT", "DATABASE"))
    given = parser.parse_args()
    if given.serve:
        serve(int(given.serve[0]), given.serve[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        port = 20_000 + os.getpid() % 20_000
        words = ["--serve", str(port), f"sqlite:///{folder}/wangge.db"]
        process = subprocess.Popen([sys.executable, __file__, *words], cwd=ROOT)
        try:
            turns = asyncio.run(measure(Client(port, process)))
        finally:
            process.terminate()
            process.wait()
    REPORT.write_text(report(turns), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

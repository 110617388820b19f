"""Slow, silent and greedy callers against a real server: others are answered, memory is bounded.

    python scripts/hostile_callers.py [--small]

Half-sent heads, bodies that trickle, long answers and pages that nobody reads, and other days asked
for at once, each from many connections and addresses (``make faults``). Exit code 1 when somebody
else was not answered, or the server took more than 600 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MOST_MB = 600
MOST_WAIT_S = 2.0
HEAD = "{} {} HTTP/1.1\r\nHost: localhost\r\n"


class Server:
    """`wangge serve` over the sample, in a process of its own."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.port = 20_000 + os.getpid() % 20_000
        self.most_mb = 0.0

    async def start(self) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
        env["WANGGE_DATABASE_URL"] = f"sqlite:///{self.folder}/wangge.db"
        words = ("-c", "from api.cli import main; main()", "serve", "--port", str(self.port))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=env, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(600):
            try:
                await self.ask("/readyz")
            except OSError:
                await asyncio.sleep(0.1)
            else:
                return
        raise SystemExit("the server did not start")

    async def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        await self.process.wait()

    async def connect(self, number: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection from one of many addresses of this machine."""
        address = f"127.0.{1 + number // 250}.{1 + number % 250}" if number else "127.0.0.1"
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))

    async def ask(self, path: str, number: int = 0) -> tuple[int, float]:
        """Return the status of a request and how long it took."""
        began = time.perf_counter()
        reader, writer = await self.connect(number)
        writer.write((HEAD.format("GET", path) + "Connection: close\r\n\r\n").encode())
        answer = await reader.read()
        writer.close()
        return int(answer.split(b" ", 2)[1]), time.perf_counter() - began

    def look_mb(self) -> float:
        """Return the resident memory now; note the most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        now = int(status.partition("VmRSS:")[2].split()[0]) / 1024
        self.most_mb = max(self.most_mb, now)
        return now


async def half_heads(server: Server, number: int) -> None:
    """Hold connections that never send the rest of their head."""
    for n in range(number):
        _, writer = await server.connect(1 + n)
        writer.write(b"GET /locate?lon=118.75 HTTP/1.1\r\nHost: loc")
        HELD.append(writer)


async def trickling_bodies(server: Server, number: int) -> None:
    """Send bodies a little at a time."""
    head = HEAD.format("POST", "/locate") + "Content-Type: application/json\r\n"
    for n in range(number):
        _, writer = await server.connect(1 + n)
        writer.write(f"{head}Content-Length: 8000000\r\n\r\n".encode() + b" " * 200_000)
        HELD.append(writer)


async def unread_answers(server: Server, number: int) -> None:
    """Ask for long answers and read nothing of them."""
    rows = ",".join(
        f"[{118.73 + i % 997 / 3e4:.6f},{32.09 + i % 991 / 3e4:.6f}]" for i in range(100_000)
    )
    body = f'{{"datum":"wgs84","fields":"full","points":[{rows}]}}'.encode()
    head = HEAD.format("POST", "/locate") + "Content-Type: application/json\r\n"
    for n in range(number):
        reader, writer = await server.connect(1 + n % 20)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        HELD.append(writer)


async def unread_pages(server: Server, number: int) -> None:
    """Ask for the map and read nothing of it."""
    for n in range(number):
        reader, writer = await server.connect(1 + n % 20)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write((HEAD.format("GET", "/") + "\r\n").encode())
        HELD.append(writer)


async def other_days(server: Server, number: int) -> None:
    """Ask for lists of a thousand places on days that are all different, at once."""

    async def one(n: int) -> None:
        await server.ask(
            f"/places?limit=1000&as_of={2027 + n % 150}-{1 + n % 12:02}-11", 1 + n % 50
        )

    TASKS.extend(asyncio.create_task(one(n)) for n in range(number))


HELD: list[asyncio.StreamWriter] = []
TASKS: list[asyncio.Task[None]] = []
ATTACKS: dict[str, tuple[Callable[[Server, int], Awaitable[None]], int, int]] = {
    "half-sent heads": (half_heads, 1_100, 60),
    "trickling bodies": (trickling_bodies, 300, 40),
    "answers of 100,000 points, unread": (unread_answers, 80, 12),
    "maps, unread": (unread_pages, 400, 60),
    "other days": (other_days, 200, 50),
}


async def attacked(server: Server, name: str, small: bool, seconds: float) -> list[str]:
    """Attack for some seconds while somebody else asks; return what went wrong."""
    attack, many, few = ATTACKS[name]
    server.most_mb = 0.0
    attacking = asyncio.create_task(attack(server, few if small else many))  # type: ignore[arg-type]
    waits, wrong = [], []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        path = "/healthz" if len(waits) % 2 else "/locate?lon=118.75&lat=32.11&datum=gcj02"
        try:
            status, took = await asyncio.wait_for(server.ask(path), 20)
        except (OSError, TimeoutError, IndexError) as problem:
            status, took = 0, 20.0
            wrong.append(f"{path}: {problem!r}")
        waits.append(took)
        if status != 200:
            wrong.append(f"{path}: {status}")
        server.look_mb()
        await asyncio.sleep(0.05)
    attacking.cancel()
    for writer in HELD:
        writer.transport.abort()
    for task in TASKS:
        task.cancel()
    await asyncio.gather(attacking, *TASKS, return_exceptions=True)
    HELD.clear()
    TASKS.clear()
    if max(waits) > MOST_WAIT_S:
        wrong.append(f"somebody waited {max(waits):.1f} s")
    if server.most_mb > MOST_MB:
        wrong.append(f"{server.most_mb:.0f} MB")
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)]
    said = f"others p99 {p99 * 1e3:.0f} ms, max {waits[-1] * 1e3:.0f} ms, {server.most_mb:.0f} MB"
    print(f"{name}: {said}{'; '.join(['', *wrong[:3]])}", flush=True)
    return wrong


async def run(small: bool) -> int:
    """Attack in turns."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        await server.start()
        try:
            found = [await attacked(server, n, small, 8 if small else 40) for n in ATTACKS]
        finally:
            await server.stop()
    return 1 if any(found) else 0


def main() -> int:
    """Read the options and attack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a few of each, seconds only")
    return asyncio.run(run(parser.parse_args().small))


if __name__ == "__main__":
    sys.exit(main())

"""What the dearest requests cost and how long they stop the event loop; writes request_costs.md.

    .venv/bin/python benchmarks/request_costs.py

A real server over the sample; one heavy request at a time, while another connection asks `/healthz`
every 2 ms: what it waits at most is how long the loop stood still. The CPU time is that of the
server's process for one request, less what `/healthz` took.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

REPORT = Path(__file__).with_suffix(".md")
OWN = "三条鱼在水里游-example"
TURNS = 3


class Asked:
    """A server in a process of its own, and an administrator who is signed in to it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.port = 20_000 + os.getpid() % 20_000
        self.headers: dict[str, str] = {}

    async def start(self) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
        env["WANGGE_DATABASE_URL"] = f"sqlite:///{self.folder}/wangge.db"
        env["WANGGE_RATE_WORK"] = "100000000/minute"
        words = ("-c", "from api.cli import main; main()", "serve", "--port", str(self.port))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE
        )
        said = b""
        while b"/docs" not in said:
            assert self.process.stdout is not None
            said += await self.process.stdout.readline()
        first = said.decode().partition("一次性密码:")[2].split()[0]
        await self.sign_in(first)
        body = {"password": first, "new_password": OWN}
        await self.ask("POST", "/me/password", body)
        await self.sign_in(OWN)

    async def sign_in(self, password: str) -> None:
        self.headers = {}
        status, head, body = await self.ask(
            "POST", "/session", {"name": "admin", "password": password}
        )
        assert status == 201, body
        cookie = head.partition("set-cookie: ")[2].partition(";")[0]
        self.headers = {"cookie": cookie, "x-csrf-token": json.loads(body)["csrf_token"]}

    async def ask(
        self, method: str, path: str, body: Any = None, **more: str
    ) -> tuple[int, str, bytes]:
        """Return status, head and body of an answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"host": "localhost", "connection": "close", **self.headers, **more}
        if body is not None:
            headers |= {"content-type": "application/json", "content-length": str(len(sent))}
        head = "".join(f"{n}: {v}\r\n" for n, v in headers.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + sent)
        answer = await reader.read()
        writer.close()
        shown, _, content = answer.partition(b"\r\n\r\n")
        return int(shown.split(b" ")[1]), shown.decode("latin-1"), content

    def cpu_s(self) -> float:
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9


async def watched(server: Asked, heavy: Callable[[], Awaitable[Any]]) -> tuple[float, float, float]:
    """Return the longest wait for `/healthz` in ms, the time of the request and its CPU in ms."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    waits: list[float] = []

    async def look() -> None:
        while True:
            began = time.perf_counter()
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readuntil(b'"ok"}')
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)

    looking = asyncio.create_task(look())
    await asyncio.sleep(0.1)
    waits.clear()
    before, began = server.cpu_s(), time.perf_counter()
    await heavy()
    took_s, cpu_s = time.perf_counter() - began, server.cpu_s() - before
    await asyncio.sleep(0.3)
    looking.cancel()
    writer.close()
    return max(waits) * 1e3, took_s * 1e3, cpu_s * 1e3


async def measure(server: Asked) -> list[tuple[str, float, float, float]]:
    """Return the name, longest wait, time and CPU of each heavy request."""
    points = [[118.73 + i % 997 / 3e4, 32.09 + i % 991 / 3e4] for i in range(100_000)]
    status, _, made = await server.ask("POST", "/plans", {"title": "示例"})
    assert status == 201, made
    plan = json.loads(made)["id"]
    edits = iter(range(1_000))

    async def edit() -> None:
        _, head, _ = await server.ask("GET", "/people/p-0001")
        etag = head.partition("etag: ")[2].partition("\r\n")[0]
        phone = f"025-0000-{next(edits):04}"
        status, _, said = await server.ask(
            "PATCH", "/people/p-0001", {"office_phone": phone}, **{"if-match": etag}
        )
        assert status == 200, said
        await asyncio.sleep(3)

    def get(path: str) -> Callable[[], Awaitable[Any]]:
        return lambda: server.ask("GET", path)

    def post(path: str, body: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: server.ask("POST", path, body)

    heavy = {
        "GET /places?limit=1000": get("/places?limit=1000"),
        "GET /places?limit=1000&q=": get("/places?limit=1000&q=%E5%8F%B7&bbox=118.7,32,118.8,32.2"),
        "GET /people?limit=1000": get("/people?limit=1000"),
        "GET /grids?limit=1000&geometry=true": get("/grids?limit=1000&geometry=true"),
        "GET /grids/{code}/sheet of a community": get("/grids/320106012001/sheet"),
        "GET /grids/{code}/history": get("/grids/320106012001/history"),
        "GET /locate?address of 200 characters": get(
            "/locate?address=" + "%E5%AE%9D%E5%A1%94%E6%A1%A5" * 66
        ),
        "GET /openapi.json": get("/openapi.json"),
        "POST /locate of 100,000 points, full": post(
            "/locate", {"datum": "gcj02", "points": points}
        ),
        "POST /locate of 2,000 addresses": post("/locate", {"addresses": ["金陵二村5栋"] * 2000}),
        "POST /plans": post("/plans", {"title": "示例"}),
        "GET /plans/{plan}": get(f"/plans/{plan}"),
        "GET /plans/{plan}/diff.pdf": get(f"/plans/{plan}/diff.pdf"),
        "GET /plans/{plan}/diff.xlsx": get(f"/plans/{plan}/diff.xlsx"),
        "an edit, its version in force and the map drawn": edit,
    }
    found = []
    for name, act in heavy.items():
        turns = [await watched(server, act) for _ in range(TURNS)]
        turns.sort()
        found.append((name, *turns[TURNS // 2]))
        print(name, *(f"{v:.0f}" for v in turns[TURNS // 2]), flush=True)
    return found


def report(found: list[tuple[str, float, float, float]]) -> str:
    """Return the table."""
    lines = [
        "# What the dearest requests cost",
        "",
        f"`.venv/bin/python benchmarks/request_costs.py` · Python {platform.python_version()} · the"
        f" middle of {TURNS}; load of the machine at the end {os.getloadavg()[0]:.1f}.",
        "",
        "| request | `/healthz` waits at most, ms (aim ≤ 60) | answered after, ms | CPU, ms |",
        "|---|---:|---:|---:|",
    ]
    lines += [f"| {n} | {w:.0f} | {t:.0f} | {c:.0f} |" for n, w, t, c in found]
    return "\n".join(lines) + "\n"


async def run() -> str:
    """Start a server, measure, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        server = Asked(folder)
        await server.start()
        try:
            return report(await measure(server))
        finally:
            server.process.terminate()
            await server.process.wait()


def main() -> None:
    """Measure and write the report."""
    REPORT.write_text(asyncio.run(run()), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

"""How long a hundred thousand places take to preview and to load, the memory, and the progress.

    .venv/bin/python benchmarks/intake.py [ROWS]

Measured as an office does it: by the command (its own process, a store on disk), and through the
page's door (a running service; the file is sent, its preview asked for until it is ready, then
applied). Linux only: processor and memory of the service are read from /proc.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import re
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import numpy as np

from gis.tables.xlsx_write import XlsxSheet, write_workbook

ROOT = Path(__file__).resolve().parent.parent
WANGGE = [sys.executable, "-c", "from api.cli import main; main()"]
COLUMNS = ["商铺编号", "店名", "地址", "经度", "纬度", "坐标系", "业态", "别名", "小区"]
_TICKS = os.sysconf("SC_CLK_TCK")
_WAIT_S = 600


# --- the files ---------------------------------------------------------------------------------


def shops(rows: int) -> list[list[Any]]:
    """Return invented shops all over the sample."""
    rng = np.random.default_rng(7)
    lon = np.round(rng.uniform(118.742, 118.768, rows), 7).tolist()
    lat = np.round(rng.uniform(32.100, 32.120, rows), 7).tolist()
    return [
        [f"x{i:06d}", f"示例店{i}", f"示例路{i}号", lon[i], lat[i], "wgs84", "餐饮", f"虚构店{i}",
         "示例花园"]
        for i in range(rows)
    ]  # fmt: skip


def mistaken(rows: int) -> list[list[Any]]:
    """Return shops of which every one has two mistakes: no number, no datum of ours."""
    return [[*shop[:3], "118.7四", shop[4], "火星", *shop[6:]] for shop in shops(rows)]


def write_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    """Write a workbook."""
    with path.open("wb") as file:
        write_workbook(file, [XlsxSheet("商铺", COLUMNS, iter(rows))])
    return path


def write_csv(path: Path, rows: list[list[Any]], encoding: str) -> Path:
    """Write a CSV."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


# --- measuring ---------------------------------------------------------------------------------


@dataclass
class Measured:
    """What something took: by the clock, of the processor, at most in memory; what it said."""

    what: str
    clock_s: float
    cpu_s: float
    memory_mib: float
    said: str = ""
    asked: str = ""

    def line(self) -> str:
        """Return a row of the table."""
        return (
            f"| {self.what} | {self.clock_s:.1f} | {self.cpu_s:.1f} | {self.memory_mib:.0f} "
            f"| {self.asked} |"
        )


def run(env: dict[str, str], what: str, asked: str, *words: str, code: int = 0) -> Measured:
    """Run a command; its child processes count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        [*WANGGE, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process, watching(process.pid) as seen:  # fmt: skip
        said = process.communicate()[0]
        took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != code:
        raise SystemExit(said[-2000:])
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(what, took, cpu_s, seen.most_mib, said, asked)


@dataclass
class Seen:
    """What was seen of a process and its children while it ran."""

    most_mib: float = 0.0
    stop: Event = field(default_factory=Event)


@contextmanager
def watching(pid: int) -> Iterator[Seen]:
    """Look at the memory of a process and its children, together, ten times a second."""
    seen = Seen()

    def watch() -> None:
        while not seen.stop.wait(0.1):
            here = sum(map(_rss_mib, [pid, *_children(pid)]))
            seen.most_mib = max(seen.most_mib, here)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.stop.set()
        thread.join()


def _children(pid: int) -> list[int]:
    try:
        threads = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
        return [
            int(child)
            for thread in threads
            for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
        ]
    except OSError:
        return []


def _rss_mib(pid: int) -> float:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def _cpu_s(pid: int) -> float:
    """Return the processor seconds of a process and of its children that have ended."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / _TICKS


# --- the page's door ---------------------------------------------------------------------------


@contextmanager
def service(env: dict[str, str]) -> Iterator[tuple[int, httpx2.Client]]:
    """Yield the process of a running service, and a planner before it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*WANGGE, "serve", "--port", str(port)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=_WAIT_S) as http:
            _wait_for(http)
            subprocess.run(
                [*WANGGE, "user", "add", "示例", "--role", "planner", "--password-stdin"],
                cwd=ROOT, env=env, check=True, capture_output=True, text=True,
                input=f"{secrets.token_urlsafe(24)}\n",
            )  # fmt: skip
            made = subprocess.run(
                [*WANGGE, "user", "key", "示例", "--for", "measuring", "--scope", "write",
                 "--scope", "read"],
                cwd=ROOT, env=env, check=True, capture_output=True, text=True,
            )  # fmt: skip
            http.headers["authorization"] = f"Bearer {made.stdout.split()[-1]}"
            yield process.pid, http
    finally:
        process.terminate()
        process.wait(_WAIT_S)


def _wait_for(http: httpx2.Client) -> None:
    for _ in range(_WAIT_S * 5):
        try:
            if http.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the service does not begin")


def through_the_door(env: dict[str, str], path: Path, rows: int) -> tuple[list[Measured], int]:
    """Measure a preview and a load through the service; return how often the progress moved too."""
    with service(env) as (pid, http), watching(pid) as seen:
        began, cpu = time.perf_counter(), _cpu_s(pid)
        sent = http.post("/data/previews", files=[("file", (path.name, path.read_bytes()))])
        assert sent.status_code == 202, sent.text
        steps, found = set(), sent
        while found.json()["state"] == "reading":
            time.sleep(0.2)
            found = http.get(f"/data/previews/{sent.json()['id']}")
            steps.add(found.json()["done"])
        body = found.json()
        assert body["state"] == "ready", json.dumps(body, ensure_ascii=False)[:2000]
        counts = next(c for c in body["preview"]["changes"] if c["part"] == "places")["counts"]
        assert counts["new"] == rows, counts
        preview = Measured(
            "preview, page's door", time.perf_counter() - began, _cpu_s(pid) - cpu, seen.most_mib
        )
        began, cpu = time.perf_counter(), _cpu_s(pid)
        done = http.post(
            f"/data/previews/{body['id']}/apply",
            json={},
            headers={"if-match": found.headers["etag"]},
        )
        assert done.status_code == 200, done.text
        load = Measured(
            "load, page's door (after its preview)", time.perf_counter() - began,
            _cpu_s(pid) - cpu, seen.most_mib,
        )  # fmt: skip
    preview.asked, load.asked = "≤ 30 s, ≤ 1 GiB", "≤ 60 s, ≤ 1 GiB"
    return [preview, load], len(steps)


# --- all of it ---------------------------------------------------------------------------------


def main() -> None:
    """Measure and write the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    plain = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right = write_xlsx(folder / "商铺.xlsx", shops(rows))
        wrong = write_xlsx(folder / "商铺有误.xlsx", mistaken(rows))
        texts = {
            "CSV, UTF-8": write_csv(folder / "商铺.csv", shops(rows), "utf-8"),
            "CSV, GBK": write_csv(folder / "商铺gbk.csv", shops(rows), "gbk"),
        }
        env = {**plain, "WANGGE_DATABASE_URL": f"sqlite:///{folder}/w.db"}
        run(env, "", "", "load", "data")
        (folder / "w.db").with_name("door.db").write_bytes((folder / "w.db").read_bytes())
        preview, load = ("load", "--preview", "--keep-absent"), ("load", "--keep-absent")
        found = [run(env, "preview, XLSX", "≤ 30 s, ≤ 1 GiB", *preview, str(right))]
        assert f"{rows} new" in found[-1].said, found[-1].said[:500]
        found.append(
            run(env, "preview, XLSX, two mistakes a row", "", *preview, str(wrong), code=1)
        )
        assert f"{2 * rows} error(s)" in found[-1].said, found[-1].said[-500:]
        for what, path in texts.items():
            found.append(run(env, f"preview, {what}", "", *preview, str(path)))
            assert f"{rows} new" in found[-1].said, found[-1].said[:500]
        found.append(run(env, "load, XLSX", "≤ 60 s, ≤ 1 GiB", *load, str(right)))
        assert "loaded directory 2" in found[-1].said, found[-1].said[-500:]
        found.append(run(env, "preview, XLSX, all stored already", "", *preview, str(right)))
        assert f"{rows + _sample()} the same" in found[-1].said, found[-1].said[:500]
        door = {**plain, "WANGGE_DATABASE_URL": f"sqlite:///{folder}/door.db"}
        through, moved = through_the_door(door, right, rows)
        size = right.stat().st_size / 2**20
    lines = [
        "# A large table in",
        "",
        f"`.venv/bin/python benchmarks/intake.py` · {rows:,} shops in one file (XLSX: {size:.1f} "
        f"MiB, {len(COLUMNS)} columns) into the sample's store · Python "
        f"{platform.python_version()}, {os.cpu_count()} shared cores · the whole command or the "
        "running service, the child process that reads the workbook included; memory is of both "
        "together.",
        "",
        "| | clock, s | processor, s | memory, MiB | asked |",
        "|---|---|---|---|---|",
        *(m.line() for m in (*found, *through)),
        "",
        f"The progress that the page shows stood at {moved} different values while the preview "
        "was made (asked five times a second).",
        "",
    ]
    (ROOT / "benchmarks" / "intake.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def _sample() -> int:
    """Return how many places the sample has."""
    read = json.loads((ROOT / "data" / "places.geojson").read_bytes())
    return sum(
        f["properties"]["kind"] in ("building", "business", "resident_unit")
        for f in read["features"]
    )


if __name__ == "__main__":
    main()

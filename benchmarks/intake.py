"""How long a hundred thousand places from XLSX take to preview and to load, and the memory.

    .venv/bin/python benchmarks/intake.py [ROWS]

The command itself is measured, as an office runs it: its own process, a store on disk.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gis.exchange.workbook import Sheet, write_workbook

ROOT = Path(__file__).resolve().parent.parent
WANGGE = [sys.executable, "-c", "from api.cli import main; main()"]
COLUMNS = ["商铺编号", "店名", "地址", "经度", "纬度", "坐标系", "业态", "别名", "小区"]


def workbook(path: Path, rows: int) -> None:
    """Write a workbook of invented shops all over the sample."""
    rng = np.random.default_rng(7)
    lon = np.round(rng.uniform(118.742, 118.768, rows), 7).tolist()
    lat = np.round(rng.uniform(32.100, 32.120, rows), 7).tolist()
    with path.open("wb") as file:
        write_workbook(
            file,
            [
                Sheet(
                    "商铺",
                    COLUMNS,
                    (
                        [f"x{i:06d}", f"示例店{i}", f"示例路{i}号", lon[i], lat[i], "wgs84", "餐饮",
                         f"虚构店{i}", "示例花园"]
                        for i in range(rows)
                    ),
                )
            ],
        )  # fmt: skip


def run(env: dict[str, str], *words: str) -> tuple[float, float, float, str]:
    """Run a command; return seconds by the clock, of processor, MiB at most, what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run([*WANGGE, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, cpu, after.ru_maxrss / 1024, done.stdout


def main() -> None:
    """Measure and write the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "商铺.xlsx"
        workbook(path, rows)
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")},
            "WANGGE_DATABASE_URL": f"sqlite:///{folder}/w.db",
        }
        run(env, "load", "data")
        preview = run(env, "load", "--preview", "--keep-absent", str(path))
        load = run(env, "load", "--keep-absent", str(path))
        assert f"{rows} new" in preview[3], preview[3][:500]
        assert "loaded directory 2" in load[3], load[3][-500:]
        size = path.stat().st_size / 2**20
    lines = [
        "# A large table in",
        "",
        f"`.venv/bin/python benchmarks/intake.py` · {rows:,} shops in one XLSX ({size:.1f} MiB, "
        f"{len(COLUMNS)} columns) into the sample's store · Python {platform.python_version()}, "
        f"{os.cpu_count()} shared cores · the whole command, its child process included; memory is "
        "that of the largest process.",
        "",
        "| | clock, s | processor, s | memory, MiB | asked |",
        "|---|---|---|---|---|",
        f"| preview | {preview[0]:.1f} | {preview[1]:.1f} | {preview[2]:.0f} | ≤ 30 s, ≤ 1 GiB |",
        f"| load | {load[0]:.1f} | {load[1]:.1f} | {load[2]:.0f} | ≤ 60 s, ≤ 1 GiB |",
        "",
    ]
    (ROOT / "benchmarks" / "intake.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

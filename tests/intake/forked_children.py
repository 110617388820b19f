"""Confined children that begin at once: forked from one process that has imported everything.

Each upload of the corpus has its own child, with its own limits, as in the service; only what
takes half a second of every one of them, starting Python and importing, is done once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_MOTHER = """
import importlib, json, os, sys, traceback
import numpy, openpyxl, openpyxl.reader.excel, python_calamine, shapely, orjson
import gis.tables.xlsx_child
from gis.intake import vector_process as vector
import subprocess
listed = subprocess.run(
    [sys.executable, "-c", "import pyogrio; print(*pyogrio.list_drivers(), sep=chr(10))"],
    capture_output=True, text=True, check=True,
).stdout.split(chr(10))
os.environ.update(vector._SURROUNDINGS)
os.environ["GDAL_SKIP"] = ",".join(sorted(set(filter(None, listed)) - vector._ALLOWED))
import pyogrio, pyogrio.raw
for line in sys.stdin:
    asked = json.loads(line)
    errors = os.path.join(asked["folder"], "stderr.txt")
    child = os.fork()
    if child == 0:
        os.chdir(asked["folder"])
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.environ["TMPDIR"] = asked["folder"]
        sys.argv = [asked["module"], *asked["words"]]
        code = 1
        try:
            importlib.import_module(asked["module"]).main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        except BaseException:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)
    _, status, used = os.wait4(child, 0)
    told = open(errors).read() if os.path.exists(errors) else ""
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, told, used.ru_maxrss]), flush=True)
"""


class Nursery:
    """Takes the place of :func:`gis.tables.sandbox.run`; remembers the most memory of a child."""

    def __init__(self) -> None:
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENPYXL_LXML": "False",
        }
        self._mother = subprocess.Popen(
            [sys.executable, "-c", _MOTHER],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()
        self.children = 0
        self.largest_kib = 0

    def run(
        self,
        module: str,
        words: Any,
        *,
        folder: Path,
        cpu_s: int,
        extra: Any = None,
        watch: Callable[[], None] = lambda: None,
    ) -> dict[str, str] | None:
        """Run a module as the service does, see there."""
        assert not extra
        watch()
        given = {"module": module, "words": [str(w) for w in words], "folder": str(folder)}
        if module == "gis.tables.xlsx_child":
            given["words"][-1] = str(min(cpu_s, 6))
        with self._lock:
            assert self._mother.stdin is not None
            assert self._mother.stdout is not None
            self._mother.stdin.write(json.dumps(given) + "\n")
            self._mother.stdin.flush()
            code, told, used_kib = json.loads(self._mother.stdout.readline())
            self.children += 1
            self.largest_kib = max(self.largest_kib, used_kib)
        if code == 0:
            return None
        try:
            found = json.loads(told.splitlines()[-1])
        except (ValueError, IndexError):
            return {}
        return found if {"kind", "en", "zh"} <= set(found) else {}

    def close(self) -> None:
        """End the mother."""
        self._mother.communicate()

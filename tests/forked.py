"""The command and the scripts in processes of their own that begin at once.

Each is forked from one process that has imported everything. It has its own environment, output
and exit code, as if a person ran it; only starting Python and importing, one to two seconds of
every such process, is done once.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import forkserver, get_context
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["alembic.command", "api.cli", "api.server", "gis.intake", "gis.store", "numba", "psycopg"]
)


@dataclass
class Done:
    """A process that has ended: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class Forked:
    """A running process, to be used like a :class:`subprocess.Popen`."""

    def __init__(
        self, main: Callable[..., object], *words: object, env: Mapping[str, str] | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wangge-forked-")
        _begin_the_first()
        given = (self._folder.name, dict(env or os.environ), main, [str(w) for w in words])
        self._process = CONTEXT.Process(target=_child, args=given)
        self._process.start()

    @cached_property
    def _printed(self) -> tuple[str, str]:
        with self._folder as folder:
            return (Path(folder, "out").read_text("utf-8"), Path(folder, "err").read_text("utf-8"))

    @property
    def returncode(self) -> int | None:
        """The exit code: minus the signal for a process that was killed."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; return what was printed as output and as errors.

        Raises
        ------
        TimeoutExpired
            The process is then killed.
        """
        self._process.join(timeout)
        if self.returncode is None:
            self._process.kill()
            raise TimeoutExpired("forked", timeout or 0)
        return self._printed


def run(
    main: Callable[..., object],
    *words: object,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Done:
    """Run a process to its end."""
    process = Forked(main, *words, env=env)
    out, err = process.communicate(timeout)
    assert process.returncode is not None
    return Done(process.returncode, out, err)


def wangge(*words: str) -> None:
    """Be the command ``wangge``."""
    from api.cli import main

    sys.argv = ["wangge", *words]
    main()


def script(path: str, *words: str) -> None:
    """Be a script of this house."""
    sys.argv = [path, *words]
    runpy.run_path(path, run_name="__main__")


def _begin_the_first() -> None:
    """Start the process that the others are forked from: no library may start threads in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        patch.chdir(ROOT)
        forkserver.ensure_running()


def _child(folder: str, env: dict[str, str], main: Callable[..., object], words: list[str]) -> None:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    main(*words)

"""The service over the sample, in process and as a real server."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from api import create_app
from api.cli import main
from api.settings import Settings
from tests import forked
from tests.forked import Done, Forked

ROOT = Path(__file__).resolve().parent.parent.parent
WANGGE = [sys.executable, "-c", "from api.cli import main; main()"]


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory):
    """A database with the sample, to be copied by whoever changes it."""
    path = tmp_path_factory.mktemp("sample") / "wangge.db"
    with TestClient(create_app(settings_for(path))) as client:
        assert client.get("/readyz").status_code == 200
    return path


def settings_for(path, **given):
    return Settings(_env_file=None, database_url=f"sqlite:///{path}", **given)


@pytest.fixture(scope="session")
def client(sample_store):
    with TestClient(create_app(settings_for(sample_store))) as client:
        yield client


@pytest.fixture
def wangge(tmp_path, monkeypatch, capsys):
    """Run the command in this process, with a store of its own."""

    def run(*words, **env):
        for name, value in environment(tmp_path / "wangge.db", **env).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words)])
        monkeypatch.chdir(ROOT)
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(ended.value.code or 0, *capsys.readouterr())

    return run


def environment(path, **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    return {**kept, "WANGGE_DATABASE_URL": f"sqlite:///{path}", "LC_ALL": "C.UTF-8", **env}


def begun_by_python(*words, env):
    """The command as a person begins it: a new Python that imports what it needs."""
    out = subprocess.PIPE
    return subprocess.Popen([*WANGGE, *words], cwd=ROOT, env=env, stdout=out, stderr=out, text=True)


def begun_at_once(*words, env):
    """The command in a process of its own, forked from one that has imported what it needs."""
    return Forked(forked.wangge, *words, env=env)


@contextmanager
def serving(path, *words, begun=begun_at_once, **env):
    """A real server on a free port; yields the process and a client of it."""
    port = free_port()
    process = begun("serve", "--port", str(port), *words, env=environment(path, **env))
    try:
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False
        ) as http:
            wait_for(lambda: process.poll() is not None or answers(http))
            yield process, http
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def answers(http):
    try:
        return http.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def wait_for(condition, timeout_s=30):
    until = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""A private PostgreSQL cluster in a temporary folder, thrown away at the end.

It listens on a Unix socket in that folder only. ``initdb`` refuses root, so as root it runs
as ``postgres`` or ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

INSTALL = "install PostgreSQL with PostGIS (Debian: apt install postgresql postgresql-15-postgis-3)"
_FAST = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=40",
    "jit=off",
)


class NotInstalled(Exception):
    """PostgreSQL or PostGIS is missing; says what to install."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster; every database asked of it is a new one, also by another process."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str, user: str = "office") -> str:
        """Return the URL of a database."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the superuser."""
        with psycopg.connect(
            host=str(self.folder), user="office", dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)

    def new_database(self, template: str = "template1") -> str:
        """Return the name of a new database."""
        name = f"d{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.run(f"DROP DATABASE {database} WITH (FORCE)")


@contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """Start a cluster, and stop and remove it at the end.

    Raises
    ------
    NotInstalled
        Saying what to install.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="wangge-pg-", dir="/tmp"))
    try:
        user = _unprivileged(folder)
        _run(
            user,
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "office",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        options = " ".join(f"-c {o}" for o in (*_FAST, f"unix_socket_directories={folder}"))
        server = (programs / "pg_ctl", "-D", folder / "data", "-s", "-w", "-l", folder / "log")
        _run(user, *server, "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            _run(user, *server, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = [Path(p).resolve() for p in [shutil.which("initdb")] if p]
    for initdb in (*found, *on_path):
        if (initdb.parent / "pg_ctl").exists() and _has_postgis(initdb.parent):
            return initdb.parent
    raise NotInstalled(INSTALL)


def _has_postgis(programs: Path) -> bool:
    shared = subprocess.run(
        [programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (Path(shared) / "extension" / "postgis.control").exists()


def _unprivileged(folder: Path) -> tuple[str, ...]:
    """Give the folder to the user that the server runs as; return how to become that user."""
    if os.geteuid() != 0:
        return ()
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    raise NotInstalled("add an unprivileged user for PostgreSQL to run as (postgres)")


def _run(user: tuple[str, ...], *command: str | Path) -> None:
    done = subprocess.run(
        [*user, *map(str, command)], cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")

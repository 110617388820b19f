"""What is left behind, kept on the way or told to the wrong one: files, caches, paths, log lines."""

from __future__ import annotations

import json
import logging
import os
import signal
import stat
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.http import json_log
from api.serving import scratch_folder
from api.settings import Settings
from gis.accounts import AccountRole
from gis.errors import StoreError
from tests import forked
from tests.api.callers import as_caller
from tests.api.conftest import serving
from tests.plans.drawn_plan import stored_strip


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    url = f"sqlite:///{tmp_path}/office/wangge.db"
    (tmp_path / "office").mkdir()
    stored_strip(url)
    app = create_app(Settings(_env_file=None, database_url=url))
    with TestClient(app):
        yield app


# --- what is kept on the way ---------------------------------------------------------------------


def test_no_answer_to_somebody_signed_in_is_kept(app: Any) -> None:
    staff = TestClient(as_caller(app, AccountRole.ADMIN, channel="page"))
    public = TestClient(app)
    for path in ("/grids", "/places", "/people", "/people/find", "/duties", "/users", "/plans",
                 "/desk/people", "/audit", "/grids/nothing", "/?edition=internal"):  # fmt: skip
        assert staff.get(path).headers["cache-control"] == "no-store", path
    assert public.get("/grids").headers["cache-control"] == "no-cache"
    assert staff.get("/").headers["cache-control"] == public.get("/").headers["cache-control"]
    script = "/desk/static/core/api.js"
    assert staff.get(script).headers["cache-control"] == "no-cache"


# --- paths ---------------------------------------------------------------------------------------


def test_nobody_is_told_where_the_databases_are(app: Any, tmp_path: Path) -> None:
    client = TestClient(
        as_caller(app, AccountRole.ADMIN, channel="page"), raise_server_exceptions=False
    )
    live = app.state.services.live
    store = tmp_path / "office" / "wangge.db"
    aside = store.rename(tmp_path / "aside.db")
    accounts = store.with_name("accounts.sqlite")
    accounts.write_bytes(accounts.read_bytes()[:4096] + b"\x07" * 4096)
    live.last_poll = None
    try:
        live.store.versions()
    except StoreError as problem:
        live.last_poll = problem
    answers = [
        client.get(path, headers={"accept-language": language})
        for path in ("/readyz", "/plans", "/audit", "/users", "/people/find")
        for language in ("en", "zh-CN")
    ]
    aside.rename(store)
    assert {a.status_code for a in answers} >= {200, 503}
    assert answers[0].json()["status"] == "degraded"
    assert len(answers[0].json()["faults"]) == 2
    for answer in answers:
        assert "office" not in answer.text, answer.text
        assert str(tmp_path) not in answer.text


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.geojson", "out.csv", "out.xlsx", "out.gpkg", "folder"])
def test_the_internal_edition_is_written_for_its_owner_alone_and_says_so(
    wangge: Any, tmp_path: Path, name: str
) -> None:
    stored_strip(f"sqlite:///{tmp_path}/wangge.db")
    out = tmp_path / "exports" / name
    out.parent.mkdir()
    if name == "folder":
        out.mkdir()
    done = wangge("export", out)
    assert done.returncode == 0, done.stderr
    assert "internal edition, for the office only" in done.stderr
    written = [p for p in (out, *out.rglob("*")) if p.is_file()]
    assert written
    assert {stat.S_IMODE(p.stat().st_mode) for p in written} == {0o600}


def test_the_public_edition_is_for_everybody_and_asked_for(wangge: Any, tmp_path: Path) -> None:
    stored_strip(f"sqlite:///{tmp_path}/wangge.db")
    out = tmp_path / "out.csv"
    before = os.umask(0o022)
    done = wangge("export", out, "--edition", "public")
    os.umask(before)
    assert "for the office only" not in done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o644


def test_what_was_uploaded_goes_when_the_next_service_starts(tmp_path: Path) -> None:
    stored_strip(f"sqlite:///{tmp_path}/wangge.db")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with serving(tmp_path / "wangge.db", TMPDIR=str(temporary)) as (process, _http):
        (held,) = temporary.iterdir()
        (held / "upload.csv").write_text("000-9090-9090")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    assert [p.name for p in temporary.iterdir()] == [held.name]
    with serving(tmp_path / "wangge.db", TMPDIR=str(temporary)):
        (now,) = temporary.iterdir()
        assert now != held
        assert not list(now.glob("*.csv"))
    assert list(temporary.iterdir()) == []


def test_what_another_service_holds_is_left_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "wangge-serve-nothing").mkdir()
    with scratch_folder.scratch_folder() as held:
        (held / "upload").write_text("示例")
        assert scratch_folder.sweep(tmp_path) == []
        assert (held / "upload").exists()
    assert not held.exists()


# --- the log -------------------------------------------------------------------------------------


def say_everything() -> None:
    """Say on the log what libraries, threads and what is lost say."""
    json_log.write_json_lines()
    warnings.simplefilter("always")
    warnings.warn("half \ud800", stacklevel=1)
    logging.getLogger("uvicorn.error").error("line\nbreak \ud83d")
    json_log.log_event("event", logging.ERROR, path=Path("x"), half="\udfff")
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

    class Lost:
        def __del__(self) -> None:
            raise ValueError

    del (lost := [Lost()])[0]
    assert lost == []


def test_every_line_of_the_log_is_json() -> None:
    # In a process of its own: what is said here is no text that a report of a test may hold.
    done = forked.run(say_everything)
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(events) >= 5
    assert {e.get("error") for e in events} >= {"ZeroDivisionError", "ValueError"}

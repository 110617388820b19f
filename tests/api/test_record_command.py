"""The commands of record: audit, backup, restore."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from tests.api.conftest import serving


@pytest.fixture
def loaded(sample_store, tmp_path):
    shutil.copy(sample_store, tmp_path / "wangge.db")
    return tmp_path / "wangge.db"


def test_the_log_is_verified_listed_exported_and_erased(wangge, loaded, tmp_path):
    whole = wangge("audit", "verify")
    assert (whole.returncode, whole.stdout.split("\n")[0]) == (
        0,
        "the audit log is whole: 3 entries, 0 values erased on record",
    )
    head = whole.stdout.split()[-1]
    assert wangge("audit", "verify", "--head", head).returncode == 0
    assert "division.publish" in wangge("audit", "list").stdout
    erased = wangge("audit", "erase", 1, "--field", "after", "--reason", "请求")
    assert erased.stdout == "entry 1: erased after\n"
    rows = json.loads(wangge("audit", "list", "--json", "--action", "audit").stdout)
    assert [(r["subject"], r["door"], r["reason"]) for r in rows] == [
        ("audit:1/after", "command", "请求")
    ]
    assert wangge("audit", "export", tmp_path / "a.xlsx").returncode == 0
    assert wangge("audit", "export", tmp_path / "a.txt").returncode == 1


def test_verify_names_the_first_broken_entry_and_ends_with_1(wangge, loaded):
    with sqlite3.connect(loaded) as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET role = 'admin' WHERE number = 2")
    connection.close()
    broken = wangge("audit", "verify")
    assert broken.returncode == 1
    assert "entry 2 was changed" in broken.stderr
    assert len(broken.stderr.splitlines()) == 1


def test_a_served_store_is_backed_up_and_not_replaced(wangge, loaded, tmp_path):
    out = tmp_path / "a.backup"
    with serving(loaded, WANGGE_SAMPLE="never") as (_, http):
        made = wangge("backup", out)
        assert made.returncode == 0, made.stderr
        assert "checked by restoring" in made.stdout
        refused = wangge("restore", out, "--replace")
        assert (refused.returncode, "stop that one" in refused.stderr) == (1, True)
        assert http.get("/readyz").status_code == 200
    refused = wangge("restore", out)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    restored = wangge("restore", out, "--replace")
    assert restored.returncode == 0, restored.stderr
    assert "the former one is kept" in restored.stdout
    assert wangge("audit", "verify").returncode == 0
    assert "store.restore" in wangge("audit", "list", "--limit", 1).stdout


def test_what_is_no_backup_is_said_in_one_line(wangge, tmp_path):
    (tmp_path / "x").write_bytes(b"hello")
    for name in ("x", "missing"):
        refused = wangge("restore", tmp_path / name)
        assert refused.returncode == 1
        assert refused.stderr.startswith("wangge: ")
        assert len(refused.stderr.splitlines()) == 1

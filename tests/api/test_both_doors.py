"""What the command line and HTTP both do they do alike: same rules, same words, same record."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager

import pytest
from starlette.testclient import TestClient

from api import create_app
from gis.accounts import AccountRole
from gis.store import open_store
from tests import ascii_maps
from tests.api.callers import as_caller
from tests.api.conftest import settings_for

STRIP = ascii_maps.as_bytes(ascii_maps.boundaries())
ENGLISH = {"accept-language": "en"}


class Page:
    """A planner at the page of data, before the store of a folder."""

    def __init__(self, client):
        self.client = client

    def preview(self, name, content, **fields):
        sent = self.client.post(
            "/data/previews", files=[("file", (name, content))], data=fields, headers=ENGLISH
        )
        if sent.status_code != 202:
            return sent
        until = time.monotonic() + 60
        while True:
            found = self.client.get(f"/data/previews/{sent.json()['id']}", headers=ENGLISH)
            if found.json()["state"] != "reading":
                return found
            assert time.monotonic() < until
            time.sleep(0.05)

    def load(self, name, content, **said):
        found = self.preview(name, content)
        return self.client.post(
            f"/data/previews/{found.json()['id']}/apply",
            json=said,
            headers={"if-match": found.headers["etag"]},
        )

    def undo(self, part):
        etag = self.client.get("/data").headers["etag"]
        return self.client.post(
            "/data/undo", json={"part": part}, headers={"if-match": etag, **ENGLISH}
        )


@pytest.fixture
def store_path(tmp_path):
    return tmp_path / "wangge.db"


@pytest.fixture
def strip(tmp_path):
    path = tmp_path / "boundaries.geojson"
    path.write_bytes(STRIP)
    return path


@contextmanager
def page(path, role=AccountRole.PLANNER, **given):
    app = create_app(settings_for(path, sample="never", **given))
    with TestClient(as_caller(app, role)) as client:
        yield Page(client)


def entries(path):
    with closing(open_store(f"sqlite:///{path}")) as store:
        return store.audit_log().entries


def test_a_load_without_a_reason_has_its_files_on_record(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    with page(store_path) as planner:
        assert planner.load("people.csv", "id,name\np1,王示例\n".encode()).status_code == 200
    assert [e.reason for e in entries(store_path)] == ["people.csv", "boundaries.geojson"]


def test_a_reason_that_is_given_is_on_record(wangge, store_path, strip):
    assert wangge("load", strip, "--reason", "初次载入").returncode == 0
    with page(store_path) as planner:
        planner.load("people.csv", "id,name\np1,王示例\n".encode(), reason="名单更新")
    assert [e.reason for e in entries(store_path)] == ["名单更新", "初次载入"]


def test_the_sizes_of_a_set_are_judged_by_the_rules_of_the_office(wangge, store_path, tmp_path):
    strip = ascii_maps.boundaries()
    for code, households in (("320106012001001", 40), ("320106012001002", 60)):
        ascii_maps.feature(strip, code)["properties"]["households"] = households
    content = ascii_maps.as_bytes(strip)
    (tmp_path / "boundaries.geojson").write_bytes(content)
    office = {"WANGGE_RULE_LEAST_HOUSEHOLDS": "50", "WANGGE_LANG": "en"}
    command = wangge("check", tmp_path / "boundaries.geojson", **office).stdout
    with page(store_path, rule_least_households=50) as planner:
        found = planner.preview("boundaries.geojson", content).json()["preview"]["findings"]
    assert command.count("40 households, under the 50 of the rule") == 1
    assert command.count("under the 50 of the rule") == 1
    assert [f["rule"] for f in found].count("under_minimum") == 1


def test_ground_is_filled_only_where_boundaries_are_cleaned(wangge, store_path, strip):
    command = wangge("load", strip, "--fill", "residual", WANGGE_LANG="en")
    with page(store_path) as planner:
        answer = planner.preview("boundaries.geojson", STRIP, fill="residual")
    assert (command.returncode, answer.status_code) == (1, 400)
    assert answer.json()["field"] == "fill"
    assert command.stderr == f"wangge: {answer.json()['detail']}\n"
    assert entries(store_path) == ()


def test_places_and_people_are_undone_and_nothing_else(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    command = wangge("undo", "boundaries", WANGGE_LANG="en")
    with page(store_path) as planner:
        answer = planner.undo("boundaries")
    assert (command.returncode, answer.status_code) == (1, 400)
    assert answer.json()["field"] == "part"


def test_there_is_nothing_to_undo_before_the_second_version(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    command = wangge("undo", "people", WANGGE_LANG="en")
    with page(store_path) as planner:
        answer = planner.undo("people")
    assert (command.returncode, answer.status_code) == (1, 404)
    assert command.stderr == f"wangge: {answer.json()['detail']}\n"


def test_what_was_undone_says_so_on_record(wangge, store_path, strip, tmp_path):
    assert wangge("load", strip).returncode == 0
    with page(store_path) as planner:
        for name in ("王示例", "李示例"):
            assert planner.load("people.csv", f"id,name\np1,{name}\n".encode()).status_code == 200
        assert planner.undo("people").json() == {"part": "people", "as_in": 1, "version": 3}
    done = wangge("undo", "people", WANGGE_LANG="en")
    assert done.stdout == "people are again as in version 2: stored as version 4\n"
    assert [e.reason for e in entries(store_path)[:2]] == [
        "undo: people as in version 2",
        "undo: people as in version 1",
    ]


def test_an_account_is_for_grids_that_there_are(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    command = wangge("user", "add", "li", "--scope", "999", WANGGE_LANG="en")
    with page(store_path, AccountRole.ADMIN) as admin:
        answer = admin.client.post(
            "/users", json={"name": "li", "role": "staff", "scope": ["999"]}, headers=ENGLISH
        )
    assert (command.returncode, answer.status_code) == (1, 400)
    assert answer.json()["field"] == "scope"
    assert command.stderr == f"wangge: {answer.json()['detail']}\n"


def test_whoever_is_at_the_machine_is_its_operator_on_record(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    assert wangge("user", "add", "li").returncode == 0
    assert {(e.sealed.role, e.sealed.door) for e in entries(store_path)} == {
        ("operator", "command")
    }


def test_the_log_is_the_same_table_from_both_doors(wangge, store_path, strip, tmp_path):
    assert wangge("load", strip).returncode == 0
    out = tmp_path / "log.csv"
    assert wangge("audit", "export", out, "--action", "division").returncode == 0
    with page(store_path, AccountRole.APPROVER) as approver:
        answer = approver.client.get("/audit/export?format=csv&action=division")
    assert (answer.status_code, answer.content) == (200, out.read_bytes())
    assert answer.content.count(b"division.publish") == 1


def test_a_log_too_long_for_a_table_is_not_cut_off(
    wangge, store_path, strip, tmp_path, monkeypatch
):
    assert wangge("load", strip).returncode == 0
    assert wangge("user", "add", "li").returncode == 0
    monkeypatch.setattr("gis.workflows.audit.MOST_EXPORTED", 1)
    out = tmp_path / "log.csv"
    command = wangge("audit", "export", out, WANGGE_LANG="en")
    with page(store_path, AccountRole.APPROVER) as approver:
        answer = approver.client.get("/audit/export", headers=ENGLISH)
    assert (command.returncode, answer.status_code) == (1, 413)
    assert command.stderr == f"wangge: {answer.json()['detail']}\n"
    assert not out.exists()


def test_nothing_is_erased_without_a_reason(wangge, store_path, strip):
    assert wangge("load", strip).returncode == 0
    before = entries(store_path)
    command = wangge("audit", "erase", 1, "--field", "after", "--reason", " ")
    with page(store_path, AccountRole.ADMIN) as admin:
        answer = admin.client.post("/audit/1/erase", json={"fields": ["after"], "reason": " "})
    assert (command.returncode, answer.status_code) == (1, 400)
    assert entries(store_path) == before

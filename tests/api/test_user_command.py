"""Accounts from the command line: what `wangge user` says is so when somebody signs in."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from api import create_app
from tests import ascii_maps
from tests.api.conftest import settings_for

CODE = "320106012001"


@pytest.fixture
def user(wangge, tmp_path):
    """Run `wangge user` on a store with the drawn strip."""
    strip = tmp_path / "strip.geojson"
    strip.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    assert wangge("load", strip).returncode == 0

    def run(*words):
        return wangge("user", *words, WANGGE_LANG="en")

    return run


@contextmanager
def service(tmp_path):
    app = create_app(settings_for(tmp_path / "wangge.db", sample="never"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def sign_in(client, name, password):
    return client.post("/session", json={"name": name, "password": password})


def secret(done):
    """What was shown once: the last word that was printed."""
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def listed(user, name):
    (found,) = [one for one in json.loads(user("list", "--json").stdout) if one["name"] == name]
    return found


def test_somebody_who_was_added_signs_in_once_with_the_password_shown(user, tmp_path):
    once = secret(user("add", "li", "--role", "planner"))
    assert listed(user, "li") == {
        "name": "li",
        "role": "planner",
        "scope": None,
        "disabled": False,
        "must_change_password": True,
    }
    with service(tmp_path) as client:
        assert sign_in(client, "li", once + "x").status_code == 401
        assert sign_in(client, "li", once).status_code == 201


def test_before_there_is_anybody_the_list_says_how_to_begin(user):
    assert "wangge user add NAME --role admin" in user("list").stdout


def test_a_scope_is_said_by_codes_and_taken_away_again(user):
    secret(user("add", "li", "--scope", CODE))
    assert listed(user, "li")["scope"] == [CODE]
    assert re.search(rf"^li  staff  {CODE}  one-time password$", user("list").stdout, re.M)
    assert user("scope", "li").stdout == "li: the whole subdistrict\n"
    assert listed(user, "li")["scope"] is None
    assert user("scope", "li", "999").returncode == 1


def test_a_role_is_changed_to_one_that_there_is(user):
    secret(user("add", "li"))
    assert user("role", "li", "approver").stdout == "li is approver\n"
    refused = user("role", "li", "king")
    assert refused.returncode == 1
    assert "approver" in refused.stderr
    assert listed(user, "li")["role"] == "approver"


def test_who_is_disabled_does_not_sign_in_until_enabled(user, tmp_path):
    once = secret(user("add", "li"))
    assert user("disable", "li").stdout == "li is disabled\n"
    assert "disabled" in user("list").stdout
    with service(tmp_path) as client:
        assert sign_in(client, "li", once).status_code == 401
    assert user("enable", "li").stdout == "li is enabled\n"
    with service(tmp_path) as client:
        assert sign_in(client, "li", once).status_code == 201


def test_a_password_that_is_reset_signs_out_and_replaces_the_old_one(user, tmp_path):
    old = secret(user("add", "li"))
    with service(tmp_path) as client:
        sign_in(client, "li", old)
        new = secret(user("password", "li"))
        assert client.get("/session").json()["name"] is None
        assert sign_in(client, "li", old).status_code == 401
        assert sign_in(client, "li", new).status_code == 201


def test_a_key_opens_the_service_until_it_is_revoked(user, tmp_path):
    secret(user("add", "li"))
    made = secret(user("key", "li", "--for", "汇总程序", "--scope", "read", "--days", "30"))
    line = user("key", "li").stdout
    identity = re.match(r"(\S+)  汇总程序  read  until \d{4}-\d\d-\d\d$", line)[1]
    with service(tmp_path) as client:
        bearer = {"authorization": f"Bearer {made}"}
        assert client.get("/session", headers=bearer).json()["name"] == "li"
        assert user("key", "li", "--revoke", identity).stdout == f"revoked {identity}\n"
        assert client.get("/session", headers=bearer).status_code == 401
    assert f"{identity}  汇总程序  read  revoked" in user("key", "li").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "li", "--role", "king"), "role"),
        (("key", "wang", "--for", "x", "--scope", "everything"), "--scope"),
        (("password", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(user, words, said):
    secret(user("add", "wang"))
    before = user("list", "--json").stdout
    refused = user(*words)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert user("list", "--json").stdout == before

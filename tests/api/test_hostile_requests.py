"""Hostile requests, sent byte by byte: each a 4xx with a helpful text, and nothing is changed."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jwt
import pytest
import uvicorn

from api import create_app
from gis.accounts import Scope
from gis.audit import SYSTEM
from tests.api.conftest import settings_for

OWN = "三条鱼在水里游-example"
JSON = {"content-type": "application/json"}


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    given = {"host": "wangge.test", "connection": "close", **(headers or {})}
    if body and "transfer-encoding" not in given:
        given.setdefault("content-length", str(len(body)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in given.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def post(path: str, value: Any, **headers: str) -> bytes:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return request("POST", path, {**JSON, **headers}, body)


def bearer(token: str, path: str = "/me") -> bytes:
    return request("GET", path, {"authorization": f"Bearer {token}"})


NAME = {"name": "admin", "password": "x"}
CLAIMS = {"iss": "wangge", "aud": "wangge-api", "sub": "u1", "iat": 1, "exp": 4102444800, "epoch": 1, "scopes": ["read"]}  # fmt: skip
COOKIE = "wangge=" + "A" * 43
RAW: dict[str, bytes] = {
    # the head
    "no host": b"GET /grids HTTP/1.1\r\nconnection: close\r\n\r\n",
    "two hosts": b"GET /grids HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
    "host with a path": request("GET", "/grids", {"host": "a/b"}),
    "host with blanks": request("GET", "/grids", {"host": "a b"}),
    "host with a user": request("GET", "/grids", {"host": "admin@evil.test"}),
    "host with markup": request("GET", "/grids", {"host": "<script>"}),
    "host with quotes": request("GET", "/grids", {"host": "a'--"}),
    "host with a long port": request("GET", "/grids", {"host": "a:123456"}),
    "host with letters for a port": request("GET", "/grids", {"host": "a:b"}),
    "host of a list": request("GET", "/grids", {"host": "a,b"}),
    "a huge header": request("GET", "/grids", {"x-a": "a" * 40_000}),
    "a huge cookie": request("GET", "/grids", {"cookie": "a=" + "b" * 40_000}),
    "a hundred and fifty headers": request("GET", "/grids", {f"x-{n}": "a" for n in range(150)}),
    "no method": b"/grids HTTP/1.1\r\nhost: a\r\n\r\n",
    "a version of the future": b"GET /grids HTTP/9.9\r\nhost: a\r\n\r\n",
    "binary": bytes(range(256)) + b"\r\n\r\n",
    "a header without a name": b"GET /grids HTTP/1.1\r\nhost: a\r\n: x\r\n\r\n",
    "a header with NUL": b"GET /grids HTTP/1.1\r\nhost: a\r\nx-a: \x00\r\n\r\n",
    "a name with a blank": b"GET /grids HTTP/1.1\r\nhost : a\r\n\r\n",
    "two lengths": b"POST /locate HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}",
    "a negative length": b"POST /locate HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n{}",
    "length and chunks": b"POST /locate HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": b"POST /locate HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n\r\n",
    # methods
    "TRACE": request("TRACE", "/grids"),
    "CONNECT": request("CONNECT", "/grids"),
    "PUT": request("PUT", "/grids"),
    "a method of one's own": request("FROB", "/grids"),
    "DELETE on a page": request("DELETE", "/desk"),
    "a method in a header": request("POST", "/grids", {"x-http-method-override": "GET", "content-length": "0"}),
    # paths
    "up": request("GET", "/desk/static/../../../etc/passwd"),
    "up, encoded": request("GET", "/desk/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
    "up, twice encoded": request("GET", "/desk/static/%252e%252e%252fpasswd"),
    "up, backwards": request("GET", "/desk/static/..%5c..%5cboot.ini"),
    "NUL in a path": request("GET", "/grids/%00"),
    "NUL in a file name": request("GET", "/desk/static/shell.js%00.css"),
    "half a character in a path": request("GET", "/grids/%ff%fe"),
    "overlong UTF-8": request("GET", "/desk/static/%c0%ae%c0%ae/x"),
    "two slashes": request("GET", "//evil.test/grids"),
    "a slash too many": request("GET", "/grids/"),
    "an address for a path": request("GET", "http://evil.test/nowhere"),
    "a very long path": request("GET", "/" + "a" * 30_000),
    "a dot file": request("GET", "/.env"),
    "the accounts": request("GET", "/var/accounts.sqlite"),
    "a line break in a path": request("GET", "/grids/%0d%0aset-cookie:%20a=b"),
    # query strings
    "NUL in a query": request("GET", "/grids?q=%00&q=1"),
    "half a character in a number": request("GET", "/locate?lon=%ff&lat=1&datum=wgs84"),
    "a parameter twice": request("GET", "/grids?level=1&level=2"),
    "a parameter nobody knows": request("GET", "/session?admin=true"),
    "a thousand parameters": request("GET", "/grids?" + "&".join(f"a{n}=1" for n in range(1000))),
    "SQL in a number": request("GET", "/grids?limit=1;drop%20table%20account"),
    "a list for a text": request("GET", "/grids?q[]=1"),
    "a next that is too long": request("GET", "/signin?next=/" + "a" * 2001),
    # bodies of the doors
    "nothing": request("POST", "/session", JSON),
    "no JSON": post("/session", b"name=admin&password=x"),
    "a form": request("POST", "/session", {"content-type": "application/x-www-form-urlencoded"}, b"name=admin&password=x"),
    "plain text": request("POST", "/session", {"content-type": "text/plain"}, json.dumps(NAME).encode()),
    "no type": request("POST", "/session", {}, json.dumps(NAME).encode()),
    "a list": post("/session", [NAME]),
    "a number": post("/session", 1),
    "half a character": post("/session", b'{"name":"\xff","password":"x"}'),
    "half a pair": post("/session", b'{"name":"\\ud800","password":"x"}'),
    "NUL in a name": post("/session", {"name": "admin\x00", "password": "x"}),
    "a line break in a name": post("/session", {"name": "admin\nx", "password": "x"}),
    "a name of a thousand": post("/session", {"name": "a" * 1001, "password": "x"}),
    "a password of a million": post("/session", {"name": "admin", "password": "x" * 1_000_000}),
    "a name that is a list": post("/session", {"name": ["admin"], "password": "x"}),
    "a password that is true": post("/session", {"name": "admin", "password": True}),
    "a password that is nothing": post("/session", {"name": "admin", "password": None}),
    "a member too many": post("/session", {**NAME, "role": "admin"}),
    "a prototype": post("/session", {**NAME, "__proto__": {"role": "admin"}}),
    "a member twice": post("/session", b'{"name":"admin","name":"root","password":"x"}'),
    "depth": post("/session", b"[" * 7000 + b"]" * 7000),
    "depth in an object": post("/locate", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "NaN": post("/locate", b'{"datum":"wgs84","points":[[NaN,1]]}'),
    "cut short": request("POST", "/session", {**JSON, "content-length": "16385"}, b"{}" + b" " * 16383),
    "from another site": post("/session", NAME, **{"sec-fetch-site": "cross-site"}),
    "from a neighbour site": post("/token", NAME, **{"sec-fetch-site": "same-site"}),
    "scopes that there are not": post("/token", {**NAME, "scopes": ["root"]}),
    "scopes that are a text": post("/token", {**NAME, "scopes": "read"}),
    # who one is
    "nobody": request("GET", "/users"),
    "nobody, changing": post("/users", {"name": "x", "role": "admin"}),
    "a role in a header": request("GET", "/users", {"x-role": "admin", "x-remote-user": "admin", "x-forwarded-user": "admin"}),
    "a made-up session": request("GET", "/users", {"cookie": COOKIE}),
    "two sessions": request("GET", "/grids", {"cookie": f"{COOKIE}; {COOKIE}"}),
    "two sessions in two headers": b"GET /grids HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncookie: %b\r\ncookie: %b\r\n\r\n" % (COOKIE.encode(), COOKIE.encode()),
    "a session with a quote": request("GET", "/users", {"cookie": "wangge=' or 1=1--"}),
    "a session of half a megabyte": request("GET", "/users", {"cookie": "wangge=" + "a" * 31_000}),
    "a session by query": request("GET", "/users?wangge=" + "A" * 43),
    "two authorizations": b"GET /me HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
    "an empty bearer": request("GET", "/grids", {"authorization": "Bearer "}),
    "basic": request("GET", "/users", {"authorization": "Basic YWRtaW46YWRtaW4="}),
    "no algorithm": bearer(f"{part({'alg': 'none', 'kid': 'a'})}.{part(CLAIMS)}."),
    "no algorithm, spelt": bearer(f"{part({'alg': 'nOnE', 'kid': 'a'})}.{part(CLAIMS)}.x"),
    "no algorithm, anywhere": bearer(f"{part({'alg': 'none'})}.{part(CLAIMS)}.", "/grids"),
    "a secret of one's own": bearer(jwt.encode(CLAIMS, "k" * 32, "HS256", headers={"kid": "a"})),
    "an empty secret's place": bearer(jwt.encode(CLAIMS, "k" * 32, "HS256", headers={"kid": ""})),
    "a key file": bearer(jwt.encode(CLAIMS, "k" * 32, "HS256", headers={"kid": "../../dev/null"})),
    "a key that is SQL": bearer(jwt.encode(CLAIMS, "k" * 32, "HS256", headers={"kid": "' or '1'='1"})),
    "a key from elsewhere": bearer(jwt.encode(CLAIMS, "k" * 32, "HS256", headers={"jku": "http://evil.test", "kid": "a"})),
    "a header that is a list": bearer(f"{part([])}.{part(CLAIMS)}.x"),
    "claims that are a text": bearer(f"{part({'alg': 'HS256', 'kid': 'a'})}.{part('x')}.x"),
    "dots": bearer(".."),
    "a token of five parts": bearer("a.b.c.d.e"),
    "a token of five thousand": bearer("a" * 5000),
    "a token that is no text": request("GET", "/me", {"authorization": "Bearer \xe9\xff"}),
    "an API key nobody has": bearer("wgk_" + "0" * 12 + "_" + "A" * 43),
    "half an API key": bearer("wgk_"),
    "a metric through a proxy": request("GET", "/metrics", {"x-forwarded-for": "127.0.0.1"}),
    "a metric, forwarded": request("GET", "/metrics", {"forwarded": "for=127.0.0.1"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def app(sample_store, tmp_path_factory) -> Any:
    path = tmp_path_factory.mktemp("hostile") / "wangge.db"
    shutil.copy(sample_store, path)
    return create_app(settings_for(path, rate_sign_in="100000/minute"))


@pytest.fixture(scope="module")
def port(app) -> Iterator[int]:
    config = uvicorn.Config(app, port=0, log_config=None, proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < until, "the service did not start in time"
        time.sleep(0.02)
    accounts = app.state.services.accounts.store
    accounts.begin()
    accounts.reset_password(SYSTEM, "admin", OWN)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def send(port: int, raw: bytes) -> tuple[int, str, bytes]:
    """Send bytes and return status, head and body of the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        answer = b""
        with suppress(OSError):  # It may be refused before all of it is sent.
            wire.sendall(raw)
        try:
            while piece := wire.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode("latin-1").lower(), body


def fingerprint(app: Any) -> Any:
    accounts, store = app.state.services.accounts.store, app.state.services.live.store
    digest = hashlib.sha256(store.path.read_bytes()).hexdigest()
    return accounts.list(), store.audit_log().total, store.versions(), digest


@pytest.mark.parametrize("name", RAW)
def test_it_is_refused_and_said_why(app, port, name):
    before = fingerprint(app)
    status, head, body = send(port, RAW[name])
    assert 400 <= status < 500, (status, body[:300])
    assert body.strip(), "a refusal says why"
    assert b"Traceback" not in body
    assert b"site-packages" not in body
    if "application/problem+json" in head:
        problem = json.loads(body)
        assert problem["status"] == status
        assert len(problem["detail"]) > 3
        for header in (
            "x-content-type-options: nosniff",
            "content-security-policy:",
            "x-request-id:",
        ):
            assert header in head
    else:
        assert "invalid http request" in body.decode().lower(), body[:200]
    assert fingerprint(app) == before


def test_there_are_a_hundred(port):
    assert len(RAW) >= 100


def signed_in(port: int) -> tuple[str, str]:
    status, head, body = send(port, post("/session", {"name": "admin", "password": OWN}))
    assert status == 201, body
    cookie = head.split("set-cookie: ")[1].split("\r\n")[0]
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    # The head was lowered for searching: ask again for the token as it is.
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(post("/session", {"name": "admin", "password": OWN}))
        answer = wire.makefile("rb").read()
    token = answer.split(b"wangge=")[1].split(b";")[0].decode()
    return token, json.loads(answer.partition(b"\r\n\r\n")[2])["csrf_token"]


def test_a_session_is_never_one_that_was_brought_along(port):
    fixed = "F" * 43
    raw = post("/session", {"name": "admin", "password": OWN}, cookie=f"wangge={fixed}")
    status, head, _ = send(port, raw)
    assert status == 201
    assert f"wangge={fixed.lower()}" not in head
    assert send(port, request("GET", "/me", {"cookie": f"wangge={fixed}"}))[0] == 401


@pytest.mark.parametrize("csrf", [None, "", "x", "A" * 43])
def test_a_page_without_the_right_token_changes_nothing(app, port, csrf):
    token, _ = signed_in(port)
    before = fingerprint(app)[1:]
    headers = {"cookie": f"wangge={token}", **({} if csrf is None else {"x-csrf-token": csrf})}
    status, _, body = send(port, post("/users", {"name": "x", "role": "admin"}, **headers))
    assert status == 403
    assert "X-CSRF-Token" in json.loads(body)["detail"]
    assert fingerprint(app)[1:] == before


def test_one_session_does_not_take_the_token_of_another(port):
    mine, _ = signed_in(port)
    _, other = signed_in(port)
    headers = {"cookie": f"wangge={mine}", "x-csrf-token": other}
    assert send(port, post("/users", {"name": "x", "role": "staff"}, **headers))[0] == 403


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "x"}, {"name": "x", "role": "root"}, {"name": "x y", "role": "staff"}, {"name": "x", "role": "staff", "scope": "all"}, {"name": "x", "role": "staff", "scope": [1]}, {"name": "x", "role": "staff", "scope": ["999"]}, {"name": "x", "role": "staff", "password": "x"}],
)  # fmt: skip
def test_an_account_that_makes_no_sense_is_not_made(app, port, body):
    key, _ = app.state.services.accounts.store.make_key(
        SYSTEM, "admin", label="示例", scopes=list(Scope)
    )
    before = fingerprint(app)
    status, _, said = send(port, post("/users", body, authorization=f"Bearer {key}"))
    assert status == 400, said
    assert json.loads(said)["field"]
    assert fingerprint(app) == before
    app.state.services.accounts.store.sign_out_everywhere(
        SYSTEM, app.state.services.accounts.store.find("admin").id, keys=True
    )

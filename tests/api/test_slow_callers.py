"""Who is slow, silent or greedy loses the connection; everybody else is answered."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import uvicorn

from api import create_app
from api.http import sending
from api.http.auth import Caller
from api.http.client_address import networks
from api.http.connections import ConnectionLimits
from api.http.sending import InFlight
from api.server import server_config
from gis.accounts import AccountRole
from gis.errors import TooManyRequests
from tests.api.conftest import settings_for, wait_for

ANYBODY = Caller(counted_as="192.0.2.1")
OTHER = Caller(counted_as="192.0.2.2")


@pytest.fixture(scope="module")
def app(sample_store, tmp_path_factory) -> Any:
    path = tmp_path_factory.mktemp("slow") / "wangge.db"
    shutil.copy(sample_store, path)
    return create_app(settings_for(path))


@pytest.fixture
def serve(app) -> Iterator[Any]:
    with ExitStack() as stack:

        def begun(**limits: Any) -> int:
            config = server_config(app, ConnectionLimits(**limits))
            config.port = 0
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            wait_for(lambda: server.started)

            def stop() -> None:
                server.should_exit = True
                thread.join(20)

            stack.callback(stop)
            port: int = server.servers[0].sockets[0].getsockname()[1]
            return port

        yield begun


def connect(port: int, sent: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), 20, (address, 0))
    made.sendall(sent)
    return made


def asked(port: int, path: str = "/healthz", address: str = "127.0.0.1") -> int:
    request = f"GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    try:
        with connect(port, request.encode(), address) as wire:
            return int(wire.makefile("rb").read().split(b" ", 2)[1])
    except ConnectionResetError:  # It is refused before all of it is read.
        return 429


def ended(wire: socket.socket) -> bool:
    """Wait until the other side ends a connection."""
    try:
        while wire.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTT", b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-a: b"],
    ids=["nothing", "half a line", "half a head"],
)
def test_a_head_that_does_not_come_ends_the_connection(serve, sent):
    port = serve(head_s=0.5)
    with connect(port, sent) as silent:
        assert asked(port) == 200
        assert ended(silent)


def test_a_second_head_that_does_not_come_ends_the_connection(serve):
    port = serve(head_s=0.5)
    with connect(port, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /he") as silent:
        assert ended(silent)


def test_a_body_that_trickles_ends_the_connection_and_one_that_flows_does_not(serve):
    port = serve(body_s=0.5, bytes_per_s=1_000)
    head = b"POST /locate HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    body = b'{"datum":"wgs84","points":[]}' + b" " * 9_971
    with connect(port, head + b"content-length: 10000\r\n\r\n" + body[:10]) as slow:
        assert ended(slow)
    with connect(port, head + b"content-length: 10000\r\n\r\n" + body[:9_000]) as flowing:
        threading.Event().wait(1.5)
        flowing.sendall(body[9_000:])
        assert flowing.recv(99).startswith(b"HTTP/1.1 200")


def test_an_answer_that_is_not_read_ends_the_connection(app, serve):
    port = serve(unread_s=0.5)
    wires = [connect(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 8) for _ in range(3)]
    wait_for(lambda: app.state.services.live.pages.ready is not None)
    assert asked(port) == 200
    threading.Event().wait(3)
    for wire in wires:
        assert ended(wire)
        wire.close()


def test_an_address_holds_so_many_connections_and_others_go_on(serve):
    port = serve(per_address=3)
    wires = [connect(port) for _ in range(3)]
    wait_for(lambda: asked(port) == 429)
    assert asked(port, address="127.0.0.2") == 200
    wires.pop().close()
    wait_for(lambda: asked(port) == 200)
    for wire in wires:
        wire.close()


def test_a_trusted_proxy_holds_as_many_as_it_likes(serve):
    port = serve(per_address=3, trusted=networks("127.0.0.0/8", "WANGGE_TRUSTED_PROXIES"))
    wires = [connect(port) for _ in range(9)]
    assert asked(port) == 200
    for wire in wires:
        wire.close()


def test_of_too_many_in_all_the_one_goes_that_has_been_silent_longest(serve):
    port = serve(in_all=3)
    first, second, third = (connect(port, b"GET") for _ in range(3))
    assert asked(port) == 200
    assert ended(first)
    second.sendall(b" /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    with second.makefile("rb") as answer:
        assert answer.read().startswith(b"HTTP/1.1 200")
    for wire in (first, second, third):
        wire.close()


# --- bytes in memory ----------------------------------------------------------------------------


def test_who_does_not_read_gets_no_more_and_others_do(monkeypatch):
    monkeypatch.setattr(sending, "_MOST_OF_ONE", 100)
    monkeypatch.setattr(sending, "_MOST_LONG", 250)
    flight = InFlight()
    with flight.sending(ANYBODY, 100):
        with pytest.raises(TooManyRequests):
            flight.check_sent(ANYBODY)
        flight.check_sent(OTHER, long=True)
        with flight.sending(OTHER, 200), pytest.raises(TooManyRequests):
            flight.check_sent(Caller(counted_as="192.0.2.3"), long=True)
        flight.check_sent(Caller(role=AccountRole.STAFF), long=True)
    flight.check_sent(ANYBODY, long=True)


def test_bodies_of_the_public_are_received_as_far_as_there_is_room(monkeypatch):
    monkeypatch.setattr(sending, "_MOST_RECEIVED", 100)
    flight = InFlight()
    flight.receive(ANYBODY, 60)
    with pytest.raises(TooManyRequests):
        flight.receive(OTHER, 60)
    flight.receive(Caller(role=AccountRole.STAFF), 1_000)
    flight.received(ANYBODY, 60)
    flight.receive(OTHER, 60)


def test_a_reader_who_is_too_slow_in_all_is_given_up(app, serve, monkeypatch):
    monkeypatch.setattr(sending, "_PATIENCE_S", 0.3)
    monkeypatch.setattr(sending, "_LEAST_BYTES_PER_S", 1 << 30)
    port = serve()
    wait_for(lambda: app.state.services.live.pages.ready is not None)
    wire = connect(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 4)
    threading.Event().wait(1)
    assert ended(wire)
    assert asked(port) == 200
    wire.close()


def test_a_long_answer_arrives_whole(app, serve):
    port = serve()
    with connect(port, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") as wire:
        head, _, body = wire.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == app.state.services.live.pages.ready[1].html

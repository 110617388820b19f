"""Running the service in the foreground, with one clear line for whatever keeps it from it."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import time

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.live import Live, prepare
from api.settings import Settings
from gis.errors import SettingsError
from gis.store import open_store

_SHUTDOWN_S = 3


def run(settings: Settings) -> None:
    """Serve until interrupted.

    Raises
    ------
    SettingsError
        The address cannot be listened on.
    StoreError
        The database cannot be opened, is damaged, or is served already.
    """
    started = time.perf_counter()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    listener = _listen(settings.host, settings.port)
    store = open_store(settings.database_url)
    try:
        with store.serve_lock():
            loaded = prepare(store, settings)
            if loaded:
                print("the store was empty: loaded the sample 已载入示例数据", flush=True)
            live = Live(store, settings)
            live.build()
            _serve(create_app(settings, live=live), listener, started)
    finally:
        store.close()
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a bound socket, so that a taken port is found before anything is begun."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except OSError as problem:
        raise _cannot_listen(host, port, problem) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise _cannot_listen(host, port, problem) from None
    return listener


def _cannot_listen(host: str, port: int, problem: OSError) -> SettingsError:
    why = problem.strerror or str(problem)
    return SettingsError(
        f"cannot listen on {host}:{port}: {why}; choose another with --port or WANGGE_PORT",
        f"无法监听 {host}:{port}：{why}；请用 --port 或 WANGGE_PORT 换一个端口",
    )


def _serve(app: FastAPI, listener: socket.socket, started: float) -> None:
    server = _AnnouncingServer(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
        ),
        listener,
        started,
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        # Uvicorn has logged why the application did not start.
        sys.exit(1)
    print("stopped", flush=True)


class _AnnouncingServer(uvicorn.Server):
    """Prints the address once requests are answered."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, started: float) -> None:
        super().__init__(config)
        self._address = listener.getsockname()
        self._began = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        host, port = self._address[:2]
        shown = f"[{host}]" if ":" in host else host
        seconds = time.perf_counter() - self._began
        print(f"wangge 网格: http://{shown}:{port}/  (ready in {seconds:.1f} s)", flush=True)
        print(f"API: http://{shown}:{port}/docs   stop with Ctrl-C", flush=True)

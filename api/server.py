"""Running the service in the foreground, with one clear line for whatever keeps it from it."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import ssl
import sys
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.commands.common import say
from api.http.client_address import networks
from api.http.connections import ConnectionLimits, guarded
from api.http.json_log import log_event, write_json_lines
from api.serving.live_atlas import VERSIONS_KEPT, LiveAtlas, prepare
from api.serving.memory import share_memory_among_threads
from api.serving.scratch_folder import scratch_folder
from api.settings import Settings
from gis.errors import SettingsError
from gis.store import open_store
from gis.store.accounts import open_accounts
from gis.workflows.atlases import Atlases

_SHUTDOWN_S = 3
_SWITCH_S = 0.0005
"""How long a thread may go on before another: with Python's 5 ms lookups wait for long work."""


def run(settings: Settings) -> None:
    """Serve until interrupted.

    Raises
    ------
    SettingsError
        The address cannot be listened on.
    StoreError
        The database cannot be opened, is damaged, or is served already.
    """
    sys.setswitchinterval(_SWITCH_S)
    share_memory_among_threads()
    write_json_lines()
    with scratch_folder():
        _run(settings)


def _run(settings: Settings) -> None:
    started = time.perf_counter()
    tls = _tls(settings)
    listener = _listen(settings.host, settings.port)
    store = open_store(settings.database_url).caching(VERSIONS_KEPT)
    accounts = open_accounts(store, lifetimes=settings.lifetimes)
    try:
        with store.serve_lock():
            loaded = prepare(store, settings)
            if loaded:
                say(
                    "the store was empty: loaded the sample 已载入示例数据",
                    "库是空的：已载入示例数据",
                )
            live = LiveAtlas(Atlases(store), settings)
            live.build()
            accounts.migrate()
            for fault in accounts.faults():
                log_event(fault.en, logging.ERROR)
            first = accounts.begin()
            if first:
                _print_first(*first)
            app = create_app(settings, live=live, accounts=accounts)
            # What stays is not looked through again whenever garbage is collected.
            gc.freeze()
            limits = ConnectionLimits(
                per_address=settings.connections_per_address,
                trusted=networks(settings.trusted_proxies, "WANGGE_TRUSTED_PROXIES"),
            )
            _serve(server_config(app, limits, **tls), listener, started)
    finally:
        accounts.close()
        store.close()
        listener.close()


def _print_first(name: str, password: str) -> None:
    line = "=" * 72
    say(
        f"{line}\n"
        f"  First administrator 首位管理员:   {name}\n"
        f"  One-time password 一次性密码:     {password}\n"
        "  Shown this once; it must be changed at the first sign-in (/signin).\n"
        "  只显示这一次，首次登录后须立即修改。遗失时运行: wangge user password admin\n"
        f"{line}",
        f"{line}\n"
        f"  首位管理员：   {name}\n"
        f"  一次性密码：   {password}\n"
        "  只显示这一次，首次登录（/signin）后须立即修改。遗失时运行：wangge user password admin\n"
        f"{line}",
    )


def _tls(settings: Settings) -> dict[str, Path | None]:
    """Return what uvicorn needs for https, once it is certain that it will do.

    Raises
    ------
    SettingsError
        One of the two files is missing, cannot be read, or they do not belong together.
    """
    certificate, key = settings.ssl_certfile, settings.ssl_keyfile
    if certificate is None and key is None:
        return {}
    if certificate is None:
        raise SettingsError(
            "--ssl-keyfile goes with --ssl-certfile: give both",
            "--ssl-keyfile 须与 --ssl-certfile 一起给出",
        )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_none)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise SettingsError(
            f"cannot serve https with {certificate} and {key}: {why}; both must be PEM, the key "
            "without a password",
            f"无法用 {certificate} 和 {key} 提供 https 服务：{why}；"
            "两个文件都应为 PEM，私钥不设密码",
        ) from None
    return {"ssl_certfile": certificate, "ssl_keyfile": key}


def _none() -> str:
    """Return no password, so that OpenSSL does not ask the terminal for one."""
    return ""


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


def server_config(
    app: FastAPI, limits: ConnectionLimits | None = None, **tls: Path | None
) -> uvicorn.Config:
    """Return how an application is served; ``tls`` as uvicorn takes it."""
    return uvicorn.Config(
        app,
        http=guarded(limits or ConnectionLimits()),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        **tls,  # type: ignore[arg-type]
    )


def _serve(config: uvicorn.Config, listener: socket.socket, started: float) -> None:
    server = _AnnouncingServer(config, listener, started)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        # Uvicorn has logged why the application did not start.
        sys.exit(1)
    say("stopped", "已停止")


class _AnnouncingServer(uvicorn.Server):
    """Prints the address once requests are answered."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, started: float) -> None:
        super().__init__(config)
        self._scheme = "https" if config.is_ssl else "http"
        self._address = listener.getsockname()
        self._began = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        host, port = self._address[:2]
        shown = f"[{host}]" if ":" in host else host
        seconds = time.perf_counter() - self._began
        address = f"{self._scheme}://{shown}:{port}"
        say(
            f"wangge 网格: {address}/  (ready in {seconds:.1f} s)",
            f"网格：{address}/ （{seconds:.1f} 秒后可用）",
        )
        say(f"API: {address}/docs   stop with Ctrl-C", f"接口：{address}/docs   按 Ctrl-C 停止")

"""What every request passes: who asks, how often, how much; and what every answer carries.

Pure ASGI, outside of everything else. A request without a cookie or key touches no database
here. What is refused here is problem+json like everything else, and an error that nobody
foresaw becomes a 500 that says nothing of the inside.
"""

from __future__ import annotations

import itertools
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import cookies, json_log, problems
from api.http.auth import ANONYMOUS, CALLER, WATCHING, Caller, caller_of
from api.http.client_address import Network, Origin, is_in, networks, origin_of
from api.http.metrics import UNMATCHED, Metrics
from api.http.rate_limits import Kind, Rates
from api.http.security_headers import ALWAYS, CSP, NOTHING
from api.http.sending import PIECE, InFlight, Unread, send_in_pieces
from api.settings import Settings
from gis.accounts import Account
from gis.errors import InvalidInput, NotAllowed, NotSignedIn, TooLarge, WanggeError
from gis.store.accounts import AccountStore

Result = TypeVar("Result")
GONE = 499
"""Whoever asked is not there any more, or does not read the answer."""
ORIGIN = "wangge.origin"
REQUEST_ID = "wangge.request_id"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
_SHARED = ("/desk/static/", "/docs", "/openapi.json")
_SIGN_IN = frozenset({"/session", "/token", "/me/password"})
_MOST_HEADERS, _MOST_HEADER_BYTES = 100, 32 << 10
_MOST_JSON = 32 << 20
_MOST_ANONYMOUS = 24 << 20
_MOST_SIGNED_IN = 512 << 20
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"})


@dataclass(slots=True)
class _Read:
    """What is read of the headers, in one pass."""

    hosts: list[bytes] = field(default_factory=list)
    cookies: list[bytes] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    request_id: bytes = b""
    csrf: bytes = b""
    fetch_site: bytes = b""
    json: bool = False
    forwarded: dict[bytes, bytes] = field(default_factory=dict)
    number: int = 0
    size: int = 0


def _read(headers: list[tuple[bytes, bytes]]) -> _Read:
    found = _Read(number=len(headers))
    for name, value in headers:
        found.size += len(name) + len(value)
        if name == b"host":
            found.hosts.append(value)
        elif name == b"cookie":
            found.cookies.append(value)
        elif name == b"authorization":
            found.keys.append(value)
        elif name == b"x-request-id":
            found.request_id = value
        elif name == b"x-csrf-token":
            found.csrf = value
        elif name == b"sec-fetch-site":
            found.fetch_site = value
        elif name == b"content-type":
            found.json = b"json" in value.lower()
        elif name in _FORWARDED:
            before = found.forwarded.get(name)
            found.forwarded[name] = value if before is None else before + b"," + value
    return found


class _Accounts(Protocol):
    """The accounts, and threads to look into them (:mod:`api.serving.account_service`)."""

    store: AccountStore

    async def look(self, work: Callable[..., Result], *given: Any) -> Result:
        """Look up who somebody is."""


class AtOnce(Protocol):
    """A route that knows the JSON of some answers from the scope of a request alone."""

    @property
    def path(self) -> str:
        """The path, as requests are counted by it."""

    def at_once(self, scope: Scope) -> bytes | None:
        """Return the answer, None where the request must go the ordinary way.

        Raises
        ------
        WanggeError
            What the ordinary way would refuse in the same words.
        """


class RequestMiddleware:
    """The middleware; ``metrics`` counts what passes.

    ``at_once`` are the routes that may answer before anything else is asked, by method and path.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        metrics: Metrics,
        in_flight: InFlight,
        at_once: Mapping[tuple[str, str], AtOnce] | None = None,
    ) -> None:
        self.app = app
        self._at_once = at_once or {}
        self.metrics = metrics
        self._in_flight = in_flight
        self._log_all = settings.log_requests == "all"
        self._trusted: tuple[Network, ...] = networks(
            settings.trusted_proxies, "WANGGE_TRUSTED_PROXIES"
        )
        self._hosts = frozenset(
            h.strip().lower().encode() for h in settings.allowed_hosts.split(",") if h.strip()
        )
        self._rates = Rates(
            lookup=settings.rate_lookup, write=settings.rate_write, sign_in=settings.rate_sign_in
        )
        self._watchers = networks(settings.metrics_from, "WANGGE_METRICS_FROM")
        self._boot = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        read = _read(scope["headers"])
        request_id = self._request_id(read)
        scope[REQUEST_ID] = request_id
        status, shared = 0, False

        async def send_dressed(message: Message) -> None:
            nonlocal status, shared
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                # What has an ETag is in memory once, for all who ask.
                shared = any(name == b"etag" for name, _ in headers)
                headers.extend(ALWAYS)
                headers.append((b"x-request-id", request_id))
                _keep_private(scope, headers)
                if not any(name == CSP for name, _ in headers):
                    headers.append((CSP, NOTHING))
                if scope["scheme"] == "https":
                    headers.append((b"strict-transport-security", b"max-age=31536000"))
            elif len(message.get("body", b"")) > PIECE:
                size = 0 if shared else len(message["body"])
                with self._in_flight.sending(caller_of(scope), size):
                    await send_in_pieces(send, message)
                return
            await send(message)

        try:
            if CALLER not in scope:
                await self._authenticate(scope, read)
            body = self._at_once_body(scope)
            if body is None:
                await self._call(scope, read, receive, send_dressed)
            else:
                status = 200
                headers = _headers_at_once(scope, body, request_id)
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
        except WanggeError as refused:
            await self._refuse(scope, receive, send_dressed, refused)
        except (ClientDisconnect, Unread):
            status = status or GONE
        except Exception as error:
            json_log.log_event(
                "unexpected error",
                logging.ERROR,
                request_id=request_id.decode(),
                route=_route(scope),
                **json_log.error_fields(error),
            )
            if status:
                raise
            await problems.unexpected(Request(scope))(scope, receive, send_dressed)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    async def _call(self, scope: Scope, read: _Read, receive: Receive, send: Send) -> None:
        """Call the application; a body that is too long, or one too many, ends with an error."""
        caller = caller_of(scope)
        self._in_flight.check_sent(caller)
        if scope["method"] in _SAFE:
            await self.app(scope, receive, send)
            return
        body = _Body(_most_bytes(caller, read), self._in_flight, caller, receive)
        try:
            await self.app(scope, body.receive, send)
        finally:
            self._in_flight.received(caller, body.size)

    def _at_once_body(self, scope: Scope) -> bytes | None:
        """Return what a route can answer without being called (:class:`AtOnce`), else None."""
        route = self._at_once.get((scope["method"], scope["path"]))
        if route is None:
            return None
        scope["route"] = route
        body = route.at_once(scope)
        # What is long goes the ordinary way, in pieces.
        return body if body is not None and len(body) <= PIECE else None

    def _request_id(self, read: _Read) -> bytes:
        if read.request_id and _SANE_ID.fullmatch(read.request_id):
            return read.request_id
        return f"{self._boot}-{next(self._numbers):x}".encode()

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, refused: WanggeError
    ) -> None:
        answer = problems.answer_to(Request(scope), refused)
        await answer(scope, receive, send)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self.metrics.count(scope["method"], route, status or 500, seconds)
        if self._log_all or status >= 500:
            caller: Caller = scope.get(CALLER, ANONYMOUS)
            json_log.log_event(
                "request",
                request_id=scope[REQUEST_ID].decode(),
                method=scope["method"][:16],
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                role=str(caller.role),
                door=caller.channel,
            )

    # --- may it pass? ---

    async def _authenticate(self, scope: Scope, read: _Read) -> None:
        """Check a request and say in its scope who sent it.

        Raises
        ------
        WanggeError
            It does not pass.
        """
        origin = origin_of(scope, read.forwarded, self._trusted)
        scope[ORIGIN] = origin
        _check_sane(scope, read, self._hosts)
        kind = _kind(scope)
        if read.keys:
            caller = await self._by_key(scope, read, origin)
        elif read.cookies:
            caller = await self._by_cookie(scope, read)
        else:
            caller = ANONYMOUS
        if not caller.signed_in:
            caller = _anonymous(origin.caller)
        scope[CALLER] = caller
        if kind is None:
            scope[WATCHING] = not origin.disguised and is_in(origin.address, self._watchers)
            return
        if kind == "sign_in":
            self._rates.count(kind, await self._counted(scope, read, origin))
        elif not caller.signed_in:
            self._rates.count(kind, origin.caller)
        else:
            self._rates.count(kind, f"account {caller.account}")

    async def _by_key(self, scope: Scope, read: _Read, origin: Origin) -> Caller:
        scheme, _, token = read.keys[0].decode("latin-1").strip().partition(" ")
        if scheme.lower() != "bearer":
            # Not ours: a proxy's own password, perhaps.
            return ANONYMOUS
        self._rates.check("write", f"refused {origin.caller}")
        service: _Accounts = scope["app"].state.services.accounts
        accounts = service.store
        token = token.strip()
        found = None
        if len(token) <= 4096 and token.isascii():
            look = accounts.token_owner if token.count(".") == 2 else accounts.key_owner
            found = await service.look(look, token)
        if found is None:
            self._rates.count("write", f"refused {origin.caller}")
            raise NotSignedIn(
                "this key or token is not good (any more): make one at /account or POST /token",
                "该密钥或令牌无效或已过期：请在 /account 新建密钥，或用 POST /token 重新取得令牌",
            )
        owner, scopes = found
        return _caller(owner, channel="api", scopes=scopes)

    async def _counted(self, scope: Scope, read: _Read, origin: Origin) -> str:
        """Return for whom an attempt to sign in counts: a browser that is known, or an address."""
        token = cookies.device_token(scope, read.cookies)
        service = scope["app"].state.services.accounts
        known = bool(token) and await service.look(service.store.is_device, token)
        return f"device {token}" if known else origin.caller

    async def _by_cookie(self, scope: Scope, read: _Read) -> Caller:
        token = cookies.session_token(scope, read.cookies)
        if not token:
            return ANONYMOUS
        service: _Accounts = scope["app"].state.services.accounts
        accounts = service.store
        found = await service.look(accounts.session, token)
        if found is None:
            return ANONYMOUS
        owner, session = found
        trusted = scope["method"] in _SAFE or secrets.compare_digest(
            read.csrf, session.csrf_token.encode()
        )
        return _caller(
            owner,
            channel="page",
            trusted_origin=trusted,
            session=session.id,
            token=token,
            csrf_token=session.csrf_token,
            began_at=session.created_at,
        )


@lru_cache(4096)
def _anonymous(counted_as: str) -> Caller:
    return Caller(counted_as=counted_as)


def _caller(owner: Account, **how: Any) -> Caller:
    return Caller(
        name=owner.name,
        role=owner.role,
        scope_grids=owner.scope_grids,
        must_change_password=owner.must_change_password,
        account=owner.id,
        epoch=owner.epoch,
        **how,
    )


def _keep_private(scope: Scope, headers: list[tuple[bytes, bytes]]) -> None:
    """Let nothing keep an answer that is for somebody who is signed in, but scripts and styles."""
    caller: Caller = scope.get(CALLER, ANONYMOUS)
    kept = dict(headers).get(b"cache-control", b"")
    if scope["path"] == "/" and b"private" not in kept:
        return
    if caller.signed_in and not scope["path"].startswith(_SHARED):
        headers[:] = [h for h in headers if h[0].lower() != b"cache-control"]
        headers.append((b"cache-control", b"no-store"))


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", UNMATCHED)


def _kind(scope: Scope) -> Kind | None:
    if scope["path"] in _UNCOUNTED:
        return None
    if scope["method"] in _SAFE:
        return "lookup"
    signs_in = scope["method"] == "POST" and scope["path"] in _SIGN_IN
    return "sign_in" if signs_in else "write"


def _check_sane(scope: Scope, read: _Read, hosts: frozenset[bytes]) -> None:
    if read.number > _MOST_HEADERS or read.size > _MOST_HEADER_BYTES:
        raise TooLarge(
            "headers",
            f"headers: more than {_MOST_HEADERS}, or than {_MOST_HEADER_BYTES >> 10} KiB",
            f"请求头超过 {_MOST_HEADERS} 个或 {_MOST_HEADER_BYTES >> 10} KiB",
        )
    if (
        len(read.hosts) > 1
        or (not read.hosts and scope.get("http_version") == "1.1")
        or (read.hosts and not _HOST.fullmatch(read.hosts[0]))
    ):
        raise InvalidInput(
            "host", "the header Host must be one name and port", "Host 请求头应为一个主机名和端口"
        )
    if hosts and (not read.hosts or _host_name(read.hosts[0]) not in hosts):
        raise InvalidInput(
            "host",
            "this host name is not served here (WANGGE_ALLOWED_HOSTS)",
            "此处不提供该主机名的服务（WANGGE_ALLOWED_HOSTS）",
        )
    if len(read.keys) > 1:
        raise InvalidInput(
            "authorization",
            "the header Authorization stands there twice",
            "Authorization 请求头重复出现",
        )
    if (
        scope["method"] not in _SAFE
        and read.fetch_site == b"cross-site"
        and (read.cookies or scope["path"] in _SIGN_IN)
    ):
        raise NotAllowed(
            "this request was sent from the page of another site",
            "该请求来自其他网站的页面，已拒绝",
        )


def _host_name(host: bytes) -> bytes:
    return re.sub(rb":[0-9]+$", b"", host).lower()


def _headers_at_once(scope: Scope, body: bytes, request_id: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer in JSON that was known at once, in one go."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-cache"),
        *ALWAYS,
        (b"x-request-id", request_id),
        (CSP, NOTHING),
    ]
    if scope["scheme"] == "https":
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return headers


def _most_bytes(caller: Caller, read: _Read) -> int:
    most = _MOST_SIGNED_IN if caller.signed_in else _MOST_ANONYMOUS
    return min(most, _MOST_JSON) if read.json else most


class _Body:
    """The body of a request, counted as it is received."""

    def __init__(self, most: int, in_flight: InFlight, caller: Caller, receive: Receive) -> None:
        self._most, self._in_flight, self._caller = most, in_flight, caller
        self._receive = receive
        self.size = 0

    async def receive(self) -> Message:
        """Return the next piece.

        Raises
        ------
        TooLarge
            The body is longer than any may be.
        TooManyRequests
            Too much is being received already.
        """
        message = await self._receive()
        piece = len(message.get("body", b""))
        if self.size + piece > self._most:
            shown = f"{self._most >> 20} MiB"
            raise TooLarge(
                "body", f"body: larger than {shown}", f"body 超过 {shown}", (f"..{shown}",)
            )
        self._in_flight.receive(self._caller, piece)
        self.size += piece
        return message

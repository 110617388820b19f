"""Every answer that the suite gets from the application is held against the description.

``tests/conftest.py`` puts :func:`watch` around the application before the first test and asks
:func:`wrong` after each: an answer with a status or a media type that its operation does not
declare, JSON that is not as declared, and a body that was taken but is not as declared, fail the
test that met them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs

# Nobody foresaw it (a test that provokes it asserts it itself), or nobody waits for it any more.
UNDESCRIBED = frozenset({499, 500})
_MOST_TAKEN = 1 << 20
# Its rows are taken as they are: one that is not as declared is answered with its own error.
_ROW_BY_ROW = frozenset({"/locate"})
_CHECKED = frozenset({"application/json", "application/problem+json"})
_FOUND: list[str] = []


@dataclass
class Exchange:
    """A request and its answer, as far as they are looked at."""

    taken: bytearray = field(default_factory=bytearray)
    sent_json: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)
    whole: bool = False

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip()


def watch() -> None:
    """Look at everything that any application of this process is asked and answers."""
    from api.http.service import Service

    serve = Service.__call__

    async def watched(app: Any, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await serve(app, scope, receive, send)
            return
        exchange = Exchange(sent_json=(b"content-type", b"application/json") in scope["headers"])
        await serve(app, scope, _heard(receive, exchange), _said(send, exchange))
        if exchange.whole:
            _FOUND.extend(faults(app, scope, exchange))

    Service.__call__ = watched  # type: ignore[method-assign]


def wrong() -> list[str]:
    """Return what was not as described since the last time."""
    found = list(dict.fromkeys(_FOUND))
    _FOUND.clear()
    return found


def _heard(receive: Callable[[], Awaitable[Any]], exchange: Exchange) -> Any:
    async def heard() -> Any:
        message = await receive()
        if len(exchange.taken) <= _MOST_TAKEN:
            exchange.taken += message.get("body", b"")
        return message

    return heard


def _said(send: Callable[[Any], Awaitable[None]], exchange: Exchange) -> Any:
    async def said(message: Any) -> None:
        await send(message)
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in message.get("headers", ())
            }
        elif message["type"] == "http.response.body":
            if exchange.media_type in _CHECKED:
                exchange.content += message.get("body", b"")
            exchange.whole = not message.get("more_body", False)

    return said


# --- held against the description ----------------------------------------------------------------


def faults(app: Any, scope: Any, exchange: Exchange) -> list[str]:
    """Return what of an exchange is not as described."""
    path = _path(app, scope)
    method = "get" if scope["method"] == "HEAD" else scope["method"].lower()
    operation = description()["paths"].get(path, {}).get(method)
    if operation is None or exchange.status in UNDESCRIBED:
        return []
    named = f"{scope['method']} {path} {exchange.status}"
    declared = operation["responses"].get(str(exchange.status))
    if declared is None:
        return [f"{named}: the status is not declared"]
    found = _answer_faults(path, method, declared, exchange, scope["method"] == "HEAD")
    if exchange.status < 300:
        found += _body_faults(path, method, operation, exchange)
    return [f"{named}: {fault}" for fault in found]


def _answer_faults(
    path: str, method: str, declared: Any, exchange: Exchange, head: bool
) -> list[str]:
    content = declared.get("content", {})
    if not exchange.media_type:
        return [] if not content or exchange.status == 303 else ["there is no media type"]
    if exchange.media_type not in content:
        return [f"{exchange.media_type} is not declared"]
    if head or exchange.media_type not in _CHECKED:
        return []
    checker = _checker(path, method, str(exchange.status), exchange.media_type)
    return _told(checker, bytes(exchange.content))


def _body_faults(path: str, method: str, operation: Any, exchange: Exchange) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    taken = bytes(exchange.taken).strip()
    schema = content.get("application/json", {}).get("schema", {})
    if len(content) > 1 and (not exchange.sent_json or "$ref" not in schema):
        return []
    if (
        path in _ROW_BY_ROW
        or "application/json" not in content
        or not 0 < len(taken) <= _MOST_TAKEN
    ):
        return []
    return [f"taken: {f}" for f in _told(_checker(path, method, "taken", ""), taken)]


def _told(checker: Any, content: bytes) -> list[str]:
    value = json.loads(content)
    if checker.is_valid(value):
        return []
    errors = list(checker.iter_errors(value))[:3]
    return [f"/{'/'.join(map(str, e.instance_path))}: {e.message[:400]}" for e in errors]


def _path(app: Any, scope: Any) -> str:
    from starlette.routing import Match

    from api.http.openapi import routes_of

    found = scope.get("route")
    if not hasattr(found, "path_format"):
        fits = (r for r in routes_of(app) if r.matches(scope)[0] is Match.FULL)
        found = next(fits, None)
    return found.path_format if found is not None else ""


@cache
def description() -> dict[str, Any]:
    """Return the description of the application."""
    from api import create_app
    from api.http.openapi import describe
    from api.settings import Settings

    return describe(create_app(Settings(_env_file=None)))


@cache
def _components() -> dict[str, Any]:
    """Return the schemas with their objects closed: what is answered is what is declared."""
    return _closed(copy.deepcopy(description()["components"]))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        schema.setdefault("additionalProperties", False)
    return schema


@cache
def _checker(path: str, method: str, status: str, media_type: str) -> Any:
    operation = description()["paths"][path][method]
    if status == "taken":
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
    else:
        schema = operation["responses"][status]["content"][media_type]["schema"]
    return jsonschema_rs.Draft202012Validator({**_closed(schema), "components": _components()})

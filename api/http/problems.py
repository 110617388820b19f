"""One table from errors to answers: RFC 9457 problem+json in the caller's language."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from api.http import json_log
from api.http.pages import page_answer
from gis.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Outdated,
    PreconditionRequired,
    StoreError,
    TooLarge,
    TooManyRequests,
    WanggeError,
)
from gis.findings import Text

STATUS: tuple[tuple[type[WanggeError], int, str, Text], ...] = (
    (TooLarge, 413, "too-large", Text("The request is too large", "请求过大")),
    (InvalidInput, 400, "invalid-input", Text("The request is not acceptable", "请求有误")),
    (NotSignedIn, 401, "not-signed-in", Text("Sign in first", "请先登录")),
    (NotAllowed, 403, "not-allowed", Text("Not allowed", "没有权限")),
    (TooManyRequests, 429, "too-many-requests", Text("Too many requests", "请求过于频繁")),
    (NotFound, 404, "not-found", Text("Not found", "未找到")),
    (PreconditionRequired, 428, "if-match-missing", Text("If-Match is missing", "缺少 If-Match")),
    (Outdated, 412, "outdated", Text("Changed meanwhile", "内容已被他人修改")),
    (Conflict, 409, "conflict", Text("Conflict", "冲突")),
    (StoreError, 503, "store", Text("The database is not available", "数据库不可用")),
)
_UNREADABLE = InvalidInput(
    "body",
    "body: cannot be read as what its Content-Type says",
    "body 无法按其 Content-Type 读取",
)
_MOST_LANGUAGES = 1_000
"""Characters of Accept-Language that are looked at."""
_HTTP_TITLES = {
    404: Text("There is nothing at this address", "此地址没有内容"),
    405: Text("This method is not allowed here", "此处不允许该方法"),
}


def install(app: FastAPI) -> None:
    """Make every error of an application a problem+json answer."""
    app.add_exception_handler(WanggeError, _wangge_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def language_of(request: Request) -> str:
    """Return ``en`` when the caller prefers English to Chinese, else ``zh-CN``."""
    return language_of_scope(request.scope)


def language_of_scope(scope: Scope) -> str:
    """Return the language of the caller of an ASGI scope (:func:`language_of`)."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return _preferred(value[:_MOST_LANGUAGES])
    return "zh-CN"


@lru_cache(1024)
def _preferred(accepted: bytes) -> str:
    ranked: list[tuple[float, str]] = []
    for item in accepted.decode("latin-1").split(",")[:10]:
        tag, _, quality = item.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), tag.lower()))
        except ValueError:
            continue
    for _, tag in sorted(ranked, key=lambda r: r[0]):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "zh-CN"


def problem(
    request: Request,
    status: int,
    kind: str,
    title: Text,
    detail: Text,
    *,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> Response:
    """Return a problem+json answer; ``members`` that are None are left out."""
    language = language_of(request)
    body = {
        "type": f"urn:wangge:problem:{kind}",
        "title": title.in_language(language),
        "status": status,
        "detail": detail.in_language(language),
        **{k: v for k, v in members.items() if v is not None},
    }
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type="application/problem+json",
        headers={"content-language": language, "cache-control": "no-store", **(headers or {})},
    )


async def _wangge_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WanggeError)
    return answer_to(request, error)


def answer_to(request: Request, error: WanggeError) -> Response:
    """Return the answer to whatever wangge refuses; a browser is sent to sign in."""
    if isinstance(error, NotSignedIn | NotAllowed) and _is_for_reading(request):
        return _page_for(request, error)
    for family, status, kind, title in STATUS:
        if isinstance(error, family):
            field = error.field if isinstance(error, InvalidInput) else None
            accepted = list(error.accepted) if isinstance(error, InvalidInput) else None
            return problem(
                request,
                status,
                kind,
                title,
                without_paths(request, error.text),
                headers=_headers(error),
                field=field,
                accepted=accepted or None,
                **(error.members if isinstance(error, Outdated) else {}),
            )
    return unexpected(request)


def without_paths(request: Request, text: Text) -> Text:
    """Return a text that does not say where the databases are: the log of the service does."""
    services = getattr(request.scope["app"].state, "services", None)
    if services is None:
        return text
    for shown in services.store.shown_as:
        text = Text(text.en.replace(shown, "the database"), text.zh.replace(shown, "数据库"))
    return text


def _is_for_reading(request: Request) -> bool:
    """Tell whether a person waits for a page, not a program for an answer."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


def _page_for(request: Request, error: WanggeError) -> Response:
    if isinstance(error, NotSignedIn):
        path = request.url.path
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/signin?next={quote(path + query, safe='/')}", 303)
    return page_answer(request, "refused", 403)


def _headers(error: WanggeError) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"www-authenticate": 'Bearer realm="wangge"'}
    if isinstance(error, TooManyRequests):
        return {"retry-after": str(error.retry_after_s)}
    return {}


def _title_of(family: type[WanggeError]) -> Text:
    return next(title for known, _, _, title in STATUS if known is family)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(e) for e in error.errors()]
    language = language_of(request)
    first = faults[0]
    return problem(
        request,
        400,
        "invalid-input",
        _title_of(InvalidInput),
        first["text"],
        field=first["field"],
        accepted=first["accepted"],
        errors=[
            {
                "field": f["field"],
                "detail": f["text"].in_language(language),
                **({"accepted": f["accepted"]} if f["accepted"] else {}),
            }
            for f in faults
        ],
    )


def _fault(fault: dict[str, Any]) -> dict[str, Any]:
    field = str(fault["loc"][-1])
    accepted = None
    context = fault.get("ctx") or {}
    if fault["type"] == "missing":
        text = Text(f"{field} is missing", f"缺少 {field}")
    elif "expected" in context:
        accepted = [v.strip(" '") for v in context["expected"].replace(" or ", ",").split(",")]
        known = ", ".join(accepted)
        text = Text(f"{field} must be one of {known}", f"{field} 应为以下之一：{known}")
    else:
        text = Text(f"{field}: {fault['msg']}", f"{field} 无效：{fault['msg']}")
    return {"field": field, "text": text, "accepted": accepted}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cause = error.__cause__
    if error.status_code == 400:
        # FastAPI says no more than that it could not read the body.
        return answer_to(request, cause if isinstance(cause, WanggeError) else _UNREADABLE)
    title = _HTTP_TITLES.get(error.status_code, Text(str(error.detail), str(error.detail)))
    headers = dict(error.headers or {})
    return problem(request, error.status_code, "http", title, title, headers=headers)


async def _unexpected_error(request: Request, error: Exception) -> Response:
    json_log.log_event("unexpected error", logging.ERROR, **json_log.error_fields(error))
    return unexpected(request)


def unexpected(request: Request) -> Response:
    """Return the answer to what nobody foresaw: it says nothing of the inside."""
    title = Text("Something went wrong on our side", "服务器内部错误")
    detail = Text(
        "It was recorded. Try again, and tell the office if it stays.",
        "错误已记录。请稍后重试；若仍出现，请告知街道网格办。",
    )
    return problem(request, 500, "internal", title, detail)

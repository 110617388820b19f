"""A JSON object from outside, read strictly."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

import orjson

from gis.errors import InvalidInput

_BODY = "body"


def read_object(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object; each stands once.

    Raises
    ------
    InvalidInput
        Not UTF-8 JSON, no object, a member that stands twice or holds what JSON does not have
        (NaN, half a character); names the member, or ``body``.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        _blame(body, problem)
    if not isinstance(value, dict):
        raise InvalidInput(
            _BODY, "body: must be a JSON object", "body 应为 JSON 对象", ("a JSON object",)
        )
    # Every member of an object has its colon: as many colons as members, and none stands twice.
    if body.count(b":") > len(value):
        _check_once(body)
    return value


def _check_once(body: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                shown = name[:40]
                raise InvalidInput(shown, f"{shown} is given more than once", f"{shown} 重复出现")
        return dict(pairs)

    try:
        json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise _too_deep() from None


def _too_deep() -> InvalidInput:
    return InvalidInput(_BODY, "body: nested too deeply", "body 嵌套过深")


def _blame(body: bytes, problem: orjson.JSONDecodeError) -> NoReturn:
    """Say which member is not JSON, where a more patient decoder can tell."""
    try:
        members = json.loads(body.decode("utf-8"), parse_constant=lambda _: object())
    except (ValueError, RecursionError):
        members = None
    for name, value in members.items() if isinstance(members, dict) else ():
        try:
            orjson.dumps({name: value}, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:
            shown = name.encode("utf-8", "replace").decode()[:40]
            raise InvalidInput(
                shown,
                f"{shown} holds NaN, Infinity, half a character or a number that is too large",
                f"{shown} 含有 NaN、Infinity、残缺字符或过大的数字",
            ) from None
    where = f"line {problem.lineno}, column {problem.colno}"
    raise InvalidInput(
        _BODY,
        f"body: no JSON in UTF-8 ({where}: {problem.msg[:80]})",
        f"body 不是 UTF-8 的 JSON（第 {problem.lineno} 行第 {problem.colno} 列）",
        ("application/json",),
    ) from None

"""Reading what a form sends, strictly: every fault names its field and the way out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gis.errors import InvalidInput

MAX_TEXT = 200
MAX_COUNT = 1_000_000
MAX_TEXTS = 50
EARLIEST, LATEST = date(1949, 1, 1), date(2200, 1, 1)


def check_names(given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse fields that are not known, and nothing at all.

    Raises
    ------
    InvalidInput
        Naming the field and those that are known.
    """
    accepted = tuple(known)
    for name in given:
        if name not in accepted:
            listed = ", ".join(accepted)
            raise InvalidInput(
                name[:40],
                f"field {name[:40]!r} is not known here (known: {listed})",
                f"此处没有字段 {name[:40]!r}（可用：{listed}）",
                accepted,
            )


def text(
    given: Mapping[str, Any], name: str, *, required: bool = False, limit: int = MAX_TEXT
) -> str:
    """Return a text without the space around it, "" when absent or null."""
    value = given.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise InvalidInput(name, f"{name} must be a text", f"{name} 应为文本")
    value = value.strip()
    if required and not value:
        raise InvalidInput(name, f"{name} is missing: fill it in", f"缺少 {name}：请填写")
    if len(value) > limit:
        raise InvalidInput(
            name,
            f"{name} is longer than {limit} characters: shorten it",
            f"{name} 超过 {limit} 个字符：请缩短",
        )
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") for c in value):
        raise InvalidInput(
            name,
            f"{name} holds a line break or a character that cannot be printed: type it again",
            f"{name} 含有换行或无法显示的字符：请重新输入",
        )
    return value


def texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts, each once; () when absent or null."""
    value = given.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TEXTS:
        raise InvalidInput(
            name,
            f"{name} must be a list of at most {MAX_TEXTS} texts",
            f"{name} 应为至多 {MAX_TEXTS} 个文本的列表",
        )
    read = [text({name: item}, name) for item in value]
    return tuple(dict.fromkeys(item for item in read if item))


def flag(given: Mapping[str, Any], name: str, *, may_be_unknown: bool = False) -> bool | None:
    """Return true or false; null only where it may be unknown."""
    value = given.get(name)
    if isinstance(value, bool) or (value is None and may_be_unknown):
        return value
    accepted = ("true", "false", "null") if may_be_unknown else ("true", "false")
    listed = ", ".join(accepted)
    raise InvalidInput(
        name, f"{name} must be one of {listed}", f"{name} 应为以下之一：{listed}", accepted
    )


def count(given: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number of 0 or more; None when absent or null."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise InvalidInput(
            name,
            f"{name} must be a whole number from 0 to {MAX_COUNT}",
            f"{name} 应为 0 到 {MAX_COUNT} 的整数",
            (f"0..{MAX_COUNT}",),
        )
    return value


def one_of(given: Mapping[str, Any], name: str, known: Iterable[str]) -> str | None:
    """Return one of the texts known; None when absent or null."""
    value = given.get(name)
    accepted = tuple(known)
    if value is None or value == "":
        return None
    if value in accepted:
        return str(value)
    listed = ", ".join(accepted)
    raise InvalidInput(
        name, f"{name} must be one of {listed}", f"{name} 应为以下之一：{listed}", accepted
    )


def day(given: Mapping[str, Any], name: str, *, required: bool = False) -> date | None:
    """Return a date written 2026-10-01; None when absent or null."""
    value = given.get(name)
    if (value is None or value == "") and not required:
        return None
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        found = date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(
            name,
            f"{name} must be a date such as 2026-10-01",
            f"{name} 应为 2026-10-01 这样的日期",
            ("YYYY-MM-DD",),
        ) from None
    if not EARLIEST <= found < LATEST:
        raise InvalidInput(
            name,
            f"{name} must be a day from {EARLIEST} and before {LATEST}",
            f"{name} 应在 {EARLIEST} 至 {LATEST} 之间",
        )
    return found

"""Reading what a form sends, strictly: every fault names its field and the way out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gis.errors import InvalidInput
from gis.schema import MAX_COUNT, MAX_TEXT, Field, Record, ValueKind

MAX_PHONE = 60
MAX_TEXTS = 50
_PHONE = set("0123456789+-() /转分机ext.#*,;、，；")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EARLIEST, LATEST = date(1949, 1, 1), date(2200, 1, 1)


def read(given: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Return the values of the fields that a form sends of a row.

    Raises
    ------
    InvalidInput
        A field that no form may change, or a value that is not acceptable.
    """
    check_names(given, names(record))
    return {name: _value(given, record.by_name[name], record.default(name)) for name in given}


def names(record: Record) -> tuple[str, ...]:
    """Return the fields of a row that a form may change."""
    return tuple(f.name for f in record.edited)


def _value(given: Mapping[str, Any], field: Field, default: Any) -> Any:
    name = field.name
    if field.value is ValueKind.TEXTS:
        return texts(given, name)
    if field.value is ValueKind.WHOLE:
        return count(given, name)
    if field.value is ValueKind.YES_NO:
        return flag(given, name, may_be_unknown=default is None)
    if field.value is ValueKind.CHOICE:
        return one_of(given, name, field.choices)
    if field.value is ValueKind.DAY:
        return day(given, name, required=field.required)
    if field.value is ValueKind.PHONE:
        return phone(given, name)
    found = text(given, name, required=field.required, limit=field.limit or MAX_TEXT)
    return found if found or field.required or default is not None else None


def body_schema(record: Record) -> dict[str, dict[str, Any]]:
    """Return what JSON Schema says of the fields that a form may change, by name."""
    return {f.name: _schema_of(f, record.default(f.name)) for f in record.edited}


def _schema_of(field: Field, default: Any) -> dict[str, Any]:
    described = {"description": f"{field.label.en} {field.label.zh}"}
    null = [] if field.required else ["null"]
    if field.value is ValueKind.TEXTS:
        items = {"type": "string", "maxLength": MAX_TEXT}
        return {"type": ["array", "null"], "items": items, "maxItems": MAX_TEXTS, **described}
    if field.value is ValueKind.WHOLE:
        return {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_COUNT, **described}
    if field.value is ValueKind.YES_NO:
        return {"type": ["boolean", *(["null"] if default is None else [])], **described}
    if field.value is ValueKind.CHOICE:
        return {"type": ["string", "null"], "enum": [*field.choices, "", None], **described}
    if field.value is ValueKind.DAY:
        return {"type": ["string", *null], "format": "date", **described}
    limit = field.limit or MAX_TEXT
    least = {"minLength": 1} if field.required else {}
    return {"type": ["string", *null], **least, "maxLength": limit, **described}


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


def phone(given: Mapping[str, Any], name: str) -> str:
    """Return a number that can be dialled, with what people write beside it; "" when absent."""
    number = text(given, name)
    plain = unicodedata.normalize("NFKC", number).lower()
    strange = [c for c in plain if c not in _PHONE]
    digits = any(c.isdigit() for c in number)
    if strange or (number and not digits) or len(number) > MAX_PHONE:
        raise InvalidInput(
            name,
            f"{name} {number[:40]!r} is not a phone number: write it as 025-5880-1234",
            f"{name} {number[:40]!r} 不是电话号码：请写作 025-5880-1234",
            ("025-5880-1234",),
        )
    return number


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
        # Of what fromisoformat takes, only this: 2026-W40-4 is a date too.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
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

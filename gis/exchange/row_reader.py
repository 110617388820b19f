"""Reading the fields of a row or feature from outside, one problem at a time.

Nothing is coerced: a count is a whole number, a text is a text. Each problem becomes a finding
that names the source, the field, the value and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from gis.findings import Finding, Text, error, warning
from gis.schema import MAX_COUNT, MAX_TEXT, RECORDS, Field, Record, ValueKind

Choice = TypeVar("Choice", bound=StrEnum)

_LABELS = {f.name: f.label.zh for record in RECORDS.values() for f in record.fields}
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_YES = {"yes", "true", "1", "是", "y", "√"}
_NO = {"no", "false", "0", "否", "n"}


@dataclass
class RowValues:
    """The properties of one feature or table row, and the problems met in reading them.

    Parameters
    ----------
    values
        What was read, by field name.
    source
        Where it stands, such as ``boundaries.geojson feature 12``.
    grid_code
        The grid it is about, once known.
    sheet, number
        Of a table: the sheet's title and the row's number.
    headings
        Of a table: what it calls the fields.
    words
        Of a table: the Chinese words that a field may hold, listed.
    nobody
        Of a table: the fields whose cell says that there is nobody, or nothing yet.
    told
        The fields whose cell was refused already: that they are missing is not said as well.
    """

    values: Mapping[str, Any]
    source: str
    grid_code: str | None = None
    findings: list[Finding] = field(default_factory=list)
    sheet: str | None = None
    number: int | None = None
    headings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    nobody: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    def fault(
        self,
        rule: str,
        en: str,
        zh: str,
        place: tuple[float, float] | None = None,
        name: str | None = None,
    ) -> None:
        """Record a problem that refuses the set; ``name`` is the field it is about."""
        self.findings.append(
            error(rule, Text(en, zh), grid_code=self.grid_code, place=place, **self._where(name))
        )

    def doubt(self, rule: str, en: str, zh: str, name: str | None = None) -> None:
        """Record something to look at, which is loaded all the same."""
        found = warning(rule, Text(en, zh), grid_code=self.grid_code, **self._where(name))
        self.findings.append(found)

    def _where(self, name: str | None) -> dict[str, Any]:
        where: dict[str, Any] = {"source": self.source, "sheet": self.sheet, "row": self.number}
        if name is not None and self.number is not None:
            value = self.values.get(name)
            where["column"] = self.headings.get(name, name)
            where["value"] = None if value is None else str(value)[:80]
        return where

    def called(self, name: str) -> str:
        """Return what the table calls a field."""
        return self.headings.get(name, name)

    def _wrong(self, name: str, en: str, zh: str) -> None:
        value = self.values.get(name)
        shown = "" if value is None else f" {str(value)[:40]!r}"
        named = self.headings.get(name) or _LABELS.get(name, name)
        called = self.called(name)
        self.fault("invalid_field", f"{called}{shown}: {en}", f"{named}{shown}：{zh}", name=name)

    def text(self, name: str, *, required: bool = False, limit: int = MAX_TEXT) -> str:
        """Return a text as it stands, "" when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            if required and name not in self.told:
                self._wrong(name, "is missing", "缺失，请填写")
            return ""
        if not isinstance(value, str):
            self._wrong(name, "must be a text", "应为文本")
            return ""
        if len(value) > limit:
            self._wrong(name, f"is longer than {limit} characters", f"超过 {limit} 个字符")
            return ""
        if _UNFIT.search(value):
            self._wrong(
                name, "holds control characters or half a character", "含有控制字符或残缺字符"
            )
            return ""
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; in a table they are separated by ``;``."""
        value = self.values.get(name)
        if value in (None, "", []):
            return ()
        items = value
        if isinstance(value, str):
            items = [v.strip() for v in value.replace("；", ";").split(";")]
            if len(value) <= MAX_TEXT and not _UNFIT.search(value):
                return tuple(filter(None, items))
        if not isinstance(items, list) or not all(isinstance(v, str) for v in items):
            self._wrong(name, "must be a list of texts", "应为文本列表")
            return ()
        if not any(len(v) > MAX_TEXT or _UNFIT.search(v) for v in items):
            return tuple(filter(None, items))
        read = [replace(self, values={name: v}, findings=[]) for v in items]
        kept = tuple(t for row in read if (t := row.text(name)))
        self.findings += [f for row in read for f in row.findings]
        return kept

    def count(self, name: str) -> int | None:
        """Return a whole number of 0 or more, None when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            value = int(value)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 0 <= value <= MAX_COUNT:
            self._wrong(name, "must be a whole number, 0 or more", "应为不小于 0 的整数")
            return None
        return int(value)

    def flag(self, name: str, default: bool | None) -> bool | None:
        """Return yes or no; ``default`` when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        word = str(value).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        self._wrong(name, "must be yes or no", "应为 是 或 否")
        return default

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Return a date written 2026-10-01, None when absent."""
        value = self.text(name, required=required, limit=40)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self._wrong(name, "must be a date like 2026-10-01", "应为 2026-10-01 这样的日期")
            return None

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        """Return one of the values of an enumeration; None with a finding otherwise."""
        value = self.values.get(name)
        try:
            return kind(str(value))
        except ValueError:
            known = ", ".join(kind)
            listed = self.words.get(name) or _listed(kind)
            self._wrong(name, f"must be one of {known}", f"应为以下之一：{listed}")
            return None

    def one_of(self, name: str, known: Iterable[str]) -> str | None:
        """Return one of the texts known, None when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        known = tuple(known)
        if isinstance(value, str) and value in known:
            return value
        self._wrong(name, f"must be one of {', '.join(known)}", f"应为以下之一：{'、'.join(known)}")
        return None


@cache
def _listed(kind: type[StrEnum]) -> str:
    """Return what an office calls the values of an enumeration, listed."""
    for record in RECORDS.values():
        for one in record.fields:
            if one.words and tuple(one.choices) == tuple(kind):
                return "、".join(one.usual_words.get(str(k), str(k)) for k in kind)
    return "、".join(kind)


def readers_of(
    record: Record, fields: Iterable[Field]
) -> tuple[tuple[str, Callable[[RowValues], Any]], ...]:
    """Return what reads each of some fields of a row, by its name."""
    return tuple((f.name, _reader_of(f, record.default(f.name))) for f in fields)


def _reader_of(field: Field, default: Any) -> Callable[[RowValues], Any]:
    """Return what reads a field of a row: ``default`` where it is absent."""
    name, required, limit = field.name, field.required, field.limit or MAX_TEXT
    if field.value is ValueKind.TEXTS:
        return lambda row: row.texts(name)
    if field.value is ValueKind.WHOLE:
        return lambda row: row.count(name)
    if field.value is ValueKind.YES_NO:
        return lambda row: row.flag(name, default)
    if field.value is ValueKind.DAY:
        return lambda row: row.day(name, required=required)
    if field.value is ValueKind.CHOICE:
        return lambda row: row.one_of(name, field.choices)
    if default is None and not required:
        return lambda row: row.text(name, limit=limit) or None
    return lambda row: row.text(name, required=required, limit=limit)


def unknown_fields(seen: Mapping[str, int], known: Iterable[str], source: str) -> list[Finding]:
    """Return a warning for each field that was met but is not kept."""
    known = set(known)
    return [
        warning(
            "unknown_field",
            Text(
                f"field {name[:60]!r} in {times} row(s) is not one of ours and is not kept",
                f"{times} 行中的字段 {name[:60]!r} 不在约定之内，不予保存",
            ),
            source=source,
        )
        for name, times in sorted(seen.items())
        if name not in known
    ]

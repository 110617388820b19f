"""What a check says: a sentence about a place, in the two languages of the office."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in English and in Chinese.

    >>> Text("no such grid", "没有这个网格").in_language("zh-CN")
    '没有这个网格'
    """

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return the Chinese sentence for any ``zh…`` tag, else the English one."""
        return self.zh if language.lower().startswith("zh") else self.en


class Severity(StrEnum):
    """How much a finding weighs: an error keeps a whole set from being loaded."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark about a set of boundaries, places or people.

    Parameters
    ----------
    severity
        Errors refuse the set; warnings and notes are reported and loaded.
    rule
        A stable name for the kind of finding, such as ``overlap``.
    text
        What is wrong and the way out.
    grid_code
        The code of the grid it is about, where there is one.
    place
        ``(lon, lat)`` in WGS84, degrees, where it can be pointed at.
    size, unit
        How large the fault is: ``m2``, ``m``, ``households``, ``buildings``, ``shopfronts``.
    source
        The file and the row or feature it was read from.
    sheet, row, column, value
        The cell of a table it is about, where there is one: the sheet's title, the row's number
        and the column's heading as the table has them, and what stands there.
    """

    severity: Severity
    rule: str
    text: Text
    grid_code: str | None = None
    place: tuple[float, float] | None = None
    size: float | None = None
    unit: str | None = None
    source: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None


def error(rule: str, text: Text, **where: object) -> Finding:
    """Return a finding that refuses the set."""
    return Finding(Severity.ERROR, rule, text, **where)  # type: ignore[arg-type]


def warning(rule: str, text: Text, **where: object) -> Finding:
    """Return a finding that is reported and loaded all the same."""
    return Finding(Severity.WARNING, rule, text, **where)  # type: ignore[arg-type]


def note(rule: str, text: Text, **where: object) -> Finding:
    """Return a remark."""
    return Finding(Severity.NOTE, rule, text, **where)  # type: ignore[arg-type]


def errors_among(findings: tuple[Finding, ...] | list[Finding]) -> tuple[Finding, ...]:
    """Return the findings that refuse a set, in their order."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)

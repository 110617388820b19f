"""What a check says: a sentence about a place, in the two languages of the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

MOST_OF_A_RULE = 1_000


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
    times
        For how many it stands: more than 1 for those of a rule that are not listed.
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
    times: int = 1


class Noted(list[Finding]):
    """Findings as they are met: of each rule the first thousand, and then how many more.

    In a table every row of which is wrong, that is all there is room for and anybody reads.
    """

    def __init__(self, found: Iterable[Finding] = ()) -> None:
        super().__init__()
        self._met: dict[tuple[Severity, str], int] = {}
        self += found

    def __iadd__(self, found: Iterable[Finding]) -> Noted:  # type: ignore[misc, override]
        """Note some more."""
        for one in found:
            key = (one.severity, one.rule)
            met = self._met[key] = self._met.get(key, 0) + one.times
            if one.times == 1 and met <= MOST_OF_A_RULE:
                self.append(one)
        return self

    def told(self) -> list[Finding]:
        """Return the findings, and one that stands for those of a rule that are not listed.

        >>> [f.times for f in Noted([note("r", Text("", ""))] * 1_002).told()[-2:]]
        [1, 2]
        """
        listed: dict[tuple[Severity, str], int] = {}
        for one in self:
            key = (one.severity, one.rule)
            listed[key] = listed.get(key, 0) + 1
        rest = {key: met - listed.get(key, 0) for key, met in self._met.items()}
        return [*self, *(_more(*key, times) for key, times in rest.items() if times > 0)]


def _more(severity: Severity, rule: str, times: int) -> Finding:
    text = Text(
        f"and {times:,} more of this kind, not listed: see to those above, then look again",
        f"另有 {times:,} 条同类问题未列出：请先处理以上各条，再重新查看",
    )
    return Finding(severity, rule, text, times=times)


def count(findings: Iterable[Finding], severity: Severity | None = None) -> int:
    """Return how many findings there are, of one weight or of all, listed or not."""
    return sum(f.times for f in findings if severity is None or f.severity is severity)


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

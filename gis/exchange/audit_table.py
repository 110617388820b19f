"""The audit log as a table to take away: CSV or XLSX, nothing in it runs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from gis.audit import AuditEntry, canonical
from gis.clock import OFFICE_TIME
from gis.tables.csv_files import csv_bytes
from gis.tables.xlsx_write import XlsxSheet, write_workbook

COLUMNS = (
    "number", "time", "who", "role", "door", "action", "subject", "version", "reason", "before",
    "after", "erased", "sha256",
)  # fmt: skip
_LONGEST = 30_000


def office_time(at: str) -> str:
    """Return a time of the log as the office's clock shows it.

    >>> office_time("2026-11-27T16:30:00.000000Z")
    '2026-11-28 00:30:00'
    """
    try:
        moment = datetime.fromisoformat(at).astimezone(OFFICE_TIME)
    except (ValueError, OverflowError):
        return at
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def as_utc(day: date, *, after: bool = False) -> str:
    """Return when a day begins at the office (``after``: when it is over), as the log has it.

    >>> as_utc(date(2026, 11, 28))
    '2026-11-27T16:00:00.000000Z'
    >>> as_utc(date.min), as_utc(date(999, 12, 31)), as_utc(date.max, after=True)
    ('0001-01-01T00:00:00.000000Z', '0999-12-30T15:54:17.000000Z', '9999-12-31T23:59:59.999999Z')
    """
    try:
        day += timedelta(days=1) if after else timedelta()
        begins = datetime.combine(day, time(), OFFICE_TIME).astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        begins = datetime.max if after else datetime.min
    return f"{begins.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as JSON."""
    sealed = entry.sealed
    return {
        "number": sealed.number,
        "at": sealed.at,
        "who": entry.who,
        "role": sealed.role,
        "door": sealed.door,
        "action": sealed.action,
        "subject": sealed.subject,
        "version": sealed.version,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "erased": list(entry.erased),
        "sha256": entry.sha256,
    }


def rows_of(entries: Iterable[AuditEntry]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table, a value for each of :data:`COLUMNS`."""
    for entry in entries:
        sealed = entry.sealed
        yield (
            sealed.number,
            office_time(sealed.at),
            entry.who or "",
            sealed.role,
            sealed.door,
            sealed.action,
            sealed.subject,
            sealed.version,
            entry.reason or "",
            _told(entry.before),
            _told(entry.after),
            ", ".join(entry.erased),
            entry.sha256,
        )


def _told(value: Any) -> str:
    if value is None:
        return ""
    text = canonical(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def as_csv(entries: Iterable[AuditEntry]) -> bytes:
    """Return the table as CSV in UTF-8 with the mark that Excel looks for."""
    return csv_bytes(COLUMNS, rows_of(entries), for_excel=True)


def as_xlsx(entries: Iterable[AuditEntry]) -> bytes:
    """Return the table as a workbook."""
    out = io.BytesIO()
    write_workbook(out, [XlsxSheet("审计记录", COLUMNS, rows_of(entries))])
    return out.getvalue()

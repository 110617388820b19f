"""The audit log: asked by day, taken away as a table, relieved of personal values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gis.audit import VALUES, Author
from gis.errors import InvalidInput, TooLarge
from gis.exchange.audit_table import as_csv, as_utc, as_xlsx
from gis.store import Store
from gis.store.audit import AuditQuery

MOST_EXPORTED = 1_000_000
TABLES = {"csv": as_csv, "xlsx": as_xlsx}


def query_by_day(
    *,
    who: str = "",
    action: str = "",
    subject: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
) -> AuditQuery:
    """Return a query of the entries of some days at the office, both included."""
    return AuditQuery(
        who=who.strip(),
        action=action.strip(),
        subject=subject.strip(),
        since=as_utc(since) if since else "",
        until=as_utc(until, after=True) if until else "",
        text=text.strip(),
    )


def export_entries(store: Store, query: AuditQuery, kind: str) -> bytes:
    """Return all entries asked for as a CSV or XLSX table; no cell of it starts a formula.

    Raises
    ------
    TooLarge
        More than a million, which no workbook holds: none is left out silently.
    """
    found = store.audit_log(replace(query, limit=MOST_EXPORTED, offset=0))
    if found.total > MOST_EXPORTED:
        raise TooLarge(
            "since",
            f"{found.total:,} entries, at most {MOST_EXPORTED:,} in a table: ask for fewer days "
            "with since and until",
            f"共 {found.total:,} 条，一个表格最多 {MOST_EXPORTED:,} 条："
            "请用 since、until 缩小日期范围",
        )
    return TABLES[kind](found.entries)


def erase_values(
    store: Store, author: Author, number: int, fields: Sequence[str], *, reason: str
) -> tuple[str, ...]:
    """Erase personal values of an entry for good; return which of them were there.

    Raises
    ------
    InvalidInput
        No field, one that cannot be erased, or no reason.
    NotFound
        There is no such entry.
    """
    if not fields or not reason.strip():
        raise InvalidInput(
            "reason" if fields else "fields",
            "name the fields to erase, and the reason",
            "请给出要删除的字段和理由",
            VALUES,
        )
    names = tuple(dict.fromkeys(fields))
    return store.erase_from_audit(author, number, names, reason=reason.strip())

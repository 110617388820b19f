"""How a change of the accounts gets into the audit log, which is in another database.

The entry is written into the ``outbox`` in the transaction of the change itself, and carried
over to the log once that is committed; then it leaves the outbox. So nothing that was changed
can miss the log, and nothing that was not changed can be in it. A process that dies in between
leaves the entry in the outbox, and the next start or the next change carries it over; one that
dies after the log took it and before it left the outbox has it in the log twice, with the same
``outbox`` mark.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, select

from gis.audit import AuditChange, Author
from gis.errors import StoreError
from gis.store.accounts.seals import check_seal, insert_sealed
from gis.store.accounts.tables import outbox
from gis.store.engine import Database

Recorder = Callable[[Author, AuditChange, str], object]
_log = logging.getLogger("wangge")


def post(connection: Connection, author: Author, change: AuditChange, reason: str = "") -> None:
    """Put an entry into the outbox, in the transaction of the change that it tells of."""
    marked = {**(change.after or {}), "outbox": secrets.token_hex(6)}
    entry = {
        "author": {"name": author.name, "role": author.role, "door": author.channel},
        "change": {**asdict(change), "after": marked},
        "reason": reason,
    }
    insert_sealed(connection, outbox, {"entry": entry, "at": int(time.time())})


def carry_over(database: Database, record: Recorder) -> int:
    """Write what waits in the outbox into the audit log, oldest first; return how many.

    What the log does not take now stays, and is carried over the next time.
    """
    with database.reading() as connection:
        if connection.scalar(select(outbox.c.number).limit(1)) is None:
            return 0
    # Two that carry over at once would write twice: the second waits, and finds nothing.
    with database.writing() as connection:
        waiting = connection.execute(select(outbox).order_by(outbox.c.number)).all()
        for done, row in enumerate(waiting):
            try:
                check_seal(outbox, row._mapping)
                record(*_entry(row.entry))
            except StoreError as problem:
                _log.error("the audit log does not answer, entries wait: %s", problem.text.en)
                return done
            connection.execute(delete(outbox).where(outbox.c.number == row.number))
    return len(waiting)


def _entry(entry: dict[str, Any]) -> tuple[Author, AuditChange, str]:
    who = entry["author"]
    author = Author(who["name"], who["role"], who["door"])
    return author, AuditChange(**entry["change"]), entry["reason"]

"""Failed sign-ins: after a few, whoever is not known cannot try on for a while.

Three things are counted: the failures of a name from one address, of a name from wherever, and
of an address whatever the name; of the last two one is forgotten now and then. The wait doubles
with every further failure. A browser in which somebody has signed in before is known for that
name: it has a count of its own, and the failures of others do not keep it out. So nobody guesses
on from many addresses, and nobody locks an office out by failing in its name.

Names that no account has are counted alike, so that the wait tells nothing. An attempt counts as
failed before its password is looked at: many at once get no more tries than one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, delete, select

from gis.errors import TooManyRequests
from gis.store.accounts.seals import insert_sealed, update_sealed
from gis.store.accounts.secrets import digest
from gis.store.accounts.tables import attempt

FREE_FAILURES = 5
FREE_OF_A_NAME = 20
FREE_OF_AN_ADDRESS = 50
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3600
_FORGOTTEN_AFTER_S = 24 * 3600

_c = attempt.c


@dataclass(frozen=True, slots=True)
class Counter:
    """One of the counts of an attempt: its row, what is counted, how many may fail and did.

    One failure is forgotten every ``forgets_s`` seconds without another.
    """

    who: str
    counted: str
    free: int
    forgets_s: int = _FORGOTTEN_AFTER_S
    failures: int = 0

    @property
    def wait_s(self) -> int:
        """How many seconds it has to be waited after so many failures."""
        return wait_after(self.failures, self.free)


def wait_after(failures: int, free: int = FREE_FAILURES) -> int:
    """Return how many seconds a name rests after so many failures in a row.

    >>> [wait_after(n) for n in (4, 5, 6, 7, 30)]
    [0, 30, 60, 120, 3600]
    """
    over = failures - free
    return 0 if over < 0 else min(FIRST_WAIT_S << min(over, 20), LONGEST_WAIT_S)


def counters_of(key: str, address: str, device: str) -> tuple[Counter, ...]:
    """Return what an attempt counts for; ``device`` "": the browser is not known for the name."""
    if device:
        return (Counter(digest(f"device\n{key}\n{device}"), "device", FREE_FAILURES),)
    return (
        Counter(digest(f"{key}\n{address}"), "name at one address", FREE_FAILURES),
        Counter(digest(f"name\n{key}"), "name", FREE_OF_A_NAME, 1800),
        Counter(digest(f"address\n{address}"), "address", FREE_OF_AN_ADDRESS, 600),
    )


def begin(connection: Connection, counters: Sequence[Counter], now: int) -> tuple[Counter, ...]:
    """Count an attempt as failed until it has succeeded; return the counts with it.

    Raises
    ------
    TooManyRequests
        It has to be waited.
    """
    rows = {c.who: _row(connection, c, now) for c in counters}
    waits = [_left(row, c, now) for c in counters if (row := rows[c.who]) is not None]
    if waits and max(waits) > 0:
        raise locked(max(waits))
    connection.execute(delete(attempt).where(_c.failed_at < now - _FORGOTTEN_AFTER_S))
    return tuple(_count(connection, c, rows[c.who], now) for c in counters)


def _row(connection: Connection, counter: Counter, now: int) -> RowMapping | None:
    found = connection.execute(select(attempt).where(_c.who_sha256 == counter.who))
    row = found.mappings().one_or_none()
    return row if row is not None and row["failed_at"] >= now - _FORGOTTEN_AFTER_S else None


def _left(row: RowMapping, counter: Counter, now: int) -> int:
    """Return how long it is to be waited; a clock that was set back makes it no longer."""
    longest = wait_after(row["failures"], counter.free)
    return min(int(row["locked_until"]) - now, longest)


def _count(connection: Connection, counter: Counter, row: RowMapping | None, now: int) -> Counter:
    before = row["failures"] - max(0, now - row["failed_at"]) // counter.forgets_s if row else 0
    failed = replace(counter, failures=max(0, before) + 1)
    values = {
        "failures": failed.failures,
        "failed_at": now,
        "locked_until": now + failed.wait_s,
    }
    if row is None:
        insert_sealed(connection, attempt, {"who_sha256": failed.who, **values})
    else:
        update_sealed(connection, attempt, _c.who_sha256 == failed.who, values)
    return failed


def succeed(connection: Connection, counters: Sequence[Counter]) -> None:
    """Forget the failures of a name at one address or in a browser, and this attempt of the others.

    What others have failed with a name, or an address with other names, stays counted.
    """
    for counter in counters:
        own = counter.free == FREE_FAILURES or counter.failures <= 1
        if own:
            connection.execute(delete(attempt).where(_c.who_sha256 == counter.who))
        else:
            values = {"failures": counter.failures - 1, "locked_until": 0}
            update_sealed(connection, attempt, _c.who_sha256 == counter.who, values)


def locked(seconds: int) -> TooManyRequests:
    """Return the error for a name that rests."""
    minutes = -(-seconds // 60)
    return TooManyRequests(
        f"too many failed sign-ins: try again in {seconds} s, or ask an administrator to reset "
        "the password",
        f"登录失败次数过多：请在约 {minutes} 分钟后重试，或请管理员重置密码",
        seconds,
    )

"""Failed sign-ins: after a few, a name cannot be tried from that address for a while.

The wait doubles with every further failure. Names that no account has are counted alike, so
that the wait tells nothing. An attempt counts as failed before its password is looked at: many
at once get no more tries than one after the other.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from gis.errors import TooManyRequests
from gis.store.accounts.secrets import digest
from gis.store.accounts.tables import attempt

FREE_FAILURES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3600
_FORGOTTEN_AFTER_S = 24 * 3600

_c = attempt.c


def wait_after(failures: int) -> int:
    """Return how many seconds a name rests after so many failures in a row.

    >>> [wait_after(n) for n in (4, 5, 6, 7, 30)]
    [0, 30, 60, 120, 3600]
    """
    over = failures - FREE_FAILURES
    return 0 if over < 0 else min(FIRST_WAIT_S << min(over, 20), LONGEST_WAIT_S)


def begin(connection: Connection, key: str, address: str, now: int) -> tuple[str, int]:
    """Count an attempt as failed until it has succeeded; return what it is counted under.

    Returns
    -------
    tuple of str and int
        The hash of name and address, and how many have failed with this one.

    Raises
    ------
    TooManyRequests
        The name rests, for an address.
    """
    who = digest(f"{key}\n{address}")
    row = connection.execute(select(_c.failures, _c.locked_until).where(_c.who_sha256 == who))
    found = row.one_or_none()
    if found and found.locked_until > now:
        raise locked(found.locked_until - now)
    failures = (found.failures if found else 0) + 1
    values = {
        "failures": failures,
        "failed_at": now,
        "locked_until": now + wait_after(failures),
    }
    if found:
        connection.execute(update(attempt).where(_c.who_sha256 == who).values(**values))
    else:
        connection.execute(delete(attempt).where(_c.failed_at < now - _FORGOTTEN_AFTER_S))
        connection.execute(insert(attempt).values(who_sha256=who, **values))
    return who, failures


def succeed(connection: Connection, who: str) -> None:
    """Forget the failures."""
    connection.execute(delete(attempt).where(_c.who_sha256 == who))


def locked(seconds: int) -> TooManyRequests:
    """Return the error for a name that rests."""
    minutes = -(-seconds // 60)
    return TooManyRequests(
        f"too many failed sign-ins: try again in {seconds} s, or ask an administrator to reset "
        "the password",
        f"登录失败次数过多：请在约 {minutes} 分钟后重试，或请管理员重置密码",
        seconds,
    )

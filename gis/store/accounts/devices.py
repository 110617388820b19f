"""Browsers in which somebody has signed in before: failures of others do not keep them out."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from gis.store.accounts.seals import insert_sealed, is_sealed, update_sealed
from gis.store.accounts.secrets import digest, new_token
from gis.store.accounts.tables import device

LASTS_S = 180 * 86_400
MOST_DEVICES = 20
_c = device.c


def is_known(connection: Connection, token: str, account: str, now: int) -> bool:
    """Tell whether a browser is known for an account; of no account ("") none is."""
    found = select(device).where(_c.token_sha256 == digest(token), _c.account == account)
    row = connection.execute(found).mappings().one_or_none()
    return row is not None and is_sealed(device, row) and 0 <= now - row["seen_at"] < LASTS_S


def is_anybodys(connection: Connection, token: str, now: int) -> bool:
    """Tell whether a browser is known for whomever."""
    seen = select(_c.seen_at).where(_c.token_sha256 == digest(token))
    return any(0 <= now - at < LASTS_S for at in connection.scalars(seen))


def note(connection: Connection, token: str, account: str, now: int) -> str:
    """Put down that somebody has signed in in a browser; return the token it is known by.

    A browser that is known already, for whomever, keeps its token. Of many the oldest go.
    """
    token = token if token and is_anybodys(connection, token, now) else new_token()
    same = (_c.token_sha256 == digest(token)) & (_c.account == account)
    if connection.scalar(select(_c.account).where(same)):
        update_sealed(connection, device, same, {"seen_at": now})
        return token
    mine = select(_c.token_sha256).where(_c.account == account).order_by(_c.seen_at.desc())
    old = connection.scalars(mine.offset(MOST_DEVICES - 1)).all()
    connection.execute(delete(device).where(_c.account == account, _c.token_sha256.in_(old)))
    row = {"token_sha256": digest(token), "account": account, "seen_at": now}
    insert_sealed(connection, device, row)
    return token


def forget(connection: Connection, account: str) -> None:
    """Forget every browser of an account."""
    connection.execute(delete(device).where(_c.account == account))

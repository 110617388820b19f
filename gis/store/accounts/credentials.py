"""What an account is given to show at the doors: sessions, API keys, tokens.

A session or key is known by the SHA-256 of what its owner holds. A token is a JWT, signed with
a key of this database by one algorithm; it ends by its time, or as soon as the account is
disabled or its epoch grows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from gis.accounts import Account, ApiKey, Scope, Session
from gis.errors import InvalidInput, NotFound
from gis.store.accounts import account_rows
from gis.store.accounts.seals import check_seal, insert_sealed, update_sealed
from gis.store.accounts.secrets import KEY_PREFIX, digest, new_token
from gis.store.accounts.tables import api_key, session, signing_key

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "wangge", "wangge-api"
_REQUESTS = "wangge-requests"
_REQUEST_LASTS_S = 7 * 86_400
MOST_SESSIONS, MOST_KEYS = 20, 20
_SEEN_EVERY_S = 60
_CLOCKS_DIFFER_S = 60
_AGENT_LENGTH = 160
_s, _k = session.c, api_key.c


# --- sessions ----------------------------------------------------------------------------------


def open_session(
    connection: Connection, owner: Account, agent: str, now: int, lasts_s: int
) -> tuple[str, Session]:
    """Begin a session; return its token and what is known of it. The oldest of many ends."""
    connection.execute(delete(session).where(_s.expires_at <= now))
    mine = select(_s.token_sha256).where(_s.account == owner.id).order_by(_s.seen_at.desc())
    too_many = connection.scalars(mine.offset(MOST_SESSIONS - 1)).all()
    connection.execute(delete(session).where(_s.token_sha256.in_(too_many)))
    token = new_token()
    row = {
        "token_sha256": digest(token),
        "account": owner.id,
        "csrf_token": new_token(),
        "agent": agent[:_AGENT_LENGTH].encode("ascii", "replace").decode(),
        "created_at": now,
        "seen_at": now,
        "expires_at": now + lasts_s,
    }
    insert_sealed(connection, session, row)
    return token, _session(row)


def _session(row: RowMapping | dict[str, Any]) -> Session:
    return Session(
        id=row["token_sha256"][:16],
        **{name: row[name] for name in Session.__slots__ if name not in ("id", "device")},
    )


def find_session(
    connection: Connection, token: str, now: int, idle_s: int
) -> tuple[Account, Session] | None:
    """Return the session of a token and its account, None when it has ended."""
    found = select(session).where(_s.token_sha256 == digest(token))
    row = connection.execute(found).mappings().one_or_none()
    if row is None or now >= row["expires_at"] or now - row["seen_at"] >= idle_s:
        return None
    if is_set_back(row["seen_at"], now):
        return None
    check_seal(session, row)
    owner = account_rows.by_id(connection, row["account"])
    return (owner, _session(row)) if owner and not owner.disabled else None


def is_set_back(then: int, now: int) -> bool:
    """Tell whether a time lies ahead of the clock: it was set back, and nothing can be measured."""
    return then - now > _CLOCKS_DIFFER_S


def is_to_be_seen(found: Session, now: int) -> bool:
    """Tell whether a use of a session is worth writing down."""
    return now - found.seen_at >= _SEEN_EVERY_S


def see(connection: Connection, token: str, now: int) -> None:
    """Write down that a session was used."""
    update_sealed(connection, session, _s.token_sha256 == digest(token), {"seen_at": now})


def sessions_of(connection: Connection, owner: str, now: int, idle_s: int) -> tuple[Session, ...]:
    """Return the sessions of an account that have not ended, the last used first."""
    rows = connection.execute(
        select(session)
        .where(_s.account == owner, _s.expires_at > now, _s.seen_at > now - idle_s)
        .order_by(_s.seen_at.desc())
    ).mappings()
    return tuple(_session(row) for row in rows)


def end_sessions(connection: Connection, owner: str, *, but: str | None = None) -> None:
    """End all sessions of an account, but the one with a token."""
    ended = delete(session).where(_s.account == owner)
    if but is not None:
        ended = ended.where(_s.token_sha256 != digest(but))
    connection.execute(ended)


def end_session(connection: Connection, owner: str, identity: str) -> None:
    """End one session of an account by its id.

    Raises
    ------
    NotFound
        It is not one of this account's.
    """
    mine = connection.scalars(select(_s.token_sha256).where(_s.account == owner)).all()
    ended = [found for found in mine if found[:16] == identity]
    if not ended:
        raise NotFound("there is no such session", "没有这个登录会话")
    connection.execute(delete(session).where(_s.token_sha256.in_(ended)))


def end_token(connection: Connection, token: str) -> None:
    """End the session of a token, if there is one."""
    connection.execute(delete(session).where(_s.token_sha256 == digest(token)))


# --- API keys ----------------------------------------------------------------------------------


def make_key(
    connection: Connection,
    owner: Account,
    *,
    name: str,
    scopes: Iterable[Scope],
    now: int,
    lasts_s: int | None,
) -> tuple[str, ApiKey]:
    """Make an API key; return the key itself, which is not kept, and what is known of it.

    Raises
    ------
    InvalidInput
        A name that is empty or too long, no scope, or too many keys.
    """
    if not 1 <= len(name.strip()) <= 60:
        raise InvalidInput(
            "name",
            "name: say in 1 to 60 characters what the key is for",
            "name：请用 1 到 60 个字符说明密钥用途",
        )
    if len([k for k in keys_of(connection, owner.id) if k.revoked_at is None]) >= MOST_KEYS:
        raise InvalidInput(
            "name",
            f"name: an account has at most {MOST_KEYS} keys: revoke one first",
            f"每个账号最多 {MOST_KEYS} 个密钥：请先撤销一个",
        )
    identity, secret = secrets.token_hex(6), new_token()
    row = {
        "id": identity,
        "account": owner.id,
        "name": name.strip(),
        "scopes": sorted(set(scopes)),
        "created_at": now,
        "expires_at": None if lasts_s is None else now + lasts_s,
        "used_at": None,
        "revoked_at": None,
    }
    insert_sealed(connection, api_key, {**row, "secret_sha256": digest(secret)})
    return f"{KEY_PREFIX}_{identity}_{secret}", _key(row)


def _key(row: RowMapping | dict[str, Any]) -> ApiKey:
    values = {name: row[name] for name in ApiKey.__slots__}
    return ApiKey(**{**values, "scopes": frozenset(map(Scope, row["scopes"]))})


def find_key(connection: Connection, key: str, now: int) -> tuple[Account, ApiKey] | None:
    """Return an API key and its account, None when it is none or has ended."""
    prefix, _, rest = key.partition("_")
    identity, _, secret = rest.partition("_")
    if prefix != KEY_PREFIX or not secret:
        return None
    row = connection.execute(select(api_key).where(_k.id == identity)).mappings().one_or_none()
    if row is None or not secrets.compare_digest(row["secret_sha256"], digest(secret)):
        return None
    check_seal(api_key, row)
    found = _key(row)
    if is_set_back(found.created_at, now):
        return None
    if found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
        return None
    owner = account_rows.by_id(connection, found.account)
    return (owner, found) if owner and not owner.disabled else None


def is_key_to_be_seen(found: ApiKey, now: int) -> bool:
    """Tell whether a use of a key is worth writing down."""
    return found.used_at is None or now - found.used_at >= _SEEN_EVERY_S


def see_key(connection: Connection, identity: str, now: int) -> None:
    """Write down that a key was used."""
    update_sealed(connection, api_key, _k.id == identity, {"used_at": now})


def keys_of(connection: Connection, owner: str) -> tuple[ApiKey, ...]:
    """Return the API keys of an account, revoked ones too, oldest first."""
    rows = connection.execute(
        select(api_key).where(_k.account == owner).order_by(_k.created_at, _k.id)
    ).mappings()
    return tuple(_key(row) for row in rows)


def revoke_key(connection: Connection, owner: str, identity: str, now: int) -> ApiKey:
    """End an API key for good.

    Raises
    ------
    NotFound
        It is not one of this account's.
    """
    found = next((k for k in keys_of(connection, owner) if k.id == identity), None)
    if found is None:
        raise NotFound("there is no such API key", "没有这个 API 密钥")
    if found.revoked_at is None:
        update_sealed(connection, api_key, _k.id == identity, {"revoked_at": now})
    return found


def revoke_keys(connection: Connection, owner: str, now: int) -> list[ApiKey]:
    """End every API key of an account; return those that were good until now."""
    good = [k for k in keys_of(connection, owner) if k.revoked_at is None]
    return [revoke_key(connection, owner, key.id, now) for key in good]


# --- tokens ------------------------------------------------------------------------------------


def make_signing_key(connection: Connection, now: int) -> None:
    """Make the key that tokens are signed with, where there is none."""
    if connection.scalar(select(signing_key.c.id).limit(1)) is None:
        made = {"id": secrets.token_hex(4), "secret": secrets.token_hex(32), "created_at": now}
        insert_sealed(connection, signing_key, made)


def issue_token(
    connection: Connection, owner: Account, scopes: Iterable[Scope], now: int, lasts_s: int
) -> str:
    """Return a JWT that stands for an account for a short time."""
    more = {"scopes": sorted(scopes)}
    return _signed(connection, AUDIENCE, owner, now, lasts_s, more)


def issue_request(
    connection: Connection, owner: Account, asked: Mapping[str, str], now: int
) -> str:
    """Return what somebody asks a colleague to consent to, signed for a week; it opens nothing."""
    more = {"asked": dict(asked)}
    return _signed(connection, _REQUESTS, owner, now, _REQUEST_LASTS_S, more)


def _signed(
    connection: Connection,
    audience: str,
    owner: Account,
    now: int,
    lasts_s: int,
    more: Mapping[str, Any],
) -> str:
    import jwt

    c = signing_key.c
    key = connection.execute(select(signing_key).order_by(c.created_at.desc(), c.id)).first()
    assert key is not None, "migrate makes one"
    check_seal(signing_key, key._mapping)
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": owner.id,
        "iat": now,
        "nbf": now,
        "exp": now + lasts_s,
        "jti": secrets.token_hex(8),
        "epoch": owner.epoch,
        **more,
    }
    return jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.id})


def find_token(
    connection: Connection, token: str, now: int
) -> tuple[Account, frozenset[Scope]] | None:
    """Return the account and the scopes of a JWT, None for one that is not good (any more)."""
    found = _read(connection, token, AUDIENCE, "scopes", now)
    if found is None:
        return None
    try:
        return found[0], frozenset(map(Scope, found[1]))
    except (ValueError, TypeError):
        return None


def find_request(
    connection: Connection, token: str, now: int
) -> tuple[Account, dict[str, str]] | None:
    """Return who asks for what by a request, None for one that is not good (any more)."""
    found = _read(connection, token, _REQUESTS, "asked", now)
    return (found[0], dict(found[1])) if found is not None else None


def _read(
    connection: Connection, token: str, audience: str, name: str, now: int
) -> tuple[Account, Any] | None:
    """Return the account of a JWT and one of its claims, None for one that is not good."""
    import jwt

    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str) or not kid.isalnum() or not kid.isascii():
            return None
        found = connection.execute(select(signing_key).where(signing_key.c.id == kid))
        key = found.mappings().one_or_none()
        if key is None:
            return None
        check_seal(signing_key, key)
        claims = jwt.decode(
            token,
            key["secret"],
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options={
                "require": ["exp", "iat", "iss", "aud", "sub", "epoch", name],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        # The clock is ours, so that a test can turn it.
        if not int(claims["iat"]) - _CLOCKS_DIFFER_S <= now < int(claims["exp"]):
            return None
        owner = account_rows.by_id(connection, claims["sub"])
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if owner is None or owner.disabled or claims["epoch"] != owner.epoch:
        return None
    return owner, claims[name]

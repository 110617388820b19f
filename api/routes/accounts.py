"""One's own account, and for administrators the accounts of all."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Scope, require
from api.http.body import read_body
from api.http.declare import as_json, declare, no_content
from api.http.params import StrictRoute
from api.http.path_params import KeyPath, SessionPath, UserPath
from api.http.problems import language_of
from api.http.responses import answer
from api.routes.account_common import PRIVATE, sent_from, signed_out
from api.schemas.accounts import (
    AddedUser,
    MadeKey,
    NewKey,
    NewUser,
    OwnAccount,
    PasswordChange,
    ResetPassword,
    SignOut,
    UserChange,
    UserRow,
    Users,
)
from api.serving.dependencies import Accounts, Live
from gis.accounts import Account, ApiKey
from gis.division import Division
from gis.errors import InvalidInput
from gis.ids import GridId
from gis.workflows.accounts import codes_of_scope, scope_of_codes

router = APIRouter(tags=["accounts"], route_class=StrictRoute)

Own = Annotated[Caller, Depends(require(AccountRole.STAFF, Scope.ACCOUNTS))]
OwnOneTime = Annotated[
    Caller, Depends(require(AccountRole.STAFF, Scope.ACCOUNTS, any_password=True))
]
Admin = Annotated[Caller, Depends(require(AccountRole.ADMIN, Scope.ACCOUNTS))]


# --- one's own account ---------------------------------------------------------------------------


@router.get("/me")
@declare("Get one's own account", answers={200: as_json(OwnAccount)})
async def get_own_account(
    request: Request, caller: Own, accounts: Accounts, live: Live
) -> Response:
    """Return who one is, where one is signed in, and the API keys one has made."""
    sessions = await asyncio.to_thread(accounts.store.sessions_of, caller.account)
    keys = await asyncio.to_thread(accounts.store.keys_of, caller.account)
    language = language_of(request)
    return answer(
        {
            "name": caller.name,
            "role": str(caller.role),
            "role_title": caller.role.label.in_language(language),
            "scope": scope_json(caller.scope_grids, live.division),
            "sessions": [
                {
                    "id": s.id,
                    "agent": s.agent,
                    "created_at": s.created_at,
                    "seen_at": s.seen_at,
                    "expires_at": s.expires_at,
                    "this": s.id == caller.session,
                }
                for s in sessions
            ],
            "keys": [key_json(k) for k in keys],
            "scopes": [str(s) for s in Scope],
        },
        headers=PRIVATE,
    )


@router.post("/me/password")
@declare(
    "Change one's own password",
    body=PasswordChange,
    answers={204: no_content(says="It is changed")},
)
async def change_own_password(request: Request, caller: OwnOneTime, accounts: Accounts) -> Response:
    """Change the password; every other session and every token of the account ends."""
    given = await read_body(request, PasswordChange)
    await accounts.hash_in_thread(
        accounts.store.change_password,
        caller.author,
        caller.account,
        old=given.password,
        new=given.new_password,
        address=sent_from(request),
        keep=caller.token or None,
    )
    return Response(status_code=204)


@router.post("/me/sign-out-everywhere")
@declare(
    "Sign out everywhere",
    body=SignOut,
    answers={204: no_content("Set-Cookie", says="All have ended")},
)
async def sign_out_everywhere(request: Request, caller: OwnOneTime, accounts: Accounts) -> Response:
    """End every session and token, this one too; with `keys: true` the API keys as well."""
    given = await read_body(request, SignOut)
    await asyncio.to_thread(
        accounts.store.sign_out_everywhere, caller.author, caller.account, keys=bool(given.keys)
    )
    return signed_out(request)


@router.delete("/me/sessions/{session}")
@declare("End one of one's own sessions", answers={204: no_content(says="It has ended")})
async def end_own_session(caller: Own, accounts: Accounts, session: SessionPath) -> Response:
    """End a session by its id."""
    await asyncio.to_thread(accounts.store.end_session, caller.account, session)
    return Response(status_code=204)


@router.post("/me/keys")
@declare("Create an API key", body=NewKey, answers={201: as_json(MadeKey)}, refuses={404: None})
async def create_key(request: Request, caller: Own, accounts: Accounts) -> Response:
    """Make a key for a program; it is shown this once.

    A key never has more scopes than whoever makes it.
    """
    given = await read_body(request, NewKey)
    scopes = frozenset(given.scopes)
    beyond = scopes - caller.scopes
    if beyond:
        raise InvalidInput(
            "scopes",
            f"scopes: this key or token has no {', '.join(sorted(beyond))} to give",
            f"scopes：当前密钥或令牌没有 {'、'.join(sorted(beyond))} 权限",
            sorted(caller.scopes),
        )
    key, known = await asyncio.to_thread(
        accounts.store.make_key,
        caller.author,
        caller.name,
        label=given.name,
        scopes=scopes,
        days=given.days,
    )
    return answer({"key": key, **key_json(known)}, 201, PRIVATE)


@router.delete("/me/keys/{key}")
@declare("Revoke one of one's own API keys", answers={204: no_content(says="It is revoked")})
async def revoke_key(caller: Own, accounts: Accounts, key: KeyPath) -> Response:
    """End a key for good."""
    await asyncio.to_thread(accounts.store.revoke_key, caller.author, caller.account, key)
    return Response(status_code=204)


# --- everybody's, for administrators -------------------------------------------------------------


@router.get("/users")
@declare("List the accounts", answers={200: as_json(Users)})
async def list_users(request: Request, _caller: Admin, accounts: Accounts, live: Live) -> Response:
    """List the accounts by name."""
    found = await asyncio.to_thread(accounts.store.list)
    language = language_of(request)
    return answer(
        {"users": [user_json(u, live.division, language) for u in found]}, headers=PRIVATE
    )


@router.post("/users")
@declare(
    "Create an account",
    body=NewUser,
    answers={201: as_json(AddedUser)},
    refuses={409: None},
)
async def create_user(request: Request, caller: Admin, accounts: Accounts, live: Live) -> Response:
    """Add an account and return its one-time password, shown this once."""
    given = await read_body(request, NewUser)
    added, once = await accounts.hash_in_thread(
        accounts.store.add,
        caller.author,
        name=given.name,
        role=given.role,
        scope_grids=scope_of_codes(given.scope, live.division),
    )
    shown = user_json(added, live.division, language_of(request))
    return answer({**shown, "one_time_password": once}, 201, PRIVATE)


@router.patch("/users/{name}")
@declare(
    "Change an account",
    body=UserChange,
    answers={200: as_json(UserRow)},
    refuses={409: None},
)
async def change_user(
    request: Request, caller: Admin, accounts: Accounts, live: Live, name: UserPath
) -> Response:
    """Change its role or its grids, or disable it; what is not given stays."""
    given = await read_body(request, UserChange)
    changed_fields = {"role": given.role, "disabled": given.disabled}
    changes: dict[str, Any] = {k: v for k, v in changed_fields.items() if v is not None}
    if "scope" in given.model_fields_set:
        changes["scope_grids"] = scope_of_codes(given.scope, live.division)
    changed = await asyncio.to_thread(accounts.store.change, caller.author, name, **changes)
    return answer(user_json(changed, live.division, language_of(request)), headers=PRIVATE)


@router.post("/users/{name}/password")
@declare("Reset the password of an account", answers={200: as_json(ResetPassword)})
async def reset_user_password(caller: Admin, accounts: Accounts, name: UserPath) -> Response:
    """Return a new one-time password, shown this once; the account is signed out everywhere."""
    once = await accounts.hash_in_thread(accounts.store.reset_password, caller.author, name)
    return answer({"name": name, "one_time_password": once}, headers=PRIVATE)


@router.post("/users/{name}/sign-out")
@declare(
    "Sign an account out everywhere",
    body=SignOut,
    answers={204: no_content(says="All have ended")},
)
async def sign_user_out(
    request: Request, caller: Admin, accounts: Accounts, name: UserPath
) -> Response:
    """End every session and token of an account; with `keys: true` its API keys as well."""
    given = await read_body(request, SignOut)
    found = await asyncio.to_thread(accounts.store.find, name)
    await asyncio.to_thread(
        accounts.store.sign_out_everywhere, caller.author, found.id, keys=bool(given.keys)
    )
    return Response(status_code=204)


# --- reading and showing -------------------------------------------------------------------------


def scope_json(
    scope: frozenset[GridId] | None, division: Division | None
) -> list[dict[str, str]] | None:
    """Return the grids of a scope, None for the whole subdistrict; retired ones by their id."""
    found = codes_of_scope(scope, division)
    return None if found is None else [{"code": code, "name": name} for code, name in found]


def user_json(user: Account, division: Division | None, language: str) -> dict[str, Any]:
    """Return what an administrator sees of an account."""
    return {
        "name": user.name,
        "role": str(user.role),
        "role_title": user.role.label.in_language(language),
        "scope": scope_json(user.scope_grids, division),
        "disabled": user.disabled,
        "must_change_password": user.must_change_password,
        "created_at": user.created_at,
        "signed_in_at": user.signed_in_at,
    }


def key_json(key: ApiKey) -> dict[str, Any]:
    """Return what its owner sees of an API key."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "used_at": key.used_at,
        "revoked_at": key.revoked_at,
    }

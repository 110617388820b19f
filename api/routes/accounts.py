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
from api.routes.account_common import PRIVATE, device_of, sent_from, signed_out
from api.schemas.accounts import (
    AddedUser,
    Confirmed,
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
from api.serving.account_service import AccountService
from api.serving.dependencies import Accounts, Live
from gis.accounts import Account, ApiKey
from gis.division import Division
from gis.errors import InvalidInput, NotAllowed
from gis.ids import GridId
from gis.store.accounts.account_rows import checked_name
from gis.workflows.accounts import codes_of_scope, scope_of_codes

router = APIRouter(tags=["accounts"], route_class=StrictRoute)

Own = Annotated[Caller, Depends(require(AccountRole.STAFF, Scope.ACCOUNTS))]
OwnOneTime = Annotated[
    Caller, Depends(require(AccountRole.STAFF, Scope.ACCOUNTS, any_password=True))
]
Admin = Annotated[Caller, Depends(require(AccountRole.ADMIN, Scope.ACCOUNTS))]
_FRESH_S = 600


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
    """Change the password; every other session, every token and API key of the account ends.

    With `keep_keys: true` the API keys stay.
    """
    given = await read_body(request, PasswordChange)
    await accounts.sign_in_attempt(
        accounts.store.change_password,
        caller.author,
        caller.account,
        old=given.password,
        new=given.new_password,
        address=sent_from(request),
        device=device_of(request),
        keep=caller.token or None,
        keep_keys=bool(given.keep_keys),
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
        acting=caller.acting,
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
    checked_name(given.name)
    scope_grids = scope_of_codes(given.scope, live.division)
    await _confirm(request, caller, accounts, given)
    added, once = await accounts.hash_in_thread(
        accounts.store.add,
        caller.author,
        name=given.name,
        role=given.role,
        scope_grids=scope_grids,
        acting=caller.acting,
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
    """Change its role or its grids, or disable it; what is not given stays.

    Who is disabled is signed out everywhere, and the API keys are revoked for good.
    """
    given = await read_body(request, UserChange)
    changed_fields = {"role": given.role, "disabled": given.disabled}
    changes: dict[str, Any] = {k: v for k, v in changed_fields.items() if v is not None}
    if "scope" in given.model_fields_set:
        changes["scope_grids"] = scope_of_codes(given.scope, live.division)
    await asyncio.to_thread(accounts.store.find, name)
    await _confirm(request, caller, accounts, given)
    changed = await asyncio.to_thread(
        accounts.store.change, caller.author, name, **changes, acting=caller.acting
    )
    return answer(user_json(changed, live.division, language_of(request)), headers=PRIVATE)


@router.post("/users/{name}/password")
@declare(
    "Reset the password of an account",
    body=Confirmed,
    answers={200: as_json(ResetPassword)},
)
async def reset_user_password(
    request: Request, caller: Admin, accounts: Accounts, name: UserPath
) -> Response:
    """Return a new one-time password, shown this once.

    The account is signed out everywhere, and its API keys are revoked.
    """
    given = await read_body(request, Confirmed)
    await asyncio.to_thread(accounts.store.find, name)
    await _confirm(request, caller, accounts, given)
    once = await accounts.hash_in_thread(
        accounts.store.reset_password, caller.author, name, acting=caller.acting
    )
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
        accounts.store.sign_out_everywhere,
        caller.author,
        found.id,
        keys=bool(given.keys),
        acting=caller.acting,
    )
    return Response(status_code=204)


async def _confirm(
    request: Request, caller: Caller, accounts: AccountService, given: Confirmed
) -> None:
    """Make sure that whoever acts knows their password: just signed in with it, or sends it.

    Raises
    ------
    NotAllowed
        A key or a token asks: these outlive whoever has it, and may not make more of themselves.
    InvalidInput
        The password is to be sent, or is not the one.
    """
    if caller.channel != "page":
        if given.password is not None:
            raise InvalidInput(
                "password",
                "password: goes with a page that is signed in, not with a key or token",
                "password：仅用于已登录的页面，不能与密钥或令牌一起使用",
            )
        raise NotAllowed(
            "accounts are changed in a page, signed in with name and password (/desk/users), or by "
            "wangge user: no key or token may",
            "账号须在登录后的页面（/desk/users）或用 wangge user 管理，不能使用密钥或令牌",
        )
    if given.password is not None:
        await accounts.sign_in_attempt(
            accounts.store.confirm,
            caller.account,
            given.password,
            address=sent_from(request),
            device=device_of(request),
        )
    elif not 0 <= accounts.store.now() - caller.began_at < _FRESH_S:
        raise InvalidInput(
            "password",
            "password: send your own password once more, the sign-in was more than ten minutes ago",
            "password：登录已超过十分钟，请再次输入本人密码",
        )


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

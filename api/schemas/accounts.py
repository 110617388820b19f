"""Signing in, one's own account, and everybody's for administrators."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from api.schemas.common import Body, JsonObject, OneOf
from gis.accounts import ACCOUNT_ROLES, AccountRole, Scope
from gis.errors import InvalidInput

LONGEST_KEY_DAYS = 3650
MOST_GRIDS = 1000


def _plain(value: str, info: ValidationInfo) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        name = info.field_name or "body"
        raise InvalidInput(name, f"{name}: no control characters, please", f"{name} 不应含控制字符")
    return value


Plain = Annotated[str, AfterValidator(_plain), Field(max_length=1000)]
AccountName = Annotated[Plain, Field(examples=["王示例"])]
Password = Annotated[
    Plain, Field(examples=["no-password-示例"], json_schema_extra={"format": "password"})
]
ScopeName = Annotated[Scope, Field(strict=False)]
ScopeNames = Annotated[list[ScopeName], Field(min_length=1, examples=[["read"]])]
RoleName = Annotated[str, OneOf(tuple(map(str, ACCOUNT_ROLES)))]
GridCodes = Annotated[list[str], Field(max_length=MOST_GRIDS, examples=[["320106012005"]])]

AnyRole = Annotated[str, OneOf(tuple(map(str, AccountRole)))]
Seconds = Annotated[int, Field(description="Seconds since 1970 in UTC")]


# --- bodies ------------------------------------------------------------------------------------


class AccountBody(Body):
    """A small body that must come as JSON, so that no form of another site can send it."""

    most_bytes: ClassVar[int] = 16 << 10
    needs_media_type: ClassVar[bool] = True


class SignIn(AccountBody):
    """A name and its password."""

    name: AccountName
    password: Password


class TokenRequest(SignIn):
    """A name and its password, and what the token is for."""

    scopes: Annotated[ScopeNames | None, Field(description="All of them when absent")] = None


class PasswordChange(AccountBody):
    """The old password and the new one."""

    password: Annotated[Password, Field(description="The old one")]
    new_password: Password
    keep_keys: Annotated[
        bool | None,
        Field(description="Keep the API keys, which are revoked otherwise", examples=[True]),
    ] = False


class SignOut(AccountBody):
    """How much ends."""

    keys: Annotated[bool | None, Field(description="End the API keys as well", examples=[True])] = (
        False
    )


class NewKey(AccountBody):
    """An API key to make."""

    name: Annotated[Plain, Field(description="What it is for", examples=["每日导出"])]
    scopes: Annotated[
        ScopeNames, Field(description="What it may be used for, at most what its maker may")
    ]
    days: Annotated[
        Annotated[int, Field(ge=1, le=LONGEST_KEY_DAYS)] | None,
        Field(description="How long it holds; null: without end"),
    ] = None


class Confirmed(AccountBody):
    """Something that is done by somebody who has just shown their own password, or shows it now."""

    password: Annotated[
        Password | None,
        Field(description="One's own, once the sign-in is more than ten minutes ago"),
    ] = None


class NewUser(Confirmed):
    """An account to add."""

    name: AccountName
    role: RoleName
    scope: Annotated[
        GridCodes | None,
        Field(description="The codes of the grids it is for; null: the whole subdistrict"),
    ] = None


class UserChange(Confirmed):
    """What changes of an account; what is not given stays."""

    role: Annotated[RoleName | None, Field(description="null: as it is")] = None
    scope: Annotated[
        GridCodes | None,
        Field(description="The codes of the grids it is for; null: the whole subdistrict"),
    ] = None
    disabled: Annotated[bool | None, Field(description="null: as it is")] = None


# --- answers -----------------------------------------------------------------------------------


class SessionState(JsonObject):
    """Who asks."""

    signed_in: bool
    name: str | None
    role: AnyRole
    role_title: str
    scope_grids: list[str] | None
    """The ids of the grids whose internal edition they see; null: all."""
    must_change_password: bool
    csrf_token: str | None
    """To be sent as `X-CSRF-Token` with every unsafe request of a page."""


class Token(JsonObject):
    """A token, to be sent as `Authorization: Bearer …`."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds."""
    scopes: list[Scope]


class ScopeGrid(JsonObject):
    """A grid that an account is for."""

    code: str
    name: str


class OwnSession(JsonObject):
    """Where one is signed in."""

    id: str
    agent: str
    created_at: Seconds
    seen_at: Seconds
    expires_at: Seconds
    this: bool
    """It is the session that asks."""


class KeyRow(JsonObject):
    """An API key, without the key itself."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: Seconds
    expires_at: Seconds | None
    used_at: Seconds | None
    revoked_at: Seconds | None


class MadeKey(KeyRow):
    """An API key that was just made."""

    key: str
    """Shown this once."""


class OwnAccount(JsonObject):
    """One's own account."""

    name: str
    role: AnyRole
    role_title: str
    scope: list[ScopeGrid] | None
    """null: the whole subdistrict."""
    sessions: list[OwnSession]
    keys: list[KeyRow]
    scopes: list[Scope]
    """The scopes that there are."""


class UserRow(JsonObject):
    """An account."""

    name: str
    role: AnyRole
    role_title: str
    scope: list[ScopeGrid] | None
    """null: the whole subdistrict."""
    disabled: bool
    must_change_password: bool
    created_at: Seconds
    signed_in_at: Seconds | None


class Users(JsonObject):
    """All accounts by name."""

    users: list[UserRow]


class AddedUser(UserRow):
    """An account that was just added."""

    one_time_password: str
    """Shown this once."""


class ResetPassword(JsonObject):
    """A password that was just reset."""

    name: str
    one_time_password: str
    """Shown this once."""

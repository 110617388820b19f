"""Who may sign in and do what: accounts, their roles and sessions, keys and their scopes.

Not to be confused with :class:`gis.roster.GridRole`, the duties people hold on grids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gis.findings import Text
from gis.ids import GridId


class AccountRole(StrEnum):
    """What a person may do; each role may do what those before it may.

    >>> AccountRole.PLANNER.reaches(AccountRole.STAFF)
    True
    >>> AccountRole.STAFF.reaches(AccountRole.PLANNER)
    False
    """

    PUBLIC = "public"
    STAFF = "staff"
    PLANNER = "planner"
    APPROVER = "approver"
    ADMIN = "admin"

    def reaches(self, needed: AccountRole) -> bool:
        """Tell whether this role is at least another one."""
        return _RANK[self] >= _RANK[needed]

    @property
    def label(self) -> Text:
        """The name of the role as people read it."""
        return _TITLES[self]


_RANK = {role: rank for rank, role in enumerate(AccountRole)}
_TITLES = {
    AccountRole.PUBLIC: Text("public", "公众"),
    AccountRole.STAFF: Text("staff", "工作人员"),
    AccountRole.PLANNER: Text("planner", "规划员"),
    AccountRole.APPROVER: Text("approver", "审批人"),
    AccountRole.ADMIN: Text("administrator", "管理员"),
}
ACCOUNT_ROLES = tuple(role for role in AccountRole if role is not AccountRole.PUBLIC)


class Scope(StrEnum):
    """What an API key or token may be used for, within the role of its owner.

    ``read`` covers every ``GET``, ``write`` every other method, ``plans`` the re-divisions
    and ``accounts`` the accounts, whatever the method.
    """

    READ = "read"
    WRITE = "write"
    PLANS = "plans"
    ACCOUNTS = "accounts"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in.

    ``scope_grids`` are ids of grids, whose children are included; None is the whole
    subdistrict. ``epoch`` grows whenever everything issued so far is to end. Times are
    seconds since 1970, UTC.
    """

    id: str
    name: str
    role: AccountRole
    scope_grids: frozenset[GridId] | None
    must_change_password: bool
    disabled: bool
    epoch: int
    created_at: int
    signed_in_at: int | None = None
    password_set_at: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody is signed in; ``csrf_token`` is for its pages only.

    ``device`` is by what the browser is known later, told as the session begins.
    """

    id: str
    account: str
    csrf_token: str = field(repr=False)
    agent: str
    created_at: int
    seen_at: int
    expires_at: int
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Acting:
    """Whoever changes accounts: their own account, and the epoch in which they proved it."""

    account: str
    epoch: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for programs; of the key itself only a hash is kept. ``expires_at`` None: never."""

    id: str
    account: str
    name: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None
    used_at: int | None
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is issued lasts, in seconds."""

    idle_s: int = 2 * 3600
    session_s: int = 12 * 3600
    token_s: int = 15 * 60
    one_time_s: int = 72 * 3600

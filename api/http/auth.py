"""Who asks, and what a route requires: one declared requirement for each route.

**Protecting a route.** Give every route exactly one of these annotated types; it is the
requirement and hands you the :class:`Caller`::

    from api.http.auth import Planner, Public, Staff

    @router.get("/thing")
    async def thing(caller: Public) -> Response: ...          # everybody, declared as such

    @router.post("/plans")
    async def new_plan(caller: Planner) -> Response:           # 401 / 403 below a planner
        store.publish(..., author=caller.author, reason=...)

``Public``, ``Staff``, ``Planner``, ``Approver``, ``Admin`` are ``Annotated[Caller,
Depends(require(AccountRole.…))]``. ``require(AccountRole.PLANNER, scope=Scope.PLANS)`` asks an
API key or token for a scope of its own; without ``scope`` a key needs ``read`` for GET and HEAD and
``write`` for the rest. A page for people takes ``require(AccountRole.STAFF, page=True)``: a browser
that is not signed in is sent to ``/signin`` and back.

**Grids.** ``caller.editor.check_grid(division, grid_id)`` raises 403 unless the grid or one above
it is among those the caller may edit (planners and those above them: all).

**From pages.** Unsafe methods need the header ``X-CSRF-Token`` with the value that
``GET /session`` gives; ``api()`` of ``/desk/static/core/api.js`` sends it.

**In tests.** ``tests.api.callers.as_caller(app, role)`` is the application as somebody of that
role sees it, without accounts.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import Depends, Request

from gis.accounts import ALL_SCOPES, AccountRole, Acting, Scope
from gis.audit import Author
from gis.editing.permission import Editor
from gis.errors import NotAllowed, NotSignedIn
from gis.ids import GridId

__all__ = [
    "ANONYMOUS",
    "AccountRole",
    "Admin",
    "Approver",
    "Caller",
    "Planner",
    "Public",
    "Requirement",
    "Scope",
    "Staff",
    "caller_of",
    "require",
    "requirements_of",
]

CALLER = "wangge.caller"
WATCHING = "wangge.watching"
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request.

    ``scope_grids`` are the grids (and all below them) whose internal edition they may see and
    change; None is the whole subdistrict. ``account`` is the id of the account, ``session`` that of
    a browser's session, whose ``token`` and ``csrf_token`` are for signing in and out only.
    ``channel`` is ``page`` for a browser's session and
    ``api`` for a key or token. ``trusted_origin`` is False for a page's unsafe request that
    came without its CSRF token. ``epoch`` is that of the account as it proved itself, and
    ``began_at`` when its session began, by name and password. ``counted_as`` is what stands for
    them where nobody is signed in (:attr:`~api.http.client_address.Origin.caller`).
    """

    name: str = ""
    role: AccountRole = AccountRole.PUBLIC
    scope_grids: frozenset[GridId] | None = None
    channel: Literal["page", "api"] = "api"
    scopes: frozenset[Scope] = ALL_SCOPES
    must_change_password: bool = False
    trusted_origin: bool = True
    counted_as: str = ""
    account: str = ""
    session: str = ""
    epoch: int = 0
    began_at: int = 0
    token: str = field(default="", repr=False)
    csrf_token: str = field(default="", repr=False)

    @property
    def signed_in(self) -> bool:
        """Whether it is known who it is."""
        return self.role is not AccountRole.PUBLIC

    @property
    def author(self) -> Author:
        """Who this is on record."""
        return Author(self.name, str(self.role), self.channel)

    @property
    def acting(self) -> Acting:
        """Who this is where accounts are changed."""
        return Acting(self.account, self.epoch)

    @property
    def sees(self) -> frozenset[GridId] | None:
        """The grids of which this caller sees the internal edition: () for none, None for all."""
        if (
            self.signed_in
            and not self.must_change_password
            and self.trusted_origin
            and Scope.READ in self.scopes
        ):
            return self.scope_grids
        return frozenset()

    @property
    def editor(self) -> Editor:
        """Who this is at a desk: planners and those above them edit everything."""
        if not self.signed_in:
            return Editor(self.author, frozenset())
        return editor_of(self.author, self.role, self.scope_grids)


def editor_of(author: Author, role: AccountRole, grids: frozenset[GridId] | None) -> Editor:
    """Return who somebody is at a desk: planners and those above them edit everything."""
    return Editor(author, None if role.reaches(AccountRole.PLANNER) else grids)


ANONYMOUS = Caller()


def caller_of(scope: MutableMapping[str, Any]) -> Caller:
    """Return who sent the request of an ASGI scope."""
    found: Caller = scope.get(CALLER, ANONYMOUS)
    return found


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a route asks of its caller; FastAPI calls it as a dependency.

    ``page``: the route is a page for people. ``any_password``: it may be used before a
    one-time password has been changed. ``or_watching``: the machines that watch the service
    may use it without signing in (``WANGGE_METRICS_FROM``).
    """

    role: AccountRole
    scope: Scope | None = None
    page: bool = False
    any_password: bool = False
    or_watching: bool = False

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, once it is certain that they may.

        Raises
        ------
        NotSignedIn
            Nobody knows who it is.
        NotAllowed
            The role is too low, the key lacks the scope, the page's token is missing, or a
            one-time password has to be changed first.
        """
        caller: Caller = request.scope.get(CALLER, ANONYMOUS)
        if not (self.or_watching and request.scope.get(WATCHING)):
            self.check(caller, request.method)
        return caller

    def check(self, caller: Caller, method: str) -> None:
        """Refuse a caller who may not (see :meth:`__call__`)."""
        if self.role is AccountRole.PUBLIC:
            return
        if not caller.signed_in:
            raise NotSignedIn(
                "sign in first: at /signin, or send an API key or token as Authorization: Bearer …",
                "请先登录：打开 /signin，或以 Authorization: Bearer … 发送 API 密钥或令牌",
            )
        if not caller.trusted_origin:
            raise NotAllowed(
                "the header X-CSRF-Token is missing or wrong: send the csrf_token of GET /session",
                "缺少 X-CSRF-Token 请求头或其值不对：请发送 GET /session 返回的 csrf_token",
            )
        if caller.must_change_password and not self.any_password:
            raise NotAllowed(
                "the one-time password must be changed first: at /account",
                "请先修改一次性密码：打开 /account",
            )
        if not caller.role.reaches(self.role):
            raise NotAllowed(
                f"this needs the role {self.role}, and {caller.name} is {caller.role}: "
                "ask an administrator",
                f"此操作需要{self.role.label.zh}权限，{caller.name} 是{caller.role.label.zh}："
                "请联系管理员",
            )
        needed = self.scope or (Scope.READ if method in _SAFE else Scope.WRITE)
        if needed not in caller.scopes:
            raise NotAllowed(
                f"this key or token lacks the scope {needed}: make one that has it, at /account",
                f"该密钥或令牌没有 {needed} 权限：请在 /account 新建具有该权限的密钥",
            )


def requirements_of(dependant: Any) -> list[Requirement]:
    """Return the requirements that a route declares: exactly one, or it is not served."""
    found = [dependant.call] if isinstance(dependant.call, Requirement) else []
    for inner in dependant.dependencies:
        found += requirements_of(inner)
    return found


def require(
    role: AccountRole,
    scope: Scope | None = None,
    *,
    page: bool = False,
    any_password: bool = False,
    or_watching: bool = False,
) -> Requirement:
    """Return the requirement of a route, to stand in ``Depends(…)``."""
    return Requirement(role, scope, page, any_password, or_watching)


Public = Annotated[Caller, Depends(require(AccountRole.PUBLIC))]
Staff = Annotated[Caller, Depends(require(AccountRole.STAFF))]
Planner = Annotated[Caller, Depends(require(AccountRole.PLANNER))]
Approver = Annotated[Caller, Depends(require(AccountRole.APPROVER))]
Admin = Annotated[Caller, Depends(require(AccountRole.ADMIN))]

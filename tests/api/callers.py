"""The application as somebody of a role sees it: no accounts, no passwords."""

from __future__ import annotations

from typing import Any

from api.http.auth import CALLER, Caller
from gis.accounts import ALL_SCOPES, AccountRole, Scope
from gis.ids import GridId


def as_caller(
    app: Any,
    role: AccountRole = AccountRole.STAFF,
    *,
    name: str = "王示例",
    grids: set[str] | None = None,
    scopes: frozenset[Scope] = ALL_SCOPES,
    **how: Any,
) -> Any:
    """Return an ASGI application whose every request comes from this caller.

    ``how`` are other fields of :class:`~api.http.auth.Caller`. ``grids`` are ids of grids; None is the whole subdistrict. Use it with
    ``starlette.testclient.TestClient(as_caller(app, AccountRole.PLANNER))``.
    """
    scope_grids = None if grids is None else frozenset(GridId(g) for g in grids)
    caller = Caller(
        name=name, role=role, scope_grids=scope_grids, scopes=scopes, **{"account": "u0", **how}
    )

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, CALLER: caller}
        await app(scope, receive, send)

    return asked

"""The routes of an application in a tree by the parts of their paths.

FastAPI asks one route after the other whether it fits; with a hundred of them that costs more than
most answers do. Here the parts of a path lead to the few routes that can fit, and a path without
parameters straight to its own, however many routes there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.routing import Match, Route, Router
from starlette.types import Receive, Scope, Send


class _Node:
    """A place in the tree: what follows a part of a path."""

    __slots__ = ("any", "named", "rest", "routes")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.routes: list[int] = []
        """The routes that end here, by their place among all."""
        self.rest: list[int] = []
        """The routes whose last parameter takes all that follows."""


class RouteTable:
    """An ASGI application that hands a request to the route of a router that fits.

    It answers as the router does: the first route that fits path and method in the order in which
    they were added, else the first that fits the path (405), else 404.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._known: list[Any] | None = None
        self._root = _Node()
        self._fixed: dict[tuple[str, str], Route] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._router.app(scope, receive, send)
            return
        if self._known is None or len(self._known) != len(self._router.routes):
            self._read()
        scope["router"] = self._router
        path = scope["path"]
        if scope.get("root_path"):
            await self._router.app(scope, receive, send)
            return
        route = self._fixed.get((scope["method"], path))
        if route is not None:
            scope["endpoint"], scope["path_params"], scope["route"] = route.endpoint, {}, route
            await route.handle(scope, receive, send)
            return
        await self._among(self._candidates(path), scope, receive, send)

    async def _among(
        self, candidates: list[Route], scope: Scope, receive: Receive, send: Send
    ) -> None:
        partly: tuple[Route, Any] | None = None
        for route in candidates:
            match, found = route.matches(scope)
            if match is Match.FULL:
                partly = route, found
                break
            if match is Match.PARTIAL and partly is None:
                partly = route, found
        if partly is None:
            await self._router.default(scope, receive, send)
            return
        route, found = partly
        scope.update(found)
        scope["route"] = route
        await route.handle(scope, receive, send)

    def _candidates(self, path: str) -> list[Route]:
        """Return the routes that may fit a path, in the order in which they were added."""
        assert self._known is not None
        return [self._known[n] for n in sorted(set(_walk(self._root, path.split("/"), 0)))]

    # --- made once -----------------------------------------------------------------------------

    def _read(self) -> None:
        """Put the routes of the router into the tree."""
        self._known, self._root, self._fixed = list(self._router.routes), _Node(), {}
        for number, route in enumerate(self._known):
            if not isinstance(route, Route):
                raise TypeError(f"{route!r}: only plain routes are served")
            self._add(number, route)
        for route in self._known:
            if not route.param_convertors:
                self._fix(route)

    def _add(self, number: int, route: Route) -> None:
        node = self._root
        for part in route.path.split("/"):
            if "{" not in part:
                node = node.named.setdefault(part, _Node())
            elif ":path}" in part:
                node.rest.append(number)
                return
            else:
                node.any = node = node.any or _Node()
        node.routes.append(number)

    def _fix(self, route: Route) -> None:
        """Note the route of every method of a path without parameters, where it is the first."""
        for method in route.methods or ():
            scope = {"type": "http", "method": method, "path": route.path}
            fitting = (r for r in self._candidates(route.path) if r.matches(scope)[0] is Match.FULL)
            self._fixed.setdefault((method, route.path), next(fitting))


def _walk(node: _Node, parts: list[str], at: int) -> Iterator[int]:
    yield from node.rest
    if at == len(parts):
        yield from node.routes
        return
    for found in (node.named.get(parts[at]), node.any):
        if found is not None:
            yield from _walk(found, parts, at + 1)

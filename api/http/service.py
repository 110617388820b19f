"""The application: FastAPI behind one middleware, its routes in a tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.metrics import Metrics
from api.http.middleware import AtOnce, RequestMiddleware
from api.http.route_table import RouteTable
from api.http.sending import InFlight
from api.settings import Settings


class Service(FastAPI):
    """A FastAPI application whose requests pass :class:`RequestMiddleware` and go to their route.

    What FastAPI puts before and between is left out: telemetry, a second catcher of errors, a
    walk through all routes. It took longer than a lookup and its answer.
    """

    def __init__(
        self, routes: Sequence[APIRoute], settings: Settings, metrics: Metrics, **given: Any
    ) -> None:
        self._settings, self._metrics = settings, metrics
        self.in_flight = InFlight()
        super().__init__(
            routes=list(routes),
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
            **given,
        )
        self.router.middleware_stack = RouteTable(self.router)

    def build_middleware_stack(self) -> ASGIApp:
        """Return what a request passes, outermost first."""
        handlers = {k: v for k, v in self.exception_handlers.items() if k not in (500, Exception)}
        routed = AsyncExitStackMiddleware(self.router)
        return RequestMiddleware(
            ExceptionMiddleware(routed, handlers=handlers),
            self._settings,
            self._metrics,
            self.in_flight,
            at_once=_at_once(self.routes),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)


def _at_once(routes: Sequence[Any]) -> dict[tuple[str, str], AtOnce]:
    """Return the routes that may answer at once, by method and path."""
    found = [r for r in routes if hasattr(r, "at_once")]
    return {(method, route.path): route for route in found for method in route.methods}

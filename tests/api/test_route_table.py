"""A request comes to its route by the parts of its path, as it would by asking one after the other."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.testclient import TestClient

from api.http.route_table import RouteTable
from tests import described


class Counted(APIRoute):
    """A route that counts how often it is asked whether it fits."""

    asked = 0

    def matches(self, scope: Any) -> Any:
        Counted.asked += 1
        return super().matches(scope)


def many(number: int) -> FastAPI:
    """An application whose last route but one has a parameter."""
    router = APIRouter(route_class=Counted)
    for n in range(number):
        router.add_api_route(f"/room{n}/{{thing}}/part", lambda thing: thing)
    router.add_api_route("/grids/{code}", lambda code: code)
    router.add_api_route("/hello", lambda: "hello")
    app = FastAPI(routes=router.routes)
    app.router.middleware_stack = RouteTable(app.router)
    return app


@pytest.mark.parametrize(("path", "most"), [("/hello", 0), ("/grids/12", 1), ("/nowhere", 0)])
def test_as_many_routes_are_asked_among_three_hundred_as_among_three(path, most):
    for number in (3, 300):
        client = TestClient(many(number))
        first = client.get(path)
        Counted.asked = 0
        assert client.get(path).content == first.content
        assert Counted.asked == most


PATHS = [
    *(re.sub(r"\{[^}]*\}", "1", path) for path in described.description()["paths"]),
    "/", "//", "/grids/", "/grids//sheet", "/nowhere", "/plans/draft/", "/notices/x.json", "/notices/x.json/y",
    "/desk/static/core/api.js", "/desk/static/", "/desk/static", "/grids/%2F/sheet", "/grids/a/b/c", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def app() -> FastAPI:
    from api import create_app
    from api.settings import Settings

    return create_app(Settings(_env_file=None))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
def test_every_path_comes_to_the_route_that_it_came_to(app, method):
    found = {}
    # In a thread: where browser tests were, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        for path in PATHS:
            scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
            by_parts = thread.submit(asyncio.run, chosen(app, scope)).result()
            found[path] = by_parts, one_by_one(app, scope)
    assert {p: by_parts for p, (by_parts, _) in found.items()} == {
        p: in_turn for p, (_, in_turn) in found.items()
    }


def one_by_one(app: FastAPI, scope: dict[str, Any]) -> tuple[Any, Any]:
    """Return the route that a walk through all of them comes to, and what is in the path."""
    matched = [(route, *route.matches(scope)) for route in app.router.routes]
    for wanted in (Match.FULL, Match.PARTIAL):
        for route, match, child in matched:
            if match is wanted:
                return route, child["path_params"]
    return None, None


async def chosen(app: FastAPI, scope: dict[str, Any]) -> tuple[Any, Any]:
    """Return the route that the table comes to, and what is in the path."""
    came: list[tuple[Any, Any]] = []

    async def handled(self: Any, scope: Any, receive: Any, send: Any) -> None:
        came.append((self, scope["path_params"]))

    async def nowhere(scope: Any, receive: Any, send: Any) -> None:
        came.append((None, None))

    table = RouteTable(app.router)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(APIRoute, "handle", handled)
        patch.setattr(app.router, "default", nowhere)
        await table({**scope}, None, None)  # type: ignore[arg-type]
    return came[0]

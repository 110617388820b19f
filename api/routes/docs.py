"""The description of the API as a page that works without the network.

The page's script and style come from the ``fastapi-swagger`` package that is installed.
"""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import Public
from api.http.declare import as_file, as_json, declare
from api.http.openapi import describe
from api.http.params import StrictRoute
from api.http.responses import answer

router = APIRouter(tags=["pages"], route_class=StrictRoute)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
_PAGE = """\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wangge 网格 · API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis], validatorUrl: null});
"""


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()


@router.get("/openapi.json")
@declare("Get the description of the API", answers={200: as_json(dict[str, Any])})
async def get_description(request: Request, _caller: Public) -> Response:
    """Return the description of the API (OpenAPI 3.1)."""
    return answer(await asyncio.to_thread(describe, request.app))


@router.get("/docs")
@declare("Open the description of the API", answers={200: as_file("text/html")})
async def open_docs(_caller: Public) -> Response:
    """Return the page."""
    return Response(_PAGE, media_type="text/html", headers={"content-security-policy": _POLICY})


@router.get("/docs/start.js")
@declare("Get the script that starts the description", answers={200: as_file("text/javascript")})
async def get_docs_start(_caller: Public) -> Response:
    """Return the script that starts the page."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/swagger-ui-bundle.js")
@declare("Get the script of the description", answers={200: as_file("text/javascript")})
async def get_docs_script(_caller: Public) -> Response:
    """Return the page's script."""
    return Response(_asset("swagger-ui-bundle.js"), media_type="text/javascript")


@router.get("/docs/swagger-ui.css")
@declare("Get the style of the description", answers={200: as_file("text/css")})
async def get_docs_style(_caller: Public) -> Response:
    """Return the page's style."""
    return Response(_asset("swagger-ui.css"), media_type="text/css")

"""What every route needs: the live atlas, and an answer made of plain JSON."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from api.serving.live_atlas import Live


async def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


LiveAtlas = Annotated[Live, Depends(_live)]


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-cache", **(headers or {})},
    )


_LONG_JOBS_AT_ONCE = 2


def turns(request: Request) -> asyncio.Semaphore:
    """Return what lets only a few long jobs run at once; the others wait their turn."""
    state = request.app.state
    if not hasattr(state, "turns"):
        state.turns = asyncio.Semaphore(_LONG_JOBS_AT_ONCE)
    found: asyncio.Semaphore = state.turns
    return found

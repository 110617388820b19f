"""Answers made of plain JSON."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-cache", **(headers or {})},
    )

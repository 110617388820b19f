"""Request bodies, read strictly and never further than their limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import Request

from gis.errors import TooLarge


async def limited(request: Request, most_bytes: int, field: str) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a body; what says it is too large is refused before it is read.

    Raises
    ------
    TooLarge
        Naming ``field``, as soon as it is known.
    """
    said = request.headers.get("content-length", "")
    size = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
    if size > most_bytes:
        raise _too_large(most_bytes, field)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most_bytes:
            raise _too_large(most_bytes, field)
        yield piece


def _too_large(most_bytes: int, field: str) -> TooLarge:
    size = f"{most_bytes >> 20} MiB"
    return TooLarge(
        field,
        f"{field}: larger than {size}: send it in parts, or use wangge locate --input",
        f"{field} 超过 {size}：请分批发送，或使用 wangge locate --input",
        (f"..{size}",),
    )

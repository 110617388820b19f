"""Request bodies, read strictly and never further than their limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from api.http.body_errors import refused
from api.schemas.common import Body
from gis.errors import InvalidInput, TooLarge
from gis.exchange.json_object import read_object

Model = TypeVar("Model", bound=Body)
_JSON = "application/json"


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


async def read_bytes(request: Request, most_bytes: int) -> bytes:
    """Return a whole body.

    Raises
    ------
    TooLarge
        As :func:`limited`.
    """
    return b"".join([piece async for piece in limited(request, most_bytes, "body")])


async def read_body(request: Request, model: type[Model]) -> Model:
    """Return the JSON body of a request as a model declares it.

    No body at all is taken for an object without members where the model needs none.

    Raises
    ------
    InvalidInput
        Not the JSON that the model declares; names the member and what it may be.
    TooLarge
        Longer than the model says.
    """
    body = await read_bytes(request, model.most_bytes)
    if not body.strip() and not any(f.is_required() for f in model.model_fields.values()):
        return parse(model, {})
    if model.needs_media_type and media_type_of(request) != _JSON:
        raise InvalidInput(
            "content-type",
            f"content-type: send JSON as {_JSON}",
            f"请以 {_JSON} 发送 JSON",
            (_JSON,),
        )
    return parse(model, read_object(body))


def parse(model: type[Model], given: dict[str, Any]) -> Model:
    """Return the members of a JSON object as a model declares them.

    Raises
    ------
    InvalidInput
        Naming the member and what it may be.
    """
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        raise refused(model, problem) from None


def media_type_of(request: Request) -> str:
    """Return what a body says it is, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large(most_bytes: int, field: str) -> TooLarge:
    size = f"{most_bytes >> 20} MiB" if most_bytes >> 20 else f"{most_bytes >> 10} KiB"
    return TooLarge(
        field,
        f"{field}: larger than {size}: send it in parts, or use wangge locate --input",
        f"{field} 超过 {size}：请分批发送，或使用 wangge locate --input",
        (f"..{size}",),
    )

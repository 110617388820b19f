"""One way to say what a value's content is, so that a copy can be told from a change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import groupby, islice
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

_AS_IT_IS = frozenset((str, int, float, bool, type(None)))
_ROWS_AT_ONCE = 5_000
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_quoted = json.encoder.encode_basestring


def sha256_of(rows: Iterable[Any]) -> str:
    """Return the SHA-256 of frozen dataclasses and plain values, in their order.

    Geometries count by their little-endian WKB, everything else by its JSON; a line a row.
    """
    digest = hashlib.sha256()
    for kind, alike in groupby(rows, type):
        while some := list(islice(alike, _ROWS_AT_ONCE)):
            lines = _lines(kind, some) if _fields_of(kind) else [_json(plain(row)) for row in some]
            digest.update("".join(f"{line}\n" for line in lines).encode())
    return digest.hexdigest()


def _lines(kind: type, rows: list[Any]) -> Iterable[str]:
    """Return the JSON of dataclasses of one kind, written field by field: there are many rows."""
    names = sorted(_fields_of(kind))
    columns = [_column([getattr(row, name) for row in rows]) for name in names]
    template = ", ".join(f"{_quoted(name)}: %s" for name in names)
    return [f"{{{template % cells}}}" for cells in zip(*columns, strict=True)]


def _column(values: list[Any]) -> list[str]:
    """Return the JSON of the values of one field."""
    if all(isinstance(value, BaseGeometry) for value in values):
        written = shapely.to_wkb(values, hex=True, byte_order=1, include_srid=False)
        return [f'"{text}"' for text in written]
    return [_JSON_OF.get(type(value), _slowly)(value) for value in values]


def _slowly(value: Any) -> str:
    return _json(plain(value))


def _listed(values: Iterable[Any]) -> str:
    return f"[{', '.join([_JSON_OF.get(type(v), _slowly)(v) for v in values])}]"


_JSON_OF: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    tuple: _listed,
    list: _listed,
}
"""The JSON of the commonest types, as the encoder writes it."""


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses and mappings as objects, geometries as WKB."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True, byte_order=1, include_srid=False)
    if names := _fields_of(kind):  # type: ignore[arg-type]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(name): plain(v) for name, v in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """Return the field names of a dataclass, () for any other type."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(f.name for f in dataclasses.fields(kind))

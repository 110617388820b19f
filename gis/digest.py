"""One way to say what a value's content is, so that a copy can be told from a change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

_AS_IT_IS = frozenset((str, int, float, bool, type(None)))
_ROWS_AT_ONCE = 5_000
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def sha256_of(rows: Iterable[Any]) -> str:
    """Return the SHA-256 of frozen dataclasses and plain values, in their order.

    Geometries count by their little-endian WKB, everything else by its JSON.
    """
    digest = hashlib.sha256()
    rows = iter(rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        hexes = _hexes(some)
        for row in some:
            digest.update(_json.encode(_row(row, hexes)).encode())
            digest.update(b"\n")
    return digest.hexdigest()


def _hexes(rows: list[Any]) -> dict[int, str]:
    """Return the WKB of every geometry that is a field of a row, by its id: all at once."""
    found = [
        value
        for row in rows
        for name in _fields_of(type(row))  # type: ignore[arg-type]
        if isinstance(value := getattr(row, name), BaseGeometry)
    ]
    written = shapely.to_wkb(found, hex=True, byte_order=1, include_srid=False) if found else ()
    return {id(value): str(text) for value, text in zip(found, written, strict=True)}


def _row(row: Any, hexes: dict[int, str]) -> Any:
    names = _fields_of(type(row))  # type: ignore[arg-type]
    if not names:
        return plain(row)
    return {
        name: value
        if type(value := getattr(row, name)) in _AS_IT_IS
        else hexes.get(id(value)) or plain(value)
        for name in names
    }


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

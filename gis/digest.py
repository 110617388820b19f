"""One way to say what a value's content is, so that a copy can be told from a change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

_AS_IT_IS = frozenset((str, int, float, bool, type(None)))
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def sha256_of(rows: Iterable[Any]) -> str:
    """Return the SHA-256 of frozen dataclasses and plain values, in their order.

    Geometries count by their little-endian WKB, everything else by its JSON.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_json.encode(plain(row)).encode())
        digest.update(b"\n")
    return digest.hexdigest()


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

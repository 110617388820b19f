"""One way to say what a value's content is, so that a copy can be told from a change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry


def sha256_of(rows: Iterable[Any]) -> str:
    """Return the SHA-256 of frozen dataclasses and plain values, in their order.

    Geometries count by their little-endian WKB, everything else by its JSON.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(_plain(row), ensure_ascii=False, sort_keys=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True, byte_order=1, include_srid=False)
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value

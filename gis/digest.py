"""One way to say what a value's content is, so that a copy can be told from a change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from itertools import islice
from operator import attrgetter
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
        named = [(_names(row), row) for row in some]
        values = [_values(row) if names else (row,) for names, row in named]
        hexes = _hexes(values)
        for (names, row), cells in zip(named, values, strict=True):
            text = _json.encode(_row(names, cells, hexes) if names else plain(row))
            digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def _hexes(rows: list[tuple[Any, ...]]) -> dict[int, str]:
    """Return the WKB of every geometry among the fields of rows, by its id: all at once."""
    found = [
        value
        for cells in rows
        for value in cells
        if type(value) not in _AS_IT_IS and isinstance(value, BaseGeometry)
    ]
    written = shapely.to_wkb(found, hex=True, byte_order=1, include_srid=False) if found else ()
    return {id(value): str(text) for value, text in zip(found, written, strict=True)}


def _row(names: tuple[str, ...], cells: tuple[Any, ...], hexes: dict[int, str]) -> Any:
    return {
        name: value
        if type(value) in _AS_IT_IS
        else value.value
        if isinstance(value, StrEnum)
        else hexes.get(id(value)) or plain(value)
        for name, value in zip(names, cells, strict=True)
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


def _names(row: Any) -> tuple[str, ...]:
    return _fields_of(type(row))  # type: ignore[arg-type]


def _values(row: Any) -> tuple[Any, ...]:
    return _values_of(type(row))(row)  # type: ignore[arg-type]


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """Return the field names of a dataclass, () for any other type."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(f.name for f in dataclasses.fields(kind))


@cache
def _values_of(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes the fields of a dataclass out of a value, in order."""
    names = _fields_of(kind)
    if len(names) == 1:
        return lambda value: (getattr(value, names[0]),)
    return attrgetter(*names)

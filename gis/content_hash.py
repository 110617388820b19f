"""One way to say what a value's content is, so that a copy can be told from a change.

A stored version is known by the hash it was published with, for ever. So a field that a later
release adds to a value (:func:`added_in`) leaves no trace in the hash where it has its default:
what was stored before the field was there is still what it was.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

_AS_IT_IS = frozenset((str, int, float, bool, type(None)))
_ROWS_AT_ONCE = 5_000
_SINCE = "since"
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_quoted = json.encoder.encode_basestring


def added_in(release: str, default: Any) -> Any:
    """Declare a field of a dataclass that was not there in the first release.

    Parameters
    ----------
    release
        The release it came in, such as ``0.2``.
    default
        What every value stored before has: an immutable value.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Old:
    ...     name: str
    >>> @dataclasses.dataclass(frozen=True)
    ... class New:
    ...     name: str
    ...     lift: bool | None = added_in("0.2", None)
    >>> sha256_of([New("3幢")]) == sha256_of([Old("3幢")])
    True
    >>> sha256_of([New("3幢", lift=True)]) == sha256_of([Old("3幢")])
    False
    """
    return dataclasses.field(default=default, metadata={_SINCE: release})


def release_of(field: dataclasses.Field[Any]) -> str | None:
    """Return the release that a field of a dataclass came in, None for the first."""
    release: str | None = field.metadata.get(_SINCE)
    return release


class _Field(NamedTuple):
    """A field of a dataclass: its name, and for one that was added later, its default."""

    name: str
    added: bool
    default: Any

    def is_told(self, value: Any) -> bool:
        """Tell whether a value of the field is part of the content."""
        same = type(value) is type(self.default) and value == self.default
        return not (self.added and same)


class ContentDigest(NamedTuple):
    """The SHA-256 of rows together, in hexadecimal, and of each of them alone, in their order."""

    sha256: str
    rows: tuple[bytes, ...]


def sha256_of(rows: Iterable[Any]) -> str:
    """Return the SHA-256 of frozen dataclasses and plain values, in their order.

    Geometries count by their little-endian WKB, everything else by its JSON; a line a row.
    """
    digest = hashlib.sha256()
    for lines in lines_of(rows):
        digest.update(b"".join(lines))
    return digest.hexdigest()


def content_digest(rows: Iterable[Any]) -> ContentDigest:
    """Return what :func:`sha256_of` returns, and the SHA-256 of each row's line."""
    digest, each = hashlib.sha256(), []
    for lines in lines_of(rows):
        digest.update(b"".join(lines))
        each += [hashlib.sha256(line).digest() for line in lines]
    return ContentDigest(digest.hexdigest(), tuple(each))


class KnownLines:
    """The lines of some rows: a value that has most of these very rows is hashed at little cost."""

    def __init__(self, rows: Sequence[Any] = ()) -> None:
        self._rows = tuple(rows)
        lines = [line for some in lines_of(self._rows) for line in some]
        self._known = {
            id(row): (line, hashlib.sha256(line).digest())
            for row, line in zip(self._rows, lines, strict=True)
        }

    def digest(self, rows: Sequence[Any]) -> ContentDigest:
        """Return what :func:`content_digest` returns."""
        told = [self._known.get(id(row)) or _line_of(row) for row in rows]
        sha256 = hashlib.sha256(b"".join([line for line, _ in told])).hexdigest()
        return ContentDigest(sha256, tuple([digest for _, digest in told]))

    def of(self, rows: Sequence[Any]) -> KnownLines:
        """Return the lines of other rows, most of which are these."""
        made = KnownLines()
        made._rows = tuple(rows)
        made._known = {id(row): self._known.get(id(row)) or _line_of(row) for row in made._rows}
        return made


def _line_of(row: Any) -> tuple[bytes, bytes]:
    (line,) = next(lines_of([row]))
    return line, hashlib.sha256(line).digest()


def lines_of(rows: Iterable[Any]) -> Iterator[list[bytes]]:
    """Yield the line of each row, which its hash is made of, some rows at a time."""
    for kind, alike in groupby(rows, type):
        while some := list(islice(alike, _ROWS_AT_ONCE)):
            lines = _lines(kind, some) if _fields_of(kind) else [_json(plain(row)) for row in some]
            yield [f"{line}\n".encode() for line in lines]


def _lines(kind: type, rows: list[Any]) -> Iterable[str]:
    """Return the JSON of dataclasses of one kind, written field by field: there are many rows."""
    names, columns, gaps = [], [], False
    for field in sorted(_fields_of(kind), key=attrgetter("name")):
        values = [getattr(row, field.name) for row in rows]
        told = [field.is_told(v) for v in values] if field.added else [True]
        if not any(told):
            continue
        names.append(_quoted(field.name))
        columns.append(_column(values))
        if not all(told):
            gaps = True
            columns[-1] = [cell if t else "" for cell, t in zip(columns[-1], told, strict=True)]
    if gaps:
        return [_object(names, cells) for cells in zip(*columns, strict=True)]
    template = ", ".join(f"{name}: %s" for name in names)
    return [f"{{{template % cells}}}" for cells in zip(*columns, strict=True)]


def _object(names: list[str], cells: tuple[str, ...]) -> str:
    """Return the JSON of an object; an empty cell is left out."""
    told = ", ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True) if cell)
    return f"{{{told}}}"


def _column(values: list[Any]) -> list[str]:
    """Return the JSON of the values of one field."""
    if all(isinstance(value, BaseGeometry) for value in values):
        written = shapely.to_wkb(values, hex=True, byte_order=1, include_srid=False)
        return [f'"{text}"' for text in written]
    return [_told(value) for value in values]


def _told(value: Any) -> str:
    return _writer_of(type(value))(value)  # type: ignore[arg-type]


def _slowly(value: Any) -> str:
    return _json(plain(value))


def _listed(values: Iterable[Any]) -> str:
    return f"[{', '.join([_told(v) for v in values])}]"


_JSON_OF: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    tuple: _listed,
    list: _listed,
    date: lambda day: f'"{day.isoformat()}"',
}
"""The JSON of the commonest types, as the encoder writes it."""


@cache
def _writer_of(kind: type) -> Callable[[Any], str]:
    """Return what writes the JSON of a type; an enumeration of texts is written as its text."""
    if kind in _JSON_OF:
        return _JSON_OF[kind]
    if issubclass(kind, str):
        return _quoted
    if issubclass(kind, int):
        return int.__repr__
    return _slowly


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses and mappings as objects, geometries as WKB."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True, byte_order=1, include_srid=False)
    if fields := _fields_of(kind):  # type: ignore[arg-type]
        values = ((f, getattr(value, f.name)) for f in fields)
        return {f.name: plain(v) for f, v in values if f.is_told(v)}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(name): plain(v) for name, v in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


@cache
def _fields_of(kind: type) -> tuple[_Field, ...]:
    """Return the fields of a dataclass, () for any other type."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(
        _Field(f.name, release_of(f) is not None, f.default) for f in dataclasses.fields(kind)
    )

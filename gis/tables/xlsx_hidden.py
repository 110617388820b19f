"""Which rows and columns of a workbook nobody sees: hidden, filtered away, of no height.

Standard library only: the child process that reads workbooks imports it.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree

_BLOCK = 1 << 20
_MOST_XML = 8 << 20
_TAG = re.compile(rb"<(?:\w{1,20}:)?(row|col)\s([^<>]{0,1000}?)/?>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_TRUE = (b"1", b"true")
_MAX_COLUMNS = 16_384


@dataclass
class Hidden:
    """The numbers of rows, from 1, and of columns, from 0, that nobody sees."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)


def hidden_of(source: str) -> Mapping[str, Hidden]:
    """Return what is hidden on each sheet, by its title; sheets with nothing hidden are left out.

    The archive has been looked at before: it has no document type and is not too large.
    """
    found: dict[str, Hidden] = {}
    with zipfile.ZipFile(source) as archive:
        names = set(archive.namelist())
        for title, part in _sheets(archive):
            if part in names:
                with archive.open(part) as file:
                    if hidden := _hidden_in(file):
                        found[title] = hidden
    return found


def counts_from_1904(source: str) -> bool:
    """Tell whether a workbook counts its days from 1904, as those of old Macs do."""
    with zipfile.ZipFile(source) as archive:
        book = _book(archive)
        root = None if book is None else _xml(archive, book)
        return any(
            element.get("date1904", "").lower() in ("1", "true", "on")
            for element in (root.iter() if root is not None else ())
            if _local(element.tag) == "workbookPr"
        )


def _book(archive: zipfile.ZipFile) -> str | None:
    return next(
        (target for kind, target in _relations(archive, "").values() if kind == "officeDocument"),
        None,
    )


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the title and the part of every sheet."""
    book = _book(archive)
    root = None if book is None else _xml(archive, book)
    if book is None or root is None:
        return
    parts = _relations(archive, book)
    for element in root.iter():
        if _local(element.tag) != "sheet":
            continue
        identity = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        if identity in parts:
            yield element.get("name", ""), parts[identity][1]


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the kind and target of each relation of a part, by its id; "": of the package."""
    folder, name = posixpath.split(part)
    root = _xml(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for element in root if root is not None else ():
        target = element.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        kind = element.get("Type", "").rpartition("/")[2]
        found[element.get("Id", "")] = kind, posixpath.normpath(path)
    return found


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element | None:
    try:
        with archive.open(part) as file:
            return ElementTree.fromstring(file.read(_MOST_XML))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _hidden_in(file: IO[bytes]) -> Hidden:
    hidden, tail = Hidden(), b""
    row = 0
    while block := file.read(_BLOCK):
        seen = tail + block
        cut = seen.rfind(b"<")
        whole, tail = (seen[:cut], seen[cut:]) if cut > 0 else (seen, b"")
        for match in _TAG.finditer(whole):
            told = dict(_ATTRIBUTE.findall(match[2]))
            if match[1] == b"row":
                row = int(told[b"r"]) if told.get(b"r", b"").isdigit() else row + 1
                if told.get(b"hidden") in _TRUE or _is_nothing(told.get(b"ht")):
                    hidden.rows.add(row)
            elif told.get(b"hidden") in _TRUE or _is_nothing(told.get(b"width")):
                hidden.columns |= _columns(told)
    return hidden


def _is_nothing(size: bytes | None) -> bool:
    return size is not None and re.fullmatch(rb"0+(\.0*)?", size) is not None


def _columns(told: Mapping[bytes, bytes]) -> set[int]:
    first, last = told.get(b"min", b""), told.get(b"max", b"")
    if not (first.isdigit() and last.isdigit()):
        return set()
    return set(range(int(first) - 1, min(int(last), _MAX_COLUMNS)))

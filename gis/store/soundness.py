"""Looking through all versions of a store at once: each row is read once, however many there are.

A version is looked at by the digests of its rows, which its head seals by their root. One that a
release with whole copies wrote has no root until it was found to be what was published.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, update

from gis.content_hash import content_digest, lines_of
from gis.errors import StoreDamaged
from gis.store.branches import Ancestry
from gis.store.digest_tree import DigestTree
from gis.store.engine import Database
from gis.store.parts import PARTS, VersionedPart
from gis.store.rows import Stored
from gis.store.versions import VersionHead, heads, read_version, seal_of

_Key = tuple[int, str]


def damaged_versions(
    connection: Connection, database: Database, part: VersionedPart[Any]
) -> Iterator[VersionHead]:
    """Yield the heads of the versions that are not what was published, oldest first."""
    fields = part.head_rows(connection)
    for head, content in _replay(connection, part, keep_lines=False):
        if not head.intact or content is None:
            yield head
        elif head.root:
            if content.root(fields[head.version]) != head.root:
                yield head
        elif not _reads_well(connection, database, part, head):
            yield head


def _reads_well(
    connection: Connection, database: Database, part: VersionedPart[Any], head: VersionHead
) -> bool:
    try:
        read_version(connection, database, part, head)
    except StoreDamaged:
        return False
    return True


def root_old_versions(connection: Connection) -> None:
    """Give the versions of releases that kept whole copies a root, where they are sound."""
    for part in PARTS:
        if all(head.root for head in heads(connection, part)):
            continue
        fields = part.head_rows(connection)
        for head, content in _replay(connection, part, keep_lines=True):
            if head.root or not head.intact or content is None:
                continue
            if content.sha256(fields[head.version]) == head.sha256:
                root = content.root(fields[head.version])
                _reseal(connection, part, replace(head, root=root))


def _reseal(connection: Connection, part: VersionedPart[Any], head: VersionHead) -> None:
    c = part.table.c
    sealed = {"root": head.root, "seal": seal_of(part, head)}
    connection.execute(update(part.table).where(c.version == head.version).values(**sealed))


@dataclass
class _Content:
    """The rows of a version by table and id: their digests, and their lines if kept."""

    digests: dict[_Key, bytes] = field(default_factory=dict)
    lines: dict[_Key, tuple[Any, bytes]] = field(default_factory=dict)
    tree: DigestTree = field(default_factory=DigestTree)
    spoilt: set[_Key] = field(default_factory=set)

    def put(self, number: int, change: _Change) -> None:
        """Take a row of a table in, in place of the one that it follows."""
        key = (number, change.id)
        self.spoilt.discard(key)
        self.lines.pop(key, None)
        if known := self.digests.pop(key, None):
            self.tree.remove(known)
        if change.gone:
            return
        if change.digest is None:
            self.spoilt.add(key)
            return
        self.digests[key] = change.digest
        self.tree.add(change.digest)
        if change.line is not None:
            self.lines[key] = change.line

    def copy(self) -> _Content:
        """Return another one that changes by itself."""
        return _Content(
            self.digests.copy(), self.lines.copy(), self.tree.copy(), self.spoilt.copy()
        )

    def root(self, head_row: Any) -> str:
        """Return the root of its digests, with that of the head's; "-" for none."""
        if self.spoilt:
            return "-"
        digest = content_digest([head_row]).rows[0]
        self.tree.add(digest)
        root = self.tree.root()
        self.tree.remove(digest)
        return root

    def sha256(self, head_row: Any) -> str:
        """Return the hash of the content, as the values of the part say it; "" for none."""
        if self.spoilt:
            return ""
        digest = hashlib.sha256(*next(lines_of([head_row])))
        ordered = sorted((number, *line) for (number, _), line in self.lines.items())
        digest.update(b"".join(line for *_, line in ordered))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Change:
    """A row as it counts in a version: its digest, None where it is damaged; its line if kept."""

    id: str
    branch: int
    gone: bool
    digest: bytes | None
    line: tuple[Any, bytes] | None


def _replay(
    connection: Connection, part: VersionedPart[Any], *, keep_lines: bool
) -> Iterator[tuple[VersionHead, _Content | None]]:
    """Yield each version with its content, which is only good until the next one is asked for."""
    found = heads(connection, part)
    changes = _changes(connection, part, keep_lines=keep_lines)
    begun = {head.branch: Ancestry.parse(head.forked_from) for head in found if head.intact}
    kept_for = {origin.terms[0] for origin in begun.values() if origin.terms}
    tips: dict[int, _Content] = {}
    kept: dict[tuple[int, int], _Content] = {}
    for head in found:
        for number, change in changes.get(head.version, ()):
            _tip(tips, kept, begun, change.branch).put(number, change)
        yield head, _tip(tips, kept, begun, head.branch) if head.intact else None
        for branch, until in kept_for:
            if until == head.version and branch in tips:
                kept[branch, until] = tips[branch].copy()


def _tip(
    tips: dict[int, _Content],
    kept: dict[tuple[int, int], _Content],
    begun: dict[int, Ancestry],
    branch: int,
) -> _Content:
    """Return the content at the end of a branch, begun where it came from."""
    if branch not in tips:
        origin = begun.get(branch, Ancestry())
        base = kept.get(origin.terms[0]) if origin.terms else None
        tips[branch] = base.copy() if base else _Content()
    return tips[branch]


def _changes(
    connection: Connection, part: VersionedPart[Any], *, keep_lines: bool
) -> dict[int, list[tuple[int, _Change]]]:
    """Return the rows that each version wrote, with the number of their table."""
    changes: defaultdict[int, list[tuple[int, _Change]]] = defaultdict(list)
    for number, table in enumerate(part.rows):
        stored = table.stored(connection, None)
        lines = _lines(stored)
        for row, line in zip(stored, lines, strict=True):
            digest = hashlib.sha256(line).digest() if line is not None else None
            kept = (table.key(row.value), line) if keep_lines and line is not None else None
            change = _Change(row.id, row.branch, row.gone, digest, kept)
            changes[row.version].append((number, change))
    return changes


def _lines(stored: list[Stored[Any]]) -> list[bytes | None]:
    """Return the line of each row, None where it has no value or none that can be told."""
    values = [row.value for row in stored]
    if None not in values:
        try:
            return [line for some in lines_of(values) for line in some]
        except Exception:  # noqa: S110
            pass
    return [_line(value) for value in values]


def _line(value: Any) -> bytes | None:
    if value is None:
        return None
    try:
        return next(lines_of([value]))[0]
    except Exception:
        return None

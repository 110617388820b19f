"""Write a site: its parts one after the other into a new folder, then the list of them.

The same parts give the same bytes: nothing here knows the time of day or a random number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from maps.site.atomic_replace import GENERATOR, MANIFEST, replacing

FORMAT = 1
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Part:
    """Something a site is made of: ``write`` puts its files into the folder.

    ``write`` is handed the folder and a function to call with (done, total) as it goes on.
    """

    title: str
    write: Callable[[Path, Callable[[int, int], None]], None]


@dataclass(frozen=True, slots=True)
class Written:
    """A file of a site, as its manifest lists it."""

    name: str
    size: int
    sha256: str


def file_part(title: str, name: str, content: Callable[[], bytes]) -> Part:
    """Return the part that is a single file."""

    def write(folder: Path, report: Callable[[int, int], None]) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content())
        report(1, 1)

    return Part(title, write)


def write_site(
    target: Path, parts: Sequence[Part], head: dict[str, Any], report: Report = lambda *_: None
) -> tuple[Written, ...]:
    """Write a site in the place of the one at ``target``, whole or not at all.

    Parameters
    ----------
    target
        A folder that is new, empty, or a site written by this function.
    parts
        What it is made of, in order.
    head
        What the manifest says beside the list of files.
    report
        Is called with a part's title and how much of it is done, of how much.

    Returns
    -------
    The files, by name, the manifest not among them.

    Raises
    ------
    Conflict, InvalidInput
        See :func:`maps.site.atomic_replace.replacing`; ``target`` is what it was.
    """
    with replacing(target) as folder:
        for part in parts:
            part.write(folder, partial(report, part.title))
        written = tuple(_written(folder))
        (folder / MANIFEST).write_bytes(manifest_bytes(head, written))
    return written


def manifest_bytes(head: dict[str, Any], written: Sequence[Written]) -> bytes:
    """Return the manifest: what is published, and the size and SHA-256 of every other file."""
    files = [{"name": w.name, "bytes": w.size, "sha256": w.sha256} for w in written]
    manifest = {"generator": GENERATOR, "format": FORMAT, **head, "files": files}
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _written(folder: Path) -> Iterator[Written]:
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            yield Written(name, len(content), hashlib.sha256(content).hexdigest())

"""What the commands share: the store, the day, the terminal's language, how errors are said."""

from __future__ import annotations

import getpass
import locale
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from gis.errors import InvalidInput, WanggeError

if TYPE_CHECKING:
    from gis.audit import Author
    from gis.findings import Finding
    from gis.store import Store


def fail(problem: WanggeError) -> NoReturn:
    """Say in one line what is wrong, and end with exit code 1."""
    print(f"wangge: {problem.text.in_language(language())}", file=sys.stderr)
    sys.exit(1)


def language() -> str:
    """Return the language of the person at the terminal, English when the locale is plain."""
    chosen = os.environ.get("WANGGE_LANG") or locale.setlocale(locale.LC_CTYPE) or "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name) and not os.environ.get("WANGGE_LANG"):
            chosen = os.environ[name]
            break
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


def open_stored(*, migrate: bool = True) -> Store:
    """Return the store of the settings, migrated unless told not to."""
    from api.settings import read_settings
    from gis.store import open_store

    store = open_store(read_settings().database_url)
    if migrate:
        store.migrate()
    return store


def operator() -> Author:
    """Return who is at the terminal, as the audit log says it."""
    from gis.audit import Author

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "command"
    return Author(name, "operator", "command")


def day_of(text: str | None, field: str) -> date | None:
    """Return the date an option was given; None when it was not.

    Raises
    ------
    InvalidInput
        For anything that is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            field,
            f"--{field} {text!r}: must be a date like 2026-10-01",
            f"--{field} {text!r}：应为 2026-10-01 这样的日期",
        ) from None


def write_files(files: dict[Path, bytes]) -> None:
    """Write each file whole or not at all, and print what was written."""
    for path, content in files.items():
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as problem:
            partial.unlink(missing_ok=True)
            why = problem.strerror or "cannot be written"
            raise InvalidInput("out", f"{path}: {why}", f"{path}：无法写入（{why}）") from None
        print(f"wrote {path} ({len(content):,} bytes)")


def print_findings(findings: Iterable[Finding], stream: TextIO) -> None:
    """Print a line for each finding, in the language of the terminal."""
    for found in findings:
        place = "({:.7f}, {:.7f})".format(*found.place) if found.place else ""
        size = "" if found.size is None else f"[{found.size:,.7g} {found.unit}]"
        subject = f"grid {found.grid_code}" if found.grid_code else found.source or ""
        parts = (found.severity, found.rule, subject, place, size)
        sentence = found.text.in_language(language())
        print("  ".join(p for p in parts if p) + f": {sentence}", file=stream)

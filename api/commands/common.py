"""What the commands share: the store, the day, the terminal's language, how errors are said."""

from __future__ import annotations

import getpass
import locale
import os
import re
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

from gis.errors import InvalidInput, WanggeError
from gis.findings import Severity, Text

if TYPE_CHECKING:
    from gis.audit import Author
    from gis.findings import Finding
    from gis.store import Store


_OF_THE_SYSTEM = {
    "No such file or directory": "文件不存在",
    "Permission denied": "没有权限",
    "Is a directory": "是文件夹",
    "Not a directory": "不是文件夹",
    "File exists": "已存在",
    "Read-only file system": "只读的磁盘",
    "No space left on device": "磁盘已满",
    "cannot be read": "无法读取",
    "cannot be written": "无法写入",
}


def fail(problem: WanggeError) -> NoReturn:
    """Say in one line what is wrong, and end with exit code 1."""
    said = problem.text.in_language(language())
    if in_chinese():
        for en, zh in _OF_THE_SYSTEM.items():
            said = said.replace(en, zh)
    print(f"wangge: {said}", file=sys.stderr)
    sys.exit(1)


def language() -> str:
    """Return the language of the person at the terminal, English when the locale is plain."""
    chosen = os.environ.get("WANGGE_LANG") or locale.setlocale(locale.LC_CTYPE) or "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name) and not os.environ.get("WANGGE_LANG"):
            chosen = os.environ[name]
            break
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


def say(en: str, zh: str, *, file: TextIO | None = None) -> None:
    """Print a sentence in the language of the terminal."""
    print(Text(en, zh).in_language(language()), file=file, flush=True)


def in_chinese() -> bool:
    """Tell whether the person at the terminal reads Chinese."""
    return language().startswith("zh")


def usage(en: str, zh: str) -> typer.BadParameter:
    """Return the error of a command line that cannot be understood (exit code 2)."""
    return typer.BadParameter(Text(en, zh).in_language(language()))


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
        say_written(path, len(content))


def say_written(path: Path, size: int) -> None:
    """Say that a file was written."""
    say(f"wrote {path} ({size:,} bytes)", f"已写入 {path}（{size:,} 字节）")


# --- findings ------------------------------------------------------------------------------------

_SEVERITIES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTE: "提示"}
_UNITS = {
    "m2": "平方米",
    "m": "米",
    "households": "户",
    "people": "人",
    "cells": "格",
    "words": "种",
    "leaders": "位负责人",
    "buildings": "栋",
    "shopfronts": "间门面",
    "grids": "个网格",
}
_FEATURE = re.compile(r" feature (\d+)$")
_ROW = re.compile(r" row (\d+)$")


def print_findings(findings: Iterable[Finding], stream: TextIO) -> None:
    """Print a line for each finding, in the language of the terminal."""
    for found in findings:
        print(_in_chinese(found) if in_chinese() else _in_english(found), file=stream)


def _in_english(found: Finding) -> str:
    place = "({:.7f}, {:.7f})".format(*found.place) if found.place else ""
    size = "" if found.size is None else f"[{found.size:,.7g} {found.unit}]"
    column = f"column {found.column!r}" if found.column else ""
    file = ", ".join(filter(None, (_ROW.sub(r", row \1", found.source or ""), column)))
    subject = f"grid {found.grid_code}" if found.grid_code else ""
    parts = (found.severity, found.rule, subject, file, place, size)
    said = found.text.en.removeprefix(f"{found.source}: ")
    return "  ".join(p for p in parts if p) + f": {said}"


def _in_chinese(found: Finding) -> str:
    source = _FEATURE.sub(r" 第 \1 个要素", found.source or "")
    source = _ROW.sub(r" 第 \1 行", source)
    column = f"“{found.column}”列" if found.column else ""
    size = ""
    if found.size is not None:
        size = f"[{found.size:,.7g} {_UNITS.get(found.unit or '', found.unit or '')}]"
    parts = (
        _SEVERITIES[found.severity],
        source + column if _ROW.search(found.source or "") else f"{source} {column}".strip(),
        f"网格 {found.grid_code}" if found.grid_code else "",
        "（{:.7f}, {:.7f}）".format(*found.place) if found.place else "",
        size,
    )
    said = found.text.zh.removeprefix(f"{found.source}：")
    return "  ".join(p for p in parts if p) + f"：{said}"

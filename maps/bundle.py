"""Our JavaScript modules as one script, without a build step for whoever writes them.

The modules in ``static/`` import each other by plain names from ``"./other.js"``. Here they are
put one after the other, those imported first, each as a function of its own, so that a name that a
module does not export is its own. What this cannot do safely it refuses: renaming, default exports,
exports that change, cycles, texts over several lines (the indentation goes, for the page's size).
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w-]+\.js)";[ \t]*\n', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|class|const)\b)", re.MULTILINE)
_EXPORTED = re.compile(
    r"^export\s+(?:async\s+)?(?:function\*?|class|const)\s+([A-Za-z_$][\w$]*)", re.MULTILINE
)
_OPEN_TEMPLATE = re.compile(r"^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*$", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_UNREADABLE = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_DOC_COMMENT = re.compile(r"^[ \t]*/\*\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
# Characters that could end the block for an HTML parser, end a line for an old JavaScript
# parser, or cannot be written in UTF-8 (half a surrogate pair).
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
# The file of each language's words, in ``static/words`` here and in that of the pages for people.
WORD_FILES = {"zh-CN": "zh.json", "en": "en.json"}


class BundleError(Exception):
    """A module uses something that cannot be put into one script safely."""


def static_text(name: str) -> str:
    """Return one of our own files in ``maps/static``, with Unix line ends."""
    text = resources.files("maps").joinpath("static", name).read_text("utf-8")
    return text.replace("\r\n", "\n")


@cache
def words() -> dict[str, dict[str, Any]]:
    """Return the words of the map's page by language; their first part is ``common`` or ``map``."""
    return {tag: json.loads(static_text(f"words/{file}")) for tag, file in WORD_FILES.items()}


def as_block(value: Any) -> str:
    r"""Return JSON that no HTML parser can mistake for markup.

    >>> as_block({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def bundle(entry: str, name: str) -> str:
    """Return one script that leaves what a module exports in a constant.

    Parameters
    ----------
    entry
        The file name of the module to start from.
    name
        The constant's name.

    Raises
    ------
    BundleError
        Naming the module and what in it cannot be bundled.
    """
    modules = _in_order(entry)
    bodies = "\n".join(_scope(file, text) for file, text in modules.items())
    return f'const {name} = (() => {{\n"use strict";\n{bodies}\nreturn {_name(entry)};\n}})();\n'


def _in_order(entry: str) -> dict[str, str]:
    done: dict[str, str] = {}
    under_way: list[str] = []

    def visit(file: str) -> None:
        if file in done:
            return
        if file in under_way:
            raise BundleError(f"{file}: imports itself by way of {' -> '.join(under_way)}")
        under_way.append(file)
        text = static_text(file)
        for names, other in _IMPORT.findall(text):
            visit(other)
            _check_import(file, _names(names), other, done[other])
        done[file] = text
        under_way.pop()

    visit(entry)
    return done


def _check_import(file: str, names: list[str], other: str, text: str) -> None:
    missing = [n for n in names if n not in _EXPORTED.findall(text)]
    if missing:
        raise BundleError(f"{file}: {other} does not export {', '.join(missing)}")


def _names(text: str) -> list[str]:
    return [n.strip() for n in text.split(",") if n.strip()]


def _scope(file: str, text: str) -> str:
    """Return a module as a constant: what it exports, out of a function that is run at once."""
    exports = ", ".join(_EXPORTED.findall(text))
    imports = "".join(
        f"const {{ {', '.join(_names(names))} }} = {_name(other)};\n"
        for names, other in _IMPORT.findall(text)
    )
    body = f"{imports}{_plain(file, text)}return {{ {exports} }};"
    return f"const {_name(file)} = (() => {{\n{body}\n}})();"


def _name(file: str) -> str:
    """Return the name of a module's constant: no module uses names with a dollar sign."""
    return "$" + file.removesuffix(".js").replace("-", "_")


def _plain(file: str, text: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    if found := _UNREADABLE.search(text):
        raise BundleError(f"{file}: cannot be bundled: {found[0][:80]}")
    if found := _OPEN_TEMPLATE.search(text):
        raise BundleError(f"{file}: a text over several lines: {found[0][:80]}")
    return f"{_INDENT.sub('', _DOC_COMMENT.sub('', text)).strip()}\n"

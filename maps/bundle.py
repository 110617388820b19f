"""Our JavaScript modules as one script, without a build step for whoever writes them.

The modules in ``static/`` import each other by plain names from ``"./other.js"``. Here they are
put one after the other, those imported first, with the ``import`` and ``export`` words taken off.
What this cannot do safely it refuses: renaming, default exports, cycles, one name used twice.
"""

from __future__ import annotations

import re
from importlib import resources

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w-]+\.js)";[ \t]*\n', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|class|const|let)\b)", re.MULTILINE)
_NAME = re.compile(
    r"^(export\s+)?(?:async\s+)?(?:function\*?|class|const|let|var)\s+([A-Za-z_$][\w$]*)",
    re.MULTILINE,
)
_UNREADABLE = re.compile(r"^(?:import|export)\b.*|^(?:const|let|var)\s*[\[{].*", re.MULTILINE)
_DOC_COMMENT = re.compile(r"^[ \t]*/\*\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)


class BundleError(Exception):
    """A module uses something that cannot be put into one script safely."""


def static_text(name: str) -> str:
    """Return one of our own files in ``maps/static``, with Unix line ends."""
    text = resources.files("maps").joinpath("static", name).read_text("utf-8")
    return text.replace("\r\n", "\n")


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
    _refuse_repeated_names(modules)
    bodies = "\n".join(_plain(file, text) for file, text in modules.items())
    exports = ", ".join(_exported(modules[entry]))
    return f'const {name} = (() => {{\n"use strict";\n{bodies}\nreturn {{ {exports} }};\n}})();\n'


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
            _check_import(file, names, other, done[other])
        done[file] = text
        under_way.pop()

    visit(entry)
    return done


def _check_import(file: str, names: str, other: str, text: str) -> None:
    wanted = [n.strip() for n in names.split(",") if n.strip()]
    missing = [n for n in wanted if n not in _exported(text)]
    if missing:
        raise BundleError(f"{file}: {other} does not export {', '.join(missing)}")


def _exported(text: str) -> list[str]:
    return [name for export, name in _NAME.findall(text) if export]


def _refuse_repeated_names(modules: dict[str, str]) -> None:
    home: dict[str, str] = {}
    for file, text in modules.items():
        for _, name in _NAME.findall(text):
            if name in home:
                raise BundleError(f"{file}: {name} is already a name in {home[name]}")
            home[name] = file


def _plain(file: str, text: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    if found := _UNREADABLE.search(text):
        raise BundleError(f"{file}: cannot be bundled: {found[0][:80]}")
    return f"// {file}\n{_DOC_COMMENT.sub('', text).strip()}\n"

"""The text under each member of a class, read from the source when the API is described."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import Any


def add_texts(schema: dict[str, Any], of: type) -> None:
    """Add to the schema of a class the texts that stand under its members, inherited ones too."""
    for name, text in _texts(of).items():
        member = schema.get("properties", {}).get(name)
        if member is not None:
            member.setdefault("description", text)


def _texts(of: type) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in getattr(of, "__orig_bases__", ()):
        found |= _texts(base)
    return found | _in_module(of.__module__).get(of.__qualname__, {})


@cache
def _in_module(name: str) -> dict[str, dict[str, str]]:
    if not name.startswith("api."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {c.name: _in_class(c) for c in tree.body if isinstance(c, ast.ClassDef)}


def _in_class(found: ast.ClassDef) -> dict[str, str]:
    return {
        member.target.id: " ".join(text.value.value.split())
        for member, text in zip(found.body, found.body[1:], strict=False)
        if isinstance(member, ast.AnnAssign)
        and isinstance(member.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }

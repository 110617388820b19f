"""What an edit leads to, and how it says what it changed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from gis.audit import AuditChange
from gis.directory import Directory
from gis.findings import Finding
from gis.roster import Roster

P = TypeVar("P", Roster, Directory)
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Edited(Generic[P]):
    """The next roster or directory, what an entry of the audit log says of it, and remarks.

    ``id`` is the identity of what was edited or added.
    """

    value: P
    changes: tuple[AuditChange, ...]
    id: str
    findings: tuple[Finding, ...] = ()


def new_id(kind: str, taken: Collection[str]) -> str:
    """Return an identity that nothing has: ``p-`` and eight letters that are not mistaken."""
    while True:
        made = f"{kind}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"
        if made not in taken:
            return made


def differences(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of two values of a kind in which they differ, before and after."""
    names = [f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name)]
    return {n: getattr(before, n) for n in names}, {n: getattr(after, n) for n in names}


def given_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a value that say something."""
    named: Mapping[str, Any] = {f.name: getattr(value, f.name) for f in fields(value)}
    return {name: v for name, v in named.items() if v not in (None, "", ())}

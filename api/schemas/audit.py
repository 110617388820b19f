"""The audit log, asked and erased from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Body, JsonObject, OneOf, Reason
from gis.audit import VALUES

ValueName = Annotated[str, OneOf(VALUES)]


class Erasure(Body):
    """Which values of an entry to erase, and why."""

    fields: Annotated[
        list[ValueName],
        Field(
            min_length=1,
            max_length=len(VALUES),
            description="The values that go, with their salts",
            examples=[["before", "after"]],
        ),
    ]
    reason: Annotated[Reason, Field(min_length=1, examples=["本人请求删除"])]


class AuditEntry(JsonObject):
    """What somebody wrote; what was erased is null."""

    number: int
    at: str
    """ISO 8601 in UTC."""
    who: str | None
    role: str
    door: str
    action: str
    subject: str
    version: str
    reason: str | None
    before: Any
    after: Any
    erased: list[ValueName]
    sha256: str
    """The hash of the entry, which holds that of the one before."""


class AuditPage(JsonObject):
    """Entries, the newest first."""

    total: int
    offset: int
    limit: int
    entries: list[AuditEntry]


class BrokenEntry(JsonObject):
    """The first entry that is not what was written."""

    number: int
    en: str
    zh: str


class AuditCheck(JsonObject):
    """Whether the audit log is whole."""

    count: int
    head: str
    """The number and hash of the newest entry."""
    erased: int
    """How many values were erased."""
    broken: BrokenEntry | None


class Erased(JsonObject):
    """What was erased."""

    number: int
    erased: list[ValueName]

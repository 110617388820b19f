"""What the bodies and the answers of all routes are made of.

A body is a :class:`Body`: a pydantic model that takes no other members and no other types than
those it declares. An answer is a :class:`JsonObject`: a ``TypedDict`` that says what a function
writes; nothing validates it while it is served, the tests hold every answer against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
)
from pydantic_core.core_schema import CoreSchema, literal_schema
from typing_extensions import TypedDict

from api.schemas.member_texts import add_texts
from gis.datum import Datum, parse_datum
from gis.editing import fields
from gis.errors import InvalidInput


class Body(BaseModel):
    """The JSON body of a request.

    ``most_bytes``: what is longer is refused before it is read. ``needs_media_type``: it must
    come as ``application/json``, which no form of another site can send.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
    )
    most_bytes: ClassVar[int] = 64 << 10
    needs_media_type: ClassVar[bool] = False

    def given(self, *left_out: str) -> dict[str, Any]:
        """Return the members that were sent, without some."""
        return self.model_dump(exclude_unset=True, exclude=set(left_out))


class JsonObject(TypedDict):
    """An object of an answer; the text under a member describes it."""

    __pydantic_config__ = ConfigDict(json_schema_extra=add_texts)  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a text that is one of a few words: ``Annotated[str, OneOf(GRID_CLASSES)]``."""

    known: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return what takes these words and no others."""
        return literal_schema(list(self.known))


def unknown_member(name: str, known: Iterable[str]) -> InvalidInput:
    """Return the error for a member that a body does not have."""
    shown, accepted = name[:40], sorted(known)
    return InvalidInput(
        shown,
        f"member {shown!r} is not known here (known: {', '.join(accepted) or 'none'})",
        f"此处没有成员 {shown!r}（可用：{'、'.join(accepted) or '无'}）",
        accepted,
    )


# --- members of bodies -------------------------------------------------------------------------


def _field(info: ValidationInfo) -> str:
    return (info.field_name or "body").removesuffix("_")


def _day(value: object, info: ValidationInfo) -> object:
    name = _field(info)
    return None if value is None else fields.day({name: value}, name, required=True)


def _datum(value: object, info: ValidationInfo) -> object:
    return parse_datum(value, _field(info))


def _line(value: str, info: ValidationInfo) -> str:
    return fields.text({_field(info): value}, _field(info), limit=len(value))


def _words(value: str, info: ValidationInfo) -> str:
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in value):
        name = _field(info)
        raise InvalidInput(
            name,
            f"{name} holds a character that cannot be printed: type it again",
            f"{name} 含有无法显示的字符：请重新输入",
        )
    return value.strip()


Day = Annotated[date, BeforeValidator(_day), Field(examples=["2026-12-01"])]
"""A day such as 2026-12-01 (Asia/Shanghai)."""
Line = Annotated[str, AfterValidator(_line)]
"""A text in one line, without the space around it."""
Words = Annotated[str, AfterValidator(_words)]
"""A text that may have line breaks, without the space around it."""
Reason = Annotated[
    Line, Field(max_length=200, description="Why; it stands on record", examples=["入户核对"])
]
DatumName = Annotated[Datum, BeforeValidator(_datum), Field(examples=["gcj02"])]
"""What coordinates are measured in; it is never guessed."""


# --- members of answers ------------------------------------------------------------------------


class BothTexts(JsonObject):
    """A sentence in both languages."""

    zh: str
    en: str


class Versions(JsonObject):
    """The versions of the three parts that an answer is made of; 0: there is none yet."""

    division: int
    directory: int
    roster: int


class Provenance(JsonObject):
    """Where an answer comes from."""

    version: Versions
    as_of: str
    """The day it holds for (Asia/Shanghai)."""
    edition: Literal["public", "internal"]
    synthetic: bool
    """Whether anything of it is invented."""


class Problem(JsonObject):
    """What is wrong, and the way out (RFC 9457)."""

    type: str
    """What kind of problem it is, such as `urn:wangge:problem:invalid-input`."""
    title: str
    status: int
    detail: str
    """The sentence for the person who asked, in their language."""
    field: NotRequired[str]
    """The parameter or member that is not acceptable."""
    accepted: NotRequired[list[str]]
    """What it may be, where that can be listed."""
    errors: NotRequired[list[FieldProblem]]
    """Every parameter that is not acceptable, where there are several."""


class FieldProblem(JsonObject):
    """One of several parameters that are not acceptable."""

    field: str
    detail: str
    accepted: NotRequired[list[str]]

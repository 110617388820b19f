"""What is known of a field, and of the kind of row it stands in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from gis.content_hash import release_of
from gis.findings import Text

MAX_TEXT = 500
"""The characters of a text that has no limit of its own, at whichever door it comes in."""
MAX_COUNT = 10_000_000
"""The largest count of households, people or rooms: well inside the 32 bits of either engine."""


class Kind(StrEnum):
    """What a table is about."""

    BOUNDARIES = "boundaries"
    PEOPLE = "people"
    DUTIES = "duties"
    ORGANISATIONS = "organisations"
    PLACES = "places"
    HOUSEHOLDS = "households"
    CONTEXT = "context"
    HEAD = "head"


class ValueKind(StrEnum):
    """What a field holds.

    ``text`` with ``None`` as its default may be missing; ``objects`` are a list of rows of their
    own; ``degrees`` are of a point, ``geometry`` is a whole shape.
    """

    ID = "id"
    CODE = "code"
    TEXT = "text"
    PHONE = "phone"
    TEXTS = "texts"
    WHOLE = "whole number"
    DAY = "date"
    YES_NO = "yes/no"
    CHOICE = "choice"
    DEGREES = "degrees"
    OBJECTS = "list of objects"
    GEOMETRY = "geometry"


_WRITTEN = frozenset((ValueKind.ID, ValueKind.CODE, ValueKind.TEXT, ValueKind.PHONE))
_YES_NO = ("是", "否")


@dataclass(frozen=True, slots=True)
class Blank:
    """The column of a field in a template.

    ``heading`` is the Chinese label when ""; ``words`` to choose from are those of the field
    when (). ``last``: behind the columns that are not.
    """

    example: str = ""
    hint: str = ""
    heading: str = ""
    words: tuple[str, ...] = ()
    width: int = 16
    last: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row.

    Parameters
    ----------
    name
        As the value, the database, JSON and files of ours have it.
    value
        What it holds.
    label
        What people call it.
    says
        What `data/README.md` says of it, in English.
    headings
        What else offices call such a column; of two columns of a table that may hold the field,
        the one whose heading stands first is read.
    unit
        Of a number.
    choices
        The values it may have.
    words
        What offices write, and what it means.
    public
        It stands in the public edition.
    of
        The kinds of place that have it; empty: all.
    required, limit
        A text must be there; has at most so many characters.
    edited
        A form may change it.
    templates
        The columns of the tables to fill in, by the name of the template.
    """

    name: str
    value: ValueKind
    label: Text
    says: str = ""
    headings: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    of: tuple[str, ...] = ()
    required: bool = False
    limit: int | None = None
    edited: bool = False
    templates: Mapping[str, Blank] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What a column of it may be called, ours first."""
        return tuple(dict.fromkeys((self.name, *self.headings, self.label.zh)))

    @property
    def is_list(self) -> bool:
        """Tell whether it holds a list; a table of ours has it as JSON."""
        return self.value in (ValueKind.TEXTS, ValueKind.OBJECTS)

    @property
    def is_code(self) -> bool:
        """Tell whether it names something, so that no digit of it may be lost."""
        return self.value in (ValueKind.ID, ValueKind.CODE)

    @property
    def is_written(self) -> bool:
        """Tell whether a number that stands there is meant as a text."""
        return self.value in _WRITTEN

    @property
    def usual_words(self) -> dict[str, str]:
        """The first Chinese word for each value."""
        first: dict[str, str] = {}
        for word, value in self.words.items():
            first.setdefault(value, word)
        return first

    def column(self, template: str) -> Blank | None:
        """Return its column in a template, None where it has none."""
        blank = self.templates.get(template)
        if blank is None:
            return None
        return dataclasses.replace(
            blank,
            heading=blank.heading or self.label.zh,
            words=blank.words or self._listed(),
        )

    def _listed(self) -> tuple[str, ...]:
        if self.value is ValueKind.YES_NO:
            return _YES_NO
        if self.value is not ValueKind.CHOICE:
            return ()
        return tuple(self.usual_words.values()) or self.choices


@dataclass(frozen=True)
class Record:
    """All fields of a kind of row, in the order in which files have them.

    ``made_of`` is the class of the value; a field that it does not have (a longitude, the name
    of a duty's holder) is only read.
    """

    kind: Kind
    label: Text
    made_of: type | None
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every field by its name."""
        return {f.name: f for f in self.fields}

    @cached_property
    def own(self) -> tuple[Field, ...]:
        """The fields that the value has, but for its shape: what tables and properties hold."""
        known = self._declared
        return tuple(
            f
            for f in self.fields
            if f.value is not ValueKind.GEOMETRY and (f.name in known or self.made_of is None)
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the fields that the value has, but for its shape."""
        return tuple(f.name for f in self.own)

    @cached_property
    def edited(self) -> tuple[Field, ...]:
        """The fields that a form may change."""
        return tuple(f for f in self.own if f.edited)

    def but(self, *names: str) -> tuple[Field, ...]:
        """Return the fields that the value has without some: those read in their own way."""
        return tuple(f for f in self.own if f.name not in names)

    @cached_property
    def _declared(self) -> dict[str, dataclasses.Field[Any]]:
        if self.made_of is None:
            return {}
        return {f.name: f for f in dataclasses.fields(self.made_of)}

    def names(self, name: str) -> tuple[str, ...]:
        """Return what a column of a field may be called, ours first; the name for no field."""
        found = self.by_name.get(name)
        return found.names if found else (name,)

    def default(self, name: str) -> Any:
        """Return what a value has where nothing is said of a field; None where it must be said."""
        declared = self._declared.get(name)
        missing = declared is None or declared.default is dataclasses.MISSING
        return None if declared is None or missing else declared.default

    def since(self, name: str) -> str | None:
        """Return the release a field came in, None for the first."""
        declared = self._declared.get(name)
        return release_of(declared) if declared else None

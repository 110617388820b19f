"""What a route reads and answers, declared beside it (:mod:`api.http.openapi` describes it).

::

    @router.patch("/people/{person}")
    @declare(
        "Change a person",
        body=PersonChange,
        answers={200: as_json(PersonEdited, "ETag")},
        refuses={404: None, 412: EditOutdated},
        if_match=True,
    )
    async def change_person(…): ...

A declaration is plain data: nothing of it is built until somebody asks for the description, and
no answer is validated while it is served. The tests hold every answer they get against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_DECLARED = "__declared__"
CSV = "text/csv"
HTML = "text/html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of one status: its media types, the type of its JSON, its headers.

    ``says`` describes it; the reason phrase of the status when it is "".
    """

    media_types: tuple[str, ...] = ()
    json: Any = None
    headers: tuple[str, ...] = ()
    says: str = ""


def as_json(body: Any, *headers: str, says: str = "") -> Answered:
    """Return an answer in JSON of a type, with headers such as ``ETag``."""
    return Answered(("application/json",), body, headers, says)


def as_file(*media_types: str, headers: tuple[str, ...] = (), says: str = "") -> Answered:
    """Return an answer that is a file or a page of one of some media types."""
    return Answered(media_types, None, headers, says)


def no_content(*headers: str, says: str = "") -> Answered:
    """Return an answer without content."""
    return Answered((), None, headers, says)


PAGE: Mapping[int, Answered] = {
    200: as_file(HTML, headers=("ETag",)),
    304: no_content("ETag", says="The browser has it already"),
}
"""What a page for people is answered with."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is no JSON, or may be other things besides.

    ``form``: the parts of a form by name, each a JSON Schema; ``files``: the media types that
    the body itself may be; ``json``: the model of a JSON body that is taken too.
    """

    form: Mapping[str, Mapping[str, Any]] | None = None
    needed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    json: type[BaseModel] | None = None


Asked = type[BaseModel] | tuple[type[BaseModel], ...] | Upload | None
"""The body of a request: a model, one of several, no JSON, or none."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an operation reads and answers.

    Attributes
    ----------
    summary
        In a few plain words, such as "Create a person".
    body
        What is read.
    answers
        By status, when all goes well (503 of ``/readyz`` too).
    refuses
        Statuses of problem+json beyond those that every operation of its kind has, with the
        type of the problem's members where it has more than usual.
    if_match
        A write that needs ``If-Match``: 412 and 428.
    editions
        Whoever is signed in is answered with more than the public.
    stored
        Answered from the store, so that it may be 503.
    counted
        Limited in how often it may be asked: 429.
    """

    summary: str
    body: Asked
    answers: Mapping[int, Answered]
    refuses: Mapping[int, Any]
    if_match: bool = False
    editions: bool = False
    stored: bool = True
    counted: bool = True


def declare(
    summary: str,
    *,
    answers: Mapping[int, Answered],
    body: Asked = None,
    refuses: Mapping[int, Any] | None = None,
    **how: bool,
) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route reads and answers; ``how`` as in :class:`Declaration`."""
    declaration = Declaration(summary, body, answers, refuses or {}, **how)

    def declared(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECLARED, declaration)
        return endpoint

    return declared


def declaration_of(endpoint: Any) -> Declaration | None:
    """Return what a route declares, None when it does not."""
    found: Declaration | None = getattr(endpoint, _DECLARED, None)
    return found

"""If-Match: a write says which state it was made from, so that no colleague's edit is lost."""

from __future__ import annotations

from fastapi import Request

from gis.errors import PreconditionRequired


def etag_of(value: str) -> str:
    """Return a value as it stands in an ETag header.

    >>> etag_of("p-7")
    '"p-7"'
    """
    return f'"{value}"'


def if_match(request: Request) -> str:
    """Return the one state that a write was made from, without its quotation marks.

    Raises
    ------
    PreconditionRequired
        The header is missing, ``*``, a weak one or a list.
    """
    given = request.headers.get("if-match", "").strip()
    if len(given) > 2 and given[0] == given[-1] == '"' and '"' not in given[1:-1]:
        return given[1:-1]
    raise PreconditionRequired(
        "send If-Match with the ETag of what you have changed, so that no colleague's edit is lost",
        "请在 If-Match 中发送所修改内容的 ETag，以免覆盖同事的修改",
    )

"""wangge undo: the former places or people again, as the next version."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from api.commands.common import open_stored, operator
from gis.clock import today


def undo(
    part: Annotated[str, typer.Argument(help="places or people")],
    version: Annotated[
        int | None, typer.Option(help="The version to go back to [the one before the newest]")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
) -> None:
    """Undo a load of places or people: publish a former version of them as the next one.

    Nothing is lost: what is undone stays in the history. Boundaries are restored by
    POST /divisions/{version}/restore.
    """
    from gis.workflows.undo_load import Undo, undo_load

    with closing(open_stored()) as store:
        done = undo_load(store, Undo(part, operator(), reason, version), today())
    if not done.changed:
        print(f"nothing changed: {part} are as in version {done.source}")
        return
    print(f"{part} are again as in version {done.source}: stored as version {done.version}")
